"""How large an output is along one axis, what the floor leaves out, and which settings still fit.

Along one axis, a window of `kernel_size` taps placed `dilation` apart reaches over
dilation * (kernel_size - 1) + 1 rows. It steps over size + 2 * padding rows, `stride` at a time:

    output = floor((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1

which for dilation 1 is the lecture's floor((W - f + 2P) / S + 1).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fit:
    """One setting and the value, nearest to the one asked for, with which everything fits."""

    setting: str
    value: int


def effective_kernel_size(kernel_size: int, dilation: int = 1) -> int:
    """How many rows a kernel reaches over when its taps are `dilation` apart.

    >>> effective_kernel_size(3), effective_kernel_size(3, dilation=2)
    (3, 5)
    """
    return dilation * (kernel_size - 1) + 1


def output_size(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1, ceil_mode: bool = False
) -> int:
    """How many places the window takes along one axis; 0 or less means that it does not fit.

    With `ceil_mode` (pooling) the division is rounded up, but the last window must still start inside the input or the
    padding before it: one that would start in the far padding is dropped, as torch.nn.MaxPool2d does.

    >>> output_size(227, 11, stride=4)
    55
    >>> output_size(5, 3, padding=1)
    5
    >>> output_size(6, 3, stride=2), output_size(6, 3, stride=2, ceil_mode=True)
    (2, 3)
    >>> output_size(4, 3, stride=3, ceil_mode=True)
    2
    """
    free = size + 2 * padding - effective_kernel_size(kernel_size, dilation)
    if not ceil_mode:
        return free // stride + 1
    windows = -(-free // stride) + 1
    if (windows - 1) * stride >= size + padding:
        windows -= 1
    return windows


def transposed_output_size(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, output_padding: int = 0, dilation: int = 1
) -> int:
    """The output of a transposed convolution along one axis: the input size that the direct one would have come from.

    (size - 1) * stride - 2 * padding + dilation * (kernel_size - 1) + output_padding + 1, as torch.nn.ConvTranspose2d.

    >>> transposed_output_size(2, 3), transposed_output_size(3, 3, stride=2, padding=1, output_padding=1)
    (4, 6)
    """
    return (size - 1) * stride - 2 * padding + effective_kernel_size(kernel_size, dilation) + output_padding


def uncovered(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1, ceil_mode: bool = False
) -> int:
    """How many rows at the far end of the padded input no window reaches: what the floor drops.

    They are counted from the outer edge, so padding goes first: with `padding` rows or fewer, nothing of the picture
    itself is lost.

    >>> uncovered(224, 11, stride=4)
    1
    >>> uncovered(227, 11, stride=4)
    0
    """
    windows = output_size(size, kernel_size, stride, padding, dilation, ceil_mode)
    reached = (windows - 1) * stride + effective_kernel_size(kernel_size, dilation)
    return max(0, size + 2 * padding - reached)


def same_padding(kernel_size: int, dilation: int = 1) -> tuple[int, int]:
    """The padding before and after which keeps the size at stride 1; an odd total puts the extra row after.

    >>> same_padding(3), same_padding(4)
    ((1, 1), (1, 2))
    """
    total = dilation * (kernel_size - 1)
    return total // 2, total - total // 2


def fitting_kernel_sizes(size: int, padding: int = 0, dilation: int = 1) -> range:
    """Every kernel size that fits into the padded input.

    >>> fitting_kernel_sizes(5)
    range(1, 6)
    >>> list(fitting_kernel_sizes(5, dilation=2))
    [1, 2, 3]
    """
    return range(1, (size + 2 * padding - 1) // dilation + 2)


def fitting_paddings(size: int, kernel_size: int, dilation: int = 1, *, pooling: bool = False) -> range:
    """Every sensible padding with which the kernel fits; empty when there is none.

    For a convolution up to one less than the kernel's reach ("full" padding: more would add windows that see nothing
    but padding). For pooling up to half the kernel, which is where torch.nn.MaxPool2d stops.

    >>> list(fitting_paddings(5, 7))
    [1, 2, 3, 4, 5, 6]
    >>> list(fitting_paddings(5, 3, pooling=True))
    [0, 1]
    """
    reach = effective_kernel_size(kernel_size, dilation)
    smallest = max(0, -((size - reach) // 2))
    largest = kernel_size // 2 if pooling else reach - 1
    return range(smallest, largest + 1)


def fitting_dilations(size: int, kernel_size: int, padding: int = 0) -> range:
    """Every dilation with which the kernel fits. A kernel of 1 has nothing to spread, so only 1 is listed.

    >>> list(fitting_dilations(7, 3))
    [1, 2, 3]
    """
    if kernel_size == 1:
        return range(1, 2)
    return range(1, (size + 2 * padding - 1) // (kernel_size - 1) + 1)


def smallest_size(kernel_size: int, padding: int = 0, dilation: int = 1) -> int:
    """The smallest input that the kernel fits into.

    >>> smallest_size(11), smallest_size(3, padding=1)
    (11, 1)
    """
    return max(1, effective_kernel_size(kernel_size, dilation) - 2 * padding)


def nearest_fits(
    size: int, kernel_size: int, padding: int = 0, dilation: int = 1, *, pooling: bool = False
) -> tuple[Fit, ...]:
    """For a kernel that does not fit: per setting, the nearest value that makes it fit when only that one is changed.

    Nothing to change gives an empty tuple.

    >>> nearest_fits(5, 7)
    (Fit(setting='kernel_size', value=5), Fit(setting='padding', value=1), Fit(setting='size', value=7))
    >>> nearest_fits(5, 3)
    ()
    """
    if effective_kernel_size(kernel_size, dilation) <= size + 2 * padding:
        return ()
    fits = []
    kernel_sizes = fitting_kernel_sizes(size, padding, dilation)
    if pooling:  # a smaller pooling window also allows less padding
        kernel_sizes = range(max(1, 2 * padding), kernel_sizes.stop)
    if len(kernel_sizes) > 0:
        fits.append(Fit("kernel_size", kernel_sizes[-1]))
    paddings = fitting_paddings(size, kernel_size, dilation, pooling=pooling)
    if len(paddings) > 0:
        fits.append(Fit("padding", paddings[0]))
    dilations = fitting_dilations(size, kernel_size, padding)
    if dilation > 1 and len(dilations) > 0:
        fits.append(Fit("dilation", dilations[-1]))
    fits.append(Fit("size", smallest_size(kernel_size, padding, dilation)))
    return tuple(fits)
