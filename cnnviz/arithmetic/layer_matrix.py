"""A layer as one matrix, and the windows of an input as the columns of one (im2col).

A convolution is linear: laid out flat, output = M @ input + bias, where row r of M holds the weights that output r
gives to each input. Most of M is zero (local connectivity), and every row holds the same few weights in other places
(weight sharing): in one dimension a Toeplitz matrix. The transposed convolution with the same weight and settings has
the transposed matrix, hence its name.
"""

from math import prod

import numpy as np
import numpy.typing as npt

from cnnviz.arithmetic.convolution import Conv2d, ConvTranspose2d
from cnnviz.arithmetic.convolution_windows import NUMPY_PAD_MODES, check_bordered, convolution_taps, pad, read_weight
from cnnviz.arithmetic.one_dimensional import AvgPool1d, Conv1d, MaxPool1d, read_sequence_shape
from cnnviz.arithmetic.pooling import AvgPool2d, MaxPool2d
from cnnviz.arithmetic.pooling_windows import divisor_of, pooling_taps
from cnnviz.arithmetic.settings import Shape, ShapeError, pair
from cnnviz.arithmetic.step import MAX_VALUES, Array, read_values
from cnnviz.arithmetic.transposed_windows import equal_convolution, flipped_weight, transposed_taps

MAX_ENTRIES = 1_000_000  # of a matrix: 8 MB, and far more than a page can draw
MAX_COLUMN_VALUES = 10_000_000  # of all windows as columns: 80 MB

NOTHING = -1  # what a tap reads that lies on a zero: no input value
Places = npt.NDArray[np.int64]

LinearLayer = Conv2d | ConvTranspose2d | AvgPool2d | Conv1d | AvgPool1d


def layer_matrix(layer: LinearLayer, input_shape: Shape, weight: npt.ArrayLike | None = None) -> Array:
    """The matrix M (outputs, inputs) with output.flatten() = M @ input.flatten() + the bias of each output's filter.

    Rows follow (output channel, row, column), columns (input channel, row, column). `weight` is as the layer stores it;
    an average pooling takes none. Where padding repeats the input, two taps may read the same value: their weights are
    added up. ShapeError where something does not fit, for a matrix of more than 1,000,000 entries, and for layers that
    are no matrix.

    >>> layer_matrix(Conv1d(1, 1, kernel_size=2), (1, 4), [[[5, 7]]]).tolist()
    [[5.0, 7.0, 0.0, 0.0], [0.0, 5.0, 7.0, 0.0], [0.0, 0.0, 5.0, 7.0]]
    >>> edge = Conv1d(1, 1, kernel_size=3, padding=1, padding_mode="replicate")
    >>> layer_matrix(edge, (1, 2), [[[1, 10, 100]]]).tolist()
    [[11.0, 100.0], [1.0, 110.0]]
    """
    if isinstance(layer, MaxPool2d | MaxPool1d):
        raise ShapeError(
            f"{type(layer).__name__} is no matrix: which input it passes on depends on the values, so it is not linear."
        )
    if not isinstance(layer, LinearLayer):
        raise ShapeError(
            "layer_matrix writes a Conv2d, ConvTranspose2d, AvgPool2d, Conv1d or AvgPool1d as a matrix, "
            f"not a {type(layer).__name__}."
        )
    if isinstance(layer, AvgPool2d | AvgPool1d) and weight is not None:
        raise ShapeError(f"{type(layer).__name__} has nothing to learn: leave out the weight.")
    if isinstance(layer, Conv1d | AvgPool1d):
        layer.output_shape(input_shape)
        if isinstance(layer, Conv1d):
            weight = read_weight("Conv1d", layer.weight_shape, weight)[:, :, None, :]
        channels, length = read_sequence_shape(type(layer).__name__, input_shape)
        return layer_matrix(layer.as_2d(), (channels, 1, length), weight)
    output_shape = layer.output_shape(input_shape)
    check_entries(layer, input_shape, output_shape)
    places = window_places(layer, input_shape)
    if isinstance(layer, AvgPool2d):
        return averaging_matrix(layer, input_shape, places)
    if isinstance(layer, ConvTranspose2d):
        weights = flipped_weight(layer, read_weight("ConvTranspose2d", layer.weight_shape, weight))
    else:
        weights = read_weight("Conv2d", layer.weight_shape, weight)
    return weighing_matrix(weights, input_shape, places)


def im2col(layer: Conv2d | Conv1d, input: npt.ArrayLike) -> Array:
    """Every window of a convolution as one column: (in_channels * kernel height * kernel width, windows).

    As torch.nn.functional.unfold, in every padding mode. With it a convolution is one product of matrices:
    weight.reshape(out_channels, -1) @ im2col(layer, input). Each of several groups has its own block of rows:
    im2col(...).reshape(groups, -1, windows).

    >>> im2col(Conv2d(1, 1, kernel_size=2), [[[1, 2, 3], [4, 5, 6]]]).tolist()
    [[1.0, 2.0], [2.0, 3.0], [4.0, 5.0], [5.0, 6.0]]
    """
    if not isinstance(layer, Conv2d | Conv1d):
        raise ShapeError(f"im2col lays out the windows of a Conv2d or Conv1d, not of a {type(layer).__name__}.")
    values = read_values("The input", input)
    _, *sizes = layer.output_shape(values.shape)
    if isinstance(layer, Conv1d):
        layer, values = layer.as_2d(), values[:, None, :]
    window = layer.in_channels * prod(pair(layer.kernel_size))
    if window * prod(sizes) > MAX_COLUMN_VALUES:
        raise ShapeError(
            f"{prod(sizes):,} windows of {window:,} values are {window * prod(sizes):,} in all, too many to lay out "
            f"(at most {MAX_COLUMN_VALUES:,}): take a smaller input or a larger stride."
        )
    rows, columns = convolution_taps(layer, values.shape)
    (above, _), (left, _) = layer.padding_sides()
    down, across = np.array(rows) + above, np.array(columns) + left
    # (channels, kernel height, kernel width, windows down, windows across)
    found = pad(layer, values)[:, down.T[:, None, :, None], across.T[None, :, None, :]]
    return found.reshape(window, prod(sizes))


def check_entries(
    layer: Conv2d | ConvTranspose2d | AvgPool2d, input_shape: tuple[int, ...], output_shape: tuple[int, ...]
) -> None:
    """Refuse a matrix that is too large to hold, or one with too many weights to put into it."""
    outputs, inputs = prod(output_shape), prod(input_shape)
    if outputs * inputs > MAX_ENTRIES:
        raise ShapeError(
            f"{outputs:,} outputs of {inputs:,} inputs make a matrix of {outputs * inputs:,} entries, too many to show "
            f"(at most {MAX_ENTRIES:,}): take a smaller input, fewer filters or a larger stride."
        )
    taps = prod(pair(layer.kernel_size))
    if outputs * taps > MAX_ENTRIES:
        raise ShapeError(
            f"{outputs:,} outputs with {taps:,} weights each are too many to put into a matrix: take a smaller kernel."
        )


def window_places(layer: Conv2d | ConvTranspose2d | AvgPool2d, input_shape: tuple[int, ...]) -> Places:
    """Which value of a plane each tap of each window reads, (windows, taps), counted row by row; -1 for a zero.

    >>> window_places(Conv2d(1, 1, kernel_size=(1, 3), padding=(0, 1)), (1, 1, 2)).tolist()
    [[-1, 0, 1], [0, 1, -1]]
    """
    _, height, width = input_shape
    plane = np.arange(height * width).reshape(height, width)
    if isinstance(layer, ConvTranspose2d):
        equal = equal_convolution(layer, input_shape)
        if prod(equal.stretched_size) > MAX_VALUES:
            raise ShapeError("With its zeros between the input is too large to hold: use a smaller stride.")
        plane = np.full(equal.stretched_size, NOTHING)
        down, across = pair(layer.stride)
        plane[::down, ::across] = np.arange(height * width).reshape(height, width)
        rows, columns = transposed_taps(equal)
    elif isinstance(layer, Conv2d):
        rows, columns = convolution_taps(layer, input_shape)
        if layer.padding_mode != "zeros":
            return padded_places(layer, plane, rows, columns)
    else:
        rows, columns = pooling_taps(layer, input_shape)
    tap_rows, tap_columns = np.array(rows)[:, None, :, None], np.array(columns)[None, :, None, :]
    height, width = plane.shape
    inside = (tap_rows >= 0) & (tap_rows < height) & (tap_columns >= 0) & (tap_columns < width)
    found = plane[tap_rows.clip(0, height - 1), tap_columns.clip(0, width - 1)]
    return np.where(inside, found, NOTHING).reshape(len(rows) * len(columns), -1)


def padded_places(layer: Conv2d, plane: Places, rows: list[tuple[int, ...]], columns: list[tuple[int, ...]]) -> Places:
    """The same where padding copies the input: the places, padded just as the input is."""
    sides = layer.padding_sides()
    check_bordered((1, *plane.shape), sides)
    padded = np.pad(plane, sides, mode=NUMPY_PAD_MODES[layer.padding_mode])  # type: ignore[call-overload]
    down, across = np.array(rows) + sides[0][0], np.array(columns) + sides[1][0]
    found: Places = padded[down[:, None, :, None], across[None, :, None, :]]
    return found.reshape(len(rows) * len(columns), -1)


def weighing_matrix(weights: Array, input_shape: tuple[int, ...], places: Places) -> Array:
    """The matrix of weights (filters, channels / groups, height, width) for windows that read those places."""
    filters, inputs = weights.shape[:2]
    channels, height, width = input_shape
    groups = channels // inputs
    matrix = np.zeros((filters, len(places), channels, height * width))
    for group, members in enumerate(np.array_split(np.arange(filters), groups)):
        block = matrix[members[0] : members[-1] + 1, :, group * inputs : (group + 1) * inputs]
        for tap, weight in enumerate(np.moveaxis(weights[members].reshape(len(members), inputs, -1), 2, 0)):
            # one tap reads one value of each window, so no place comes up twice in one addition
            windows = np.flatnonzero(places[:, tap] != NOTHING)
            block[:, windows, :, places[windows, tap]] += weight
    return matrix.reshape(filters * len(places), channels * height * width)


def averaging_matrix(layer: AvgPool2d, input_shape: tuple[int, ...], places: Places) -> Array:
    """The matrix of an average pooling: each channel only sees itself, and each value counts one divisor-th."""
    channels, height, width = input_shape
    rows, columns = pooling_taps(layer, input_shape)
    plane = np.zeros((len(places), height * width))
    for window, (down, across) in enumerate(np.ndindex(len(rows), len(columns))):
        read = places[window][places[window] != NOTHING]
        plane[window, read] = 1 / divisor_of(layer, rows[down], columns[across], input_shape)
    matrix = np.zeros((channels, len(places), channels, height * width))
    for channel in range(channels):
        matrix[channel, :, channel] = plane
    return matrix.reshape(channels * len(places), channels * height * width)
