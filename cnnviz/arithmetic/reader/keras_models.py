"""Models of Keras: what they are made of, and the input that they name."""

from cnnviz.arithmetic.reader.arguments import bind
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    MODULES,
    Arguments,
    Instance,
    KerasLayer,
    KerasModel,
    KerasTensor,
    Tensor,
    Value,
    kind_of,
)
from cnnviz.arithmetic.settings import Shape, ShapeError, read_shape


def inputs_of(symbol: KerasTensor) -> tuple[KerasTensor, ...]:
    """What a functional model begins with."""
    found: dict[int, KerasTensor] = {}
    waiting = [symbol]
    seen: set[int] = set()
    while waiting:
        last = waiting.pop()
        if id(last) not in seen:
            seen.add(id(last))
            if not last.inputs:
                found[id(last)] = last
            waiting += last.inputs
    return tuple(found.values())


def functional(given: Arguments) -> KerasModel:
    """Model(inputs, outputs)."""
    bound = bind(
        "Model",
        ("inputs", "outputs", "name"),
        2,
        Arguments(
            given.line,
            given.positional,
            {{"input": "inputs", "output": "outputs"}.get(key, key): value for key, value in given.named.items()},
        ),
    )
    ends = []
    for part in ("inputs", "outputs"):
        value = bound[part]
        value = list(value.values()) if isinstance(value, dict) else value
        values = value if isinstance(value, list | tuple) else [value]
        if not values or not all(isinstance(item, KerasTensor) for item in values):
            raise ReadError(
                f"Model takes its {part} from Input and layers, not {kind_of(values[0]) if values else 'nothing'}.",
                given.line,
            )
        ends.append(tuple(values))
    return KerasModel(given.line, [], None, ends[0], ends[1])


def is_list_of_maps(value: Value) -> bool:
    """Whether this is a list of feature maps."""
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(isinstance(item, KerasTensor | Tensor) for item in value)
    )


def kind_is(value: Value, kind: str) -> bool:
    """Whether this is a layer of Keras of that kind."""
    return isinstance(value, KerasLayer) and value.kind == kind


def sequential(given: Arguments) -> KerasModel:
    """Sequential() and Sequential([...])."""
    bound = bind("Sequential", ("layers", "name", "trainable"), 0, given)
    layers = bound.get("layers") or []
    if not isinstance(layers, list | tuple):
        raise ReadError("Sequential takes its layers as a list: Sequential([...]).", given.line)
    return KerasModel(given.line, [checked(layer, given.line) for layer in layers])


def checked(value: Value, line: int) -> Value:
    """The value, if it is a layer or a model."""
    if isinstance(value, KerasTensor) and kind_is(value.layer, "Input"):
        return value.layer
    if not isinstance(value, (KerasLayer, KerasModel, *MODULES)):
        raise ReadError(f"a model takes layers, and this is {kind_of(value)}.", line)
    return value


def input_of(root: Value) -> Shape | None:
    """The input shape that a model names, with its channels first."""
    if isinstance(root, Instance):
        return None
    layers: list[Value] = []
    first: Value = root
    line = root.line
    while isinstance(first, KerasModel):
        if first.input_shape is not None:
            return shape_named(first.input_shape, first.layers, line)
        if first.inputs:
            symbol = first.inputs[0]
            return shape_named(symbol.shape, followers(first, symbol), symbol.line)
        layers = layers or first.layers
        if not first.layers or first.layers[0] is first:
            return None
        first = first.layers[0]
    settings = first.settings if isinstance(first, KerasLayer) else {}
    sizes = settings.get("input_shape", settings.get("shape"))
    if sizes is None and "input_dim" in settings and first.kind != "Embedding":
        sizes = (settings["input_dim"],)
    if sizes is None and isinstance(settings.get("batch_input_shape"), tuple):
        sizes = settings["batch_input_shape"][1:]
    return shape_named(sizes, layers, getattr(first, "line", line))


def followers(model: KerasModel, symbol: KerasTensor) -> list[Value]:
    """The layers that a symbol is given to."""
    found: list[Value] = []
    waiting, seen = list(model.outputs), set()
    while waiting:
        last = waiting.pop()
        if id(last) in seen:
            continue
        seen.add(id(last))
        if symbol in last.inputs:
            found.append(last.layer)
        waiting += last.inputs
    return found


def shape_named(sizes: Value, layers: list[Value], line: int) -> Shape | None:
    """A shape as a text names it, with its channels first; None where it names none."""
    if sizes is None:
        return None
    if isinstance(sizes, int):
        sizes = (sizes,)
    if not isinstance(sizes, list | tuple) or len(sizes) not in (1, 2, 3, 4):
        raise ReadError("the input shape has one to four sizes, such as (224, 224, 3).", line)
    if None in sizes:
        return None
    data_format = next(
        (
            layer.settings["data_format"]
            for layer in layers
            if isinstance(layer, KerasLayer) and "data_format" in layer.settings
        ),
        None,
    )
    kinds = [layer.kind for layer in layers if isinstance(layer, KerasLayer) and layer.kind != "Input"][:1]
    try:
        shape = read_shape(tuple(sizes))
    except ShapeError as problem:
        raise ReadError(str(problem), line) from None
    if len(shape) == 2 and (not kinds or kinds[0] not in ("Flatten", "Reshape", "Rescaling", "Resizing", "Conv2D")):
        return shape
    return channels_first(shape, data_format)


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
    return sizes if first else (sizes[-1], *sizes[:-1])
