"""Channels of a layer in an order: the strongest, the most selective, those like a chosen one; and who feeds whom."""

from collections.abc import Mapping, Sequence

import numpy as np

from cnnviz.arithmetic.layers import AdaptiveAvgPool2d, AvgPool2d, BatchNorm2d, Concat, MaxPool2d
from cnnviz.arithmetic.layers.layer import KeepsShape
from cnnviz.arithmetic.network import INPUT
from cnnviz.networks.activations import Activations
from cnnviz.networks.functions import concatenated_axis
from cnnviz.networks.gains import channel_gains, channel_shares
from cnnviz.networks.order import descending

Runs = list[tuple[str | None, int]]
HANDS_ON = (KeepsShape, BatchNorm2d, MaxPool2d, AvgPool2d, AdaptiveAvgPool2d)  # each channel by itself
STRENGTH, SPARSITY, SIMILARITY, NUMBER = "strength", "sparsity", "similarity", "number"
ORDERS = (STRENGTH, SPARSITY, SIMILARITY, NUMBER)


def strength(maps: np.ndarray) -> np.ndarray:
    """The mean magnitude of each channel: (C, H, W) -> (C,).

    >>> strength(np.array([[[1.0, -3.0]], [[0.0, 0.0]]])).tolist()
    [2.0, 0.0]
    """
    means: np.ndarray = np.abs(maps).mean(axis=(1, 2))
    return means


def sparsity(maps: np.ndarray) -> np.ndarray:
    """How few cells of each channel hold its magnitude, 0 (all alike) to 1 (one cell): (C, H, W) -> (C,).

    1 minus the activity ratio (Σ|a|/n)² / (Σa²/n) (Treves and Rolls 1991; scaled as by Vinje and Gallant 2000). A
    silent channel has 0, and so has a map of one cell.

    >>> sparsity(np.array([[[1.0, 1.0]], [[0.0, 5.0]], [[0.0, 0.0]]])).tolist()
    [0.0, 1.0, 0.0]
    """
    flat = maps.reshape(len(maps), -1).astype(np.float64)
    count = flat.shape[1]
    power = (flat**2).mean(axis=1)
    ratio = np.divide(np.abs(flat).mean(axis=1) ** 2, power, out=np.ones(len(flat)), where=power > 0)
    found: np.ndarray = (1 - ratio) / (1 - 1 / count) if count > 1 else np.zeros(len(flat))
    return found


def similarity(maps: np.ndarray, channel: int) -> np.ndarray:
    """The cosine between each channel and the chosen one, cell by cell, −1 to 1; 0 for a silent one: (C, H, W) -> (C,).

    >>> similarity(np.array([[[1.0, 0.0]], [[2.0, 0.0]], [[0.0, 1.0]]]), 0).tolist()
    [1.0, 1.0, 0.0]
    """
    flat = maps.reshape(len(maps), -1).astype(np.float64)
    lengths = np.linalg.norm(flat, axis=1)
    products = lengths * lengths[channel]
    cosines: np.ndarray = np.divide(flat @ flat[channel], products, out=np.zeros(len(flat)), where=products > 0)
    return cosines


def ranked(maps: np.ndarray, order: str, channel: int = 0) -> list[int]:
    """The channels of maps (C, H, W) in one of ORDERS, the first of it first; `channel` is the one to be like.

    >>> maps = np.array([[[1.0, 1.0]], [[0.0, 5.0]], [[0.1, 0.2]]])
    >>> ranked(maps, "strength"), ranked(maps, "sparsity"), ranked(maps, "similarity", 2)
    ([1, 0, 2], [1, 2, 0], [2, 0, 1])
    """
    if order == NUMBER:
        return list(range(len(maps)))
    keys = {STRENGTH: strength, SPARSITY: sparsity}
    key = similarity(maps, channel) if order == SIMILARITY else keys[order](maps)
    return descending(key)


def path(activations: Activations, layers: Sequence[str], layer: str, channel: int) -> dict[str, np.ndarray]:
    """How much the channels of each convolution in `layers` bring to one channel of one of them, or gain from it: (C,).

    Backwards from the chosen layer by `channel_shares`, forwards by `channel_gains`, each time along the channel that
    was first; where none brings or gains anything the path ends, and that layer is not on it.
    Where the maps of several layers stand one behind the other, as in a Fire module, all are compared, and the path
    goes on from the first of all. It ends where a layer reads something else than the channels of one of them.
    """
    resting = {activations.settled(name): name for name in reversed(layers)}
    inputs = {name: channel_runs(activations, activations.network[name].inputs[0], resting) for name in layers}
    return backwards(activations, inputs, layer, channel) | forwards(activations, inputs, layer, channel)


def channel_runs(activations: Activations, name: str, resting: Mapping[str, str]) -> Runs:
    """Whose channels the channels of a node are, in order, and how many of each: (layer, count), None for no layer's.

    `resting` names for a node the layer whose values come to rest there.
    """
    if name in resting:
        return [(resting[name], len(activations[name]))]
    if name != INPUT:
        node = activations.network[name]
        if isinstance(node.layer, Concat) and concatenated_axis(node.layer, activations[name].ndim) == 0:
            return [run for source in node.inputs for run in channel_runs(activations, source, resting)]
        if isinstance(node.layer, HANDS_ON):
            return channel_runs(activations, node.inputs[0], resting)
    return [(None, len(activations[name]))]


def backwards(activations: Activations, inputs: Mapping[str, Runs], layer: str, channel: int) -> dict[str, np.ndarray]:
    """The layers that feed a channel, then those that feed the first channel of all these, and so on: name to (C,)."""
    found: dict[str, np.ndarray] = {}
    here: tuple[str, int] | None = (layer, channel)
    while here is not None:
        scores, start, parts = channel_shares(activations, *here), 0, dict[str, np.ndarray]()
        for maker, count in inputs[here[0]]:
            if maker is not None:
                parts[maker] = scores[start : start + count]
            start += count
        here = first_of(parts)
        found = parts | found if here is not None else found
    return found


def forwards(activations: Activations, inputs: Mapping[str, Runs], layer: str, channel: int) -> dict[str, np.ndarray]:
    """The layers that read a channel, then those that read the first channel of all these, and so on: name to (C,)."""
    found: dict[str, np.ndarray] = {}
    here: tuple[str, int] | None = (layer, channel)
    while here is not None:
        parts = dict[str, np.ndarray]()
        for name, runs in inputs.items():
            makers = [maker for maker, _ in runs]
            if here[0] in makers:
                before = sum(count for _, count in runs[: makers.index(here[0])])
                parts[name] = channel_gains(activations, name, before + here[1])
        here = first_of(parts)
        found = parts | found if here is not None else found
    return found


def first_of(parts: Mapping[str, np.ndarray]) -> tuple[str, int] | None:
    """The layer and the channel with the largest of several layers' values, (C,) each; None where none is above 0."""
    layer = max(parts, key=lambda name: float(parts[name].max()), default=None)
    if layer is None or not parts[layer].max() > 0:
        return None
    return layer, int(parts[layer].argmax())
