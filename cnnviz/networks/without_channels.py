"""What a network answers without some of a layer's channels, and which of them a class needs most.

A channel is taken out where its values rest, behind the layer's BatchNorm and ReLU: there zero means that it says
nothing. Only what lies behind is computed again; for the search many variants go through it as one batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from cnnviz.arithmetic.network import INPUT, Node
from cnnviz.networks.activations import Activations
from cnnviz.networks.changed import changed
from cnnviz.networks.functions import applied

How = Literal["zero", "mean", "only"]
BATCH_BYTES = 100_000_000  # of the largest layer behind, for the variants that are computed together
MOST_TOGETHER = 32


@dataclass(frozen=True)
class Losses:
    """How far the search is. `drops` (C,) is by how much the class's score falls without each channel, NaN where that
    is not known yet. `held_bytes` is what the search holds meanwhile: the maps of the whole network."""

    drops: np.ndarray
    done: int
    held_bytes: int = 0

    @property
    def total(self) -> int:
        """How many channels there are."""
        return len(self.drops)


def altered(maps: np.ndarray, channels: Sequence[int], how: How) -> np.ndarray:
    """Maps (C, H, W), or (C,), with some channels at zero, at their own mean, or with all others at zero.

    >>> altered(np.array([[[1.0, 3.0]], [[5.0, 5.0]]]), [0], "mean").tolist()
    [[[2.0, 2.0]], [[5.0, 5.0]]]
    >>> altered(np.array([[[1.0, 3.0]], [[5.0, 5.0]]]), [0], "only").tolist()
    [[[1.0, 3.0]], [[0.0, 0.0]]]
    """
    chosen = list(channels)
    if how == "only":
        kept = np.zeros_like(maps)
        kept[chosen] = maps[chosen]
        return kept
    result = maps.copy()
    result[chosen] = 0 if how == "zero" else maps[chosen].mean(axis=tuple(range(1, maps.ndim)), keepdims=True)
    return result


def without_channels(found: Activations, layer: str, channels: Sequence[int], how: How = "zero") -> Activations:
    """The same picture's way with some channels of a layer altered; see `altered`.

    Raises ValueError, in a sentence, for a layer or a channel that there is not.
    """
    rest = found.settled(layer)
    maps = found[rest]
    for channel in channels:
        if not 0 <= channel < len(maps):
            raise ValueError(f"{layer} has the channels 0 to {len(maps) - 1}, and {channel} was asked for.")
    return changed(found, {rest: altered(maps, channels, how)})


def losses(found: Activations, layer: str, class_index: int) -> Iterator[Losses]:
    """By how much the score of a class falls when a channel says nothing, for each channel of a layer, as it is found.

    The result is that of `without_channels` for each channel; here the variants are computed together.
    """
    rest = found.settled(layer)
    values = torch.from_numpy(np.array(found[rest]))
    behind = nodes_behind(found, rest)
    whole = float(found.answer.scores[class_index])
    drops = np.full(len(values), np.nan)
    together = batch_size(found, rest, behind)
    held = sum(maps.nbytes for maps in found.answer.feature_maps.values())
    yield Losses(drops.copy(), 0, held)
    for start in range(0, len(values), together):
        channels = range(start, min(start + together, len(values)))
        variants = values.repeat(len(channels), *[1] * values.ndim)
        for place, channel in enumerate(channels):
            variants[place, channel] = 0
        with torch.inference_mode():
            scores = scores_of(found, rest, behind, variants)
        drops[start : channels.stop] = whole - scores[:, class_index].numpy()
        yield Losses(drops.copy(), channels.stop, held)


def nodes_behind(found: Activations, name: str) -> list[Node]:
    """The nodes whose values depend on those of one, in order."""
    reached, behind = {name}, list[Node]()
    for node in found.network.nodes:
        if node.name not in reached and reached & set(node.inputs):
            reached.add(node.name)
            behind.append(node)
    return behind


def batch_size(found: Activations, rest: str, behind: Sequence[Node]) -> int:
    """How many variants go through the rest of the network at once."""
    largest = max([found[rest].nbytes, *(4 * found[node.name].size for node in behind)])
    return max(1, min(MOST_TOGETHER, BATCH_BYTES // largest))


def scores_of(found: Activations, rest: str, behind: Sequence[Node], variants: torch.Tensor) -> torch.Tensor:
    """The scores (variants, classes) where the values of a node are replaced by those of so many variants."""
    values = {rest: variants}
    last = {source: node.name for node in behind for source in node.inputs}  # who reads a value last
    for node in behind:
        given = [values[name] if name in values else constant(found, name, len(variants)) for name in node.inputs]
        values[node.name] = put_through(found, node, given)
        for name in [name for name in values if last.get(name) == node.name]:
            del values[name]
    return values[found.network.nodes[-1].name].flatten(1)


def constant(found: Activations, name: str, count: int) -> torch.Tensor:
    """The values of a node that nothing changes, for each variant."""
    array = found.image if name == INPUT else found[name]
    return torch.from_numpy(np.array(array)).expand(count, *array.shape)


def put_through(found: Activations, node: Node, given: list[torch.Tensor]) -> torch.Tensor:
    """What a node makes of a batch: a layer of the module, or what a function does."""
    module = found.module_of(node.name)
    if module is None:
        return applied(node.layer, given)
    made: torch.Tensor = module(given[0].clone())  # a copy: it may write over its input
    return made
