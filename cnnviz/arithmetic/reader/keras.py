"""Keras as the reader understands it: Sequential models, the functional style, classes with call; all names."""

import ast
import re

from cnnviz.arithmetic.reader.keras_following import KerasLayers
from cnnviz.arithmetic.reader.keras_models import (
    checked,
    functional,
    is_list_of_maps,
    kind_is,
    sequential,
)
from cnnviz.arithmetic.reader.keras_names import LAYER_NAMES, OTHER_NAMES, PARAMETERS, settings_of
from cnnviz.arithmetic.reader.keras_settings import ACTIVATIONS
from cnnviz.arithmetic.reader.module_tree import freeze
from cnnviz.arithmetic.reader.standard_library import NUMBERS
from cnnviz.arithmetic.reader.syntax import ReadError, did_you_mean
from cnnviz.arithmetic.reader.values import (
    BATCH,
    MODULES,
    Arguments,
    Dotted,
    KerasLayer,
    KerasModel,
    KerasTensor,
    Method,
    Opaque,
    Tensor,
    Value,
    kind_of,
)

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


class Keras(KerasLayers):
    """The dialect of Keras; what it has in common with that of PyTorch is inherited."""

    aliases = ALIASES

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
            return functional(given)
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
            freeze(owner, value)

    def freeze(self, owner: Value, frozen: bool) -> None:
        """layer.trainable = False, for a layer or for all of a model."""
        (self.frozen.add if frozen else self.frozen.discard)(id(owner))
        for layer in owner.layers if isinstance(owner, KerasModel) else ():
            if isinstance(layer, KerasLayer | KerasModel):
                self.freeze(layer, frozen)
            elif isinstance(layer, MODULES):
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
