"""What every layer states about itself, so that nothing about it is guessed elsewhere.

A kind of layer is one class in one file of this folder, and one entry in KINDS (`__init__.py`). What is abstract here
must be stated; a kind that leaves something out cannot be made, and the type checker says so. The classes below state
what many kinds have in common, each under its name: `LearnsNothing`, `NotCounted`, `SeesItsPlace`, `KeepsShape`.

Shapes are those of one image, without the batch axis.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from math import prod
from typing import Any, ClassVar, Literal, NamedTuple, Self

from cnnviz.arithmetic.derivations.counts import MACS, PARAMETERS, memory_lines, nothing_counted, nothing_learnt
from cnnviz.arithmetic.derivations.lines import Derivation, Line, named, number
from cnnviz.arithmetic.layers.keras import NotInKeras, keras_sequential
from cnnviz.arithmetic.num_bytes import FLOAT32_BYTES
from cnnviz.arithmetic.receptive_field import Fields, union, whole
from cnnviz.arithmetic.settings import Shape, read_shape

Role = Literal["weights", "pool", "join", "point", "shape"]
Number = int | float | bool | str | None

PER_AXIS = ("kernel_size", "stride", "padding", "dilation", "output_padding", "output_size")  # one number, or a pair


class Change(NamedTuple):
    """Another value for one argument of a layer.

    `sentence` is what to say where it is not "change argument to value", `written` what to write where it is not value.
    """

    argument: str
    value: Any
    sentence: str = ""
    written: str = ""


@dataclass(frozen=True)
class Layer(ABC):
    """One kind of layer: a frozen dataclass with the name, the arguments and the defaults that torch.nn gives it.

    What torch.nn refuses raises ShapeError, with a sentence that says what does not fit and what would.
    """

    role: ClassVar[Role]
    """How it is drawn: with weights, pooling, joining paths, value by value, or else changing the shape."""

    counts: ClassVar[str] = ""
    """The argument that counts the channels or features that come in, where there is one."""

    form: ClassVar[tuple[str, ...]] = ()
    """The settings that the layer calculator asks for, besides `counts`; () for a kind it does not offer."""

    keeps_shape: ClassVar[bool] = False
    """Whether every input is given back in its shape: tables of large networks then ask nothing more."""

    is_view: ClassVar[bool] = False
    """Whether the output needs no memory of its own: its input seen with other axes, or what is learned itself."""

    takes_several: ClassVar[bool] = False
    """Whether it may be given more than one input."""

    @classmethod
    @abstractmethod
    def usual(cls, input_shape: Shape) -> Self:
        """One as networks usually have it, made for an input of this shape."""

    @property
    @abstractmethod
    def num_params(self) -> int:
        """How many numbers it learns."""

    @abstractmethod
    def parameter_shapes(self) -> dict[str, Shape]:
        """The shapes of what it learns, under torch's names in torch's order: {"weight": (64, 3, 7, 7)}."""

    @abstractmethod
    def output_shape(self, *input_shapes: Any, **by_name: Any) -> Shape:
        """The shape of the output, from the shape of its input (of its inputs, for a `Meeting`); or ShapeError."""

    @abstractmethod
    def macs_at(self, input_shapes: Sequence[Shape], output_shape: Shape) -> int:
        """Multiply-accumulates for one image whose shapes are known to fit; biases are not counted."""

    @abstractmethod
    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """The receptive fields (height, width) of the output, from those of its inputs; None where there is none."""

    @abstractmethod
    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The rows (axis 0) or columns (axis 1) of input number `which` that the given rows of the output look at.

        A shape that is no map (channels, height, width) has the one row 0 and the one column 0.
        """

    @abstractmethod
    def num_params_derivation(self) -> Derivation:
        """How `num_params` comes about, line by line."""

    @abstractmethod
    def macs_derivation(self, *input_shapes: Any, **by_name: Any) -> Derivation:
        """How `macs` comes about, line by line; ShapeError when the input does not fit."""

    @abstractmethod
    def shape_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """Where the output's shape comes from, one derivation per axis or one for both; () where there is no formula.

        ShapeError when the input does not fit.
        """

    @abstractmethod
    def receptive_field_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """How much of the input one output value sees; () for a kind without windows of one size.

        ShapeError when the input does not fit.
        """

    def macs(self, *input_shapes: Shape) -> int:
        """Multiply-accumulates for one image, biases not counted; ShapeError when the input does not fit."""
        return self.macs_at(input_shapes, self.output_shape(*input_shapes))

    def activation_bytes(self, *input_shapes: Shape) -> int:
        """Bytes of the output for one image, in float32; ShapeError when the input does not fit.

        What a framework keeps besides, such as the input for the way back or workspace, is not counted.
        """
        return prod(self.output_shape(*input_shapes)) * FLOAT32_BYTES

    def memory_derivation(self, *input_shapes: Shape) -> Derivation:
        """How many bytes the output takes in float32; ShapeError when the input does not fit."""
        return memory_lines(self.output_shape(*input_shapes), self.num_params)

    def code(self, explicit: bool = False) -> str:
        """The call that makes it in PyTorch: what has no default in order, the rest by name where it differs.

        `explicit` names the kernel size too, and a stride that is another kind's default.
        """
        return f"nn.{type(self).__name__}({', '.join(setting_words(self, explicit))})"

    def applied(self, name: str, inputs: Sequence[str]) -> str:
        """How a forward calls the layer that is known under a name, with the names of its inputs.

        >>> from cnnviz.arithmetic.layers import ReLU
        >>> ReLU().applied("self.relu", ["x"])
        'self.relu(x)'
        """
        return f"{name}({', '.join(inputs)})"

    def keras_lines(self, input_shape: Shape) -> list[str]:
        """Layers of Keras that do the same to an input of this shape; NotInKeras, with the reason, where none do."""
        raise NotInKeras(f"{type(self).__name__} is not written in Keras here.")

    def keras_code(self, input_shape: Shape) -> str:
        """A keras.Sequential that does what the layer does to an image of this (channels, height, width).

        ShapeError when the input does not fit; NotInKeras, with the reason, when Keras has no such layer.
        """
        output_shape = self.output_shape(input_shape)
        return keras_sequential(self.keras_lines(input_shape), input_shape, output_shape)

    def with_settings(self, **settings: Any) -> Self:
        """The same layer with other arguments; ShapeError where they make no sense."""
        return replace(self, **settings)

    def takes(self, argument: str) -> bool:
        """Whether it is made with an argument of this name."""
        return any(field.name == argument for field in fields(self))

    def plainest(self) -> Self:
        """The same layer written as short as it can be: with one number where height and width have the same."""
        pairs = {name: getattr(self, name) for name in PER_AXIS if self.takes(name)}
        same = {name: value[0] for name, value in pairs.items() if isinstance(value, tuple) and len(set(value)) == 1}
        return self.with_settings(**same) if same else self

    def counted_in(self, input_shape: Shape) -> int | None:
        """What `counts` would be for this input; None for a kind that counts nothing, or not in such an input."""
        return input_shape[0] if self.counts else None

    def changes(self, input_shape: Shape) -> Iterator[Change]:
        """Changes of one argument after which it may take an input of this shape, the likeliest first."""
        wanted = self.counted_in(input_shape)
        if wanted is not None and getattr(self, self.counts) != wanted:
            yield Change(self.counts, wanted)

    def likely_shape(self, input_shape: Shape) -> Shape | None:
        """What comes out once the input is made to fit, where the layer says so by itself; None where it does not."""
        return None

    def nearest_inputs(self, input_shape: Shape) -> Iterator[Shape]:
        """Inputs (channels, height, width) near this one that it takes, where no argument says which."""
        yield from ()


class LearnsNothing(Layer):
    """A layer without parameters."""

    @property
    def num_params(self) -> int:
        """0: it learns nothing."""
        return 0

    def parameter_shapes(self) -> dict[str, Shape]:
        """Nothing."""
        return {}

    def num_params_derivation(self) -> Derivation:
        """0, with the reason."""
        return nothing_learnt()


class NotCounted(Layer):
    """A layer whose work is not counted as multiply-accumulates: only convolutions and linear layers are."""

    def macs_at(self, input_shapes: Sequence[Shape], output_shape: Shape) -> int:
        """0: only convolutions and linear layers are counted."""
        return 0

    def macs_derivation(self, *input_shapes: Shape) -> Derivation:
        """0, with the reason."""
        self.output_shape(*input_shapes)
        return nothing_counted()


class Term(NamedTuple):
    """A product that is one part of a sum of multiply-accumulates: what it counts, and its factors."""

    what: str
    factors: tuple[int, ...]


class Counted(Layer):
    """A layer that states the shapes of its parameters and the products of its work; sums and derivations follow."""

    @property
    def num_params(self) -> int:
        """The sizes of all parameters, added up."""
        return sum(prod(shape) for shape in self.parameter_shapes().values())

    @abstractmethod
    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """The products that make up the multiply-accumulates for one image, for shapes that are known to fit."""

    def macs_at(self, input_shapes: Sequence[Shape], output_shape: Shape) -> int:
        """The sum of the products."""
        return sum(prod(term.factors) for term in self.work(input_shapes, output_shape))

    def num_params_derivation(self) -> Derivation:
        """One product for each parameter, then their sum."""
        shapes = self.parameter_shapes()
        if not shapes:
            return nothing_learnt()
        return sum_of_products(PARAMETERS, r"\text{parameters}", [Term(name, shape) for name, shape in shapes.items()])

    def macs_derivation(self, *input_shapes: Shape) -> Derivation:
        """One product for each part of the work, then their sum; ShapeError when the input does not fit."""
        terms = self.work(input_shapes, self.output_shape(*input_shapes))
        return sum_of_products(MACS, r"\text{MACs}", terms) if terms else nothing_counted()


class SeesItsPlace(Layer):
    """A layer whose output at a place depends on its input at that place only."""

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """Those of the input."""
        return input_fields[0]

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The same rows."""
        return rows

    def shape_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: there is no formula."""
        self.output_shape(input_shape)
        return ()

    def receptive_field_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: there are no windows."""
        self.output_shape(input_shape)
        return ()


class SeesEverything(Layer):
    """A layer of which any output may depend on any place of its input."""

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """All that the places of its inputs see together."""
        seen = [
            (fields, shape) for fields, shape in zip(input_fields, input_shapes, strict=False) if fields is not None
        ]
        if not seen:
            return None
        height, width = (
            union(whole(fields[axis], positions(shape, axis)) for fields, shape in seen)._replace(exact=False)
            for axis in (0, 1)
        )
        return height, width

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """All of them."""
        return every_place(input_shapes[which], axis, rows)

    def shape_derivations(self, *input_shapes: Shape) -> tuple[Derivation, ...]:
        """None: there is no formula."""
        self.output_shape(*input_shapes)
        return ()

    def receptive_field_derivations(self, *input_shapes: Shape) -> tuple[Derivation, ...]:
        """None: there are no windows."""
        self.output_shape(*input_shapes)
        return ()


class KeepsShape(LearnsNothing, NotCounted, SeesItsPlace):
    """A layer that learns nothing, treats every place alike and by itself, and gives back the shape it was given."""

    role: ClassVar[Role] = "point"
    keeps_shape: ClassVar[bool] = True

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape."""
        return read_shape(input_shape)


class Function(Layer):
    """A layer that is no module of torch.nn: its forward is an expression."""

    @abstractmethod
    def expression(self, inputs: Sequence[str]) -> str:
        """The expression in a forward that does it, from the names of its inputs."""


def setting_words(layer: Layer, explicit: bool = False) -> list[str]:
    """The arguments of a layer as they are written in its call."""
    words = []
    for field in fields(layer):
        value = getattr(layer, field.name)
        if field.default is MISSING and not (explicit and field.name == "kernel_size"):
            words.append(repr(value))
        elif value != field.default:
            words.append(f"{field.name}={value!r}")
    return words


def sum_of_products(title: str, symbol: str, terms: Sequence[Term]) -> Derivation:
    r"""Products and their sum, as the lines of a derivation.

    >>> sum_of_products("Work", "m", [Term("queries by keys", (4, 4, 8)), Term("by values", (4, 4, 8))]).result
    256
    """
    products = [prod(term.factors) for term in terms]
    written = " + ".join(r" \cdot ".join(number(factor) for factor in term.factors) for term in terms[:12])
    more = r" + \dots" if len(terms) > 12 else ""
    lines = [Line(written + more, "; ".join(term.what for term in terms[:12]) + ".")]
    if len(terms) > 1:
        lines.append(Line("= " + " + ".join(number(product) for product in products[:12]) + more))
    lines.append(Line(f"= {number(sum(products), 'output')}"))
    return Derivation(title, named(symbol, lines), sum(products))


def positions(shape: Shape, axis: int) -> int:
    """How many places a map has along an axis; one, once it is no map any more."""
    return shape[1 + axis] if len(shape) == 3 else 1


def every_place(shape: Shape, axis: int, rows: frozenset[int]) -> frozenset[int]:
    """All places of a map along an axis, where any row of the output is asked about."""
    return frozenset(range(positions(shape, axis))) if rows else frozenset()
