"""What one step of a sliding window is, how large a walk may be, and the numbers of a person as an array."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnnviz.arithmetic.settings import ShapeError
from cnnviz.arithmetic.shapes import effective_kernel_size

MAX_PRODUCTS = 200_000  # what a page can still hold and draw step by step
MAX_VALUES = 100_000_000  # of a whole output computed at once: 800 MB

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Step:
    """One window: where it lies, what it holds, and the one output value made from it.

    `values` and `products` have the shape (channels of the window, kernel height, kernel width); pooling looks at one
    channel. `rows` and `columns` are the input coordinates of the taps, which in the padding are negative or at least
    the input's size. `winner` is the (row, column) of the largest tap inside the window, for max-pooling: its place in
    the input is (rows[row], columns[column]). `divisor` is what an average divides by. `result` is the layer's own
    answer, with no ReLU: sum of the products + bias, largest value, or sum / divisor.

    Of a one-dimensional layer `output_index` is (channel, position) and `values` and `products` are (channels of the
    window, kernel size). `rows` is (0,), `columns` are the taps and a `winner` is (0, tap): one row of a drawing.

    Of a transposed convolution `rows` and `columns` lie in the stretched input: see `transposed_windows`.
    """

    output_index: tuple[int, ...]
    values: Array
    products: Array
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    bias: float
    result: float
    winner: tuple[int, int] | None = None
    divisor: int | None = None


def taps(start: int, kernel_size: int, dilation: int) -> tuple[int, ...]:
    """Where the taps of a window lie along one axis.

    >>> taps(-1, 3, 2)
    (-1, 1, 3)
    """
    return tuple(range(start, start + effective_kernel_size(kernel_size, dilation), dilation))


def window_taps(count: int, start: int, stride: int, kernel_size: int, dilation: int) -> list[tuple[int, ...]]:
    """The taps of all windows along one axis, the first of which begins at `start`.

    >>> window_taps(3, start=-1, stride=2, kernel_size=3, dilation=1)
    [(-1, 0, 1), (1, 2, 3), (3, 4, 5)]
    """
    return [taps(start + index * stride, kernel_size, dilation) for index in range(count)]


def weighed_steps(
    bordered: Array,
    corner: tuple[int, int],
    rows: Sequence[tuple[int, ...]],
    columns: Sequence[tuple[int, ...]],
    weights: Array,
    biases: Array,
) -> Iterator[Step]:
    """One step per output value of a convolution: filter by filter, row by row, column by column.

    `bordered` (channels, height, width) is what the windows lie on, with its border, and `corner` the (row, column) in
    it that the taps count from. `weights` (filters, channels / groups, kernel height, kernel width) are as they lie on
    it; how many groups there are follows from the channels.
    """
    filters, inputs = weights.shape[:2]
    per_group = filters * inputs // len(bordered)
    down = np.array(rows) + corner[0]
    across = np.array(columns) + corner[1]
    for filter_index in range(filters):
        first = filter_index // per_group * inputs
        group = bordered[first : first + inputs]
        # (channels, windows down, windows across, kernel height, kernel width)
        found = group[:, down[:, None, :, None], across[None, :, None, :]]
        windows = np.ascontiguousarray(np.moveaxis(found, 0, 2))
        products = windows * weights[filter_index]
        sums = products.reshape(*products.shape[:2], -1).sum(axis=-1)
        bias = float(biases[filter_index])
        for i, row_taps in enumerate(rows):
            for j, column_taps in enumerate(columns):
                yield Step(
                    output_index=(filter_index, i, j),
                    values=windows[i, j],
                    products=products[i, j],
                    rows=row_taps,
                    columns=column_taps,
                    bias=bias,
                    result=float(sums[i, j]) + bias,
                )


def read_values(name: str, values: npt.ArrayLike) -> Array:
    """The values as a float64 array of any shape; ShapeError when they are not numbers in a regular grid."""
    if hasattr(values, "detach"):  # a parameter of a torch module, which numpy only reads once it is detached
        values = values.detach()
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, RuntimeError):
        raise ShapeError(f"{name} must be numbers in rows of equal length.") from None
