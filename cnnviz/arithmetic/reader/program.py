"""A text that was read, kept so that its network can be followed again for every input that it is traced for."""

import threading
from dataclasses import dataclass, field, replace
from math import prod

from cnnviz.arithmetic.layers import LayerNorm
from cnnviz.arithmetic.network import INPUT, Network, Node
from cnnviz.arithmetic.reader.graph import Graph, own_counts
from cnnviz.arithmetic.reader.interpreter import Interpreter
from cnnviz.arithmetic.reader.module_tree import name_in_network, named_modules, own_parameters
from cnnviz.arithmetic.reader.notes import notes_of
from cnnviz.arithmetic.reader.syntax import BoundsError, ReadError
from cnnviz.arithmetic.reader.values import (
    BATCH,
    MODULES,
    Arguments,
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
        registered = {id(module) for _, module in named_modules(self.root)}
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
            passed_over=tuple(f"{what} (line {line})" if line else what for line, what in graph.passed_over),
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
        for _, module in named_modules(self.root):
            if isinstance(module, LayerModule) and not module.parameters:
                count = module.layer.num_params
                total, frozen = total + count, frozen + (count if module.frozen else 0)
                continue
            for tensor in own_parameters(module).values():
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
    for path, module in named_modules(root):
        if isinstance(module, LayerModule):
            name = ".".join(name_in_network(part) for part in path.split(".")) if path else ""
            paths[module] = (name or type(module.layer).__name__.lower())[:200]
        for name, tensor in (own_parameters(module) if not isinstance(module, LayerModule) else {}).items():
            if isinstance(tensor, ParameterTensor):
                tensor.name = f"{path}.{name_in_network(name)}" if path else name_in_network(name)
    return paths


def likely_shapes(root: Value) -> list[Shape]:
    """Shapes that a network was likely made for, by its first layer, the likeliest first."""
    if not isinstance(root, MODULES):
        return [(3, 224, 224), (1, 28, 28), (3, 32, 32)]
    layers = [module.layer for _, module in named_modules(root) if isinstance(module, LayerModule)]
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
