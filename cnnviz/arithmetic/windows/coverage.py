"""Where the windows of a layer lie along one axis: what they read, what of the padding, and what no window reaches."""

from dataclasses import dataclass
from functools import cached_property

from cnnviz.arithmetic.layers import Layer
from cnnviz.arithmetic.layers.adaptive_pooling import AdaptivePool2d
from cnnviz.arithmetic.layers.sliding_window import SlidingWindow
from cnnviz.arithmetic.receptive_field import window_bounds
from cnnviz.arithmetic.settings import AXES, LINES, Shape, counted
from cnnviz.arithmetic.shapes import effective_kernel_size

MAX_SIZE = 1000  # a longer axis is not laid out cell by cell


@dataclass(frozen=True)
class Coverage:
    """Rows or columns are counted from the first of the input; those of the padding before it are negative.

    `windows` are (first, behind the last) of each output value. Cells from `start` to `stop` are the padded input, or
    reach further where ceil_mode lets the last window stand out. `step` is the distance of a window's taps.
    """

    axis: str
    size: int
    start: int
    padded_stop: int
    windows: tuple[tuple[int, int], ...]
    step: int = 1

    @property
    def stop(self) -> int:
        """Behind the last cell that anything reaches."""
        return max(self.padded_stop, self.windows[-1][1])

    def role(self, cell: int) -> str:
        """What a cell is: input, padding, or beyond both."""
        if 0 <= cell < self.size:
            return "input"
        return "padding" if self.start <= cell < self.padded_stop else "beyond"

    def is_read(self, cell: int) -> bool:
        """Whether a tap of any window falls on the cell."""
        return cell in self.read_cells

    @cached_property
    def read_cells(self) -> frozenset[int]:
        """Every cell on which a tap falls."""
        return frozenset(tap for first, behind in self.windows for tap in range(first, behind, self.step))

    @property
    def sentence(self) -> str:
        """What the picture of it says, for whoever does not see it."""
        lines = LINES[self.axis]
        unread = self.size - sum(0 <= cell < self.size for cell in self.read_cells)
        padding = self.padded_stop - self.start - self.size
        border = f" and {padding} of padding" if padding else ""
        lost = f"{counted(unread, lines[:-1])} of the input {'is' if unread == 1 else 'are'} read by none"
        return (
            f"Along the {self.axis}: {counted(self.size, lines[:-1])}{border}, "
            f"{counted(len(self.windows), 'window')}; {lost if unread else f'all {lines} of the input are read'}."
        )


def coverage(layer: Layer, input_shape: Shape, axis: int) -> Coverage | None:
    """How the windows lie along the height (axis 0) or the width (axis 1).

    None for a layer without windows, and for an axis too long to lay out. ShapeError when the input does not fit.

    >>> from cnnviz.arithmetic.layers import MaxPool2d
    >>> along = coverage(MaxPool2d(2), (1, 5, 5), axis=1)
    >>> along.windows, along.is_read(4)
    (((0, 2), (2, 4)), False)
    >>> along.sentence
    'Along the width: 5 columns, 2 windows; 1 column of the input is read by none.'
    """
    output_shape = layer.output_shape(input_shape)
    if len(input_shape) != 3 or max(input_shape[1 + axis], output_shape[1 + axis]) > MAX_SIZE:
        return None
    size, count = input_shape[1 + axis], output_shape[1 + axis]
    if isinstance(layer, AdaptivePool2d):
        windows = tuple(window_bounds(index, size, count) for index in range(count))
        return Coverage(AXES[axis], size, 0, size, windows)
    if not isinstance(layer, SlidingWindow):
        return None
    kernel_size, stride, padding, dilation, after = layer.along[axis]  # 'same' may pad one more behind than before
    reach, starts = effective_kernel_size(kernel_size, dilation), range(-padding, count * stride - padding, stride)
    windows = tuple((start, start + reach) for start in starts)
    return Coverage(AXES[axis], size, -padding, size + after, windows, dilation)
