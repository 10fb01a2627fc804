"""How many bytes the numbers take: every value is a float32, 4 bytes, as PyTorch makes them unless told otherwise."""

from math import prod

from cnnviz.arithmetic.layers import Layer
from cnnviz.arithmetic.settings import Shape

FLOAT32_BYTES = 4
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


def activation_bytes(layer: Layer, *input_shapes: Shape) -> int:
    """Bytes of a layer's output for one image, in float32; ShapeError when the input does not fit.

    What a framework keeps besides, such as the input for the way back or workspace, is not counted.

    >>> from cnnviz.arithmetic.layers import Conv2d
    >>> activation_bytes(Conv2d(3, 96, kernel_size=11, stride=4), (3, 227, 227))
    1161600
    """
    return prod(layer.output_shape(*input_shapes)) * FLOAT32_BYTES


def parameter_bytes(layer: Layer) -> int:
    """Bytes of a layer's parameters, in float32.

    >>> from cnnviz.arithmetic.layers import Linear
    >>> parameter_bytes(Linear(9216, 4096))
    151011328
    """
    return layer.num_params * FLOAT32_BYTES


def readable_bytes(number: int) -> str:
    """Bytes in the unit in which they are a small number, rounded to three figures; 1 kB is 1,000 bytes.

    >>> readable_bytes(1_161_600), readable_bytes(553_430_176), readable_bytes(512), readable_bytes(999_999)
    ('1.16 MB', '553 MB', '512 bytes', '1.00 MB')
    """
    size, unit = float(number), 0
    while size >= 999.5 and unit + 1 < len(UNITS):
        size, unit = size / 1000, unit + 1
    if unit == 0:
        return f"{number:,} {UNITS[0]}"
    decimals = 2 if size < 9.995 else 1 if size < 99.95 else 0
    return f"{size:,.{decimals}f} {UNITS[unit]}"
