"""A network that was read from a text, as a module that computes: made of our own layers, the text is never executed.

Each layer says how it is made and how a forward uses it; `lines` does what it says, and torch.fx notes the calls in a
graph (Reed et al. 2021, "torch.fx: practical program capture and transformation for deep learning in Python"). Layers
carry the names that they have in the text, so a file of weights made with the text's own classes fits.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import fx, nn

from cnnviz.arithmetic.layers import Function
from cnnviz.arithmetic.layers.functions import Worked
from cnnviz.arithmetic.layers.sources import Constant, Parameter
from cnnviz.arithmetic.network import INPUT, Network, Node
from cnnviz.arithmetic.settings import Shape
from cnnviz.networks.lines import module_of_line, value_of_line
from cnnviz.networks.memory import refuse_lack_of_memory
from cnnviz.networks.own.network import MOST_PARAMS
from cnnviz.networks.refusal import Refusal

AFTER_SCORES = ("Softmax", "LogSoftmax")  # what turns scores into probabilities


def module_of(network: Network, input_shape: Shape) -> nn.Module:
    """The network for inputs of this shape, (channels, height, width), in evaluation mode, with random weights.

    A softmax at the end is left out, since scores are shown before it. The same random weights each time: see
    `start_weights`. Refusal, in a sentence, for more than 50 million parameters and for what the text works out by
    itself; ShapeError where the network does not fit the shape.

    >>> from cnnviz.arithmetic.reader import read_network
    >>> text = "net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(8 * 6 * 6, 2), nn.Softmax(1))"
    >>> module = module_of(read_network(text), (3, 8, 8))
    >>> [name for name, _ in module.named_parameters()], module(torch.zeros(1, 3, 8, 8)).shape
    (['0.weight', '0.bias', '2.weight', '2.bias'], torch.Size([1, 2]))
    """
    if network.num_params > MOST_PARAMS:
        raise Refusal(
            f"This network has {network.num_params:,} parameters; one's own may have {MOST_PARAMS:,}. "
            "Make its layers narrower, or leave some out."
        )
    followed = network.at(input_shape)
    followed.trace(input_shape)
    nodes = followed.nodes
    while nodes and type(nodes[-1].layer).__name__ in AFTER_SCORES:
        nodes = nodes[:-1]
    if not nodes:
        raise Refusal("There is no layer in this network.")
    if followed.passed_over:
        raise Refusal(
            f"Besides its layers this network does {', '.join(followed.passed_over[:3])}. That is drawn in no row, so "
            "the values here would not be its own. Write it as a layer, or leave it out, to look inside."
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        try:
            module = _graph_module(nodes).eval().requires_grad_(False)
            output = module(torch.zeros(1, *input_shape))
        except Refusal:
            raise
        except Exception as problem:  # a layer whose line does not say all of it
            refuse_lack_of_memory(problem)
            raise Refusal(
                "This network holds something that can be drawn and counted here, and not computed: one of its layers "
                "gives back several things, or is a function with settings of its own."
            ) from problem
    if not isinstance(output, torch.Tensor):
        raise Refusal("This network gives back several things; only one that gives back scores can be looked into.")
    return module


def _graph_module(nodes: tuple[Node, ...]) -> nn.Module:
    graph, parts = fx.Graph(), dict[str, Any]()
    tracer = fx.proxy.GraphAppendingTracer(graph)
    values = {INPUT: fx.Proxy(graph.placeholder("x"), tracer)}
    for node in nodes:
        values[node.name] = _called(node, [values[name] for name in node.inputs], parts, graph, tracer)
    graph.output(values[nodes[-1].name].node)
    return fx.GraphModule(parts, graph, class_name="OwnNetwork")


def _called(
    node: Node, given: list[fx.Proxy], parts: dict[str, Any], graph: fx.Graph, tracer: fx.proxy.TracerBase
) -> fx.Proxy:
    """One layer noted in the graph; what it learns is put under its name into `parts`."""
    layer = node.layer
    if isinstance(layer, Constant | Worked):
        raise Refusal(
            f"{node.name} takes numbers that the text works out by itself, which are not worked out here: "
            "this network can be computed in the Network builder, and not looked into."
        )
    if isinstance(layer, Parameter):
        parts.setdefault(node.module, nn.Parameter(torch.randn(1, *layer.shape) * 0.02))
        return fx.Proxy(graph.get_attr(node.module), tracer)
    inputs = [f"x{number}" for number in range(len(given))]
    names: dict[str, Any] = dict(zip(inputs, given, strict=True))
    if isinstance(layer, Function):
        line = layer.expression(inputs)
    else:
        if node.module not in parts:
            parts[node.module] = start_weights(module_of_line(layer.code()))
        names["layer"] = lambda *given, **by_name: fx.Proxy(_call_module(graph, node.module, given, by_name), tracer)
        line = layer.applied("layer", inputs)
    made = value_of_line(line, names)
    assert isinstance(made, fx.Proxy)
    return made


def _call_module(graph: fx.Graph, target: str, given: tuple[Any, ...], by_name: Mapping[str, Any]) -> fx.Node:
    arguments = tuple(value.node if isinstance(value, fx.Proxy) else value for value in given)
    return graph.call_module(target, arguments, dict(by_name))


def start_weights(layer: nn.Module) -> nn.Module:
    """The layer with weights to begin with: He et al. 2015 (arXiv:1502.01852) for convolutions, all else as torch does.

    Of torch's own choice for convolutions the values shrink from layer to layer, and the last maps would be empty.
    """
    if isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Conv3d):
        nn.init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="relu")
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    return layer
