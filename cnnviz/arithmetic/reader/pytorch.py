"""PyTorch as the reader understands it: which names make layers, and what its values can do."""

import ast
import re

from cnnviz.arithmetic.layers import KINDS, POINTWISE, Softmax, View
from cnnviz.arithmetic.network import INPUT, Network
from cnnviz.arithmetic.reader import pytorch_functions
from cnnviz.arithmetic.reader.arguments import bind, built, make_layer, make_pointwise
from cnnviz.arithmetic.reader.bounded import is_number, is_whole
from cnnviz.arithmetic.reader.interpreter import Interpreter
from cnnviz.arithmetic.reader.module_methods import (
    DOES_NOTHING,
    GIVES_ITSELF,
    GIVES_NOTHING,
    change,
    check_module,
    methods_of,
)
from cnnviz.arithmetic.reader.syntax import ReadError, did_you_mean
from cnnviz.arithmetic.reader.values import (
    MODULES,
    Class,
    Container,
    Dotted,
    Example,
    Given,
    Graph,
    Instance,
    LayerModule,
    Method,
    Opaque,
    ShapeOf,
    Size,
    Tensor,
    Value,
    kind_of,
)
from cnnviz.arithmetic.settings import Shape, ShapeError, read_shape

CONTAINERS = ("Sequential", "ModuleList", "ModuleDict")
KNOWN_LAYERS = (*KINDS, *POINTWISE, *CONTAINERS, "Softmax2d", "Unflatten")
ALIASES = {
    "torch": "torch",
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "OrderedDict": "collections.OrderedDict",
    **{name: name for name in ("np", "numpy", "math", "optim", "torchvision", "models", "transforms")},
}


class PyTorch:
    """The dialect of PyTorch; see dialect.Dialect for what each method answers."""

    aliases = ALIASES

    def __init__(self) -> None:
        self.graph = Graph()
        self.paths: dict[Value, str] = {}
        self.input_shape: Shape | None = None
        self.tried_out: Value = None

    def bare(self, name: str) -> Dotted | None:
        return Dotted(f"torch.nn.{name}") if name in KNOWN_LAYERS or name == "Module" else None

    def known_names(self) -> list[str]:
        return [*KNOWN_LAYERS, "nn", "F", "torch"]

    def maker_names(self) -> set[str]:
        return {"nn", *KNOWN_LAYERS}

    def is_network(self, value: Value) -> bool:
        return False

    def call(self, function: Dotted, given: Given) -> Value:
        path, last = function.path, function.last
        if last == "OrderedDict":
            return ordered(given)
        if path.startswith("torch.nn.") and path.count(".") == 2:
            return self.make(last, given)
        if path.startswith(("torch.nn.functional.", "F.")) or path == f"torch.{last}":
            return self.function(last, path, given)
        if last == "summary":
            self.note_summary(given)
        if last == "prod" and any(isinstance(value, ShapeOf) for value in given.positional):
            return Size()
        return Opaque(f"{path}(...)", given.line)

    def make(self, name: str, given: Given) -> Value:
        """nn.name(...)."""
        if name in KINDS:
            return make_layer(KINDS[name], given)
        if name in POINTWISE:
            return make_pointwise(name, given)
        if name in CONTAINERS:
            return Container(name, given.line, self.children(given, name))
        if name == "Softmax2d":
            return built(Softmax, {"dim": 1}, given.line)
        if name == "Unflatten":
            return unflatten(given)
        if name == "DataParallel" and given.positional:
            return given.positional[0]
        if name.endswith("Loss"):
            return Opaque(f"nn.{name}", given.line)
        offer = did_you_mean(name, KNOWN_LAYERS)
        if offer == ".":
            offer = f"; it draws {', '.join(list(KINDS)[:-2])} and the activations."
        raise ReadError(f"nn.{name[:40]} is not a layer this app can draw{offer}", given.line)

    def children(self, given: Given, name: str = "Sequential") -> dict[str, Value]:
        items: list[Value] = given.positional
        if given.named:
            raise ReadError(f"nn.{name} takes its layers without names.", given.line)
        if len(items) == 1 and isinstance(items[0], dict):
            named = {str(key): value for key, value in items[0].items()}
        elif name == "ModuleDict":
            raise ReadError("nn.ModuleDict takes a dict of layers.", given.line)
        else:
            if name == "ModuleList":
                items = list(items[0]) if len(items) == 1 and isinstance(items[0], list | tuple) else items
            named = {str(place): value for place, value in enumerate(items)}
        for value in named.values():
            check_module(value, name, given.line)
        return named

    def function(self, name: str, path: str, given: Given) -> Value:
        """torch.name(...) or F.name(...)."""
        if name in ("randn", "rand", "zeros", "ones", "empty") and path.startswith("torch."):
            return Example(example_shape(given))
        if pytorch_functions.is_function(name) and name not in pytorch_functions.CHANGES_NOTHING:
            if not any(isinstance(value, Example) for value in given.positional):
                return pytorch_functions.apply_function(self.graph, name, given)
        elif any(isinstance(value, Tensor) for value in [*given.positional, *given.named.values()]):
            known = [*pytorch_functions.LAYER_FUNCTIONS, *pytorch_functions.POINTWISE_FUNCTIONS]
            raise ReadError(f"{path} is not a function this app can draw{did_you_mean(name, known)}", given.line)
        return Opaque(f"{path}(...)", given.line)

    def put_layer(self, module: LayerModule, given: Given) -> Value:
        name = self.paths.get(module, type(module.layer).__name__.lower())
        if given.named or len(given.positional) != 1 or not isinstance(given.positional[0], Tensor):
            what = kind_of(given.positional[0]) if len(given.positional) == 1 else f"{len(given.positional)} arguments"
            raise ReadError(f"{name} takes one feature map, and is given {what}.", given.line)
        return self.graph.put(module.layer, (given.positional[0],), name, module.line, module)

    def operate(self, kind: type[ast.operator], left: Value, right: Value, line: int) -> Value:
        if isinstance(left, Tensor) and isinstance(right, Tensor):
            if kind is ast.Add:
                return pytorch_functions.added(self.graph, left, right, line)
            raise ReadError("of the operators between feature maps, + is read.", line)
        if isinstance(left, Tensor) and is_number(right):
            return left
        if isinstance(right, Tensor) and is_number(left):
            return right
        raise ReadError(f"{kind_of(left)} and {kind_of(right)} cannot be put together here.", line)

    def attribute(self, owner: Value, name: str, line: int) -> Value:
        if isinstance(owner, Tensor) and name == "shape":
            return ShapeOf()
        if isinstance(owner, Tensor) and pytorch_functions.is_function(name):
            return Method(owner, name)
        if isinstance(owner, MODULES) and name == "training":
            return False
        if isinstance(owner, Container) and name in owner.children:
            return owner.children[name]
        methods = methods_of(owner)
        if name in methods:
            return Method(owner, name)
        if isinstance(owner, LayerModule) and hasattr(owner.layer, name) and not name.startswith("_"):
            value = getattr(owner.layer, name)
            if isinstance(value, int | float | tuple):
                return value
            return Opaque(name, line)  # conv.weight, conv.bias: what training sets
        if isinstance(owner, Example | ShapeOf):
            return Opaque(name, line)
        known = [*methods, *(owner.attributes if isinstance(owner, Instance) else ())]
        who = owner.made_by.name if isinstance(owner, Instance) else kind_of(owner)
        raise ReadError(f"{who} has no {name[:40]} here{did_you_mean(name, known)}", line)

    def call_method(self, method: Method, given: Given) -> Value:
        owner, name = method
        if isinstance(owner, Tensor):
            shifted = {key + 1 if isinstance(key, int) else key: span for key, span in given.spans.items()}
            inner = Given(given.line, [owner, *given.positional], given.named, shifted)
            return pytorch_functions.apply_function(self.graph, name, inner)
        if name in GIVES_ITSELF:
            return owner
        if name in GIVES_NOTHING:
            return []
        if name in DOES_NOTHING:
            return None
        return change(owner, name, given)

    def is_example(self, given: Given) -> bool:
        return any(isinstance(value, Example) for value in given.positional)

    def tried(self, module: Value, given: Given) -> Value:
        example = next(value for value in given.positional if isinstance(value, Example))
        self.tried_out, self.input_shape = module, example.shape or self.input_shape
        return Opaque("what the network made of an example", given.line)

    def note_summary(self, given: Given) -> None:
        """summary(net, (3, 224, 224)) says what is fed in."""
        sizes = given.named.get("input_size", given.positional[1] if len(given.positional) > 1 else None)
        if isinstance(sizes, list | tuple) and all(is_whole(size) and size > 0 for size in sizes):
            self.input_shape = shape_of(tuple(sizes), given.line)


def read_pytorch(tree: ast.Module, text: str, input_shape: Shape | None = None) -> Network:
    """The network of a PyTorch text: the one made last at its top, else one of its last class.

    >>> text = "net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())"
    >>> [(node.name, node.line) for node in read_pytorch(ast.parse(text), text).nodes]
    [('0', 1), ('1', 1)]
    """
    dialect = PyTorch()
    interpreter = Interpreter(dialect, text.split("\n"))
    interpreter.run(tree)
    root = chosen(interpreter, dialect)
    dialect.graph, dialect.paths = Graph(), module_paths(root)
    line = root.line
    result = interpreter.apply(root, Given(line, [Tensor(INPUT)], {}))
    if isinstance(result, list | tuple | dict):
        values = list(result.values()) if isinstance(result, dict) else list(result)
        result = next((value for value in values if isinstance(value, Tensor)), None)
    if not isinstance(result, Tensor):
        raise ReadError(f"forward gives back {kind_of(result)}, not a feature map: does it end with return x?", line)
    if result.source == INPUT:
        raise ReadError("the network gives back what it is given: it has no layers.", line)
    return dialect.graph.network(result, input_shape or dialect.input_shape)


def chosen(interpreter: Interpreter, dialect: PyTorch) -> Value:
    """Which of the modules of a text is its network; a class that is never used is made with its defaults."""
    if dialect.tried_out is not None:
        return dialect.tried_out
    if interpreter.found:
        return interpreter.found[-1]
    classes = [kind for kind in interpreter.classes if kind.library_base().endswith(("Module", "Sequential"))]
    if not classes:
        raise interpreter.passed_over or ReadError(
            "There is no network in this text: paste an nn.Sequential, a class with its forward, or a Keras model."
        )
    kind = classes[-1]
    try:
        return interpreter.make(kind, Given(kind.line, [], {}))
    except ReadError as problem:
        if problem.line == kind.line and " needs " in problem.sentence:
            needs = problem.sentence.partition(",")[0]
            line = f"net = {call_with_names(kind)}"
            raise ReadError(f"{needs} to be made: add a last line such as {line}.", kind.line) from None
        raise


def call_with_names(kind: Class) -> str:
    """A call of a class with the names of its parameters."""
    definition = kind.method("__init__")
    names = [parameter.arg for parameter in definition.args.args[1:]] if definition is not None else []
    return f"{kind.name}({', '.join(f'{name}=...' for name in names)})"


def module_paths(root: Value) -> dict[Value, str]:
    """The name of every layer within a network, as PyTorch gives it: features.0."""
    paths: dict[Value, str] = {}
    seen = {root}
    waiting: list[tuple[Value, str]] = [(root, "")]
    while waiting:
        module, prefix = waiting.pop(0)
        if isinstance(module, LayerModule):
            paths[module] = prefix.rstrip(".") or type(module.layer).__name__.lower()
            continue
        for name, child in module.children.items():
            if isinstance(child, MODULES) and child not in seen:
                seen.add(child)
                waiting.append((child, f"{prefix}{re.sub('[^A-Za-z0-9_]', '_', name) or '_'}."))
    return {module: path[:200] for module, path in paths.items()}


def ordered(given: Given) -> dict[Value, Value]:
    """OrderedDict([(name, layer), ...])."""
    pairs = given.positional[0] if given.positional else []
    if isinstance(pairs, dict):
        return dict(pairs)
    if not isinstance(pairs, list | tuple) or not all(isinstance(p, tuple) and len(p) == 2 for p in pairs):
        raise ReadError("OrderedDict is read with a list of (name, layer) pairs.", given.line)
    if not all(isinstance(name, str | int) for name, _ in pairs):
        raise ReadError("the names in an OrderedDict are words.", given.line)
    return dict(pairs)


def unflatten(given: Given) -> LayerModule:
    """nn.Unflatten(1, (channels, height, width))."""
    bound = bind("Unflatten", ("dim", "unflattened_size"), 2, given)
    sizes = bound["unflattened_size"]
    if bound["dim"] not in (1, -1) or not isinstance(sizes, list | tuple):
        raise ReadError("nn.Unflatten is read as nn.Unflatten(1, (channels, height, width)).", given.line)
    return built(View, {"sizes": tuple(sizes)}, given.line)


def example_shape(given: Given) -> Shape | None:
    """The shape of one image in torch.randn(1, 3, 224, 224)."""
    nested = len(given.positional) == 1 and isinstance(given.positional[0], list | tuple)
    sizes: list[Value] = list(given.positional[0]) if nested else given.positional
    if len(sizes) not in (2, 4) or not all(is_whole(size) for size in sizes):
        return None
    return shape_of(tuple(sizes[1:]), given.line)


def shape_of(sizes: tuple[int, ...], line: int) -> Shape | None:
    """A shape that a text names, less its batch."""
    try:
        return read_shape(sizes[1:] if len(sizes) == 4 else sizes)
    except ShapeError as problem:
        raise ReadError(str(problem), line) from None
