"""Keras as the reader understands it: model.add(...) and Sequential([...]), under old names and new ones."""

import ast
import re

from cnnviz.arithmetic.network import INPUT, Network, NetworkError
from cnnviz.arithmetic.reader.arguments import bind, setting
from cnnviz.arithmetic.reader.interpreter import Interpreter
from cnnviz.arithmetic.reader.keras_layers import translated
from cnnviz.arithmetic.reader.syntax import ReadError, did_you_mean
from cnnviz.arithmetic.reader.values import (
    Dotted,
    Given,
    Graph,
    KerasLayer,
    KerasModel,
    LayerModule,
    Method,
    Opaque,
    Tensor,
    Value,
    kind_of,
)
from cnnviz.arithmetic.settings import Shape, ShapeError, read_shape

DEFAULT_INPUT = (3, 224, 224)  # for a listing that names no input shape

OTHER_NAMES = {
    "Convolution2D": "Conv2D",
    "SeparableConvolution2D": "SeparableConv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "InputLayer": "Input",
}
WINDOW = ("kernel_size", "strides", "padding", "data_format", "dilation_rate")
PARAMETERS: dict[str, tuple[int, tuple[str, ...]]] = {  # how many must be given, and all, in their order
    "Conv2D": (2, ("filters", *WINDOW, "groups", "activation", "use_bias")),
    "SeparableConv2D": (2, ("filters", *WINDOW, "depth_multiplier", "activation", "use_bias")),
    "Conv2DTranspose": (2, ("filters", *WINDOW[:4], "dilation_rate", "activation", "use_bias")),
    "DepthwiseConv2D": (
        1,
        (
            "kernel_size",
            "strides",
            "padding",
            "depth_multiplier",
            "data_format",
            "dilation_rate",
            "activation",
            "use_bias",
        ),
    ),
    "MaxPooling2D": (0, ("pool_size", "strides", "padding", "data_format")),
    "AveragePooling2D": (0, ("pool_size", "strides", "padding", "data_format")),
    "GlobalAveragePooling2D": (0, ("data_format", "keepdims")),
    "GlobalMaxPooling2D": (0, ("data_format", "keepdims")),
    "Dense": (1, ("units", "activation", "use_bias")),
    "Flatten": (0, ("data_format",)),
    "Dropout": (1, ("rate",)),
    "SpatialDropout2D": (1, ("rate",)),
    "Activation": (1, ("activation",)),
    "BatchNormalization": (0, ("axis", "momentum", "epsilon", "center", "scale")),
    "ZeroPadding2D": (0, ("padding", "data_format")),
    "Reshape": (1, ("target_shape",)),
    "ReLU": (0, ("max_value", "negative_slope", "threshold")),
    "LeakyReLU": (0, ("negative_slope",)),
    "ELU": (0, ("alpha",)),
    "Softmax": (0, ("axis",)),
    "Rescaling": (1, ("scale", "offset")),
    "Input": (0, ("shape", "batch_size", "dtype")),
}
OLD_ARGUMENTS = {
    "nb_filter": "filters",
    "subsample": "strides",
    "border_mode": "padding",
    "dim_ordering": "data_format",
    "bias": "use_bias",
    "output_dim": "units",
    "p": "rate",
    "atrous_rate": "dilation_rate",
    "alpha": "negative_slope",
}
# what any layer may be given beside its own arguments, and what of it says nothing about shapes
ALWAYS = ("input_shape", "batch_input_shape", "input_dim", "name")
WITHOUT_EFFECT = re.compile(
    r".*_(?:initializer|regularizer|constraint)|W_\w+|b_\w+|init|weights|trainable|dtype|noise_shape|seed|mode|autocast"
)
LAYER_NAMES = (*PARAMETERS, *OTHER_NAMES)
ALIASES = {
    **{name: name for name in ("keras", "tf", "tensorflow", "layers", "models", "activations", "np", "numpy")},
    **{name: name for name in ("optimizers", "SGD", "Adam", "RMSprop", "to_categorical", "plt")},
}


class Keras:
    """The dialect of Keras; see dialect.Dialect for what each method answers."""

    aliases = ALIASES

    def bare(self, name: str) -> Dotted | None:
        return Dotted(f"keras.{name}") if name in (*LAYER_NAMES, "Sequential") else None

    def known_names(self) -> list[str]:
        return [*LAYER_NAMES, "Sequential"]

    def maker_names(self) -> set[str]:
        return {*LAYER_NAMES, "Sequential", "add", "layers"}

    def is_network(self, value: Value) -> bool:
        return isinstance(value, KerasModel)

    def call(self, function: Dotted, given: Given) -> Value:
        name = OTHER_NAMES.get(function.last, function.last)
        if name == "Sequential":
            return sequential(given)
        if name in PARAMETERS:
            return KerasLayer(name, settings_of(function.last, name, given), given.line)
        if re.search(r"\blayers\.\w+$", function.path) and name[:1].isupper():
            offer = did_you_mean(name, LAYER_NAMES)
            raise ReadError(f"{name[:40]} is not a layer of Keras that this app can draw{offer}", given.line)
        return Opaque(f"{function.path}(...)", given.line)

    def call_method(self, method: Method, given: Given) -> Value:
        owner, name = method
        if not isinstance(owner, KerasModel) or name not in ("add", "build"):
            return Opaque(f"{name}(...)", given.line)
        if len(given.positional) + len(given.named) != 1:
            raise ReadError(f"{name} takes one argument.", given.line)
        value = next(iter([*given.positional, *given.named.values()]))
        if name == "build":
            owner.input_shape = tuple(value)[1:] if isinstance(value, list | tuple) else None
        else:
            owner.layers.append(checked(value, given.line))
        return None

    def attribute(self, owner: Value, name: str, line: int) -> Value:
        if isinstance(owner, KerasModel):
            return Method(owner, name)
        if isinstance(owner, list) and name in ("append", "extend"):
            raise ReadError(f"{name} is not read in a Keras listing; write the layers out plainly.", line)
        return Opaque(f"{kind_of(owner)}.{name[:40]}", line)

    def operate(self, kind: type[ast.operator], left: Value, right: Value, line: int) -> Value:
        raise ReadError(
            "of Keras, Sequential models are read; there are no feature maps in them to compute with.", line
        )

    def put_layer(self, module: LayerModule, given: Given) -> Value:
        raise ReadError("of Keras, Sequential models are read; a layer is not called there.", given.line)

    def children(self, given: Given) -> dict[str, Value]:
        raise ReadError("of Keras, Sequential models are read, not classes.", given.line)

    def is_example(self, given: Given) -> bool:
        return False

    def tried(self, module: Value, given: Given) -> Value:
        return None


def read_keras(tree: ast.Module, text: str, input_shape: Shape | None = None) -> Network:
    """The network of a Keras text, read for the input shape given, or the one it names, or (3, 224, 224).

    >>> text = "Sequential([Conv2D(8, 3, input_shape=(32, 32, 3)), Flatten(), Dense(10)])"
    >>> [node.layer for node in read_keras(ast.parse(text), text).nodes][-1]
    Linear(in_features=7200, out_features=10, bias=True)
    """
    interpreter = Interpreter(Keras(), text.split("\n"))
    begun = model_begun_elsewhere(tree)
    if begun is not None:
        model = KerasModel(1, [])
        interpreter.top.names[begun] = model
        interpreter.found.append(model)
    interpreter.run(tree)
    if not interpreter.found:
        raise interpreter.passed_over or ReadError(
            "There is no network in this text: of Keras, Sequential models are read, as a list or with model.add(...)."
        )
    model = interpreter.found[-1]
    layers = laid_out(model)
    named = first_shape(model, layers)
    shape = read_shape(input_shape or named or DEFAULT_INPUT)
    graph = Graph()
    tensor, first = Tensor(INPUT), shape
    for layer in layers:
        tensor, shape = put(graph, layer, tensor, shape, first)
    if tensor.source == INPUT:
        raise ReadError("the model has no layers.", model.line)
    return graph.network(tensor, input_shape or named)


def put(graph: Graph, layer: KerasLayer, tensor: Tensor, shape: Shape, first: Shape) -> tuple[Tensor, Shape]:
    """Put what a layer of Keras does into the graph; ReadError when it does not fit what comes in."""
    base = layer.settings.get("name")
    base = re.sub("[^A-Za-z0-9_]", "_", base)[:60] if isinstance(base, str) and base else snake(layer.kind)
    try:
        for suffix, torch_layer in translated(layer, shape):
            tensor = graph.put(torch_layer, (tensor,), base + suffix, layer.line)
            shape = torch_layer.output_shape(shape)
    except ShapeError as problem:
        raise ReadError(str(problem), layer.line, traced(graph, tensor, first)) from None
    return tensor, shape


def traced(graph: Graph, tensor: Tensor, first: Shape) -> NetworkError | None:
    """The NetworkError of the layers so far, where the last of them is what does not fit."""
    if tensor.source == INPUT:
        return None
    try:
        graph.network(tensor, first).trace(first)
    except NetworkError as problem:
        return problem
    return None


def model_begun_elsewhere(tree: ast.Module) -> str | None:
    """The name in a fragment of lines `model.add(...)` whose `model = Sequential()` was left out of what was copied.

    >>> model_begun_elsewhere(ast.parse("net.add(Dense(10))")), model_begun_elsewhere(ast.parse("net = 1; net.add(2)"))
    ('net', None)
    """
    if any(not isinstance(line, ast.Expr | ast.Import | ast.ImportFrom) for line in tree.body):
        return None
    for line in tree.body:
        call = line.value if isinstance(line, ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "add":
            return call.func.value.id if isinstance(call.func.value, ast.Name) else None
    return None


def sequential(given: Given) -> KerasModel:
    """Sequential() and Sequential([...])."""
    bound = bind("Sequential", ("layers", "name", "trainable"), 0, given)
    layers = bound.get("layers") or []
    if not isinstance(layers, list | tuple):
        raise ReadError("Sequential takes its layers as a list: Sequential([...]).", given.line)
    return KerasModel(given.line, [checked(layer, given.line) for layer in layers])


def checked(value: Value, line: int) -> Value:
    """The value, if it is a layer or a model."""
    if not isinstance(value, KerasLayer | KerasModel):
        raise ReadError(f"a model takes layers, and this is {kind_of(value)}.", line)
    return value


def settings_of(written: str, name: str, given: Given) -> dict[str, Value]:
    """The arguments of a layer by their current names."""
    positional, named = list(given.positional), dict(given.named)
    if written == "Convolution2D" and len(positional) >= 3 and all(isinstance(size, int) for size in positional[1:3]):
        positional[1:3] = [tuple(positional[1:3])]  # the old way: filters, rows, columns
    if "nb_row" in named and "nb_col" in named:
        named["kernel_size"] = (named.pop("nb_row"), named.pop("nb_col"))
    required, parameters = PARAMETERS[name]
    renamed = {}
    for key, value in named.items():
        current = key if key in parameters else OLD_ARGUMENTS.get(key, key)
        if current in (*parameters, *ALWAYS) or not WITHOUT_EFFECT.fullmatch(key):
            renamed[current] = value
    bound = bind(written, (*parameters, *ALWAYS), required, Given(given.line, positional, renamed))
    allowed = len(parameters)
    if len(positional) > allowed:
        raise ReadError(f"{written} takes {allowed} arguments at most, and {len(positional)} are given.", given.line)
    return {key: read_setting(written, key, value, given.line) for key, value in bound.items()}


def read_setting(layer: str, key: str, value: Value, line: int) -> Value:
    """A number, a word, a list of them, or the name of an activation."""
    if key == "activation" and isinstance(value, Dotted):
        return value
    if isinstance(value, list | tuple) and all(isinstance(item, list | tuple) for item in value):
        return tuple(setting(layer, key, item, line) for item in value)
    return setting(layer, key, value, line)


def laid_out(model: KerasModel, depth: int = 0) -> list[KerasLayer]:
    """The layers of a model, with those of the models in it."""
    if depth > 20:
        raise ReadError("a model contains itself.", model.line)
    layers: list[KerasLayer] = []
    for layer in model.layers:
        layers += laid_out(layer, depth + 1) if isinstance(layer, KerasModel) else [layer]
    return [layer for layer in layers if layer.kind != "Input"] if depth == 0 else layers


def first_shape(model: KerasModel, layers: list[KerasLayer]) -> Shape | None:
    """The input shape that a listing names, with its channels first."""
    first: Value = model
    while isinstance(first, KerasModel) and first.layers:
        first = first.layers[0]
    settings = first.settings if isinstance(first, KerasLayer) else {}
    data_format = next((layer.settings["data_format"] for layer in layers if "data_format" in layer.settings), None)
    sizes = settings.get("input_shape", settings.get("shape", model.input_shape))
    if sizes is None and "input_dim" in settings:
        sizes = (settings["input_dim"],)
    if sizes is None and isinstance(settings.get("batch_input_shape"), tuple):
        sizes = settings["batch_input_shape"][1:]
    if sizes is None:
        return None
    line = first.line
    if isinstance(sizes, int):
        sizes = (sizes,)
    if not isinstance(sizes, tuple) or len(sizes) not in (1, 2, 3):
        raise ReadError("the input shape has one to three sizes, such as (224, 224, 3).", line)
    if None in sizes:
        return None
    try:
        return channels_first(read_shape(sizes), data_format)
    except ShapeError as problem:
        raise ReadError(str(problem), line) from None


def channels_first(sizes: Shape, data_format: Value = None) -> Shape:
    """A shape of Keras with its channels first. Where the text does not say, the size of 1, 3 or 4 is the channels.

    >>> channels_first((224, 224, 3)), channels_first((3, 224, 224)), channels_first((28, 28)), channels_first((784,))
    ((3, 224, 224), (3, 224, 224), (1, 28, 28), (784,))
    """
    if len(sizes) < 3:
        return (1, *sizes) if len(sizes) == 2 else sizes
    first = data_format in ("channels_first", "th")
    if data_format is None:
        first = sizes[-1] not in (1, 3, 4) and sizes[0] in (1, 3, 4)
    return sizes if first else (sizes[2], sizes[0], sizes[1])


def snake(name: str) -> str:
    """The name that Keras gives a layer of this kind.

    >>> snake("MaxPooling2D"), snake("Conv2DTranspose"), snake("Dense")
    ('max_pooling2d', 'conv2d_transpose', 'dense')
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])", "_", name).lower()
