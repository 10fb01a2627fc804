"""A network's values kept node by node, and something handed back through it by a rule of one's own."""

import operator
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import fx, nn

from cnnviz.attribution.twin import alone_with, called_layers
from cnnviz.networks.refusal import Refusal

RESHAPES = (torch.flatten, "flatten", "view", "reshape")
JOINS = (torch.cat, torch.concat, torch.concatenate)
Values = dict[fx.Node, torch.Tensor]
ThroughLayer = Callable[[nn.Module, fx.Node, torch.Tensor], torch.Tensor]
ThroughSum = Callable[[fx.Node, fx.Node, torch.Tensor], torch.Tensor]
Step = Callable[[torch.Tensor], torch.Tensor]


class Recorder(fx.Interpreter):
    """Runs a twin and keeps the value of every node in `values`."""

    def __init__(self, network: fx.GraphModule) -> None:
        super().__init__(network, garbage_collect_values=False)
        self.values: Values = {}

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """As fx does, alone with the network."""
        with alone_with(self.module):
            return super().run(*args, **kwargs)

    def run_node(self, n: fx.Node) -> torch.Tensor:
        """The value of a node, of whatever shape it has, which is also kept in `values`."""
        with torch.no_grad():
            self.values[n] = super().run_node(n)
        return self.values[n]


def handed_back(
    network: fx.GraphModule,
    start: torch.Tensor,
    through_layer: ThroughLayer,
    through_sum: ThroughSum,
    values: Values,
) -> torch.Tensor:
    """What reaches the input of what is handed back from the scores, `start`; the shape of one input, (1, C, H, W).

    `through_layer(layer, node, handed)` gives what the layer's input gets, `through_sum(node, source, handed)` what one
    of the terms of a sum gets. A reshape hands everything on, and of a concatenation each part gets its own; `values`
    are those of a `Recorder`. Raises ValueError for a step that is none of these.
    """
    with alone_with(network):
        return passed_back(network, start, through_layer, through_sum, values)


def passed_back(
    network: fx.GraphModule, start: torch.Tensor, through_layer: ThroughLayer, through_sum: ThroughSum, values: Values
) -> torch.Tensor:
    """Node by node, the last one first: from `start` (1, num_classes) to what the picture gets (1, 3, H, W)."""
    handed: Values = {}
    for node in reversed(network.graph.nodes):
        if node.op == "output":
            handed[node.args[0]] = start
        elif node not in handed:
            continue
        elif node.op == "placeholder":
            return handed[node].reshape(1, *values[node].shape[1:])
        elif node.op == "call_module":
            layer = network.get_submodule(str(node.target))
            give(handed, node.args[0], through_layer(layer, node, handed.pop(node)))
        elif node.target is operator.add:
            share = handed.pop(node)
            for source in node.args:
                give(handed, source, through_sum(node, source, share))
        elif node.target in RESHAPES:
            give(handed, node.args[0], handed.pop(node))
        elif node.target in JOINS:
            for source, part in parts_of(node, handed.pop(node), values):
                give(handed, source, part)
        else:
            name = getattr(node.target, "__name__", node.target)
            raise Refusal(
                f"Nothing can be handed back through {name}: it is a function, not a layer. "
                "Integrated gradients add up for any network."
            )
    raise Refusal("This network does not look at its input.")


def parts_of(node: fx.Node, share: torch.Tensor, values: Values) -> Iterator[tuple[fx.Node, torch.Tensor]]:
    """What each input of a concatenation gets of what the whole is handed: (1, C, H, W) or (1, features) each."""
    sources: Any = node.args[0] if node.args else node.kwargs["tensors"]
    dim: Any = node.args[1] if len(node.args) > 1 else node.kwargs.get("dim", 0)
    sizes = [values[source].shape[dim] for source in sources]
    return zip(sources, share.reshape(1, *values[node].shape[1:]).split(sizes, dim), strict=True)


def unknown_layers(module: nn.Module, known: tuple[type[nn.Module], ...]) -> str:
    """The kinds of layers in use that are none of these, in words; "" for none."""
    kinds = dict.fromkeys(type(layer).__name__ for layer in called_layers(module) if not isinstance(layer, known))
    return ", ".join(kinds)


def give(handed: Values, node: fx.Node, part: torch.Tensor) -> None:
    """Add `part`, of the node's shape or flattened, to what the node has been handed."""
    handed[node] = handed[node] + part.reshape(handed[node].shape) if node in handed else part


def transposed(step: Step, given: torch.Tensor, handed: torch.Tensor | Step) -> torch.Tensor:
    """The transpose of a step, such as a layer's, at what it is given: (∂z/∂a)ᵀ handed, of the shape of `given`.

    `handed` has the shape of what the step makes; or it is a function of that.
    """
    given = given.detach().requires_grad_()
    with torch.enable_grad():
        made = step(given)
        share = handed if isinstance(handed, torch.Tensor) else handed(made.detach())
        (back,) = torch.autograd.grad(made, given, share.reshape(made.shape))
    return back.detach()
