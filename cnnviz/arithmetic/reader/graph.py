"""The layers that a forward has gone through so far, each with the shape that it gives back."""

from collections.abc import Iterable
from math import prod

from cnnviz.arithmetic.layers import Constant, Layer, Parameter, TimeDistributed
from cnnviz.arithmetic.network import INPUT, Node
from cnnviz.arithmetic.network.network import answer
from cnnviz.arithmetic.reader.syntax import BoundsError
from cnnviz.arithmetic.reader.values import (
    BATCH,
    LayerModule,
    ParameterTensor,
    Tensor,
    Value,
    batch_axis,
    without_batch,
)
from cnnviz.arithmetic.settings import Shape, ShapeError

MAX_WEIGHTED = 800  # layers with weights; EfficientNet-V2-L has some 400
MAX_LAYERS = 5_000  # of all kinds
MAX_PASSED_OVER = 20

# layers that do the same at every place of all axes but the last, wherever the batch stands
AT_EVERY_PLACE = ("Linear", "LayerNorm", "RMSNorm", "Embedding", "Bilinear", "Elementwise")


class Graph:
    """Notes every layer with its inputs. `misfits` counts the layers that do not fit what they are given.

    A layer that does not fit gives back what it would after the first change that makes it fit, so that what stands
    behind it is known too; whoever traces the network meets the misfit again.
    """

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.taken = {INPUT}
        self.first_use: dict[Value, str] = {}  # modules are told apart by what they are, not by their settings
        self.made: dict[str, LayerModule] = {}  # the module behind each node that has one
        self.lazy: dict[LayerModule, Layer] = {}
        self.learned: dict[str, tuple[ParameterTensor, ...]] = {}  # parameters that a node uses by themselves
        self.sources: dict[tuple[int, Shape], Tensor] = {}
        self.weighted = 0
        self.misfits = 0
        self.sized = False  # whether the forward asked for a size that the input decides
        self.passed_over: dict[tuple[int, str], None] = {}  # (line, what) that changes values, and no shape

    def pass_over(self, what: str, line: int) -> None:
        """Remember something that changes values and is no row: shapes and counts do not ask for it, values would."""
        if len(self.passed_over) < MAX_PASSED_OVER:
            self.passed_over[line, what] = None

    def put(
        self,
        layer: Layer,
        inputs: tuple[Tensor, ...],
        name: str,
        line: int,
        made: LayerModule | None = None,
        shape: Shape | None = None,
    ) -> Tensor:
        """Add a layer behind others; BoundsError when there are too many.

        `shape` is that of the result with the batch, where it is not the first input's with other sizes.
        """
        x = inputs[0] if inputs else None
        shapes = tuple(without_batch(tensor.shape) for tensor in inputs)
        axis, times = batch_axis(x.shape) if x is not None else (None, 1)
        if times > 1 and shape is None and not layer.keeps_shape and type(layer).__name__ not in AT_EVERY_PLACE:
            layer = TimeDistributed(layer)
        result = self.result(layer, shapes)
        if shape is None:
            shape = result if axis is None else put_back(result, axis, times)
        return self.add(layer, inputs, name, line, made, shape)

    def result(self, layer: Layer, shapes: tuple[Shape, ...]) -> Shape:
        """What a layer gives back, or would after the first change that makes it fit; else what it was given."""
        if layer.keeps_shape and len(shapes) == 1:
            return shapes[0]
        try:
            return answer(layer, shapes)[0]
        except ShapeError:
            self.misfits += 1
        inner = layer.layer if isinstance(layer, TimeDistributed) else layer
        first = shapes[0][1:] if isinstance(layer, TimeDistributed) else shapes[0]
        for change in inner.changes(first):
            try:
                result = inner.with_settings(**{change.argument: change.value}).output_shape(first)
            except (ShapeError, TypeError):
                continue
            return (*shapes[0][:1], *result) if isinstance(layer, TimeDistributed) else result
        guess = inner.likely_shape(first)
        if guess is not None:
            return guess
        if len(shapes) > 1:
            return max(shapes, key=len)
        return shapes[0]

    def add(
        self,
        layer: Layer,
        inputs: tuple[Tensor, ...],
        name: str,
        line: int,
        made: LayerModule | None,
        shape: Shape,
    ) -> Tensor:
        """Note a layer under the first name that is free."""
        free, number = name, 0
        while free in self.taken:
            number += 1
            free = f"{name}_{number}"
        if layer.role == "weights":
            self.weighted += 1
        if self.weighted > MAX_WEIGHTED or len(self.nodes) >= MAX_LAYERS:
            raise BoundsError(
                f"the network has more than {MAX_WEIGHTED:,} layers with weights, or {MAX_LAYERS:,} in all; a larger "
                "one is not read.",
                line or None,
            )
        self.taken.add(free)
        module = free
        if made is not None:
            module = self.first_use.setdefault(made, free)
            self.made[free] = made
        spans = made.spans if made is not None else ()
        self.nodes[free] = Node(free, layer, tuple(t.source for t in inputs), line or None, module, spans)
        return Tensor(free, shape)

    def parameter(self, tensor: Tensor, line: int, shape: Shape | None = None) -> Tensor:
        """A tensor that no input leads to, as a node of its own: learned, or a constant. `shape` is how it is used."""
        shape = shape if shape is not None else tensor.shape
        key = (id(tensor.parameters[0]) if tensor.parameters else id(tensor), shape)
        if key in self.sources:
            return self.sources[key]
        if tensor.parameters:
            name = tensor.parameters[0].name or "parameter"
            node = self.add(Parameter(shape or (1,)), (), name, line, None, shape)
            self.learned[node.source] = tensor.parameters
        else:
            node = self.add(Constant(shape or (1,)), (), "constant", line, None, shape)
        self.sources[key] = node
        return node

    def leading_to(self, result: Tensor) -> list[Node]:
        """Everything that leads to the result, in order."""
        needed = {result.source}
        for node in reversed(self.nodes.values()):
            if node.name in needed:
                needed.update(node.inputs)
        return [node for node in self.nodes.values() if node.name in needed]


def put_back(result: Shape, axis: int, times: int) -> Shape:
    """The shape of a result with the batch at the place where it was.

    >>> put_back((8, 30, 30), 0, 1) == (BATCH, 8, 30, 30), put_back((16, 8, 30, 30), 0, 16) == (16 * BATCH, 8, 30, 30)
    (True, True)
    """
    if times > 1:
        return (result[0] * BATCH, *result[1:]) if axis == 0 else (*result[:axis], times * BATCH, *result[axis + 1 :])
    return (*result[:axis], BATCH, *result[axis:])


def own_counts(tensors: Iterable[ParameterTensor]) -> tuple[int, int]:
    """(how many values some parameters have, how many of them are frozen)."""
    tensors = list(tensors)
    return sum(prod(t.shape) for t in tensors), sum(prod(t.shape) for t in tensors if t.frozen)
