"""Keras as the reader understands it: Sequential models, the functional style, classes with call; all names."""

import ast
import re
from dataclasses import dataclass, replace
from typing import Any

from cnnviz.arithmetic.layers import Add, Concat, KerasAttention, Layer, Maximum, Minimum, Multiply, Subtract
from cnnviz.arithmetic.layers.keras_only import KerasRecurrent
from cnnviz.arithmetic.layers.sources import TimeDistributed
from cnnviz.arithmetic.network import INPUT, Network
from cnnviz.arithmetic.reader.arguments import bind
from cnnviz.arithmetic.reader.arithmetic_functions import met
from cnnviz.arithmetic.reader.interpreter import Interpreter
from cnnviz.arithmetic.reader.keras_layers import ACTIVATIONS, translated
from cnnviz.arithmetic.reader.keras_names import LAYER_NAMES, MEETINGS, OTHER_NAMES, PARAMETERS, base_name, settings_of
from cnnviz.arithmetic.reader.missing_values import missing_values_error
from cnnviz.arithmetic.reader.program import Followed, Program, first_tensor, unused
from cnnviz.arithmetic.reader.pytorch import PyTorch
from cnnviz.arithmetic.reader.standard_library import NUMBERS
from cnnviz.arithmetic.reader.syntax import ReadError, did_you_mean
from cnnviz.arithmetic.reader.values import (
    BATCH,
    MODULES,
    Arguments,
    Container,
    Dotted,
    Function,
    Instance,
    KerasLayer,
    KerasModel,
    KerasTensor,
    LayerModule,
    Method,
    Opaque,
    Tensor,
    Value,
    kind_of,
)
from cnnviz.arithmetic.settings import Shape, ShapeError, read_shape

DEFAULT_INPUT = (3, 224, 224)  # for a listing that names no input shape
ALIASES = {
    **{
        name: name
        for name in ("keras", "tf", "tensorflow", "layers", "models", "activations", "math", "os", "sys", "optimizers")
    },
    **{
        name: name for name in ("SGD", "Adam", "RMSprop", "to_categorical", "applications", "regularizers", "callbacks")
    },
    "np": "numpy",
    "numpy": "numpy",
    "plt": "matplotlib.pyplot",
    "pd": "pandas",
    "K": "keras.backend",
    "L": "keras.layers",
    "partial": "functools.partial",
}
MET: dict[str, Any] = {
    "Add": Add,
    "Subtract": Subtract,
    "Multiply": Multiply,
    "Average": Add,
    "Maximum": Maximum,
    "Minimum": Minimum,
}
FUNCTIONS = {
    "add": "Add",
    "multiply": "Multiply",
    "subtract": "Subtract",
    "average": "Average",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "concatenate": "Concatenate",
    "concat": "Concatenate",
}
APPLICATIONS = {
    "VGG16": "vgg16",
    "VGG19": "vgg19",
    "MobileNetV2": "mobilenet_v2",
    "DenseNet121": "densenet121",
    "DenseNet169": "densenet169",
    "DenseNet201": "densenet201",
    **{f"EfficientNetB{number}": f"efficientnet_b{number}" for number in range(8)},
}
SEQUENCES = re.compile(
    r"(Conv|MaxPooling|AveragePooling|SeparableConv|ZeroPadding|UpSampling|GlobalAveragePooling|GlobalMaxPooling|SpatialDropout)1D"
)


class Keras(PyTorch):
    """The dialect of Keras; what it has in common with that of PyTorch is inherited."""

    aliases = ALIASES

    def __init__(self, models: Any = None) -> None:
        super().__init__(models)
        self.channels_first: set[str] = set()  # nodes of sequences that a layer of torch left with their channels first
        self.made: dict[tuple[int, str], LayerModule] = {}
        self.frozen: set[int] = set()
        self.first: Shape | None = None

    def bare(self, name: str) -> Dotted | None:
        return Dotted(f"keras.{name}") if name in (*LAYER_NAMES, "Sequential", "Model") else None

    def unsaid(self, name: str) -> Value:
        return None

    def known_names(self) -> list[str]:
        return [*LAYER_NAMES, "Sequential", "Model"]

    def maker_names(self) -> set[str]:
        return {*LAYER_NAMES, "Sequential", "Model", "add", "layers"}

    def is_network(self, value: Value) -> bool:
        return isinstance(value, KerasModel)

    def named(self, thing: Dotted, line: int) -> Value:
        return NUMBERS.get(thing.path, thing)

    # Calls

    def call(self, function: Dotted, given: Arguments) -> Value:
        path, last = function.path, function.last
        name = OTHER_NAMES.get(last, last)
        if (
            any(isinstance(value, Opaque) for value in (*given.positional, *given.named.values()))
            and name in PARAMETERS
        ):
            given = self.said(given)
        if name == "Sequential":
            return sequential(given)
        if name == "Model" and (given.positional or given.named):
            return functional(self, given)
        if name in APPLICATIONS and "Preprocess" not in path:
            return self.application(name, given)
        if name == "Input":
            return self.input(last, given)
        if name in PARAMETERS:
            settings = settings_of(last, name, given)
            return KerasLayer(name, settings, given.line, settings.pop("layer", None))
        maps = [
            value for value in (*given.positional, *given.named.values()) if isinstance(value, KerasTensor | Tensor)
        ]
        lists = [value for value in (*given.positional, *given.named.values()) if is_list_of_maps(value)]
        if maps or lists:
            return self.function(last, path, given)
        if re.search(r"\blayers\.(?:\w+\.)*\w+$", path) and last[:1].isupper():
            raise ReadError(
                f"{last[:40]} is not a layer of Keras that this app can draw{did_you_mean(last, LAYER_NAMES)}",
                given.line,
            )
        return Opaque(f"{path}(...)", given.line)

    def said(self, given: Arguments) -> Arguments:
        """The arguments with what the text does not say asked for, where it matters."""
        matters = re.compile(r"(?!.*(?:initializer|regularizer|constraint|dtype|activation|name)).*")
        named = {
            key: self.needed(value, given.line)
            if matters.fullmatch(key) and isinstance(value, Opaque) and value.needs
            else value
            for key, value in given.named.items()
        }
        positional = [
            self.needed(value, given.line) if isinstance(value, Opaque) and value.needs else value
            for value in given.positional
        ]
        return Arguments(given.line, positional, named, given.spans)

    def input(self, written: str, given: Arguments) -> Value:
        """Input(shape=(28, 28, 1)): the beginning of a functional model; InputLayer is a layer of a Sequential."""
        if written == "InputLayer":
            given = Arguments(
                given.line,
                given.positional,
                {("shape" if k == "input_shape" else k): v for k, v in given.named.items()},
            )
        settings = settings_of(written, "Input", given)
        if "batch_shape" in settings and isinstance(settings["batch_shape"], tuple):
            settings["shape"] = settings["batch_shape"][1:]
        return KerasTensor(KerasLayer("Input", settings, given.line), (), given.line, settings.get("shape"))

    def application(self, name: str, given: Arguments) -> Value:
        """keras.applications.VGG16(include_top=False, input_shape=(224, 224, 3)), of which torchvision has the same."""
        found = self.models(APPLICATIONS[name], {}, given.line) if self.models is not None else None
        if found is None:
            raise ReadError(
                f"{name} is made by Keras, which is not read here: paste the code of its layers.", given.line
            )
        settings = (
            dict(zip(("include_top", "weights", "input_tensor", "input_shape"), given.positional, strict=False))
            | given.named
        )
        body = found if settings.get("include_top", True) is not False else found.children["features"]
        model = KerasModel(given.line, [body], settings.get("input_shape"))
        if settings.get("pooling") in ("avg", "max"):
            kind = "GlobalAveragePooling2D" if settings["pooling"] == "avg" else "GlobalMaxPooling2D"
            model.layers.append(KerasLayer(kind, {}, given.line))
        source = settings.get("input_tensor")
        if isinstance(source, KerasTensor):
            model.inputs, model.outputs = (source,), (KerasTensor(model, (source,), given.line),)
            model = KerasModel(
                given.line,
                [],
                None,
                (source,),
                (KerasTensor(KerasModel(given.line, model.layers), (source,), given.line),),
            )
        return model

    def function(self, name: str, path: str, given: Arguments) -> Value:
        """layers.add([x, y]), tf.nn.relu(x), tf.concat([x, y], axis=-1)."""
        values = list(given.positional) or list(given.named.values())
        if name in FUNCTIONS:
            maps = (
                values[0]
                if isinstance(values[0], list | tuple)
                else [v for v in values if isinstance(v, KerasTensor | Tensor)]
            )
            axis = given.named.get("axis", values[1] if len(values) > 1 and isinstance(values[1], int) else -1)
            settings = {"axis": axis} if FUNCTIONS[name] == "Concatenate" else {}
            return self.call_value(
                KerasLayer(FUNCTIONS[name], settings, given.line), Arguments(given.line, [list(maps)])
            )
        if name in ACTIVATIONS or name in ("leaky_relu", "sigmoid", "tanh"):
            return self.call_value(
                KerasLayer("Activation", {"activation": name}, given.line), Arguments(given.line, values[:1])
            )
        if name in (
            "identity",
            "stop_gradient",
            "cast",
            "dropout",
            "preprocess_input",
            "convert_to_tensor",
            "abs",
            "square",
            "exp",
        ):
            return values[0]
        if name in ("reduce_mean", "mean") and given.named.get("axis", (values[1:] or [None])[0]) in ([1, 2], (1, 2)):
            return self.call_value(
                KerasLayer("GlobalAveragePooling2D", {}, given.line), Arguments(given.line, values[:1])
            )
        if name == "flatten":
            return self.call_value(KerasLayer("Flatten", {}, given.line), Arguments(given.line, values[:1]))
        raise ReadError(f"{path[:60]} is not a function this app can draw.", given.line)

    def call_value(self, value: Value, given: Arguments) -> Value:
        """A layer or a model applied to what comes in: noted for a functional model, done at once in a call."""
        maps = [
            v
            for v in (*given.positional, *given.named.values())
            if isinstance(v, KerasTensor | Tensor) or is_list_of_maps(v)
        ]
        if isinstance(value, KerasModel) and value.layers and not maps:
            return Opaque("what the model made of data", given.line)
        if not maps:
            return Opaque(f"{kind_of(value)}(...)", given.line)
        inputs = (
            maps[0]
            if is_list_of_maps(maps[0])
            else maps
            if len(maps) > 1 and kind_is(value, "MultiHeadAttention")
            else maps[:1]
        )
        if any(isinstance(x, KerasTensor) for x in inputs):
            return KerasTensor(value, tuple(x for x in inputs if isinstance(x, KerasTensor)), given.line)
        return self.put(value, list(inputs), given.line)

    def call_method(self, method: Method, given: Arguments) -> Value:
        owner, name = method
        if isinstance(owner, KerasModel) and name in ("add", "build", "call", "get_layer", "pop"):
            return self.model_method(owner, name, given)
        if isinstance(owner, MODULES):
            return super().call_method(method, given)
        return Opaque(f"{name}(...)", given.line)

    def model_method(self, owner: KerasModel, name: str, given: Arguments) -> Value:
        """model.add(layer), model.build(shape), model.pop()."""
        if name == "pop":
            return owner.layers.pop() if owner.layers else None
        if name == "call":
            return self.call_value(owner, given)
        if len(given.positional) + len(given.named) != 1:
            raise ReadError(f"{name} takes one argument.", given.line)
        value = next(iter([*given.positional, *given.named.values()]))
        if name == "build":
            owner.input_shape = tuple(value)[1:] if isinstance(value, list | tuple) else None
        elif name == "get_layer":
            return next((layer for layer in owner.layers if getattr(layer, "settings", {}).get("name") == value), None)
        else:
            owner.layers.append(checked(value, given.line))
        return None

    def attribute(self, owner: Value, name: str, line: int) -> Value:
        if isinstance(owner, KerasModel):
            if name == "layers":
                return owner.layers
            if name in ("output", "outputs") and owner.outputs:
                return owner.outputs[0]
            if name in ("input", "inputs") and owner.inputs:
                return owner.inputs[0]
            if name in ("input", "output", "inputs", "outputs"):
                return self.ends(owner, name, line)
            return Method(owner, name)
        if isinstance(owner, KerasTensor | Tensor) and name in ("shape", "get_shape"):
            return self.keras_shape(owner)
        if isinstance(owner, KerasLayer):
            return owner.settings.get(name, Opaque(name, line))
        if isinstance(owner, MODULES) and name not in ("call", "forward"):
            return super().attribute(owner, name, line)
        return Opaque(f"{kind_of(owner)}.{name[:40]}", line)

    def ends(self, model: KerasModel, name: str, line: int) -> Value:
        """The input or the output of a Sequential, as of a functional model."""
        source = KerasTensor(KerasLayer("Input", {"shape": model.input_shape}, line), (), line, model.input_shape)
        model.inputs = (source,)
        model.outputs = (KerasTensor(KerasModel(model.line, list(model.layers)), (source,), line),)
        return source if name.startswith("input") else model.outputs[0]

    def keras_shape(self, x: Value) -> Value:
        """The shape with its channels last, and None for the batch."""
        if isinstance(x, KerasTensor):
            return Opaque("a shape", x.line)
        image = self.shape_of(x)[1:]
        return (BATCH, *(image[1:] + image[:1] if len(image) > 2 else image))

    def set_attribute(self, owner: Value, name: str, value: Value, line: int) -> None:
        if name == "trainable" and isinstance(owner, KerasLayer | KerasModel):
            self.freeze(owner, value is False)
        elif isinstance(owner, KerasLayer):
            owner.settings[name] = value
        elif isinstance(owner, MODULES) and name == "trainable":
            from cnnviz.arithmetic.reader.modules import freeze

            freeze(owner, value)

    def freeze(self, owner: Value, frozen: bool) -> None:
        """layer.trainable = False, for a layer or for all of a model."""
        (self.frozen.add if frozen else self.frozen.discard)(id(owner))
        for layer in owner.layers if isinstance(owner, KerasModel) else ():
            if isinstance(layer, KerasLayer | KerasModel):
                self.freeze(layer, frozen)
            elif isinstance(layer, MODULES):
                from cnnviz.arithmetic.reader.modules import freeze

                freeze(layer, not frozen)

    def operate(self, kind: type[ast.operator], left: Value, right: Value, line: int) -> Value:
        names = {ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply"}
        both = all(isinstance(value, KerasTensor | Tensor) for value in (left, right))
        if both and kind in names:
            return self.call_value(KerasLayer(names[kind], {}, line), Arguments(line, [[left, right]]))
        if both:
            raise ReadError("of the operators between feature maps, + - and * are read.", line)
        return left if isinstance(left, KerasTensor | Tensor) else right

    def item(self, owner: Value, index: Value, line: int) -> Value:
        if isinstance(owner, KerasTensor | Tensor):
            raise ReadError("parts of feature maps of Keras are not read.", line)
        return super().item(owner, index, line)

    def is_kind(self, value: Value, kind: Value) -> bool:
        name = kind.last if isinstance(kind, Dotted) else ""
        return isinstance(value, KerasLayer) and (
            name in ("Layer", OTHER_NAMES.get(value.kind, value.kind)) or value.kind == name
        )

    def begin(self, made: Value, given: Arguments) -> None:
        """Nothing: a class of Keras begins empty."""

    def inherited(self, owner: Value, name: str, given: Arguments) -> Value:
        return Opaque(f"super().{name}", given.line)

    # Following

    def apply(self, module: Value, given: Arguments) -> Value:
        if not self.following:
            x = given.positional[0] if given.positional else None
            if isinstance(x, KerasTensor):
                return KerasTensor(module, (x,), given.line)
            return Opaque("what the model made of data", given.line)
        if isinstance(module, Instance):
            call = module.made_by.method("call") or module.made_by.method("__call__")
            if call is None:
                raise ReadError(
                    f"{module.made_by.name} has no call, which would say how its layers are joined.", module.line
                )
            return self.interpreter.call_function(call.of(module), given)
        if isinstance(module, LayerModule):
            return self.put_layer(module, given)
        if isinstance(module, Container):
            return self.in_turn(list(module.children.values()), given)
        return module.forward(self, module, given)

    def put(self, value: Value, inputs: list[Tensor], line: int) -> Tensor:
        """What a layer or a model gives for maps whose shapes are known."""
        if isinstance(value, KerasModel):
            return self.put_model(value, inputs)
        if isinstance(value, MODULES):
            result = first_tensor(self.apply(value, Arguments(line, list(inputs))))
            if result is None:
                raise ReadError(f"{kind_of(value)} gives back no feature map.", line)
            return result
        if value.kind in MEETINGS:
            return self.meet(value, inputs, line)
        if value.kind == "Lambda" and isinstance(value.settings.get("function"), Function):
            result = self.interpreter.call(value.settings["function"], Arguments(line, inputs))
            return result if isinstance(result, Tensor) else inputs[0]
        return self.put_layer_of_keras(value, inputs, line)

    def put_model(self, model: KerasModel, inputs: list[Tensor]) -> Tensor:
        """A model within another, or the model itself."""
        if model.outputs:
            known = {id(symbol): x for symbol, x in zip(model.inputs, inputs * len(model.inputs), strict=False)}
            return self.worked_out(model.outputs[0], known)
        x = inputs[0]
        for layer in model.layers:
            if isinstance(layer, KerasTensor) or kind_is(layer, "Input"):
                continue
            self.charge(1, model.line)
            if layer is model:
                raise ReadError("a model contains itself.", model.line)
            x = self.put(layer, [x], getattr(layer, "line", model.line))
        return x

    def worked_out(self, symbol: KerasTensor, known: dict[int, Tensor]) -> Tensor:
        """The feature map behind a symbol, by way of everything that leads to it."""
        waiting = [symbol]
        while waiting:
            last = waiting[-1]
            if id(last) in known:
                waiting.pop()
                continue
            missing = [x for x in last.inputs if id(x) not in known]
            if missing:
                waiting += missing
                if len(waiting) > 5_000:
                    raise ReadError("the model goes round in circles.", last.line)
                continue
            if not last.inputs:
                raise ReadError("an Input of the model is not among its inputs.", last.line)
            known[id(last)] = self.put(last.layer, [known[id(x)] for x in last.inputs], last.line)
        return known[id(symbol)]

    def meet(self, layer: KerasLayer, inputs: list[Tensor], line: int) -> Tensor:
        """Add, Concatenate and their kin."""
        name = base_name(layer)
        inputs = [self.as_keras(x, line) for x in inputs]
        if layer.kind != "Concatenate":
            result = inputs[0]
            for other in inputs[1:]:
                result = met(self.graph, MET[layer.kind], result, other, line)
            return result
        axis, axes = layer.settings.get("axis", -1), len(inputs[0].shape)
        axis = axis % axes if isinstance(axis, int) else axes - 1
        dim = (1 if axis == axes - 1 else axis + 1) if axes > 3 else axis
        return self.graph.put(Concat(dim), tuple(inputs), name, line)

    def put_layer_of_keras(self, layer: KerasLayer, inputs: list[Tensor], line: int) -> Tensor:
        """The layers of torch that do what a layer of Keras does."""
        x = inputs[0]
        needs_first = bool(SEQUENCES.fullmatch(layer.kind))
        x = self.as_torch(x, line) if needs_first else self.as_keras(x, line)
        base, image = base_name(layer), x.image
        if layer.kind == "MultiHeadAttention":
            settings = layer.settings
            attention = KerasAttention(
                image[-1],
                settings["num_heads"],
                settings["key_dim"],
                settings.get("value_dim") or settings["key_dim"],
                settings.get("use_bias", True) is not False,
            )
            others = inputs[1:2] if len(inputs) > 1 and inputs[1].source != x.source else []
            return self.graph.put(attention, (x, *others), base, layer.line, self.module(layer, "", attention))
        try:
            steps = self.steps(layer, image)
        except ShapeError as problem:
            raise ReadError(str(problem), layer.line) from None
        for suffix, torch_layer in steps:
            x = self.graph.put(torch_layer, (x,), base + suffix, layer.line, self.module(layer, suffix, torch_layer))
        if needs_first and len(x.image) == 2:
            self.channels_first.add(x.source)
        return x

    def steps(self, layer: KerasLayer, image: Shape) -> list[tuple[str, Layer]]:
        """The layers of torch, with what follows the layer's name for each."""
        inner = layer.inner
        if layer.kind == "TimeDistributed" and isinstance(inner, KerasLayer):
            each = image[1:] if len(image) < 4 else (image[0], *image[2:])
            if len(image) > 3:
                raise ShapeError("TimeDistributed is read of sequences (steps, features) and of dense layers.")
            return [(suffix, TimeDistributed(part)) for suffix, part in translated(inner, each)]
        if layer.kind == "Bidirectional" and isinstance(inner, KerasLayer):
            parts = translated(inner, image)
            merged = layer.settings.get("merge_mode", "concat") == "concat"
            return [
                (suffix, replace(part, both=True) if isinstance(part, KerasRecurrent) and merged else part)
                for suffix, part in parts
            ]
        activation = layer.settings.get("activation")
        if isinstance(activation, KerasLayer):
            plain = KerasLayer(layer.kind, {k: v for k, v in layer.settings.items() if k != "activation"}, layer.line)
            return [
                *translated(plain, image),
                *[("_activation" + suffix, part) for suffix, part in translated(activation, image)],
            ]
        return translated(layer, image)

    def module(self, layer: KerasLayer, suffix: str, torch_layer: Layer) -> LayerModule:
        """The module behind a layer of torch: the same for every use of the layer of Keras."""
        key = (id(layer), suffix)
        if key not in self.made or self.made[key].layer != torch_layer:
            self.made[key] = LayerModule(torch_layer, layer.line, frozen=id(layer) in self.frozen)
        return self.made[key]

    def as_torch(self, x: Tensor, line: int) -> Tensor:
        """A sequence with its channels first, as torch's layers along sequences take it."""
        if len(x.image) != 2 or x.source in self.channels_first:
            return x
        from cnnviz.arithmetic.layers import Permute

        return self.graph.put(Permute((0, 2, 1)), (x,), "permute", line)

    def as_keras(self, x: Tensor, line: int) -> Tensor:
        """A sequence with its channels last."""
        if x.source not in self.channels_first:
            return x
        from cnnviz.arithmetic.layers import Permute

        return self.graph.put(Permute((0, 2, 1)), (x,), "permute", line)


@dataclass
class KerasProgram(Program):
    """A model of Keras that was read: its layers find out what they take when a shape is fed in."""

    def __post_init__(self) -> None:
        if isinstance(self.root, Instance):
            super().__post_init__()

    def follow(self, shape: Shape) -> Followed:
        """Apply the model to an input of a shape."""
        dialect = self.interpreter.dialect
        dialect.channels_first, dialect.made = set(), {}
        followed = super().follow(shape)
        followed.graph.sized = True
        return followed

    def applied(self, x: Tensor, line: int) -> Tensor:
        """What the model makes of an input."""
        dialect = self.interpreter.dialect
        if isinstance(self.root, Instance):
            return super().applied(x, line)
        result = dialect.put(self.root, [x], line)
        if result.source == INPUT:
            raise ReadError("the model has no layers.", line)
        return dialect.as_keras(result, line)

    def network(self, followed: Followed, shape: Shape) -> Network:
        """The nodes that lead to the result."""
        graph = followed.graph
        nodes = tuple(
            replace(node, frozen=node.layer.num_params)
            if (made := graph.made.get(node.name)) is not None and made.frozen and node.module == node.name
            else node
            for node in graph.leading_to(followed.result)
        )
        return Network(
            nodes,
            self.input_shape,
            program=self,
            followed=shape,
            frozen_params=sum(node.frozen for node in nodes),
            choices=self.choices,
            choice=self.choice,
        )


def read_keras(
    tree: ast.Module,
    text: str,
    input_shape: Shape | None = None,
    values: dict[str, Any] | None = None,
    models: Any = None,
    choice: str | None = None,
) -> Network:
    """The network of a Keras text, read for the input shape given, or the one it names, or (3, 224, 224).

    >>> text = "Sequential([Conv2D(8, 3, input_shape=(32, 32, 3)), Flatten(), Dense(10)])"
    >>> [node.layer for node in read_keras(ast.parse(text), text).nodes][-1]
    Linear(in_features=7200, out_features=10, bias=True)
    """
    dialect = Keras(models)
    interpreter = dialect.interpreter = Interpreter(dialect, text.split("\n"), values or {})
    begun = model_begun_elsewhere(tree)
    if begun is not None:
        model = KerasModel(1, [])
        interpreter.top.names[begun] = model
        interpreter.found[model] = begun
    try:
        interpreter.run(tree)
        root, name, names = chosen_model(interpreter, choice)
        named = input_of(root, dialect)
        program = KerasProgram(interpreter, root, input_shape or named, name, names)
        network = program.at(read_shape(input_shape or named or DEFAULT_INPUT))
    except ReadError as problem:
        if interpreter.needs:
            raise missing_values_error(interpreter) from problem
        raise
    if interpreter.needs:
        raise missing_values_error(interpreter)
    return network


def chosen_model(interpreter: Interpreter, choice: str | None) -> tuple[Value, str, tuple[str, ...]]:
    """The model of a text that was asked for, else its last; its name, and the names of all."""
    from cnnviz.arithmetic.reader.program import default_arguments, names_mentioned

    options: dict[str, Any] = {}
    for value, label in interpreter.found.items():
        options[unused(label or "model", options)] = lambda value=value: value
    mentioned = names_mentioned(interpreter)
    made = {id(instance.made_by) for instance in interpreter.made}
    at_top = list(options)
    for kind in interpreter.classes:
        if kind.method("call") is not None and id(kind) not in made and not mentioned.get(kind.name, 0):
            options[unused(f"{kind.name}()", options)] = lambda kind=kind: interpreter.make(
                kind, default_arguments(interpreter, kind.method("__init__"), kind.line, kind.name, 1)
            )
    for function in interpreter.functions:
        if returns_model(function) and not mentioned.get(function.name, 0):
            options[unused(f"{function.name}()", options)] = lambda function=function: called(interpreter, function)
    loose = [value for value in interpreter.top.names.values() if isinstance(value, KerasTensor) and value.inputs]
    if not options and loose:  # layers called one behind the other, and no Model made of them
        return KerasModel(loose[-1].line, [], None, inputs_of(loose[-1]), (loose[-1],)), "", ()
    if not options:
        raise interpreter.passed_over or ReadError(
            "There is no network in this text: Sequential and functional models and classes with call are read."
        )
    name = choice if choice in options else (at_top[-1] if at_top else list(options)[-1])
    return options[name](), name, tuple(options)


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


def called(interpreter: Interpreter, function: Function) -> Value:
    """The model that a function makes with its defaults."""
    from cnnviz.arithmetic.reader.program import default_arguments

    value = interpreter.call(
        function, default_arguments(interpreter, function, function.definition.lineno, function.name, 0)
    )
    if isinstance(value, tuple | list) and value:
        value = value[0]
    if not isinstance(value, KerasModel | Instance):
        raise ReadError(f"{function.name} gives back {kind_of(value)}, no model.", function.definition.lineno)
    return value


def returns_model(function: Function) -> bool:
    """Whether a function makes a Sequential or a Model, and returns something."""
    names = {getattr(node, "id", "") or getattr(node, "attr", "") for node in ast.walk(function.definition)}
    returns = any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(function.definition))
    return returns and bool(names & {"Sequential", "Model"})


def functional(dialect: Keras, given: Arguments) -> KerasModel:
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


def input_of(root: Value, dialect: Keras) -> Shape | None:
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
