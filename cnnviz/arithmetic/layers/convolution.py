"""Conv2d: a window of weights that slides over all channels at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import ClassVar, Protocol, Self

from cnnviz.arithmetic.derivations.counts import dense_lines, filter_params, window_macs
from cnnviz.arithmetic.derivations.lines import Derivation, output_symbol
from cnnviz.arithmetic.derivations.output_size import same_derivation
from cnnviz.arithmetic.layers.keras import NotInKeras, borders, call, refuse_stride_with_dilation, unless
from cnnviz.arithmetic.layers.layer import Role
from cnnviz.arithmetic.layers.sliding_window import Along, SlidingWindow, too_large_a_kernel
from cnnviz.arithmetic.settings import (
    AXES,
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
from cnnviz.arithmetic.shapes import effective_kernel_size, output_size, same_padding

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")
PLACES = rf"{output_symbol('H')} \cdot {output_symbol('W')}"


@dataclass(frozen=True)
class Conv2d(SlidingWindow):
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

    role: ClassVar[Role] = "weights"
    counts: ClassVar[str] = "in_channels"
    form: ClassVar[tuple[str, ...]] = (
        "out_channels",
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "groups",
        "padding_mode",
        "bias",
    )
    pools: ClassVar[bool] = False

    def __post_init__(self) -> None:
        read_convolution_settings(self)
        if isinstance(self.padding, str):
            read_padding_word(self.padding, self.stride)
        else:
            object.__setattr__(self, "padding", number_or_pair("padding", self.padding, minimum=0))
        if self.padding_mode not in PADDING_MODES:
            modes = ", ".join(PADDING_MODES)
            raise ShapeError(f"padding_mode is {shown(self.padding_mode)}; it is one of {modes}.")

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """32 filters of 3 × 3 that keep the size."""
        return cls(input_shape[0], 32, 3, padding=1)

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        """(out_channels, in_channels / groups, kernel height, kernel width), the order in which PyTorch stores it.

        >>> Conv2d(3, 96, 11).weight_shape
        (96, 3, 11, 11)
        """
        return (self.out_channels, self.in_channels // self.groups, *pair(self.kernel_size))

    def parameter_shapes(self) -> dict[str, Shape]:
        """The filters, and a bias for each."""
        return with_bias(self.weight_shape, self.out_channels, self.bias)

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

    @cached_property
    def along(self) -> tuple[Along, Along]:
        """The window along the height and along the width."""
        sides = self.padding_sides()
        settings = zip(pair(self.kernel_size), pair(self.stride), sides, pair(self.dilation), strict=True)
        height, width = (
            Along(kernel_size, stride, before, dilation, after)
            for kernel_size, stride, (before, after), dilation in settings
        )
        return height, width

    @property
    def rounds_up(self) -> bool:
        """False: no window stands out over the edge."""
        return False

    def output_shape(self, input_shape: Shape) -> Shape:
        """(out_channels, height, width) of the output; ShapeError where torch.nn.Conv2d refuses the input.

        >>> Conv2d(1, 1, kernel_size=3, stride=2, padding=1).output_shape((1, 6, 6))
        (1, 3, 3)
        """
        channels, *sizes = read_image_shape("Conv2d", input_shape)
        check_channels("Conv2d", self.in_channels, channels)
        return (self.out_channels, *(self._output_size(axis, size) for axis, size in enumerate(sizes)))

    def macs_at(self, input_shapes: Sequence[Shape], output_shape: Shape) -> int:
        """Every output value takes one window of weights.

        >>> Conv2d(3, 96, kernel_size=11, stride=4).macs((3, 227, 227))
        105415200
        """
        return prod(output_shape) * prod(self.weight_shape[1:])

    def num_params_derivation(self) -> Derivation:
        r"""(k * k * C_in / groups + 1) * C_out.

        >>> lines = Conv2d(3, 96, kernel_size=11, stride=4).num_params_derivation().lines
        >>> print(lines[-2].latex, lines[-1].latex)
        = 364 \cdot \textcolor{output}{96} = 34{,}944
        """
        return filter_params(pair(self.kernel_size), self.in_channels, self.out_channels, self.groups, self.bias)

    def macs_derivation(self, input_shape: Shape) -> Derivation:
        """Places of the output times weights; ShapeError when the input does not fit."""
        _, height, width = self.output_shape(input_shape)
        note = "Every output value is one window: as many multiplications as a filter has weights. Biases not counted."
        return window_macs(PLACES, (height, width), "output", prod(self.weight_shape), note)

    def dense_derivation(self, input_shape: Shape) -> Derivation:
        """How many parameters one dense layer would need for the same job; the lecture's comparison.

        >>> Conv2d(3, 96, kernel_size=11, stride=4, bias=False).dense_derivation((3, 227, 227)).result
        44892064800
        """
        return dense_lines(prod(input_shape), prod(self.output_shape(input_shape)), self.bias, self.num_params)

    def size_derivation(self, axis: int, size: int) -> Derivation:
        """The formula of the output size along one axis; for padding='same' that of the padding."""
        if self.padding == "same":
            return same_derivation("HW"[axis], size, self.along[axis].kernel_size, self.along[axis].dilation)
        return super().size_derivation(axis, size)

    def keras_lines(self, input_shape: Shape) -> list[str]:
        """Conv2D, behind a ZeroPadding2D where the padding is neither none nor what 'same' would add."""
        if self.padding_mode != "zeros":
            raise NotInKeras(f"Keras pads with zeros only; it has no layer for padding_mode {self.padding_mode!r}.")
        refuse_stride_with_dilation(self.stride, self.dilation)
        sides = self.padding_sides()
        keeps_size = pair(self.stride) == (1, 1) and all(
            sum(side) == along.dilation * (along.kernel_size - 1) and 0 <= side[1] - side[0] <= 1
            for side, along in zip(sides, self.along, strict=True)
        )
        same = keeps_size and sides != ((0, 0), (0, 0))
        words = [
            str(self.out_channels),
            f"kernel_size={self.kernel_size}",
            *unless(pair(self.stride) == (1, 1), f"strides={self.stride}"),
            *unless(not same, 'padding="same"'),
            *unless(pair(self.dilation) == (1, 1), f"dilation_rate={self.dilation}"),
            *unless(self.groups == 1, f"groups={self.groups}"),
            *unless(self.bias, "use_bias=False"),
        ]
        return [*([] if same else borders("ZeroPadding2D", sides)), call("Conv2D", words)]

    def _output_size(self, axis: int, size: int) -> int:
        kernel_size, stride, before, dilation, after = self.along[axis]
        self._check_padding_source(AXES[axis], size, max(before, after))
        if self.padding == "same":
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


def with_bias(weight_shape: Shape, biases: int, bias: bool) -> dict[str, Shape]:
    """A weight, and a vector of biases where there are any.

    >>> with_bias((10, 84), 10, True)
    {'weight': (10, 84), 'bias': (10,)}
    """
    return {"weight": weight_shape, "bias": (biases,)} if bias else {"weight": weight_shape}


class Filters(Protocol):
    """What both convolutions have in common."""

    @property
    def groups(self) -> int:
        """How many parts the channels are divided into."""


def read_convolution_settings(layer: Filters) -> None:
    """Read what both convolutions of pictures have in common."""
    for name in ("kernel_size", "stride", "dilation"):
        object.__setattr__(layer, name, number_or_pair(name, getattr(layer, name)))
    check_groups(layer)


def check_groups(layer: Filters) -> None:
    """Read channels and groups, and refuse channels that the groups do not divide."""
    for name in ("in_channels", "out_channels", "groups"):
        object.__setattr__(layer, name, whole_number(name, getattr(layer, name)))
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


def nearest_divisor(number: int, wanted: int) -> int:
    """The number of groups nearest to the one wanted that divides the channels; the search is at most 1,000 wide."""
    for distance in range(1000):
        for candidate in (wanted - distance, wanted + distance):
            if candidate >= 1 and number % candidate == 0:
                return candidate
    return 1
