"""What a window does, step by step. The door to every window of every layer."""

from cnnviz.arithmetic.windows.every_window import (
    MAX_PRODUCTS,
    NUMPY_PAD_MODES,
    EqualConvolution,
    Stamp,
    Step,
    convolve,
    equal_convolution,
    flipped_weight,
    stamps,
    steps,
    stretch,
)

__all__ = [
    "MAX_PRODUCTS",
    "NUMPY_PAD_MODES",
    "EqualConvolution",
    "Stamp",
    "Step",
    "convolve",
    "equal_convolution",
    "flipped_weight",
    "stamps",
    "steps",
    "stretch",
]
