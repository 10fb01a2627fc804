"""The way back from an output size: every kernel_size, stride and padding that gives it, the simplest first.

The same three numbers serve both axes. What is searched is bounded (kernel_size and stride up to MAX_SIDE, padding up
to MAX_PADDING) and within the bounds complete. Where the output is 1 × 1 there is one window only, and of all strides
that leave it alone only the smallest is listed.
"""

from dataclasses import dataclass
from functools import lru_cache

from cnnviz.arithmetic.shapes import effective_kernel_size, output_size, transposed_output_size, uncovered

MAX_SIDE = 32  # a kernel or a stride beyond it is met in no network; a whole map is averaged by AdaptiveAvgPool2d
MAX_PADDING = 64
LARGEST_USUAL = 11  # the kernel of AlexNet's first layer

Pair = tuple[int, int]


@dataclass(frozen=True)
class Way:
    """Settings that give the output that was asked for. `output_padding` is for transposed convolutions only."""

    kernel_size: int
    stride: int
    padding: int
    output_padding: int = 0


@lru_cache(maxsize=256)
def ways(
    sizes: Pair, wanted: Pair, dilation: Pair = (1, 1), *, pooling: bool = False, ceil_mode: bool = False
) -> tuple[Way, ...]:
    """Every way from an input of these sizes (height, width) to the wanted ones, by a convolution or a pooling.

    Simplest first: what is usual, which is padding up to half the kernel's reach, a stride that skips nothing, nothing
    of the picture left unread, windows side by side (a kernel that is its own stride, without padding) or for a
    convolution an odd kernel whose windows overlap, no padding or just half of the kernel, a kernel up to 11; in this
    order of weight. Then small numbers.

    >>> ways((227, 227), (55, 55))[0]
    Way(kernel_size=11, stride=4, padding=0, output_padding=0)
    >>> [(way.kernel_size, way.stride, way.padding) for way in ways((56, 56), (56, 56))[:3]]
    [(1, 1, 0), (3, 1, 1), (5, 1, 2)]
    >>> ways((224, 224), (14, 14))[0]  # the patches of a vision transformer
    Way(kernel_size=16, stride=16, padding=0, output_padding=0)
    >>> ways((56, 56), (28, 28), pooling=True)[0]
    Way(kernel_size=2, stride=2, padding=0, output_padding=0)
    """
    found = []
    for kernel_size in range(1, MAX_SIDE + 1):
        for padding in range(largest_padding(kernel_size, dilation, pooling) + 1):
            for stride in range(1, MAX_SIDE + 1):
                settings = stride, padding
                reached = (
                    output_size(size, kernel_size, *settings, spread, ceil_mode)
                    for size, spread in zip(sizes, dilation, strict=True)
                )
                if all(result == target for result, target in zip(reached, wanted, strict=True)):
                    found.append(Way(kernel_size, *settings))
                    if wanted == (1, 1):
                        break

    def oddness(way: Way) -> int:
        reach = effective_kernel_size(way.kernel_size, max(dilation))
        unread = any(
            uncovered(size, way.kernel_size, way.stride, way.padding, spread, ceil_mode) > way.padding
            for size, spread in zip(sizes, dilation, strict=True)
        )
        side_by_side = not way.padding and (way.kernel_size == way.stride or wanted == (1, 1))
        usual = side_by_side or (not pooling and way.kernel_size % 2 == 1 and way.stride < reach)
        return (
            8 * (way.padding > reach // 2)
            + 4 * (way.stride > reach and wanted != (1, 1))
            + 2 * unread
            + (not usual)
            + (way.padding not in (0, reach // 2))
            + (way.kernel_size > LARGEST_USUAL)
        )

    return tuple(sorted(found, key=lambda way: (oddness(way), way.kernel_size, way.padding, way.stride)))


@lru_cache(maxsize=256)
def transposed_ways(sizes: Pair, wanted: Pair, dilation: Pair = (1, 1)) -> tuple[Way, ...]:
    """Every way from an input of these sizes to the wanted ones by a transposed convolution, the simplest first.

    Simplest is what is usual: padding up to half the kernel, a stride that does the growing, no output_padding, a
    kernel_size that the stride divides, so that every output meets as many weights as its neighbours (Odena, Dumoulin
    and Olah 2016, "Deconvolution and checkerboard artifacts"). Then small numbers.

    >>> transposed_ways((28, 28), (56, 56))[0]
    Way(kernel_size=2, stride=2, padding=0, output_padding=0)
    """
    found = []
    for kernel_size in range(1, MAX_SIDE + 1):
        for padding in range(largest_padding(kernel_size, dilation, pooling=False) + 1):
            for stride in range(1, MAX_SIDE + 1):
                missing = {
                    target - transposed_output_size(size, kernel_size, stride, padding, dilation=spread)
                    for size, target, spread in zip(sizes, wanted, dilation, strict=True)
                }
                extra = missing.pop()
                if not missing and 0 <= extra < max(stride, min(dilation)):
                    found.append(Way(kernel_size, stride, padding, extra))
    grows = wanted[0] > sizes[0] or wanted[1] > sizes[1]

    def oddness(way: Way) -> int:
        return (
            8 * (way.padding > way.kernel_size // 2)
            + 4 * (grows and way.stride == 1)
            + 2 * (way.output_padding > 0)
            + (way.kernel_size % way.stride > 0)
            + (way.kernel_size > LARGEST_USUAL)
        )

    return tuple(sorted(found, key=lambda way: (oddness(way), way.kernel_size, way.padding, way.stride)))


def largest_padding(kernel_size: int, dilation: Pair, pooling: bool) -> int:
    """Half the kernel for pooling, where torch stops; else what lets the outermost window still see one pixel."""
    if pooling:
        return kernel_size // 2
    return min(MAX_PADDING, effective_kernel_size(kernel_size, min(dilation)) - 1)
