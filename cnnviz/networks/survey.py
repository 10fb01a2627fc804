"""From a PyTorch module to the Network that the arithmetic floor reads, skips included: one truth for both.

The module becomes a tree of the reader's values (`tree_of`), and its forward is followed by the reader's own table of
functions, with stand-ins for feature maps and modules (`stand_ins`). Nothing is computed and no weight is touched, so
it works on the meta device too. Neither torch.fx nor torch.export is asked: the first cannot follow a choice that
depends on a size, the second brings the compiler and takes seconds, and neither speaks of layers.
"""

from dataclasses import fields
from typing import Any

from torch import nn

from cnnviz.arithmetic.layers import KINDS, POINTWISE, Pointwise
from cnnviz.arithmetic.network import Network
from cnnviz.arithmetic.reader.arguments import built
from cnnviz.arithmetic.reader.interpreter import Interpreter
from cnnviz.arithmetic.reader.program import Program
from cnnviz.arithmetic.reader.pytorch import PyTorch
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import Arguments, Container, ForeignModule, LayerModule, ParameterTensor, Value
from cnnviz.arithmetic.settings import Shape, ShapeError, read_shape
from cnnviz.networks.fx_calls import SurveyError, followed
from cnnviz.networks.stand_ins import NO_LINE, follow_forward

__all__ = ["SurveyError", "followed", "survey", "tree_of"]

MAX_STEPS = 10_000_000  # a module is no text of a stranger's


def survey(module: nn.Module, input_shape: Shape) -> Network:
    """The layers of a module and how they are joined, for inputs of this shape, (channels, height, width).

    The names are PyTorch's; what a function does (F.relu, +, torch.cat, torch.flatten) is a layer named after it.
    Only what leads to the output is kept, and a layer that is used twice is there twice, with its parameters counted
    once. SurveyError when the forward does something that no layer of the arithmetic floor does, or chooses its way by
    the values of the picture. The module is left as it was.

    >>> network = survey(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten()), (3, 32, 32))
    >>> [(row.name, row.output_shape) for row in network.trace((3, 32, 32))]
    [('0', (8, 30, 30)), ('1', (8, 30, 30)), ('2', (7200,))]
    """
    shape = read_shape(input_shape)
    if is_layer(module):
        module = nn.Sequential(module)
    dialect = PyTorch()
    dialect.interpreter = Interpreter(dialect, [])
    dialect.interpreter.limit = MAX_STEPS
    try:
        return Program(dialect.interpreter, tree_of(module), shape).at(shape)
    except ReadError as problem:
        if "gives back" in problem.sentence:
            raise SurveyError(f"{type(module).__name__} does not give back a feature map that it has made.") from None
        raise SurveyError(problem.sentence) from problem
    except ShapeError as problem:
        raise SurveyError(str(problem)) from None


def tree_of(module: nn.Module, line: int = NO_LINE) -> Value:
    """A module as a value of the reader, with every module in it; one that is in there twice is the same value."""
    shared = {id(p) for name, p in repeated_parameters(module)}
    return translated_tree(module, line, {}, {}, shared)


def repeated_parameters(module: nn.Module) -> list[tuple[str, nn.Parameter]]:
    """The parameters that several modules share."""
    seen: set[int] = set()
    repeated = []
    for name, parameter in module.named_parameters(remove_duplicate=False):
        if id(parameter) in seen:
            repeated.append((name, parameter))
        seen.add(id(parameter))
    return repeated


def translated_tree(
    module: nn.Module, line: int, known: dict[int, Value], tensors: dict[int, ParameterTensor], shared: set[int]
) -> Value:
    """The work of `tree_of`: `known` are the modules and `tensors` the parameters that were met before."""
    if id(module) in known:
        return known[id(module)]
    value: Value
    layer = None if not is_layer(module) else layer_of(module)
    if layer is not None:
        value = LayerModule(layer, line)
        own = dict(module.named_parameters(recurse=True))
        frozen = [not parameter.requires_grad for parameter in own.values()]
        value.frozen = bool(frozen) and all(frozen)
        if any(id(p) in shared for p in own.values()) or (any(frozen) and not all(frozen)):
            value.parameters = {name: tensor_of(p, name, tensors) for name, p in own.items()}
        known[id(module)] = value
        return value
    if is_layer(module):
        return ForeignModule(type(module).__name__, line, {}, unknown_layer)
    children = {
        name: None if child is None else translated_tree(child, line, known, tensors, shared)
        for name, child in module._modules.items()
    }
    kind = type(module).__name__
    forward = getattr(type(module), "forward", None)
    if forward is nn.Sequential.forward:
        value = Container("Sequential", line, children)
    elif isinstance(module, nn.ModuleList | nn.ModuleDict) and forward in (
        nn.ModuleList.forward,
        nn.ModuleDict.forward,
    ):
        value = Container(container_kind(module), line, children)
    elif isinstance(module, nn.TransformerEncoder | nn.TransformerDecoder):
        inside = dict(getattr(children["layers"], "children", {}))
        if children.get("norm") is not None:
            inside["norm"] = children["norm"]
        value = Container("Sequential", line, inside)
    else:
        value = ForeignModule(kind, line, children, follow_forward(module), settings_in_words_and_numbers(module))
    if isinstance(value, ForeignModule):
        own = {name: p for name, p in module._parameters.items() if p is not None}
        value.parameters = {name: tensor_of(p, name, tensors) for name, p in own.items()}
    known[id(module)] = value
    return value


def container_kind(module: nn.Module) -> str:
    """What a list of modules is called."""
    return "ModuleDict" if isinstance(module, nn.ModuleDict) else "ModuleList"


def tensor_of(parameter: nn.Parameter, name: str, tensors: dict[int, ParameterTensor]) -> ParameterTensor:
    """A parameter as the reader knows it: the same for every module that shares it."""
    if id(parameter) not in tensors:
        tensors[id(parameter)] = ParameterTensor(tuple(parameter.shape), name, not parameter.requires_grad)
    return tensors[id(parameter)]


def settings_in_words_and_numbers(module: nn.Module) -> dict[str, Value]:
    """The numbers and words that a module keeps."""
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_") and isinstance(value, int | float | str | bool) and name != "training"
    }


def unknown_layer(dialect: Any, module: ForeignModule, given: Arguments) -> Value:
    """A layer of torch whose arithmetic is not known."""
    raise ReadError(f"{module.kind} is not a layer whose arithmetic is known here.")


def is_layer(module: nn.Module) -> bool:
    """Whether torch itself knows this as one layer; a bare nn.Module only holds others."""
    known = type(module).__module__.startswith(("torch.nn.modules", "torch.nn.parallel"))
    return (
        known
        and type(module) is not nn.Module
        and not isinstance(
            module, nn.Sequential | nn.ModuleList | nn.ModuleDict | nn.TransformerEncoder | nn.TransformerDecoder
        )
    )


def layer_of(module: nn.Module) -> Any:
    """The layer with the settings of a module; None for one that has no counterpart."""
    name = type(module).__name__.removeprefix("NonDynamicallyQuantizable")
    if name == "Softmax2d":
        return built(KINDS["Softmax"], {"dim": 1}, NO_LINE).layer
    if name in POINTWISE:
        arguments = tuple((key, getattr(module, key)) for key in POINTWISE[name] if hasattr(module, key))
        return built(Pointwise, {"function": name, "arguments": arguments}, NO_LINE).layer
    if name not in KINDS:
        return None
    kind = KINDS[name]
    settings = {
        field.name: setting_value(field.name, setting_of(module, field.name))
        for field in fields(kind)
        if setting_of(module, field.name) is not MISSING
    }
    return built(kind, settings, NO_LINE).layer


MISSING = object()


def setting_of(module: nn.Module, name: str) -> Any:
    """A setting of a module, also where torch keeps it under another name."""
    kind = type(module).__name__
    if kind == "MultiheadAttention" and name in ("bias", "add_bias_kv"):
        return getattr(module, {"bias": "in_proj_bias", "add_bias_kv": "bias_k"}[name]) is not None
    if kind.startswith("Transformer"):
        return transformer_setting(module, name)
    if name == "num_parameters":
        return module.num_parameters
    if name == "elementwise_affine":
        return module.elementwise_affine
    return getattr(module, name, MISSING)


def transformer_setting(module: Any, name: str) -> Any:
    """A setting of a layer of a transformer, from the layers in it."""
    inner = module.encoder.layers[0] if type(module).__name__ == "Transformer" else module
    known = {
        "d_model": inner.self_attn.embed_dim,
        "nhead": inner.self_attn.num_heads,
        "dim_feedforward": inner.linear1.out_features,
        "dropout": inner.dropout.p,
        "batch_first": inner.self_attn.batch_first,
        "norm_first": inner.norm_first,
        "bias": inner.linear1.bias is not None,
        "layer_norm_eps": inner.norm1.eps,
    }
    if type(module).__name__ == "Transformer":
        known |= {"num_encoder_layers": len(module.encoder.layers), "num_decoder_layers": len(module.decoder.layers)}
    return known.get(name, MISSING)


def setting_value(name: str, value: Any) -> Value:
    """A setting as the arithmetic floor writes it: one number for both axes, and whether there is a bias."""
    if name == "bias" and not isinstance(value, bool):
        return value is not None
    if isinstance(value, list | tuple):
        sizes = tuple(value)
        return sizes[0] if len(set(sizes)) == 1 and sizes[0] is not None and name != "normalized_shape" else sizes
    return value
