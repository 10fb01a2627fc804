"""Functions that do what a layer does: F.relu(x), F.max_pool2d(x, 2), F.interpolate(x, size), F.embedding(x, W)."""

from typing import Any

from cnnviz.arithmetic.layers import KINDS, POINTWISE, Einsum, Embedding, GridSample, Pointwise, Upsample
from cnnviz.arithmetic.reader.arguments import bind, built, setting, signature
from cnnviz.arithmetic.reader.bounded import is_number
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.tensors import (
    axis_of,
    counted_with_batch,
    dependent,
    parted,
    sizes_of,
    step,
    tensor,
    worked,
)
from cnnviz.arithmetic.reader.values import BATCH, Arguments, LayerModule, Opaque, Tensor, Value, without_batch

WITHOUT_EFFECT = {"training", "dtype", "_stacklevel", "out", "return_indices", "tau", "hard"}

# function of torch.nn.functional, torch or a tensor -> (layer, its parameters behind the input)
LAYER_FUNCTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "relu": ("ReLU", ("inplace",)),
    "softmax": ("Softmax", ("dim", "_stacklevel", "dtype")),
    "log_softmax": ("LogSoftmax", ("dim", "_stacklevel", "dtype")),
    "softmin": ("Softmin", ("dim", "_stacklevel", "dtype")),
    "gumbel_softmax": ("Softmax", ("tau", "hard", "eps", "dim")),
    "dropout": ("Dropout", ("p", "training", "inplace")),
    "glu": ("GLU", ("dim",)),
    "pixel_shuffle": ("PixelShuffle", ("upscale_factor",)),
    "pixel_unshuffle": ("PixelUnshuffle", ("downscale_factor",)),
    "channel_shuffle": ("ChannelShuffle", ("groups",)),
    "unfold": ("Unfold", ("kernel_size", "dilation", "padding", "stride")),
    "fold": ("Fold", ("output_size", "kernel_size", "dilation", "padding", "stride")),
    **{
        f"max_pool{axes}d": (
            f"MaxPool{axes}d",
            ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices"),
        )
        for axes in (1, 2, 3)
    },
    "avg_pool1d": ("AvgPool1d", ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")),
    **{
        f"avg_pool{axes}d": (
            f"AvgPool{axes}d",
            ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"),
        )
        for axes in (2, 3)
    },
    **{
        f"lp_pool{axes}d": (f"LPPool{axes}d", ("norm_type", "kernel_size", "stride", "ceil_mode")) for axes in (1, 2, 3)
    },
    **{
        f"adaptive_{kind}_pool{axes}d": (f"Adaptive{kind.title()}Pool{axes}d", ("output_size", "return_indices"))
        for kind in ("avg", "max")
        for axes in (1, 2, 3)
    },
}
# function -> (pointwise layer, its parameters behind the input)
POINTWISE_FUNCTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "celu": ("CELU", ("alpha", "inplace")),
    "dropout1d": ("Dropout1d", ("p", "training", "inplace")),
    "dropout2d": ("Dropout2d", ("p", "training", "inplace")),
    "dropout3d": ("Dropout3d", ("p", "training", "inplace")),
    "feature_dropout": ("Dropout2d", ("p", "training", "inplace")),
    "alpha_dropout": ("AlphaDropout", ("p", "training", "inplace")),
    "feature_alpha_dropout": ("FeatureAlphaDropout", ("p", "training", "inplace")),
    "elu": ("ELU", ("alpha", "inplace")),
    "gelu": ("GELU", ("approximate",)),
    "hardshrink": ("Hardshrink", ("lambd",)),
    "hardsigmoid": ("Hardsigmoid", ("inplace",)),
    "hardswish": ("Hardswish", ("inplace",)),
    "hardtanh": ("Hardtanh", ("min_val", "max_val", "inplace")),
    "leaky_relu": ("LeakyReLU", ("negative_slope", "inplace")),
    "local_response_norm": ("LocalResponseNorm", ("size", "alpha", "beta", "k")),
    "logsigmoid": ("LogSigmoid", ()),
    "mish": ("Mish", ("inplace",)),
    "relu6": ("ReLU6", ("inplace",)),
    "rrelu": ("RReLU", ("lower", "upper", "training", "inplace")),
    "selu": ("SELU", ("inplace",)),
    "sigmoid": ("Sigmoid", ()),
    "silu": ("SiLU", ("inplace",)),
    "softplus": ("Softplus", ("beta", "threshold")),
    "softshrink": ("Softshrink", ("lambd",)),
    "softsign": ("Softsign", ()),
    "tanh": ("Tanh", ()),
    "tanhshrink": ("Tanhshrink", ()),
    "threshold": ("Threshold", ("threshold", "value", "inplace")),
}
IN_DIMS = ("Softmax", "LogSoftmax", "Softmin", "GLU")


def layer_function(reader: Any, name: str, given: Arguments) -> Value:
    """F.relu(x), F.max_pool2d(x, 2) and their kin."""
    kind_name, parameters = LAYER_FUNCTIONS[name]
    kind = KINDS[kind_name]
    required = 1 + sum(1 for p in signature(kind)[0][: signature(kind)[1]] if p in parameters)
    x, bound = parted(name, parameters, required, given)
    names = ("input", *parameters)
    spans = {names[key] if isinstance(key, int) else key: span for key, span in given.spans.items()
             if not isinstance(key, int) or key < len(names)}  # fmt: skip
    if name == "unfold" and isinstance(given.positional[0] if given.positional else None, Tensor) and len(bound) == 3:
        return windows(reader, x, list(bound.values()), given.line)
    settings = {
        key: setting(name, key, reader.needed(value, given.line), given.line)
        for key, value in bound.items()
        if key not in WITHOUT_EFFECT and key in signature(kind)[0]
    }
    if "dim" in settings and kind_name in IN_DIMS and settings["dim"] is not None:
        axis_of(x, settings["dim"], name, given.line)
        settings["dim"] = dim_with_batch(x, settings["dim"])
    made = built(kind, settings, given.line, {key: span for key, span in spans.items() if key in settings})
    if not x.source:
        return Tensor("", x.shape, x.parameters)
    result = reader.graph.put(made.layer, (x,), name, given.line, made)
    return (result, result) if bound.get("return_indices") is True else result


def dim_with_batch(x: Tensor, dim: int) -> int:
    """An axis as layers count it, as it was written where that says the same."""
    if x.shape and x.shape[0] == BATCH:
        return dim
    if x.shape and x.shape[0] % BATCH == 0:
        return dim  # steps that lie in the batch: the layer is used at each of them
    return counted_with_batch(x.shape, dim % len(x.shape))


def pointwise_function(reader: Any, name: str, given: Arguments) -> Value:
    """F.leaky_relu(x, 0.2), torch.tanh(x) and their kin."""
    layer, parameters = POINTWISE_FUNCTIONS[name]
    x, bound = parted(name, parameters, 1, given)
    arguments = {
        key: setting(name, key, value, given.line)
        for key, value in bound.items()
        if key not in WITHOUT_EFFECT and key in POINTWISE[layer] and not isinstance(value, Opaque)
    }
    made = built(Pointwise, {"function": layer, "arguments": tuple(arguments.items())}, given.line)
    if not x.source:
        return x
    return reader.graph.put(made.layer, (x,), name, given.line, made)


def windows(reader: Any, x: Tensor, values: list[Value], line: int) -> Value:
    """x.unfold(dimension, size, step): windows along one axis, laid out along a new last one."""
    dim, size, stride = values
    axis = axis_of(x, dim, "unfold", line)
    size, stride = sizes_of([[size, stride]], "unfold", line)
    if not 1 <= size <= x.shape[axis] or stride < 1:
        raise ReadError(f"unfold takes windows of 1 to {x.shape[axis]:,} values.", line)
    count = (x.shape[axis] - size) // stride + 1
    shape = (*x.shape[:axis], count, *x.shape[axis + 1 :], size)
    return worked(reader.graph, (x,), shape, "unfold", line) if x.source else Tensor("", shape, x.parameters)


def interpolate(reader: Any, name: str, given: Arguments) -> Value:
    """F.interpolate(x, size, scale_factor, mode), and torchvision's resize."""
    parameters = ("size", "scale_factor", "mode", "align_corners", "recompute_scale_factor", "antialias")
    x, bound = parted(name, parameters, 1, given)
    settings: dict[str, Value] = {}
    if bound.get("size") is not None:
        size = bound["size"]
        settings["size"] = tuple(sizes_of([size], name, given.line, reader)) if isinstance(size, list | tuple) else (
            sizes_of([size], name, given.line, reader)[0]
        )  # fmt: skip
    else:
        factor = reader.needed(bound.get("scale_factor"), given.line)
        settings["scale_factor"] = tuple(factor) if isinstance(factor, list | tuple) else factor
    if bound.get("antialias"):
        reader.graph.pass_over("antialias", given.line)
    for key in ("mode", "align_corners"):
        if bound.get(key) is not None:
            settings[key] = setting(name, key, bound[key], given.line)
    if name == "upsample_bilinear" or (name == "resize" and "mode" not in settings):
        settings["mode"] = "bilinear"
    made = built(Upsample, settings, given.line)
    if not x.source:
        raise ReadError(f"{name} is read on what the input leads to.", given.line)
    return reader.graph.put(made.layer, (x,), name, given.line, made)


def embedding(reader: Any, name: str, given: Arguments) -> Value:
    """F.embedding(x, weight)."""
    bound = bind(name, ("input", "weight", "padding_idx", "max_norm", "norm_type"), 2, given)
    x, weight = tensor(bound["input"], name, given.line), tensor(bound["weight"], name, given.line)
    shape = (*x.shape, weight.shape[-1])
    if not x.source:
        return Tensor("", shape, weight.parameters)
    result = step(reader.graph, x, Embedding(weight.shape[0], weight.shape[1]), shape, name, given.line)
    reader.graph.learned[result.source] = weight.parameters
    return result


def one_hot(reader: Any, name: str, given: Arguments) -> Value:
    """F.one_hot(x, num_classes)."""
    x, bound = parted(name, ("num_classes",), 1, given)
    (count,) = sizes_of([bound.get("num_classes", 10)], name, given.line, reader)
    shape = (*x.shape, count)
    return worked(reader.graph, (x,), shape, name, given.line) if x.source else Tensor("", shape)


def grid_sample(reader: Any, name: str, given: Arguments) -> Value:
    """F.grid_sample(x, grid)."""
    bound = bind(name, ("input", "grid", "mode", "padding_mode", "align_corners"), 2, given)
    x, grid = (tensor(bound[part], name, given.line) for part in ("input", "grid"))
    if len(grid.shape) != len(x.shape) or len(x.shape) < 4:
        raise ReadError("grid_sample takes a map and a grid of as many axes.", given.line)
    inputs = tuple(dependent(reader.graph, (x, grid), given.line))
    return reader.graph.put(GridSample(), inputs, name, given.line, None, (*x.shape[:2], *grid.shape[1:-1]))


def affine_grid(reader: Any, name: str, given: Arguments) -> Value:
    """F.affine_grid(theta, size)."""
    x, bound = parted(name, ("size", "align_corners"), 2, given)
    size = sizes_of([bound["size"]], name, given.line, reader)
    shape = (x.shape[0], *size[2:], len(size) - 2)
    return worked(reader.graph, (x,), shape, name, given.line) if x.source else Tensor("", shape)


def topk(reader: Any, name: str, given: Arguments) -> Value:
    """torch.topk(x, k, dim)."""
    x, bound = parted(name, ("k", "dim", "largest", "sorted"), 2, given)
    axis = axis_of(x, bound.get("dim", -1), name, given.line)
    (count,) = sizes_of([bound["k"]], name, given.line, reader)
    shape = (*x.shape[:axis], count, *x.shape[axis + 1 :])
    result = worked(reader.graph, (x,), shape, name, given.line) if x.source else Tensor("", shape)
    return result, result


def unpool(reader: Any, module: LayerModule, given: Arguments, name: str) -> Value:
    """nn.MaxUnpool2d()(x, indices, output_size)."""
    bound = bind(name, ("input", "indices", "output_size"), 2, given)
    x = tensor(bound["input"], name, given.line)
    if bound.get("output_size") is not None:
        size = sizes_of([bound["output_size"]], name, given.line, reader)
        axes = len(x.shape) - 2
        return worked(reader.graph, (x,), (*x.shape[:2], *size[-axes:]), name, given.line)
    return reader.graph.put(module.layer, (x,), name, module.line, module)


def cosine(reader: Any, name: str, given: Arguments) -> Value:
    """F.cosine_similarity and F.pairwise_distance: one number for each pair."""
    bound = bind(name, ("x1", "x2", "dim", "eps", "p"), 2, given)
    one, other = (tensor(bound[part], name, given.line) for part in ("x1", "x2"))
    dim = bound.get("dim", 1 if name == "cosine_similarity" else -1)
    axis = axis_of(one, dim if is_number(dim) else 1, name, given.line)
    shape = (*one.shape[:axis], *one.shape[axis + 1 :])
    inputs = dependent(reader.graph, (one, other), given.line)
    return reader.graph.put(kind_of_pair(inputs), tuple(inputs), name, given.line, None, shape)


def kind_of_pair(inputs: list[Tensor]) -> Any:
    """What puts two rows of features together into one number."""

    image = without_batch(inputs[0].shape)
    letters = "abcdefgh"[: len(image)]
    return Einsum(f"{letters},{letters}->{letters[1:]}")
