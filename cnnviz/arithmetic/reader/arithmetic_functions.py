"""What is done to feature maps value by value, and the numbers that many values are summed up in."""

import ast
from math import prod
from typing import Any

from cnnviz.arithmetic.layers import (
    AdaptiveAvgPool2d,
    Add,
    Divide,
    Elementwise,
    Flatten,
    Maximum,
    Minimum,
    Multiply,
    Rearranged,
    Reduce,
    ShapeError,
    Subtract,
    View,
)
from cnnviz.arithmetic.layers.products import broadcast
from cnnviz.arithmetic.reader.arguments import bind
from cnnviz.arithmetic.reader.bounded import is_number
from cnnviz.arithmetic.reader.graph import Graph
from cnnviz.arithmetic.reader.product_functions import matmul
from cnnviz.arithmetic.reader.syntax import ReadError, UnfitError
from cnnviz.arithmetic.reader.tensors import axes_of, counted_with_batch, parted, renamed, step, tensor, worked
from cnnviz.arithmetic.reader.values import (
    BATCH,
    Arguments,
    Opaque,
    ParameterTensor,
    Tensor,
    Value,
    batch_axis,
    kind_of,
    without_batch,
)
from cnnviz.arithmetic.settings import Shape

OPERATORS: dict[type[ast.operator], type[Any]] = {
    ast.Add: Add,
    ast.Sub: Subtract,
    ast.Mult: Multiply,
    ast.Div: Divide,
    ast.FloorDiv: Divide,
    ast.Pow: Multiply,
    ast.BitAnd: Multiply,
    ast.BitOr: Add,
    ast.Mod: Divide,
    ast.BitXor: Subtract,
}
EXACT = (ast.Add, ast.Sub, ast.Mult, ast.Div)  # of two maps; the others are drawn as the one they are like
HARMLESS = {ast.Add: (0,), ast.Sub: (0,), ast.Mult: (1,), ast.Div: (1,), ast.Pow: (1,)}  # numbers that change nothing
NAMES = {Add: "add", Subtract: "sub", Multiply: "mul", Divide: "div", Maximum: "maximum", Minimum: "minimum"}
# functions of every value that are worth a row; the others leave a map as it is
SHOWN = {
    "exp",
    "log",
    "sqrt",
    "rsqrt",
    "abs",
    "sin",
    "cos",
    "square",
    "reciprocal",
    "erf",
    "log1p",
    "expm1",
    "sign",
    "round",
    "floor",
    "ceil",
    "nan_to_num",
    "neg",
    "log2",
    "log10",
    "tan",
    "atan",
}
CLAMPED = {"clamp", "clip", "clamp_min", "clamp_max"}
# the shape stays, and a value may come from anywhere
REARRANGED = {
    "roll",
    "flip",
    "fliplr",
    "flipud",
    "rot90",
    "cumsum",
    "cumprod",
    "sort",
    "msort",
    "normalize",
    "tril",
    "triu",
}
REDUCTIONS = {
    "mean",
    "sum",
    "amax",
    "amin",
    "max",
    "min",
    "std",
    "var",
    "prod",
    "argmax",
    "argmin",
    "logsumexp",
    "norm",
    "median",
    "any",
    "all",
    "std_mean",
    "var_mean",
    "mode",
    "nanmean",
    "count_nonzero",
}
IN_PAIRS = {"max", "min", "median", "std_mean", "var_mean", "mode"}


def operated(graph: Graph, kind: type[ast.operator], left: Value, right: Value, line: int) -> Value:
    """left + right and its kin, of which at least one is a feature map."""
    if kind is ast.MatMult:
        return matmul(graph, Arguments(line, [left, right]))
    if isinstance(left, Opaque | None.__class__) or isinstance(right, Opaque | None.__class__):
        return left if isinstance(left, Tensor) else right
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Tensor | ParameterTensor) and is_number(other):
            if other not in HARMLESS.get(kind, ()):
                graph.pass_over("arithmetic with a number", line)
            return tensor(one, "an operator", line)
    if not isinstance(left, Tensor | ParameterTensor) or not isinstance(right, Tensor | ParameterTensor):
        raise ReadError(f"{kind_of(left)} and {kind_of(right)} cannot be put together here.", line)
    if kind not in EXACT:
        graph.pass_over("an operator other than + − * /", line)
    return met(graph, OPERATORS[kind], tensor(left, "an operator", line), tensor(right, "an operator", line), line)


def met(graph: Graph, layer: type[Any], left: Tensor, right: Tensor, line: int) -> Tensor:
    """Two feature maps put together value by value, with sizes of 1 repeated."""
    try:
        shape = broadcast(left.shape, right.shape)
    except ShapeError as problem:
        shape = unmatched(left, right, problem, line)
    if not left.source and not right.source:
        return Tensor("", shape, (*left.parameters, *right.parameters))
    for one, other in ((left, right), (right, left)):
        if not other.source and not other.parameters and without_batch(shape) == without_batch(one.shape):
            graph.pass_over("arithmetic with a constant", line)
            return Tensor(one.source, shape) if one.source else one
    inputs = tuple(aligned(graph, x, shape, line) for x in (left, right))
    return graph.put(layer(), inputs, NAMES[layer], line, None, shape)


def unmatched(left: Tensor, right: Tensor, problem: ShapeError, line: int) -> Shape:
    """The likely shape of two maps that do not lie on one another; ReadError where their axes are not even as many."""
    if not (left.source and right.source) or len(left.shape) != len(right.shape):
        raise UnfitError(str(problem).replace(f"{BATCH:,}", "batch").replace(str(BATCH), "batch"), line) from None
    return max(left.shape, right.shape, key=prod)


def aligned(graph: Graph, x: Tensor, shape: Shape, line: int) -> Tensor:
    """A feature map with as many axes for one image as the result has."""
    padded = (1,) * (len(shape) - len(x.shape)) + x.shape
    batch, times = batch_axis(shape)
    image = padded if batch is None or times > 1 else (*padded[:batch], *padded[batch + 1 :])
    image = tuple(without_batch((size,))[0] if size >= BATCH else size for size in image) or (1,)
    if not x.source:
        return graph.parameter(x, line, image)
    if image != x.image:
        graph.sized = True
        return graph.put(View(image), (x,), "view", line, None, padded)
    return x


def binary(layer: type[Any]) -> Any:
    """torch.add(x, y) and its kin."""

    def handler(reader: Any, name: str, given: Arguments) -> Value:
        bound = bind(name, ("input", "other", "alpha"), 2, renamed(given))
        if "alpha" in bound:
            reader.graph.pass_over(f"{name} with alpha", given.line)
        kind = next(operator for operator, known in OPERATORS.items() if known is layer) if layer in NAMES else ast.Add
        if layer in (Maximum, Minimum):
            left, right = bound["input"], bound["other"]
            if isinstance(left, Tensor) and isinstance(right, Tensor):
                return met(reader.graph, layer, left, right, given.line)
            reader.graph.pass_over(f"{name} with a number", given.line)
            return left if isinstance(left, Tensor) else right
        return operated(reader.graph, kind, bound["input"], bound["other"], given.line)

    return handler


def every_value(reader: Any, name: str, given: Arguments) -> Value:
    """One function of every value."""
    x = tensor(given.positional[0] if given.positional else given.named.get("input"), name, given.line)
    plain = name.rstrip("_")
    if plain not in SHOWN or not x.source:
        return x
    return reader.graph.put(Elementwise(plain), (x,), plain, given.line)


def rearranged(reader: Any, name: str, given: Arguments) -> Value:
    """Values in another order, or each worked out from many: the shape stays."""
    x = tensor(given.positional[0] if given.positional else given.named.get("input"), name, given.line)
    arguments = tuple(v for v in given.positional[1:] if isinstance(v, int | float | tuple))
    reader.graph.pass_over(name, given.line)  # a row that says that it is done, and not how
    if name == "rot90" and len(x.shape) > 2:
        shape = (*x.shape[:-2], x.shape[-1], x.shape[-2]) if arguments[:1] in ((1,), (3,), ()) else x.shape
        if shape != x.shape:
            return worked(reader.graph, (x,), shape, name, given.line) if x.source else Tensor("", shape)
    result = step(reader.graph, x, Rearranged(name, arguments), x.shape, name, given.line)
    return (result, result) if name == "sort" else result


def reduced(reader: Any, name: str, given: Arguments) -> Value:
    """x.mean(dim=(2, 3)) and its kin; of a whole picture it is a global average pooling."""
    graph, line = reader.graph, given.line
    second = given.positional[1] if len(given.positional) > 1 else None
    if name in ("max", "min") and isinstance(second, Tensor | ParameterTensor):
        return binary(Maximum if name == "max" else Minimum)(reader, name, given)
    if name == "norm":
        x, bound = parted(name, ("p", "dim", "keepdim", "dtype"), 1, given)
    elif name in ("std", "var", "std_mean", "var_mean") and isinstance(second, bool):
        x, bound = parted(name, ("unbiased", "dim", "keepdim"), 1, given)
    else:
        x, bound = parted(name, ("dim", "keepdim", "dtype", "unbiased", "correction", "out"), 1, given)
    dims, keep = bound.get("dim"), bound.get("keepdim") is True
    axes = sorted(set(axes_of(x, dims, name, line)))
    shape = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape) if keep or axis not in axes)
    batch, _ = batch_axis(x.shape)
    if not x.source:
        return Tensor("", shape, x.parameters)
    if batch in axes:
        if dims is None:
            graph.pass_over(f"{name} of all images", line)
            return Tensor(x.source, ())  # one number for all images: a loss, or something to print
        raise ReadError(f"{name} over axis {batch} mixes the images of a batch, which is not read.", line)
    if name == "mean" and batch == 0 and axes == [2, 3] and len(x.shape) == 4 and x.shape[0] == BATCH:
        x = graph.put(AdaptiveAvgPool2d(1), (x,), "mean", line)
        return x if keep else graph.put(Flatten(), (x,), "flatten", line)
    layer = Reduce(name, tuple(counted_with_batch(x.shape, axis) for axis in axes), keep)
    result = step(graph, x, layer, shape, name, line)
    return (result, result) if name in IN_PAIRS and dims is not None else result
