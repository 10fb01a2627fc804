"""The window of a neuron opened in the stepper: one input channel around it, and the kernel walking there."""

from fractions import Fraction

import numpy as np
import streamlit as st
from torch import nn

from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.matrix import Matrix
from cnnviz.arithmetic.network import INPUT
from cnnviz.figures.stepper import layer_script
from cnnviz.networks.activations import Activations
from cnnviz.networks.neuron import Neuron, gathered, padding_sides, sources
from cnnviz.ui.neuron.script import channel_name
from cnnviz.ui.stepper import stepper

AROUND = 1  # windows on each side of the neuron's own
DECIMALS = 2


def show_window(activations: Activations, neuron: Neuron) -> None:
    """Offer the window in the stepper, for a convolution with a kernel of more than one weight."""
    if neuron.kind != "Conv2d" or neuron.weights is None:
        return
    if not st.toggle("Open this window in the stepper", key="neuron_window", bind="query-params"):
        return
    per_group = neuron.weights.shape[0]
    is_picture = activations.network[neuron.layer].inputs[0] == INPUT
    ranked = [neuron.first_channel + place for place in neuron.ranked_channels[: min(12, per_group)]]
    channel = st.selectbox(
        "Input channel, the ones that matter most first",
        ranked,
        format_func=lambda number: channel_name(number, is_picture),
        width=300,
    )
    layer = activations.module_of(neuron.layer)
    assert isinstance(layer, nn.Conv2d)
    patch, start = patch_around(activations.given(neuron.layer)[channel], neuron, layer)
    kernel = neuron.weights[channel - neuron.first_channel]
    height, width = layer.kernel_size
    flat = Conv2d(1, 1, (height, width), stride=pair_of(layer.stride), dilation=pair_of(layer.dilation), bias=False)
    script = layer_script(flat, (exact(patch),), ((exact(kernel),),))
    stepper(script, "neuron_stepper", start=start)
    st.caption(
        f"One of {len(activations.given(neuron.layer))} input channels, around the window, padding included. Its "
        f"numbers are rounded to {DECIMALS} decimals before they are multiplied: its sums differ a little."
    )


def patch_around(plane: np.ndarray, neuron: Neuron, layer: nn.Conv2d) -> tuple[np.ndarray, int]:
    """One input channel (H, W) under the neuron's window and its neighbours', and which step is the neuron's own."""
    sides, own, starts = padding_sides(layer), [], []
    for axis, size in enumerate(plane.shape):
        held = sources(size, sides[axis], layer.padding_mode)
        reach = layer.dilation[axis] * (layer.kernel_size[axis] - 1) + 1
        last = (len(held) - reach) // layer.stride[axis]
        at = neuron.index[1 + axis]
        first, behind = max(0, at - AROUND), min(last, at + AROUND)
        own.append((at - first, behind - first + 1))
        starts.append(held[first * layer.stride[axis] : behind * layer.stride[axis] + reach].tolist())
    patch = gathered(plane[None], starts[0], starts[1], empty=0.0)[0]
    (down, _), (across, columns) = own
    return patch, down * columns + across


def pair_of(setting: tuple[int, ...]) -> tuple[int, int]:
    """A setting for the height and the width."""
    return setting[0], setting[1]


def exact(values: np.ndarray) -> Matrix:
    """The values as decimals that the stepper multiplies exactly."""
    return tuple(tuple(Fraction(round(float(value) * 10**DECIMALS), 10**DECIMALS) for value in row) for row in values)
