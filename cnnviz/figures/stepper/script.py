"""What the stepper shows, worked out once: every window, every term as text, every sum. A browser only draws it.

A script is a plain dict that is ready for JSON; /figures/stepper reads it too, for pictures and for text.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cnnviz.arithmetic.convolution import Conv2d, ConvTranspose2d
from cnnviz.arithmetic.layer_code import pytorch_code
from cnnviz.arithmetic.matrix import MatrixError
from cnnviz.arithmetic.pooling import AvgPool2d, MaxPool2d
from cnnviz.arithmetic.settings import pair
from cnnviz.figures.stepper.convolving import Weight, convolution_script, read_bias
from cnnviz.figures.stepper.numbers import Planes
from cnnviz.figures.stepper.pooling import pooling_script

Script = dict[str, Any]


def layer_script(
    layer: Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d,
    input: Planes,
    weight: Weight | None = None,
    bias: Sequence[Fraction] | None = None,
    *,
    relu: bool = False,
    flip: bool = False,
    names: Sequence[str] = (),
    grey: bool = False,
    matrix: bool = False,
) -> Script:
    """The script of a layer over an input (channels, height, width) of exact fractions.

    ``weight`` is as torch stores it and ``bias`` one per filter; pooling takes neither. ``flip`` flips the kernels, for
    a convolution in the sense of signal processing. ``names`` are those of the channels. ``grey`` tints the input as
    grey levels 0 to 255. ``matrix`` adds the layer as one sparse matrix.

    Keys: ``kind``, ``code``, ``axes``, ``flipped``, ``relu``, ``groups``, ``window``, ``dilation``, ``input``,
    ``kernel``, ``output``, ``note``, ``steps`` (in torch's order), ``matrix``. Every number is text already.

    Raises ``ShapeError`` where something does not fit, ``MatrixError`` where the numbers have too many digits to be
    added up exactly or the walk is too long to show.

    >>> one = ((Fraction(1), Fraction(2)), (Fraction(3), Fraction(4)))
    >>> script = layer_script(Conv2d(1, 1, kernel_size=2), (one,), ((one,),), (Fraction(1),))
    >>> script["steps"][0]["products"], script["steps"][0]["total"], script["output"]["planes"][0]["cells"]
    ([[['1', '4'], ['9', '16']]], '30', [['31']])
    """
    if isinstance(layer, MaxPool2d | AvgPool2d):
        script = pooling_script(layer, input, names=names, grey=grey)
    elif weight is None:
        raise MatrixError(f"{type(layer).__name__} needs its weights.")
    else:
        script = convolution_script(
            layer,
            input,
            weight,
            read_bias(layer, bias, layer.out_channels),
            relu=relu,
            flip=flip,
            names=names,
            grey=grey,
            matrix=matrix,
        )
    return script | described(layer, relu)


def described(layer: Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d, relu: bool) -> Script:
    """What a script says about its layer."""
    return {
        "code": pytorch_code(layer).removeprefix("nn."),
        "axes": 2,
        "relu": relu,
        "groups": getattr(layer, "groups", 1),
        "window": list(pair(layer.kernel_size)),
        "dilation": list(pair(getattr(layer, "dilation", 1))),
    }
