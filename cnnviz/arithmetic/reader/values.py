"""What the names and expressions of a pasted text stand for while it is read: plain data, nothing that can be run."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from cnnviz.arithmetic.layers import Layer
from cnnviz.arithmetic.network import Span
from cnnviz.arithmetic.settings import Shape

# Numbers, strings, None, tuples, lists, sets, dicts, ranges and slices of values, or one of the classes below.
Value = Any

# How many images are fed in: a prime, so that any size that the batch is part of can be divided by it, and no other.
BATCH = 1_000_003


@dataclass(frozen=True, slots=True)
class Dotted:
    """Something of a library, known by its whole name: torch.nn.Conv2d."""

    path: str

    @property
    def last(self) -> str:
        """The name without the modules before it."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Opaque:
    """Something that the text does not say: of another cell, of a library, of training or data.

    It may be passed on; where a layer depends on it, `needs` are the names to ask for; `likely` stands in meanwhile.
    """

    what: str
    line: int
    needs: tuple[str, ...] = ()
    likely: Value = None
    derived: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Tensor:
    """What flows through the network at one place: the node it comes from, and its shape with the batch.

    `source` is "" for what no input leads to; such a tensor may be made of learned parameters.
    """

    source: str
    shape: Shape
    parameters: tuple["ParameterTensor", ...] = ()

    @property
    def image(self) -> Shape:
        """The shape that belongs to one image."""
        return without_batch(self.shape)


@lru_cache(maxsize=4096)
def batch_axis(shape: Shape) -> tuple[int | None, int]:
    """(which axis the batch is on, how many times it is in there); (None, 1) where there is none.

    >>> batch_axis((BATCH, 3, 8, 8)), batch_axis((16 * BATCH, 3, 8, 8)), batch_axis((8, 8))
    ((0, 1), (0, 16), (None, 1))
    """
    for axis, size in enumerate(shape):
        if size >= BATCH and size % BATCH == 0:
            return axis, size // BATCH
    return None, 1


@lru_cache(maxsize=4096)
def without_batch(shape: Shape) -> Shape:
    """What belongs to one image: several steps that lie in the batch are an axis of their own.

    >>> without_batch((BATCH, 3, 8, 8)), without_batch((16 * BATCH, 3, 8, 8)), without_batch((BATCH,))
    ((3, 8, 8), (16, 3, 8, 8), (1,))
    """
    axis, times = batch_axis(shape)
    if axis is None:
        return shape or (1,)
    middle = (times,) if times > 1 else ()
    return (*shape[:axis], *middle, *shape[axis + 1 :]) or (1,)


@dataclass(eq=False, slots=True)
class ParameterTensor:
    """One tensor that is learned, by its shape; the same one may be part of several modules."""

    shape: Shape
    name: str = ""
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """An input made for trying the network out: torch.randn(1, 3, 224, 224)."""

    shape: Shape | None
    sizes: tuple[int, ...] = ()


@dataclass(eq=False)
class LayerModule:
    """One layer that was made, by the line that makes it. Used twice, it is the same layer with the same parameters.

    `lazy` has the settings of a layer that learns from its first input how many channels come in. `parameters` are
    those that the text speaks of one by one: the rest is known from the layer.
    """

    layer: Layer
    line: int
    spans: tuple[tuple[str, Span], ...] = ()
    lazy: str = ""
    parameters: dict[str, ParameterTensor] = field(default_factory=dict)
    frozen: bool = False
    attributes: dict[str, Value] = field(default_factory=dict)

    @property
    def children(self) -> dict[str, Value]:
        """None: a layer is a leaf."""
        return {}


@dataclass(eq=False)
class Container:
    """An nn.Sequential, nn.ModuleList, nn.ModuleDict or nn.ParameterList."""

    kind: str
    line: int
    children: dict[str, Value] = field(default_factory=dict)

    def append(self, module: Value) -> None:
        """Add a module under the next number."""
        self.children[str(len(self.children))] = module


@dataclass(eq=False)
class Class:
    """A class that the text defines."""

    name: str
    line: int
    methods: dict[str, "Function"]
    constants: dict[str, Value]
    bases: list[Value]
    fields: tuple[str, ...] = ()  # of a dataclass or a namedtuple
    scope: Any = None

    def method(self, name: str) -> "Function | None":
        """The method of that name, its own or inherited from a class of the same text."""
        if name in self.methods:
            return self.methods[name]
        inherited = (base.method(name) for base in self.bases if isinstance(base, Class))
        return next((method for method in inherited if method is not None), None)

    def class_values(self) -> dict[str, Value]:
        """What stands in the class beside its methods, with what it inherits from classes of the same text."""
        inherited = [base.class_values() for base in reversed(self.bases) if isinstance(base, Class)]
        return {name: value for values in [*inherited, self.constants] for name, value in values.items()}

    def all_fields(self) -> tuple[str, ...]:
        """The fields of a dataclass, those of its bases first."""
        inherited = [name for base in self.bases if isinstance(base, Class) for name in base.all_fields()]
        return (*inherited, *(name for name in self.fields if name not in inherited))

    def library_base(self) -> str:
        """The name of the first base that is not of this text: torch.nn.Module."""
        for base in self.bases:
            found = base.library_base() if isinstance(base, Class) else base_name(base)
            if found:
                return found
        return ""

    def is_or_extends(self, other: "Class") -> bool:
        """Whether this is the other class, or inherits from it."""
        return self is other or any(isinstance(base, Class) and base.is_or_extends(other) for base in self.bases)


def base_name(base: Value) -> str:
    """The name of a class that is not of this text."""
    if isinstance(base, Dotted):
        return "" if base.path == "builtins.object" else base.path
    return base.what if isinstance(base, Opaque) else ""


@dataclass(eq=False)
class Instance:
    """An object of a class that the text defines, with what was assigned to self."""

    made_by: Class
    line: int
    attributes: dict[str, Value] = field(default_factory=dict)
    inner: dict[str, Value] = field(default_factory=dict)  # the layers of one that is an nn.Sequential or a list

    @property
    def children(self) -> dict[str, Value]:
        """Its modules, in the order of their assignment."""
        return {**self.inner, **{name: value for name, value in self.attributes.items() if isinstance(value, MODULES)}}


@dataclass(eq=False)
class ForeignModule:
    """A module of a real library with the modules in it; `forward` says what it makes of what it is given."""

    kind: str
    line: int
    children: dict[str, Value]
    forward: Callable[[Any, "ForeignModule", "Arguments"], Value]
    settings: dict[str, Value] = field(default_factory=dict)
    parameters: dict[str, ParameterTensor] = field(default_factory=dict)


@dataclass(eq=False)
class KerasLayer:
    """A layer of Keras by its current name, with its settings by their current names."""

    kind: str
    settings: dict[str, Value]
    line: int
    inner: Value = None  # the layer in a TimeDistributed or a Bidirectional
    made: dict[str, LayerModule] = field(default_factory=dict)


@dataclass(eq=False)
class KerasModel:
    """A model of Keras: a Sequential with its layers, or what leads from inputs to outputs."""

    line: int
    layers: list[Value] = field(default_factory=list)
    input_shape: Value = None
    inputs: tuple["KerasTensor", ...] = ()
    outputs: tuple["KerasTensor", ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class KerasTensor:
    """What a call of a layer of Keras gives: the layer, what it was given, the line. Shapes are found on the way."""

    layer: Value
    inputs: tuple["KerasTensor", ...]
    line: int
    shape: Value = None  # of an Input: as the text names it


MODULES = (LayerModule, Container, Instance, ForeignModule)


@dataclass(eq=False, slots=True)
class Function:
    """A function of the text; `owner` is the object that a method belongs to, `within` the class it is written in."""

    definition: ast.FunctionDef | ast.Lambda
    scope: Any = None
    owner: Value = None
    within: Class | None = None
    kind: str = ""  # "static", "class" or "property"
    defaults: dict[str, Value] | None = None

    @property
    def name(self) -> str:
        """Its name."""
        return getattr(self.definition, "name", "lambda")

    def of(self, owner: Value) -> "Function":
        """The same as a method of an object."""
        return Function(self.definition, self.scope, owner, self.within, self.kind, self.defaults)


@dataclass(eq=False, slots=True)
class Partial:
    """functools.partial(function, ...)."""

    function: Value
    arguments: "Arguments"


class Method(NamedTuple):
    """A method of a value that this reader provides: x.view, layers.append, model.add."""

    owner: Value
    name: str


class Parent(NamedTuple):
    """super() within a method."""

    owner: Value
    above: Class


@dataclass(slots=True)
class Arguments:
    """The arguments of one call: values by place and by name, and where plain ones stand in the text."""

    line: int
    positional: list[Value]
    named: dict[str, Value] = field(default_factory=dict)
    spans: dict[int | str, Span] = field(default_factory=dict)


def kind_of(value: Value) -> str:
    """A value as a noun for a sentence.

    >>> kind_of(3), kind_of("same"), kind_of(Tensor("conv1", (BATCH, 8)))
    ('the number 3', "the text 'same'", 'a feature map')
    """
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float):
        if isinstance(value, int) and value >= BATCH and value % BATCH == 0:
            return "a number that depends on how many images are fed in"
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, Dotted | Opaque):
        return value.path[:80] if isinstance(value, Dotted) else value.what[:80]
    for kinds, noun in NOUNS:
        if isinstance(value, kinds):
            return noun
    return "something else"


NOUNS: tuple[tuple[Any, str], ...] = (
    ((Tensor, Example, KerasTensor), "a feature map"),
    (ParameterTensor, "a learned tensor"),
    (LayerModule, "a layer"),
    (KerasLayer, "a layer of Keras"),
    (KerasModel, "a model of Keras"),
    (Container, "a list of layers"),
    ((Instance, ForeignModule), "a module"),
    (Class, "a class"),
    ((Function, Method, Partial), "a function"),
    ((tuple, list, range), "a list"),
    (dict, "a dict"),
    ((set, frozenset), "a set"),
)
