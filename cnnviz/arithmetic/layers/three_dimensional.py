"""Convolutions and poolings over volumes (channels, depth, height, width): films, or slices of a body.

Along each of the three axes the arithmetic is that of pictures. A volume is no picture, so there is no receptive field.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

from cnnviz.arithmetic.derivations.lines import Derivation
from cnnviz.arithmetic.layers.convolution import PADDING_MODES, check_channels, check_groups, with_bias
from cnnviz.arithmetic.layers.layer import Counted, Layer, LearnsNothing, NotCounted, Role, Term, every_place
from cnnviz.arithmetic.layers.sliding_window import too_large_a_kernel
from cnnviz.arithmetic.receptive_field import Fields
from cnnviz.arithmetic.settings import (
    Shape,
    ShapeError,
    number_or_triple,
    read_volume_shape,
    shown,
    triple,
    whole_number,
)
from cnnviz.arithmetic.shapes import effective_kernel_size, output_size, same_padding, transposed_output_size

IntOrTriple = int | tuple[int, int, int]
AXES = ("depth", "height", "width")
PER_AXIS = ("kernel_size", "stride", "padding", "dilation", "output_padding", "output_size")


class OnVolume(Layer):
    """A layer over (channels, depth, height, width)."""

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> None:
        """None: a volume is no picture."""

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The one row, or column, that stands for a volume."""
        return every_place(input_shapes[which], axis, rows)

    def shape_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: along each axis it is what a picture's rows give."""
        self.output_shape(input_shape)
        return ()

    def receptive_field_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: there is no picture to be seen."""
        self.output_shape(input_shape)
        return ()

    def read_triples(self, *names: str, minimum: int = 1) -> None:
        """Read some of the settings as one number, or as three."""
        for name in names:
            object.__setattr__(self, name, number_or_triple(name, getattr(self, name), minimum))

    def plainest(self) -> Self:
        """The same written as short as it can be: with one number where all axes have the same."""
        values = {name: getattr(self, name) for name in PER_AXIS if self.takes(name)}
        same = {name: value[0] for name, value in values.items() if isinstance(value, tuple) and len(set(value)) == 1}
        return self.with_settings(**same) if same else self


@dataclass(frozen=True)
class Conv3d(OnVolume, Counted):
    """A convolution over (in_channels, depth, height, width), as torch.nn.Conv3d: same arguments, same defaults.

    >>> Conv3d(3, 16, kernel_size=3, padding=1).output_shape((3, 8, 32, 32))
    (16, 8, 32, 32)
    >>> Conv3d(3, 16, kernel_size=3).num_params
    1312
    """

    in_channels: int
    out_channels: int
    kernel_size: IntOrTriple
    stride: IntOrTriple = 1
    padding: IntOrTriple | str = 0
    dilation: IntOrTriple = 1
    groups: int = 1
    bias: bool = True
    padding_mode: str = "zeros"

    role: ClassVar[Role] = "weights"
    counts: ClassVar[str] = "in_channels"

    def __post_init__(self) -> None:
        check_groups(self)
        self.read_triples("kernel_size", "stride", "dilation")
        if not isinstance(self.padding, str):
            self.read_triples("padding", minimum=0)
        elif self.padding not in ("same", "valid"):
            raise ShapeError(f"padding is {shown(self.padding)}; it is a number, three numbers, 'same' or 'valid'.")
        elif self.padding == "same" and triple(self.stride) != (1, 1, 1):
            raise ShapeError("padding 'same' keeps the size, which a stride would divide: use stride 1.")
        if self.padding_mode not in PADDING_MODES:
            raise ShapeError(f"padding_mode is {shown(self.padding_mode)}; it is one of {', '.join(PADDING_MODES)}.")

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """8 filters of 3 × 3 × 3 that keep the size."""
        return cls(input_shape[0], 8, 3, padding=1)

    def parameter_shapes(self) -> dict[str, Shape]:
        """The filters, and a bias for each."""
        weight = (self.out_channels, self.in_channels // self.groups, *triple(self.kernel_size))
        return with_bias(weight, self.out_channels, self.bias)

    def padding_sides(self) -> list[tuple[int, int]]:
        """(before, after) along each axis."""
        kernels, dilations = triple(self.kernel_size), triple(self.dilation)
        if isinstance(self.padding, str):
            if self.padding == "valid":
                return [(0, 0)] * 3
            return [same_padding(kernel, dilation) for kernel, dilation in zip(kernels, dilations, strict=True)]
        return [(side, side) for side in triple(self.padding)]

    def output_shape(self, input_shape: Shape) -> Shape:
        """(out_channels, depth, height, width); ShapeError where torch.nn.Conv3d refuses the input."""
        channels, *sizes = read_volume_shape("Conv3d", input_shape)
        check_channels("Conv3d", self.in_channels, channels)
        result = [self.out_channels]
        settings = zip(triple(self.kernel_size), triple(self.stride), triple(self.dilation), strict=True)
        for name, size, (before, after), (kernel, stride, dilation) in zip(
            AXES, sizes, self.padding_sides(), settings, strict=True
        ):
            largest = {"reflect": size - 1, "circular": size}.get(self.padding_mode, after)
            if max(before, after) > largest:
                raise ShapeError(f"padding_mode {self.padding_mode!r} takes padding <= {largest} along the {name}.")
            if effective_kernel_size(kernel, dilation) > size + before + after:
                raise ShapeError(too_large_a_kernel(name, size, kernel, before, dilation))
            if self.padding == "same":
                result.append(size)
            else:
                result.append(output_size(size, kernel, stride, before, dilation))
        return tuple(result)

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """One window of weights for each output value."""
        window = self.parameter_shapes()["weight"][1:]
        return (Term("Output values by the weights of a filter", (prod(output_shape), prod(window))),)


@dataclass(frozen=True)
class ConvTranspose3d(OnVolume, Counted):
    """A transposed convolution over volumes, as torch.nn.ConvTranspose3d.

    >>> ConvTranspose3d(16, 8, kernel_size=2, stride=2).output_shape((16, 4, 8, 8))
    (8, 8, 16, 16)
    """

    in_channels: int
    out_channels: int
    kernel_size: IntOrTriple
    stride: IntOrTriple = 1
    padding: IntOrTriple = 0
    output_padding: IntOrTriple = 0
    groups: int = 1
    bias: bool = True
    dilation: IntOrTriple = 1
    padding_mode: str = "zeros"

    role: ClassVar[Role] = "weights"
    counts: ClassVar[str] = "in_channels"

    def __post_init__(self) -> None:
        check_groups(self)
        self.read_triples("kernel_size", "stride", "dilation")
        self.read_triples("padding", "output_padding", minimum=0)
        if self.padding_mode != "zeros":
            raise ShapeError(f"ConvTranspose3d only has padding_mode 'zeros', not {shown(self.padding_mode)}.")
        for extra, stride, dilation in zip(
            triple(self.output_padding), triple(self.stride), triple(self.dilation), strict=True
        ):
            if extra >= max(stride, dilation):
                raise ShapeError(f"output_padding is {extra}; it must be smaller than the stride or the dilation.")

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """8 filters that double the size."""
        return cls(input_shape[0], 8, 2, stride=2)

    def parameter_shapes(self) -> dict[str, Shape]:
        """The windows, and a bias for each channel that comes out."""
        weight = (self.in_channels, self.out_channels // self.groups, *triple(self.kernel_size))
        return with_bias(weight, self.out_channels, self.bias)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(out_channels, depth, height, width); ShapeError where torch.nn.ConvTranspose3d refuses the input."""
        channels, *sizes = read_volume_shape("ConvTranspose3d", input_shape)
        check_channels("ConvTranspose3d", self.in_channels, channels)
        settings = (self.kernel_size, self.stride, self.padding, self.output_padding, self.dilation)
        result = [
            transposed_output_size(size, *along)
            for size, along in zip(sizes, zip(*(triple(setting) for setting in settings), strict=True), strict=True)
        ]
        if min(result) < 1:
            raise ShapeError("The padding takes more away than there is along one axis: use less padding.")
        return (self.out_channels, *result)

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """One window of weights for each input value."""
        window = self.parameter_shapes()["weight"][1:]
        return (Term("Input values by the weights of a window", (prod(input_shapes[0]), prod(window))),)


class VolumePooling(OnVolume, LearnsNothing, NotCounted):
    """What the poolings with a window of a given size have in common."""

    kernel_size: IntOrTriple
    stride: IntOrTriple | None
    ceil_mode: bool

    role: ClassVar[Role] = "pool"

    def __post_init__(self) -> None:
        self.read_triples("kernel_size")
        if self.stride is not None:
            self.read_triples("stride")
        if self.takes("padding"):
            self.read_triples("padding", minimum=0)
        if self.takes("dilation"):
            self.read_triples("dilation")
        for kernel, padding in zip(triple(self.kernel_size), triple(getattr(self, "padding", 0)), strict=True):
            if padding > kernel // 2:
                raise ShapeError(
                    f"Padding {padding} is more than half of kernel_size {kernel}: use padding <= {kernel // 2}."
                )

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Windows of 2 × 2 × 2 side by side."""
        return cls(kernel_size=2)  # type: ignore[call-arg]

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, depth, height, width) after pooling; ShapeError when the window does not fit once."""
        channels, *sizes = read_volume_shape(type(self).__name__, input_shape)
        stride = self.kernel_size if self.stride is None else self.stride
        settings = (self.kernel_size, stride, getattr(self, "padding", 0), getattr(self, "dilation", 1))
        result = [channels]
        for name, size, (kernel, step, padding, dilation) in zip(
            AXES, sizes, zip(*(triple(setting) for setting in settings), strict=True), strict=True
        ):
            result.append(output_size(size, kernel, step, padding, dilation, self.ceil_mode))
            if result[-1] < 1:
                raise ShapeError(
                    too_large_a_kernel(
                        name, size, kernel, padding, dilation, pooling=True, can_pad=self.takes("padding")
                    )
                )
        return tuple(result)

    def code(self, explicit: bool = False) -> str:
        """The call that makes it; `explicit` gives the stride, whose default differs from a convolution's."""
        if explicit and self.stride is None:
            return self.with_settings(stride=self.kernel_size).code(explicit)
        return super().code(explicit)

    def plainest(self) -> Self:
        """The same without the stride that is the default."""
        plain = super().plainest()
        return plain.with_settings(stride=None) if plain.stride == plain.kernel_size else plain


@dataclass(frozen=True)
class MaxPool3d(VolumePooling):
    """The largest value of each window of a volume, as torch.nn.MaxPool3d.

    >>> MaxPool3d(2).output_shape((16, 8, 32, 32))
    (16, 4, 16, 16)
    """

    kernel_size: IntOrTriple
    stride: IntOrTriple | None = None
    padding: IntOrTriple = 0
    dilation: IntOrTriple = 1
    return_indices: bool = False
    ceil_mode: bool = False


@dataclass(frozen=True)
class AvgPool3d(VolumePooling):
    """The average of each window of a volume, as torch.nn.AvgPool3d.

    >>> AvgPool3d((1, 2, 2)).output_shape((16, 8, 32, 32))
    (16, 8, 16, 16)
    """

    kernel_size: IntOrTriple
    stride: IntOrTriple | None = None
    padding: IntOrTriple = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: int | None = None


@dataclass(frozen=True)
class LPPool3d(VolumePooling):
    """(sum of x^p over a window)^(1/p) of a volume, as torch.nn.LPPool3d.

    >>> LPPool3d(2, 2).output_shape((16, 8, 32, 32))
    (16, 4, 16, 16)
    """

    norm_type: float
    kernel_size: IntOrTriple
    stride: IntOrTriple | None = None
    ceil_mode: bool = False

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Root of the sum of squares over windows of 2 × 2 × 2."""
        return cls(2, 2)


class AdaptivePool3d(OnVolume, LearnsNothing, NotCounted):
    """Windows that are chosen to give the output size that is wanted; None in a triple keeps that axis."""

    output_size: int | tuple[int | None, int | None, int | None]

    role: ClassVar[Role] = "pool"

    def __post_init__(self) -> None:
        wanted = self.output_size
        if isinstance(wanted, list | tuple):
            if len(wanted) != 3:
                raise ShapeError(f"output_size is {shown(wanted)}; give one number, or (depth, height, width).")
            object.__setattr__(
                self, "output_size", tuple(s if s is None else whole_number("output_size", s) for s in wanted)
            )
        else:
            object.__setattr__(self, "output_size", whole_number("output_size", wanted))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """One value for the whole of each channel."""
        return cls(1)  # type: ignore[call-arg]

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, depth, height, width) of the output."""
        channels, *sizes = read_volume_shape(type(self).__name__, input_shape)
        wanted = self.output_size if isinstance(self.output_size, tuple) else (self.output_size,) * 3
        return (channels, *(want or size for want, size in zip(wanted, sizes, strict=True)))


@dataclass(frozen=True)
class AdaptiveAvgPool3d(AdaptivePool3d):
    """Averages over windows of a volume, as torch.nn.AdaptiveAvgPool3d.

    >>> AdaptiveAvgPool3d(1).output_shape((16, 8, 32, 32))
    (16, 1, 1, 1)
    """

    output_size: int | tuple[int | None, int | None, int | None]


@dataclass(frozen=True)
class AdaptiveMaxPool3d(AdaptivePool3d):
    """The largest values of windows of a volume, as torch.nn.AdaptiveMaxPool3d.

    >>> AdaptiveMaxPool3d((None, 7, 7)).output_shape((16, 8, 32, 32))
    (16, 8, 7, 7)
    """

    output_size: int | tuple[int | None, int | None, int | None]
