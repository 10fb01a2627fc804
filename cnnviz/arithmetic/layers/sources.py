"""What a network holds besides layers and functions: parameters by themselves, constants, a layer at every step."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

from cnnviz.arithmetic.derivations.counts import MACS
from cnnviz.arithmetic.derivations.lines import Derivation
from cnnviz.arithmetic.layers.functions import Elementwise
from cnnviz.arithmetic.layers.layer import (
    Function,
    Layer,
    LearnsNothing,
    NotCounted,
    Role,
    SeesEverything,
    Term,
    sum_of_products,
)
from cnnviz.arithmetic.receptive_field import Fields
from cnnviz.arithmetic.settings import Shape, ShapeError, read_shape


class Source(LearnsNothing, NotCounted, Function):
    """Something that a forward uses and that no input leads to."""

    is_view: ClassVar[bool] = True

    shape: Shape

    role: ClassVar[Role] = "weights"
    name: ClassVar[str]

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """One of this shape."""
        return cls(input_shape)  # type: ignore[call-arg]

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """Its own."""
        return self.shape

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> None:
        """None: it sees nothing."""

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """None."""
        return frozenset()

    def shape_derivations(self, *input_shapes: Shape) -> tuple[Derivation, ...]:
        """None."""
        return ()

    def receptive_field_derivations(self, *input_shapes: Shape) -> tuple[Derivation, ...]:
        """None."""
        return ()

    def code(self, explicit: bool = False) -> str:
        """What it is."""
        return f"{self.name}({', '.join(map(str, self.shape))})"

    def expression(self, inputs: Sequence[str]) -> str:
        """A tensor of its shape."""
        return f"torch.zeros({', '.join(map(str, (1, *self.shape)))})"


@dataclass(frozen=True)
class Parameter(Source):
    """A tensor that is learned as it is, as torch.nn.Parameter: an embedding of positions, a token for the class.

    >>> Parameter((197, 768)).num_params
    151296
    """

    shape: Shape

    name: ClassVar[str] = "Parameter"

    @property
    def num_params(self) -> int:
        """All its values."""
        return prod(self.shape)

    def parameter_shapes(self) -> dict[str, Shape]:
        """Itself."""
        return {"": self.shape}

    def expression(self, inputs: Sequence[str]) -> str:
        """A tensor of its shape."""
        return f"nn.Parameter(torch.zeros({', '.join(map(str, (1, *self.shape)))}))"


@dataclass(frozen=True)
class Constant(Source):
    """A tensor that is neither fed in nor learned: a mask, a table of sines.

    >>> Constant((197, 768)).num_params
    0
    """

    shape: Shape

    name: ClassVar[str] = "Constant"
    role: ClassVar[Role] = "shape"


@dataclass(frozen=True)
class TimeDistributed(NotCounted, SeesEverything):
    """One layer used at each step of a sequence, or at each picture of a set, as keras.layers.TimeDistributed.

    >>> from cnnviz.arithmetic.layers.convolution import Conv2d
    >>> TimeDistributed(Conv2d(3, 8, 3)).output_shape((16, 3, 32, 32))
    (16, 8, 30, 30)
    """

    layer: Layer

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """An exponential of every value."""
        return cls(Elementwise("exp"))

    @property
    def role(self) -> Role:  # type: ignore[override]
        """That of the layer."""
        return self.layer.role

    @property
    def takes_several(self) -> bool:  # type: ignore[override]
        """As the layer."""
        return self.layer.takes_several

    @property
    def num_params(self) -> int:
        """Those of the layer: they are the same at every step."""
        return self.layer.num_params

    def parameter_shapes(self) -> dict[str, Shape]:
        """Those of the layer."""
        return self.layer.parameter_shapes()

    def num_params_derivation(self) -> Derivation:
        """That of the layer."""
        return self.layer.num_params_derivation()

    def macs_derivation(self, *input_shapes: Shape) -> Derivation:
        """Steps by the work of the layer; ShapeError when the input does not fit."""
        output_shape = self.output_shape(*input_shapes)
        each = self.layer.macs_at([shape[1:] for shape in input_shapes], output_shape[1:])
        return sum_of_products(MACS, r"\text{MACs}", [Term("steps by the work of one", (output_shape[0], each))])

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """(steps, what the layer makes of one); ShapeError where it does not fit."""
        shapes = [read_shape(shape) for shape in input_shapes]
        if any(len(shape) < 2 for shape in shapes):
            raise ShapeError(f"TimeDistributed needs an axis of steps in front, and got {shapes[0]}.")
        return (shapes[0][0], *self.layer.output_shape(*(shape[1:] for shape in shapes)))

    def macs_at(self, input_shapes: Sequence[Shape], output_shape: Shape) -> int:
        """Those of the layer, for every step."""
        return output_shape[0] * self.layer.macs_at([shape[1:] for shape in input_shapes], output_shape[1:])

    def code(self, explicit: bool = False) -> str:
        """The layer's own call."""
        return self.layer.code(explicit)

    def plainest(self) -> Self:
        """The same with its layer written as short as it can be."""
        return type(self)(self.layer.plainest())

    def applied(self, name: str, inputs: Sequence[str]) -> str:
        """The steps laid into the batch, the layer, and the steps taken out again."""
        flat = [f"{x}.flatten(0, 1)" for x in inputs]
        call = self.layer.expression(flat) if isinstance(self.layer, Function) else self.layer.applied(name, flat)
        return f"({call}).unflatten(0, {inputs[0]}.shape[:2])"
