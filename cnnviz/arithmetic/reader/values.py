"""What the names and expressions of a pasted text stand for while it is read: plain data, nothing that can be run."""

import ast
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cnnviz.arithmetic.layers import Layer
from cnnviz.arithmetic.network import Network, Node, Span
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.settings import Shape

# Numbers, strings, None, tuples, lists and dicts of values, or one of the classes below.
Value = Any

MAX_WEIGHTED = 200  # convolutional and dense layers; ResNet-152 has 156 with those on its skips
MAX_LAYERS = 1_000  # of all kinds


@dataclass(frozen=True)
class Dotted:
    """Something of a library, known by its whole name: torch.nn.Conv2d."""

    path: str

    @property
    def last(self) -> str:
        """The name without the modules before it."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True)
class Opaque:
    """Something that has to do with training or data, not with the network; it may be named but not used in a layer."""

    what: str
    line: int


@dataclass(frozen=True)
class Size:
    """A size that is only known when the network runs: that of the batch, or another."""

    batch: bool = False


@dataclass(frozen=True)
class ShapeOf:
    """The shape of a tensor, from one of its axes on."""

    start: int = 0


@dataclass(frozen=True)
class Tensor:
    """What flows through the network at one place, by the name of the layer it comes from."""

    source: str


@dataclass(frozen=True)
class Example:
    """An input made for trying the network out: torch.randn(1, 3, 224, 224)."""

    shape: Shape | None


@dataclass(eq=False)
class LayerModule:
    """One layer that was made, by the line that makes it. Used twice, it is the same layer with the same parameters."""

    layer: Layer
    line: int
    spans: tuple[tuple[str, Span], ...] = ()


@dataclass(eq=False)
class Container:
    """An nn.Sequential, nn.ModuleList or nn.ModuleDict."""

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
    methods: dict[str, ast.FunctionDef]
    constants: dict[str, Value]
    bases: list[Value]

    def method(self, name: str) -> ast.FunctionDef | None:
        """The method of that name, its own or inherited from a class of the same text."""
        if name in self.methods:
            return self.methods[name]
        inherited = (base.method(name) for base in self.bases if isinstance(base, Class))
        return next((method for method in inherited if method is not None), None)

    def plain_values(self) -> dict[str, Value]:
        """What stands in the class beside its methods, with what it inherits from classes of the same text."""
        inherited = [base.plain_values() for base in reversed(self.bases) if isinstance(base, Class)]
        return {name: value for values in [*inherited, self.constants] for name, value in values.items()}

    def library_base(self) -> str:
        """The name of the first base that is not of this text: torch.nn.Module."""
        for base in self.bases:
            found = base.library_base() if isinstance(base, Class) else getattr(base, "path", "")
            if found:
                return found
        return ""


@dataclass(eq=False)
class Instance:
    """An object of a class that the text defines, with what was assigned to self."""

    made_by: Class
    line: int
    attributes: dict[str, Value] = field(default_factory=dict)

    @property
    def children(self) -> dict[str, Value]:
        """Its modules, in the order of their assignment."""
        return {name: value for name, value in self.attributes.items() if isinstance(value, MODULES)}


@dataclass(eq=False)
class KerasLayer:
    """A layer of Keras by its current name, with its settings by their current names."""

    kind: str
    settings: dict[str, Value]
    line: int


@dataclass(eq=False)
class KerasModel:
    """A Sequential of Keras."""

    line: int
    layers: list[Value] = field(default_factory=list)
    input_shape: Value = None


MODULES = (LayerModule, Container, Instance)


class Function(NamedTuple):
    """A function of the text; `owner` is the object that a method belongs to."""

    definition: ast.FunctionDef
    owner: Instance | None = None


class Method(NamedTuple):
    """A method of a value that this reader provides: x.view, layers.append, model.add."""

    owner: Value
    name: str


class Parent(NamedTuple):
    """super() within a method."""

    owner: Instance
    above: Class


@dataclass
class Given:
    """The arguments of one call: values by place and by name, and where plain ones stand in the text."""

    line: int
    positional: list[Value]
    named: dict[str, Value]
    spans: dict[int | str, Span] = field(default_factory=dict)


class Graph:
    """The layers that a forward has gone through so far."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.taken = {"input"}
        self.first_use: dict[LayerModule, str] = {}  # modules are told apart by what they are, not by their settings
        self.weighted = 0

    def put(
        self, layer: Layer, inputs: tuple[Tensor, ...], name: str, line: int, made: LayerModule | None = None
    ) -> Tensor:
        """Add a layer behind others; ReadError when there are too many."""
        free, number = name, 0
        while free in self.taken:
            number += 1
            free = f"{name}_{number}"
        module = self.first_use.setdefault(made, free) if made is not None else free
        self.weighted += type(layer).__name__ in ("Conv2d", "ConvTranspose2d", "Linear")
        if self.weighted > MAX_WEIGHTED or len(self.nodes) >= MAX_LAYERS:
            raise ReadError(
                f"the network has more than {MAX_WEIGHTED} convolutional and dense layers, or {MAX_LAYERS:,} in all; "
                "a larger one is not read.",
                line,
            )
        self.taken.add(free)
        sources = tuple(tensor.source for tensor in inputs)
        self.nodes[free] = Node(free, layer, sources, line or None, module, made.spans if made is not None else ())
        return Tensor(free)

    def network(self, result: Tensor, input_shape: Shape | None) -> Network:
        """Everything that leads to the result, in order."""
        needed = {result.source}
        for node in reversed(self.nodes.values()):
            if node.name in needed:
                needed.update(node.inputs)
        return Network(tuple(node for node in self.nodes.values() if node.name in needed), input_shape)


def kind_of(value: Value) -> str:
    """A value as a noun for a sentence.

    >>> kind_of(3), kind_of("same"), kind_of(Tensor("conv1"))
    ('the number 3', "the text 'same'", 'a feature map')
    """
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, Dotted | Opaque):
        return value.path if isinstance(value, Dotted) else value.what
    for kinds, noun in NOUNS:
        if isinstance(value, kinds):
            return noun
    return "something else"


NOUNS: tuple[tuple[Any, str], ...] = (
    ((Size, ShapeOf), "a size that is only known when the network runs"),
    ((Tensor, Example), "a feature map"),
    (LayerModule, "a layer"),
    (KerasLayer, "a layer of Keras, which is read within a Sequential,"),
    (KerasModel, "a model of Keras"),
    (Container, "a list of layers"),
    (Instance, "a module"),
    (Class, "a class"),
    ((Function, Method), "a function"),
    ((tuple, list), "a list"),
    (dict, "a dict"),
)
