"""PyTorch as the reader understands it: which names make layers, and what its values can do."""

import ast
import re
from typing import Any

from cnnviz.arithmetic.layers import KINDS, SideOutput
from cnnviz.arithmetic.network import INPUT
from cnnviz.arithmetic.reader import modules, pytorch_functions, shape_functions
from cnnviz.arithmetic.reader.arguments import bind
from cnnviz.arithmetic.reader.arithmetic_functions import operated
from cnnviz.arithmetic.reader.bounded import is_whole
from cnnviz.arithmetic.reader.graph import Graph, put_back
from cnnviz.arithmetic.reader.interpreter import Interpreter
from cnnviz.arithmetic.reader.library_texts import WRITTEN
from cnnviz.arithmetic.reader.modules import KNOWN_LAYERS, MODULE_METHODS, own_parameters
from cnnviz.arithmetic.reader.rearranging import rearrange
from cnnviz.arithmetic.reader.standard_library import NUMBERS
from cnnviz.arithmetic.reader.syntax import ReadError, did_you_mean
from cnnviz.arithmetic.reader.tensors import tensor
from cnnviz.arithmetic.reader.values import (
    BATCH,
    MODULES,
    Arguments,
    Class,
    Container,
    Dotted,
    Example,
    ForeignModule,
    Function,
    Instance,
    LayerModule,
    Method,
    Opaque,
    ParameterTensor,
    Tensor,
    Value,
    batch_axis,
    kind_of,
)
from cnnviz.arithmetic.settings import Shape

ALIASES = {
    "torch": "torch",
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "OrderedDict": "collections.OrderedDict",
    "partial": "functools.partial",
    "deepcopy": "copy.deepcopy",
    "rearrange": "einops.rearrange",
    "d2l": "d2l",
    "pl": "pytorch_lightning",
    "init": "torch.nn.init",
    "T": "torchvision.transforms",
    "plt": "matplotlib.pyplot",
    "pd": "pandas",
    "sns": "seaborn",
    "np": "numpy",
    "Variable": "torch.autograd.Variable",
    "summary": "torchsummary.summary",
    **{
        name: name
        for name in (
            "numpy",
            "math",
            "optim",
            "torchvision",
            "models",
            "transforms",
            "timm",
            "copy",
            "functools",
            "collections",
            "itertools",
            "einops",
            "os",
            "sys",
            "time",
            "random",
            "tqdm",
        )
    },
}
BATCH_NAMES = re.compile(r"(?i)(batch|batch_?size|bs|n_?batch|b_?size)")
RETURNS_FIRST = {
    "compile",
    "jit.script",
    "jit.trace",
    "autograd.Variable",
    "nn.DataParallel",
    "quantization.prepare",
    "jit.ignore",
    "nn.parallel.DistributedDataParallel",
    "jit.export",
    "nn.parallel.DataParallel",
}
MODEL_SOURCE = re.compile(
    r"(?:torchvision\.)?models\.(?:\w+\.)?\w+|timm\.create_model|torch\.hub\.load|timm\.models\.\w+"
)


class PyTorch:
    """The dialect of PyTorch; see dialect.Dialect for what each method answers."""

    aliases = ALIASES

    def __init__(self, models: Any = None) -> None:
        self.graph = Graph()
        self.models = models
        self.paths: dict[Value, str] = {}
        self.input_shape: Shape | None = None
        self.tried_out: Value = None
        self.following = False
        self.interpreter: Interpreter = None  # type: ignore[assignment]
        self.losses: set[str] = set()

    # What handlers of functions ask

    def needed(self, value: Value, line: int) -> Value:
        return self.interpreter.needed(value, line)

    def likely(self, value: Value) -> Value:
        return value.likely if isinstance(value, Opaque) else value

    def listed(self, value: Value, line: int) -> list[Value]:
        return self.interpreter.listed(value, line)

    def remember(self, owner: Any) -> None:
        self.interpreter.remember(owner)

    def charge(self, steps: int, line: int) -> None:
        self.interpreter.charge(steps, line)

    def note_size(self, value: int = 0) -> None:
        """A size was asked for: unless it is that of the batch, the network is another for other inputs."""
        if value and value % BATCH == 0:
            self.interpreter.saw_batch = True
        else:
            self.graph.sized = True

    def shape_of(self, x: Tensor) -> Shape:
        """All sizes."""
        self.graph.sized = self.interpreter.saw_batch = True
        return x.shape

    # Names

    def bare(self, name: str) -> Dotted | None:
        return Dotted(f"torch.nn.{name}") if name in KNOWN_LAYERS or name in ("Module", *modules.REPEATED) else None

    def unsaid(self, name: str) -> Value:
        return BATCH if BATCH_NAMES.fullmatch(name) else None

    def known_names(self) -> list[str]:
        return [*KNOWN_LAYERS, "nn", "F", "torch"]

    def maker_names(self) -> set[str]:
        return {*KNOWN_LAYERS} - {"Parameter"}

    def is_network(self, value: Value) -> bool:
        return False

    def named(self, thing: Dotted, line: int) -> Value:
        path = thing.path
        if path in NUMBERS:
            return NUMBERS[path]
        if path.startswith("nn."):
            return Dotted(f"torch.{path}")
        if path.startswith("F."):
            return Dotted(f"torch.nn.functional.{path[2:]}")
        if thing.last in WRITTEN and path.startswith(("torchvision.ops", "timm.", "einops.", "ops.")):
            return self.interpreter.written(thing.last)
        return thing

    # Calls

    def call(self, function: Dotted, given: Arguments) -> Value:
        path, last = function.path, function.last
        if path.startswith("torch.nn.") and path.count(".") == 2 and last[:1].isupper():
            return modules.make(self, last, given)
        if path.startswith("torch.nn.functional."):
            return self.function(last, path, given)
        if path.startswith("torch.nn.utils.") or last in ("spectral_norm", "weight_norm"):
            return self.utility(last, given)
        if path.startswith("torch.nn.init."):
            return given.positional[0] if given.positional else None
        if path.startswith("torch.") and path.removeprefix("torch.") in RETURNS_FIRST:
            return given.positional[0] if given.positional else Opaque("a decorator", given.line)
        if MODEL_SOURCE.fullmatch(path) or (path.startswith("torchvision.models") and last[:1].islower()):
            return self.model_by_name(path, given)
        if path.startswith("torch.fft."):
            return given.positional[0] if given.positional else Opaque(path, given.line)
        if path == f"torch.{last}" or path.startswith(("torch.special.", "torch.linalg.")):
            return self.function(last, path, given)
        if last in ("rearrange", "repeat", "reduce") and "einops" in path and isinstance(given.positional[0], Tensor):
            return rearrange(self, last, given)
        if last == "checkpoint" and len(given.positional) > 1:
            return self.interpreter.call(given.positional[0], Arguments(given.line, given.positional[1:]))
        if last in ("summary", "FlopCountAnalysis", "profile", "get_model_complexity_info"):
            self.note_summary(given)
        if last in ("trunc_normal_", "constant_", "normal_"):
            return None
        if any(isinstance(value, Tensor) and value.source for value in given.positional):
            if path.startswith("torchvision.transforms.functional.") and pytorch_functions.is_function(last):
                return pytorch_functions.apply_function(self, last, given)
            raise ReadError(f"{path[:60]} is not a function this app can draw.", given.line)
        return Opaque(f"{path}(...)", given.line)

    def function(self, name: str, path: str, given: Arguments) -> Value:
        """torch.name(...) or F.name(...)."""
        if pytorch_functions.is_function(name):
            first = (*given.positional, *given.named.values(), None)[0]
            if isinstance(first, list | tuple) and not any(
                isinstance(v, Tensor | ParameterTensor | list | tuple | int) for v in first
            ):
                return Opaque(f"{path}(...)", given.line)
            if isinstance(first, Opaque) and name not in pytorch_functions.CREATED:
                return Opaque(f"{path}(...)", given.line)
            if isinstance(first, int | float) and name not in pytorch_functions.CREATED:
                return first
            return pytorch_functions.apply_function(self, name, given)
        if name in (
            "cross_entropy",
            "nll_loss",
            "mse_loss",
            "binary_cross_entropy",
            "binary_cross_entropy_with_logits",
        ):
            return Opaque(f"{path}(...)", given.line)
        if any(isinstance(value, Tensor) and value.source for value in [*given.positional, *given.named.values()]):
            known = [*pytorch_functions.LAYER_FUNCTIONS, *pytorch_functions.POINTWISE_FUNCTIONS]
            raise ReadError(f"{path} is not a function this app can draw{did_you_mean(name, known)}", given.line)
        return Opaque(f"{path}(...)", given.line)

    def utility(self, name: str, given: Arguments) -> Value:
        """torch.nn.utils: norms of weights, packed sequences."""
        first = given.positional[0] if given.positional else None
        if name == "weight_norm" and isinstance(first, LayerModule):
            own = own_parameters(first)
            if "weight" in own:
                weight = own.pop("weight")
                own["weight_g"] = ParameterTensor((weight.shape[0],), "weight_g")
                own["weight_v"] = weight
            return first
        if name == "pad_packed_sequence":
            return first, Opaque("lengths", given.line)
        if name in ("pack_padded_sequence", "pack_sequence", "spectral_norm", "weight_norm", "remove_weight_norm"):
            return first
        return Opaque(f"torch.nn.utils.{name}(...)", given.line)

    def model_by_name(self, path: str, given: Arguments) -> Value:
        """models.resnet18(...), timm.create_model("resnet18"), torch.hub.load("pytorch/vision", "resnet18")."""
        last, values = path.rpartition(".")[2], list(given.positional)
        if last in ("create_model", "get_model", "load") and values:
            name = values.pop(1 if last == "load" and len(values) > 1 else 0)
            values = values if last != "load" else []
        else:
            name = last
        if not isinstance(name, str):
            raise ReadError("which network this is the text does not say: write its name as a word.", given.line)
        settings = {
            key: self.needed(v, given.line) for key, v in given.named.items() if key in ("num_classes", "aux_logits")
        }
        found = self.models(name, settings, given.line) if self.models is not None else None
        if found is None:
            why = (
                "is not one of torchvision's"
                if self.models is not None
                else "is made by a library, which is not read here"
            )
            raise ReadError(f"{name[:40]} {why}: paste the code of its layers.", given.line)
        return found

    def call_method(self, method: Method, given: Arguments) -> Value:
        owner, name = method
        if isinstance(owner, Tensor | ParameterTensor):
            shifted = {key + 1 if isinstance(key, int) else key: span for key, span in given.spans.items()}
            inner = Arguments(given.line, [owner, *given.positional], given.named, shifted)
            return pytorch_functions.apply_function(self, name, inner)
        return modules.call_module_method(self, owner, name, given)

    def call_value(self, value: Value, given: Arguments) -> Value:
        raise ReadError(f"{kind_of(value)} cannot be called here.", given.line)

    # Attributes and items

    def attribute(self, owner: Value, name: str, line: int) -> Value:
        if isinstance(owner, Tensor):
            return self.tensor_attribute(owner, name, line)
        if isinstance(owner, ParameterTensor):
            if name in ("shape", "size", "data", "requires_grad", "grad"):
                return {"shape": owner.shape, "data": owner, "requires_grad": not owner.frozen}.get(
                    name, Method(owner, name)
                )
            return Method(owner, name) if pytorch_functions.is_function(name) else Opaque(name, line)
        if isinstance(owner, MODULES):
            return self.module_attribute(owner, name, line)
        if isinstance(owner, Function | Method | Example):
            return Opaque(name, line)
        raise ReadError(f"{kind_of(owner)} has no {name[:40]} here.", line)

    def tensor_attribute(self, owner: Tensor, name: str, line: int) -> Value:
        """x.shape, x.device, x.T and the methods of a tensor."""
        if name == "shape":
            return self.shape_of(owner)
        if name in (
            "device",
            "dtype",
            "requires_grad",
            "grad",
            "is_cuda",
            "layout",
            "grad_fn",
            "backward",
            "is_sparse",
        ):
            return Opaque(name, line)
        if name in ("ndim",):
            return len(owner.shape)
        if name in ("T", "mT", "H"):
            return shape_functions.transpose(self, "t", Arguments(line, [owner]))
        if name == "data":
            return owner
        if name in ("is_complex", "is_floating_point"):
            return Dotted("builtins.nothing")
        if pytorch_functions.is_function(name):
            return Method(owner, name)
        if not owner.source:
            return Opaque(name, line)
        raise ReadError(f"a feature map has no {name[:40]} here{did_you_mean(name, pytorch_functions.FUNCTIONS)}", line)

    def module_attribute(self, owner: Value, name: str, line: int) -> Value:
        """What hangs on a module: modules in it, its settings, its methods, its parameters."""
        if name in owner.children:
            return owner.children[name]
        if name == "training":
            return False
        if name == "device" or name == "dtype":
            return Opaque(name, line)
        if isinstance(owner, LayerModule | ForeignModule):
            if isinstance(owner, LayerModule):
                if name in owner.attributes:
                    return owner.attributes[name]
                if name in owner.layer.parameter_shapes():
                    return own_parameters(owner)[name]
                if hasattr(owner.layer, name) and not name.startswith("_") and name not in MODULE_METHODS:
                    value = getattr(owner.layer, name)
                    return (
                        None
                        if name == "bias" and value is False
                        else value
                        if isinstance(value, int | float | str | tuple)
                        else Opaque(name, line)
                    )
            elif name in owner.settings or name in owner.parameters:
                return owner.settings.get(name, owner.parameters.get(name))
        if name in MODULE_METHODS:
            return Method(owner, name)
        if isinstance(owner, LayerModule | ForeignModule):
            return Opaque(name, line)  # what training sets: conv.weight, conv.bias
        if isinstance(owner, Instance) and self.foreign_base(owner):
            return Opaque(f"{owner.made_by.name}.{name}", line)
        known = [*MODULE_METHODS, *(owner.attributes if isinstance(owner, Instance) else ())]
        who = owner.made_by.name if isinstance(owner, Instance) else kind_of(owner)
        raise ReadError(f"{who} has no {name[:40]} here{did_you_mean(name, known)}", line)

    def foreign_base(self, owner: Instance) -> bool:
        """Whether a class inherits from one that is neither of the text nor of torch: its methods are not known."""
        base = owner.made_by.library_base()
        return bool(base) and not base.startswith(("torch.nn", "nn."))

    def set_attribute(self, owner: Value, name: str, value: Value, line: int) -> None:
        if isinstance(owner, ParameterTensor):
            if name == "requires_grad":
                owner.frozen = not self.interpreter.truth(value, line)
        elif isinstance(owner, LayerModule):
            if isinstance(value, ParameterTensor) and name in owner.layer.parameter_shapes():
                own_parameters(owner)[name] = value
            elif hasattr(owner.layer, name) and isinstance(value, int | float | str | tuple | bool):
                owner.layer = owner.layer.with_settings(**{name: value})
            else:
                self.remember(owner.attributes)
                owner.attributes[name] = value
        elif isinstance(owner, Container | ForeignModule):
            self.remember(owner.children)
            if isinstance(value, MODULES) or value is None or name in owner.children:
                owner.children[name] = value
        elif not isinstance(owner, Tensor | Method):
            raise ReadError(f"{kind_of(owner)} is not given attributes here.", line)

    def item(self, owner: Value, index: Value, line: int) -> Value:
        if isinstance(owner, Tensor):
            return shape_functions.item(self, owner, index, line)
        if isinstance(owner, ParameterTensor):
            return shape_functions.item(self, tensor(owner, "an index", line), index, line)
        if isinstance(owner, Container | ForeignModule | Instance):
            children = owner.children
            if isinstance(index, str) and index in children:
                return children[index]
            index = self.needed(index, line)
            if isinstance(index, slice):
                kind = owner.kind if isinstance(owner, Container) else "Sequential"
                return Container(kind, line, dict(list(children.items())[index]))
            if is_whole(index) and -len(children) <= index < len(children):
                return list(children.values())[index]
        raise ReadError(f"{kind_of(owner)} has no item {kind_of(index)}.", line)

    def set_item(self, owner: Value, index: Value, value: Value, line: int) -> None:
        if isinstance(owner, Tensor | ParameterTensor):
            return
        children = modules.inside(owner)
        names = list(children)
        if is_whole(index) and -len(names) <= index < len(names):
            index = names[index]
        if not isinstance(index, str) or not isinstance(owner, Container | ForeignModule | Instance):
            raise ReadError(f"{kind_of(owner)} has no item {kind_of(index)}.", line)
        self.remember(children)
        children[index] = modules.checked_module(value, "ModuleDict", line)

    # Operators

    def operate(self, kind: type[ast.operator], left: Value, right: Value, line: int) -> Value:
        return operated(self.graph, kind, left, right, line)

    def compared(self, left: Value, right: Value, line: int) -> Value:
        return left if isinstance(left, Tensor) else right

    def unbound(self, value: Tensor, line: int) -> list[Value]:
        return list(shape_functions.chunked(self, "unbind", Arguments(line, [value])))

    def concatenated(self, left: Value, right: Value) -> Value:
        both = [*left.children.values(), *right.children.values()]
        return Container(left.kind, left.line, {str(place): child for place, child in enumerate(both)})

    def is_kind(self, value: Value, kind: Value) -> bool:
        name = kind.last if isinstance(kind, Dotted) else ""
        if name in ("Tensor", "FloatTensor"):
            return isinstance(value, Tensor | ParameterTensor)
        if name == "Parameter":
            return isinstance(value, ParameterTensor)
        if name == "Module":
            return isinstance(value, MODULES)
        if isinstance(value, LayerModule):
            own = type(value.layer).__name__
            if name in ("_BatchNorm", "_NormBase"):
                return own.startswith(("BatchNorm", "InstanceNorm"))
            return (getattr(value.layer, "function", own) if own == "Pointwise" else own) == name
        if isinstance(value, Container | ForeignModule):
            return value.kind == name
        if isinstance(value, Instance):
            return value.made_by.library_base().rpartition(".")[2] == name
        return name in ("Iterable", "Sequence", "Collection") and isinstance(value, list | tuple)

    # Objects

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

    # Following

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
            return pytorch_functions.layer_functions.unpool(self, module, given, name)
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

    def note_summary(self, given: Arguments) -> None:
        """summary(net, (3, 224, 224)) says what is fed in."""
        sizes = given.named.get("input_size", given.positional[1] if len(given.positional) > 1 else None)
        if isinstance(sizes, list | tuple) and sizes and isinstance(sizes[0], list | tuple):
            sizes = sizes[0]
        if (
            isinstance(sizes, list | tuple)
            and sizes
            and all((is_whole(size) and 0 < size < BATCH) or size == BATCH for size in sizes)
        ):
            self.input_shape = tuple(sizes[1:] if len(sizes) == 4 or sizes[0] == BATCH else sizes)


def is_input(value: Value) -> bool:
    """Whether this is what is fed in, as it is."""
    return isinstance(value, Tensor) and value.source == INPUT
