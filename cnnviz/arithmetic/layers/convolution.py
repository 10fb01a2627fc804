"""Conv2d and ConvTranspose2d: their shapes, parameters and multiply-accumulates."""

from dataclasses import dataclass
from math import prod

from cnnviz.arithmetic.settings import (
    AXES,
    LINES,
    IntOrPair,
    Shape,
    ShapeError,
    counted,
    number_or_pair,
    pair,
    read_image_shape,
    shown,
    whole_number,
)
from cnnviz.arithmetic.shapes import (
    effective_kernel_size,
    nearest_fits,
    output_size,
    same_padding,
    transposed_output_size,
)

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


@dataclass(frozen=True)
class Conv2d:
    """A convolution over (in_channels, height, width), as torch.nn.Conv2d: same arguments, same defaults.

    Settings that torch refuses, or would only stumble over later (stride 0), raise ShapeError at once.

    >>> Conv2d(3, 64, kernel_size=7, stride=2, padding=3).output_shape((3, 224, 224))
    (64, 112, 112)
    >>> Conv2d(3, 96, kernel_size=11, stride=4).num_params
    34944
    """

    in_channels: int
    out_channels: int
    kernel_size: IntOrPair
    stride: IntOrPair = 1
    padding: IntOrPair | str = 0
    dilation: IntOrPair = 1
    groups: int = 1
    bias: bool = True
    padding_mode: str = "zeros"

    def __post_init__(self) -> None:
        read_convolution_settings(self)
        if isinstance(self.padding, str):
            read_padding_word(self.padding, self.stride)
        else:
            object.__setattr__(self, "padding", number_or_pair("padding", self.padding, minimum=0))
        if self.padding_mode not in PADDING_MODES:
            modes = ", ".join(PADDING_MODES)
            raise ShapeError(f"padding_mode is {shown(self.padding_mode)}; it is one of {modes}.")

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        """(out_channels, in_channels / groups, kernel height, kernel width), the order in which PyTorch stores it.

        >>> Conv2d(3, 96, 11).weight_shape
        (96, 3, 11, 11)
        """
        return (self.out_channels, self.in_channels // self.groups, *pair(self.kernel_size))

    @property
    def num_params(self) -> int:
        """Weights and biases: (k * k * in_channels / groups + 1) * out_channels; without the 1 when bias=False."""
        return prod(self.weight_shape) + (self.out_channels if self.bias else 0)

    def padding_sides(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """((above, below), (left, right)): rows and columns of padding on each side.

        >>> Conv2d(1, 1, kernel_size=4, padding="same").padding_sides()
        ((1, 2), (1, 2))
        """
        if isinstance(self.padding, str):
            if self.padding == "valid":
                return (0, 0), (0, 0)
            (height, width), (down, across) = pair(self.kernel_size), pair(self.dilation)
            return same_padding(height, down), same_padding(width, across)
        height, width = pair(self.padding)
        return (height, height), (width, width)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(out_channels, height, width) of the output; ShapeError where torch.nn.Conv2d refuses the input.

        >>> Conv2d(1, 1, kernel_size=3, stride=2, padding=1).output_shape((1, 6, 6))
        (1, 3, 3)
        """
        channels, *sizes = read_image_shape("Conv2d", input_shape)
        check_channels("Conv2d", self.in_channels, channels)
        return (self.out_channels, *(self._output_size(axis, size) for axis, size in enumerate(sizes)))

    def macs(self, input_shape: Shape) -> int:
        """Multiply-accumulates for one image, biases not counted: every output value takes one window of weights.

        >>> Conv2d(3, 96, kernel_size=11, stride=4).macs((3, 227, 227))
        105415200
        """
        _, height, width = self.output_shape(input_shape)
        return height * width * prod(self.weight_shape)

    def _output_size(self, axis: int, size: int) -> int:
        kernel_size, stride, dilation = (pair(s)[axis] for s in (self.kernel_size, self.stride, self.dilation))
        before, after = self.padding_sides()[axis]
        self._check_padding_source(AXES[axis], size, max(before, after))
        if isinstance(self.padding, str) and self.padding == "same":
            return size
        if effective_kernel_size(kernel_size, dilation) > size + before + after:
            raise ShapeError(too_large_a_kernel(AXES[axis], size, kernel_size, before, dilation))
        return output_size(size, kernel_size, stride, before, dilation)

    def _check_padding_source(self, axis: str, size: int, padding: int) -> None:
        """Reflecting and wrapping take the padding's values from the input, which must have enough of them."""
        largest = {"reflect": size - 1, "circular": size}.get(self.padding_mode, padding)
        if padding > largest:
            how = "mirrors rows beyond the edge row" if self.padding_mode == "reflect" else "wraps around once"
            raise ShapeError(
                f"padding_mode {self.padding_mode!r} {how}, so along the {axis} of {size} the padding can be "
                f"{largest} at most, and {padding} was asked for: use padding <= {largest}, or padding_mode 'zeros'."
            )


@dataclass(frozen=True)
class ConvTranspose2d:
    """A transposed convolution, as torch.nn.ConvTranspose2d: the shapes of a convolution run backwards.

    >>> ConvTranspose2d(64, 32, kernel_size=2, stride=2).output_shape((64, 28, 28))
    (32, 56, 56)
    >>> ConvTranspose2d(64, 32, kernel_size=2, stride=2).num_params
    8224
    """

    in_channels: int
    out_channels: int
    kernel_size: IntOrPair
    stride: IntOrPair = 1
    padding: IntOrPair = 0
    output_padding: IntOrPair = 0
    groups: int = 1
    bias: bool = True
    dilation: IntOrPair = 1
    padding_mode: str = "zeros"

    def __post_init__(self) -> None:
        read_convolution_settings(self)
        if isinstance(self.padding, str):
            raise ShapeError(f"ConvTranspose2d takes its padding as a number, not as {shown(self.padding)}.")
        object.__setattr__(self, "padding", number_or_pair("padding", self.padding, minimum=0))
        object.__setattr__(self, "output_padding", number_or_pair("output_padding", self.output_padding, minimum=0))
        if self.padding_mode != "zeros":
            raise ShapeError(f"ConvTranspose2d only has padding_mode 'zeros', not {shown(self.padding_mode)}.")
        axes = zip(AXES, pair(self.output_padding), pair(self.stride), pair(self.dilation), strict=True)
        for axis, extra, stride, dilation in axes:
            if extra >= max(stride, dilation):
                raise ShapeError(
                    f"output_padding is {extra} along the {axis}; it must be smaller than the stride ({stride}) "
                    f"or the dilation ({dilation}), so {max(stride, dilation) - 1} at most."
                )

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        """(in_channels, out_channels / groups, kernel height, kernel width): input first, unlike Conv2d."""
        return (self.in_channels, self.out_channels // self.groups, *pair(self.kernel_size))

    @property
    def num_params(self) -> int:
        """Weights and biases."""
        return prod(self.weight_shape) + (self.out_channels if self.bias else 0)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(out_channels, height, width) of the output; ShapeError where torch.nn.ConvTranspose2d refuses the input.

        >>> ConvTranspose2d(1, 1, kernel_size=3, stride=2, padding=1, output_padding=1).output_shape((1, 3, 3))
        (1, 6, 6)
        """
        channels, *sizes = read_image_shape("ConvTranspose2d", input_shape)
        check_channels("ConvTranspose2d", self.in_channels, channels)
        return (self.out_channels, *(self._output_size(axis, size) for axis, size in enumerate(sizes)))

    def macs(self, input_shape: Shape) -> int:
        """Multiply-accumulates for one image, biases not counted: every input value is spread by one window of weights.

        >>> ConvTranspose2d(64, 32, kernel_size=2, stride=2).macs((64, 28, 28))
        6422528
        """
        self.output_shape(input_shape)
        _, height, width = read_image_shape("ConvTranspose2d", input_shape)
        return height * width * prod(self.weight_shape)

    def _output_size(self, axis: int, size: int) -> int:
        kernel_size, stride, padding, extra, dilation = (
            pair(setting)[axis]
            for setting in (self.kernel_size, self.stride, self.padding, self.output_padding, self.dilation)
        )
        result = transposed_output_size(size, kernel_size, stride, padding, extra, dilation)
        if result < 1:
            largest = (result + 2 * padding - 1) // 2
            raise ShapeError(
                f"Padding {padding} takes {2 * padding} {LINES[AXES[axis]]} away from an output of "
                f"{result + 2 * padding} along the {AXES[axis]}, which leaves none: use padding <= {largest}."
            )
        return result


def read_convolution_settings(layer: Conv2d | ConvTranspose2d) -> None:
    """Read what both convolutions have in common, and refuse channels that the groups do not divide."""
    for name in ("in_channels", "out_channels", "groups"):
        object.__setattr__(layer, name, whole_number(name, getattr(layer, name)))
    for name in ("kernel_size", "stride", "dilation"):
        object.__setattr__(layer, name, number_or_pair(name, getattr(layer, name)))
    for name in ("in_channels", "out_channels"):
        channels: int = getattr(layer, name)
        if channels % layer.groups:
            nearest = max(layer.groups, round(channels / layer.groups) * layer.groups)
            raise ShapeError(
                f"{name} is {channels:,}, which does not divide into {counted(layer.groups, 'group')} of equal size: "
                f"take {nearest:,} channels, or {counted(nearest_divisor(channels, layer.groups), 'group')}."
            )


def read_padding_word(padding: str, stride: IntOrPair) -> None:
    """Refuse any word but 'same' and 'valid', and 'same' with a stride, which cannot keep the size."""
    if padding not in ("same", "valid"):
        raise ShapeError(f"padding is {shown(padding)}; it is a number, a pair of numbers, 'same' or 'valid'.")
    if padding == "same" and pair(stride) != (1, 1):
        raise ShapeError(
            f"padding 'same' keeps the size, which stride {shown(stride)} would divide: "
            "use stride 1, or give the padding as a number."
        )


def check_channels(layer: str, in_channels: int, channels: int) -> None:
    """Refuse an input whose channels are not the layer's."""
    if channels != in_channels:
        raise ShapeError(
            f"{layer} was made for {counted(in_channels, 'input channel')} and got {channels:,}: "
            f"use in_channels={channels}, or give it an input with {counted(in_channels, 'channel')}."
        )


def too_large_a_kernel(
    axis: str, size: int, kernel_size: int, padding: int, dilation: int, *, pooling: bool = False
) -> str:
    """The sentence for a kernel that reaches over more rows than there are, and what would fit."""
    reach, padded, lines = effective_kernel_size(kernel_size, dilation), size + 2 * padding, LINES[axis]
    spread = f" with dilation {dilation}" if dilation > 1 else ""
    border = f" with padding {padding}" if padding else ""
    words = {"kernel_size": "kernel_size <= ", "padding": "padding >= ", "dilation": "dilation <= "}
    words["size"] = f"an input {axis} >= "
    fits = nearest_fits(size, kernel_size, padding, dilation, pooling=pooling)
    offers = ", or ".join(f"{words[fit.setting]}{fit.value}" for fit in fits)
    return (
        f"Along the {axis}, kernel_size {kernel_size}{spread} reaches over {counted(reach, lines[:-1])} and the "
        f"input of {size}{border} has {padded}: {reach - padded} too few. It fits with {offers}."
    )


def nearest_divisor(number: int, wanted: int) -> int:
    """The number of groups nearest to the one wanted that divides the channels; the search is at most 1,000 wide."""
    for distance in range(1000):
        for candidate in (wanted - distance, wanted + distance):
            if candidate >= 1 and number % candidate == 0:
                return candidate
    return 1
