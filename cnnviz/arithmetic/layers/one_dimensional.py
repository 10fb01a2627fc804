"""Conv1d, MaxPool1d and AvgPool1d: a window that slides along a sequence (channels, length), such as sound or text.

Each is its two-dimensional brother on a picture of one row, a kernel one row high: that is how they are computed here,
and `as_2d` gives that layer. What does not fit is said in words of length, before any row comes into play.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import ClassVar, Self

from cnnviz.arithmetic.derivations.lines import Derivation
from cnnviz.arithmetic.layers.convolution import Conv2d, check_channels, with_bias
from cnnviz.arithmetic.layers.layer import Layer, LearnsNothing, NotCounted, Role, every_place
from cnnviz.arithmetic.layers.pooling import AvgPool2d, MaxPool2d
from cnnviz.arithmetic.layers.sliding_window import too_large_a_kernel
from cnnviz.arithmetic.receptive_field import Fields
from cnnviz.arithmetic.settings import Shape, ShapeError, read_shape, shown, whole_number
from cnnviz.arithmetic.shapes import effective_kernel_size, output_size, same_padding


class OnSequence(Layer):
    """A layer along (channels, length), computed as its brother on a picture of one row."""

    @abstractmethod
    def as_2d(self) -> Conv2d | MaxPool2d | AvgPool2d:
        """The same on a picture of one row."""

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> None:
        """None: a sequence has no rows and columns of a picture."""

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The one row, or column, that a sequence has."""
        return every_place(input_shapes[which], axis, rows)

    def num_params_derivation(self) -> Derivation:
        """That of its brother, whose kernel is one row high."""
        return self.as_2d().num_params_derivation()

    def macs_derivation(self, input_shape: Shape) -> Derivation:
        """That of its brother; ShapeError when the input does not fit."""
        self.output_shape(input_shape)
        return self.as_2d().macs_derivation((input_shape[0], 1, input_shape[1]))

    def shape_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """The formula along the length; ShapeError when the input does not fit."""
        self.output_shape(input_shape)
        return (replace(self.as_2d().size_derivation(1, input_shape[1]), title="Output length"),)

    def receptive_field_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: there is no picture to be seen."""
        self.output_shape(input_shape)
        return ()


@dataclass(frozen=True)
class Conv1d(OnSequence):
    """A convolution over (in_channels, length), as torch.nn.Conv1d: same arguments, same defaults.

    Settings that torch refuses, or would only stumble over later (stride 0), raise ShapeError at once.

    >>> Conv1d(1, 8, kernel_size=5, stride=2, padding=2).output_shape((1, 16))
    (8, 8)
    >>> Conv1d(1, 8, kernel_size=5).num_params
    48
    >>> Conv1d(1, 1, kernel_size=7).output_shape((1, 5))
    Traceback (most recent call last):
    ...
    cnnviz.arithmetic.settings.ShapeError: Along the length, kernel_size 7 reaches over 7 values and the input of 5 \
has 5: 2 too few. It fits with kernel_size <= 5, or padding >= 1, or an input length >= 7.
    """

    in_channels: int
    out_channels: int
    kernel_size: int
    stride: int = 1
    padding: int | str = 0
    dilation: int = 1
    groups: int = 1
    bias: bool = True
    padding_mode: str = "zeros"

    role: ClassVar[Role] = "weights"
    counts: ClassVar[str] = "in_channels"

    def __post_init__(self) -> None:
        for name in ("kernel_size", "stride", "dilation"):
            object.__setattr__(self, name, read_number(name, getattr(self, name)))
        if not isinstance(self.padding, str):
            object.__setattr__(self, "padding", read_number("padding", self.padding, minimum=0))
        elif self.padding not in ("same", "valid"):
            raise ShapeError(f"padding is {shown(self.padding)}; it is a number, 'same' or 'valid'.")
        elif self.padding == "same" and self.stride != 1:
            raise ShapeError(
                f"padding 'same' keeps the length, which stride {shown(self.stride)} would divide: "
                "use stride 1, or give the padding as a number."
            )
        brother = self.as_2d()  # which reads what is left: channels, groups and padding_mode
        for name in ("in_channels", "out_channels", "groups"):
            object.__setattr__(self, name, getattr(brother, name))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """32 filters of 3 that keep the length."""
        return cls(input_shape[0], 32, 3, padding=1)

    @property
    def weight_shape(self) -> tuple[int, int, int]:
        """(out_channels, in_channels / groups, kernel_size), the order in which PyTorch stores it."""
        return (self.out_channels, self.in_channels // self.groups, self.kernel_size)

    def parameter_shapes(self) -> dict[str, Shape]:
        """The filters, and a bias for each."""
        return with_bias(self.weight_shape, self.out_channels, self.bias)

    @property
    def num_params(self) -> int:
        """Weights and biases: (kernel_size * in_channels / groups + 1) * out_channels; without the 1 for bias=False."""
        return prod(self.weight_shape) + (self.out_channels if self.bias else 0)

    def as_2d(self) -> Conv2d:
        """The same on a picture of one row.

        >>> Conv1d(1, 1, kernel_size=3, padding=1).as_2d().output_shape((1, 1, 9))
        (1, 1, 9)
        """
        return Conv2d(
            self.in_channels,
            self.out_channels,
            kernel_size=(1, self.kernel_size),
            stride=(1, self.stride),
            padding=self.padding if isinstance(self.padding, str) else (0, self.padding),
            dilation=(1, self.dilation),
            groups=self.groups,
            bias=self.bias,
            padding_mode=self.padding_mode,
        )

    def padding_sides(self) -> tuple[int, int]:
        """(before, after): how many values of padding there are on each side.

        >>> Conv1d(1, 1, kernel_size=4, padding="same").padding_sides()
        (1, 2)
        """
        if isinstance(self.padding, str):
            return (0, 0) if self.padding == "valid" else same_padding(self.kernel_size, self.dilation)
        return self.padding, self.padding

    def output_shape(self, input_shape: Shape) -> Shape:
        """(out_channels, length) of the output; ShapeError where torch.nn.Conv1d refuses the input."""
        channels, length = read_sequence_shape("Conv1d", input_shape)
        check_channels("Conv1d", self.in_channels, channels)
        before, after = self.padding_sides()
        self._check_padding_source(length, max(before, after))
        if effective_kernel_size(self.kernel_size, self.dilation) > length + before + after:
            raise ShapeError(too_large_a_kernel("length", length, self.kernel_size, before, self.dilation))
        return one_row(self.as_2d().output_shape((channels, 1, length)))

    def macs_at(self, input_shapes: Sequence[Shape], output_shape: Shape) -> int:
        """Every output value takes one window of weights."""
        return output_shape[1] * prod(self.weight_shape)

    def _check_padding_source(self, length: int, padding: int) -> None:
        """Reflecting and wrapping take the padding's values from the input, which must have enough of them."""
        largest = {"reflect": length - 1, "circular": length}.get(self.padding_mode, padding)
        if padding > largest:
            how = "mirrors values beyond the last one" if self.padding_mode == "reflect" else "wraps around once"
            raise ShapeError(
                f"padding_mode {self.padding_mode!r} {how}, so with a length of {length} the padding can be {largest} "
                f"at most, and {padding} was asked for: use padding <= {largest}, or padding_mode 'zeros'."
            )


class Pooling1d(LearnsNothing, NotCounted, OnSequence):
    """What both poolings along a sequence have in common."""

    kernel_size: int
    stride: int | None

    role: ClassVar[Role] = "pool"

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Windows of 2 side by side."""
        return cls(kernel_size=2)  # type: ignore[call-arg]

    def code(self, explicit: bool = False) -> str:
        """The call that makes it; `explicit` gives the stride, whose default differs from a convolution's."""
        if explicit and self.stride is None:
            return self.with_settings(stride=self.kernel_size).code(explicit)
        return super().code(explicit)

    def plainest(self) -> Self:
        """The same without the stride that is the default."""
        return self.with_settings(stride=None) if self.stride == self.kernel_size else self


@dataclass(frozen=True)
class MaxPool1d(Pooling1d):
    """The largest value of each window along (channels, length), as torch.nn.MaxPool1d: same arguments, same defaults.

    >>> MaxPool1d(2).output_shape((8, 9)), MaxPool1d(2, ceil_mode=True).output_shape((8, 9))
    ((8, 4), (8, 5))
    """

    kernel_size: int
    stride: int | None = None
    padding: int = 0
    dilation: int = 1
    return_indices: bool = False
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "dilation", read_number("dilation", self.dilation))
        read_pooling_numbers(self)

    def as_2d(self) -> MaxPool2d:
        """The same on a picture of one row."""
        return MaxPool2d(
            kernel_size=(1, self.kernel_size),
            stride=None if self.stride is None else (1, self.stride),
            padding=(0, self.padding),
            dilation=(1, self.dilation),
            return_indices=self.return_indices,
            ceil_mode=self.ceil_mode,
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, length) of the output; ShapeError where torch.nn.MaxPool1d refuses the input."""
        return pooled_sequence_shape(self, self.dilation, input_shape)


@dataclass(frozen=True)
class AvgPool1d(Pooling1d):
    """The average of each window along (channels, length), as torch.nn.AvgPool1d: same arguments, same defaults.

    >>> AvgPool1d(2).output_shape((8, 10))
    (8, 5)
    """

    kernel_size: int
    stride: int | None = None
    padding: int = 0
    ceil_mode: bool = False
    count_include_pad: bool = True

    def __post_init__(self) -> None:
        read_pooling_numbers(self)

    def as_2d(self) -> AvgPool2d:
        """The same on a picture of one row."""
        return AvgPool2d(
            kernel_size=(1, self.kernel_size),
            stride=None if self.stride is None else (1, self.stride),
            padding=(0, self.padding),
            ceil_mode=self.ceil_mode,
            count_include_pad=self.count_include_pad,
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, length) of the output; ShapeError where torch.nn.AvgPool1d refuses the input."""
        return pooled_sequence_shape(self, 1, input_shape)


def read_number(name: str, value: object, minimum: int = 1) -> int:
    """One whole number, also where it stands alone in a tuple, as torch allows; ShapeError otherwise.

    >>> read_number("kernel_size", (3,))
    3
    """
    if isinstance(value, list | tuple):
        if len(value) != 1:
            raise ShapeError(f"{name} is {shown(value)}; along a sequence it is one whole number.")
        value = value[0]
    return whole_number(name, value, minimum)


def read_pooling_numbers(layer: MaxPool1d | AvgPool1d) -> None:
    """Read what both poolings have in common, and refuse padding of more than half the kernel."""
    object.__setattr__(layer, "kernel_size", read_number("kernel_size", layer.kernel_size))
    object.__setattr__(layer, "padding", read_number("padding", layer.padding, minimum=0))
    if layer.stride is not None:
        object.__setattr__(layer, "stride", read_number("stride", layer.stride))
    if layer.padding > layer.kernel_size // 2:
        raise ShapeError(
            f"Padding {layer.padding} is more than half of kernel_size {layer.kernel_size}, so a window could lie in "
            f"the padding alone: use padding <= {layer.kernel_size // 2}, or kernel_size >= {2 * layer.padding}."
        )


def pooled_sequence_shape(layer: MaxPool1d | AvgPool1d, dilation: int, input_shape: Shape) -> Shape:
    """(channels, length) after pooling; ShapeError when the window does not fit once."""
    channels, length = read_sequence_shape(type(layer).__name__, input_shape)
    stride = layer.kernel_size if layer.stride is None else layer.stride
    if output_size(length, layer.kernel_size, stride, layer.padding, dilation, layer.ceil_mode) < 1:
        raise ShapeError(too_large_a_kernel("length", length, layer.kernel_size, layer.padding, dilation, pooling=True))
    return one_row(layer.as_2d().output_shape((channels, 1, length)))


def read_sequence_shape(layer: str, shape: object) -> tuple[int, int]:
    """A (channels, length) shape; ShapeError for any other rank, named after the layer that asked."""
    sizes = read_shape(shape)
    if len(sizes) == 3:
        raise ShapeError(
            f"{layer} was given the shape {sizes} with three axes; the arithmetic here is for one sequence: "
            f"leave out the batch and give (channels, length) = {sizes[1:]}."
        )
    if len(sizes) != 2:
        raise ShapeError(f"{layer} needs an input of shape (channels, length), not {sizes}.")
    return sizes[0], sizes[1]


def one_row(shape: Shape) -> Shape:
    """(channels, 1, length) -> (channels, length)."""
    channels, _, length = shape
    return channels, length
