"""Sentences about a convolution and its transpose: names of padding, the way back, the equal convolution, overlap."""

from collections import Counter

from cnnviz.arithmetic.layers import Conv2d, ConvTranspose2d
from cnnviz.arithmetic.settings import AXES, Shape, ShapeError, counted, one_number, pair
from cnnviz.arithmetic.shapes import same_padding
from cnnviz.arithmetic.windows.transposed import EqualConvolution, equal_convolution


def equal_sentence(layer: ConvTranspose2d, input_shape: Shape) -> str:
    """The direct convolution that the layer equals, with its border worked out, as Markdown.

    >>> print(equal_sentence(ConvTranspose2d(1, 1, kernel_size=3, stride=2, padding=1), (1, 3, 3)))
    **The equal convolution** has stride 1 and the kernel flipped. It slides over the stretched input, 3 → 5 with 1 \
zero between neighbours, in a border of k − 1 − P = 3 − 1 − 1 = 1 zero.
    """
    equal = equal_convolution(layer, input_shape)
    axes = [stretched_words(layer, equal, axis, input_shape[1 + axis]) for axis in (0, 1)]
    both = axes[0] if axes[0] == axes[1] else f"{AXES[0]}: {axes[0]}; {AXES[1]}: {axes[1]}"
    return f"**The equal convolution** has stride 1 and the kernel flipped. It slides over the stretched input, {both}."


def stretched_words(layer: ConvTranspose2d, equal: EqualConvolution, axis: int, size: int) -> str:
    """Along one axis: how the input is stretched, and how wide the border is."""
    stride, padding, dilation, extra, kernel = (
        pair(setting)[axis]
        for setting in (layer.stride, layer.padding, layer.dilation, layer.output_padding, layer.kernel_size)
    )
    stretched = equal.stretched_size[axis]
    between = f" with {counted(stride - 1, 'zero')} between neighbours" if stride > 1 and size > 1 else ""
    same = f"which stays {size}" if stretched == size else f"{size} → {stretched}{between}"
    border = dilation * (kernel - 1) - padding
    formula = f"k − 1 − P = {kernel} − 1 − {padding}"
    if dilation > 1:
        formula = f"D · (k − 1) − P = {dilation} · ({kernel} − 1) − {padding}"
    more = f", and {extra} more at the end for output_padding" if extra else ""
    return f"{same}, in a border of {formula} = {counted(border, 'zero')}{more}"


def matrix_sentence(layer: ConvTranspose2d, input_shape: Shape) -> str:
    """Whose matrix, transposed, is the layer's: the direct convolution of the same settings, run the other way.

    >>> print(matrix_sentence(ConvTranspose2d(1, 1, kernel_size=3, stride=2), (1, 2, 2)))
    **The name**: as a matrix it is the transpose of `Conv2d(1, 1, kernel_size=3, stride=2)`, which \
takes 5 × 5 to 2 × 2.
    """
    _, height, width = layer.output_shape(input_shape)
    direct = Conv2d(1, 1, layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    try:
        _, rows, columns = direct.output_shape((1, height, width))
    except ShapeError:
        return ""
    if (rows, columns) != input_shape[1:]:
        return ""
    return (
        f"**The name**: as a matrix it is the transpose of `{direct.code(explicit=True).removeprefix('nn.')}`, "
        f"which takes {height} × {width} to {rows} × {columns}."
    )


def padding_sentence(layer: Conv2d) -> str:
    """How much padding the names mean for this kernel, and which of them the layer has.

    >>> print(padding_sentence(Conv2d(1, 1, kernel_size=3, padding=1)))
    **Padding**: for this kernel valid is 0, same 1 and full 2 on each side. This is same.
    """
    per_axis = [
        (dilation * (kernel - 1), *same_padding(kernel, dilation))
        for kernel, dilation in zip(pair(layer.kernel_size), pair(layer.dilation), strict=True)
    ]
    words = [
        f"valid is 0, same {before if before == after else f'{before} before and {after} behind'} and full {full}"
        for full, before, after in per_axis
    ]
    both = words[0] if words[0] == words[1] else f"{words[0]} along the height, {words[1]} along the width"
    names = {
        "valid": ((0, 0), (0, 0)),
        "same": tuple((before, after) for _, before, after in per_axis),
        "full": tuple((full, full) for full, _, _ in per_axis),
    }
    strided = pair(layer.stride) != (1, 1)  # then no padding keeps the size, and the word says too much
    has = [name for name, sides in names.items() if sides == layer.padding_sides() and not (strided and name == "same")]
    return f"**Padding**: for this kernel {both} on each side." + (f" This is {' and '.join(has)}." if has else "")


def backwards_sentence(layer: Conv2d, input_shape: Shape) -> str:
    """The transposed convolution that leads back from the output's size to the input's; empty where none does.

    >>> print(backwards_sentence(Conv2d(1, 1, kernel_size=3, stride=2, padding=1), (1, 6, 6)))
    **Backwards**: `ConvTranspose2d(1, 1, kernel_size=3, stride=2, padding=1, output_padding=1)` takes 3 × 3 to 6 × 6 \
again. Sizes come back, values do not.
    """
    if isinstance(layer.padding, str):
        return ""
    _, rows, columns = layer.output_shape(input_shape)
    settings = layer.kernel_size, layer.stride, layer.padding
    try:
        _, height, width = ConvTranspose2d(1, 1, *settings, dilation=layer.dilation).output_shape((1, rows, columns))
        left = one_number((input_shape[1] - height, input_shape[2] - width))
        back = ConvTranspose2d(1, 1, *settings, output_padding=left, dilation=layer.dilation)
    except ShapeError:
        return ""
    return (
        f"**Backwards**: `{back.code(explicit=True).removeprefix('nn.')}` takes {rows} × {columns} to "
        f"{input_shape[1]} × {input_shape[2]} again. Sizes come back, values do not."
    )


def stamp_counts(layer: ConvTranspose2d, input_shape: Shape, axis: int) -> list[int]:
    """Along one axis, how many stamps meet each row or column of the output.

    >>> stamp_counts(ConvTranspose2d(1, 1, kernel_size=3, stride=2), (1, 3, 3), 0)
    [1, 1, 2, 1, 2, 1, 1]
    """
    kernel, stride, padding, dilation = (
        pair(setting)[axis] for setting in (layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    )
    met = Counter(
        cell * stride + tap * dilation - padding for cell in range(input_shape[1 + axis]) for tap in range(kernel)
    )
    return [met[index] for index in range(layer.output_shape(input_shape)[1 + axis])]


def overlap_sentence(layer: ConvTranspose2d, input_shape: Shape) -> str:
    """How often the cells of the output are stamped, and whether that makes a checkerboard.

    >>> print(overlap_sentence(ConvTranspose2d(1, 1, kernel_size=3, stride=2), (1, 3, 3)))
    **Overlap**: output cells are stamped 1, 2 or 4 times. The kernel_size 3 is not divisible by the stride 2, so even \
equal inputs come out as a checkerboard.
    """
    rows, columns = (stamp_counts(layer, input_shape, axis) for axis in (0, 1))
    times = sorted({row * column for row in rows for column in columns})
    listed = " or ".join(filter(None, [", ".join(map(str, times[:-1])), str(times[-1])]))
    start = f"**Overlap**: output cells are stamped {listed} {'time' if times == [1] else 'times'}."
    strides, kernels = pair(layer.stride), pair(layer.kernel_size)
    if layer.dilation not in (1, (1, 1)) or strides == (1, 1):
        return start
    uneven = [(k, s) for k, s in zip(kernels, strides, strict=True) if k % s]
    if uneven:
        return (
            f"{start} The kernel_size {uneven[0][0]} is not divisible by the stride {uneven[0][1]}, "
            "so even equal inputs come out as a checkerboard."
        )
    return (
        f"{start} The kernel_size is divisible by the stride: away from the edges all cells are stamped equally often."
    )
