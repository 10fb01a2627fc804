"""A text that was read, kept so that its network can be followed again for every input that it is traced for."""

import ast
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from cnnviz.arithmetic.layers import LayerNorm
from cnnviz.arithmetic.network import INPUT, Network, Node
from cnnviz.arithmetic.reader import modules
from cnnviz.arithmetic.reader.graph import Graph, own_counts
from cnnviz.arithmetic.reader.interpreter import Interpreter
from cnnviz.arithmetic.reader.notes import notes_of
from cnnviz.arithmetic.reader.syntax import BoundsError, ReadError
from cnnviz.arithmetic.reader.values import (
    BATCH,
    MODULES,
    Arguments,
    Class,
    Function,
    Instance,
    LayerModule,
    ParameterTensor,
    Tensor,
    Value,
    kind_of,
)
from cnnviz.arithmetic.settings import Shape, ShapeError

MAX_FOLLOWED = 8  # shapes for which the network that was followed is kept
SIDES = (224, 32, 28, 64, 227, 299, 96, 128, 256, 48, 40, 84, 100, 16, 512, 8)
LENGTHS = (128, 64, 784, 100, 32, 1024, 16, 3136, 50, 187, 10)


@dataclass
class Followed:
    """What a forward did to an input of one shape."""

    graph: Graph
    result: Tensor
    line: int


@dataclass
class Program:
    """One network of a text: its modules, and the interpreter that follows their forward.

    `root` is applied to an input of any shape by `at`; nothing of it is changed by that.
    """

    interpreter: Interpreter
    root: Value
    input_shape: Shape | None = None
    choice: str = ""
    choices: tuple[str, ...] = ()
    paths: dict[Value, str] = field(default_factory=dict)
    followed: dict[Shape, Network] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    losses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.paths = module_paths(self.root)

    def at(self, shape: Shape) -> Network:
        """The network as it is for inputs of this shape; ReadError where the forward cannot be followed."""
        with self.lock:
            if shape not in self.followed:
                if len(self.followed) >= MAX_FOLLOWED:
                    self.followed.pop(next(iter(self.followed)))
                self.followed[shape] = self.network(self.follow(shape), shape)
            return self.followed[shape]

    def again(self, shape: Shape) -> Network:
        """The same for a network that is traced: what cannot be followed is a ShapeError there."""
        try:
            return self.at(shape)
        except ReadError as problem:
            raise ShapeError(str(problem)) from None
        except RecursionError:
            raise ShapeError("the forward goes round in circles.") from None

    def follow(self, shape: Shape) -> Followed:
        """Apply the root to an input, and put everything back that was changed on the way."""
        interpreter, dialect = self.interpreter, self.interpreter.dialect
        dialect.graph, dialect.paths, dialect.following = Graph(), self.paths, True
        interpreter.journal, interpreter.calls = [], 0
        line = getattr(self.root, "line", 1)
        steps = interpreter.steps
        try:
            value = self.applied(Tensor(INPUT, (BATCH, *shape)), line)
        except BoundsError:
            raise
        except ReadError:
            nodes = dialect.graph.nodes
            if not dialect.graph.misfits or not nodes:
                raise
            value = Tensor(next(reversed(nodes)), ())  # behind what does not fit, the rest need not make sense
        finally:
            interpreter.undone()
            dialect.following = False
        interpreter.steps = steps  # what was followed to its end may be followed again
        return Followed(dialect.graph, value, line)

    def applied(self, x: Tensor, line: int) -> Tensor:
        """What the root makes of an input: a feature map, or the first of several."""
        value = self.interpreter.dialect.apply(self.root, Arguments(line, [x, *self.further(x)]))
        result = first_tensor(value)
        if result is None:
            raise ReadError(f"forward gives back {kind_of(value)}, not a feature map: does it end with return x?", line)
        if result.source == INPUT:
            raise ReadError("the network gives back what it is given: it has no layers.", line)
        if not result.source:
            raise ReadError("what forward gives back does not depend on what is fed in.", line)
        return result

    def further(self, x: Tensor) -> list[Value]:
        """More inputs, for a forward that needs more than one: each of the shape of the first."""
        if not isinstance(self.root, Instance):
            return []
        forward = self.root.made_by.method("forward") or self.root.made_by.method("__call__")
        if forward is None:
            return []
        signature = forward.definition.args
        needed = len(signature.args) - 1 - len(signature.defaults)
        return [x] * max(0, min(needed, 4) - 1)

    def network(self, followed: Followed, shape: Shape) -> Network:
        """The nodes that lead to the result, with the parameters that each is the first to use."""
        graph = followed.graph
        nodes = graph.leading_to(followed.result)
        registered = {id(module) for _, module in modules.named_modules(self.root)}
        counted: set[int] = set()
        used: set[int] = set()
        result = []
        for node in nodes:
            made = graph.made.get(node.name)
            result.append(self.with_counts(node, made, graph, registered, counted))
            if made is not None:
                used.add(id(made))
        used |= {id(made) for made in graph.made.values()}
        total, frozen = self.counts()
        in_nodes = sum(own(node) for node in result)
        return Network(
            tuple(result),
            self.input_shape,
            program=self,
            followed=shape if graph.sized or graph.misfits else None,
            unused_params=max(0, total - in_nodes),
            frozen_params=frozen,
            notes=notes_of(self, graph, tuple(result), used, registered, shape),
            choices=self.choices,
            choice=self.choice,
        )

    def with_counts(
        self, node: Node, made: LayerModule | None, graph: Graph, registered: set[int], counted: set[int]
    ) -> Node:
        """A node with the number of its parameters, where that is not simply what its layer learns."""
        learned = graph.learned.get(node.name)
        if learned is not None:
            new = [tensor for tensor in learned if id(tensor) not in counted]
            counted |= {id(tensor) for tensor in learned}
            own_params, frozen = own_counts(new)
            return replace(node, own_params=own_params, frozen=frozen)
        if made is None or node.module != node.name:
            return node
        if not node.layer.num_params:
            return node
        if id(made) not in registered:
            return replace(node, own_params=0)
        if made.parameters:
            new = [tensor for tensor in made.parameters.values() if id(tensor) not in counted]
            counted |= {id(tensor) for tensor in made.parameters.values()}
            own_params, frozen = own_counts(new)
            return replace(node, own_params=own_params, frozen=frozen)
        return replace(node, frozen=node.layer.num_params) if made.frozen else node

    def counts(self) -> tuple[int, int]:
        """(all parameters as torch counts them, how many of them are frozen)."""
        total = frozen = 0
        seen: set[int] = set()
        for _, module in modules.named_modules(self.root):
            if isinstance(module, LayerModule) and not module.parameters:
                count = module.layer.num_params
                total, frozen = total + count, frozen + (count if module.frozen else 0)
                continue
            for tensor in modules.own_parameters(module).values():
                if id(tensor) not in seen:
                    seen.add(id(tensor))
                    total += prod(tensor.shape)
                    frozen += prod(tensor.shape) if tensor.frozen else 0
        return total, frozen


def own(node: Node) -> int:
    """How many parameters a node is the first to use."""
    if node.own_params is not None:
        return node.own_params
    return node.layer.num_params if node.module == node.name else 0


def first_tensor(value: Value) -> Tensor | None:
    """A feature map, or the first one in a list, a dict or an object with fields."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, Instance):
        value = list(value.attributes.values())
    if isinstance(value, list | tuple):
        return next((found for found in map(first_tensor, value[:20]) if found is not None), None)
    return None


def module_paths(root: Value) -> dict[Value, str]:
    """The name of every layer within a network, as PyTorch gives it: features.0."""
    paths: dict[Value, str] = {}
    for path, module in modules.named_modules(root):
        if isinstance(module, LayerModule):
            name = ".".join(modules.name_in_network(part) for part in path.split(".")) if path else ""
            paths[module] = (name or type(module.layer).__name__.lower())[:200]
        for name, tensor in (modules.own_parameters(module) if not isinstance(module, LayerModule) else {}).items():
            if isinstance(tensor, ParameterTensor):
                tensor.name = f"{path}.{modules.name_in_network(name)}" if path else modules.name_in_network(name)
    return paths


# Which network


def chosen(interpreter: Interpreter, choice: str | None) -> tuple[Value, str, tuple[str, ...]]:
    """The network of a text that was asked for, else its last; its name, and the names of all."""
    options = networks_of(interpreter)
    if not options:
        raise nothing_found(interpreter)
    names = tuple(options)
    name = choice if choice in options else None
    tried = interpreter.dialect.tried_out
    if name is None and tried is not None:
        name = next((label for label, (value, _) in options.items() if value is tried), None)
        if name is None:
            return tried, "", names
    if name is None:
        at_top = [label for label, (value, _) in options.items() if not isinstance(value, Class | Function)]
        name = at_top[-1] if at_top else names[-1]
    value, make = options[name]
    return (make() if make is not None else value), name, names


def networks_of(interpreter: Interpreter) -> dict[str, tuple[Value, Callable[[], Value] | None]]:
    """Every network of a text by a name to choose it by: those made at its top, then what makes one."""
    options: dict[str, tuple[Value, Callable[[], Value] | None]] = {}
    inner: set[int] = set()
    for value in interpreter.found:
        inner |= {id(module) for _, module in modules.named_modules(value) if module is not value}
    plain = [value for value in interpreter.found if isinstance(value, Instance) and not is_module_class(value.made_by)]
    found = [
        value for value in interpreter.found if id(value) not in inner and value not in plain and has_layers(value)
    ]
    for value in found or [value for value in interpreter.found if value not in plain][-1:]:
        label = interpreter.found[value] or (value.made_by.name if isinstance(value, Instance) else "network")
        options[unused(label, options)] = (value, None)
    instances = {id(made.made_by) for made in interpreter.made}
    mentioned = names_mentioned(interpreter)
    for kind in interpreter.classes:
        if id(kind) in instances or not is_module_class(kind) or mentioned.get(kind.name, 0) > 0:
            continue
        options[unused(f"{kind.name}()", options)] = (kind, maker_of_class(interpreter, kind))
    for function in interpreter.functions:
        if makes_network(function, interpreter) and not mentioned.get(function.name, 0):
            options[unused(f"{function.name}()", options)] = (function, maker_of_function(interpreter, function))
    if not options:
        made = [value for value in interpreter.made if is_module_class(value.made_by)]
        inside = {id(module) for value in made for _, module in modules.named_modules(value) if module is not value}
        for value in [value for value in made if id(value) not in inside][-5:]:
            options[unused(value.made_by.name, options)] = (value, None)
    if not options:
        for kind in interpreter.classes:
            if is_module_class(kind):
                options[unused(f"{kind.name}()", options)] = (kind, maker_of_class(interpreter, kind))
    return options


def has_layers(value: Value) -> bool:
    """Whether a module learns anything, or holds others."""
    return bool(value.children) or isinstance(value, LayerModule | Instance)


def unused(label: str, options: dict[str, Any]) -> str:
    """The label, numbered where it is taken."""
    label, number, free = label[:60], 1, label[:60]
    while free in options:
        number += 1
        free = f"{label} ({number})"
    return free


def is_module_class(kind: Class) -> bool:
    """Whether objects of a class are networks: it inherits from a class of the library, or has a forward."""
    if kind.method("forward") is not None:
        return True
    base = kind.library_base()
    return base.rpartition(".")[2] in ("Sequential",) or (
        bool(base) and base.endswith(("Module", "Classifier")) and kind.method("__init__") is not None
    )


def names_mentioned(interpreter: Interpreter) -> dict[str, int]:
    """How often each name stands within the classes and functions of a text, other than its own."""
    counts: dict[str, int] = {}
    bodies: list[tuple[str, ast.AST]] = [(f.name, f.definition) for f in interpreter.functions]
    bodies += [(kind.name, method.definition) for kind in interpreter.classes for method in kind.methods.values()]
    bases = [base for kind in interpreter.classes for base in kind.bases if isinstance(base, Class)]
    for base in bases:
        counts[base.name] = counts.get(base.name, 0) + 1
    for own_name, body in bodies:
        for node in ast.walk(body):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id != own_name:
                counts[node.id] = counts.get(node.id, 0) + 1
    return counts


def makes_network(function: Function, interpreter: Interpreter) -> bool:
    """Whether a function at the top gives back a network: a call of a class of the text, or of nn.Sequential."""
    definition = function.definition
    if isinstance(definition, ast.Lambda):
        return False
    kinds = {kind.name for kind in interpreter.classes if is_module_class(kind)}
    kinds |= {other.name for other in interpreter.functions if other is not function and other.name[:1] == "_"}
    made = {
        target.id
        for node in ast.walk(definition)
        if isinstance(node, ast.Assign) and makes(node.value, kinds)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return any(
        isinstance(node, ast.Return) and (makes(node.value, kinds) or getattr(node.value, "id", "") in made)
        for node in ast.walk(definition)
    )


def makes(node: ast.expr | None, kinds: set[str]) -> bool:
    """Whether an expression is a call that makes a network."""
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
    return name in kinds or name == "Sequential"


def maker_of_class(interpreter: Interpreter, kind: Class) -> Callable[[], Value]:
    """Makes an object of a class with its defaults; parameters without one are asked for."""

    def make() -> Value:
        definition = kind.method("__init__")
        given = default_arguments(interpreter, definition, kind.line, kind.name, skip=1)
        return interpreter.make(kind, given)

    return make


def maker_of_function(interpreter: Interpreter, function: Function) -> Callable[[], Value]:
    """Calls a function with its defaults; parameters without one are asked for."""

    def make() -> Value:
        given = default_arguments(interpreter, function, function.definition.lineno, function.name, skip=0)
        value = interpreter.call(function, given)
        if not isinstance(value, MODULES):
            raise ReadError(f"{function.name} gives back {kind_of(value)}, no network.", function.definition.lineno)
        return value

    return make


def default_arguments(
    interpreter: Interpreter, function: Function | None, line: int, name: str, skip: int
) -> Arguments:
    """Arguments for the parameters without a default: what was answered, else a likely value, which is asked for."""
    given = Arguments(line, [])
    if function is None:
        return given
    signature = function.definition.args
    parameters = [p.arg for p in (*signature.posonlyargs, *signature.args)][skip:]
    required = parameters[: len(parameters) - len(signature.defaults)] if signature.defaults else parameters
    required += [p.arg for p, d in zip(signature.kwonlyargs, signature.kw_defaults, strict=True) if d is None]
    for parameter in required:
        value = interpreter.unknown(parameter, line)
        given.named[parameter] = interpreter.needed(value, line)
    for parameter in parameters:
        if parameter in interpreter.values:
            given.named[parameter] = interpreter.values[parameter]
    if required and interpreter.needs:
        interpreter.call_wanted = f"{name}({', '.join(f'{parameter}=...' for parameter in required)})"
    return given


def nothing_found(interpreter: Interpreter) -> ReadError:
    """What to say of a text in which there is no network."""
    made = {id(value.made_by) for value in interpreter.found if isinstance(value, Instance)}
    plain = [
        kind
        for kind in interpreter.classes
        if not kind.library_base() and (kind.method("forward") is not None or id(kind) in made)
    ]
    if plain:
        kind = plain[-1]
        return ReadError(f"{kind.name} is no nn.Module: its class line should read {kind.name}(nn.Module).", kind.line)
    bare = [kind for kind in interpreter.classes if kind.library_base().endswith("Module")]
    if bare and interpreter.passed_over is None:
        kind = bare[-1]
        return ReadError(f"{kind.name} has no forward, which would say how its layers are joined.", kind.line)
    return interpreter.passed_over or ReadError(
        "There is no network in this text: paste an nn.Sequential, a class with its forward, or a Keras model."
    )


# Which input


def likely_shapes(root: Value) -> list[Shape]:
    """Shapes that a network was likely made for, by its first layer, the likeliest first."""
    if not isinstance(root, MODULES):
        return [(3, 224, 224), (1, 28, 28), (3, 32, 32)]
    layers = [module.layer for _, module in modules.named_modules(root) if isinstance(module, LayerModule)]
    first = next((layer for layer in layers if layer.counts), None)
    name = type(first).__name__ if first is not None else ""
    if first is None:
        return [(3, 224, 224), (3, 32, 32), (784,), (128,)]
    channels: int = getattr(first, first.counts, 3)
    if name.endswith("3d"):
        return [(channels, *size) for size in ((16, 112, 112), (32, 32, 32), (64, 64, 64), (16, 16, 16), (8, 28, 28))]
    if name.endswith("1d") and "BatchNorm" not in name:
        return [(channels, length) for length in LENGTHS]
    if name in ("Linear", "BatchNorm1d"):
        sides = [side for side in SIDES if channels % (side * side) == 0 and channels // side**2 in (1, 3, 4)]
        return [(channels,), *((channels // side**2, side, side) for side in sides), (10, channels), (channels, 28, 28)]
    if name in ("LSTM", "GRU", "RNN", "MultiheadAttention", "TransformerEncoderLayer"):
        return [(length, channels) for length in (10, 28, 50)] + [(1, 28, 28), (3, 32, 32)]
    if isinstance(first, LayerNorm):
        return [(10, channels)]
    return [*((channels, side, side) for side in SIDES), (8, channels, 64, 64)]
