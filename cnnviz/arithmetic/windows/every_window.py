"""Every window of a layer over an input, its products and their sum: the script that the stepper draws.

The door to it: `steps` for every layer that slides a window, `convolve` for a whole output at once, `stamps` and
`stretch` for the two ways to see a transposed convolution. Which formula each follows stands in convolution_windows.py,
pooling_windows.py and transposed_windows.py.
"""

from dataclasses import replace
from math import prod

import numpy.typing as npt

from cnnviz.arithmetic.layers import AvgPool1d, AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, MaxPool1d, MaxPool2d
from cnnviz.arithmetic.settings import ShapeError, pair
from cnnviz.arithmetic.windows.convolution import (
    NUMPY_PAD_MODES,
    convolution_steps,
    convolve,
    read_parameters,
    read_weight,
)
from cnnviz.arithmetic.windows.pooling import average_steps, max_steps
from cnnviz.arithmetic.windows.step import MAX_PRODUCTS, Step, read_values
from cnnviz.arithmetic.windows.transposed import (
    EqualConvolution,
    Stamp,
    equal_convolution,
    flipped_weight,
    stamps,
    stretch,
    transposed_steps,
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

Layer1d = Conv1d | MaxPool1d | AvgPool1d
Layer2d = Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d
WindowLayer = Layer1d | Layer2d


def steps(
    layer: WindowLayer,
    input: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
) -> list[Step]:
    """Every step of a layer over an input (channels, height, width), in the order channel, row, column.

    `weight` is (out_channels, in_channels / groups, kernel height, kernel width) and `bias` (out_channels,), zeros when
    left out; pooling takes neither. ShapeError when something does not fit, or when there are more products than
    a page can show (200,000).

    A ConvTranspose2d, whose weight is (in_channels, out_channels / groups, kernel height, kernel width), is walked as
    the equal convolution: its windows lie on the stretched input and the kernel on them is flipped; `rows` and
    `columns` count in the stretched input, where neighbours of the input are `stride` apart and the rest is zero.

    Conv1d, MaxPool1d and AvgPool1d take an input (channels, length) and a weight (out_channels, in_channels / groups,
    kernel size); their steps have one row.

    >>> picture = [[[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]]
    >>> script = steps(Conv2d(1, 1, kernel_size=3), picture, weight=[[[[0, 1, 2], [2, 2, 0], [0, 1, 2]]]])
    >>> [step.result for step in script]
    [12.0, 12.0, 17.0, 10.0, 17.0, 19.0, 9.0, 6.0, 14.0]
    >>> script[1].products.tolist()
    [[[0.0, 2.0, 2.0], [0.0, 2.0, 0.0], [0.0, 2.0, 4.0]]]
    >>> [step.result for step in steps(MaxPool2d(3, stride=2), picture)]
    [3.0, 3.0, 3.0, 3.0]
    >>> script = steps(ConvTranspose2d(1, 1, kernel_size=2), [[[5, 7]]], weight=[[[[1, 2], [3, 4]]]])
    >>> script[1].values.tolist(), script[1].products.tolist(), script[1].result
    ([[[0.0, 0.0], [5.0, 7.0]]], [[[0.0, 0.0], [10.0, 7.0]]], 17.0)
    >>> [step.result for step in steps(Conv1d(1, 1, kernel_size=2), [[1, 4, 9]], weight=[[[-1, 1]]])]
    [3.0, 5.0]
    """
    if not isinstance(layer, WindowLayer):
        raise ShapeError(
            "steps walks the windows of a Conv2d, ConvTranspose2d, MaxPool2d or AvgPool2d, or of a Conv1d, MaxPool1d "
            f"or AvgPool1d; {type(layer).__name__} has no such windows."
        )
    if isinstance(layer, Layer1d):
        return steps_along(layer, input, weight, bias)
    values = read_values("The input", input)
    check_length(layer, values.shape)
    if isinstance(layer, Conv2d):
        return list(convolution_steps(layer, values, *read_parameters(layer, weight, bias)))
    if isinstance(layer, ConvTranspose2d):
        return list(transposed_steps(layer, values, *read_parameters(layer, weight, bias)))
    check_nothing_to_learn(layer, weight, bias)
    return list(max_steps(layer, values) if isinstance(layer, MaxPool2d) else average_steps(layer, values))


def steps_along(
    layer: Layer1d, input: npt.ArrayLike, weight: npt.ArrayLike | None, bias: npt.ArrayLike | None
) -> list[Step]:
    """The steps of a layer over a sequence (channels, length): those of its brother on a picture of one row."""
    values = read_values("The input", input)
    layer.output_shape(values.shape)
    if isinstance(layer, Conv1d):
        weight = read_weight("Conv1d", layer.weight_shape, weight)[:, :, None, :]
        if bias is not None and not layer.bias:
            raise ShapeError("This Conv1d was made with bias=False, and a bias was given: leave one of them out.")
    else:
        check_nothing_to_learn(layer, weight, bias)
    walk = steps(layer.as_2d(), values[:, None, :], weight, bias)
    return [
        replace(
            step,
            output_index=(step.output_index[0], step.output_index[2]),
            values=step.values[:, 0],
            products=step.products[:, 0],
        )
        for step in walk
    ]


def check_nothing_to_learn(layer: WindowLayer, weight: npt.ArrayLike | None, bias: npt.ArrayLike | None) -> None:
    """Refuse a weight or a bias for a pooling layer."""
    if weight is not None or bias is not None:
        raise ShapeError(f"{type(layer).__name__} has nothing to learn: leave out weight and bias.")


def check_length(layer: Layer2d, input_shape: tuple[int, ...]) -> None:
    """Refuse an input that does not fit, and a walk of more products than a page can hold."""
    shape = layer.output_shape(input_shape)
    channels = layer.in_channels // layer.groups if isinstance(layer, Conv2d | ConvTranspose2d) else 1
    window = channels * prod(pair(layer.kernel_size))
    if prod(shape) * window > MAX_PRODUCTS:
        raise ShapeError(
            f"{prod(shape):,} windows of {window:,} values make {prod(shape) * window:,} products, too "
            f"many to step through (at most {MAX_PRODUCTS:,}): take a smaller input, fewer filters or a larger stride."
        )
