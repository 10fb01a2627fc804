"""Whether pages can show all of a network: each of its values is asked for once, as they will ask."""

import contextlib

import numpy as np
import torch
from torch import nn

from cnnviz.arithmetic.settings import Shape
from cnnviz.networks.activations import Activations
from cnnviz.networks.deconvolution import deconvolution
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.memory import refuse_lack_of_memory
from cnnviz.networks.refusal import Refusal
from cnnviz.networks.survey import survey

LARGEST = 1e30  # of a value: the square of a larger one is none any more


def look_through(module: nn.Module, input_shape: Shape) -> None:
    """Ask for every value of one image, and take a unit of every layer apart. Refusal where something cannot be shown.

    So it is said before any page is open, and in words: values that are no numbers, as weights can make them; and
    layers whose values no page knows how to draw.
    """
    image = torch.rand(1, *input_shape, generator=torch.Generator().manual_seed(0)) * 2 - 1
    where = "its first layer"
    try:
        answer, network = forward(module, image), survey(module, input_shape)
        found = Activations(network, module, image[0].numpy(), answer)
        for node in network.nodes:
            where = node.name
            refuse_what_is_no_number(node.name, found[node.name])
        for where in found.explained():
            found.neuron(where, (0, 0, 0))
            list(found.behind(where, (0, 0, 0)))
        send_back(found)
    except Refusal:
        raise
    except Exception as problem:
        refuse_lack_of_memory(problem)
        raise Refusal(
            f"This network can be computed, but the Explore pages cannot show {where}: they look at maps (channels, "
            "rows, columns) and at rows of units. Use it in the Network builder, or leave that part out."
        ) from problem


def send_back(found: Activations) -> None:
    """Send a unit of the last layer back to the pixels, where its activations let one."""
    with contextlib.suppress(Refusal):  # the page says that there is no rule for its activations
        deconvolution(found, found.explained()[-1], (0, 0, 0))


def refuse_what_is_no_number(name: str, values: np.ndarray) -> None:
    """Refusal where a layer's values are not finite."""
    if not (np.isfinite(values).all() and np.abs(values).max(initial=0.0) < LARGEST):
        raise Refusal(
            f"With these weights {name} gives values that are no numbers, or endless ones: the training went wrong, or "
            "the weights are another network's."
        )
