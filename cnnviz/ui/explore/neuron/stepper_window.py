"""The window of a neuron opened in the stepper: one input channel around it, and the kernel walking there."""

from fractions import Fraction

import numpy as np
import streamlit as st

from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.matrix import Matrix
from cnnviz.arithmetic.network import INPUT
from cnnviz.figures.stepper import layer_script
from cnnviz.networks.activations import Activations
from cnnviz.networks.neuron import Neuron
from cnnviz.ui.components.one_neuron.script import channel_name
from cnnviz.ui.components.stepper import stepper

DECIMALS = 3


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
    layer = activations.network[neuron.layer].layer
    assert isinstance(layer, Conv2d)
    patch, start = activations.around(neuron, channel)
    kernel = neuron.weights[channel - neuron.first_channel]
    flat = Conv2d(1, 1, layer.kernel_size, stride=layer.stride, dilation=layer.dilation, bias=False)
    script = layer_script(flat, (exact(patch),), ((exact(kernel),),))
    stepper(script, "neuron_stepper", start=start)
    st.caption(
        f"One of {len(activations.input_of(neuron.layer))} input channels, around the window, padding included. Its "
        f"numbers are rounded to {DECIMALS} decimals before they are multiplied: its sums differ a little."
    )


def exact(values: np.ndarray) -> Matrix:
    """Values (rows, columns) as decimals that the stepper multiplies exactly."""
    return tuple(tuple(Fraction(round(float(value) * 10**DECIMALS), 10**DECIMALS) for value in row) for row in values)
