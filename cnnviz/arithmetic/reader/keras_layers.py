"""Layers of Keras, under their old names and their new ones, as the layers of PyTorch that do the same.

Keras puts channels last, writes 'same' where PyTorch writes a number, and does not say what a layer takes: all three
depend on what comes in, so a listing is read for one input shape. 'same' with a stride pads more at the far end, which
PyTorch only does with a border put on before.
"""

from collections.abc import Callable

from cnnviz.arithmetic.layers import (
    POINTWISE,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    Layer,
    Linear,
    LogSoftmax,
    MaxPool2d,
    Pointwise,
    ReLU,
    Softmax,
    View,
    ZeroPad2d,
)
from cnnviz.arithmetic.reader.values import Dotted, KerasLayer, Value, kind_of
from cnnviz.arithmetic.settings import (
    IntOrPair,
    Shape,
    ShapeError,
    number_or_pair,
    pair,
    read_image_shape,
    whole_number,
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


def translated(layer: KerasLayer, shape: Shape) -> Layers:
    """The layers that do what a layer of Keras does to an input of this (channels-first) shape.

    >>> translated(KerasLayer("Dense", {"units": 10, "activation": "softmax"}, line=1), (128,))
    [('', Linear(in_features=128, out_features=10, bias=True)), ('_softmax', Softmax(dim=1))]
    """
    layers = TRANSLATIONS[layer.kind](layer.settings, shape)
    activation = layer.settings.get("activation")
    if activation is not None:
        layers = [*layers, *activated(activation, "_" + activation_name(activation))]
    return layers


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


def convolution(settings: dict[str, Value], shape: Shape) -> Layers:
    """Conv2D."""
    channels = read_image_shape("Conv2D", shape)[0]
    kernel_size, stride, dilation = window(settings)
    filters, groups = settings["filters"], settings.get("groups", 1)
    bias = settings.get("use_bias", True) is not False
    layers, padding = padded(settings, shape, kernel_size, stride, dilation)
    layer = Conv2d(channels, filters, kernel_size, stride, padding, dilation, groups, bias)
    return [*layers, ("", layer)]


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


def depthwise(settings: dict[str, Value], shape: Shape) -> Layers:
    """DepthwiseConv2D: every channel by itself."""
    channels = read_image_shape("DepthwiseConv2D", shape)[0]
    filters = channels * whole_number("depth_multiplier", settings.get("depth_multiplier", 1))
    return convolution({**settings, "filters": filters, "groups": channels}, shape)


def separable(settings: dict[str, Value], shape: Shape) -> Layers:
    """SeparableConv2D: a depthwise convolution without biases, then one of 1x1."""
    layers = depthwise({**settings, "use_bias": False}, shape)
    depthwise_layer = layers[-1][1]
    assert isinstance(depthwise_layer, Conv2d)
    channels = depthwise_layer.out_channels
    bias = settings.get("use_bias", True) is not False
    return [
        *layers[:-1],
        ("_depthwise", layers[-1][1]),
        ("", Conv2d(channels, settings["filters"], 1, bias=bias)),
    ]


def transposed(settings: dict[str, Value], shape: Shape) -> Layers:
    """Conv2DTranspose: the input times the stride, and with 'valid' what the kernel reaches beyond."""
    channels = read_image_shape("Conv2DTranspose", shape)[0]
    kernel_size, stride, dilation = window(settings)
    padding, extra = [], []
    for kernel, step, spread in zip(pair(kernel_size), pair(stride), pair(dilation), strict=True):
        beyond = spread * (kernel - 1) + 1 - step  # torch's output less size * stride, without padding
        cut = max(0, beyond) if is_same(settings) else 0
        padding.append(-(-cut // 2))
        extra.append(2 * padding[-1] - cut + max(0, -beyond))
        if extra[-1] >= max(step, spread):
            raise ShapeError(
                f"Conv2DTranspose with padding 'same' cuts one row from one side only when kernel_size is {kernel} and "
                "strides 1, which PyTorch has no setting for: take an odd kernel_size."
            )
    bias = settings.get("use_bias", True) is not False
    sides, rest = (padding[0], padding[1]), (extra[0], extra[1])
    return [("", ConvTranspose2d(channels, settings["filters"], kernel_size, stride, sides, rest, 1, bias, dilation))]


def pooling(settings: dict[str, Value], shape: Shape, average: bool = False) -> Layers:
    """MaxPooling2D and AveragePooling2D."""
    kernel_size = number_or_pair("pool_size", settings.get("pool_size", (2, 2)))
    asked = settings.get("strides")
    stride = kernel_size if asked is None else number_or_pair("strides", asked)
    if not is_same(settings):
        return [("", AvgPool2d(kernel_size, stride) if average else MaxPool2d(kernel_size, stride))]
    (above, below), (left, right) = same_sides(shape, kernel_size, stride)
    if stride == 1 and (above, left) != (below, right):  # one more row at the far end, for which PyTorch has no setting
        kind = AvgPool2d if average else MaxPool2d
        return [("_pad", ZeroPad2d((left, right, above, below))), ("", kind(kernel_size, stride))]
    beyond = below > above or right > left  # with a stride ceil_mode takes the rows that are left over
    if average:
        return [("", AvgPool2d(kernel_size, stride, (above, left), beyond, count_include_pad=False))]
    return [("", MaxPool2d(kernel_size, stride, (above, left), ceil_mode=beyond))]


def global_pooling(settings: dict[str, Value], shape: Shape, average: bool = True) -> Layers:
    """GlobalAveragePooling2D and GlobalMaxPooling2D: one number per channel."""
    read_image_shape("Global pooling", shape)
    layers: Layers = [("", AdaptiveAvgPool2d(1) if average else AdaptiveMaxPool2d(1))]
    return layers if settings.get("keepdims") is True else [*layers, ("_flatten", Flatten())]


def dense(settings: dict[str, Value], shape: Shape) -> Layers:
    """Dense."""
    if len(shape) != 1:
        raise ShapeError(f"Dense stands on maps of shape {shape} here; put a Flatten before it.")
    bias = settings.get("use_bias", True) is not False
    return [("", Linear(shape[0], settings["units"], bias))]


def normalisation(settings: dict[str, Value], shape: Shape) -> Layers:
    """BatchNormalization. Its moving averages are measured, not learned, and not counted."""
    scale, shift = settings.get("scale", True) is not False, settings.get("center", True) is not False
    if scale != shift:
        raise ShapeError("BatchNormalization is read with both its scale and its shift, or with neither.")
    return [("", (BatchNorm2d if len(shape) == 3 else BatchNorm1d)(shape[0], affine=scale))]


def border(settings: dict[str, Value], shape: Shape) -> Layers:
    """ZeroPadding2D: one number, (height, width), or ((above, below), (left, right))."""
    sides = settings.get("padding", (1, 1))
    if (
        isinstance(sides, tuple)
        and len(sides) == 2
        and all(isinstance(side, tuple) and len(side) == 2 for side in sides)
    ):
        (above, below), (left, right) = sides
    else:
        above, left = pair(number_or_pair("padding", sides, minimum=0))
        below, right = above, left
    return [("", ZeroPad2d((left, right, above, below)))]


def reshape(settings: dict[str, Value], shape: Shape) -> Layers:
    """Reshape, whose target has its channels last."""
    target = settings["target_shape"]
    if not isinstance(target, tuple):
        raise ShapeError(f"target_shape is {kind_of(target)}; it is a list of sizes.")
    return [("", View((target[2], target[0], target[1]) if len(target) == 3 else target))]


def leaky(settings: dict[str, Value], shape: Shape) -> Layers:
    """LeakyReLU, whose slope is 0.3 unless given."""
    return [("", Pointwise("LeakyReLU", (("negative_slope", settings.get("negative_slope", 0.3)),)))]


TRANSLATIONS: dict[str, Callable[[dict[str, Value], Shape], Layers]] = {
    "Conv2D": convolution,
    "DepthwiseConv2D": depthwise,
    "SeparableConv2D": separable,
    "Conv2DTranspose": transposed,
    "MaxPooling2D": pooling,
    "AveragePooling2D": lambda settings, shape: pooling(settings, shape, average=True),
    "GlobalAveragePooling2D": global_pooling,
    "GlobalMaxPooling2D": lambda settings, shape: global_pooling(settings, shape, average=False),
    "Dense": dense,
    "Flatten": lambda settings, shape: [("", Flatten())],
    "Dropout": lambda settings, shape: [("", Dropout(settings["rate"]))],
    "SpatialDropout2D": lambda settings, shape: [("", Pointwise("Dropout2d", (("p", settings["rate"]),)))],
    "Activation": lambda settings, shape: [],  # its activation is an argument, as that of any other layer
    "BatchNormalization": normalisation,
    "ZeroPadding2D": border,
    "Reshape": reshape,
    "ReLU": lambda settings, shape: [("", ReLU())],
    "LeakyReLU": leaky,
    "ELU": lambda settings, shape: [("", Pointwise("ELU"))],
    "Softmax": lambda settings, shape: [("", Softmax(1))],
    "Rescaling": lambda settings, shape: [("", Pointwise("Identity"))],
}
