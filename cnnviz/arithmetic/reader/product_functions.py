"""Products of matrices: matmul, bmm, einsum, attention, and dense layers and convolutions with weights of their own."""

from math import prod
from typing import Any

from cnnviz.arithmetic.layers import (
    KINDS,
    Einsum,
    GroupNorm,
    LayerNorm,
    Linear,
    MatMul,
    ScaledDotProductAttention,
    ShapeError,
)
from cnnviz.arithmetic.layers.products import broadcast
from cnnviz.arithmetic.reader.arguments import bind, built, setting
from cnnviz.arithmetic.reader.graph import Graph
from cnnviz.arithmetic.reader.syntax import ReadError, UnfitError
from cnnviz.arithmetic.reader.tensors import dependent, parted, renamed, step, tensor, worked
from cnnviz.arithmetic.reader.values import BATCH, Arguments, ParameterTensor, Tensor, Value, batch_axis, without_batch
from cnnviz.arithmetic.settings import Shape


def matmul(graph: Graph, given: Arguments) -> Value:
    """x @ y, torch.matmul, torch.bmm, torch.mm."""
    bound = bind("matmul", ("input", "other", "out"), 2, renamed(given))
    left, right = (tensor(bound[name], "matmul", given.line) for name in ("input", "other"))
    shape = product_shape(left.shape, right.shape, given.line)
    if not left.source and not right.source:
        return Tensor("", shape, (*left.parameters, *right.parameters))
    if not right.source and len(right.shape) == 2 and len(left.shape) >= 2:
        return learned_product(graph, left, right, shape, given.line)
    one, other = dependent(graph, (left, right), given.line)
    plain = len(left.shape) == len(right.shape) > 2 and batch_axis(shape)[0] == 0
    if not plain or batch_axis(left.shape) != batch_axis(right.shape):
        macs = prod(without_batch(shape)) * left.shape[-1]
        return worked(graph, (one, other), shape, "matmul", given.line, macs=macs)
    return graph.put(MatMul(), (one, other), "matmul", given.line, None, shape)


def learned_product(graph: Graph, x: Tensor, weight: Tensor, shape: Shape, line: int) -> Tensor:
    """x @ W: a dense layer without biases whose weights the module holds itself."""
    result = graph.put(Linear(weight.shape[0], weight.shape[1], bias=False), (x,), "matmul", line, None, shape)
    graph.learned[result.source] = weight.parameters
    return result


def product_shape(left: Shape, right: Shape, line: int) -> Shape:
    """The shape of a product of matrices, as torch.matmul has it; ReadError where they do not go together."""
    if not left or not right:
        raise ReadError("a product of matrices needs matrices, and one of these is a number.", line)
    first = left if len(left) > 1 else (1, *left)
    second = right if len(right) > 1 else (*right, 1)
    if first[-1] != second[-2]:
        raise UnfitError(
            f"the product of {words(left)} and {words(right)} does not work out: the columns of the first must be as "
            "many as the rows of the second.",
            line,
        )
    try:
        front = broadcast(first[:-2], second[:-2])
    except ShapeError:
        raise UnfitError(f"the product of {words(left)} and {words(right)} does not work out.", line) from None
    middle = (first[-2],) if len(left) > 1 else ()
    return (*front, *middle, *((second[-1],) if len(right) > 1 else ()))


def words(shape: Shape) -> str:
    """A shape for a sentence.

    >>> words((BATCH, 12, 64))
    '(batch, 12, 64)'
    """
    inside = []
    for size in shape:
        times = size // BATCH
        inside.append(str(size) if size < BATCH or size % BATCH else "batch" if times == 1 else f"batch · {times}")
    return f"({', '.join(inside)})"


def einsum(reader: Any, name: str, given: Arguments) -> Value:
    """torch.einsum("bhqd,bhkd->bhqk", q, k)."""
    graph, line = reader.graph, given.line
    equation, *rest = given.positional
    if not isinstance(equation, str):
        raise ReadError("einsum takes its equation as a text first.", line)
    values = [
        tensor(v, name, line) for v in (rest[0] if len(rest) == 1 and isinstance(rest[0], list | tuple) else rest)
    ]
    equation = spelled_out(equation.replace(" ", ""), values, line)
    sides, result = equation.split("->")[0].split(","), equation.split("->")[1]
    sizes: dict[str, int] = {}
    for letters, value in zip(sides, values, strict=False):
        if len(letters) != len(value.shape):
            raise ReadError(f"einsum names {len(letters)} axes, and there are {len(value.shape)}.", line)
        for letter, size in zip(letters, value.shape, strict=True):
            if sizes.get(letter, size) != size and 1 not in (size, sizes[letter]):
                raise ReadError(f"einsum: {letter!r} stands for axes of different sizes.", line)
            sizes[letter] = max(size, sizes.get(letter, 1))
    if len(sides) != len(values) or not set(result) <= set(sizes):
        raise ReadError(f"einsum is not read with the equation {equation[:40]!r}.", line)
    shape = tuple(sizes[letter] for letter in result)
    if not any(value.source for value in values):
        return Tensor("", shape, tuple(p for value in values for p in value.parameters))
    inputs = dependent(graph, values, line)
    batch = next((letter for letter, size in sizes.items() if size % BATCH == 0), "")
    if batch not in result or any(sizes[letter] > BATCH for letter in sizes if letter == batch):
        summed = len(values) > 1 and set(result) != set(sizes)
        return worked(graph, inputs, shape, "einsum", line, macs=prod(sizes.values()) // BATCH if summed else 0)
    written = ",".join(side.replace(batch, "") for side in sides) + "->" + result.replace(batch, "")
    return graph.put(Einsum(written), tuple(inputs), "einsum", line, None, shape)


def spelled_out(equation: str, values: list[Tensor], line: int) -> str:
    """An equation with its result, and letters in place of dots."""
    if "..." in equation:
        free = [letter for letter in "ZYXWVUTSRQ" if letter not in equation]
        sides = equation.split("->")[0].split(",")
        axes = max(
            (len(v.shape) - len(s.replace("...", "")) for s, v in zip(sides, values, strict=False) if "..." in s),
            default=0,
        )
        equation = equation.replace("...", "".join(free[: max(0, axes)]))
    if "->" not in equation:
        letters = equation.replace(",", "")
        equation += "->" + "".join(sorted(letter for letter in set(letters) if letters.count(letter) == 1))
    return equation


def attention(reader: Any, name: str, given: Arguments) -> Value:
    """F.scaled_dot_product_attention(q, k, v)."""
    bound = bind(
        name, ("query", "key", "value", "attn_mask", "dropout_p", "is_causal", "scale", "enable_gqa"), 3, given
    )
    query, key, value = (tensor(bound[part], name, given.line) for part in ("query", "key", "value"))
    shape = product_shape(
        product_shape(query.shape, (*key.shape[:-2], key.shape[-1], key.shape[-2]), given.line), value.shape, given.line
    )
    return reader.graph.put(
        ScaledDotProductAttention(),
        tuple(dependent(reader.graph, (query, key, value), given.line)),
        "attention",
        given.line,
        None,
        shape,
    )


def linear(reader: Any, name: str, given: Arguments) -> Value:
    """F.linear(x, weight, bias)."""
    graph = reader.graph
    x, bound = parted(name, ("weight", "bias"), 2, given)
    weight, bias = tensor(bound["weight"], name, given.line), bound.get("bias")
    if weight.source or len(weight.shape) != 2:
        raise ReadError("F.linear is read with a learned matrix as its weight.", given.line)
    layer = Linear(weight.shape[1], weight.shape[0], bias is not None)
    if not x.source:
        return Tensor("", (*x.shape[:-1], weight.shape[0]), (*x.parameters, *weight.parameters))
    result = graph.put(layer, (x,), name, given.line)
    graph.learned[result.source] = used(weight, bias, name, given.line)
    return result


def used(weight: Tensor, bias: Value, name: str, line: int) -> tuple[ParameterTensor, ...]:
    """The parameters that weights and biases are made of."""
    return (*weight.parameters, *(tensor(bias, name, line).parameters if bias is not None else ()))


def convolution(reader: Any, name: str, given: Arguments) -> Value:
    """F.conv2d(x, weight, bias, stride, padding, dilation, groups) and its kin."""
    graph, line = reader.graph, given.line
    axes, transposed = int(name[-2]), "transpose" in name
    rest = (
        ("stride", "padding", "output_padding", "groups", "dilation")
        if transposed
        else ("stride", "padding", "dilation", "groups")
    )
    x, bound = parted(name, ("weight", "bias", *rest), 2, given)
    weight, bias = tensor(bound.pop("weight"), name, line), bound.pop("bias", None)
    if weight.source or len(weight.shape) != axes + 2:
        raise ReadError(f"{name} is read with a learned tensor of {axes + 2} axes as its weight.", line)
    settings = {key: setting(name, key, value, line) for key, value in bound.items()}
    groups = settings.get("groups", 1)
    groups = groups if isinstance(groups, int) and groups > 0 else 1
    outputs, inputs = weight.shape[:2]
    channels = (outputs, inputs * groups) if transposed else (inputs * groups, outputs)
    kernel: Value = weight.shape[2:] if len(set(weight.shape[2:])) > 1 else weight.shape[2]
    kind = KINDS[f"Conv{'Transpose' if transposed else ''}{axes}d"]
    made = built(
        kind,
        {
            "in_channels": channels[0],
            "out_channels": channels[1],
            "kernel_size": kernel,
            "bias": bias is not None,
            **settings,
        },
        line,
    )
    if not x.source:
        raise ReadError(f"{name} is read on what the input leads to.", line)
    result = graph.put(made.layer, (x,), name, line)
    graph.learned[result.source] = used(weight, bias, name, line)
    return result


def normalization(reader: Any, name: str, given: Arguments) -> Value:
    """F.batch_norm, F.layer_norm, F.group_norm, F.instance_norm, F.rms_norm."""
    parameters = {
        "batch_norm": ("running_mean", "running_var", "weight", "bias", "training", "momentum", "eps"),
        "layer_norm": ("normalized_shape", "weight", "bias", "eps"),
        "rms_norm": ("normalized_shape", "weight", "eps"),
        "group_norm": ("num_groups", "weight", "bias", "eps"),
        "instance_norm": ("running_mean", "running_var", "weight", "bias", "use_input_stats", "momentum", "eps"),
    }[name]
    x, bound = parted(name, parameters, 2 if "norm" in parameters[0] or "groups" in parameters[0] else 1, given)
    channels, affine = x.shape[1] if len(x.shape) > 1 else 1, bound.get("weight") is not None
    if name in ("layer_norm", "rms_norm"):
        made = built(
            LayerNorm, {"normalized_shape": bound["normalized_shape"], "elementwise_affine": affine}, given.line
        )
    elif name == "group_norm":
        made = built(
            GroupNorm, {"num_groups": bound["num_groups"], "num_channels": channels, "affine": affine}, given.line
        )
    else:
        axes = max(1, len(x.shape) - 2)
        kind = KINDS[f"{'BatchNorm' if name == 'batch_norm' else 'InstanceNorm'}{axes}d"]
        made = built(kind, {"num_features": channels, "affine": affine}, given.line)
    result = step(reader.graph, x, made.layer, x.shape, name, given.line)
    if affine and x.source:
        reader.graph.learned[result.source] = used(
            tensor(bound["weight"], name, given.line), bound.get("bias"), name, given.line
        )
    return result


def image_product(reader: Any, name: str, given: Arguments) -> Value:
    """torch.matmul and its kin by name."""
    return matmul(reader.graph, given)
