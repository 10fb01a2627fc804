"""Where several paths of a network meet: sums, products and their kin value by value, Concat, Stack."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from cnnviz.arithmetic.derivations.lines import Derivation
from cnnviz.arithmetic.layers.layer import Function, LearnsNothing, NotCounted, Role, every_place, positions
from cnnviz.arithmetic.receptive_field import Fields, ReceptiveField, union, whole
from cnnviz.arithmetic.settings import Shape, ShapeError, axis_of_dim, read_dim, read_shape


class Meeting(LearnsNothing, NotCounted, Function):
    """A layer that takes several inputs."""

    role: ClassVar[Role] = "join"
    takes_several: ClassVar[bool] = True
    sign: ClassVar[str]
    """What is drawn where the paths meet."""

    @abstractmethod
    def side_by_side(self, axis: int, shape: Shape) -> bool:
        """Whether the inputs lie one behind the other along the height (axis 0) or the width (axis 1)."""

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """From the first pixel that any path sees to the last."""
        seen = [(fields, shape) for fields, shape in zip(input_fields, input_shapes, strict=True) if fields is not None]
        if not seen:
            return None
        height, width = (self._met(axis, seen, output_shape) for axis in (0, 1))
        return height, width

    def _met(self, axis: int, seen: Sequence[tuple[Fields, Shape]], output_shape: Shape) -> ReceptiveField:
        """One axis of it, also where strides differ or one position is repeated to match many."""
        fields = [fields[axis] for fields, _ in seen]
        counts = [positions(shape, axis) for _, shape in seen]
        if not self.side_by_side(axis, output_shape) and len(set(counts)) == 1:
            if counts[0] == 1:
                return union(whole(field, 1) for field in fields)
            if len({field.stride for field in fields}) == 1:
                return union(fields)
        hull = union(whole(field, count) for field, count in zip(fields, counts, strict=True))
        return hull._replace(exact=False)

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The same rows of each input; those of its own where the inputs lie one behind the other."""
        count = positions(input_shapes[which], axis)
        if self.side_by_side(axis, input_shapes[0]):
            before = sum(positions(shape, axis) for shape in input_shapes[:which])
            return frozenset(row - before for row in rows if 0 <= row - before < count)
        return frozenset([0]) if count == 1 and rows else rows

    def shape_derivations(self, *input_shapes: Shape) -> tuple[Derivation, ...]:
        """None: there is no formula."""
        self.output_shape(*input_shapes)
        return ()

    def receptive_field_derivations(self, *input_shapes: Shape) -> tuple[Derivation, ...]:
        """None: there are no windows."""
        self.output_shape(*input_shapes)
        return ()


class ValueByValue(Meeting):
    """Maps put together value by value; sizes of 1 are repeated to match, as torch does (broadcasting)."""

    operator: ClassVar[str]
    """What is written between the maps."""

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The only one there is."""
        return cls()

    def side_by_side(self, axis: int, shape: Shape) -> bool:
        """Never: they lie on one another."""
        return False

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """The shape of the result; ShapeError when the inputs do not match."""
        name = type(self).__name__
        shapes = read_shapes(name, input_shapes)
        result = []
        for axis, sizes in enumerate(zip(*shapes, strict=True)):
            different = sorted({size for size in sizes if size != 1})
            if len(different) > 1:
                raise ShapeError(
                    f"{name} got {' and '.join(str(shape) for shape in shapes)}: on axis {axis} "
                    f"{' and '.join(f'{size:,}' for size in different)} differ by {different[-1] - different[0]:,}; "
                    "bring all inputs to the same shape, in a residual block with a 1x1 convolution on the skip."
                )
            result.append(different[0] if different else 1)
        return tuple(result)

    def code(self, explicit: bool = False) -> str:
        """The function that does it."""
        return f"torch.{self.function}()"

    @property
    def function(self) -> str:
        """Its name in torch."""
        return {"Add": "add", "Subtract": "sub", "Multiply": "mul", "Divide": "div"}.get(
            type(self).__name__, type(self).__name__.lower()
        )

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f" {self.operator} ".join(inputs)


@dataclass(frozen=True)
class Add(ValueByValue):
    """The sum of several feature maps, as x + y in a residual block (He et al. 2015): y = F(x) + x.

    >>> Add().output_shape((64, 56, 56), (64, 56, 56))
    (64, 56, 56)
    """

    sign: ClassVar[str] = "+"
    operator: ClassVar[str] = "+"


@dataclass(frozen=True)
class Subtract(ValueByValue):
    """The difference of two feature maps, as x - y.

    >>> Subtract().output_shape((64, 56, 56), (64, 1, 1))
    (64, 56, 56)
    """

    sign: ClassVar[str] = "−"
    operator: ClassVar[str] = "-"


@dataclass(frozen=True)
class Multiply(ValueByValue):
    """The product of two feature maps value by value, as x * y: the gate of a squeeze-and-excitation block.

    >>> Multiply().output_shape((64, 56, 56), (64, 1, 1))
    (64, 56, 56)
    """

    sign: ClassVar[str] = "×"
    operator: ClassVar[str] = "*"


@dataclass(frozen=True)
class Divide(ValueByValue):
    """One feature map divided by another value by value, as x / y.

    >>> Divide().output_shape((64, 56, 56), (64, 1, 1))
    (64, 56, 56)
    """

    sign: ClassVar[str] = "÷"
    operator: ClassVar[str] = "/"


@dataclass(frozen=True)
class Maximum(ValueByValue):
    """The larger of two values at each place, as torch.maximum(x, y).

    >>> Maximum().output_shape((64, 56, 56), (64, 56, 56))
    (64, 56, 56)
    """

    sign: ClassVar[str] = "max"
    operator: ClassVar[str] = "max"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"torch.maximum({', '.join(inputs)})"


@dataclass(frozen=True)
class Minimum(ValueByValue):
    """The smaller of two values at each place, as torch.minimum(x, y).

    >>> Minimum().output_shape((64, 56, 56), (64, 56, 56))
    (64, 56, 56)
    """

    sign: ClassVar[str] = "min"
    operator: ClassVar[str] = "min"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"torch.minimum({', '.join(inputs)})"


@dataclass(frozen=True)
class Concat(Meeting):
    """Feature maps one behind the other, as torch.cat(inputs, dim): dim 1 is the channels, axis 0 being the batch.

    >>> Concat().output_shape((64, 28, 28), (128, 28, 28))
    (192, 28, 28)
    """

    dim: int = 1

    sign: ClassVar[str] = "‖"

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Channels behind channels."""
        return cls()

    def side_by_side(self, axis: int, shape: Shape) -> bool:
        """Along `dim`."""
        return axis_of_dim(self.dim, shape) == axis

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """The joined shape; ShapeError when the other axes do not match."""
        shapes = read_shapes("Concat", input_shapes)
        dim = read_dim("dim", self.dim, shapes[0])
        if dim == 0:
            raise ShapeError("dim 0 is the batch: it would join images, not channels; use dim=1.")
        joined = dim - 1
        for axis, sizes in enumerate(zip(*shapes, strict=True)):
            if axis != joined and len(set(sizes)) > 1:
                raise ShapeError(
                    f"Concat got {' and '.join(str(shape) for shape in shapes)}: only axis {joined} may differ, and "
                    f"axis {axis} differs by {max(sizes) - min(sizes):,}; bring it to one size first."
                )
        return (*shapes[0][:joined], sum(shape[joined] for shape in shapes), *shapes[0][joined + 1 :])

    def code(self, explicit: bool = False) -> str:
        """The function that does it."""
        return f"torch.cat(dim={self.dim})"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"torch.cat([{', '.join(inputs)}], dim={self.dim})"


@dataclass(frozen=True)
class Stack(Meeting):
    """Maps of one shape put behind one another along a new axis, as torch.stack(inputs, dim); axis 0 is the batch.

    >>> Stack(1).output_shape((28, 28), (28, 28), (28, 28))
    (3, 28, 28)
    """

    dim: int = 1

    sign: ClassVar[str] = "≡"

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """In front of the other axes."""
        return cls(1)

    def side_by_side(self, axis: int, shape: Shape) -> bool:
        """Never along an axis that was there."""
        return False

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """All that the inputs see together: the new axis moves the others."""
        seen = [(fields, shape) for fields, shape in zip(input_fields, input_shapes, strict=True) if fields is not None]
        if not seen:
            return None
        height, width = (
            union(whole(fields[axis], positions(shape, axis)) for fields, shape in seen)._replace(exact=False)
            for axis in (0, 1)
        )
        return height, width

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """Any place."""
        return every_place(input_shapes[which], axis, rows)

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """The shape with the new axis; ShapeError when the inputs differ."""
        shapes = read_shapes("Stack", input_shapes)
        if len(set(shapes)) > 1:
            raise ShapeError(f"Stack got {' and '.join(str(shape) for shape in shapes)}, which are not all the same.")
        axes = len(shapes[0]) + 2
        if isinstance(self.dim, bool) or not isinstance(self.dim, int) or not -axes <= self.dim < axes:
            raise ShapeError(f"dim is {self.dim}; the result has the axes 0 to {axes - 1}.")
        place = self.dim % axes - 1
        if place < 0:
            raise ShapeError("dim 0 is the batch: it would stack in front of the images; use dim=1.")
        return (*shapes[0][:place], len(shapes), *shapes[0][place:])

    def code(self, explicit: bool = False) -> str:
        """The function that does it."""
        return f"torch.stack(dim={self.dim})"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"torch.stack([{', '.join(inputs)}], dim={self.dim})"


def read_shapes(layer: str, shapes: tuple[Shape, ...]) -> list[Shape]:
    """At least one shape, all of one rank; ShapeError otherwise."""
    if not shapes:
        raise ShapeError(f"{layer} needs at least one input shape.")
    read = [read_shape(shape) for shape in shapes]
    if len({len(shape) for shape in read}) > 1:
        raise ShapeError(
            f"{layer} got {' and '.join(str(shape) for shape in read)}, which differ in their number of axes."
        )
    return read
