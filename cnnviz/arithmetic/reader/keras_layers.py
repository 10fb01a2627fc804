"""Layers of Keras, under their old names and their new ones, as the layers of PyTorch that do the same.

Keras puts channels last, writes 'same' where PyTorch writes a number, and does not say what a layer takes: all three
depend on what comes in, so a listing is read for one input shape. 'same' with a stride pads more at the far end, which
PyTorch only does with a border put on before.
"""

from collections.abc import Callable
from math import prod

from cnnviz.arithmetic.layers import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    ConstantPad2d,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose2d,
    Dropout,
    Embedding,
    Expand,
    Flatten,
    GroupNorm,
    LayerNorm,
    Linear,
    MaxPool2d,
    Permute,
    Pointwise,
    ReLU,
    Softmax,
    Unsqueeze,
    Upsample,
    View,
    ZeroPad2d,
)
from cnnviz.arithmetic.layers.keras_only import KerasSlopes, OneOfTwo
from cnnviz.arithmetic.reader.keras_sequences import (
    along_sequence,
    one,
    permutation,
    pooling_along_sequence,
    recurrent,
    volume,
)
from cnnviz.arithmetic.reader.keras_settings import (
    Layers,
    activated,
    activation_name,
    is_same,
    padded,
    refuse_stride_with_dilation,
    same_sides,
    window,
)
from cnnviz.arithmetic.reader.values import KerasLayer, Value, kind_of
from cnnviz.arithmetic.settings import (
    Shape,
    ShapeError,
    number_or_pair,
    pair,
    read_image_shape,
    whole_number,
)


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


def convolution(settings: dict[str, Value], shape: Shape) -> Layers:
    """Conv2D."""
    channels = read_image_shape("Conv2D", shape)[0]
    kernel_size, stride, dilation = window(settings)
    refuse_stride_with_dilation(stride, dilation)
    filters, groups = settings["filters"], settings.get("groups", 1)
    bias = settings.get("use_bias", True) is not False
    layers, padding = padded(settings, shape, kernel_size, stride, dilation)
    layer = Conv2d(channels, filters, kernel_size, stride, padding, dilation, groups, bias)
    return [*layers, ("", layer)]


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
    """Dense: on a map it works at every place, as a convolution of 1 × 1."""
    bias = settings.get("use_bias", True) is not False
    if len(shape) == 3:
        return [("", Conv2d(shape[0], settings["units"], 1, bias=bias))]
    if len(shape) == 4:
        return [("", Conv3d(shape[0], settings["units"], 1, bias=bias))]
    return [("", Linear(shape[-1], settings["units"], bias))]


def normalisation(settings: dict[str, Value], shape: Shape) -> Layers:
    """BatchNormalization. Its moving averages are measured, not learned, and not counted."""
    scale, shift = settings.get("scale", True) is not False, settings.get("center", True) is not False
    if scale != shift:
        return [("", OneOfTwo(shape[0]))]
    axis = settings.get("axis", -1)
    if len(shape) == 2 and axis in (-1, 2):
        return [("", BatchNorm1d(shape[1], affine=scale))]
    return [("", {3: BatchNorm2d, 4: BatchNorm3d}.get(len(shape), BatchNorm1d)(shape[0], affine=scale))]


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
    if isinstance(target, int):
        target = (target,)
    if not isinstance(target, tuple):
        raise ShapeError(f"target_shape is {kind_of(target)}; it is a list of sizes.")
    if -1 in target:
        known = prod(size for size in target if size != -1)
        if known < 1 or prod(shape) % known:
            raise ShapeError(f"{prod(shape):,} values cannot be laid out as {target}.")
        target = tuple(prod(shape) // known if size == -1 else size for size in target)
    return [("", View((target[-1], *target[:-1]) if len(target) > 2 else target))]


def leaky(settings: dict[str, Value], shape: Shape) -> Layers:
    """LeakyReLU, whose slope is 0.3 unless given."""
    return [("", Pointwise("LeakyReLU", (("negative_slope", settings.get("negative_slope", 0.3)),)))]


def global_any(settings: dict[str, Value], shape: Shape, average: bool) -> Layers:
    """Global poolings along a sequence or over a volume."""
    kinds: dict[int, Value] = {
        2: AdaptiveAvgPool1d if average else AdaptiveMaxPool1d, 4: AdaptiveAvgPool3d if average else AdaptiveMaxPool3d
    }  # fmt: skip
    if len(shape) not in kinds:
        raise ShapeError(f"Global pooling does not take {shape}.")
    layers: Layers = [("", kinds[len(shape)](1))]
    return layers if settings.get("keepdims") is True else [*layers, ("_flatten", Flatten())]


def upsampling(settings: dict[str, Value], shape: Shape) -> Layers:
    """UpSampling1D, 2D and 3D."""
    size = settings.get("size", 2)
    mode = settings.get("interpolation", "nearest")
    factor = tuple(float(part) for part in size) if isinstance(size, tuple) else float(size)
    if isinstance(factor, tuple) and len(factor) == 1:
        factor = factor[0]
    mode = {"bicubic": "bicubic", "nearest": "nearest"}.get(mode, "bilinear")
    return [("", Upsample(scale_factor=factor, mode=mode))]


def cropping(settings: dict[str, Value], shape: Shape) -> Layers:
    """Cropping2D."""
    ((_, border),) = border_sides(settings, "cropping")
    return [("", ConstantPad2d(tuple(-side for side in border), 0.0))]


def border_sides(settings: dict[str, Value], name: str) -> list[tuple[str, tuple[int, int, int, int]]]:
    """(left, right, top, bottom) of a border."""
    (layer,) = border({"padding": settings.get(name, (1, 1))}, ())
    sides = layer[1].padding  # type: ignore[attr-defined]
    return [("", sides)]


def layer_norm(settings: dict[str, Value], shape: Shape) -> Layers:
    """LayerNormalization: over the channels of each place."""
    if len(shape) == 3:  # channels stand first here
        return [("_permute", Permute((0, 2, 3, 1))), ("", LayerNorm(shape[0])), ("_back", Permute((0, 3, 1, 2)))]
    return [("", LayerNorm(shape[-1]))]


TRANSLATIONS: dict[str, Callable[[dict[str, Value], Shape], Layers]] = {
    "Conv2D": convolution,
    "DepthwiseConv2D": depthwise,
    "SeparableConv2D": separable,
    "Conv2DTranspose": transposed,
    "MaxPooling2D": pooling,
    "AveragePooling2D": lambda settings, shape: pooling(settings, shape, average=True),
    "Conv1D": along_sequence,
    "SeparableConv1D": lambda settings, shape: [
        (
            "_depthwise",
            Conv1d(
                shape[0],
                shape[0],
                one(settings, "kernel_size", None),
                one(settings, "strides", 1),
                "same" if is_same(settings) else 0,
                groups=shape[0],
                bias=False,
            ),
        ),
        ("", Conv1d(shape[0], settings["filters"], 1, bias=settings.get("use_bias", True) is not False)),
    ],
    "Conv1DTranspose": lambda settings, shape: along_sequence(settings, shape, transposed=True),
    "Conv3D": lambda settings, shape: volume(settings, shape, "Conv3D"),
    "MaxPooling1D": pooling_along_sequence,
    "AveragePooling1D": lambda settings, shape: pooling_along_sequence(settings, shape, average=True),
    "MaxPooling3D": lambda settings, shape: volume(settings, shape, "MaxPooling3D"),
    "AveragePooling3D": lambda settings, shape: volume(settings, shape, "AveragePooling3D"),
    "GlobalAveragePooling1D": lambda settings, shape: global_any(settings, shape, average=True),
    "GlobalMaxPooling1D": lambda settings, shape: global_any(settings, shape, average=False),
    "GlobalAveragePooling3D": lambda settings, shape: global_any(settings, shape, average=True),
    "GlobalMaxPooling3D": lambda settings, shape: global_any(settings, shape, average=False),
    **dict.fromkeys(("UpSampling1D", "UpSampling2D", "UpSampling3D"), upsampling),
    "Cropping2D": cropping,
    "LayerNormalization": layer_norm,
    "GroupNormalization": lambda settings, shape: [
        ("", GroupNorm(shape[0] if settings.get("groups", 32) == -1 else settings.get("groups", 32), shape[0]))
    ],
    "UnitNormalization": lambda settings, shape: [],
    "Embedding": lambda settings, shape: [("", Embedding(settings["input_dim"], settings["output_dim"]))],
    "LSTM": lambda settings, shape: recurrent(settings, shape, "LSTM"),
    "GRU": lambda settings, shape: recurrent(settings, shape, "GRU"),
    "SimpleRNN": lambda settings, shape: recurrent(settings, shape, "SimpleRNN"),
    "Permute": permutation,
    "PReLU": lambda settings, shape: [("", KerasSlopes(shape, settings.get("shared_axes")))],
    "RepeatVector": lambda settings, shape: [
        ("_unsqueeze", Unsqueeze(1)),
        ("", Expand((whole_number("n", settings["n"]), *shape))),
    ],
    **{
        name: lambda settings, shape: [("", Pointwise("Identity"))]
        for name in (
            "Normalization",
            "RandomFlip",
            "RandomRotation",
            "RandomZoom",
            "RandomContrast",
            "RandomTranslation",
            "RandomBrightness",
            "GaussianNoise",
            "GaussianDropout",
            "ActivityRegularization",
            "Identity",
            "RandomHeight",
            "RandomWidth",
            "Masking",
            "AlphaDropout",
            "Lambda",
            "RandomErasing",
            "CutMix",
        )
    },
    **{
        name: lambda settings, shape: [("", Upsample(size=(settings["height"], settings["width"]), mode="bilinear"))]
        for name in ("Resizing",)
    },
    "CenterCrop": lambda settings, shape: [
        ("", Upsample(size=(settings["height"], settings["width"]), mode="nearest"))
    ],
    "RandomCrop": lambda settings, shape: [
        ("", Upsample(size=(settings["height"], settings["width"]), mode="nearest"))
    ],
    **{f"SpatialDropout{axes}D": lambda settings, shape: [("", Dropout(settings["rate"]))] for axes in (1, 3)},
    "ThresholdedReLU": lambda settings, shape: [("", ReLU())],
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
