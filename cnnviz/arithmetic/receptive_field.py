"""Which pixels of the input a value of a feature map can see.

Along one axis the unit at `row` sees `size` pixels from `offset + row * stride` on. A layer of kernel size k, stride s,
padding p and dilation d turns (size, stride, offset) into

    (size + d * (k - 1) * stride, stride * s, offset - p * stride),

(Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural networks"), and where paths meet, at
an Add or a Concat, their fields join: from the first pixel of any to the last pixel of any.

What is exact: every unit whose taps all lie inside their maps. Near the edge a field also counts pixels that only
padding, or a row that a floor dropped, stands in for; Network.seen_pixels follows the taps one by one and is exact
there too.
Padding is taken as zeros, which show nothing of the picture; padding_mode 'reflect' and 'circular' would show it again.
"""

from collections.abc import Iterable
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from cnnviz.arithmetic.settings import ShapeError

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


def union(fields: Iterable[ReceptiveField]) -> ReceptiveField:
    """The field where paths meet: from the first pixel that any of them sees to the last; ShapeError unless the strides
    are equal, because then the paths drift apart from unit to unit.

    >>> union([ReceptiveField(1, 1, 0), ReceptiveField(5, 1, -2)])
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


def window_bounds(index: int, size: int, count: int) -> tuple[int, int]:
    """First row of the window `index` of an adaptive pooling, and the row behind its last."""
    return index * size // count, -(-(index + 1) * size // count)


def whole_if_whole(number: Fraction) -> Pixels:
    """An int where the fraction is one."""
    return number.numerator if number.denominator == 1 else number
