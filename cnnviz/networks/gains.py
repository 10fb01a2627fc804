"""What the units of a layer gain from a value they read, or from a channel: by how much larger it makes them.

A unit is compared with itself where what it reads there brings nothing, both times behind the BatchNorm, the sum and
the ReLU that follow it: where a ReLU cuts a unit to 0 it gains nothing, however large its weight.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from cnnviz.networks.activations import Activations, Index, Use
from cnnviz.networks.changed import computed
from cnnviz.networks.neuron import Neuron, padding_sides, window_taps


def strongest_use(activations: Activations, use: Use) -> Index | None:
    """Of a layer that reads a value the unit (channel, row, column) that gains most from it; None where none does.

    Of several that gain as much, as those of an average, the middle one.
    """
    gained = gains(activations, use.name, parts_of_value(activations, use), use.rows, use.columns)
    most = float(gained.max())
    if not most > 0:
        return None
    places = np.argwhere(gained == most)
    channel, row, column = places[len(places) // 2].tolist()
    return channel, use.rows[row], use.columns[column]


def gains(
    activations: Activations,
    layer: str,
    parts: np.ndarray,
    rows: Sequence[int] | slice = slice(None),
    columns: Sequence[int] | slice = slice(None),
) -> np.ndarray:
    """By how much the units of a layer in these rows and columns are larger, (C, rows, columns), for parts of them.

    `parts`, of that shape, is what something brings to each of their sums. What follows the layer makes of each value
    something by itself, so all units are compared at once.
    """

    def cut(name: str) -> np.ndarray:
        return activations.maps(name)[:, rows][:, :, columns]

    before, values = layer, cut(layer)
    without = values - parts.astype(np.float32)
    with torch.inference_mode():
        for node in activations.handed_on(layer):
            values, without = (
                computed(activations, node, [own if source == before else cut(source) for source in node.inputs])
                for own in (values, without)
            )
            before = node.name
    gained: np.ndarray = values - without
    return gained


def parts_of_value(activations: Activations, use: Use) -> np.ndarray:
    """What the value that is used brings to each unit of the layer in the places that read it: (C, rows, columns).

    Of a weighted sum its product, of an average its share; of a maximum by how much it is ahead of the next largest
    value of the window, 0 where it is not. What a padding repeats of the value is not counted.
    """
    layer, given = activations.module_of(use.name), activations.input_of(use.name)
    parts = np.zeros((len(activations.maps(use.name)), len(use.rows), len(use.columns)))
    if isinstance(layer, nn.Conv2d | nn.Linear):
        weights = layer.weight.detach().numpy()[list(use.channels)]
        weights = weights.reshape(len(weights), -1, *(weights.shape[2:] or given.shape[1:]))  # (C, C_in, kh, kw)
        taps = [
            [window_taps(layer, axis, place, size).index(use.index[1 + axis]) for place in places]
            for axis, (places, size) in enumerate(zip((use.rows, use.columns), given.shape[1:], strict=True))
        ]
        place = use.index[0] % weights.shape[1]
        parts[list(use.channels)] = given[use.index] * weights[:, place][:, taps[0]][:, :, taps[1]]
        return parts
    for at, row in enumerate(use.rows):
        for across, column in enumerate(use.columns):
            found = activations.neuron(use.name, (use.channels[0], row, column))
            parts[use.channels[0], at, across] = part_of_pooled(found, use.index)
    return parts


def part_of_pooled(pooled: Neuron, index: Index) -> float:
    """What one of the values that a pooling reads brings to its result; see `parts_of_value`."""
    is_own = np.ix_(np.array([True]), np.equal(pooled.rows, index[1]), np.equal(pooled.columns, index[2]))
    own = float(pooled.products[is_own].item())
    if pooled.kind != "MaxPool2d":
        return own
    others = pooled.products.copy()
    others[is_own] = -np.inf
    next_largest = float(others.max())
    return max(0.0, own - (next_largest if np.isfinite(next_largest) else 0.0))


def channel_gains(activations: Activations, layer: str, channel: int) -> np.ndarray:
    """How much each channel of a convolution gains from one of its input channels on this picture: (out_channels,).

    The mean over all places. ValueError for a layer that is no convolution.
    """
    module = convolution(activations, layer)
    per_group, count = module.in_channels // module.groups, module.out_channels // module.groups
    group, place = divmod(channel, per_group)
    own = slice(group * count, (group + 1) * count)
    parts = np.zeros(activations.maps(layer).shape)
    parts[own] = convolved(module, activations.input_of(layer)[channel], module.weight[own, place, None])
    means: np.ndarray = gains(activations, layer, parts).mean(axis=(1, 2))
    return means


def channel_shares(activations: Activations, layer: str, channel: int) -> np.ndarray:
    """What each input channel of a convolution adds to one of its channels on this picture: (C_in,), signed.

    The mean of its part of the sum, behind the BatchNorm, over all places; it counts 0 where a ReLU that follows cuts
    the sum. 0 for the channels of other groups. ValueError for a layer that is no convolution.
    """
    module = convolution(activations, layer)
    per_group, count = module.in_channels // module.groups, module.out_channels // module.groups
    first = channel // count * per_group
    given = activations.input_of(layer)
    parts = convolved(module, given[first : first + per_group], module.weight[channel][:, None], groups=per_group)
    is_open = np.ones(parts.shape[1:])
    scale = 1.0
    for stage in activations.behind(layer, (channel, 0, 0)):
        behind = activations.module_of(stage.name)
        if isinstance(behind, nn.BatchNorm2d) and behind.running_var is not None:
            scale *= float(behind.weight[channel]) if behind.affine else 1.0
            scale /= float(behind.running_var[channel] + behind.eps) ** 0.5
        if stage.kind == "ReLU":
            is_open = is_open * (activations.maps(stage.name)[channel] > 0)
    found = np.zeros(len(given))
    found[first : first + per_group] = scale * (parts * is_open).mean(axis=(1, 2))
    return found


def convolved(module: nn.Conv2d, maps: np.ndarray, weights: torch.Tensor, groups: int = 1) -> np.ndarray:
    """Maps (C, H, W), or one of them (H, W), under other weights, with the padding and the steps of the convolution."""
    (above, below), (left, right) = padding_sides(module)
    mode = "constant" if module.padding_mode == "zeros" else module.padding_mode
    with torch.inference_mode():
        given = nn.functional.pad(
            torch.tensor(maps.reshape(1, -1, *maps.shape[-2:])), (left, right, above, below), mode
        )
        made = nn.functional.conv2d(given, weights, stride=module.stride, dilation=module.dilation, groups=groups)
    found: np.ndarray = made[0].numpy()
    return found


def convolution(activations: Activations, layer: str) -> nn.Conv2d:
    """The module of a convolution; ValueError for another layer."""
    module = activations.module_of(layer)
    if not isinstance(module, nn.Conv2d):
        raise ValueError(f"{layer} is no convolution.")
    return module
