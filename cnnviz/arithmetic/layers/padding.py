"""Borders put around a sequence, a picture or a volume: of a constant, mirrored, repeated or wrapped around.

A border is given as torch gives it: one number for every side, or (left, right, top, bottom, front, back), as far as
there are axes. A negative number cuts off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from cnnviz.arithmetic.layers.layer import Function, LearnsNothing, NotCounted, Role, SeesEverything, every_place
from cnnviz.arithmetic.receptive_field import Fields, ReceptiveField, whole
from cnnviz.arithmetic.settings import Shape, ShapeError, read_shape, shown

Sides = tuple[tuple[int, int], ...]


class Border(LearnsNothing, NotCounted, SeesEverything):
    """What all borders have in common; `sides` says what is put before and behind along each axis but the channels."""

    padding: int | tuple[int, ...]

    role: ClassVar[Role] = "shape"
    axes: ClassVar[int]
    mode: ClassVar[str] = "constant"

    def __post_init__(self) -> None:
        sides = self.padding if isinstance(self.padding, list | tuple) else (self.padding,) * (2 * self.axes)
        if len(sides) != 2 * self.axes:
            raise ShapeError(f"padding is {shown(self.padding)}; give one number, or {2 * self.axes} of them.")
        for side in sides:
            if isinstance(side, bool) or not isinstance(side, int) or abs(side) > 10**6:
                raise ShapeError(f"padding is {shown(side)}; it is a whole number.")
        if isinstance(self.padding, list):
            object.__setattr__(self, "padding", tuple(self.padding))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """One on each side."""
        return cls(1)  # type: ignore[call-arg]

    def sides(self) -> Sides:
        """(before, behind) along each axis, the first axis first; torch names the last axis first."""
        values = self.padding if isinstance(self.padding, tuple) else (self.padding,) * (2 * self.axes)
        return tuple(reversed([(values[2 * axis], values[2 * axis + 1]) for axis in range(self.axes)]))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape with the border; ShapeError for another rank, or where a border would mirror more than there is."""
        channels, *sizes = read_shape(input_shape)
        name = type(self).__name__
        if len(sizes) != self.axes:
            raise ShapeError(f"{name} takes {self.axes} axes besides the channels, not {input_shape}.")
        result = []
        for size, (before, behind) in zip(sizes, self.sides(), strict=True):
            largest = {"reflect": size - 1, "circular": size}.get(self.mode)
            if largest is not None and max(before, behind) > largest:
                raise ShapeError(f"{name} takes its border from the map: with {size} values {largest} at most.")
            result.append(size + before + behind)
        if min(result) < 1:
            raise ShapeError(f"{name} cuts off more than there is of {input_shape}.")
        return (channels, *result)

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """Those of the input, beginning in the border; a border made of the map shows other places of it again."""
        fields, shape = input_fields[0], input_shapes[0]
        if fields is None or len(shape) != 3:
            return None
        if self.mode != "constant":
            height, width = (whole(f, shape[1 + axis])._replace(exact=False) for axis, f in enumerate(fields))
            return height, width
        height, width = (
            ReceptiveField(field.size, field.stride, field.offset - before * field.stride, field.exact)
            for field, (before, _) in zip(fields, self.sides(), strict=True)
        )
        return height, width

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The rows that are no border; any where the border is made of the map."""
        shape = input_shapes[which]
        if len(shape) != 3 or self.mode != "constant":
            return every_place(shape, axis, rows)
        before, inside = self.sides()[axis][0], range(shape[1 + axis])
        return frozenset(row - before for row in rows if row - before in inside)


class Zeros(Border):
    """A border of zeros."""


class Constant(Border):
    """A border of one value."""

    value: float

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """One on each side, of ones."""
        return cls(1, 1.0)  # type: ignore[call-arg]


class Reflection(Border):
    """A border that mirrors the map, without its edge."""

    mode: ClassVar[str] = "reflect"


class Replication(Border):
    """A border that repeats the edge."""

    mode: ClassVar[str] = "replicate"


class Circular(Border):
    """A border taken from the other end."""

    mode: ClassVar[str] = "circular"


@dataclass(frozen=True)
class ZeroPad1d(Zeros):
    """Zeros around a sequence, as torch.nn.ZeroPad1d.

    >>> ZeroPad1d((1, 2)).output_shape((8, 10))
    (8, 13)
    """

    padding: int | tuple[int, ...]
    axes: ClassVar[int] = 1


@dataclass(frozen=True)
class ZeroPad3d(Zeros):
    """Zeros around a volume, as torch.nn.ZeroPad3d.

    >>> ZeroPad3d(1).output_shape((8, 4, 10, 10))
    (8, 6, 12, 12)
    """

    padding: int | tuple[int, ...]
    axes: ClassVar[int] = 3


@dataclass(frozen=True)
class ConstantPad1d(Constant):
    """One value around a sequence, as torch.nn.ConstantPad1d.

    >>> ConstantPad1d(1, 0.5).output_shape((8, 10))
    (8, 12)
    """

    padding: int | tuple[int, ...]
    value: float
    axes: ClassVar[int] = 1


@dataclass(frozen=True)
class ConstantPad2d(Constant):
    """One value around a picture, as torch.nn.ConstantPad2d.

    >>> ConstantPad2d((0, 1, 0, 1), 0.5).output_shape((3, 224, 224))
    (3, 225, 225)
    """

    padding: int | tuple[int, ...]
    value: float
    axes: ClassVar[int] = 2


@dataclass(frozen=True)
class ConstantPad3d(Constant):
    """One value around a volume, as torch.nn.ConstantPad3d.

    >>> ConstantPad3d(1, 0.5).output_shape((8, 4, 10, 10))
    (8, 6, 12, 12)
    """

    padding: int | tuple[int, ...]
    value: float
    axes: ClassVar[int] = 3


@dataclass(frozen=True)
class ReflectionPad1d(Reflection):
    """A sequence mirrored at its ends, as torch.nn.ReflectionPad1d.

    >>> ReflectionPad1d(2).output_shape((8, 10))
    (8, 14)
    """

    padding: int | tuple[int, ...]
    axes: ClassVar[int] = 1


@dataclass(frozen=True)
class ReflectionPad2d(Reflection):
    """A picture mirrored at its edges, as torch.nn.ReflectionPad2d.

    >>> ReflectionPad2d(3).output_shape((3, 224, 224))
    (3, 230, 230)
    """

    padding: int | tuple[int, ...]
    axes: ClassVar[int] = 2


@dataclass(frozen=True)
class ReflectionPad3d(Reflection):
    """A volume mirrored at its faces, as torch.nn.ReflectionPad3d.

    >>> ReflectionPad3d(1).output_shape((8, 4, 10, 10))
    (8, 6, 12, 12)
    """

    padding: int | tuple[int, ...]
    axes: ClassVar[int] = 3


@dataclass(frozen=True)
class ReplicationPad1d(Replication):
    """The ends of a sequence repeated, as torch.nn.ReplicationPad1d.

    >>> ReplicationPad1d(2).output_shape((8, 10))
    (8, 14)
    """

    padding: int | tuple[int, ...]
    axes: ClassVar[int] = 1


@dataclass(frozen=True)
class ReplicationPad2d(Replication):
    """The edges of a picture repeated, as torch.nn.ReplicationPad2d.

    >>> ReplicationPad2d(1).output_shape((3, 224, 224))
    (3, 226, 226)
    """

    padding: int | tuple[int, ...]
    axes: ClassVar[int] = 2


@dataclass(frozen=True)
class ReplicationPad3d(Replication):
    """The faces of a volume repeated, as torch.nn.ReplicationPad3d.

    >>> ReplicationPad3d(1).output_shape((8, 4, 10, 10))
    (8, 6, 12, 12)
    """

    padding: int | tuple[int, ...]
    axes: ClassVar[int] = 3


@dataclass(frozen=True)
class CircularPad1d(Circular):
    """A sequence wrapped around, as torch.nn.CircularPad1d.

    >>> CircularPad1d(2).output_shape((8, 10))
    (8, 14)
    """

    padding: int | tuple[int, ...]
    axes: ClassVar[int] = 1


@dataclass(frozen=True)
class CircularPad2d(Circular):
    """A picture wrapped around, as torch.nn.CircularPad2d.

    >>> CircularPad2d(1).output_shape((3, 224, 224))
    (3, 226, 226)
    """

    padding: int | tuple[int, ...]
    axes: ClassVar[int] = 2


@dataclass(frozen=True)
class CircularPad3d(Circular):
    """A volume wrapped around, as torch.nn.CircularPad3d.

    >>> CircularPad3d(1).output_shape((8, 4, 10, 10))
    (8, 6, 12, 12)
    """

    padding: int | tuple[int, ...]
    axes: ClassVar[int] = 3


@dataclass(frozen=True)
class Pad(LearnsNothing, NotCounted, SeesEverything, Function):
    """A border along the last axes of anything, as torch.nn.functional.pad(x, pad, mode); a negative number cuts off.

    >>> Pad((0, 0, 1, 0)).output_shape((196, 768))
    (197, 768)
    """

    pad: tuple[int, ...]
    mode: str = "constant"

    role: ClassVar[Role] = "shape"

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """One value on each side of the last axis."""
        return cls((1, 1))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape with the border; ShapeError where it has more axes than the input."""
        shape = list(read_shape(input_shape))
        if len(self.pad) % 2 or len(self.pad) // 2 > len(shape):
            raise ShapeError(f"pad has {len(self.pad)} numbers, two for each axis, and the map {len(shape)} axes.")
        for place in range(len(self.pad) // 2):
            before, behind = self.pad[2 * place], self.pad[2 * place + 1]
            size = shape[-1 - place]
            largest = {"reflect": size - 1, "circular": size}.get(self.mode)
            if largest is not None and max(before, behind) > largest:
                raise ShapeError(f"pad in mode {self.mode!r} takes {largest} at most along an axis of {size}.")
            shape[-1 - place] = size + before + behind
        if min(shape) < 1:
            raise ShapeError(f"pad cuts off more than there is of {input_shape}.")
        return tuple(shape)

    def code(self, explicit: bool = False) -> str:
        """The function that does it."""
        return f"torch.nn.functional.pad({self.pad})"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        mode = "" if self.mode == "constant" else f", mode={self.mode!r}"
        return f"torch.nn.functional.pad({inputs[0]}, {self.pad}{mode})"
