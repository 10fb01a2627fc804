"""What the settings of a layer of Keras mean: padding, windows, activations."""

from cnnviz.arithmetic.layers import (
    POINTWISE,
    Layer,
    LogSoftmax,
    Pointwise,
    ReLU,
    Softmax,
    ZeroPad2d,
)
from cnnviz.arithmetic.reader.values import Dotted, Value, kind_of
from cnnviz.arithmetic.settings import (
    IntOrPair,
    Shape,
    ShapeError,
    number_or_pair,
    pair,
    read_image_shape,
)

Layers = list[tuple[str, Layer]]  # what follows the layer's name, and the layer


ACTIVATIONS: dict[str, Layer | None] = {
    "linear": None,
    "relu": ReLU(),
    "softmax": Softmax(1),
    "swish": Pointwise("SiLU"),
    "hard_sigmoid": Pointwise("Hardsigmoid"),
    "hard_silu": Pointwise("Hardswish"),
    "leaky_relu": Pointwise("LeakyReLU", (("negative_slope", 0.2),)),
    "log_softmax": LogSoftmax(1),
    **{name.lower(): Pointwise(name) for name in POINTWISE if name in (
        "ELU", "GELU", "LogSigmoid", "Mish", "ReLU6", "SELU", "SiLU", "Sigmoid", "Softplus", "Softsign", "Tanh",
    )},
}  # fmt: skip


def activation_name(value: Value) -> str:
    """The name of an activation, given as a word or as a function: 'relu', tf.nn.relu."""
    name = value.last if isinstance(value, Dotted) else value
    if not isinstance(name, str) or name not in ACTIVATIONS:
        known = ", ".join(ACTIVATIONS)
        shown = repr(name[:40]) if isinstance(name, str) else kind_of(value)
        raise ShapeError(f"{shown} is not an activation that is read here; those are {known}.")
    return name


def activated(value: Value, suffix: str = "") -> Layers:
    """The layer of an activation; none for 'linear'."""
    layer = ACTIVATIONS[activation_name(value)]
    return [] if layer is None else [(suffix, layer)]


def is_same(settings: dict[str, Value]) -> bool:
    """Whether padding is 'same'; it is 'valid' or 'same'."""
    padding = settings.get("padding", "valid")
    if padding not in ("same", "valid"):
        raise ShapeError(f"padding is {kind_of(padding)}; in Keras it is 'valid' or 'same'.")
    return bool(padding == "same")


def same_sides(
    shape: Shape, kernel_size: IntOrPair, stride: IntOrPair, dilation: IntOrPair = 1
) -> list[tuple[int, int]]:
    """For each axis the padding before and after with which the output is the input divided by the stride, rounded up.

    >>> same_sides((3, 224, 224), 3, 2)
    [(0, 1), (0, 1)]
    """
    sides = []
    axes = zip(
        read_image_shape("padding 'same'", shape)[1:], pair(kernel_size), pair(stride), pair(dilation), strict=True
    )
    for size, kernel, step, spread in axes:
        total = max(0, (-(-size // step) - 1) * step + spread * (kernel - 1) + 1 - size)
        sides.append((total // 2, total - total // 2))
    return sides


def refuse_stride_with_dilation(stride: IntOrPair, dilation: IntOrPair) -> None:
    """Keras raises an error where both are set."""
    if pair(stride) != (1, 1) and pair(dilation) != (1, 1):
        raise ShapeError("Keras refuses strides together with a dilation_rate: one of them must be 1.")


def window(settings: dict[str, Value]) -> tuple[IntOrPair, IntOrPair, IntOrPair]:
    """Kernel size, stride and dilation, read as numbers or pairs."""
    return (
        number_or_pair("kernel_size", settings["kernel_size"]),
        number_or_pair("strides", settings.get("strides", 1)),
        number_or_pair("dilation_rate", settings.get("dilation_rate", 1)),
    )


def padded(
    settings: dict[str, Value], shape: Shape, kernel_size: IntOrPair, stride: IntOrPair, dilation: IntOrPair
) -> tuple[Layers, IntOrPair]:
    """A border where one side needs more than the other, and the padding that the convolution itself has."""
    if not is_same(settings):
        return [], 0
    (above, below), (left, right) = same_sides(shape, kernel_size, stride, dilation)
    if above == below and left == right:
        return [], above if above == left else (above, left)
    return [("_pad", ZeroPad2d((left, right, above, below)))], 0
