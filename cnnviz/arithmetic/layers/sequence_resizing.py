"""ConvTranspose1d, and further poolings along a sequence: LPPool1d, AdaptiveAvgPool1d, AdaptiveMaxPool1d.

Each is its two-dimensional brother on a picture of one row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

from cnnviz.arithmetic.derivations.lines import Derivation
from cnnviz.arithmetic.layers.convolution import check_channels, with_bias
from cnnviz.arithmetic.layers.layer import Layer, LearnsNothing, NotCounted, Role, every_place
from cnnviz.arithmetic.layers.lp_pooling import LPPool2d
from cnnviz.arithmetic.layers.one_dimensional import one_row, read_number, read_sequence_shape
from cnnviz.arithmetic.layers.sliding_window import too_large_a_kernel
from cnnviz.arithmetic.layers.transposed_convolution import ConvTranspose2d
from cnnviz.arithmetic.receptive_field import Fields
from cnnviz.arithmetic.settings import Shape, ShapeError, shown, whole_number
from cnnviz.arithmetic.shapes import output_size


class AlongSequence(Layer):
    """A layer over (channels, length) without a formula of its own."""

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> None:
        """None: a sequence has no rows and columns of a picture."""

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The one row, or column, that a sequence has."""
        return every_place(input_shapes[which], axis, rows)

    def shape_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: its brother of two axes has them."""
        self.output_shape(input_shape)
        return ()

    def receptive_field_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: there is no picture to be seen."""
        self.output_shape(input_shape)
        return ()


@dataclass(frozen=True)
class ConvTranspose1d(AlongSequence):
    """A transposed convolution along a sequence, as torch.nn.ConvTranspose1d.

    >>> ConvTranspose1d(16, 8, kernel_size=4, stride=2, padding=1).output_shape((16, 50))
    (8, 100)
    """

    in_channels: int
    out_channels: int
    kernel_size: int
    stride: int = 1
    padding: int = 0
    output_padding: int = 0
    groups: int = 1
    bias: bool = True
    dilation: int = 1
    padding_mode: str = "zeros"

    role: ClassVar[Role] = "weights"
    counts: ClassVar[str] = "in_channels"

    def __post_init__(self) -> None:
        for name in ("kernel_size", "stride", "dilation"):
            object.__setattr__(self, name, read_number(name, getattr(self, name)))
        for name in ("padding", "output_padding"):
            object.__setattr__(self, name, read_number(name, getattr(self, name), minimum=0))
        for name in ("in_channels", "out_channels", "groups"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))
        self.as_2d()  # which refuses what does not go together

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """8 filters that double the length."""
        return cls(input_shape[0], 8, 2, stride=2)

    def as_2d(self) -> ConvTranspose2d:
        """The same on a picture of one row."""
        return ConvTranspose2d(
            self.in_channels,
            self.out_channels,
            (1, self.kernel_size),
            (1, self.stride),
            (0, self.padding),
            (0, self.output_padding),
            self.groups,
            self.bias,
            (1, self.dilation),
            self.padding_mode,
        )

    def parameter_shapes(self) -> dict[str, Shape]:
        """The windows, and a bias for each channel that comes out."""
        weight = (self.in_channels, self.out_channels // self.groups, self.kernel_size)
        return with_bias(weight, self.out_channels, self.bias)

    @property
    def num_params(self) -> int:
        """Weights and biases."""
        return sum(prod(shape) for shape in self.parameter_shapes().values())

    def output_shape(self, input_shape: Shape) -> Shape:
        """(out_channels, length); ShapeError where torch.nn.ConvTranspose1d refuses the input."""
        channels, length = read_sequence_shape("ConvTranspose1d", input_shape)
        check_channels("ConvTranspose1d", self.in_channels, channels)
        return one_row(self.as_2d().output_shape((channels, 1, length)))

    def macs_at(self, input_shapes: Sequence[Shape], output_shape: Shape) -> int:
        """Every input value is spread over one window of weights."""
        return input_shapes[0][1] * prod(self.parameter_shapes()["weight"])

    def num_params_derivation(self) -> Derivation:
        """That of its brother."""
        return self.as_2d().num_params_derivation()

    def macs_derivation(self, input_shape: Shape) -> Derivation:
        """That of its brother; ShapeError when the input does not fit."""
        self.output_shape(input_shape)
        return self.as_2d().macs_derivation((input_shape[0], 1, input_shape[1]))


@dataclass(frozen=True)
class LPPool1d(LearnsNothing, NotCounted, AlongSequence):
    """(sum of x^p over a window)^(1/p) along a sequence, as torch.nn.LPPool1d.

    >>> LPPool1d(2, 3, stride=2).output_shape((8, 9))
    (8, 4)
    """

    norm_type: float
    kernel_size: int
    stride: int | None = None
    ceil_mode: bool = False

    role: ClassVar[Role] = "pool"

    def __post_init__(self) -> None:
        object.__setattr__(self, "kernel_size", read_number("kernel_size", self.kernel_size))
        if self.stride is not None:
            object.__setattr__(self, "stride", read_number("stride", self.stride))
        LPPool2d(self.norm_type, 1)  # which reads the power

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Root of the sum of squares over windows of 2."""
        return cls(2, 2)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, length); ShapeError when the window does not fit once."""
        channels, length = read_sequence_shape("LPPool1d", input_shape)
        stride = self.kernel_size if self.stride is None else self.stride
        result = output_size(length, self.kernel_size, stride, ceil_mode=self.ceil_mode)
        if result < 1:
            raise ShapeError(too_large_a_kernel("length", length, self.kernel_size, 0, 1, pooling=True, can_pad=False))
        return channels, result

    def code(self, explicit: bool = False) -> str:
        """The call that makes it; `explicit` gives the stride, whose default differs from a convolution's."""
        if explicit and self.stride is None:
            return self.with_settings(stride=self.kernel_size).code(explicit)
        return super().code(explicit)

    def plainest(self) -> Self:
        """The same without the stride that is the default."""
        return self.with_settings(stride=None) if self.stride == self.kernel_size else self


class AdaptivePool1d(LearnsNothing, NotCounted, AlongSequence):
    """Windows along a sequence that are chosen to give the length that is wanted."""

    output_size: int

    role: ClassVar[Role] = "pool"

    def __post_init__(self) -> None:
        if self.output_size is None:
            raise ShapeError(f"output_size is {shown(None)}; along a sequence it is one whole number.")
        object.__setattr__(self, "output_size", read_number("output_size", self.output_size))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """One value for the whole of each channel."""
        return cls(1)  # type: ignore[call-arg]

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, output_size)."""
        channels, _ = read_sequence_shape(type(self).__name__, input_shape)
        return channels, self.output_size


@dataclass(frozen=True)
class AdaptiveAvgPool1d(AdaptivePool1d):
    """Averages along a sequence, as torch.nn.AdaptiveAvgPool1d.

    >>> AdaptiveAvgPool1d(1).output_shape((8, 100))
    (8, 1)
    """

    output_size: int


@dataclass(frozen=True)
class AdaptiveMaxPool1d(AdaptivePool1d):
    """The largest values along a sequence, as torch.nn.AdaptiveMaxPool1d.

    >>> AdaptiveMaxPool1d(4).output_shape((8, 100))
    (8, 4)
    """

    output_size: int
