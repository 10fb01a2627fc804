"""Modules of PyTorch: how their calls make layers and containers, and the methods that list, change or freeze them."""

from typing import Any

from cnnviz.arithmetic.layers import KINDS, POINTWISE, Linear, Softmax
from cnnviz.arithmetic.reader.arguments import bind, built, make_layer, make_pointwise
from cnnviz.arithmetic.reader.bounded import check_items, is_whole
from cnnviz.arithmetic.reader.module_tree import freeze, named_modules, own_parameters
from cnnviz.arithmetic.reader.syntax import ReadError, did_you_mean
from cnnviz.arithmetic.reader.tensors import sizes_of
from cnnviz.arithmetic.reader.values import (
    MODULES,
    Arguments,
    Class,
    Container,
    Dotted,
    ForeignModule,
    Function,
    Instance,
    LayerModule,
    Opaque,
    ParameterTensor,
    Partial,
    Tensor,
    Value,
    kind_of,
)

CONTAINERS = ("Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict")
LAZY = {
    f"Lazy{name}": name
    for name in (
        "Conv1d",
        "Conv2d",
        "Conv3d",
        "ConvTranspose1d",
        "ConvTranspose2d",
        "ConvTranspose3d",
        "Linear",
        "BatchNorm1d",
        "BatchNorm2d",
        "BatchNorm3d",
        "InstanceNorm1d",
        "InstanceNorm2d",
        "InstanceNorm3d",
    )
}
REPEATED = ("TransformerEncoder", "TransformerDecoder")
KNOWN_LAYERS = (
    *KINDS,
    *POINTWISE,
    *CONTAINERS,
    *LAZY,
    *REPEATED,
    "Softmax2d",
    "Parameter",
    "SyncBatchNorm",
)

# what modules can do that changes nothing about the network, or that only training needs
GIVES_ITSELF = {
    "to",
    "cuda",
    "cpu",
    "eval",
    "train",
    "half",
    "float",
    "double",
    "apply",
    "type",
    "share_memory",
    "bfloat16",
    "to_empty",
    "compile",
    "xpu",
}
DOES_NOTHING = {
    "load_state_dict",
    "zero_grad",
    "register_forward_hook",
    "register_backward_hook",
    "reset_parameters",
    "register_full_backward_hook",
    "register_forward_pre_hook",
    "save_hyperparameters",
    "log",
    "log_dict",
    "_init_weights",
    "flatten_parameters",
    "extra_repr",
    "register_state_dict_post_hook",
    "print",
    "build",
    "_reset_parameters",
}
LISTS = {
    "children",
    "named_children",
    "modules",
    "named_modules",
    "parameters",
    "named_parameters",
    "state_dict",
    "buffers",
    "named_buffers",
}
ADDS = {
    "add_module",
    "register_module",
    "append",
    "extend",
    "insert",
    "register_buffer",
    "register_parameter",
    "update",
    "pop",
    "items",
    "keys",
    "values",
    "get_submodule",
    "requires_grad_",
    "forward",
    "get_parameter",
}
MODULE_METHODS = GIVES_ITSELF | DOES_NOTHING | LISTS | ADDS


def make(reader: Any, name: str, given: Arguments) -> Value:
    """nn.name(...)."""
    if any(isinstance(value, Opaque) for value in (*given.positional, *given.named.values())):
        given = said(reader, given)
    if name in KINDS:
        if name in ("TransformerEncoderLayer", "TransformerDecoderLayer", "Transformer", "Flatten"):
            given = with_words(given)
        return make_layer(KINDS[name], given)
    if name in POINTWISE:
        return make_pointwise(name, given)
    if name in CONTAINERS:
        return container(reader, name, given)
    if name in LAZY:
        return lazy_layer(LAZY[name], given)
    if name == "Softmax2d":
        return built(Softmax, {"dim": 1}, given.line)
    if name == "SyncBatchNorm":
        return make_layer(KINDS["BatchNorm2d"], given)
    if name in REPEATED:
        return repeated(given)
    if name in ("Parameter", "UninitializedParameter"):
        return parameter(given)
    if name == "Module":
        return Instance(Class("Module", given.line, {}, {}, [Dotted("torch.nn.Module")]), given.line)
    if name in ("DataParallel", "parallel.DistributedDataParallel") and given.positional:
        return given.positional[0]
    if name == "NonDynamicallyQuantizableLinear":
        return make_layer(Linear, given)
    if name.endswith("Loss") or name in (
        "Buffer",
        "CosineSimilarity",
        "PairwiseDistance",
        "AdaptiveLogSoftmaxWithLoss",
    ):
        return given.positional[0] if name == "Buffer" and given.positional else Opaque(f"nn.{name}", given.line)
    offer = did_you_mean(name, KNOWN_LAYERS)
    if offer == ".":
        offer = (
            "; it draws convolutions, poolings, dense, recurrent and attention layers, normalizations and activations."
        )
    raise ReadError(f"nn.{name[:40]} is not a layer this app can draw{offer}", given.line)


def said(reader: Any, given: Arguments) -> Arguments:
    """The arguments with what the text does not say asked for; a device or a kind of number does not matter."""
    named = {
        key: value if key in ("device", "dtype") else reader.needed(value, given.line)
        for key, value in given.named.items()
    }
    positional = [reader.needed(value, given.line) for value in given.positional]
    return Arguments(given.line, positional, named, given.spans)


def with_words(given: Arguments) -> Arguments:
    """The arguments with functions given as words: activation=F.gelu."""

    def word(value: Value) -> Value:
        return (
            value.last if isinstance(value, Dotted) else "relu" if isinstance(value, LayerModule | Function) else value
        )

    named = {key: word(value) for key, value in given.named.items()}
    return Arguments(given.line, [word(value) for value in given.positional], named, given.spans)


def lazy_layer(name: str, given: Arguments) -> LayerModule:
    """nn.LazyConv2d(...): the layer, which learns from its first input how many channels come in."""
    kind = KINDS[name]
    made = make_layer(
        kind, Arguments(given.line, [1, *given.positional] if kind.counts else given.positional, given.named)
    )
    made.lazy = kind.counts
    made.spans = ()
    return made


def repeated(given: Arguments) -> LayerModule:
    """nn.TransformerEncoder(layer, num_layers): so many copies of the layer, one behind the other."""
    bound = bind(
        "TransformerEncoder",
        ("encoder_layer", "num_layers", "norm", "enable_nested_tensor", "mask_check"),
        2,
        Arguments(
            given.line,
            given.positional,
            {"encoder_layer" if k == "decoder_layer" else k: v for k, v in given.named.items()},
        ),
    )
    layer, count = bound["encoder_layer"], bound["num_layers"]
    if not isinstance(layer, LayerModule) or not is_whole(count) or not 1 <= count <= 200:
        raise ReadError("nn.TransformerEncoder is read with a layer of torch and their number.", given.line)
    container = Container("Sequential", given.line)
    for _ in range(count):
        container.append(LayerModule(layer.layer, given.line))
    if isinstance(bound.get("norm"), LayerModule):
        container.append(bound["norm"])
    return container  # type: ignore[return-value]


def parameter(given: Arguments) -> ParameterTensor:
    """nn.Parameter(torch.zeros(1, 197, 768))."""
    bound = bind("Parameter", ("data", "requires_grad"), 0, given)
    data = bound.get("data")
    frozen = bound.get("requires_grad") is False
    if isinstance(data, ParameterTensor):
        return data
    if isinstance(data, Tensor) and not data.source:
        return ParameterTensor(data.shape, frozen=frozen)
    if isinstance(data, int | float):
        return ParameterTensor((), frozen=frozen)
    if isinstance(data, list | tuple):
        from cnnviz.arithmetic.reader.pytorch_functions import nested_shape

        return ParameterTensor(nested_shape(data), frozen=frozen)
    raise ReadError(f"nn.Parameter takes a tensor of a known shape, and this is {kind_of(data)}.", given.line)


def container(reader: Any, name: str, given: Arguments) -> Container:
    """nn.Sequential(...), nn.ModuleList([...]), nn.ModuleDict({...})."""
    return Container(name, given.line, contents(reader, name, given))


def contents(reader: Any, name: str, given: Arguments) -> dict[str, Value]:
    """The modules of a container, from the arguments that it is made with."""
    items: list[Value] = given.positional
    if given.named:
        raise ReadError(f"nn.{name} takes its layers without names.", given.line)
    first = items[0] if len(items) == 1 else None
    if isinstance(first, dict):
        named = {str(key): value for key, value in first.items()}
    elif name in ("ModuleDict", "ParameterDict"):
        if items and not isinstance(first, list | Container):
            raise ReadError(f"nn.{name} takes a dict of layers.", given.line)
        named = {str(key): value for key, value in (first or [])} if isinstance(first, list) else {}
    else:
        if name in ("ModuleList", "ParameterList") and items:
            items = reader.listed(items[0], given.line)
        named = {str(place): value for place, value in enumerate(items)}
    for key, value in named.items():
        named[key] = checked_module(value, name, given.line)
    return named


def checked_module(value: Value, kind: str, line: int) -> Value:
    """The value, if it may be in a container; refused is what is no layer among layers."""
    if isinstance(value, MODULES) or (isinstance(value, Opaque) and not value.needs):
        return value
    if kind.startswith("Parameter") and isinstance(value, ParameterTensor | Tensor):
        return value
    if value is None and kind != "Sequential":
        return value
    if isinstance(value, list | tuple):
        raise ReadError(f"nn.{kind} takes layers, not a list of them: put a star before the list, *layers.", line)
    if isinstance(value, Dotted | Class | Partial):
        name = getattr(value, "last", "") or getattr(value, "name", "the class")
        raise ReadError(f"{name} is the name of a layer, not yet a layer: write {name}(...).", line)
    raise ReadError(f"nn.{kind} takes layers, and there is {kind_of(value)} among them.", line)


def call_module_method(reader: Any, owner: Value, name: str, given: Arguments) -> Value:
    """The methods of modules and containers."""
    line = given.line
    if name in GIVES_ITSELF:
        return owner
    if name == "save_hyperparameters":
        return reader.save_hyperparameters(owner)
    if name in DOES_NOTHING:
        return None
    if name in LISTS:
        return listed_parts(reader, owner, name)
    if name == "forward":
        return reader.apply(owner, given)
    if name == "requires_grad_":
        freeze(owner, given.positional[0] if given.positional else given.named.get("requires_grad", True))
        return owner
    if name == "get_submodule":
        return next((module for path, module in named_modules(owner) if path == given.positional[0]), None)
    if name in ("items", "keys", "values"):
        return list(getattr(inside(owner), name)())
    if name in ("add_module", "register_module", "register_buffer", "register_parameter"):
        bound = bind(
            name,
            ("name", "module", "persistent"),
            2,
            Arguments(
                line,
                given.positional,
                {"module" if key in ("tensor", "param") else key: value for key, value in given.named.items()},
            ),
        )
        value = bound["module"]
        if name in ("add_module", "register_module") and value is not None:
            value = checked_module(value, "Module", line)
        target = owner.attributes if isinstance(owner, Instance) else inside(owner)
        reader.remember(target)
        target[str(bound["name"])] = value
        return None
    return grow(reader, owner, name, given)


def inside(owner: Value) -> dict[str, Value]:
    """Where a module keeps the modules of a list or a Sequential."""
    if isinstance(owner, Instance):
        return owner.inner
    return owner.children if isinstance(owner, Container | ForeignModule) else {}


def grow(reader: Any, owner: Value, name: str, given: Arguments) -> Value:
    """append, extend, insert, update and pop of containers."""
    line, children = given.line, inside(owner)
    kind = owner.kind if isinstance(owner, Container) else "ModuleList"
    reader.remember(children)
    if name == "pop":
        key = given.positional[0] if given.positional else -1
        key = list(children)[key] if is_whole(key) and -len(children) <= key < len(children) else key
        if key not in children:
            raise ReadError("there is nothing of that name to be taken out.", line)
        return children.pop(key)
    if name == "update":
        more = given.positional[0]
        children.update(more if isinstance(more, dict) else more.children)
        return None
    if name == "append":
        more = [given.positional[0]]
    elif name == "extend":
        more = reader.listed(given.positional[0], line)
    elif name == "insert" and len(given.positional) == 2:
        values = list(children.values())
        values.insert(sizes_of(given.positional[:1], name, line)[0], checked_module(given.positional[1], kind, line))
        children.clear()
        children.update({str(place): value for place, value in enumerate(values)})
        return owner
    else:
        raise ReadError(f"{name} is not read here with these arguments.", line)
    check_items(len(children) + len(more), line)
    for module in more:
        children[str(len(children))] = checked_module(module, kind, line)
    return owner


def listed_parts(reader: Any, owner: Value, name: str) -> Value:
    """children(), named_modules(), parameters() and their kin."""
    if name in ("buffers", "named_buffers"):
        return []
    if name in ("children", "named_children"):
        parts: list[Any] = [(key, child) for key, child in owner.children.items() if isinstance(child, MODULES)]
    elif name in ("modules", "named_modules"):
        parts = list(named_modules(owner))
    else:
        parts, seen = [], set()
        for path, module in named_modules(owner):
            for key, each in own_parameters(module).items():
                if id(each) not in seen:
                    seen.add(id(each))
                    parts.append((f"{path}.{key}" if path else key, each))
    reader.charge(len(parts), 1)
    if name == "state_dict":
        return dict(parts)
    return parts if name.startswith("named") else [part for _, part in parts]
