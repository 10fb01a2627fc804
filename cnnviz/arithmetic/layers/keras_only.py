"""Layers that Keras has and torch.nn has not: its recurrent layers and attention, PReLU with many slopes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from cnnviz.arithmetic.layers.layer import Counted, Role, SeesEverything, SeesItsPlace, Term
from cnnviz.arithmetic.settings import Shape, ShapeError, counted, read_shape


@dataclass(frozen=True)
class KerasRecurrent(Counted, SeesEverything):
    """LSTM, GRU or SimpleRNN of Keras, which has one bias where torch has two (a GRU of today has two).

    >>> KerasRecurrent("LSTM", 16, 32, 4, 1).num_params
    6272
    """

    kind: str
    features: int
    units: int
    gates: int
    biases: int = 1
    both: bool = False

    role: ClassVar[Role] = "weights"

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """An LSTM of eight units."""
        return cls("LSTM", input_shape[-1], 8, 4)

    def parameter_shapes(self) -> dict[str, Shape]:
        """The kernel, the recurrent kernel and the biases, of each direction."""
        rows = self.gates * self.units
        shapes: dict[str, Shape] = {}
        for direction in ("", "backward_")[: 2 if self.both else 1]:
            shapes |= {f"{direction}kernel": (self.features, rows), f"{direction}recurrent_kernel": (self.units, rows)}
            if self.biases:
                shapes[f"{direction}bias"] = (self.biases, rows)
        return shapes

    def output_shape(self, input_shape: Shape) -> Shape:
        """(steps, units), or twice the units for both directions."""
        shape = read_shape(input_shape)
        if len(shape) != 2 or shape[1] != self.features:
            raise ShapeError(f"{self.kind} takes a sequence (steps, {self.features}), not {shape}.")
        return shape[0], self.units * (2 if self.both else 1)

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """Every weight once for each step."""
        steps = input_shapes[0][0]
        shapes = self.parameter_shapes().items()
        return tuple(Term(f"steps by {name}", (steps, *shape)) for name, shape in shapes if "bias" not in name)

    def code(self, explicit: bool = False) -> str:
        """The call that makes it in Keras."""
        call = f"{self.kind}({self.units}, return_sequences=True)"
        return f"keras.layers.Bidirectional({call})" if self.both else f"keras.layers.{call}"


@dataclass(frozen=True)
class KerasSlopes(Counted, SeesItsPlace):
    """PReLU of Keras: a slope for each value of the map, but for the axes that share it.

    >>> KerasSlopes((8, 4, 4), (1, 2)).num_params
    8
    """

    shape: Shape
    shared_axes: tuple[int, ...] | None = None

    role: ClassVar[Role] = "point"

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """A slope for each value."""
        return cls(input_shape)

    def parameter_shapes(self) -> dict[str, Shape]:
        """The slopes; Keras counts axes from 1, with the channels last."""
        last = (*self.shape[1:], self.shape[0]) if len(self.shape) > 2 else self.shape
        shared = self.shared_axes if isinstance(self.shared_axes, tuple) else ()
        return {"alpha": tuple(1 if place + 1 in shared else size for place, size in enumerate(last))}

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape."""
        return read_shape(input_shape)

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """Nothing that is counted."""
        return ()


@dataclass(frozen=True)
class OneOfTwo(Counted, SeesItsPlace):
    """BatchNormalization of Keras with its scale or its shift alone.

    >>> OneOfTwo(64).num_params
    64
    """

    num_features: int

    role: ClassVar[Role] = "point"

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """For every channel that comes in."""
        return cls(input_shape[0])

    def parameter_shapes(self) -> dict[str, Shape]:
        """A scale or a shift."""
        return {"beta": (self.num_features,)}

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape; ShapeError for another number of channels."""
        shape = read_shape(input_shape)
        if shape[0] != self.num_features:
            raise ShapeError(f"It was made for {counted(self.num_features, 'channel')} and got {shape[0]:,}.")
        return shape

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """Nothing that is counted."""
        return ()


@dataclass(frozen=True)
class KerasAttention(Counted, SeesEverything):
    """MultiHeadAttention of Keras, whose heads have a size of their own.

    >>> KerasAttention(64, 4, 16, 16).num_params
    16640
    """

    features: int
    num_heads: int
    key_dim: int
    value_dim: int
    use_bias: bool = True

    role: ClassVar[Role] = "weights"
    takes_several: ClassVar[bool] = True

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Two heads."""
        return cls(input_shape[-1], 2, 8, 8)

    def parameter_shapes(self) -> dict[str, Shape]:
        """Queries, keys, values and outputs."""
        heads = self.num_heads
        shapes: dict[str, Shape] = {}
        for name, size in (("query", self.key_dim), ("key", self.key_dim), ("value", self.value_dim)):
            shapes[f"{name}.kernel"] = (self.features, heads, size)
            if self.use_bias:
                shapes[f"{name}.bias"] = (heads, size)
        shapes["output.kernel"] = (heads, self.value_dim, self.features)
        if self.use_bias:
            shapes["output.bias"] = (self.features,)
        return shapes

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """(steps, features) of the queries."""
        shape = read_shape(input_shapes[0])
        if len(shape) != 2 or shape[1] != self.features:
            raise ShapeError(f"MultiHeadAttention takes a sequence (steps, {self.features}), not {shape}.")
        return shape

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """Linear layers, queries by keys, weights by values."""
        steps, others = output_shape[0], input_shapes[-1][0]
        keys, values = self.num_heads * self.key_dim, self.num_heads * self.value_dim
        return (
            Term("queries", (steps, self.features, keys)),
            Term("keys", (others, self.features, keys)),
            Term("values", (others, self.features, values)),
            Term("queries by keys", (steps, others, keys)),
            Term("weights by values", (steps, others, values)),
            Term("outputs", (steps, values, self.features)),
        )
