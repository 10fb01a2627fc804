"""Layers that make maps larger or smaller without learning: Upsample and its kin, fractional pooling, unpooling."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Any, ClassVar, Self

from cnnviz.arithmetic.layers.layer import LearnsNothing, NotCounted, Role, SeesEverything, every_place
from cnnviz.arithmetic.receptive_field import Fields, whole
from cnnviz.arithmetic.settings import Shape, ShapeError, read_shape, shown, whole_number

MODES = {"nearest": (1, 2, 3), "nearest-exact": (1, 2, 3), "linear": (1,), "bilinear": (2,), "bicubic": (2,),
         "trilinear": (3,), "area": (1, 2, 3)}  # fmt: skip


class Resampling(LearnsNothing, NotCounted, SeesEverything):
    """A layer that lays another grid over the same map."""

    role: ClassVar[Role] = "shape"

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """Those of the whole map, in which each value sees a part; where an axis stays as it is those of the input."""
        fields, shape = input_fields[0], input_shapes[0]
        if fields is None or len(shape) != 3:
            return None
        height, width = (
            field
            if output_shape[1 + axis] == shape[1 + axis] == 1
            else whole(field, shape[1 + axis])._replace(exact=False)
            for axis, field in enumerate(fields)
        )
        return height, width


@dataclass(frozen=True)
class Upsample(Resampling):
    """A map laid out on another grid, as torch.nn.Upsample and F.interpolate: by `size`, or by `scale_factor`.

    >>> Upsample(scale_factor=2).output_shape((64, 28, 28))
    (64, 56, 56)
    >>> Upsample(size=(7, 9), mode="bilinear").output_shape((64, 28, 28))
    (64, 7, 9)
    """

    size: int | tuple[int, ...] | None = None
    scale_factor: float | tuple[float, ...] | None = None
    mode: str = "nearest"
    align_corners: bool | None = None
    recompute_scale_factor: bool | None = None

    def __post_init__(self) -> None:
        if (self.size is None) == (self.scale_factor is None):
            raise ShapeError("Upsample takes either size or scale_factor.")
        if self.mode not in MODES:
            raise ShapeError(f"mode is {shown(self.mode)}; it is one of {', '.join(MODES)}.")
        if self.size is not None:
            sizes = self.size if isinstance(self.size, list | tuple) else (self.size,)
            read = tuple(whole_number("size", size) for size in sizes)
            object.__setattr__(self, "size", read if isinstance(self.size, list | tuple) else read[0])
            return
        factors = self.scale_factor if isinstance(self.scale_factor, list | tuple) else (self.scale_factor,)
        for factor in factors:
            if isinstance(factor, bool) or not isinstance(factor, int | float) or not 0 < factor <= 10**6:
                raise ShapeError(f"scale_factor is {shown(factor)}; it is a number above 0.")
        if isinstance(self.scale_factor, list):
            object.__setattr__(self, "scale_factor", tuple(self.scale_factor))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Twice as large along each axis."""
        return cls(scale_factor=2)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, ...) on the new grid; ShapeError for a rank that the mode does not take."""
        channels, *sizes = read_shape(input_shape)
        if len(sizes) not in MODES[self.mode]:
            axes = " or ".join(str(number) for number in MODES[self.mode])
            raise ShapeError(f"mode {self.mode!r} takes maps with {axes} axes besides the channels, not {input_shape}.")
        setting = self.size if self.size is not None else self.scale_factor
        values = setting if isinstance(setting, tuple) else (setting,) * len(sizes)
        if len(values) != len(sizes):
            raise ShapeError(f"{shown(setting)} has {len(values)} numbers, and the map {len(sizes)} axes to resize.")
        if self.size is not None:
            return (channels, *(int(value or 1) for value in values))
        result = [floor(size * float(value or 1)) for size, value in zip(sizes, values, strict=True)]
        if min(result) < 1:
            raise ShapeError(f"scale_factor {shown(self.scale_factor)} leaves nothing of a map of shape {input_shape}.")
        return (channels, *result)


@dataclass(frozen=True)
class UpsamplingNearest2d(Resampling):
    """Each value repeated, as torch.nn.UpsamplingNearest2d.

    >>> UpsamplingNearest2d(scale_factor=2).output_shape((64, 28, 28))
    (64, 56, 56)
    """

    size: int | tuple[int, ...] | None = None
    scale_factor: float | tuple[float, ...] | None = None

    mode: ClassVar[str] = "nearest"

    def __post_init__(self) -> None:
        self.as_upsample()

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Twice as large along each axis."""
        return cls(scale_factor=2)

    def as_upsample(self) -> Upsample:
        """The same as an Upsample."""
        return Upsample(self.size, self.scale_factor, self.mode)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, height, width) on the new grid."""
        if len(read_shape(input_shape)) != 3:
            raise ShapeError(f"{type(self).__name__} takes (channels, height, width), not {input_shape}.")
        return self.as_upsample().output_shape(input_shape)


@dataclass(frozen=True)
class UpsamplingBilinear2d(UpsamplingNearest2d):
    """Values between the old ones, as torch.nn.UpsamplingBilinear2d.

    >>> UpsamplingBilinear2d(size=7).output_shape((64, 28, 28))
    (64, 7, 7)
    """

    mode: ClassVar[str] = "bilinear"


class FractionalPool(Resampling):
    """Max pooling with windows placed at random (Graham 2014, "Fractional max-pooling")."""

    kernel_size: int | tuple[int, ...]
    output_size: int | tuple[int, ...] | None
    output_ratio: float | tuple[float, ...] | None

    role: ClassVar[Role] = "pool"
    axes: ClassVar[int]
    spare: ClassVar[int] = 0
    """How many rows torch wants to have left over."""

    def __post_init__(self) -> None:
        if (self.output_size is None) == (self.output_ratio is None):
            raise ShapeError(f"{type(self).__name__} takes either output_size or output_ratio.")
        for kernel in self.each(self.kernel_size):
            whole_number("kernel_size", kernel)
        for size in self.each(self.output_size) if self.output_size is not None else ():
            whole_number("output_size", size)
        for ratio in self.each(self.output_ratio) if self.output_ratio is not None else ():
            if not isinstance(ratio, int | float) or not 0 < ratio < 1:
                raise ShapeError(f"output_ratio is {shown(ratio)}; it is a number between 0 and 1.")

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Half of the size from windows of 2."""
        return cls(2, output_ratio=0.5)  # type: ignore[call-arg]

    def each(self, value: object) -> tuple[Any, ...]:
        """The value of every axis."""
        values = tuple(value) if isinstance(value, list | tuple) else (value,) * self.axes
        if len(values) != self.axes:
            raise ShapeError(f"{shown(value)} has {len(values)} numbers; it takes one, or {self.axes}.")
        return values

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, ...) of the output; ShapeError when the windows do not fit."""
        channels, *sizes = read_shape(input_shape)
        if len(sizes) != self.axes:
            raise ShapeError(f"{type(self).__name__} takes {self.axes} axes besides the channels, not {input_shape}.")
        if self.output_size is not None:
            result = list(self.each(self.output_size))
        else:
            result = [int(size * ratio) for size, ratio in zip(sizes, self.each(self.output_ratio), strict=True)]
        for size, kernel, count in zip(sizes, self.each(self.kernel_size), result, strict=True):
            most = max(0, size - kernel + 1 - self.spare)
            if not 1 <= count <= most:
                raise ShapeError(f"{count} windows of {kernel} do not fit into {size}: at most {most} do.")
        return (channels, *result)


@dataclass(frozen=True)
class FractionalMaxPool2d(FractionalPool):
    """Fractional max pooling of a picture, as torch.nn.FractionalMaxPool2d.

    >>> FractionalMaxPool2d(3, output_size=(13, 12)).output_shape((64, 50, 32))
    (64, 13, 12)
    """

    kernel_size: int | tuple[int, ...]
    output_size: int | tuple[int, ...] | None = None
    output_ratio: float | tuple[float, ...] | None = None
    return_indices: bool = False

    axes: ClassVar[int] = 2


@dataclass(frozen=True)
class FractionalMaxPool3d(FractionalPool):
    """Fractional max pooling of a volume, as torch.nn.FractionalMaxPool3d.

    >>> FractionalMaxPool3d(2, output_ratio=0.5).output_shape((8, 16, 32, 32))
    (8, 8, 16, 16)
    """

    kernel_size: int | tuple[int, ...]
    output_size: int | tuple[int, ...] | None = None
    output_ratio: float | tuple[float, ...] | None = None
    return_indices: bool = False

    axes: ClassVar[int] = 3
    spare: ClassVar[int] = 1


class MaxUnpool(Resampling):
    """Values put back where a max pooling took them, zeros elsewhere; the places come from that pooling."""

    kernel_size: int | tuple[int, ...]
    stride: int | tuple[int, ...] | None
    padding: int | tuple[int, ...]

    takes_several: ClassVar[bool] = True
    axes: ClassVar[int]

    def __post_init__(self) -> None:
        for kernel, stride, padding in self.settings():
            whole_number("kernel_size", kernel)
            whole_number("stride", stride)
            whole_number("padding", padding, minimum=0)

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """What undoes windows of 2 side by side."""
        return cls(2)  # type: ignore[call-arg]

    def settings(self) -> list[tuple[int, int, int]]:
        """(kernel_size, stride, padding) along each axis."""
        stride = self.kernel_size if self.stride is None else self.stride
        settings = []
        for value in (self.kernel_size, stride, self.padding):
            settings.append(tuple(value) if isinstance(value, list | tuple) else (value,) * self.axes)
            if len(settings[-1]) != self.axes:
                raise ShapeError(f"{shown(value)} has {len(settings[-1])} numbers; it takes one, or {self.axes}.")
        return list(zip(*settings, strict=True))

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """(channels, ...): (size - 1) * stride - 2 * padding + kernel_size along each axis."""
        channels, *sizes = read_shape(input_shapes[0])
        if len(sizes) != self.axes or len(set(input_shapes)) > 1:
            raise ShapeError(
                f"{type(self).__name__} takes {self.axes} axes besides the channels and places of the same shape, "
                f"not {' and '.join(str(shape) for shape in input_shapes)}."
            )
        result = [
            (size - 1) * stride - 2 * padding + kernel
            for size, (kernel, stride, padding) in zip(sizes, self.settings(), strict=True)
        ]
        if min(result) < 1:
            raise ShapeError("The padding takes more away than there is.")
        return (channels, *result)

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """Any place: where a value goes is decided by the picture."""
        return every_place(input_shapes[which], axis, rows)

    def plainest(self) -> Self:
        """The same without the stride that is the default."""
        plain = super().plainest()
        return plain.with_settings(stride=None) if plain.stride == plain.kernel_size else plain


@dataclass(frozen=True)
class MaxUnpool1d(MaxUnpool):
    """Max unpooling along a sequence, as torch.nn.MaxUnpool1d.

    >>> MaxUnpool1d(2).output_shape((8, 50))
    (8, 100)
    """

    kernel_size: int | tuple[int, ...]
    stride: int | tuple[int, ...] | None = None
    padding: int | tuple[int, ...] = 0

    axes: ClassVar[int] = 1


@dataclass(frozen=True)
class MaxUnpool2d(MaxUnpool):
    """Max unpooling of a picture, as torch.nn.MaxUnpool2d.

    >>> MaxUnpool2d(2).output_shape((64, 14, 14))
    (64, 28, 28)
    """

    kernel_size: int | tuple[int, ...]
    stride: int | tuple[int, ...] | None = None
    padding: int | tuple[int, ...] = 0

    axes: ClassVar[int] = 2


@dataclass(frozen=True)
class MaxUnpool3d(MaxUnpool):
    """Max unpooling of a volume, as torch.nn.MaxUnpool3d.

    >>> MaxUnpool3d(2).output_shape((8, 4, 14, 14))
    (8, 8, 28, 28)
    """

    kernel_size: int | tuple[int, ...]
    stride: int | tuple[int, ...] | None = None
    padding: int | tuple[int, ...] = 0

    axes: ClassVar[int] = 3
