"""Recurrent layers over a sequence (steps, features): RNN, LSTM, GRU, and their cells for a single step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from cnnviz.arithmetic.layers.layer import Counted, Layer, LearnsNothing, NotCounted, Role, SeesEverything, Term
from cnnviz.arithmetic.settings import Shape, ShapeError, counted, read_shape, shown, whole_number


class Recurrent(Counted, SeesEverything):
    """What the recurrent layers have in common. The batch stands before the steps, or behind: a shape here has none."""

    input_size: int
    hidden_size: int
    num_layers: int
    bias: bool
    batch_first: bool
    bidirectional: bool

    role: ClassVar[Role] = "weights"
    counts: ClassVar[str] = "input_size"
    gates: ClassVar[int]

    def __post_init__(self) -> None:
        for name in ("input_size", "hidden_size", "num_layers"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))
        if self.projection >= self.hidden_size:
            raise ShapeError(f"proj_size is {self.projection}; it must be smaller than hidden_size {self.hidden_size}.")

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Eight hidden units."""
        return cls(input_shape[-1], 8)  # type: ignore[call-arg]

    @property
    def projection(self) -> int:
        """How many values the hidden state is projected to; 0 where it is not."""
        return int(getattr(self, "proj_size", 0))

    @property
    def out_size(self) -> int:
        """How many values one direction gives back at each step."""
        return self.projection or self.hidden_size

    @property
    def directions(self) -> int:
        """2 where the sequence is also gone through from its end."""
        return 2 if self.bidirectional else 1

    def parameter_shapes(self) -> dict[str, Shape]:
        """For each layer and direction: the weights of the input and of the state before, and the biases of both."""
        shapes: dict[str, Shape] = {}
        rows = self.gates * self.hidden_size
        for layer in range(self.num_layers):
            inputs = self.input_size if layer == 0 else self.out_size * self.directions
            for suffix in ("", "_reverse")[: self.directions]:
                name = f"l{layer}{suffix}"
                shapes[f"weight_ih_{name}"] = (rows, inputs)
                shapes[f"weight_hh_{name}"] = (rows, self.out_size)
                if self.bias:
                    shapes[f"bias_ih_{name}"] = shapes[f"bias_hh_{name}"] = (rows,)
                if self.projection:
                    shapes[f"weight_hr_{name}"] = (self.projection, self.hidden_size)
        return shapes

    def output_shape(self, input_shape: Shape) -> Shape:
        """(steps, directions · hidden_size); ShapeError for another rank or number of features."""
        shape = read_shape(input_shape)
        if len(shape) != 2:
            raise ShapeError(f"{type(self).__name__} takes a sequence (steps, features), not {shape}.")
        if shape[1] != self.input_size:
            raise ShapeError(
                f"{type(self).__name__} was made for {counted(self.input_size, 'feature')} and got {shape[1]:,}: "
                f"use input_size={shape[1]}."
            )
        return shape[0], self.out_size * self.directions

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """Every weight once for each step."""
        steps = input_shapes[0][0]
        return tuple(
            Term(f"steps by {name}", (steps, *shape))
            for name, shape in self.parameter_shapes().items()
            if name.startswith("weight")
        )

    def counted_in(self, input_shape: Shape) -> int | None:
        """The features of a step."""
        return input_shape[-1]

    def applied(self, name: str, inputs: Sequence[str]) -> str:
        """The outputs of all steps; the last state is left out."""
        return f"{name}({inputs[0]})[0]"

    def plainest(self) -> Self:
        """The same with the batch in front, where it is in all shapes here."""
        return self if self.batch_first else self.with_settings(batch_first=True)

    def state_shape(self) -> Shape:
        """(layers · directions, values) of the last state h."""
        return self.num_layers * self.directions, self.out_size

    def cell_shape(self) -> Shape:
        """(layers · directions, hidden_size) of the last cell state of an LSTM."""
        return self.num_layers * self.directions, self.hidden_size


@dataclass(frozen=True)
class RNN(Recurrent):
    """A recurrent layer h = tanh(W x + U h), as torch.nn.RNN.

    >>> RNN(16, 32).output_shape((10, 16))
    (10, 32)
    """

    input_size: int
    hidden_size: int
    num_layers: int = 1
    nonlinearity: str = "tanh"
    bias: bool = True
    batch_first: bool = False
    dropout: float = 0.0
    bidirectional: bool = False

    gates: ClassVar[int] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nonlinearity not in ("tanh", "relu"):
            raise ShapeError(f"nonlinearity is {shown(self.nonlinearity)}; it is 'tanh' or 'relu'.")


@dataclass(frozen=True)
class LSTM(Recurrent):
    """Long short-term memory, as torch.nn.LSTM (Hochreiter and Schmidhuber 1997).

    >>> LSTM(16, 32).num_params
    6400
    """

    input_size: int
    hidden_size: int
    num_layers: int = 1
    bias: bool = True
    batch_first: bool = False
    dropout: float = 0.0
    bidirectional: bool = False
    proj_size: int = 0

    gates: ClassVar[int] = 4


@dataclass(frozen=True)
class GRU(Recurrent):
    """A gated recurrent unit, as torch.nn.GRU (Cho et al. 2014).

    >>> GRU(16, 32, bidirectional=True).output_shape((10, 16))
    (10, 64)
    """

    input_size: int
    hidden_size: int
    num_layers: int = 1
    bias: bool = True
    batch_first: bool = False
    dropout: float = 0.0
    bidirectional: bool = False

    gates: ClassVar[int] = 3


class Cell(Counted, SeesEverything):
    """One step of a recurrent layer: it takes the features of a step, and the state before."""

    input_size: int
    hidden_size: int
    bias: bool

    role: ClassVar[Role] = "weights"
    counts: ClassVar[str] = "input_size"
    takes_several: ClassVar[bool] = True
    gates: ClassVar[int]

    def __post_init__(self) -> None:
        for name in ("input_size", "hidden_size"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Eight hidden units."""
        return cls(input_shape[-1], 8)  # type: ignore[call-arg]

    def parameter_shapes(self) -> dict[str, Shape]:
        """The weights of the input and of the state before, and the biases of both."""
        rows = self.gates * self.hidden_size
        shapes: dict[str, Shape] = {"weight_ih": (rows, self.input_size), "weight_hh": (rows, self.hidden_size)}
        return shapes | {"bias_ih": (rows,), "bias_hh": (rows,)} if self.bias else shapes

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """(hidden_size,); ShapeError for another number of features."""
        shape = read_shape(input_shapes[0])
        if shape != (self.input_size,):
            raise ShapeError(
                f"{type(self).__name__} was made for {counted(self.input_size, 'feature')} and got {shape}: "
                f"use input_size={shape[-1]}."
            )
        return (self.hidden_size,)

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """Every weight once."""
        return tuple(Term(name, shape) for name, shape in self.parameter_shapes().items() if name.startswith("weight"))


@dataclass(frozen=True)
class RNNCell(Cell):
    """One step of an RNN, as torch.nn.RNNCell.

    >>> RNNCell(16, 32).output_shape((16,))
    (32,)
    """

    input_size: int
    hidden_size: int
    bias: bool = True
    nonlinearity: str = "tanh"

    gates: ClassVar[int] = 1


@dataclass(frozen=True)
class LSTMCell(Cell):
    """One step of an LSTM, as torch.nn.LSTMCell.

    >>> LSTMCell(16, 32).num_params
    6400
    """

    input_size: int
    hidden_size: int
    bias: bool = True

    gates: ClassVar[int] = 4

    def applied(self, name: str, inputs: Sequence[str]) -> str:
        """The hidden state; the cell state is left out."""
        return f"{name}({', '.join(inputs)})[0]"


@dataclass(frozen=True)
class GRUCell(Cell):
    """One step of a GRU, as torch.nn.GRUCell.

    >>> GRUCell(16, 32).output_shape((16,))
    (32,)
    """

    input_size: int
    hidden_size: int
    bias: bool = True

    gates: ClassVar[int] = 3


@dataclass(frozen=True)
class SideOutput(LearnsNothing, NotCounted, SeesEverything):
    """What a layer gives back besides its output: the last state of an LSTM, the weights of an attention.

    `of` is that layer and `path` what is written behind its call. Its inputs are the output of the layer, then what the
    layer itself takes.

    >>> SideOutput(LSTM(16, 32), "[1][0].transpose(0, 1)", (1, 32)).output_shape((10, 32), (10, 16))
    (1, 32)
    """

    of: Layer
    path: str
    shape: Shape

    role: ClassVar[Role] = "shape"
    takes_several: ClassVar[bool] = True

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The last state of an LSTM."""
        lstm = LSTM.usual(input_shape)
        return cls(lstm, "[1][0].transpose(0, 1)", lstm.state_shape())

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """The shape that it has."""
        return self.shape

    def code(self, explicit: bool = False) -> str:
        """The layer, and what of it."""
        return f"{self.of.code()}{self.path}"

    def applied(self, name: str, inputs: Sequence[str]) -> str:
        """The layer called, and what of it is taken."""
        return f"{name}({', '.join(inputs[1:])}){self.path}"
