"""Layers that move values without changing any: Flatten, View, ZeroPad2d."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

from cnnviz.arithmetic.derivations.counts import flatten_derivation
from cnnviz.arithmetic.derivations.lines import Derivation
from cnnviz.arithmetic.layers.layer import Change, Function, LearnsNothing, NotCounted, Role, every_place, positions
from cnnviz.arithmetic.receptive_field import Fields, ReceptiveField, whole
from cnnviz.arithmetic.settings import (
    Shape,
    ShapeError,
    read_dim,
    read_image_shape,
    read_shape,
    shown,
    whole_number,
    with_batch,
)


class Reshape(LearnsNothing, NotCounted):
    """A layer that gives the same values in another shape."""

    role: ClassVar[Role] = "shape"

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """Those of the input while it stays a map, or a row; else that of the map, in which each value sees a part."""
        fields, shape = input_fields[0], input_shapes[0]
        if fields is None or output_shape == shape or len(shape) == len(output_shape) == 1:
            return fields
        height, width = (
            whole(field, positions(shape, axis))._replace(exact=field.exact and positions(shape, axis) == 1)
            for axis, field in enumerate(fields)
        )
        return height, width

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The same rows while it stays a map; else any, since a row of values does not tell rows of the map apart."""
        shape = input_shapes[which]
        stays = len(shape) == 3 and self.output_shape(shape) == shape
        return rows if stays else every_place(shape, axis, rows)

    def shape_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """How many features there are, where they come out in one row; ShapeError when the input does not fit."""
        return (flatten_derivation(input_shape),) if len(self.output_shape(input_shape)) == 1 else ()

    def receptive_field_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: there are no windows."""
        self.output_shape(input_shape)
        return ()


@dataclass(frozen=True)
class Flatten(Reshape):
    """Lays axes out in one row, as torch.nn.Flatten. As in torch, axis 0 is the batch, which is not in the shapes here.

    >>> Flatten().output_shape((16, 5, 5))
    (400,)
    """

    is_view: ClassVar[bool] = True

    start_dim: int = 1
    end_dim: int = -1

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Everything in one row."""
        return cls()

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape with the axes start_dim to end_dim multiplied into one."""
        shape = read_shape(input_shape)
        start = read_dim("start_dim", self.start_dim, shape)
        end = read_dim("end_dim", self.end_dim, shape)
        if start > end:
            raise ShapeError(f"start_dim {self.start_dim} comes after end_dim {self.end_dim} in {with_batch(shape)}.")
        if start == 0 and end > 0:
            raise ShapeError("start_dim 0 is the batch: it would pour all images into one row; use start_dim=1.")
        if end == 0:
            return shape
        return (*shape[: start - 1], prod(shape[start - 1 : end]), *shape[end:])


@dataclass(frozen=True)
class View(Reshape, Function):
    """The same values in another shape, as x.view(batch, *sizes); one of the sizes may be -1 for "what is left".

    >>> View((16 * 5 * 5,)).output_shape((16, 5, 5))
    (400,)
    >>> View((16, -1)).output_shape((16, 5, 5))
    (16, 25)
    """

    is_view: ClassVar[bool] = True

    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.sizes, tuple) or not self.sizes or list(self.sizes).count(-1) > 1:
            raise ShapeError(f"view needs the sizes of one image, at most one of them -1, not {shown(self.sizes)}.")
        for size in self.sizes:
            if size != -1:
                whole_number("A size in view", size)

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Everything in one row."""
        return cls((prod(input_shape),))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The sizes with -1 worked out; ShapeError when the input has another number of values."""
        shape = read_shape(input_shape)
        values, wanted = prod(shape), prod(size for size in self.sizes if size != -1)
        if -1 in self.sizes and values % wanted == 0:
            return tuple(values // wanted if size == -1 else size for size in self.sizes)
        if -1 in self.sizes or values != wanted:
            raise ShapeError(
                f"view asks for {product(self.sizes)} values of each image and gets {product(shape)}: "
                f"write {values} in place of {wanted}, or flatten whatever comes with torch.flatten(x, 1)."
            )
        return self.sizes

    def likely_shape(self, input_shape: Shape) -> Shape | None:
        """The sizes that were asked for."""
        return self.sizes if -1 not in self.sizes else None

    def code(self, explicit: bool = False) -> str:
        """The tensor method; torch.nn has no such module."""
        return f"view(-1, {', '.join(str(size) for size in self.sizes)})"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"{inputs[0]}.reshape({inputs[0]}.size(0), {', '.join(str(size) for size in self.sizes)})"

    def changes(self, input_shape: Shape) -> Iterator[Change]:
        """The number of values that there are, where one number was written."""
        if len(self.sizes) == 1:
            values = prod(input_shape)
            yield Change("sizes", (values,), f"change {self.sizes[0]} to {values}", str(values))


@dataclass(frozen=True)
class Unflatten(Reshape):
    """One axis taken apart, as torch.nn.Unflatten. As in torch, axis 0 is the batch.

    >>> Unflatten(1, (16, 5, 5)).output_shape((400,))
    (16, 5, 5)
    """

    is_view: ClassVar[bool] = True

    dim: int
    unflattened_size: tuple[int, ...]

    def __post_init__(self) -> None:
        sizes = self.unflattened_size
        if not isinstance(sizes, list | tuple) or not sizes or list(sizes).count(-1) > 1:
            raise ShapeError(f"unflattened_size is {shown(sizes)}; give sizes, at most one of them -1.")
        for size in sizes:
            if size != -1:
                whole_number("A size in unflattened_size", size)
        object.__setattr__(self, "unflattened_size", tuple(sizes))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """An axis of one in front of the last axis."""
        return cls(len(input_shape), (1, input_shape[-1]))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape with the axis taken apart; ShapeError where the sizes do not multiply to it."""
        shape = read_shape(input_shape)
        axis = read_dim("dim", self.dim, shape) - 1
        if axis < 0:
            raise ShapeError("dim 0 is the batch, which is not taken apart: use dim=1.")
        known = prod(size for size in self.unflattened_size if size != -1)
        if shape[axis] % known or (-1 not in self.unflattened_size and shape[axis] != known):
            raise ShapeError(
                f"Unflatten asks for {product(self.unflattened_size)} values along axis {self.dim} and gets "
                f"{shape[axis]:,}."
            )
        sizes = (shape[axis] // known if size == -1 else size for size in self.unflattened_size)
        return (*shape[:axis], *sizes, *shape[axis + 1 :])


@dataclass(frozen=True)
class ZeroPad2d(LearnsNothing, NotCounted):
    """A border of zeros, as torch.nn.ZeroPad2d: one number, or (left, right, top, bottom).

    >>> ZeroPad2d((0, 1, 0, 1)).output_shape((3, 224, 224))
    (3, 225, 225)
    """

    padding: int | tuple[int, int, int, int]

    role: ClassVar[Role] = "shape"

    def __post_init__(self) -> None:
        sides = self.padding if isinstance(self.padding, list | tuple) else (self.padding,) * 4
        if len(sides) != 4:
            raise ShapeError(f"padding is {shown(self.padding)}; give one number, or (left, right, top, bottom).")
        for side in sides:
            whole_number("padding", side, minimum=0)

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """One row and one column on each side."""
        return cls(1)

    def padding_sides(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """((above, below), (left, right))."""
        sides = self.padding if isinstance(self.padding, tuple) else (self.padding,) * 4
        return (sides[2], sides[3]), (sides[0], sides[1])

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, height, width) with the border."""
        channels, height, width = read_image_shape("ZeroPad2d", input_shape)
        return channels, height + sum(self.padding_sides()[0]), width + sum(self.padding_sides()[1])

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """Those of the input, beginning in the border."""
        fields = input_fields[0]
        if fields is None:
            return None
        height, width = (
            ReceptiveField(field.size, field.stride, field.offset - before * field.stride, field.exact)
            for field, (before, _) in zip(fields, self.padding_sides(), strict=True)
        )
        return height, width

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The rows that are no border."""
        before, inside = self.padding_sides()[axis][0], range(input_shapes[which][1 + axis])
        return frozenset(row - before for row in rows if row - before in inside)

    def shape_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: two additions."""
        self.output_shape(input_shape)
        return ()

    def receptive_field_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: there are no windows."""
        self.output_shape(input_shape)
        return ()


def product(sizes: tuple[int, ...]) -> str:
    """Sizes as a product for a sentence; -1 is left as it is.

    >>> product((16, 4, 4)), product((400,))
    ('16 × 4 × 4 = 256', '400')
    """
    if len(sizes) == 1:
        return f"{sizes[0]:,}"
    written = " × ".join(str(size) for size in sizes)
    return written if -1 in sizes else f"{written} = {prod(sizes):,}"
