"""The sanity check of attribution: does the map change when the network forgets what it has learnt?

Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim 2018: Sanity Checks for Saliency Maps, arXiv:1810.03292. From the last
layer to the first the weights are replaced by random ones, layer upon layer (cascading randomisation), and the method
is asked again for the same class. A map that stays the same speaks of the picture, not of what the network knows.

The random weights are normal with the standard deviation of those they replace, biases zero; a BatchNorm's scales and
shifts are shuffled among its channels, and so are the inputs and outputs of a dense layer of many millions of weights,
which then needs no memory of its own. Only a twin's weights are replaced, which nobody else uses.

What it cannot tell: a map that changes need not be right. And one draw of random weights is one draw: where a method
takes one pass only, on a small network, the likeness is the mean of three.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import fx, nn

from cnnviz.attribution.question import Method, Question, question_of
from cnnviz.attribution.reading import likeness
from cnnviz.attribution.twin import twin
from cnnviz.networks.refusal import Refusal

STAGES = 5  # how many maps are made besides the first, each with more layers at random
DRAWS = 3  # of random weights, for methods of one pass and small networks; the others would take too long
# A rank correlation with the first map from which a method is flagged: half of the layers at random, and all of them.
UNCHANGED_BY_HALF, UNCHANGED_BY_ALL = 0.75, 0.5
WEIGHTED = (nn.Conv2d, nn.Linear, nn.BatchNorm2d)
MANY_WEIGHTS = 8_000_000


@dataclass(frozen=True)
class Stage:
    """One map of the check: made with the layers from the last one down to `layer` at random ("" for none of them).

    `randomised` is how many of the `layers` with weights have random ones. `likenesses` are those with the first map,
    one for each draw of random weights; the map and the score are those of the first draw.
    """

    layer: str
    randomised: int
    layers: int
    attribution: np.ndarray
    likenesses: tuple[float, ...]
    score: float

    @property
    def likeness(self) -> float:
        """The mean over the draws."""
        return float(np.mean(self.likenesses))

    @property
    def flagged_from(self) -> float | None:
        """From which likeness on the method is flagged; None while less than half of the layers are at random."""
        if self.randomised == self.layers:
            return UNCHANGED_BY_ALL
        return UNCHANGED_BY_HALF if 2 * self.randomised >= self.layers else None

    @property
    def is_unchanged(self) -> bool:
        """Whether the map stays much the same though half of what was learnt is gone, or all of it."""
        return self.flagged_from is not None and self.likeness >= self.flagged_from


@dataclass(frozen=True)
class Check:
    """The check so far: its maps, how many of all there will be, and the bytes of random weights it holds."""

    stages: tuple[Stage, ...]
    total: int
    held_bytes: int = 0


def sanity(
    method: Method,
    module: nn.Module,
    image: torch.Tensor,
    class_index: int,
    layer: str = "",
    regions: np.ndarray | None = None,
) -> Iterator[Check]:
    """The map as it is, and then with ever more layers at random; the last report is given again while one is made.

    `image` (1, 3, H, W), `regions` (H, W). Each map is the method's first, coarse one. The network is left as it is.
    Raises ValueError where the method's question does not fit the network.
    """
    told = method.refusal(module)
    if told:
        raise Refusal(told)
    evaluations = method.evaluations[0] if method.evaluations and regions is None else 0
    question = question_of(module, image, class_index, evaluations, layer, regions)
    forgetting = [Forgetting(question, module, seed) for seed in range(draws_of(method, module))]
    total = 1 + len(stages(len(forgetting[0].layers)))
    check = Check((), total)
    first = np.zeros(0)
    for partial in method.steps(question):
        first = method.map_of(partial.values)
        yield check
    check = Check((Stage("", 0, len(forgetting[0].layers), first, (1.0,), question.score),), total)
    yield check
    for until in stages(len(forgetting[0].layers)):
        maps, scores = [], []
        for one in forgetting:
            one.forget_until(until)
            own, found = one.question(), first
            for partial in method.steps(own):
                found = method.map_of(partial.values)
                yield replace(check, held_bytes=sum(other.held_bytes for other in forgetting))
            maps.append(found)
            scores.append(own.score)
        alike = tuple(likeness(first, found) for found in maps)
        stage = Stage(forgetting[0].layers[until - 1], until, len(forgetting[0].layers), maps[0], alike, scores[0])
        check = Check((*check.stages, stage), total)
        yield check


class Forgetting:
    """A twin of the network that forgets its layers from the last one on, with random numbers of its own."""

    def __init__(self, first: Question, module: nn.Module, seed: int) -> None:
        self.first, self.network = first, twin(module)
        self.layers = weighted(self.network)
        self.random = torch.Generator().manual_seed(seed)
        self.forgotten = self.held_bytes = 0

    def forget_until(self, until: int) -> None:
        """Replace the weights of the first so many layers of `layers`, those that were not yet replaced."""
        for name in self.layers[self.forgotten : until]:
            self.held_bytes += forget(self.network, name, self.random)
        self.forgotten = until

    def question(self) -> Question:
        """The question, of what is left of the network."""
        return replace(self.first, network=self.network)


def weighted(network: fx.GraphModule) -> list[str]:
    """The layers with weights, the last one first; a convolution and the normalisation behind it are two."""
    calls = [str(node.target) for node in network.graph.nodes if node.op == "call_module"]
    return [name for name in reversed(calls) if isinstance(network.get_submodule(name), WEIGHTED)]


def weights_to_forget(method: Method, module: nn.Module) -> int:
    """How many bytes of random weights a check will hold in the end; see `forget`."""
    layers = [layer for layer in module.modules() if isinstance(layer, WEIGHTED) and not is_shuffled(layer)]
    taken = sum(weight.nbytes for layer in layers for weight in layer.parameters(recurse=False))
    return taken * draws_of(method, module)


def draws_of(method: Method, module: nn.Module) -> int:
    """How many draws of random weights are looked at."""
    weights = sum(weight.numel() for weight in module.parameters())
    return DRAWS if not method.evaluations and weights < MANY_WEIGHTS else 1


def is_shuffled(layer: nn.Module) -> bool:
    """Whether a layer has so many weights that it is shuffled instead of being filled anew."""
    return isinstance(layer, nn.Linear) and layer.weight.numel() > MANY_WEIGHTS


def stages(layers: int) -> list[int]:
    """After how many layers a map is made: after the last one, and then evenly up to all of them.

    >>> stages(8), stages(54), stages(2)
    ([1, 3, 4, 6, 8], [1, 14, 28, 41, 54], [1, 2])
    """
    places = np.linspace(1, layers, min(STAGES, layers))
    return [int(place) for place in np.round(places)]


def forget(network: fx.GraphModule, name: str, random: torch.Generator) -> int:
    """Give a layer of a twin random weights; those that it shared stay as they are. How many bytes that took."""
    layer = network.get_submodule(name)
    if isinstance(layer, nn.Linear) and is_shuffled(layer):
        network.set_submodule(name, Shuffled(layer, random))
        return 0
    taken = 0
    for key, weight in list(layer.named_parameters(recurse=False)):
        if isinstance(layer, nn.BatchNorm2d):
            new = weight.detach()[torch.randperm(len(weight), generator=random)]
        elif key == "weight":
            spread = float(weight.detach().std(correction=0))
            new = torch.empty_like(weight).normal_(0, spread, generator=random)
        else:
            new = torch.zeros_like(weight)
        setattr(layer, key, nn.Parameter(new, requires_grad=False))
        taken += new.nbytes
    return taken


class Shuffled(nn.Module):
    """A dense layer whose inputs and outputs are shuffled: its numbers, each between two units that never met."""

    def __init__(self, layer: nn.Linear, random: torch.Generator) -> None:
        super().__init__()
        self.layer = layer
        self.inputs = torch.randperm(layer.in_features, generator=random)
        self.outputs = torch.randperm(layer.out_features, generator=random)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_features) to (N, out_features)."""
        values: torch.Tensor = self.layer(x[:, self.inputs])
        return values[:, self.outputs]
