"""Scripts for the stepper, as far as they can be drawn."""

from collections.abc import Callable
from math import prod

import streamlit as st

from cnnviz.arithmetic.layers import ShapeError
from cnnviz.arithmetic.matrix import MatrixError
from cnnviz.arithmetic.settings import Shape
from cnnviz.figures.stepper import Script
from cnnviz.ui.page.plain_text import as_plain_text

MATRIX_ENTRIES = 12_000  # of outputs times inputs: what can still be seen as one picture


def script_or_stop(make_script: Callable[[], Script]) -> Script:
    """The script; where the settings do not fit each other, the reason is shown and the page ends there."""
    try:
        return make_script()
    except (ShapeError, MatrixError) as problem:
        st.error(as_plain_text(str(problem)), icon=":material/straighten:")
        st.stop()


def fits_as_matrix(input_shape: Shape, output_shape: Shape, most: int = MATRIX_ENTRIES) -> bool:
    """Whether the layer that leads from one shape to the other, each with its channels, can be seen as one matrix.

    >>> fits_as_matrix((1, 5, 5), (1, 3, 3)), fits_as_matrix((1, 12, 12), (1, 14, 14))
    (True, False)
    """
    return prod(input_shape) * prod(output_shape) <= most
