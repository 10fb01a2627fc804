"""Which neuron is looked at: layer, channel, row and column, kept in the address and inside what there is."""

import numpy as np
import streamlit as st

from cnnviz.networks.activations import Activations, Index
from cnnviz.ui.valid import whole_number

KEYS = ("neuron_channel", "neuron_row", "neuron_column")


def choose_neuron(activations: Activations) -> tuple[str, Index]:
    """Draw the four controls; the layer and the index (channel, row, column) that they stand on.

    Where the address names no layer of this network the choice is one in its middle, at the cell of the channel that
    answers most strongly.
    """
    layers = activations.explained()
    if asked("neuron_layer") not in layers:
        go_to(*opening(activations))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # Without a default of its own a widget is always told in the address, also where it stands on the first.
        layer = st.selectbox("Layer", layers, index=None, key="neuron_layer", bind="query-params", width=250)
        layer = layer or layers[0]
        shape = activations.maps(layer).shape
        fill_in(activations, layer)
        numbers = []
        for key, title, size in zip(KEYS, ("Channel", "Row", "Column"), shape, strict=True):
            unit = title if shape[1:] != (1, 1) or key != KEYS[0] else "Unit"
            number = whole_number(unit, size, key, width=130)
            numbers.append(size // 2 if number is None else number)
    return layer, (numbers[0], numbers[1], numbers[2])


def asked(key: str) -> object:
    """What the session, or a link that was just opened, asks for."""
    return st.session_state.get(key, st.query_params.get(key))


def fill_in(activations: Activations, layer: str) -> None:
    """Where nothing is asked for: the channel and the cell that answer most strongly."""
    if all(asked(key) is None for key in KEYS):
        go_to(layer, strongest_cell(activations, layer, liveliest_channel(activations, layer)))
    for key in KEYS:
        if asked(key) is None:
            st.session_state[key] = 0


def go_to(layer: str, index: Index) -> None:
    """Look at another neuron."""
    if st.session_state.get("neuron_layer") != layer:
        st.session_state["neuron_layer"] = layer
    for key, place in zip(KEYS, index, strict=True):
        st.session_state[key] = int(place)


def opening(activations: Activations) -> tuple[str, Index]:
    """A convolution in the middle of the network, where it answers most strongly."""
    layers = [name for name in activations.explained() if activations.maps(name).shape[1] > 1]
    layer = layers[len(layers) // 2]
    channel = liveliest_channel(activations, layer)
    return layer, strongest_cell(activations, layer, channel)


def liveliest(activations: Activations, layer: str) -> dict[str, object]:
    """The state that shows the strongest cell of a layer."""
    index = strongest_cell(activations, layer, liveliest_channel(activations, layer))
    return {"neuron_layer": layer, **dict(zip(KEYS, index, strict=True))}


def liveliest_channel(activations: Activations, layer: str) -> int:
    """The channel with the largest value of a layer."""
    return int(activations.maps(layer).reshape(len(activations.maps(layer)), -1).max(axis=1).argmax())


def strongest_cell(activations: Activations, layer: str, channel: int) -> Index:
    """Where a channel answers most strongly."""
    map = activations.maps(layer)[channel]
    row, column = np.unravel_index(int(map.argmax()), map.shape)
    return channel, int(row), int(column)
