"""A network: named layers and where each gets its input from, a chain or a graph with skips.

`Network` never changes; the functions that add, move, replace or remove a layer return a new one. `trace` makes the
table: shapes, parameters, multiply-accumulates, receptive field of every layer, in order.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from math import prod
from typing import NamedTuple, Protocol

from cnnviz.arithmetic.layers import Layer, Source
from cnnviz.arithmetic.receptive_field import PIXEL, Fields
from cnnviz.arithmetic.settings import Shape, ShapeError, read_shape, shown

INPUT = "input"  # the name under which layers refer to what is fed in
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


class Span(NamedTuple):
    """A piece of the text a network was read from; lines count from 1, columns from 0, the end is not included."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Node:
    """One layer of a network, under a name, with the names of what it gets its input from.

    `line` is where the text that was read makes it. `module` is the name under which its parameters live: its own, or
    that of an earlier node when the same layer is used again. `spans` says where in the text its arguments stand.
    `own_params` are the parameters that it is the first to use, where those are not simply the layer's: None where they
    are. `frozen` is how many of them training leaves as they are.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...] = (INPUT,)
    line: int | None = None
    module: str = ""
    spans: tuple[tuple[str, Span], ...] = field(default=(), compare=False)
    own_params: int | None = None
    frozen: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "module", self.module or self.name)


class Row(NamedTuple):
    """One line of the table: a layer, what goes in, what comes out, what it costs.

    `input_shape` is the first of `input_shapes`. `num_params` is 0 where a layer is used again: its parameters count
    once, in the row named `module`. `receptive_field` is (height, width), None where no picture was fed in.
    `activation_values` is how many values the output has. `frozen` is how many of the parameters are not trained.
    """

    name: str
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    num_params: int
    macs: int
    receptive_field: Fields | None
    activation_values: int
    line: int | None
    inputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    module: str
    frozen: int = 0

    @property
    def trainable(self) -> str:
        """Whether training changes its parameters: "all", "part" or "none"; "" where it has none."""
        if not self.num_params:
            return ""
        return "all" if not self.frozen else "none" if self.frozen == self.num_params else "part"


class Totals(NamedTuple):
    """Sums over the rows of a table."""

    num_params: int
    macs: int
    activation_values: int


class NetworkError(ShapeError):
    """A layer of a network does not fit what it is given.

    `name` and `line` say which, `rows` are those before it. What could be changed so that it fits: fixes.py.
    """

    def __init__(self, network: "Network", node: Node, rows: tuple[Row, ...], input_shape: Shape, problem: str) -> None:
        where = node.name if node.line is None else f"{node.name} (line {node.line})"
        super().__init__(f"{where}: {problem}")
        self.network = network
        self.node = node
        self.name = node.name
        self.line = node.line
        self.rows = rows
        self.input_shape = input_shape
        self.problem = problem

    @property
    def input_shapes(self) -> tuple[Shape, ...]:
        """What the layer that does not fit is given."""
        shapes = {INPUT: self.input_shape} | {row.name: row.output_shape for row in self.rows}
        return tuple(shapes[name] for name in self.node.inputs)


class Followable(Protocol):
    """What a network was read from: it gives the network for inputs of any shape."""

    def again(self, shape: Shape) -> "Network":
        """The network for inputs of this shape; ShapeError where there is none."""


@dataclass(frozen=True)
class Network:
    """Layers in an order in which each comes after its inputs. `input_shape` is what its text says is fed in, if any.

    A network whose forward asks for the sizes of its input is another one for another input: `nodes` are those for the
    shape `followed`, and `trace` follows the forward again for any other, by `program`. `unused_params` belong to
    layers that are never called, and `frozen_params` are not trained. `notes` are sentences about what is hardly meant.
    `choices` names all networks of a text, and `choice` this one. `passed_over` names what the forward does to values
    that no node says, such as x / 255: shapes and counts are right without it, values would not be.

    >>> from cnnviz.arithmetic.layers import Conv2d, Linear
    >>> rows = chain(Conv2d(1, 32, 5), Linear(28, 4)).trace((1, 32, 32))
    >>> [(row.name, row.output_shape, row.num_params) for row in rows]
    [('conv2d', (32, 28, 28), 832), ('linear', (32, 28, 4), 116)]
    """

    nodes: tuple[Node, ...]
    input_shape: Shape | None = None
    program: Followable | None = field(default=None, compare=False, repr=False)
    followed: Shape | None = field(default=None, compare=False)
    unused_params: int = field(default=0, compare=False)
    frozen_params: int = field(default=0, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
    choices: tuple[str, ...] = field(default=(), compare=False)
    choice: str = field(default="", compare=False)
    passed_over: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        known = {INPUT}
        for node in self.nodes:
            if not NAME.fullmatch(node.name):
                raise ShapeError(f"{shown(node.name)} cannot name a layer: use letters, digits, _, - and dots.")
            if node.name in known:
                raise ShapeError(f"Two layers are called {node.name}; give one of them another name.")
            if not node.inputs and not isinstance(node.layer, Source):
                raise ShapeError(f"{node.name} has no input.")
            if len(node.inputs) > 1 and not node.layer.takes_several:
                raise ShapeError(f"{node.name} takes one input, and {len(node.inputs)} lead to it: join them first.")
            for name in node.inputs:
                if name not in known:
                    raise ShapeError(f"{node.name} takes its input from {shown(name)}, which does not come before it.")
            known.add(node.name)

    def __getitem__(self, name: str) -> Node:
        """The layer of that name; ShapeError with the names there are when there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        names = ", ".join(node.name for node in self.nodes[:20]) or "none"
        raise ShapeError(f"There is no layer called {shown(name)}; the layers are: {names}.")

    @property
    def is_chain(self) -> bool:
        """Whether every layer takes the output of the one before it, and nothing else."""
        before = (INPUT, *(node.name for node in self.nodes))
        return all(node.inputs == (name,) for node, name in zip(self.nodes, before, strict=False))

    @cached_property
    def num_params(self) -> int:
        """All parameters as torch counts them: those of a layer used twice once, those of layers never called too."""
        return sum(self._own_params) + self.unused_params

    @cached_property
    def _own_params(self) -> tuple[int, ...]:
        """For each node the parameters that it is the first to use."""
        return tuple(
            (node.layer.num_params if node.module == node.name else 0) if node.own_params is None else node.own_params
            for node in self.nodes
        )

    def at(self, input_shape: Shape) -> "Network":
        """The network as it is for inputs of this shape: itself, unless its forward asks for the sizes of its input."""
        if self.program is None or self.followed is None or self.followed == tuple(input_shape):
            return self
        return self.program.again(tuple(input_shape))

    def trace(self, input_shape: Shape) -> tuple[Row, ...]:
        """The table for one image of this shape, (channels, height, width) or (features,): one row per layer.

        NetworkError, which carries the rows so far and what could be changed, when a layer does not fit; ShapeError
        when the shape is none.
        """
        shape = read_shape(input_shape)
        if self.followed is not None and self.followed != shape:
            return self.at(shape)._traced(shape)
        return self._traced(shape)

    def _traced(self, shape: Shape) -> tuple[Row, ...]:
        """The table, from nodes that are known to be those for this shape."""
        shapes = {INPUT: shape}
        fields: dict[str, Fields | None] = {INPUT: (PIXEL, PIXEL) if len(shape) == 3 else None}
        rows: list[Row] = []
        for node, num_params in zip(self.nodes, self._own_params, strict=True):
            name, layer, sources = node.name, node.layer, node.inputs
            given = tuple([shapes[source] for source in sources])
            try:
                if layer.keeps_shape and len(given) == 1:  # most layers; nothing to ask them
                    output_shape, macs, values = given[0], 0, prod(given[0])
                else:
                    output_shape, macs, values = answer(layer, given)
            except ShapeError as problem:
                raise NetworkError(self, node, tuple(rows), shape, str(problem)) from problem
            seen = layer.receptive_fields([fields[source] for source in sources], given, output_shape)
            shapes[name], fields[name] = output_shape, seen
            rows.append(
                Row(
                    name, layer, given[0] if given else (), output_shape, num_params, macs, seen, values,
                    node.line, sources, given, node.module, node.frozen,
                )
            )  # fmt: skip
        return tuple(rows)

    def fits(self, input_shape: Shape, until: str = "") -> bool:
        """Whether every layer, or every one up to `until`, takes what it is given."""
        shapes = {INPUT: input_shape}
        try:
            nodes = self.at(input_shape).nodes
        except ShapeError:
            return False
        for node in nodes:
            try:
                shapes[node.name] = node.layer.output_shape(*[shapes[name] for name in node.inputs])
            except ShapeError:
                return False
            if node.name == until:
                return True
        return True

    def seen_pixels(self, input_shape: Shape, name: str, row: int, column: int) -> tuple[range, range]:
        """The rows and the columns of the input that one unit of a layer sees, from the first to the last.

        Exact at the edges too, where padding and what a floor drops show nothing: the taps are followed one by one.
        An empty range means that the unit sees padding only. ShapeError when there is no such unit.
        """
        network = self.at(read_shape(input_shape))
        rows = {traced.name: traced for traced in network.trace(input_shape)}
        if len(read_shape(input_shape)) != 3:
            raise ShapeError(f"An input of shape {input_shape} is no picture, so there are no pixels to see.")
        shape = rows[network[name].name].output_shape
        for axis, place, size in zip(("row", "column"), (row, column), (*shape[1:], 1, 1)[:2], strict=True):
            if not 0 <= place < size:
                raise ShapeError(f"{name} has the {axis}s 0 to {size - 1}, and {place} was asked for.")
        seen = {name: (frozenset([row]), frozenset([column]))}
        for node in reversed(network.nodes):
            if node.name not in seen:
                continue
            here = seen.pop(node.name)
            for which, source in enumerate(node.inputs):
                shapes = rows[node.name].input_shapes
                taps = tuple(node.layer.taps(axis, here[axis], shapes, which) for axis in (0, 1))
                if all(taps):
                    before = seen.get(source, (frozenset(), frozenset()))
                    seen[source] = (before[0] | taps[0], before[1] | taps[1])
        down, across = seen.get(INPUT, (frozenset(), frozenset()))
        return first_to_last(down), first_to_last(across)


@lru_cache(maxsize=4096)
def answer(layer: Layer, input_shapes: tuple[Shape, ...]) -> tuple[Shape, int, int]:
    """(output shape, multiply-accumulates, number of output values) of a layer; the shapes were read before.

    Remembered, because networks repeat their layers and pages trace the same network at every click.

    >>> from cnnviz.arithmetic.layers import Linear
    >>> answer(Linear(3136, 128), ((3136,),))
    ((128,), 401408, 128)
    """
    output_shape = layer.output_shape(*input_shapes)
    return output_shape, layer.macs_at(input_shapes, output_shape), prod(output_shape)


def totals(rows: Iterable[Row]) -> Totals:
    """The sums of a table.

    >>> from cnnviz.arithmetic.layers import Linear
    >>> totals(chain(Linear(3136, 128), Linear(128, 4)).trace((3136,)))
    Totals(num_params=402052, macs=401920, activation_values=132)
    """
    rows = tuple(rows)
    return Totals(
        sum(row.num_params for row in rows), sum(row.macs for row in rows), sum(row.activation_values for row in rows)
    )


def chain(*layers: Layer) -> Network:
    """Layers one behind the other, named after their kind.

    >>> from cnnviz.arithmetic.layers import Linear
    >>> [node.name for node in chain(Linear(8, 8), Linear(8, 4)).nodes]
    ['linear', 'linear_1']
    """
    network = Network(())
    for layer in layers:
        network = add(network, layer)
    return network


def add(network: Network, layer: Layer, name: str = "", after: str | None = None) -> Network:
    """The network with a layer put in behind the one called `after` ("input" for the first place), or behind the last.

    Whatever took the output of that one then takes the output of the new one.

    >>> from cnnviz.arithmetic.layers import Linear
    >>> from cnnviz.arithmetic.layers import ReLU
    >>> [node.name for node in add(chain(Linear(8, 8), Linear(8, 4)), ReLU(), after="linear").nodes]
    ['linear', 'relu', 'linear_1']
    """
    if after is None:
        after = network.nodes[-1].name if network.nodes else INPUT
    name = name or free_name(network, type(layer).__name__.lower())
    return put_in(network, Node(name, layer), after)


def put_in(network: Network, new: Node, after: str) -> Network:
    """`add` for a node."""
    place = 0 if after == INPUT else network.nodes.index(network[after]) + 1
    rest = (redirected(node, after, new.name) for node in network.nodes[place:])
    return changed(network, (*network.nodes[:place], replace(new, inputs=(after,)), *rest))


def remove(network: Network, name: str) -> Network:
    """The network without a layer; whatever took its output takes its (first) input instead.

    >>> from cnnviz.arithmetic.layers import Linear
    >>> [node.inputs for node in remove(chain(Linear(8, 8), Linear(8, 8), Linear(8, 4)), "linear_1").nodes]
    [('input',), ('linear',)]
    """
    shorter = taken_out(network, name)
    heir = next((node.name for node in shorter.nodes if node.module == name), "")
    if not heir:
        return shorter
    # a second use of the same layer now is the first, and its parameters are counted there
    nodes = (replace(node, module=heir, own_params=None) if node.module == name else node for node in shorter.nodes)
    return changed(network, nodes)


def taken_out(network: Network, name: str) -> Network:
    """The network with the gap closed where a layer was."""
    gone = network[name]
    instead = gone.inputs[0] if gone.inputs else INPUT
    return changed(network, (redirected(node, name, instead) for node in network.nodes if node.name != name))


def move(network: Network, name: str, after: str) -> Network:
    """The network with a layer taken out and put in behind another; ShapeError for one that joins several paths.

    >>> from cnnviz.arithmetic.layers import Linear
    >>> [node.name for node in move(chain(Linear(8, 8), Linear(8, 4)), "linear_1", after="input").nodes]
    ['linear_1', 'linear']
    """
    moved = network[name]
    if len(moved.inputs) > 1:
        raise ShapeError(f"{name} joins {len(moved.inputs)} paths; moving it would say nothing about where they meet.")
    if after == name:
        return network
    if after != INPUT:
        network[after]
    return put_in(taken_out(network, name), moved, after)


def replace_layer(network: Network, name: str, layer: Layer) -> Network:
    """The network with another layer under a name, and wherever that layer is used again.

    >>> from cnnviz.arithmetic.layers import Linear
    >>> replace_layer(chain(Linear(8, 8)), "linear", Linear(8, 2)).trace((8,))[-1].output_shape
    (2,)
    """
    module = network[name].module
    nodes = (replace(node, layer=layer, own_params=None) if node.module == module else node for node in network.nodes)
    return changed(network, nodes)


def changed(network: Network, nodes: Iterable[Node]) -> Network:
    """A network of other nodes: it is no longer the one that a text makes."""
    return Network(tuple(nodes), network.input_shape, passed_over=network.passed_over)


def redirected(node: Node, old: str, new: str) -> Node:
    """The node with one of its inputs renamed."""
    if old not in node.inputs:
        return node
    return replace(node, inputs=tuple(new if name == old else name for name in node.inputs))


def free_name(network: Network, base: str) -> str:
    """The base, or the base with the first number that makes it new."""
    taken = {INPUT, *(node.name for node in network.nodes)}
    name, number = base, 0
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def first_to_last(places: frozenset[int]) -> range:
    """From the smallest to the largest; empty for none."""
    return range(min(places), max(places) + 1) if places else range(0)
