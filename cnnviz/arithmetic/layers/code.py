"""A layer as a line of PyTorch, and as the lines of Keras that do the same."""

from dataclasses import fields
from math import prod

from cnnviz.arithmetic.layers import (
    AdaptiveAvgPool2d,
    AvgPool1d,
    AvgPool2d,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Layer,
    Linear,
    MaxPool1d,
    MaxPool2d,
)
from cnnviz.arithmetic.layers.pooling import stride_of
from cnnviz.arithmetic.settings import IntOrPair, Shape, pair
from cnnviz.arithmetic.shapes import effective_kernel_size, output_size

WITHOUT_NAME = ("in_channels", "out_channels", "in_features", "out_features", "num_features", "output_size")
ALWAYS = ("kernel_size",)

Sides = tuple[tuple[int, int], tuple[int, int]]


class NotInKeras(ValueError):
    """Keras has no layer that does this: the message says which setting is in the way."""


def pytorch_code(layer: Layer | Conv1d | MaxPool1d | AvgPool1d) -> str:
    """The call that makes the layer, leaving out what is PyTorch's default, except a stride that differs by kind.

    >>> from cnnviz.arithmetic.layers import BatchNorm2d
    >>> pytorch_code(Conv2d(3, 96, kernel_size=11, stride=4))
    'nn.Conv2d(3, 96, kernel_size=11, stride=4)'
    >>> pytorch_code(MaxPool2d(2)), pytorch_code(BatchNorm2d(64))
    ('nn.MaxPool2d(kernel_size=2, stride=2)', 'nn.BatchNorm2d(64)')
    """
    words = []
    for field in fields(layer):
        value = getattr(layer, field.name)
        if field.name in WITHOUT_NAME:
            words.append(repr(value))
        elif field.name == "stride" and isinstance(layer, MaxPool2d | AvgPool2d | MaxPool1d | AvgPool1d):
            # PyTorch's default is the kernel size: better said than known
            words.append(f"stride={layer.kernel_size if value is None else value!r}")
        elif field.name in ALWAYS or value != field.default:
            words.append(f"{field.name}={value!r}")
    return f"nn.{type(layer).__name__}({', '.join(words)})"


def keras_code(layer: Layer, input_shape: Shape) -> str:
    """A keras.Sequential that does what the layer does to an image of this (channels, height, width), channels last.

    Keras's layers pad by 'valid' or 'same' only, so any other padding is a ZeroPadding2D before the layer. ShapeError
    when the input does not fit; NotInKeras, with the reason, when Keras has no such layer.

    >>> print(keras_code(Conv2d(3, 64, kernel_size=7, stride=2, padding=3), (3, 224, 224)))
    # (224, 224, 3) -> (112, 112, 64): Keras puts the channels last
    keras.Sequential([
        keras.Input((224, 224, 3)),
        keras.layers.ZeroPadding2D(3),
        keras.layers.Conv2D(64, kernel_size=7, strides=2),
    ])
    """
    output_shape = layer.output_shape(input_shape)
    if isinstance(layer, Conv2d):
        lines = keras_convolution(layer)
    elif isinstance(layer, ConvTranspose2d):
        lines = keras_transposed(layer, input_shape)
    elif isinstance(layer, MaxPool2d | AvgPool2d):
        lines = keras_pooling(layer, input_shape)
    elif isinstance(layer, AdaptiveAvgPool2d):
        lines = keras_adaptive(input_shape, output_shape)
    elif isinstance(layer, Linear):
        lines = [call("Dense", [str(layer.out_features), *unless(layer.bias, "use_bias=False")])]
    else:
        raise NotInKeras(f"{type(layer).__name__} is not written in Keras here.")
    before, after = channels_last(input_shape), channels_last(output_shape)
    order = ": Keras puts the channels last" if len(input_shape) == 3 else ""
    body = [f"keras.Input({before}),", *(line if line.startswith("#") else f"{line}," for line in lines)]
    inside = "\n".join(f"    {line}" for line in body)
    return f"# {before} -> {after}{order}\nkeras.Sequential([\n{inside}\n])"


def keras_convolution(layer: Conv2d) -> list[str]:
    """Conv2D, behind a ZeroPadding2D where the padding is neither none nor what 'same' would add."""
    if layer.padding_mode != "zeros":
        raise NotInKeras(f"Keras pads with zeros only; it has no layer for padding_mode {layer.padding_mode!r}.")
    refuse_stride_with_dilation(layer)
    sides = layer.padding_sides()
    keeps_size = pair(layer.stride) == (1, 1) and all(
        sum(side) == spread * (kernel_size - 1) and 0 <= side[1] - side[0] <= 1
        for side, kernel_size, spread in zip(sides, pair(layer.kernel_size), pair(layer.dilation), strict=True)
    )
    same = keeps_size and sides != ((0, 0), (0, 0))
    words = [
        str(layer.out_channels),
        f"kernel_size={layer.kernel_size}",
        *unless(pair(layer.stride) == (1, 1), f"strides={layer.stride}"),
        *unless(not same, 'padding="same"'),
        *unless(pair(layer.dilation) == (1, 1), f"dilation_rate={layer.dilation}"),
        *unless(layer.groups == 1, f"groups={layer.groups}"),
        *unless(layer.bias, "use_bias=False"),
    ]
    return [*([] if same else borders("ZeroPadding2D", sides)), call("Conv2D", words)]


def keras_transposed(layer: ConvTranspose2d, input_shape: Shape) -> list[str]:
    """Conv2DTranspose without padding, then a Cropping2D for what the padding of PyTorch takes away.

    Unpadded, Keras's output is size * stride + max(kernel reach - stride, 0) long.
    """
    if layer.groups > 1:
        raise NotInKeras("Keras’s Conv2DTranspose has no groups.")
    refuse_stride_with_dilation(layer)
    sides = []
    for axis, result in enumerate(layer.output_shape(input_shape)[1:]):
        kernel_size, stride, padding, dilation = (
            pair(setting)[axis] for setting in (layer.kernel_size, layer.stride, layer.padding, layer.dilation)
        )
        reach = effective_kernel_size(kernel_size, dilation)
        unpadded = input_shape[1 + axis] * stride + max(reach - stride, 0)
        sides.append((padding, unpadded - padding - result))
    if min(after for _, after in sides) < 0:
        raise NotInKeras("Keras’s Conv2DTranspose has no output_padding, and cropping cannot make its output longer.")
    words = [
        str(layer.out_channels),
        f"kernel_size={layer.kernel_size}",
        *unless(pair(layer.stride) == (1, 1), f"strides={layer.stride}"),
        *unless(pair(layer.dilation) == (1, 1), f"dilation_rate={layer.dilation}"),
        *unless(layer.bias, "use_bias=False"),
    ]
    return [call("Conv2DTranspose", words), *borders("Cropping2D", (sides[0], sides[1]))]


def keras_pooling(layer: MaxPool2d | AvgPool2d, input_shape: Shape) -> list[str]:
    """MaxPooling2D or AveragePooling2D, with its padding, and what ceil_mode adds at the far end, put on before."""
    if isinstance(layer, MaxPool2d) and pair(layer.dilation) != (1, 1):
        raise NotInKeras("Keras’s MaxPooling2D has no dilation.")
    sides, beyond = [], False
    for axis, size in enumerate(input_shape[1:]):
        kernel_size, stride, padding = pair(layer.kernel_size)[axis], stride_of(layer)[axis], pair(layer.padding)[axis]
        windows = output_size(size, kernel_size, stride, padding, ceil_mode=layer.ceil_mode)
        further = max(0, (windows - 1) * stride + kernel_size - size - 2 * padding)
        beyond = beyond or further > 0
        sides.append((padding, padding + further))
    padded = sides != [(0, 0), (0, 0)]
    lines = borders("ZeroPadding2D", (sides[0], sides[1]))
    size_words = [f"pool_size={layer.kernel_size}", f"strides={short(stride_of(layer))}"]
    if isinstance(layer, MaxPool2d):
        note = (
            "# this border is 0 and PyTorch’s is minus infinity: the same where no value is negative, as after a ReLU"
        )
        return [*unless(not padded, note), *lines, call("MaxPooling2D", size_words)]
    if beyond:
        raise NotInKeras("With ceil_mode the last windows divide by fewer values, which no layer of Keras does.")
    if padded and not layer.count_include_pad and layer.divisor_override is None:
        raise NotInKeras("Keras’s AveragePooling2D cannot leave a padding given as a number out of the count.")
    lines.append(call("AveragePooling2D", size_words))
    if layer.divisor_override is not None:
        values = prod(pair(layer.kernel_size))
        lines.append(call("Rescaling", [f"{values} / {layer.divisor_override}"]))
    return lines


def keras_adaptive(input_shape: Shape, output_shape: Shape) -> list[str]:
    """Global pooling, or an ordinary average pooling where the sizes divide."""
    if output_shape[1:] == (1, 1):
        return [call("GlobalAveragePooling2D", ["keepdims=True"])]
    (_, *sizes), (_, *results) = input_shape, output_shape
    if any(size % result for size, result in zip(sizes, results, strict=True)):
        raise NotInKeras(
            f"The windows are not all of one size, because {results[0]} × {results[1]} does not divide "
            f"{sizes[0]} × {sizes[1]}: Keras’s AveragePooling2D cannot do that."
        )
    height, width = (size // result for size, result in zip(sizes, results, strict=True))
    return [call("AveragePooling2D", [f"pool_size={short((height, width))}"])]


def refuse_stride_with_dilation(layer: Conv2d | ConvTranspose2d) -> None:
    """Keras does not combine them."""
    if pair(layer.stride) != (1, 1) and pair(layer.dilation) != (1, 1):
        raise NotInKeras("Keras refuses a stride together with a dilation.")


def borders(name: str, sides: Sides) -> list[str]:
    """ZeroPadding2D or Cropping2D with ((above, below), (left, right)), or nothing where there is no border."""
    (above, below), (left, right) = sides
    if above == below and left == right:
        return unless(above == left == 0, call(name, [str(short((above, left)))]))
    return [call(name, [str(sides)])]


def short(value: tuple[int, int]) -> IntOrPair:
    """One number where both axes have the same."""
    return value[0] if value[0] == value[1] else value


def unless(plain: bool, words: str) -> list[str]:
    """What has to be said when something is not as it usually is."""
    return [] if plain else [words]


def call(name: str, words: list[str]) -> str:
    """A Keras layer being made."""
    return f"keras.layers.{name}({', '.join(words)})"


def channels_last(shape: Shape) -> str:
    """(channels, height, width) in Keras's order; a flat shape as it is."""
    return str((*shape[1:], shape[0]))
