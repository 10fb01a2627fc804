"""Every window of a max- or average-pooling: the winner of each, or what it is divided by."""

from collections.abc import Iterator

import numpy as np

from cnnviz.arithmetic.layers import AvgPool2d, MaxPool2d
from cnnviz.arithmetic.settings import pair
from cnnviz.arithmetic.windows.step import Array, Step, window_taps


def max_steps(layer: MaxPool2d, values: Array) -> Iterator[Step]:
    """One step per output value of a max-pooling of `values` (C, H, W).

    Padding holds minus infinity; of equal values the first wins.
    """
    for index, rows, columns, window in pooling_windows(layer, values, outside=-np.inf):
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
    """One step per output value of an average-pooling of `values` (C, H, W).

    Padding counts in the divisor unless count_include_pad=False.
    """
    for index, rows, columns, window in pooling_windows(layer, values, outside=0.0):
        divisor = divisor_of(layer, rows, columns, values.shape)
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


def divisor_of(layer: AvgPool2d, rows: tuple[int, ...], columns: tuple[int, ...], shape: tuple[int, ...]) -> int:
    """What the sum of a window with these taps is divided by, over an input (channels, height, width).

    >>> corner = ((-1, 0, 1), (-1, 0, 1))
    >>> divisor_of(AvgPool2d(3, padding=1), *corner, (1, 6, 6))
    9
    >>> divisor_of(AvgPool2d(3, padding=1, count_include_pad=False), *corner, (1, 6, 6))
    4
    """
    if layer.divisor_override:
        return layer.divisor_override
    # with ceil_mode a window may reach beyond the padding: what lies there is never counted
    borders = pair(layer.padding) if layer.count_include_pad else (0, 0)
    counted_rows, counted_columns = (
        sum(-border <= tap < size + border for tap in taps)
        for taps, size, border in zip((rows, columns), shape[1:], borders, strict=True)
    )
    return counted_rows * counted_columns


def pooling_taps(
    layer: MaxPool2d | AvgPool2d, input_shape: tuple[int, ...]
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """(rows, columns) of the taps of all windows, in input coordinates: one tuple per row or column of the output.

    >>> pooling_taps(MaxPool2d(2), (1, 2, 4))
    ([(0, 1)], [(0, 1), (2, 3)])
    """
    _, *counts = layer.output_shape(input_shape)
    rows, columns = (
        window_taps(count, -along.padding, along.stride, along.kernel_size, along.dilation)
        for count, along in zip(counts, layer.along, strict=True)
    )
    return rows, columns


def pooling_windows(
    layer: MaxPool2d | AvgPool2d, values: Array, outside: float
) -> Iterator[tuple[tuple[int, int, int], tuple[int, ...], tuple[int, ...], Array]]:
    """(output index, rows, columns, values) of every pooling window; `outside` is what lies beyond the input."""
    _, height, width = values.shape
    rows, columns = pooling_taps(layer, values.shape)
    down, across = np.array(rows)[:, None, :, None], np.array(columns)[None, :, None, :]
    inside = (down >= 0) & (down < height) & (across >= 0) & (across < width)
    for channel, plane in enumerate(values):
        # (windows down, windows across, kernel height, kernel width)
        windows = np.where(inside, plane[down.clip(0, height - 1), across.clip(0, width - 1)], outside)
        for i, row_taps in enumerate(rows):
            for j, column_taps in enumerate(columns):
                yield (channel, i, j), row_taps, column_taps, windows[i, j]
