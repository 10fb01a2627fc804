"""Channels of a layer in an order: the strongest, the most selective, those like a chosen one; and who feeds whom."""

from collections.abc import Sequence

import numpy as np
from torch import nn

from cnnviz.networks.activations import Activations

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
    return np.divide(flat @ flat[channel], products, out=np.zeros(len(flat)), where=products > 0)


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
    return np.argsort(-key, kind="stable").tolist()


def path(activations: Activations, layers: Sequence[str], layer: str, channel: int) -> dict[str, np.ndarray]:
    """How closely the channels of each convolution in `layers` hang together with one channel of one of them.

    Backwards from the chosen layer by `feeding`, forwards by `reading`, each time along the channel that was first.
    {layer: (C,)}; a layer whose channels are not those the next one reads (a shortcut lies between) ends the path.
    """
    at = list(layers).index(layer)
    found = {}
    here = channel
    for later, earlier in zip(reversed(layers[1 : at + 1]), reversed(layers[:at]), strict=True):
        scores = feeding(activations, later, here)
        if len(scores) != len(activations.maps(earlier)):
            break
        found[earlier] = scores
        here = int(scores.argmax())
    here = channel
    for earlier, later in zip(layers[at:], layers[at + 1 :], strict=False):
        if len(activations.input_of(later)) != len(activations.maps(earlier)):
            break
        found[later] = reading(activations, later, here)
        here = int(found[later].argmax())
    return found


def feeding(activations: Activations, layer: str, channel: int) -> np.ndarray:
    """How much each input channel of a convolution brings to one of its channels on this picture: (C_in,).

    The sum of the magnitudes of its kernel, times the mean magnitude of the channel it meets: an upper bound, up to the
    padding, of the mean magnitude of its part of the sum. 0 for the channels of other groups.
    """
    module = activations.module_of(layer)
    if not isinstance(module, nn.Conv2d):
        raise ValueError(f"{layer} is no convolution.")
    weights = np.abs(module.weight.detach().numpy()[channel]).sum(axis=(1, 2))  # (C_in / groups,)
    means = strength(activations.input_of(layer))
    first = channel // (module.out_channels // module.groups) * len(weights)
    found = np.zeros(len(means))
    found[first : first + len(weights)] = weights * means[first : first + len(weights)]
    return found


def reading(activations: Activations, layer: str, channel: int) -> np.ndarray:
    """How much each channel of a convolution takes of one of its input channels: the sum of the kernel's magnitudes."""
    module = activations.module_of(layer)
    if not isinstance(module, nn.Conv2d):
        raise ValueError(f"{layer} is no convolution.")
    per_group = module.in_channels // module.groups
    group, place = divmod(channel, per_group)
    count = module.out_channels // module.groups
    found = np.zeros(module.out_channels)
    chosen = module.weight.detach().numpy()[group * count : (group + 1) * count, place]
    found[group * count : (group + 1) * count] = np.abs(chosen).sum(axis=(1, 2))
    return found
