"""What the tests of windows draw at random, and how the results of steps are laid out like torch's."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import assume
from hypothesis import strategies as st

from cnnviz.arithmetic.layers import ShapeError
from cnnviz.arithmetic.windows import Step


def number_or_pair(low: int, high: int) -> st.SearchStrategy[Any]:
    """A setting as torch takes it."""
    number = st.integers(low, high)
    return number | st.tuples(number, number)


def values_of(shape: Sequence[int], seed: int) -> npt.NDArray[np.float64]:
    """Random values, the same for the same seed."""
    return np.random.default_rng(seed).normal(size=shape)


def results(script: Sequence[Step], shape: Sequence[int]) -> npt.NDArray[np.float64]:
    """The results of all steps as one output."""
    return np.array([step.result for step in script]).reshape(shape)


def made_or_reject(kind: Any, *arguments: Any, **settings: Any) -> Any:
    """The layer; the example is thrown away where there is none with these settings."""
    try:
        return kind(*arguments, **settings)
    except ShapeError:
        assume(False)


def output_shape_or_reject(layer: Any, shape: Sequence[int]) -> Any:
    """The layer's output shape; the example is thrown away where the input does not fit."""
    try:
        return layer.output_shape(tuple(shape))
    except ShapeError:
        assume(False)
