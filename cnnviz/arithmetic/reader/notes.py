"""Sentences beside the table: what runs, and still is hardly meant so."""

from typing import Any

from cnnviz.arithmetic.layers import Softmax
from cnnviz.arithmetic.network import Node
from cnnviz.arithmetic.reader.module_tree import named_modules
from cnnviz.arithmetic.reader.values import Instance, LayerModule, Value
from cnnviz.arithmetic.settings import Shape

MAX_NOTES = 8
CONVOLUTIONS = ("Conv1d", "Conv2d", "Conv3d", "ConvTranspose2d", "Linear")


def notes_of(
    program: Any, graph: Any, nodes: tuple[Node, ...], used: set[int], registered: set[int], shape: Shape
) -> tuple[str, ...]:
    """Everything worth saying about a network that was followed."""
    notes = [
        *never_called(program, used),
        *unregistered_lists(program, graph, nodes, registered),
        *tied(graph, nodes),
        *before_normalization(nodes),
        *one_value(nodes, graph, shape),
        *softmax_before_loss(program, nodes),
    ]
    return tuple(notes[:MAX_NOTES])


def never_called(program: Any, used: set[int]) -> list[str]:
    """Layers with parameters that the forward does not use."""
    idle = [
        (path, module.layer.num_params)
        for path, module in named_modules(program.root)
        if isinstance(module, LayerModule) and id(module) not in used and module.layer.num_params
    ]
    if not idle:
        return []
    names = ", ".join(path or "the layer" for path, _ in idle[:6]) + (" and others" if len(idle) > 6 else "")
    total = sum(count for _, count in idle)
    verb = "is" if len(idle) == 1 else "are"
    return [f"{names} {verb} never called by forward; torch counts the {total:,} parameters all the same."]


def unregistered_lists(program: Any, graph: Any, nodes: tuple[Node, ...], registered: set[int]) -> list[str]:
    """Layers with parameters that torch does not know of, because they stand in a plain list."""
    hidden = [
        node.name
        for node in nodes
        if (made := graph.made.get(node.name)) is not None
        and id(made) not in registered
        and node.layer.num_params
        and node.module == node.name
    ]
    if not hidden:
        return []
    owner = next((where for where in lists_in(program.root)), "")
    where = f"{owner} is a plain Python list or dict" if owner else "These layers stand in no module"
    return [
        f"{where}: torch does not register the layers in it, so their parameters are not counted and an optimiser does "
        "not train them. Use nn.ModuleList, or nn.ModuleDict."
    ]


def lists_in(root: Value) -> list[str]:
    """The attributes of modules that hold layers in a plain list or dict."""
    found = []
    for path, module in named_modules(root):
        if isinstance(module, Instance):
            for name, value in module.attributes.items():
                items = (
                    list(value.values())
                    if isinstance(value, dict)
                    else value
                    if isinstance(value, list | tuple)
                    else []
                )
                if any(isinstance(item, LayerModule) or hasattr(item, "children") for item in items):
                    found.append(f"{path}.{name}" if path else f"self.{name}")
    return found


def tied(graph: Any, nodes: tuple[Node, ...]) -> list[str]:
    """Layers that share a parameter."""
    holders: dict[int, str] = {}
    notes = []
    for node in nodes:
        made = graph.made.get(node.name)
        if made is None or node.module != node.name:
            continue
        for tensor in made.parameters.values():
            other = holders.setdefault(id(tensor), node.name)
            if other != node.name:
                notes.append(f"{node.name} and {other} share a parameter; it is counted once.")
                break
    return notes


def before_normalization(nodes: tuple[Node, ...]) -> list[str]:
    """Biases that the batch normalization behind them takes away again."""
    by_name = {node.name: node for node in nodes}
    users: dict[str, int] = {}
    for node in nodes:
        for name in node.inputs:
            users[name] = users.get(name, 0) + 1
    wasted = []
    for node in nodes:
        before = by_name.get(node.inputs[0]) if node.inputs else None
        if before is None or not type(node.layer).__name__.startswith("BatchNorm"):
            continue
        if users[before.name] == 1 and has_bias(before):
            wasted.append(before.name)
    if not wasted:
        return []
    names = ", ".join(wasted[:4]) + (" and others" if len(wasted) > 4 else "")
    return [f"{names}: the BatchNorm behind takes the mean away, and the bias with it; bias=False saves it."]


def has_bias(node: Node) -> bool:
    """Whether this is a convolution or a dense layer with biases."""
    return type(node.layer).__name__ in CONVOLUTIONS and bool(getattr(node.layer, "bias", False))


def one_value(nodes: tuple[Node, ...], graph: Any, shape: Shape) -> list[str]:
    """Batch normalizations of a single value per channel."""
    shapes: dict[str, Shape] = {"input": shape}
    for node in nodes:
        try:
            shapes[node.name] = node.layer.output_shape(*(shapes[name] for name in node.inputs))
        except (ValueError, KeyError):
            return []
        name = type(node.layer).__name__
        if name in ("BatchNorm2d", "BatchNorm3d") and set(shapes[node.name][1:]) == {1}:
            return [
                f"{node.name} normalises maps of 1 × 1: training with a batch of one image raises an error there, as a "
                "single value has no variance."
            ]
    return []


def softmax_before_loss(program: Any, nodes: tuple[Node, ...]) -> list[str]:
    """A softmax at the end of a network that is trained with a loss that has its own."""
    if not nodes or not isinstance(nodes[-1].layer, Softmax) or "CrossEntropyLoss" not in program.losses:
        return []
    return [
        f"{nodes[-1].name} is a softmax, and CrossEntropyLoss has one in it: leave it out, or take nn.NLLLoss with a "
        "log_softmax."
    ]
