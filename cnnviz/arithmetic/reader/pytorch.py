"""PyTorch as the reader understands it: what its modules do to feature maps; names and attributes come before."""

from typing import Any

from cnnviz.arithmetic.layers import KINDS, SideOutput
from cnnviz.arithmetic.network import INPUT
from cnnviz.arithmetic.reader import layer_functions, modules
from cnnviz.arithmetic.reader.arguments import bind
from cnnviz.arithmetic.reader.graph import put_back
from cnnviz.arithmetic.reader.modules import MODULE_METHODS
from cnnviz.arithmetic.reader.pytorch_attributes import PyTorchAttributes
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.tensors import tensor
from cnnviz.arithmetic.reader.values import (
    BATCH,
    MODULES,
    Arguments,
    Class,
    Container,
    Example,
    ForeignModule,
    Instance,
    LayerModule,
    Opaque,
    ParameterTensor,
    Tensor,
    Value,
    batch_axis,
    kind_of,
)


class PyTorch(PyTorchAttributes):
    """The dialect of PyTorch: its names, and what its modules do to feature maps."""

    def begin(self, made: Value, given: Arguments) -> None:
        base = made.made_by.library_base().rpartition(".")[2]
        if base in ("Sequential", "ModuleList", "ModuleDict"):
            made.inner.update(modules.contents(self, base, given))
        elif base in KINDS and (given.positional or given.named):
            made.inner["layer"] = modules.make(self, base, given)

    def save_hyperparameters(self, owner: Value) -> None:
        """What d2l's and Lightning's method of that name does: the arguments of __init__ become attributes."""
        scope = self.interpreter.scope_of_init(owner)
        if isinstance(owner, Instance):
            own = {name: value for name, value in scope.items() if value is not owner and not name.startswith("_")}
            for name, value in own.items():
                if not isinstance(value, MODULES):
                    owner.attributes.setdefault(name, value)
            owner.attributes["hparams"] = Instance(Class("hparams", owner.line, {}, {}, []), owner.line, dict(own))

    def inherited(self, owner: Value, name: str, given: Arguments) -> Value:
        base = owner.made_by.library_base().rpartition(".")[2] if isinstance(owner, Instance) else ""
        if name == "forward" and base == "Sequential":
            return self.in_turn(list(owner.children.values()), given)
        if name in ("forward", "__call__") and base in KINDS and "layer" in owner.inner:
            return self.apply(owner.inner["layer"], given)
        if name in MODULE_METHODS and name != "forward":
            return modules.call_module_method(self, owner, name, given)
        if name.startswith("__") or not self.foreign_base(owner):
            raise ReadError(f"the class above has no {name[:40]} that is read here.", given.line)
        return Opaque(f"super().{name}", given.line)

    def apply(self, module: Value, given: Arguments) -> Value:
        if not self.following:
            return self.tried(module, given)
        if isinstance(module, LayerModule):
            return self.put_layer(module, given)
        if isinstance(module, Container):
            if module.kind != "Sequential":
                raise ReadError(f"an nn.{module.kind} only holds layers; call them one by one in a loop.", given.line)
            return self.in_turn(list(module.children.values()), given)
        if isinstance(module, ForeignModule):
            return module.forward(self, module, given)
        return self.apply_instance(module, given)

    def apply_instance(self, module: Instance, given: Arguments) -> Value:
        """What an object of a class of the text makes of what it is given."""
        kind = module.made_by
        definition = kind.method("forward") or kind.method("__call__")
        if definition is not None:
            return self.interpreter.call_function(definition.of(module), given)
        base = kind.library_base()
        if base.endswith("Sequential"):
            return self.in_turn(list(module.children.values()), given)
        if "layer" in module.inner:
            return self.apply(module.inner["layer"], given)
        if not base:
            raise ReadError(
                f"{kind.name} is no nn.Module: its class line should read {kind.name}(nn.Module).", kind.line
            )
        whole = next(
            (module.children[name] for name in ("net", "model", "network", "layers") if name in module.children), None
        )
        if self.foreign_base(module) and whole is not None:
            return self.apply(whole, given)  # as d2l and others do for classes that say no more
        raise ReadError(f"{kind.name} has no forward, which would say how its layers are joined.", kind.line)

    def in_turn(self, children: list[Value], given: Arguments) -> Value:
        """What comes out when modules are applied one behind the other."""
        if len(given.positional) < 1 or not isinstance(given.positional[0], Tensor | tuple | list | Opaque):
            raise ReadError("an nn.Sequential takes one feature map.", given.line)
        for child in children:
            if not isinstance(child, MODULES):
                raise ReadError(f"{kind_of(child)} stands where a layer should be.", given.line)
            self.charge(1, given.line)
            given = Arguments(given.line, [self.interpreter.call(child, given)])
        return given.positional[0]

    def put_layer(self, module: LayerModule, given: Arguments) -> Value:
        """A layer applied to what it is given."""
        self.charge(8, given.line)
        name = self.paths.get(module, type(module.layer).__name__.lower())
        kind = type(module.layer).__name__
        maps = [
            value for value in (*given.positional, *given.named.values()) if isinstance(value, Tensor | ParameterTensor)
        ]
        first = given.positional[0] if given.positional else None
        if isinstance(first, Opaque):
            return first
        if kind.startswith("MaxUnpool"):
            return layer_functions.unpool(self, module, given, name)
        several = module.layer.takes_several or kind in ("LSTM", "GRU", "RNN", "EmbeddingBag")
        if not maps or (
            not several
            and (len(given.positional) + len(given.named) != 1 or not isinstance(maps[0], Tensor | ParameterTensor))
        ):
            count = len(given.positional) + len(given.named)
            what = kind_of(first) if count == 1 else f"{count} arguments"
            raise ReadError(f"{name} takes one feature map, and is given {what}.", given.line)
        x = tensor(maps[0], name, given.line)
        if module.lazy:
            self.graph.sized = True
            size = x.shape[-1] if kind == "Linear" else (*x.shape, 1)[1]
            module = self.materialized(module, size)
        if not x.source:
            if not any(value.source for value in maps if isinstance(value, Tensor)):
                x = self.graph.parameter(x, given.line, x.image)
                x = Tensor(x.source, (BATCH, *x.shape)) if batch_axis(maps[0].shape)[0] is not None else x
            else:
                x = self.graph.parameter(x, given.line, x.image)
        if kind in ("LSTM", "GRU", "RNN"):
            return self.recurrent(module, x, name, given)
        if kind == "MultiheadAttention":
            return self.attention(module, maps, name, given)
        if several:
            return self.put_several(module, maps, name, given)
        result = self.graph.put(module.layer, (x,), name, module.line, module)
        return (result, result) if getattr(module.layer, "return_indices", False) else result

    def materialized(self, module: LayerModule, size: int) -> LayerModule:
        """A lazy layer with the channels of its first input; the same for every later use."""
        known = self.graph.lazy.get(module)
        if known is None:
            known = module.layer.with_settings(**{module.lazy: size if size < BATCH else 1})
            self.graph.lazy[module] = known
        module.layer = known
        return module

    def recurrent(self, module: LayerModule, x: Tensor, name: str, given: Arguments) -> Value:
        """nn.LSTM and its kin: the outputs of all steps, and the last state."""
        layer: Any = module.layer
        batch, _ = batch_axis(x.shape)
        axis = 0 if layer.batch_first else 1
        shape = (*x.shape[:-1], layer.out_size * layer.directions)
        out = self.graph.put(layer.plainest(), (x,), name, module.line, module, shape if len(x.shape) == 3 else None)
        states = []
        wanted = (
            [("[0]", layer.state_shape()), ("[1]", layer.cell_shape())]
            if type(layer).__name__ == "LSTM"
            else [("", layer.state_shape())]
        )
        for path, state in wanted:
            side = SideOutput(layer.plainest(), f"[1]{path}.transpose(0, 1)", state)
            full = put_back(state, 1, 1) if batch is not None else state
            states.append(self.graph.put(side, (out, x), f"{name}_state", module.line, module, full))
        return out, (tuple(states) if len(states) > 1 else states[0]) if axis in (0, 1) else None

    def attention(self, module: LayerModule, maps: list[Value], name: str, given: Arguments) -> Value:
        """nn.MultiheadAttention: the output, and the weights."""
        bound = bind(
            name,
            (
                "query",
                "key",
                "value",
                "key_padding_mask",
                "need_weights",
                "attn_mask",
                "average_attn_weights",
                "is_causal",
            ),
            3,
            given,
        )
        parts = [tensor(bound[part], name, given.line) for part in ("query", "key", "value")]
        same = all(part.source == parts[0].source for part in parts)
        inputs = [part if part.source else self.graph.parameter(part, given.line, part.image) for part in parts]
        inputs = inputs[:1] if same else inputs
        layer: Any = module.layer.plainest()
        out = self.graph.put(layer, tuple(inputs), name, module.line, module, (*parts[0].shape[:-1], layer.embed_dim))
        if bound.get("need_weights") is False:
            return out, None
        image = (parts[0].image[0], parts[1].image[0])
        side = SideOutput(layer, "[1]", image)
        return out, self.graph.put(side, (out, *inputs), f"{name}_weights", module.line, module, (BATCH, *image))

    def put_several(self, module: LayerModule, maps: list[Value], name: str, given: Arguments) -> Value:
        """A layer that takes several maps."""
        kind = type(module.layer).__name__
        inputs = [tensor(value, name, given.line) for value in maps]
        if kind in ("TransformerEncoderLayer",):
            inputs = inputs[:1]
        elif kind in ("TransformerDecoderLayer", "Transformer", "Bilinear"):
            inputs = inputs[:2]
        elif kind.endswith("Cell"):
            inputs = inputs[:1]
        layer = module.layer.plainest()
        shape = None
        if kind.startswith("Transformer"):
            shape = inputs[-1].shape if kind == "Transformer" else inputs[0].shape
        inputs = [x if x.source else self.graph.parameter(x, given.line, x.image) for x in inputs]
        result = self.graph.put(layer, tuple(inputs), name, module.line, module, shape)
        return (result, result) if kind == "LSTMCell" else result

    def tried(self, module: Value, given: Arguments) -> Value:
        """Take note of a module that is called on an input made for trying it out."""
        first = given.positional[0] if given.positional else None
        if isinstance(first, Tensor) and not first.source:
            self.tried_out = module
            shape = first.shape
            shape = shape[1:] if len(shape) in (2, 4, 5) or (len(shape) == 3 and shape[0] == 1) else shape
            if shape and BATCH not in shape and all(size % BATCH for size in shape):
                self.input_shape = shape
            return Opaque("what the network made of an example", given.line)
        if isinstance(first, Opaque | Example) or first is None:
            return Opaque("what the network made of an example", given.line)
        raise ReadError(f"{kind_of(module)} is called on {kind_of(first)}.", given.line)


def is_input(value: Value) -> bool:
    """Whether this is what is fed in, as it is."""
    return isinstance(value, Tensor) and value.source == INPUT
