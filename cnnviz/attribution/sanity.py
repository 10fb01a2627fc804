"""The sanity check of attribution: does the map change when the network forgets what it has learnt?

Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim 2018: Sanity Checks for Saliency Maps, arXiv:1810.03292. From the last
layer to the first the weights are replaced by random ones, layer upon layer (cascading randomisation), and the method
is asked again for the same class. A map that stays the same speaks of the picture, not of what the network knows.

The random weights are normal with the standard deviation of those they replace, biases zero; a BatchNorm's scales and
shifts are shuffled among its channels. Only the twin's weights are replaced: they are its own from then on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import fx, nn

from cnnviz.attribution.question import Method, Question, question
from cnnviz.attribution.reading import likeness
from cnnviz.attribution.twin import twin

STAGES = 5  # how many maps are made besides the first, each with more layers at random
# A rank correlation with the first map from which a method is flagged: half of the layers at random, and all of them.
UNCHANGED_BY_HALF, UNCHANGED_BY_ALL = 0.75, 0.5
WEIGHTED = (nn.Conv2d, nn.Linear, nn.BatchNorm2d)


@dataclass(frozen=True)
class Stage:
    """One map of the check: made with the layers from the last one down to `layer` at random ("" for none of them).

    `randomised` is how many of the `layers` with weights have random ones; `likeness` is with the first map.
    """

    layer: str
    randomised: int
    layers: int
    attribution: np.ndarray
    likeness: float
    score: float

    @property
    def is_unchanged(self) -> bool:
        """Whether the map hardly differs though half of what was learnt is gone, or all of it."""
        if self.randomised == self.layers:
            return self.likeness >= UNCHANGED_BY_ALL
        return 2 * self.randomised >= self.layers and self.likeness >= UNCHANGED_BY_HALF


def sanity(
    method: Method, module: nn.Module, image: torch.Tensor, class_index: int, seed: int = 0, layer: str = ""
) -> Iterator[Stage]:
    """The map as it is, and then with ever more layers at random; computed as they are asked for.

    Each map is the method's first, coarse one. The network is left as it is. Raises ValueError where the method's
    question does not fit the network.
    """
    told = method.refusal(module)
    if told:
        raise ValueError(told)
    evaluations = method.evaluations[0] if method.evaluations else 0
    # A twin of its own: what all share must not forget.
    asked = question(module, image, class_index, evaluations, layer, network=twin(module))
    layers = weighted(asked.network)
    random = torch.Generator().manual_seed(seed)
    first = map_of(method, asked)
    yield Stage("", 0, len(layers), first, 1.0, asked.score)
    done = 0
    for until in stages(len(layers)):
        for name in layers[done:until]:
            forget(asked.network.get_submodule(name), random)
        done = until
        asked = replace(asked)  # the scores it remembers are those of other weights
        found = map_of(method, asked)
        yield Stage(layers[done - 1], done, len(layers), found, likeness(first, found), asked.score)


def map_of(method: Method, asked: Question) -> np.ndarray:
    """The method's whole answer, as a map (H, W)."""
    *_, answer = method.steps(asked)
    return method.map_of(answer.values)


def weighted(network: fx.GraphModule) -> list[str]:
    """The layers with weights, the last one first; a convolution and the normalisation behind it are two."""
    calls = [str(node.target) for node in network.graph.nodes if node.op == "call_module"]
    return [name for name in reversed(calls) if isinstance(network.get_submodule(name), WEIGHTED)]


def stages(layers: int) -> list[int]:
    """After how many layers a map is made: after the last one, and then evenly up to all of them.

    >>> stages(8), stages(54), stages(2)
    ([1, 3, 4, 6, 8], [1, 14, 28, 41, 54], [1, 2])
    """
    places = np.linspace(1, layers, min(STAGES, layers))
    return [int(place) for place in np.round(places)]


def forget(layer: nn.Module, random: torch.Generator) -> None:
    """Give a layer of the twin random weights of its own; those that it shared stay as they are."""
    for name, weight in list(layer.named_parameters(recurse=False)):
        if isinstance(layer, nn.BatchNorm2d):
            new = weight.detach()[torch.randperm(len(weight), generator=random)]
        elif name == "weight":
            spread = float(weight.detach().std(correction=0))
            new = torch.empty_like(weight).normal_(0, spread, generator=random)
        else:
            new = torch.zeros_like(weight)
        setattr(layer, name, nn.Parameter(new, requires_grad=False))
