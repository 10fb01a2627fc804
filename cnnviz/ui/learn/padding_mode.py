"""What the padding of a convolution holds: zeros, or values of the input."""

from dataclasses import replace

import streamlit as st

from cnnviz.arithmetic.layers import Conv2d, ShapeError
from cnnviz.arithmetic.layers.convolution import PADDING_MODES
from cnnviz.arithmetic.settings import Shape
from cnnviz.ui.page.choice import choose

HELP = "What the padding holds, written into its cells."


def choose_padding_mode(key: str, layer: Conv2d, input_shape: Shape) -> str:
    """A row of the modes for which an input of ``input_shape`` (channels, height, width) has values enough.

    Nothing is drawn, and ``"zeros"`` returned, where the layer has no padding to hold anything.
    """
    if not any(sum(sides) for sides in layer.padding_sides()):
        return "zeros"
    fitting = [mode for mode in PADDING_MODES if fits(replace(layer, padding_mode=mode), input_shape)]
    mode = choose(key, "padding_mode", fitting, "zeros", help=HELP)
    if missing := ", ".join(mode for mode in PADDING_MODES if mode not in fitting):
        st.caption(f"{missing}: the input has too few values for this padding.")
    return mode


def fits(layer: Conv2d, input_shape: Shape) -> bool:
    """Whether the layer takes an input of this shape (channels, height, width).

    >>> [fits(Conv2d(1, 1, 1, padding=3, padding_mode=mode), (1, 3, 3)) for mode in ("reflect", "circular")]
    [False, True]
    """
    try:
        layer.output_shape(input_shape)
    except ShapeError:
        return False
    return True
