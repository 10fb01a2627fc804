"""Add and Concat: where several paths of a network meet."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from cnnviz.arithmetic.derivations.lines import Derivation
from cnnviz.arithmetic.layers.layer import Function, LearnsNothing, NotCounted, Role, positions
from cnnviz.arithmetic.receptive_field import Fields, ReceptiveField, union, whole
from cnnviz.arithmetic.settings import Shape, ShapeError, axis_of_dim, read_dim, read_shape


class Meeting(LearnsNothing, NotCounted, Function):
    """A layer that takes several inputs."""

    role: ClassVar[Role] = "join"
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

    def field_derivations(self, *input_shapes: Shape) -> tuple[Derivation, ...]:
        """None: there are no windows."""
        self.output_shape(*input_shapes)
        return ()


@dataclass(frozen=True)
class Add(Meeting):
    """The sum of several feature maps, as x + y in a residual block (He et al. 2015): y = F(x) + x.

    Sizes of 1 are repeated to match, as torch's addition does.

    >>> Add().output_shape((64, 56, 56), (64, 56, 56))
    (64, 56, 56)
    """

    sign: ClassVar[str] = "+"

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The only one there is."""
        return cls()

    def side_by_side(self, axis: int, shape: Shape) -> bool:
        """Never: they lie on one another."""
        return False

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """The shape of the sum; ShapeError when the inputs do not match."""
        shapes = read_shapes("Add", input_shapes)
        result = []
        for axis, sizes in enumerate(zip(*shapes, strict=True)):
            different = sorted({size for size in sizes if size != 1})
            if len(different) > 1:
                raise ShapeError(
                    f"Add got {' and '.join(str(shape) for shape in shapes)}: on axis {axis} "
                    f"{' and '.join(f'{size:,}' for size in different)} differ by {different[-1] - different[0]:,}; "
                    "bring all inputs to the same shape, in a residual block with a 1x1 convolution on the skip."
                )
            result.append(different[0] if different else 1)
        return tuple(result)

    def code(self, explicit: bool = False) -> str:
        """The function that does it."""
        return "torch.add()"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return " + ".join(inputs)


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
