"""What the stepper shows, worked out once: every window, every term as text, every sum. A browser only draws it.

A script is a plain dict that is ready for JSON; /figures/stepper reads it too, for pictures and for text.
"""

from collections.abc import Sequence
from fractions import Fraction

from cnnviz.arithmetic.layers import AvgPool1d, AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, MaxPool1d, MaxPool2d
from cnnviz.arithmetic.matrix import MatrixError
from cnnviz.arithmetic.settings import counted, pair
from cnnviz.figures.stepper.convolving import Weight, convolution_script, read_bias
from cnnviz.figures.stepper.numbers import Planes
from cnnviz.figures.stepper.parts import About, Script, Walk
from cnnviz.figures.stepper.pooling import pooling_script
from cnnviz.figures.stepper.stamping import stamping_script

SteppedLayer = Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d | Conv1d | MaxPool1d | AvgPool1d


def layer_script(
    layer: SteppedLayer,
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

    A 1-D layer takes planes of a single row, (channels, 1, length), and kernels of a single row. A transposed
    convolution is shown as the convolution it equals, on the stretched input. ``weight`` is as torch stores it and
    ``bias`` one per filter; pooling takes neither. ``flip`` flips the kernels, for a convolution in the sense of signal
    processing. ``names`` are those of the channels. ``grey`` tints the input as grey levels 0 to 255. ``matrix`` adds
    the layer as one sparse matrix.

    Keys: ``kind``, ``code``, ``axes``, ``flipped``, ``relu``, ``groups``, ``window``, ``dilation``, ``input``,
    ``kernel``, ``output``, ``note``, ``steps`` (in torch's order), ``matrix``. Every number is text already.

    Raises ``ShapeError`` where something does not fit, ``MatrixError`` where the numbers have too many digits to be
    added up exactly or the walk is too long to show.

    >>> one = ((Fraction(1), Fraction(2)), (Fraction(3), Fraction(4)))
    >>> script = layer_script(Conv2d(1, 1, kernel_size=2), (one,), ((one,),), (Fraction(1),))
    >>> script["steps"][0]["products"], script["steps"][0]["total"], script["output"]["planes"][0]["cells"]
    ([[['1', '4'], ['9', '16']]], '30', [['31']])
    """
    if isinstance(layer, Conv1d | MaxPool1d | AvgPool1d):
        check_one_row(input, weight)
        flat = layer_script(
            layer.as_2d(), input, weight, bias, relu=relu, flip=flip, names=names, grey=grey, matrix=matrix
        )
        return {**flat, "code": code_of(layer), "axes": 1}
    if isinstance(layer, MaxPool2d | AvgPool2d):
        script: Walk = pooling_script(layer, input, names=names, grey=grey)
    elif weight is None:
        raise MatrixError(f"{type(layer).__name__} needs its weights.")
    elif flip and isinstance(layer, ConvTranspose2d):
        raise MatrixError("Flipping is for a convolution; a transposed one lays its kernels turned already.")
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
    return {**script, **described(layer, relu)}


def stamp_script(
    layer: ConvTranspose2d,
    input: Planes,
    weight: Weight,
    bias: Sequence[Fraction] | None = None,
    *,
    names: Sequence[str] = (),
) -> Script:
    """The script of a transposed convolution as stamping: one step per input value, kind ``stamp``.

    Each step says what its stamp adds (``products``, per output plane) and what those output cells hold ``before`` and
    ``after``. The output is drawn before it is cropped; what padding crops away has the kind "c". Raises as
    ``layer_script`` does.
    """
    return {**stamping_script(layer, input, weight, bias, names=names), **described(layer, relu=False)}


def described(layer: Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d, relu: bool) -> About:
    """What a script says about its layer."""
    return {
        "code": code_of(layer),
        "axes": 2,
        "relu": relu,
        "groups": getattr(layer, "groups", 1),
        "window": list(pair(layer.kernel_size)),
        "dilation": list(pair(getattr(layer, "dilation", 1))),
    }


def code_of(layer: SteppedLayer) -> str:
    """The layer as one writes it: ``Conv2d(1, 1, kernel_size=3)``."""
    return layer.code(explicit=True).removeprefix("nn.")


def check_one_row(input: Planes, weight: Weight | None) -> None:
    """Refuse what is more than one row high, for a layer that slides along one axis."""
    planes = [("input", plane) for plane in input]
    planes += [("kernel", plane) for filter in weight or () for plane in filter]
    for name, plane in planes:
        if len(plane) != 1:
            raise MatrixError(f"In 1-D the {name} is a single row; this one has {counted(len(plane), 'row')}.")
