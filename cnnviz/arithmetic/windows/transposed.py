"""A transposed convolution, seen both ways: as an equal convolution on a stretched input, and as stamping.

Stamping: every input value stamps the kernel, times itself, into the output, `stride` cells further than its neighbour,

    output[o, i * stride + dilation * m - padding] += input[c, i] * weight[c, o, m],

and what falls outside the output is cropped.

The equal convolution: put stride - 1 zeros between neighbours of the input, a border of dilation * (k - 1) - padding
zeros around it (and output_padding more at the end), and slide the flipped kernel over it with stride 1,

    output[o, i] = bias[o] + sum over c, m of stretched[c, i - border + dilation * m] * weight[c, o, k - 1 - m].

A negative border takes cells away. Both are one formula read from two ends: with k - 1 - m for m the second is the
first.

Dumoulin, Visin: A guide to convolution arithmetic for deep learning, arXiv:1603.07285, chapter 4.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from cnnviz.arithmetic.layers import ConvTranspose2d
from cnnviz.arithmetic.settings import Shape, ShapeError, pair
from cnnviz.arithmetic.windows.convolution import check_bordered, read_parameters, read_weight
from cnnviz.arithmetic.windows.step import (
    MAX_PRODUCTS,
    MAX_VALUES,
    Array,
    Step,
    read_values,
    taps,
    weighed_steps,
    window_taps,
)

Sides = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class EqualConvolution:
    """The direct convolution, with stride 1, that a transposed convolution equals on the stretched input.

    `stretched_size` and `output_size` are (height, width). `padding` is ((above, below), (left, right)) zeros around
    the stretched input: dilation * (kernel_size - 1) - padding on each side, and output_padding more below and on the
    right. Where it is negative, so many rows or columns of the stretched input are taken away.
    """

    in_channels: int
    out_channels: int
    kernel_size: tuple[int, int]
    padding: Sides
    dilation: tuple[int, int]
    groups: int
    bias: bool
    stretched_size: tuple[int, int]
    output_size: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Stamp:
    """One input value and what it adds to the output: the kernel times the value, laid at `rows` and `columns`.

    `input_index` is (channel, row, column). `products` has the shape (out_channels / groups, kernel height, kernel
    width), one plane for each output channel in `channels`. `rows` and `columns` are output coordinates: 0 is the first
    row that is kept, and what is negative or at least the output's size falls to the padding, which crops it.
    """

    input_index: tuple[int, int, int]
    value: float
    products: Array
    channels: tuple[int, ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]


def equal_convolution(layer: ConvTranspose2d, input_shape: Shape) -> EqualConvolution:
    """The direct convolution that equals the layer on the stretched input of an input (channels, height, width).

    Its weight is `flipped_weight(layer, weight)`, its input `stretch(layer, input)`. ShapeError where the input does
    not fit the layer.

    >>> odd = ConvTranspose2d(1, 1, kernel_size=3, stride=2, padding=1, output_padding=1)
    >>> equal = equal_convolution(odd, (1, 3, 3))
    >>> equal.stretched_size, equal.padding, equal.output_size
    ((5, 5), ((1, 2), (1, 2)), (6, 6))
    """
    _, height, width = layer.output_shape(input_shape)
    kernel_size, dilation = pair(layer.kernel_size), pair(layer.dilation)
    borders = [
        spread * (size - 1) - padding
        for size, spread, padding in zip(kernel_size, dilation, pair(layer.padding), strict=True)
    ]
    extra = pair(layer.output_padding)
    down, across = pair(layer.stride)
    return EqualConvolution(
        in_channels=layer.in_channels,
        out_channels=layer.out_channels,
        kernel_size=kernel_size,
        padding=((borders[0], borders[0] + extra[0]), (borders[1], borders[1] + extra[1])),
        dilation=dilation,
        groups=layer.groups,
        bias=layer.bias,
        stretched_size=((input_shape[1] - 1) * down + 1, (input_shape[2] - 1) * across + 1),
        output_size=(height, width),
    )


def stretch(layer: ConvTranspose2d, input: npt.ArrayLike) -> Array:
    """The input with stride - 1 zeros between neighbours: (channels, (height - 1) * stride + 1, ... width ...).

    >>> stretch(ConvTranspose2d(1, 1, kernel_size=2, stride=2), [[[1, 2], [3, 4]]]).tolist()
    [[[1.0, 0.0, 2.0], [0.0, 0.0, 0.0], [3.0, 0.0, 4.0]]]
    """
    values = read_values("The input", input)
    height, width = equal_convolution(layer, values.shape).stretched_size
    if len(values) * height * width > MAX_VALUES:
        raise ShapeError(
            f"With its zeros between the input is {(len(values), height, width)}, too large to hold: "
            "use a smaller stride."
        )
    stretched = np.zeros((len(values), height, width))
    down, across = pair(layer.stride)
    stretched[:, ::down, ::across] = values
    return stretched


def flipped_weight(layer: ConvTranspose2d, weight: npt.ArrayLike) -> Array:
    """The weight of the equal convolution: flipped in both directions, and as Conv2d stores it, output first.

    (in_channels, out_channels / groups, height, width) -> (out_channels, in_channels / groups, height, width).

    >>> flipped_weight(ConvTranspose2d(1, 1, kernel_size=2), [[[[1, 2], [3, 4]]]]).tolist()
    [[[[4.0, 3.0], [2.0, 1.0]]]]
    """
    weights = read_weight("ConvTranspose2d", layer.weight_shape, weight)
    grouped = weights.reshape(layer.groups, layer.in_channels // layer.groups, *weights.shape[1:])
    laid = np.swapaxes(grouped, 1, 2)[..., ::-1, ::-1].copy()  # the caller's weight is not shared
    return laid.reshape(layer.out_channels, layer.in_channels // layer.groups, *weights.shape[2:])


def transposed_steps(layer: ConvTranspose2d, values: Array, weights: Array, biases: Array) -> Iterator[Step]:
    """One step per output value: the window of the stretched input under the flipped kernel.

    `values` (C, H, W), `weights` (C, out_channels / groups, kh, kw), `biases` (out_channels,).
    """
    equal = equal_convolution(layer, values.shape)
    stretched = stretch(layer, values)
    (above, below), (left, right) = equal.padding
    sides = ((max(above, 0), max(below, 0)), (max(left, 0), max(right, 0)))
    check_bordered(stretched.shape, sides)
    rows, columns = transposed_taps(equal)
    return weighed_steps(
        np.pad(stretched, ((0, 0), *sides)),
        (sides[0][0], sides[1][0]),
        rows,
        columns,
        flipped_weight(layer, weights),
        biases,
    )


def transposed_taps(equal: EqualConvolution) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """(rows, columns) of the taps of all windows, in coordinates of the stretched input."""
    rows, columns = (
        window_taps(count, -before, 1, size, dilation)
        for count, (before, _), size, dilation in zip(
            equal.output_size, equal.padding, equal.kernel_size, equal.dilation, strict=True
        )
    )
    return rows, columns


def stamps(
    layer: ConvTranspose2d, input: npt.ArrayLike, weight: npt.ArrayLike, bias: npt.ArrayLike | None = None
) -> list[Stamp]:
    """One stamp per input value, in the order channel, row, column.

    `weight` is as ConvTranspose2d stores it: (in_channels, out_channels / groups, height, width). All stamps added up,
    cropped, and the bias on every cell: that is the layer's output. The bias is in no stamp; it is only read, so that
    one which does not fit is refused in words. ShapeError also for more products than a page can show (200,000).

    >>> layer = ConvTranspose2d(1, 1, kernel_size=2, stride=1, padding=1)
    >>> first, *_, last = stamps(layer, [[[1, 2], [3, 4]]], [[[[1, 10], [100, 1000]]]])
    >>> first.products.tolist(), first.rows, first.columns
    ([[[1.0, 10.0], [100.0, 1000.0]]], (-1, 0), (-1, 0))
    >>> last.input_index, last.value, last.rows, last.columns
    ((0, 1, 1), 4.0, (0, 1), (0, 1))
    """
    values = read_values("The input", input)
    layer.output_shape(values.shape)
    per_value = prod(layer.weight_shape[1:])
    if values.size * per_value > MAX_PRODUCTS:
        raise ShapeError(
            f"{values.size:,} input values of {per_value:,} products each make {values.size * per_value:,}, too many "
            f"to step through (at most {MAX_PRODUCTS:,}): take a smaller input, fewer filters or a smaller kernel."
        )
    weights, _ = read_parameters(layer, weight, bias)
    inputs, outputs = layer.in_channels // layer.groups, layer.out_channels // layer.groups
    rows, columns = (
        [taps(index * stride - padding, size, dilation) for index in range(length)]
        for length, stride, padding, size, dilation in zip(
            values.shape[1:],
            pair(layer.stride),
            pair(layer.padding),
            pair(layer.kernel_size),
            pair(layer.dilation),
            strict=True,
        )
    )
    return [
        Stamp(
            input_index=(channel, i, j),
            value=float(values[channel, i, j]),
            products=values[channel, i, j] * weights[channel],
            channels=tuple(range(channel // inputs * outputs, (channel // inputs + 1) * outputs)),
            rows=rows[i],
            columns=columns[j],
        )
        for channel, i, j in np.ndindex(*values.shape)
    ]
