"""What a forward does to a map without a layer: reducing, slicing, moving axes, functions of every value.

Each is a `Function`: its code is an expression. Axes are counted as in torch, with the batch as axis 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from cnnviz.arithmetic.layers.layer import (
    Counted,
    Function,
    KeepsShape,
    LearnsNothing,
    NotCounted,
    Role,
    SeesEverything,
    Term,
)
from cnnviz.arithmetic.settings import Shape, ShapeError, read_dim, read_shape, shown, with_batch

Item = int | tuple[int | None, int | None, int | None] | None


class Moves(LearnsNothing, NotCounted, SeesEverything, Function):
    """A function that takes its values from anywhere in the map."""

    role: ClassVar[Role] = "shape"


@dataclass(frozen=True)
class Elementwise(KeepsShape, Function):
    """One function of every value, as torch.exp(x): the shape stays.

    >>> Elementwise("exp").expression(["x"])
    'torch.exp(x)'
    """

    function: str
    arguments: tuple[object, ...] = ()

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The exponential."""
        return cls("exp")

    def code(self, explicit: bool = False) -> str:
        """The function that does it."""
        return f"torch.{self.function}({', '.join(map(repr, self.arguments))})"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"torch.{self.function}({', '.join([inputs[0], *map(repr, self.arguments)])})"


@dataclass(frozen=True)
class Rearranged(Moves):
    """The values of a map in another order, or each worked out from all: roll, flip, cumsum. The shape stays.

    >>> Rearranged("roll", ((1, 1), (1, 2))).expression(["x"])
    'torch.roll(x, (1, 1), (1, 2))'
    """

    function: str
    arguments: tuple[object, ...] = ()

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The last axis from its end."""
        return cls("flip", ((-1,),))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape."""
        return read_shape(input_shape)

    def code(self, explicit: bool = False) -> str:
        """The function that does it."""
        return f"torch.{self.function}({', '.join(map(repr, self.arguments))})"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"torch.{self.function}({', '.join([inputs[0], *map(repr, self.arguments)])})"


@dataclass(frozen=True)
class Permute(Moves):
    """The axes in another order, as x.permute(0, 2, 3, 1); axis 0 is the batch and stays in front.

    >>> Permute((0, 2, 3, 1)).output_shape((96, 56, 56))
    (56, 56, 96)
    """

    is_view: ClassVar[bool] = True

    dims: tuple[int, ...]

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The first axis behind all others."""
        return cls((0, *range(2, len(input_shape) + 1), 1))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The sizes in the new order; ShapeError where axes are left out or named twice."""
        shape = read_shape(input_shape)
        dims = tuple(read_dim("dims", dim, shape) for dim in self.dims)
        if sorted(dims) != list(range(len(shape) + 1)):
            raise ShapeError(
                f"permute names the axes {self.dims}; {with_batch(shape)} has 0 to {len(shape)}, each once."
            )
        if dims[0] != 0:
            raise ShapeError("permute moves the batch, which stays in front here.")
        return tuple(shape[dim - 1] for dim in dims[1:])

    def code(self, explicit: bool = False) -> str:
        """The tensor method."""
        return f"permute({', '.join(map(str, self.dims))})"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"{inputs[0]}.{self.code()}"


@dataclass(frozen=True)
class Squeeze(Moves):
    """Axes of size 1 left out, as x.squeeze(dim).

    >>> Squeeze((2, 3)).output_shape((512, 1, 1))
    (512,)
    """

    is_view: ClassVar[bool] = True

    dims: tuple[int, ...]

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The last axis."""
        return cls((len(input_shape),))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape without those of the axes that have size 1."""
        shape = read_shape(input_shape)
        dims = {read_dim("dim", dim, shape) - 1 for dim in self.dims}
        return tuple(size for axis, size in enumerate(shape) if size != 1 or axis not in dims) or (1,)

    def code(self, explicit: bool = False) -> str:
        """The tensor method."""
        return f"squeeze({self.dims[0] if len(self.dims) == 1 else self.dims})"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"{inputs[0]}.{self.code()}"


@dataclass(frozen=True)
class Unsqueeze(Moves):
    """A new axis of size 1, as x.unsqueeze(dim).

    >>> Unsqueeze(1).output_shape((28, 28))
    (1, 28, 28)
    """

    is_view: ClassVar[bool] = True

    dim: int

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """In front of the others."""
        return cls(1)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape with the new axis; ShapeError where it would stand in front of the batch."""
        shape = read_shape(input_shape)
        axes = len(shape) + 2
        if isinstance(self.dim, bool) or not isinstance(self.dim, int) or not -axes <= self.dim < axes:
            raise ShapeError(f"dim is {shown(self.dim)}; with the new axis there are 0 to {axes - 1}.")
        place = self.dim % axes - 1
        if place < 0:
            raise ShapeError("dim 0 is the batch, which stays in front here.")
        return (*shape[:place], 1, *shape[place:])

    def code(self, explicit: bool = False) -> str:
        """The tensor method."""
        return f"unsqueeze({self.dim})"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"{inputs[0]}.{self.code()}"


@dataclass(frozen=True)
class Expand(Moves):
    """Axes of size 1 repeated to the sizes of one image, as x.expand(batch, *sizes).

    >>> Expand((64, 7, 7)).output_shape((64, 1, 1))
    (64, 7, 7)
    """

    is_view: ClassVar[bool] = True

    sizes: tuple[int, ...]

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The shape that there is."""
        return cls(input_shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The sizes; ShapeError where an axis that is repeated is not of size 1."""
        shape = read_shape(input_shape)
        if len(self.sizes) < len(shape):
            raise ShapeError(f"expand names {len(self.sizes)} sizes of one image, and {shape} has {len(shape)}.")
        padded = (1,) * (len(self.sizes) - len(shape)) + shape
        result = []
        for size, wanted in zip(padded, self.sizes, strict=True):
            if wanted not in (-1, size) and size != 1:
                raise ShapeError(f"expand repeats axes of size 1, and cannot make {wanted:,} out of {size:,}.")
            result.append(size if wanted == -1 else wanted)
        return tuple(result)

    def code(self, explicit: bool = False) -> str:
        """The tensor method."""
        return f"expand(-1, {', '.join(map(str, self.sizes))})"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"{inputs[0]}.{self.code()}"


@dataclass(frozen=True)
class Repeat(Moves):
    """Each axis of one image repeated so many times, as x.repeat(1, *counts).

    >>> Repeat((1, 2, 2)).output_shape((64, 7, 7))
    (64, 14, 14)
    """

    repeats: tuple[int, ...]

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The last axis twice."""
        return cls((*[1] * (len(input_shape) - 1), 2))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The sizes by the counts; ShapeError where there are other counts than axes."""
        shape = read_shape(input_shape)
        if len(self.repeats) != len(shape):
            raise ShapeError(
                f"repeat names {len(self.repeats)} counts for one image, and {shape} has {len(shape)} axes."
            )
        return read_shape(tuple(size * count for size, count in zip(shape, self.repeats, strict=True)))

    def code(self, explicit: bool = False) -> str:
        """The tensor method."""
        return f"repeat(1, {', '.join(map(str, self.repeats))})"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"{inputs[0]}.{self.code()}"


@dataclass(frozen=True)
class Slice(Moves):
    """A part of a map, as x[:, 0] or x[:, :, ::2]: for each axis of one image a place, or (start, stop, step).

    >>> Slice((0,)).output_shape((197, 768)), Slice(((None, None, None), (None, None, 2))).output_shape((64, 28))
    ((768,), (64, 14))
    """

    is_view: ClassVar[bool] = True

    items: tuple[Item, ...]

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The first place of the first axis."""
        return cls(((0, 1, None),))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The sizes of the parts; ShapeError where there is no such place, or nothing is left."""
        shape = read_shape(input_shape)
        if len(self.items) > len(shape):
            raise ShapeError(f"An index with {len(self.items)} places does not go into one image of shape {shape}.")
        result = []
        for size, item in zip(shape, self.items, strict=False):
            if isinstance(item, int):
                if not -size <= item < size:
                    raise ShapeError(
                        f"There is no place {item} along an axis of {size:,}: they go from 0 to {size - 1}."
                    )
                continue
            result.append(len(range(*slice(*(item or (None, None, None))).indices(size))))
        result += shape[len(self.items) :]
        if 0 in result:
            raise ShapeError(f"This slice of {shape} is empty.")
        return tuple(result) or (1,)

    def code(self, explicit: bool = False) -> str:
        """The index, with the batch in front."""
        return f"x[:, {', '.join(item_words(item) for item in self.items)}]"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"{inputs[0]}{self.code().removeprefix('x')}"


def item_words(item: Item) -> str:
    """One place of an index as it is written.

    >>> item_words(-1), item_words((None, 3, None)), item_words((None, None, 2))
    ('-1', ':3', '::2')
    """
    if item is None:
        return ":"
    if isinstance(item, int):
        return str(item)
    start, stop, step = ("" if end is None else str(end) for end in item)
    return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"


@dataclass(frozen=True)
class Reduce(Moves):
    """One number for all values along some axes: mean, sum, amax and their kin, as x.mean(dim=(2, 3)).

    >>> Reduce("mean", (2, 3)).output_shape((512, 7, 7)), Reduce("amax", (1,), True).output_shape((512, 7, 7))
    ((512,), (1, 7, 7))
    """

    function: str
    dim: tuple[int, ...]
    keepdim: bool = False

    role: ClassVar[Role] = "pool"

    def __post_init__(self) -> None:
        dims = self.dim if isinstance(self.dim, list | tuple) else (self.dim,)
        object.__setattr__(self, "dim", tuple(dims))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The sum over the last axis."""
        return cls("sum", (len(input_shape),), True)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape without those axes, or with size 1 there; ShapeError where there is no such axis."""
        shape = read_shape(input_shape)
        axes = {read_dim("dim", dim, shape) - 1 for dim in self.dim}
        if -1 in axes:
            raise ShapeError(f"dim 0 is the batch: {self.function} would mix images.")
        if self.keepdim:
            return tuple(1 if axis in axes else size for axis, size in enumerate(shape))
        return tuple(size for axis, size in enumerate(shape) if axis not in axes) or (1,)

    def code(self, explicit: bool = False) -> str:
        """The tensor method."""
        dims = self.dim[0] if len(self.dim) == 1 else self.dim
        return f"{self.function}({dims}{', keepdim=True' if self.keepdim else ''})"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"{inputs[0]}.{self.code()}"


@dataclass(frozen=True)
class GridSample(Moves):
    """A map read at the places of a grid (rows, columns, 2), as torch.nn.functional.grid_sample.

    >>> GridSample().output_shape((3, 28, 28), (14, 14, 2))
    (3, 14, 14)
    """

    takes_several: ClassVar[bool] = True
    role: ClassVar[Role] = "join"
    sign: ClassVar[str] = "⊞"

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The only one there is."""
        return cls()

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """(channels, rows, columns) of the grid."""
        source, grid = (*input_shapes, *input_shapes)[:2]
        if len(source) < 3 or len(grid) != len(source) or grid[-1] != len(source) - 1:
            raise ShapeError(f"grid_sample takes a map and a grid of places in it, not {source} and {grid}.")
        return (source[0], *grid[:-1])

    def code(self, explicit: bool = False) -> str:
        """The function that does it."""
        return "torch.nn.functional.grid_sample()"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"torch.nn.functional.grid_sample({inputs[0]}, {inputs[-1]})"


@dataclass(frozen=True)
class Worked(Counted, SeesEverything, Function):
    """Anything else, worked out for inputs of one shape: what comes out, and how it was called.

    >>> Worked("affine_grid", ((2, 3),), (28, 28, 2)).output_shape((2, 3))
    (28, 28, 2)
    """

    function: str
    shapes: tuple[Shape, ...]
    shape: Shape
    products: int = 0

    role: ClassVar[Role] = "shape"
    takes_several: ClassVar[bool] = True

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Something that keeps the shape."""
        return cls("positive", (input_shape,), input_shape)

    def parameter_shapes(self) -> dict[str, Shape]:
        """Nothing."""
        return {}

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """The multiplications that were counted."""
        return (Term(self.function, (self.products,)),) if self.products else ()

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """What came out; ShapeError for inputs of any other shape."""
        if tuple(input_shapes) != self.shapes:
            raise ShapeError(f"{self.function} was worked out for {' and '.join(map(str, self.shapes))} only.")
        return self.shape

    def code(self, explicit: bool = False) -> str:
        """The function that does it."""
        return f"torch.{self.function}()"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"torch.{self.function}({', '.join(inputs)})"
