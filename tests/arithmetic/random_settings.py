"""What the tests of windows draw at random, and how the results of steps are laid out like torch's."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import assume
from hypothesis import strategies as st

from cnnviz.arithmetic.layers import ShapeError
from cnnviz.arithmetic.settings import pair
from cnnviz.arithmetic.shapes import smallest_size
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


def up_to_half(kernel_size: Any, padding: Any) -> Any:
    """The padding brought to what a pooling of this kernel size takes, which is half of it, so that none is lost."""
    if isinstance(kernel_size, int) and isinstance(padding, int):
        return padding % (kernel_size // 2 + 1)
    return tuple(up_to_half(*axis) for axis in zip(pair(kernel_size), pair(padding), strict=True))


def grown_to_fit(size: tuple[int, int], kernel_size: Any, padding: Any, dilation: Any = 1) -> tuple[int, ...]:
    """The size, or along an axis where the window does not fit the smallest that it fits into."""
    axes = zip(size, pair(kernel_size), pair(padding), pair(dilation), strict=True)
    return tuple(max(length, smallest_size(*window)) for length, *window in axes)


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
