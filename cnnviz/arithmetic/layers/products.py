"""Products of matrices: MatMul, and Einsum for those that are written with letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

from cnnviz.arithmetic.layers.layer import Counted, Function, Role, SeesEverything, Term
from cnnviz.arithmetic.settings import Shape, ShapeError, read_shape, shown


class Product(Counted, SeesEverything, Function):
    """What products of matrices have in common: they learn nothing, and their multiplications are counted."""

    role: ClassVar[Role] = "join"
    takes_several: ClassVar[bool] = True
    sign: ClassVar[str] = "@"

    def parameter_shapes(self) -> dict[str, Shape]:
        """Nothing."""
        return {}


@dataclass(frozen=True)
class MatMul(Product):
    """The product of two matrices, or of many at once, as x @ y, torch.matmul and torch.bmm.

    >>> MatMul().output_shape((12, 197, 64), (12, 64, 197)), MatMul().macs((12, 197, 64), (12, 64, 197))
    ((12, 197, 197), 29805312)
    """

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The only one there is."""
        return cls()

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """(..., rows of the first, columns of the second); ShapeError where the inner sizes differ."""
        left, right = (read_shape(shape) for shape in (*input_shapes, *input_shapes)[:2])
        if len(left) < 2 or len(right) < 2:
            raise ShapeError(f"A product of matrices needs matrices, not {left} and {right}.")
        if left[-1] != right[-2]:
            raise ShapeError(
                f"MatMul got {left} and {right}: the {left[-1]:,} columns of the first meet the {right[-2]:,} rows of "
                "the second, and they must be as many."
            )
        return (*broadcast(left[:-2], right[:-2]), left[-2], right[-1])

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """A row times a column for each value."""
        return (Term("values by the length of a row", (prod(output_shape), input_shapes[0][-1])),)

    def code(self, explicit: bool = False) -> str:
        """The function that does it."""
        return "torch.matmul()"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        return f"{inputs[0]} @ {inputs[-1]}"


@dataclass(frozen=True)
class Einsum(Product):
    """A sum of products written with a letter for each axis of one image, as torch.einsum.

    >>> Einsum("hqd,hkd->hqk").output_shape((12, 197, 64), (12, 197, 64))
    (12, 197, 197)
    """

    equation: str

    def __post_init__(self) -> None:
        if "->" not in self.equation or not set(self.equation) <= set(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ,->"
        ):
            raise ShapeError(f"The equation is {shown(self.equation)}; it has letters, commas and one arrow.")

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Every value by its partner."""
        letters = "abcdefgh"[: len(input_shape)]
        return cls(f"{letters},{letters}->{letters}")

    def sizes(self, input_shapes: Sequence[Shape]) -> dict[str, int]:
        """The size of the axis behind each letter; ShapeError where a letter stands for two sizes."""
        sides = self.equation.split("->")[0].split(",")
        if len(sides) != len(input_shapes):
            raise ShapeError(
                f"{self.equation!r} puts {len(sides)} tensors together, and there are {len(input_shapes)}."
            )
        sizes: dict[str, int] = {}
        for letters, shape in zip(sides, input_shapes, strict=True):
            if len(letters) != len(shape):
                raise ShapeError(f"{letters!r} names {len(letters)} axes, and {shape} has {len(shape)}.")
            for letter, size in zip(letters, shape, strict=True):
                if sizes.setdefault(letter, size) not in (size, 1) and size != 1:
                    raise ShapeError(f"{letter!r} stands for {sizes[letter]:,} and for {size:,}.")
                sizes[letter] = max(size, sizes[letter])
        return sizes

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """The sizes of the letters behind the arrow."""
        sizes = self.sizes([read_shape(shape) for shape in input_shapes])
        letters = self.equation.split("->")[1]
        if not set(letters) <= set(sizes):
            raise ShapeError(f"{self.equation!r} has a letter behind the arrow that stands for no axis.")
        return tuple(sizes[letter] for letter in letters) or (1,)

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """One multiplication for every combination of all axes, where any axis is summed over."""
        sizes = self.sizes(input_shapes)
        summed = set(sizes) - set(self.equation.split("->")[1])
        return (Term("all axes", tuple(sizes.values())),) if summed and len(input_shapes) > 1 else ()

    def code(self, explicit: bool = False) -> str:
        """The function that does it."""
        return f"torch.einsum({self.equation!r})"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it, with the batch in front."""
        batch = next(letter for letter in "zyxwvutsrqZYXWVUTSRQ" if letter not in self.equation)
        sides, result = self.equation.split("->")
        written = ",".join(batch + side for side in sides.split(","))
        return f"torch.einsum({f'{written}->{batch}{result}'!r}, {', '.join(inputs)})"


def broadcast(left: Shape, right: Shape) -> Shape:
    """The shape of two that lie on one another; ShapeError where they do not match.

    >>> broadcast((8, 1, 6), (7, 1))
    (8, 7, 6)
    """
    length = max(len(left), len(right))
    pairs = zip((1,) * (length - len(left)) + left, (1,) * (length - len(right)) + right, strict=True)
    result = []
    for one, other in pairs:
        if one != other and 1 not in (one, other):
            raise ShapeError(f"{left} and {right} do not lie on one another: {one:,} and {other:,} differ.")
        result.append(other if one == 1 else one)
    return tuple(result)
