"""A class's score sent back to the picture with a rule of one's own at each rectifier, for the methods that have one.

A rectifier stops all that is negative: ReLU, and ReLU6, which also stops to grow at 6. Everything else is passed as the
gradient passes it. For activations that let something negative through (LeakyReLU, GELU, SiLU ...) the papers give no
rule, and the gradient would take its place without a warning: they are refused.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from cnnviz.attribution.question import Question
from cnnviz.attribution.twin import shared_twin
from cnnviz.networks.activation_layers import is_activation, is_rectifier, no_rule

Rule = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

# Functions that a forward may call besides: what they do is no activation, and the gradient passes it.
PASSED = {
    "add", "iadd", "sub", "isub", "mul", "imul", "truediv", "itruediv", "neg", "matmul", "mean", "sum",
    "size", "dim", "getattr", "eq", "_assert", "floordiv",
    "cat", "concat", "concatenate", "stack", "chunk", "split", "getitem", "flatten", "unflatten", "view", "reshape",
    "permute", "transpose", "swapaxes", "movedim",
    "squeeze", "unsqueeze", "expand", "contiguous", "clone", "float", "to", "roll", "flip", "pad", "interpolate",
    "pixel_shuffle",
    "conv2d", "linear", "avg_pool2d", "adaptive_avg_pool2d", "max_pool2d", "adaptive_max_pool2d",
    "batch_norm", "layer_norm", "group_norm", "local_response_norm", "normalize", "softmax", "log_softmax",
    "dropout", "dropout2d", "stochastic_depth",
}  # fmt: skip


def sent_back(question: Question, rule: Rule) -> torch.Tensor:
    """What reaches the picture: the shape of `question.image`.

    At each rectifier `rule(gradient, sent)` says what goes on: `sent` is what arrives at its output, `gradient` what
    the plain gradient would make of it.
    """

    def ruled(_layer: nn.Module, gradient: Any, sent: Any) -> tuple[torch.Tensor]:
        return (rule(gradient[0], sent[0]),)

    image = question.image.clone().requires_grad_()
    rectifiers = [layer for layer in question.network.modules() if is_rectifier(layer)]
    with question.alone, torch.enable_grad():
        hooks = [layer.register_full_backward_hook(ruled) for layer in rectifiers]
        try:
            (back,) = torch.autograd.grad(question.network(image)[0, question.class_index], image)
        finally:
            for hook in hooks:
                hook.remove()
    return back


def refusal(title: str) -> Callable[[nn.Module], str]:
    """What the method of this title says of a network: "" where all that bends its values is a rectifier."""

    def of(module: nn.Module) -> str:
        network, names = shared_twin(module), dict[str, None]()
        for node in network.graph.nodes:
            if node.op == "call_module":
                layer = network.get_submodule(str(node.target))
                if is_activation(layer) and not is_rectifier(layer):
                    names[type(layer).__name__] = None
            elif node.op in ("call_function", "call_method"):
                name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "a function")
                if name not in PASSED:
                    names[name] = None
        return no_rule(title, ", ".join(names)) if names else ""

    return of
