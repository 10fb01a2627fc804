"""What the layers of Keras do to feature maps whose shapes are known."""

import re
from dataclasses import replace
from typing import Any

from cnnviz.arithmetic.layers import Add, Concat, KerasAttention, Layer, Maximum, Minimum, Multiply, Permute, Subtract
from cnnviz.arithmetic.layers.keras_only import KerasRecurrent
from cnnviz.arithmetic.layers.sources import TimeDistributed
from cnnviz.arithmetic.reader.arithmetic_functions import met
from cnnviz.arithmetic.reader.keras_layers import translated
from cnnviz.arithmetic.reader.keras_models import kind_is
from cnnviz.arithmetic.reader.keras_names import MEETINGS, base_name
from cnnviz.arithmetic.reader.program import first_tensor
from cnnviz.arithmetic.reader.pytorch import PyTorch
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    MODULES,
    Arguments,
    Container,
    Function,
    Instance,
    KerasLayer,
    KerasModel,
    KerasTensor,
    LayerModule,
    Opaque,
    Tensor,
    Value,
    kind_of,
)
from cnnviz.arithmetic.settings import Shape, ShapeError

MET: dict[str, Any] = {
    "Add": Add,
    "Subtract": Subtract,
    "Multiply": Multiply,
    "Average": Add,
    "Maximum": Maximum,
    "Minimum": Minimum,
}


SEQUENCES = re.compile(
    r"(Conv|MaxPooling|AveragePooling|SeparableConv|ZeroPadding|UpSampling|GlobalAveragePooling|GlobalMaxPooling|SpatialDropout)1D"
)


class KerasLayers(PyTorch):
    """Applies the layers and models of Keras to feature maps."""

    def __init__(self, models: Any = None) -> None:
        super().__init__(models)
        self.channels_first: set[str] = set()  # nodes of sequences that a layer of torch left with their channels first
        self.made: dict[tuple[int, str], LayerModule] = {}
        self.frozen: set[int] = set()
        self.first: Shape | None = None

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

        return self.graph.put(Permute((0, 2, 1)), (x,), "permute", line)

    def as_keras(self, x: Tensor, line: int) -> Tensor:
        """A sequence with its channels last."""
        if x.source not in self.channels_first:
            return x

        return self.graph.put(Permute((0, 2, 1)), (x,), "permute", line)
