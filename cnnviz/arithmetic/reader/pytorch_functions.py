"""What PyTorch's functions and tensor methods do to a feature map, as the layers that do the same.

F.relu(x), torch.relu(x) and x.relu() are one ReLU; x.view(x.size(0), -1) is a Flatten; x + y is an Add.
"""

from collections.abc import Callable
from typing import Any

from cnnviz.arithmetic.layers import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    Add,
    AvgPool2d,
    Concat,
    Dropout,
    Flatten,
    LogSoftmax,
    MaxPool2d,
    Pointwise,
    ReLU,
    Softmax,
    View,
    ZeroPad2d,
)
from cnnviz.arithmetic.network import Span
from cnnviz.arithmetic.reader.arguments import bind, built, setting
from cnnviz.arithmetic.reader.bounded import is_whole
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import Given, Graph, LayerModule, ShapeOf, Size, Tensor, Value, kind_of

WITHOUT_EFFECT = {"training", "dtype", "_stacklevel", "return_indices", "out"}

# function of torch.nn.functional, torch or a tensor -> (layer, its parameters behind the input)
LAYER_FUNCTIONS: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "relu": (ReLU, ("inplace",)),
    "softmax": (Softmax, ("dim", "_stacklevel", "dtype")),
    "log_softmax": (LogSoftmax, ("dim", "_stacklevel", "dtype")),
    "dropout": (Dropout, ("p", "training", "inplace")),
    "max_pool2d": (MaxPool2d, ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices")),
    "avg_pool2d": (
        AvgPool2d,
        ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"),
    ),
    "adaptive_avg_pool2d": (AdaptiveAvgPool2d, ("output_size",)),
    "adaptive_max_pool2d": (AdaptiveMaxPool2d, ("output_size", "return_indices")),
    "flatten": (Flatten, ("start_dim", "end_dim")),
}
# function -> (pointwise layer, its parameters behind the input)
POINTWISE_FUNCTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "celu": ("CELU", ("alpha", "inplace")),
    "dropout1d": ("Dropout1d", ("p", "training", "inplace")),
    "dropout2d": ("Dropout2d", ("p", "training", "inplace")),
    "alpha_dropout": ("AlphaDropout", ("p", "training", "inplace")),
    "elu": ("ELU", ("alpha", "inplace")),
    "gelu": ("GELU", ("approximate",)),
    "hardsigmoid": ("Hardsigmoid", ("inplace",)),
    "hardswish": ("Hardswish", ("inplace",)),
    "hardtanh": ("Hardtanh", ("min_val", "max_val", "inplace")),
    "leaky_relu": ("LeakyReLU", ("negative_slope", "inplace")),
    "local_response_norm": ("LocalResponseNorm", ("size", "alpha", "beta", "k")),
    "logsigmoid": ("LogSigmoid", ()),
    "mish": ("Mish", ("inplace",)),
    "relu6": ("ReLU6", ("inplace",)),
    "selu": ("SELU", ("inplace",)),
    "sigmoid": ("Sigmoid", ()),
    "silu": ("SiLU", ("inplace",)),
    "softplus": ("Softplus", ("beta", "threshold")),
    "softsign": ("Softsign", ()),
    "tanh": ("Tanh", ()),
    "tanhshrink": ("Tanhshrink", ()),
}
CHANGES_NOTHING = {"contiguous", "clone", "detach", "to", "cuda", "cpu", "float", "half", "double", "type_as", "type"}


def apply_function(graph: Graph, name: str, given: Given) -> Value:
    """What torch.name(...), F.name(...) or x.name(...) gives; the feature map is the first argument.

    >>> apply_function(Graph(), "relu", Given(3, [Tensor("conv1")], {}))
    Tensor(source='relu')
    """
    plain = name.removesuffix("_") if name.endswith("_") else name  # relu_ works in place
    if plain in SPECIAL:
        return SPECIAL[plain](graph, given)
    if plain in LAYER_FUNCTIONS:
        kind, parameters = LAYER_FUNCTIONS[plain]
        required = 2 if parameters[0] in ("kernel_size", "output_size") else 1
        x, settings, spans = parted(plain, parameters, required, given)
        if kind is Flatten and "start_dim" not in settings:
            settings = {"start_dim": 0, **settings}  # the default of the function, not that of nn.Flatten
        return graph.put(*made(kind, settings, given, spans, x, plain))
    if plain in POINTWISE_FUNCTIONS:
        layer, parameters = POINTWISE_FUNCTIONS[plain]
        x, settings, _ = parted(plain, parameters, 1, given)
        return graph.put(
            *made(Pointwise, {"function": layer, "arguments": tuple(settings.items())}, given, {}, x, plain)
        )
    raise ReadError(f"{name} of a feature map is not read here.", given.line)


def is_function(name: str) -> bool:
    """Whether `apply_function` knows the name."""
    plain = name.removesuffix("_")
    return plain in SPECIAL or plain in LAYER_FUNCTIONS or plain in POINTWISE_FUNCTIONS


def made(
    kind: type[Any], settings: dict[str, Value], given: Given, spans: dict[str, Span], x: Tensor, name: str
) -> tuple[Any, tuple[Tensor, ...], str, int, LayerModule]:
    """The arguments of Graph.put for a layer that a function stands for."""
    module = built(kind, settings, given.line, spans)
    return module.layer, (x,), name, given.line, module


def parted(
    name: str, parameters: tuple[str, ...], required: int, given: Given
) -> tuple[Tensor, dict[str, Value], dict[str, Span]]:
    """The feature map, the settings of the layer, and where those stand in the text."""
    names = ("input", *parameters)
    bound = bind(name, names, required, given)
    x = bound.pop("input")
    if not isinstance(x, Tensor):
        raise ReadError(f"{name} takes a feature map, and this is {kind_of(x)}.", given.line)
    settings = {key: setting(name, key, value, given.line) for key, value in bound.items() if key not in WITHOUT_EFFECT}
    spans = {names[key] if isinstance(key, int) else key: span for key, span in given.spans.items()}
    return x, settings, {key: span for key, span in spans.items() if key in settings}


def feature_maps(values: Value, name: str, line: int) -> list[Tensor]:
    """The values as feature maps; ReadError when one is none."""
    if not isinstance(values, list | tuple) or not values:
        raise ReadError(f"{name} takes a list of feature maps.", line)
    for value in values:
        if not isinstance(value, Tensor):
            raise ReadError(f"{name} takes feature maps, and there is {kind_of(value)} among them.", line)
    return list(values)


def add(graph: Graph, given: Given) -> Tensor:
    """torch.add(x, y) or x.add(y)."""
    bound = bind("add", ("input", "other"), 2, given)
    return added(graph, bound["input"], bound["other"], given.line)


def added(graph: Graph, left: Value, right: Value, line: int) -> Tensor:
    """x + y."""
    return graph.put(Add(), tuple(feature_maps([left, right], "the sum", line)), "add", line)


def concat(graph: Graph, given: Given) -> Tensor:
    """torch.cat([x, y], dim)."""
    bound = bind("torch.cat", ("tensors", "dim"), 1, given)
    dim = bound.get("dim", 0)
    if not is_whole(dim):
        raise ReadError(f"torch.cat takes a number as dim, and this is {kind_of(dim)}.", given.line)
    return graph.put(Concat(dim), tuple(feature_maps(bound["tensors"], "torch.cat", given.line)), "cat", given.line)


def mean(graph: Graph, given: Given) -> Tensor:
    """x.mean(dim=(2, 3)), which is a global average pooling."""
    bound = bind("mean", ("input", "dim", "keepdim", "dtype"), 1, given)
    x, dim = bound["input"], bound.get("dim")
    axes = sorted(axis % 4 for axis in dim if is_whole(axis)) if isinstance(dim, list | tuple) else []
    if not isinstance(x, Tensor) or axes != [2, 3]:
        raise ReadError("mean is read over both axes of the picture: x.mean(dim=(2, 3)).", given.line)
    x = graph.put(AdaptiveAvgPool2d(1), (x,), "mean", given.line)
    return x if bound.get("keepdim") is True else graph.put(Flatten(), (x,), "flatten", given.line)


def pad(graph: Graph, given: Given) -> Tensor:
    """F.pad(x, (left, right, top, bottom)) with zeros."""
    bound = bind("pad", ("input", "pad", "mode", "value"), 2, given)
    x, sides = bound["input"], bound["pad"]
    if bound.get("mode", "constant") != "constant" or bound.get("value") not in (None, 0):
        raise ReadError("of the kinds of pad, the one with zeros is read.", given.line)
    if isinstance(sides, list | tuple) and len(sides) == 2:
        sides = (*sides, 0, 0)
    if not isinstance(x, Tensor):
        raise ReadError(f"pad takes a feature map, and this is {kind_of(x)}.", given.line)
    module = built(ZeroPad2d, {"padding": setting("pad", "pad", sides, given.line)}, given.line)
    return graph.put(module.layer, (x,), "pad", given.line)


def view(graph: Graph, given: Given) -> Tensor:
    """x.view(batch, ...) and x.reshape(batch, ...), where the batch is -1, 1 or x.size(0)."""
    x, *sizes = given.positional or [None]
    spans = given.spans
    if len(sizes) == 1 and isinstance(sizes[0], list | tuple):
        sizes, spans = list(sizes[0]), {}
    if not isinstance(x, Tensor) or given.named:
        raise ReadError("view is read as x.view(x.size(0), ...).", given.line)
    if not sizes or not all(is_whole(size) or isinstance(size, Size) for size in sizes):
        raise ReadError("view takes whole numbers, first that of the batch: x.view(x.size(0), -1).", given.line)
    batch, *rest = sizes
    if not rest:
        raise ReadError("view pours all images into one row here; keep the batch: x.view(x.size(0), -1).", given.line)
    if not (batch in (-1, 1) or (isinstance(batch, Size) and batch.batch)):
        raise ReadError("the first size in view is that of the batch: write x.size(0) or -1.", given.line)
    if len(rest) == 1 and (rest[0] == -1 or isinstance(rest[0], Size)):
        if batch == -1 and rest[0] == -1:
            raise ReadError("view has two sizes of -1, and only one can be worked out.", given.line)
        return graph.put(Flatten(), (x,), "flatten", given.line)
    if any(isinstance(size, Size) for size in rest):
        raise ReadError("view has a size here that is only known when the network runs.", given.line)
    place = {"sizes": spans[2]} if len(rest) == 1 and 2 in spans else {}
    return graph.put(*made(View, {"sizes": tuple(rest)}, given, place, x, "view"))


def unflatten(graph: Graph, given: Given) -> Tensor:
    """x.unflatten(1, (channels, height, width))."""
    bound = bind("unflatten", ("input", "dim", "sizes"), 3, given)
    x, sizes = bound["input"], bound["sizes"]
    if not isinstance(x, Tensor) or bound["dim"] not in (1, -1) or not isinstance(sizes, list | tuple):
        raise ReadError("unflatten is read as x.unflatten(1, (channels, height, width)).", given.line)
    return graph.put(*made(View, {"sizes": tuple(sizes)}, given, {}, x, "unflatten"))


def size(graph: Graph, given: Given) -> Value:
    """x.size() and x.size(axis)."""
    bound = bind("size", ("input", "dim"), 1, given)
    return Size(batch=bound["dim"] == 0) if "dim" in bound else ShapeOf()


def unchanged(graph: Graph, given: Given) -> Value:
    """What moves or copies a feature map and leaves it as it is."""
    return given.positional[0] if given.positional else None


SPECIAL: dict[str, Callable[[Graph, Given], Value]] = {
    "add": add,
    "cat": concat,
    "concat": concat,
    "concatenate": concat,
    "mean": mean,
    "pad": pad,
    "view": view,
    "reshape": view,
    "unflatten": unflatten,
    "size": size,
    **dict.fromkeys(CHANGES_NOTHING, unchanged),
}
