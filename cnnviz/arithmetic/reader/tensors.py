"""What the functions of a library have in common: which axis is which, and how a step is noted in the graph."""

from collections.abc import Sequence
from typing import Any

from cnnviz.arithmetic.layers import Layer, View, Worked
from cnnviz.arithmetic.reader.arguments import bind
from cnnviz.arithmetic.reader.bounded import is_whole
from cnnviz.arithmetic.reader.graph import Graph
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    Arguments,
    LayerModule,
    Opaque,
    ParameterTensor,
    Tensor,
    Value,
    batch_axis,
    kind_of,
    without_batch,
)
from cnnviz.arithmetic.settings import Shape


def tensor(value: Value, name: str, line: int) -> Tensor:
    """The value as a feature map; ReadError when it is none."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, ParameterTensor):
        return Tensor("", value.shape, (value,))
    if isinstance(value, Opaque) and value.needs:
        raise ReadError(f"{value.what[:60]} is not defined in this text: {name} takes a feature map there.", line)
    raise ReadError(f"{name} takes a feature map, and this is {kind_of(value)}.", line)


def tensors(values: Value, name: str, line: int) -> list[Tensor]:
    """The values as feature maps; ReadError when one is none."""
    if isinstance(values, Tensor | ParameterTensor):
        return [tensor(values, name, line)]
    if not isinstance(values, list | tuple) or not values:
        raise ReadError(f"{name} takes a list of feature maps.", line)
    for value in values:
        if not isinstance(value, Tensor | ParameterTensor):
            raise ReadError(f"{name} takes feature maps, and there is {kind_of(value)} among them.", line)
    return [tensor(value, name, line) for value in values]


def axis_of(x: Tensor, dim: Value, name: str, line: int, more: int = 0) -> int:
    """Which axis is meant, counted from 0; ReadError where there is none. `more` axes are about to be added."""
    axes = len(x.shape) + more
    if not is_whole(dim):
        raise ReadError(f"{name} takes a whole number as dim, and this is {kind_of(dim)}.", line)
    if not -axes <= dim < axes:
        raise ReadError(f"{name} is given dim {dim}, and there are the axes 0 to {axes - 1}.", line)
    return int(dim % axes)


def axes_of(x: Tensor, dims: Value, name: str, line: int) -> list[int]:
    """Which axes are meant; all of them for None."""
    if dims is None:
        return list(range(len(x.shape)))
    return [axis_of(x, dim, name, line) for dim in (dims if isinstance(dims, list | tuple) else [dims])]


def counted_with_batch(shape: Shape, axis: int) -> int:
    """An axis as layers count it: the batch is axis 0, the axes of one image follow."""
    batch, times = batch_axis(shape)
    if batch is None or times > 1:
        return axis + 1
    if axis == batch:
        return 0
    return axis + 1 if axis < batch else axis


def step(
    graph: Graph, x: Tensor, layer: Layer, shape: Shape, name: str, line: int, made: LayerModule | None = None
) -> Tensor:
    """Note what is done to one feature map; of what no input leads to only the shape is kept."""
    if not x.source:
        return Tensor("", shape, x.parameters)
    if without_batch(shape) == without_batch(x.shape) and isinstance(layer, View):
        return Tensor(x.source, shape)
    before = graph.misfits
    result = graph.put(layer, (x,), name, line, made, shape)
    if graph.misfits == before and graph.result(graph.nodes[result.source].layer, (x.image,)) != without_batch(shape):
        return worked(graph, (x,), shape, name, line, result)
    return result


def worked(
    graph: Graph,
    inputs: Sequence[Tensor],
    shape: Shape,
    name: str,
    line: int,
    instead: Tensor | None = None,
    macs: int = 0,
) -> Tensor:
    """Note something that is only known for inputs of these sizes."""
    graph.sized = True
    layer = Worked(name, tuple(x.image for x in inputs), without_batch(shape), macs)
    if instead is not None:
        node = graph.nodes[instead.source]
        graph.nodes[instead.source] = type(node)(node.name, layer, node.inputs, node.line)
        return Tensor(instead.source, shape)
    return graph.put(layer, tuple(inputs), name, line, None, shape)


def dependent(graph: Graph, values: Sequence[Tensor], line: int, shape: Shape | None = None) -> list[Tensor]:
    """Feature maps of which those that no input leads to become nodes of their own."""
    return [
        value if value.source else graph.parameter(value, line, without_batch(value.shape) if shape is None else shape)
        for value in values
    ]


def sizes_of(values: Sequence[Value], name: str, line: int, reader: Any = None) -> list[int]:
    """Whole numbers given one by one, or as one list."""
    if len(values) == 1 and isinstance(values[0], list | tuple):
        values = list(values[0])
    result = []
    for value in values:
        if isinstance(value, Opaque) and reader is not None:
            value = reader.needed(value, line)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not is_whole(value):
            raise ReadError(f"{name} takes whole numbers, and this is {kind_of(value)}.", line)
        result.append(value)
    return result


def parted(name: str, parameters: Sequence[str], required: int, given: Arguments) -> tuple[Tensor, dict[str, Value]]:
    """The feature map that a function is given first, and its other arguments by name."""
    bound = bind(name, ("input", *parameters), required, renamed(given))
    return tensor(bound.pop("input"), name, given.line), bound


def renamed(given: Arguments) -> Arguments:
    """The arguments by torch's first names for them: x and self are input, axis is dim, keepdims is keepdim."""
    other = {"x": "input", "self": "input", "tensor": "input", "axis": "dim", "keepdims": "keepdim", "axes": "dim"}
    if other.keys().isdisjoint(given.named):
        return given
    named = {other.get(key, key): value for key, value in given.named.items()}
    return Arguments(given.line, given.positional, named, given.spans)
