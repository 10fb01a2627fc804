"""What in a picture made a unit answer: the deconvolutional network of Zeiler and Fergus.

Zeiler, Fergus 2013: Visualizing and Understanding Convolutional Networks, arXiv:1311.2901. A single activation is sent
back to the pixels through the layers in reverse: a convolution by its transpose, a max-pooling to the place where the
forward pass found its maximum (the switches), a ReLU or ReLU6 by a ReLU *on what is sent down*. All but the last is
what the gradient does; the gradient's ReLU lets through where the forward pass was positive, whatever is sent
(Simonyan, Vedaldi, Zisserman 2013, arXiv:1312.6034, section 4).

The network is not run again and nothing is changed or copied: each layer's own step back is taken by itself, with its
weights and with what it was given.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from cnnviz.arithmetic.layers import Function, ReLU
from cnnviz.arithmetic.layers.sources import Source
from cnnviz.arithmetic.network import INPUT, Node
from cnnviz.networks.activation_layers import is_activation, is_rectifier, no_rule
from cnnviz.networks.activations import Activations, Index
from cnnviz.networks.functions import applied, counterpart
from cnnviz.networks.refusal import Refusal
from cnnviz.networks.watching import evaluating, lock_of


def deconvolution(
    activations: Activations, layer: str, index: Index, on_layer: Callable[[str], None] | None = None
) -> np.ndarray:
    """One unit's activation sent back to the picture: float32 (C, H, W), the shape of the network's input.

    `index` is (channel, row, column) on the layer's maps; a unit of a dense layer is (unit, 0, 0). What is sent is 1 in
    that place and 0 elsewhere. (The paper sends the activation itself: where it is positive, that many times the same.)
    Outside the unit's receptive field all is 0. Of a BatchNorm only the scale counts; at a sum, as of a residual block,
    or a product, as of a gate on channels, all paths are followed. `on_layer` is called with each layer that is passed;
    what it raises ends the work.

    Raises ValueError, in a sentence, for a unit that is not there, and for a network with an activation that is no
    rectifier (LeakyReLU, GELU, SiLU ...): there the gradient would take its place.

    >>> from cnnviz.networks.feature_maps import forward
    >>> from cnnviz.networks.survey import survey
    >>> module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 3)).requires_grad_(False)
    >>> image = torch.rand(1, 3, 9, 9)
    >>> found = Activations(survey(module, (3, 9, 9)), module, image[0].numpy(), forward(module, image))
    >>> sent = deconvolution(found, "2", (1, 0, 4))
    >>> sent.shape, float(np.abs(sent[:, 5:]).max())  # the unit sees the first five rows
    ((3, 9, 9), 0.0)
    """
    start = torch.zeros(values_of(activations, layer).shape)
    for axis, place, size in zip(("channels", "rows", "columns"), index, (*start.shape, 1, 1), strict=False):
        if not 0 <= place < size:
            raise ValueError(f"{layer} has the {axis} 0 to {size - 1}, and {place} was asked for.")
    start[index if start.ndim == 3 else index[0]] = 1.0
    sent = {layer: start}
    with lock_of(activations.module), evaluating(activations.module):
        for node in reversed(activations.network.nodes):
            if node.name not in sent:
                continue
            if on_layer is not None:
                on_layer(node.name)
            for source, part in zip(node.inputs, sent_down(activations, node, sent.pop(node.name)), strict=True):
                sent[source] = sent[source] + part if source in sent else part
    return sent[INPUT].numpy() if INPUT in sent else np.zeros_like(activations.image)


def sent_down(activations: Activations, node: Node, signal: torch.Tensor) -> list[torch.Tensor]:
    """What each input of a node gets of the signal (the shape of the node's output)."""
    if isinstance(node.layer, Source):
        return []
    module = activations.module_of(node.name)
    if is_rectifier(module) or isinstance(node.layer, ReLU):
        return [signal.clamp(min=0)]
    if module is None and not isinstance(node.layer, Function):
        module = counterpart(node.layer)
    if module is not None and is_activation(module):
        raise Refusal(no_rule("Deconvolution", type(module).__name__))
    given = [values_of(activations, source) for source in node.inputs]
    if module is not None:
        return [turned_round(module, given[0], signal)]
    with torch.enable_grad():
        starts = [values.requires_grad_() for values in given]
        answer = applied(node.layer, [start.clone()[None] for start in starts])[0]
        return list(torch.autograd.grad(answer, starts, signal.reshape(answer.shape)))


def turned_round(module: nn.Module, given: torch.Tensor, signal: torch.Tensor) -> torch.Tensor:
    """The transpose of the layer's step at what it was given (its vector-Jacobian product), of the shape of `given`.

    `forward` is called, not the module: hooks that another thread listens with are not met.
    """
    with torch.enable_grad():
        start = given.requires_grad_()
        answer = module.forward(start.clone()[None])  # a copy, for layers that write over what they are given
        (sent,) = torch.autograd.grad(answer, start, signal.reshape(answer.shape))
    return sent.detach()


def values_of(activations: Activations, name: str) -> torch.Tensor:
    """The values of a node, (C, H, W) or (features,): a copy that may be written to. ValueError for a name not kept."""
    try:
        return torch.from_numpy(np.array(activations[name], dtype=np.float32))
    except KeyError:
        raise ValueError(f'This network keeps no values named "{name}".') from None
