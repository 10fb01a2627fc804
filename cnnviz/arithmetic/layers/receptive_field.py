"""Which pixels of the input a value of a feature map can see.

Along one axis the unit at `row` sees `size` pixels from `offset + row * stride` on. A layer of kernel size k, stride s,
padding p and dilation d turns (size, stride, offset) into

    (size + d * (k - 1) * stride, stride * s, offset - p * stride),

(Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural networks"), and where paths meet, at
an Add or a Concat, their fields join: from the first pixel of any to the last pixel of any.

What is exact: every unit whose taps all lie inside their maps. Near the edge a field also counts pixels that only
padding, or a row that a floor dropped, stands in for; `tapped` follows the taps one by one and is exact there too.
Padding is taken as zeros, which show nothing of the picture; padding_mode 'reflect' and 'circular' would show it again.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import NamedTuple

from cnnviz.arithmetic.layers import Add, BatchNorm2d, Concat, Dropout, Flatten, Linear, ReLU, Softmax
from cnnviz.arithmetic.layers.convolution import Conv2d, ConvTranspose2d
from cnnviz.arithmetic.layers.inside_networks import NetworkLayer, Pointwise, View, ZeroPad2d
from cnnviz.arithmetic.layers.pooling import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d, stride_of
from cnnviz.arithmetic.settings import Shape, ShapeError, pair
from cnnviz.arithmetic.shapes import effective_kernel_size

Pixels = int | Fraction


class Window(NamedTuple):
    """What one unit sees along one axis: the pixels first to last, and how far its field reaches into the padding.

    `before` and `after` are pixels of the field beyond the picture. A field that lies in the padding altogether has
    first = last + 1: it sees nothing.
    """

    first: int
    last: int
    before: int
    after: int


class ReceptiveField(NamedTuple):
    """Along one axis: how many pixels a unit sees, how far apart neighbours' fields start, where the first starts.

    `offset` is negative where the first field starts in the padding. `stride` is 0 where there is only one position.
    `exact` is False where the fields of a map are not all of one size (an adaptive pooling that does not divide, paths
    of different stride that meet, transposed convolutions of some settings); each then lies within the one given.
    After a transposed convolution the numbers may be fractions, which `window` rounds; `pixels` is the whole number.
    """

    size: Pixels
    stride: Pixels
    offset: Pixels
    exact: bool = True

    @property
    def pixels(self) -> int:
        """The largest number of pixels that a unit sees."""
        return floor(self.size)

    def window(self, row: int, size: int) -> Window:
        """What the unit at `row` (or column) sees of an input of `size` pixels along this axis.

        >>> ReceptiveField(size=11, stride=4, offset=-2).window(0, 224)
        Window(first=0, last=8, before=2, after=0)
        """
        start = ceil(self.offset + row * self.stride)
        stop = floor(self.offset + row * self.stride + self.size)
        first, last = min(max(start, 0), size), min(stop, size) - 1
        before, after = max(0, min(stop, 0) - start), max(0, stop - max(start, size))
        return Window(first, max(last, first - 1), before, after)


Fields = tuple[ReceptiveField, ReceptiveField]

WINDOWS = (Conv2d, MaxPool2d, AvgPool2d)
MEETINGS = (Add, Concat)
RESHAPES = (Flatten, View)
KEEPS_FIELDS = (ReLU, BatchNorm2d, Dropout, Pointwise)

PIXEL = ReceptiveField(1, 1, 0)  # what a pixel of the input sees: itself


def widened(
    field: ReceptiveField, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> ReceptiveField:
    """The field after a convolution or a pooling.

    >>> widened(widened(PIXEL, 7, stride=2, padding=3), 3, stride=2, padding=1)
    ReceptiveField(size=11, stride=4, offset=-5, exact=True)
    """
    size, jump, offset, exact = field
    return ReceptiveField(size + dilation * (kernel_size - 1) * jump, jump * stride, offset - padding * jump, exact)


def transposed(
    field: ReceptiveField, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> ReceptiveField:
    """The field after a transposed convolution, whose outputs see the input from between its pixels.

    Exact on a map with one unit per pixel, when dilation is 1 and the kernel is at least as large as the stride (a
    smaller kernel leaves outputs that see nothing); else every unit's field lies within the one given.

    >>> up = transposed(PIXEL, kernel_size=2, stride=2)
    >>> [up.window(row, 28)[:2] for row in range(4)]
    [(0, 0), (0, 0), (1, 1), (1, 1)]
    """
    size, jump, offset, exact = field
    reach = dilation * (kernel_size - 1)
    return ReceptiveField(
        whole_if_whole(size + Fraction(reach * jump, stride)),
        whole_if_whole(Fraction(jump, stride)),
        whole_if_whole(offset + Fraction((padding - reach) * jump, stride)),
        exact and jump == 1 and dilation == 1 and kernel_size >= stride,
    )


def whole(field: ReceptiveField, positions: int) -> ReceptiveField:
    """The field of something that sees a whole map of so many positions: a dense layer, a flattening, a global pooling.

    >>> whole(ReceptiveField(195, 32, -33), 6)
    ReceptiveField(size=355, stride=0, offset=-33, exact=True)
    """
    return ReceptiveField(field.size + (positions - 1) * field.stride, 0, field.offset, field.exact)


def joined(fields: Iterable[ReceptiveField]) -> ReceptiveField:
    """The field where paths meet: from the first pixel that any of them sees to the last; ShapeError unless the strides
    are equal, because then the paths drift apart from unit to unit.

    >>> joined([ReceptiveField(1, 1, 0), ReceptiveField(5, 1, -2)])
    ReceptiveField(size=5, stride=1, offset=-2, exact=True)
    """
    fields = list(fields)
    strides = {field.stride for field in fields}
    if len(strides) > 1:
        raise ShapeError(
            f"Paths whose fields move by {' and by '.join(str(stride) for stride in sorted(strides))} pixels from unit "
            "to unit have no common receptive field."
        )
    start = min(field.offset for field in fields)
    stop = max(field.offset + field.size for field in fields)
    return ReceptiveField(stop - start, strides.pop(), start, all(field.exact for field in fields))


def layer_fields(
    layer: NetworkLayer, fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
) -> Fields | None:
    """The (height, width) fields of a layer's output, from those of its inputs; None where no picture came in.

    >>> layer_fields(MaxPool2d(3, stride=2), [(PIXEL, PIXEL)], [(96, 55, 55)], (96, 27, 27))[0]
    ReceptiveField(size=3, stride=2, offset=0, exact=True)
    """
    if isinstance(layer, KEEPS_FIELDS):  # most layers; one look is all that the table of a large network has time for
        return fields[0]
    if isinstance(layer, WINDOWS) and fields[0] is not None:
        (height, width), (down, across) = fields[0], window_settings(layer)
        taller = widened(height, *down)
        return taller, taller if across == down and width == height else widened(width, *across)
    if len(fields) == 1 and len(input_shapes[0]) == len(output_shape) == 1:
        if isinstance(layer, Linear) and fields[0] is not None and not fields[0][0].exact:
            height, width = fields[0]  # of a flattening each value sees a part; a sum over all of them sees the whole
            return height._replace(exact=True), width._replace(exact=True)
        return fields[0]
    seen = [(field, shape) for field, shape in zip(fields, input_shapes, strict=True) if field is not None]
    if not seen:
        return None
    return axis_field(layer, 0, seen, output_shape), axis_field(layer, 1, seen, output_shape)


def axis_field(
    layer: NetworkLayer, axis: int, seen: Sequence[tuple[Fields, Shape]], output_shape: Shape
) -> ReceptiveField:
    """One axis of `layer_fields`."""
    fields, shape = seen[0]
    field, positions = fields[axis], axis_positions(shape, axis)
    if isinstance(layer, ConvTranspose2d):
        return transposed(field, *transposed_settings(layer, axis))
    if isinstance(layer, AdaptiveAvgPool2d):
        return adaptive(field, positions, output_shape[1 + axis])
    if isinstance(layer, ZeroPad2d):
        size, jump, offset, exact = field
        return ReceptiveField(size, jump, offset - layer.padding_sides()[axis][0] * jump, exact)
    if isinstance(layer, MEETINGS):
        return met(layer, axis, seen, output_shape)
    if sees_whole_axis(layer, axis, shape, output_shape):
        seen_by_all = whole(field, positions)
        if isinstance(layer, RESHAPES) and positions > 1:  # each value of the row is one place of the map, not all
            return seen_by_all._replace(exact=False)
        return seen_by_all
    return field


def adaptive(field: ReceptiveField, positions: int, output_size: int) -> ReceptiveField:
    """The field after an adaptive pooling: that of an ordinary one where the sizes divide, else within the whole map.

    >>> adaptive(PIXEL, 12, 6), adaptive(PIXEL, 7, 6)
    (ReceptiveField(size=2, stride=2, offset=0, exact=True), ReceptiveField(size=7, stride=0, offset=0, exact=False))
    """
    if output_size == 1:
        return whole(field, positions)
    if positions % output_size:
        return whole(field, positions)._replace(exact=False)
    return widened(field, positions // output_size, positions // output_size)


def met(layer: Add | Concat, axis: int, seen: Sequence[tuple[Fields, Shape]], output_shape: Shape) -> ReceptiveField:
    """The field where several inputs meet, also where strides differ or one position is repeated to match many."""
    fields = [fields[axis] for fields, _ in seen]
    positions = [axis_positions(shape, axis) for _, shape in seen]
    spatial = isinstance(layer, Concat) and axis_of_dim(layer.dim, output_shape) == axis
    if not spatial and len(set(positions)) == 1 and (len({f.stride for f in fields}) == 1 or positions[0] == 1):
        return joined(whole(f, 1) for f in fields) if positions[0] == 1 else joined(fields)
    hull = joined(whole(f, count) for f, count in zip(fields, positions, strict=True))
    return hull._replace(exact=False)


def sees_whole_axis(layer: NetworkLayer, axis: int, shape: Shape, output_shape: Shape) -> bool:
    """Whether each output of this layer, no window and no meeting, depends on every position along the axis."""
    if len(output_shape) != 3 or len(shape) != 3:
        return True
    if isinstance(layer, Linear):
        return axis == 1
    if isinstance(layer, Softmax):
        return layer.dim is not None and axis_of_dim(layer.dim, shape) == axis
    if isinstance(layer, RESHAPES):
        return output_shape != shape
    return False


def axis_of_dim(dim: int, shape: Shape) -> int:
    """Which axis of the picture torch's `dim` means: 0 the height, 1 the width; the batch and the channels are less."""
    return dim % (len(shape) + 1) - 2


def axis_positions(shape: Shape, axis: int) -> int:
    """How many places a map has along an axis; one, once it is no map any more."""
    return shape[1 + axis] if len(shape) == 3 else 1


@lru_cache(maxsize=1024)
def window_settings(
    layer: Conv2d | MaxPool2d | AvgPool2d,
) -> tuple[tuple[int, int, int, int], tuple[int, int, int, int]]:
    """(kernel_size, stride, padding before, dilation), along the height and along the width.

    >>> window_settings(MaxPool2d(3, stride=2))[0]
    (3, 2, 0, 1)
    """
    stride = pair(layer.stride) if isinstance(layer, Conv2d) else stride_of(layer)
    dilation = (1, 1) if isinstance(layer, AvgPool2d) else pair(layer.dilation)
    if isinstance(layer, Conv2d):
        (above, _), (left, _) = layer.padding_sides()
    else:
        above, left = pair(layer.padding)
    kernel_size = pair(layer.kernel_size)
    return (
        (kernel_size[0], stride[0], above, dilation[0]),
        (kernel_size[1], stride[1], left, dilation[1]),
    )


def transposed_settings(layer: ConvTranspose2d, axis: int) -> tuple[int, int, int, int]:
    """(kernel_size, stride, padding, dilation) along one axis."""
    settings = (layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    kernel_size, stride, padding, dilation = (pair(setting)[axis] for setting in settings)
    return kernel_size, stride, padding, dilation


def whole_if_whole(number: Fraction) -> Pixels:
    """An int where the fraction is one."""
    return number.numerator if number.denominator == 1 else number


def tapped(
    layer: NetworkLayer, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0
) -> frozenset[int]:
    """The rows (axis 0) or columns (axis 1) of input number `which` that the given outputs of a layer look at.

    >>> sorted(tapped(Conv2d(1, 1, 3, padding=2, dilation=2), 0, frozenset([0]), [(1, 9, 9)]))
    [0, 2]
    """
    shape = input_shapes[which]
    everything = range(axis_positions(shape, axis))
    if isinstance(layer, WINDOWS):
        kernel_size, stride, padding, dilation = window_settings(layer)[axis]
        reach = effective_kernel_size(kernel_size, dilation)
        starts = (row * stride - padding for row in rows)
        return frozenset(tap for start in starts for tap in range(start, start + reach, dilation) if tap in everything)
    if isinstance(layer, ConvTranspose2d):
        kernel_size, stride, padding, dilation = transposed_settings(layer, axis)
        spread = (row + padding - tap * dilation for row in rows for tap in range(kernel_size))
        return frozenset(place // stride for place in spread if place % stride == 0 and place // stride in everything)
    output_shape = layer.output_shape(*input_shapes)
    if isinstance(layer, AdaptiveAvgPool2d):
        size, count = len(everything), output_shape[1 + axis]
        return frozenset(tap for row in rows for tap in range(row * size // count, -(-(row + 1) * size // count)))
    if isinstance(layer, ZeroPad2d):
        before = layer.padding_sides()[axis][0]
        return frozenset(row - before for row in rows if row - before in everything)
    if isinstance(layer, MEETINGS):
        return tapped_meeting(layer, axis, rows, input_shapes, which)
    if sees_whole_axis(layer, axis, shape, output_shape):
        return frozenset(everything) if rows else frozenset()
    return rows


def tapped_meeting(
    layer: Add | Concat, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int
) -> frozenset[int]:
    """`tapped` for the layers that several paths lead to."""
    count = axis_positions(input_shapes[which], axis)
    if isinstance(layer, Concat) and axis_of_dim(layer.dim, input_shapes[0]) == axis:
        before = sum(axis_positions(shape, axis) for shape in input_shapes[:which])
        return frozenset(row - before for row in rows if 0 <= row - before < count)
    return frozenset([0]) if count == 1 and rows else rows
