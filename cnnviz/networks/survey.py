"""From a PyTorch module to the Network that the arithmetic floor reads, skips included: one truth for both.

The module is followed by torch.fx's symbolic tracing (Reed et al. 2021, "torch.fx: practical program capture and
transformation for deep learning in Python"): its forward is called with a stand-in that notes every layer and function.
Nothing is computed and no weight is touched, so it works on the meta device too.
"""

import inspect
import operator
import threading
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from torch import fx, nn

from cnnviz.arithmetic.layers import KINDS, POINTWISE, Pointwise, View
from cnnviz.arithmetic.network import INPUT, Network
from cnnviz.arithmetic.reader import pytorch_functions
from cnnviz.arithmetic.reader.arguments import built
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import Given, Graph, LayerModule, ShapeOf, Size, Tensor, Value
from cnnviz.arithmetic.settings import Shape, read_shape

ADDITIONS = (operator.add, operator.iadd)
SCALINGS = (operator.mul, operator.imul, operator.truediv, operator.sub, *ADDITIONS)
CHECKS = ("eq", "_assert", "_assert_is_none")  # what fx notes about arguments that keep their default
NO_LINE = 0  # a module has no text
# one survey at a time: fx replaces methods of nn.Module while it traces, and puts back what it found
TRACING = threading.Lock()


class SurveyError(ValueError):
    """A module that cannot be followed: the message is a sentence that names the layer or the call."""


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
    reading = Reading(module)
    for node in followed(module).nodes:
        reading.take(node)
    result = reading.result
    if isinstance(result, dict):
        result = next(iter(result.values()), None)
    if isinstance(result, list | tuple):
        result = next((value for value in result if isinstance(value, Tensor)), None)
    if not isinstance(result, Tensor) or result.source == INPUT:
        raise SurveyError(f"{type(module).__name__} does not give back a feature map that it has made.")
    return reading.graph.network(result, shape)


class OneThreadTracer(fx.Tracer):
    """fx's tracer, which leaves modules alone that other threads call meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.thread = threading.get_ident()

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """As fx does in this thread, as always in the others."""
        if threading.get_ident() != self.thread:
            return forward(*args, **kwargs)
        return super().call_module(m, forward, args, kwargs)

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Any]) -> Any:
        """As fx does in this thread, as always in the others."""
        if threading.get_ident() != self.thread:
            return attr_val
        return super().getattr(attr, attr_val, parameter_proxy_cache)


def followed(module: nn.Module) -> fx.Graph:
    """What a forward calls, in order; parameters with a default keep it."""
    parameters = inspect.signature(module.forward).parameters.values()
    defaults = {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}
    with TRACING:
        try:
            return OneThreadTracer().trace(module, concrete_args=defaults or None)
        except Exception as problem:  # a forward can fail in any way
            raise SurveyError(
                f"The forward of {type(module).__name__} cannot be followed without running it: it takes a decision, "
                "or uses a number, that only a real picture gives."
            ) from problem


class Reading:
    """Goes through what fx noted, and keeps what every name stands for."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module
        self.graph = Graph()
        self.known: dict[fx.Node, Value] = {}
        self.layers: dict[nn.Module, LayerModule] = {}
        self.result: Value = None

    def take(self, node: fx.Node) -> None:
        """Read one step; SurveyError, with its name, when it is none that is known here."""
        try:
            self.known[node] = self.value(node)
        except ReadError as problem:
            raise SurveyError(f"{called(node)}: {problem.sentence}") from None

    def value(self, node: fx.Node) -> Value:
        """What a step gives."""
        args = [self.read(argument) for argument in node.args]
        kwargs = {key: self.read(argument) for key, argument in node.kwargs.items()}
        if node.op == "placeholder":
            return Tensor(INPUT) if INPUT not in self.inputs() else None
        if node.op == "output":
            self.result = args[0]
        elif node.op == "call_module":
            return self.layer(str(node.target), args)
        elif node.op == "call_method":
            return pytorch_functions.apply_function(self.graph, str(node.target), Given(NO_LINE, args, kwargs))
        elif node.op == "call_function":
            return self.function(node.target, args, kwargs)
        return None  # a weight that the forward uses itself; whatever does so is refused

    def inputs(self) -> set[str]:
        """What feature maps are known so far."""
        return {value.source for value in self.known.values() if isinstance(value, Tensor)}

    def read(self, argument: Any) -> Value:
        """An argument with what its names stand for."""
        if isinstance(argument, fx.Node):
            return self.known[argument]
        if isinstance(argument, list | tuple):
            return tuple(self.read(item) for item in argument)
        if isinstance(argument, dict):
            return {key: self.read(item) for key, item in argument.items()}
        return argument

    def layer(self, name: str, args: list[Value]) -> Value:
        """A layer applied to a feature map; the same module stays the same layer."""
        module = self.module.get_submodule(name)
        if module not in self.layers:
            self.layers[module] = translated(module)
        made = self.layers[module]
        if len(args) != 1 or not isinstance(args[0], Tensor):
            raise ReadError("it takes something other than one feature map.")
        return self.graph.put(made.layer, (args[0],), name, NO_LINE, made)

    def function(self, target: Any, args: list[Value], kwargs: dict[str, Value]) -> Value:
        """A function applied to feature maps, sizes and numbers."""
        maps = [value for value in args if isinstance(value, Tensor)]
        if target in ADDITIONS and len(maps) == 2:
            return pytorch_functions.added(self.graph, maps[0], maps[1], NO_LINE)
        if target in SCALINGS and len(maps) == 1 and any(isinstance(value, int | float) for value in args):
            return maps[0]
        if target is getattr and args[1:] == ["shape"]:
            return ShapeOf()
        if target is operator.getitem and isinstance(args[0], ShapeOf):
            place = args[1]
            return Size(batch=args[0].start + place == 0) if isinstance(place, int) else ShapeOf(place.start or 0)
        if any(isinstance(value, Size) for value in args):
            return Size()
        name = target.__name__
        if name in CHECKS and not maps:
            return None
        if name == "stochastic_depth" and maps:  # drops whole blocks while training only
            return maps[0]
        return pytorch_functions.apply_function(self.graph, name, Given(NO_LINE, args, kwargs))


def is_layer(module: nn.Module) -> bool:
    """Whether torch itself knows this as one layer."""
    return type(module).__module__.startswith("torch.nn") and not isinstance(module, nn.Sequential | nn.ModuleList)


def translated(module: nn.Module) -> LayerModule:
    """The layer with the settings of a module; ReadError for one that has no counterpart."""
    name = type(module).__name__
    if not is_layer(module) or name not in (*KINDS, *POINTWISE, "Unflatten", "Softmax2d"):
        raise ReadError(f"{name} is not a layer whose arithmetic is known here.")
    if isinstance(module, nn.Unflatten):
        return built(View, {"sizes": tuple(module.unflattened_size)}, NO_LINE)
    if name == "Softmax2d":
        return built(KINDS["Softmax"], {"dim": 1}, NO_LINE)
    if name in POINTWISE:
        arguments = tuple((key, getattr(module, key)) for key in POINTWISE[name] if hasattr(module, key))
        return built(Pointwise, {"function": name, "arguments": arguments}, NO_LINE)
    kind = KINDS[name]
    return built(kind, {field.name: plain(field.name, getattr(module, field.name)) for field in fields(kind)}, NO_LINE)


def plain(name: str, value: Any) -> Value:
    """A setting as the arithmetic floor writes it: one number for both axes, and whether there is a bias."""
    if name == "bias":
        return value is not None
    if isinstance(value, list | tuple):
        sizes = tuple(value)
        return sizes[0] if len(set(sizes)) == 1 and sizes[0] is not None else sizes
    return value


def called(node: fx.Node) -> str:
    """A step as one would name it in a sentence."""
    if node.op in ("call_module", "call_method"):
        return str(node.target)
    return getattr(node.target, "__name__", str(node.target))
