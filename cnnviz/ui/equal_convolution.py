"""The direct convolution that a transposed one equals, in words."""

from cnnviz.arithmetic.windows import EqualConvolution


def equal_sentence(equal: EqualConvolution) -> str:
    """What to do to get the same output from an ordinary convolution.

    >>> from cnnviz.arithmetic.layers import ConvTranspose2d
    >>> from cnnviz.arithmetic.windows import equal_convolution
    >>> equal_sentence(equal_convolution(ConvTranspose2d(1, 1, 3, stride=2, padding=1), (1, 3, 3)))[:79]
    'The same output: put zeros between the inputs until they are 5 × 5, pad by 1, f'
    """
    height, width = equal.stretched_size
    sides = {side for axis in equal.padding for side in axis}
    if len(sides) == 1:
        (size,) = sides
        border = f"pad by {size}" if size > 0 else f"crop {-size} all around" if size < 0 else "pad by nothing"
    else:
        (above, below), (left, right) = equal.padding
        border = f"pad by {above} above, {below} below, {left} left and {right} right"
    return (
        f"The same output: put zeros between the inputs until they are {height} × {width}, {border}, "
        "flip the kernel, and slide it with stride 1."
    )
