"""Every window of a layer over an input, its products and their sum: the script that the stepper draws.

What PyTorch calls convolution is cross-correlation: the kernel is laid on the input as it is, not flipped,

    output[o, i, j] = bias[o] + sum over c, m, n of weight[o, c, m, n] * input[c, i * stride + m, j * stride + n].
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from cnnviz.arithmetic.convolution import Conv2d
from cnnviz.arithmetic.pooling import AvgPool2d, MaxPool2d, stride_of
from cnnviz.arithmetic.settings import ShapeError, pair
from cnnviz.arithmetic.shapes import effective_kernel_size

MAX_PRODUCTS = 200_000  # what a page can still hold and draw step by step
MAX_VALUES = 100_000_000  # of a whole output computed at once: 800 MB

Array = npt.NDArray[np.float64]
NUMPY_PAD_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@dataclass(frozen=True, eq=False)
class Step:
    """One window: where it lies, what it holds, and the one output value made from it.

    `values` and `products` have the shape (channels of the window, kernel height, kernel width); pooling looks at one
    channel. `rows` and `columns` are the input coordinates of the taps, which in the padding are negative or at least
    the input's size. `winner` is the (row, column) of the largest tap inside the window, for max-pooling: its place in
    the input is (rows[row], columns[column]). `divisor` is what an average divides by. `result` is the layer's own
    answer, with no ReLU: sum of the products + bias, largest value, or sum / divisor.
    """

    output_index: tuple[int, int, int]
    values: Array
    products: Array
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    bias: float
    result: float
    winner: tuple[int, int] | None = None
    divisor: int | None = None


def steps(
    layer: Conv2d | MaxPool2d | AvgPool2d,
    input: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
) -> list[Step]:
    """Every step of a layer over an input (channels, height, width), in the order channel, row, column.

    `weight` is (out_channels, in_channels / groups, kernel height, kernel width) and `bias` (out_channels,), zeros when
    left out; pooling takes neither. ShapeError when something does not fit, or when there are more products than
    a page can show (200,000).

    >>> picture = [[[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]]
    >>> script = steps(Conv2d(1, 1, kernel_size=3), picture, weight=[[[[0, 1, 2], [2, 2, 0], [0, 1, 2]]]])
    >>> [step.result for step in script]
    [12.0, 12.0, 17.0, 10.0, 17.0, 19.0, 9.0, 6.0, 14.0]
    >>> script[1].products.tolist()
    [[[0.0, 2.0, 2.0], [0.0, 2.0, 0.0], [0.0, 2.0, 4.0]]]
    >>> [step.result for step in steps(MaxPool2d(3, stride=2), picture)]
    [3.0, 3.0, 3.0, 3.0]
    """
    if not isinstance(layer, Conv2d | MaxPool2d | AvgPool2d):
        raise ShapeError(
            f"steps walks the windows of a Conv2d, MaxPool2d or AvgPool2d; {type(layer).__name__} has no such windows."
        )
    values = read_values("The input", input)
    shape = layer.output_shape(values.shape)
    window = layer.weight_shape[1:] if isinstance(layer, Conv2d) else (1, *pair(layer.kernel_size))
    if prod(shape) * prod(window) > MAX_PRODUCTS:
        raise ShapeError(
            f"{prod(shape):,} windows of {prod(window):,} values make {prod(shape) * prod(window):,} products, too "
            f"many to step through (at most {MAX_PRODUCTS:,}): take a smaller input, fewer filters or a larger stride."
        )
    if isinstance(layer, Conv2d):
        return list(convolution_steps(layer, values, *read_parameters(layer, weight, bias)))
    if weight is not None or bias is not None:
        raise ShapeError(f"{type(layer).__name__} has nothing to learn: leave out weight and bias.")
    return list(max_steps(layer, values) if isinstance(layer, MaxPool2d) else average_steps(layer, values))


def convolve(layer: Conv2d, input: npt.ArrayLike, weight: npt.ArrayLike, bias: npt.ArrayLike | None = None) -> Array:
    """The whole output (out_channels, height, width) at once, equal to the results of `steps`: for whole pictures.

    One tap of the kernel at a time is laid on all its places together, so memory stays near that of the output.

    >>> convolve(Conv2d(1, 1, kernel_size=2), [[[1, 2], [3, 4]]], weight=[[[[1, 0], [0, 1]]]]).tolist()
    [[[5.0]]]
    """
    values = read_values("The input", input)
    out_channels, height, width = layer.output_shape(values.shape)
    if out_channels * height * width > MAX_VALUES:
        raise ShapeError(
            f"The output {(out_channels, height, width)} is too large to compute at once: "
            "take a smaller input, less padding or fewer filters."
        )
    weights, biases = read_parameters(layer, weight, bias)
    padded = pad(layer, values)
    padded = padded.reshape(layer.groups, layer.in_channels // layer.groups, *padded.shape[1:])
    weights = weights.reshape(layer.groups, out_channels // layer.groups, *weights.shape[1:])
    (down, across), (dilation_down, dilation_across) = pair(layer.stride), pair(layer.dilation)
    output = np.zeros((layer.groups, out_channels // layer.groups, height, width))
    for m, n in np.ndindex(*weights.shape[3:]):
        top, left = m * dilation_down, n * dilation_across
        places = padded[
            :, :, top : top + (height - 1) * down + 1 : down, left : left + (width - 1) * across + 1 : across
        ]
        output += np.einsum("goc,gchw->gohw", weights[:, :, :, m, n], places, optimize=True)
    return output.reshape(out_channels, height, width) + biases[:, None, None]


def convolution_steps(layer: Conv2d, values: Array, weights: Array, biases: Array) -> Iterator[Step]:
    """One step per output value of a convolution."""
    (above, _), (left, _) = layer.padding_sides()
    padded = pad(layer, values)
    channels = layer.in_channels // layer.groups
    per_group = layer.out_channels // layer.groups
    (down, across), (dilation_down, dilation_across) = pair(layer.stride), pair(layer.dilation)
    kernel_height, kernel_width = pair(layer.kernel_size)
    for index in np.ndindex(*layer.output_shape(values.shape)):
        filter_index, i, j = index
        first = filter_index // per_group * channels
        rows = taps(i * down, kernel_height, dilation_down)
        columns = taps(j * across, kernel_width, dilation_across)
        window = padded[np.ix_(range(first, first + channels), rows, columns)]
        products = window * weights[filter_index]
        bias = float(biases[filter_index])
        yield Step(
            output_index=index,
            values=window,
            products=products,
            rows=tuple(row - above for row in rows),
            columns=tuple(column - left for column in columns),
            bias=bias,
            result=float(products.sum()) + bias,
        )


def max_steps(layer: MaxPool2d, values: Array) -> Iterator[Step]:
    """One step per output value of a max-pooling. Padding holds minus infinity; of equal values the first wins."""
    for index, rows, columns, window in pooling_windows(layer, layer.dilation, values, outside=-np.inf):
        row, column = (int(place) for place in np.unravel_index(window.argmax(), window.shape))
        largest = float(window[row, column])
        yield Step(
            output_index=index,
            values=window[None],
            products=window[None].copy(),
            rows=rows,
            columns=columns,
            bias=0.0,
            result=largest,
            winner=None if largest == -np.inf else (row, column),
        )


def average_steps(layer: AvgPool2d, values: Array) -> Iterator[Step]:
    """One step per output value of an average-pooling; padding counts in the divisor unless count_include_pad=False."""
    _, height, width = values.shape
    border_height, border_width = pair(layer.padding) if layer.count_include_pad else (0, 0)
    for index, rows, columns, window in pooling_windows(layer, 1, values, outside=0.0):
        # with ceil_mode a window may reach beyond the padding: what lies there is never counted
        counted_rows = sum(-border_height <= row < height + border_height for row in rows)
        counted_columns = sum(-border_width <= column < width + border_width for column in columns)
        divisor = layer.divisor_override or counted_rows * counted_columns
        yield Step(
            output_index=index,
            values=window[None],
            products=window[None].copy(),
            rows=rows,
            columns=columns,
            bias=0.0,
            result=float(window.sum()) / divisor,
            divisor=divisor,
        )


def pooling_windows(
    layer: MaxPool2d | AvgPool2d, dilation: int | tuple[int, int], values: Array, outside: float
) -> Iterator[tuple[tuple[int, int, int], tuple[int, ...], tuple[int, ...], Array]]:
    """(output index, rows, columns, values) of every pooling window; `outside` is what lies beyond the input."""
    (down, across), (above, left) = stride_of(layer), pair(layer.padding)
    (kernel_height, kernel_width), (dilation_down, dilation_across) = pair(layer.kernel_size), pair(dilation)
    _, height, width = values.shape
    for index in np.ndindex(*layer.output_shape(values.shape)):
        channel, i, j = index
        rows = taps(i * down - above, kernel_height, dilation_down)
        columns = taps(j * across - left, kernel_width, dilation_across)
        window = np.full((kernel_height, kernel_width), outside)
        inside_rows = [tap for tap, row in enumerate(rows) if 0 <= row < height]
        inside_columns = [tap for tap, column in enumerate(columns) if 0 <= column < width]
        window[np.ix_(inside_rows, inside_columns)] = values[channel][
            np.ix_([rows[tap] for tap in inside_rows], [columns[tap] for tap in inside_columns])
        ]
        yield index, rows, columns, window


def taps(start: int, kernel_size: int, dilation: int) -> tuple[int, ...]:
    """Where the taps of a window lie along one axis.

    >>> taps(-1, 3, 2)
    (-1, 1, 3)
    """
    return tuple(range(start, start + effective_kernel_size(kernel_size, dilation), dilation))


def pad(layer: Conv2d, values: Array) -> Array:
    """The input with the layer's own padding around each channel."""
    sizes = zip(values.shape[1:], layer.padding_sides(), strict=True)
    padded_shape = [len(values), *(size + before + after for size, (before, after) in sizes)]
    if prod(padded_shape) > MAX_VALUES:
        raise ShapeError(f"With its padding the input is {tuple(padded_shape)}, too large to hold: use less padding.")
    # numpy repeats as often as it must; output_shape has already refused what torch would not repeat
    return np.pad(values, ((0, 0), *layer.padding_sides()), mode=NUMPY_PAD_MODES[layer.padding_mode])  # type: ignore[call-overload]


def read_values(name: str, values: npt.ArrayLike) -> Array:
    """The values as an array of float64; ShapeError in words when they are not numbers in a regular grid."""
    if hasattr(values, "detach"):  # a parameter of a torch module, which numpy only reads once it is detached
        values = values.detach()
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, RuntimeError):
        raise ShapeError(f"{name} must be numbers in rows of equal length.") from None


def read_parameters(layer: Conv2d, weight: npt.ArrayLike | None, bias: npt.ArrayLike | None) -> tuple[Array, Array]:
    """The weights and biases as arrays of the shapes the layer stores; ShapeError in words otherwise."""
    if weight is None:
        raise ShapeError(f"Conv2d needs its weight, an array of shape {layer.weight_shape}.")
    weights = read_values("The weight", weight)
    if weights.shape != layer.weight_shape:
        raise ShapeError(
            f"The weight has shape {weights.shape}; this Conv2d stores (out_channels, in_channels / groups, height, "
            f"width) = {layer.weight_shape}."
        )
    if bias is None:
        return weights, np.zeros(layer.out_channels)
    biases = read_values("The bias", bias)
    if not layer.bias:
        raise ShapeError("This Conv2d was made with bias=False, and a bias was given: leave one of them out.")
    if biases.shape != (layer.out_channels,):
        raise ShapeError(
            f"The bias has shape {biases.shape}; there is one per filter, so it must be {(layer.out_channels,)}."
        )
    return weights, biases
