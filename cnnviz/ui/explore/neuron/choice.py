"""Which neuron is looked at: layer, channel, row and column, kept in the address and inside what there is."""

import numpy as np
import streamlit as st

from cnnviz.networks.activations import Activations, Index
from cnnviz.ui.explore.inference import Inference
from cnnviz.ui.page.valid import whole_number
from cnnviz.ui.pickers.strongest import choose_layer, forget

LAYER = "neuron_layer"
KEYS = ("neuron_channel", "neuron_row", "neuron_column")


def choose_neuron(inference: Inference) -> tuple[str, Index]:
    """Draw the four controls; the layer and the index (channel, row, column) that they stand on.

    Where nobody chose a neuron it is the cell of a layer that answers most strongly, where nobody chose a layer one in
    the middle of the network.
    """
    activations = inference.activations
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer, index = choose_layer(
            LAYER,
            KEYS,
            activations.explained(),
            inference.key,
            lambda layer: activations.maps(layer).shape,
            lambda: middle_layer(activations),
            lambda layer, found: strongest_cell(
                activations, layer, liveliest_channel(activations, layer) if found[0] is None else found[0]
            ),
        )
        shape = activations.maps(layer).shape
        numbers = []
        for key, title, size, own in zip(KEYS, ("Channel", "Row", "Column"), shape, index, strict=True):
            unit = title if shape[1:] != (1, 1) or key != KEYS[0] else "Unit"
            number = whole_number(unit, size, key, own, width=130)
            numbers.append(own if number is None else number)
    return layer, (numbers[0], numbers[1], numbers[2])


def go_to(layer: str, index: Index) -> None:
    """Look at another neuron, which a person chose."""
    forget(LAYER, KEYS[0])
    if st.session_state.get(LAYER) != layer:
        st.session_state[LAYER] = layer
    for key, place in zip(KEYS, index, strict=True):
        st.session_state[key] = int(place)


def middle_layer(activations: Activations) -> str:
    """A convolution in the middle of the network."""
    layers = [name for name in activations.explained() if activations.maps(name).shape[1] > 1]
    return layers[len(layers) // 2]


def liveliest(activations: Activations, layer: str) -> dict[str, object]:
    """The state that shows the strongest cell of a layer."""
    index = strongest_cell(activations, layer, liveliest_channel(activations, layer))
    return {LAYER: layer, **dict(zip(KEYS, index, strict=True))}


def liveliest_channel(activations: Activations, layer: str) -> int:
    """The channel with the largest value of a layer."""
    return int(activations.maps(layer).reshape(len(activations.maps(layer)), -1).max(axis=1).argmax())


def strongest_cell(activations: Activations, layer: str, channel: int) -> Index:
    """Where a channel answers most strongly."""
    map = activations.maps(layer)[channel]
    row, column = np.unravel_index(int(map.argmax()), map.shape)
    return channel, int(row), int(column)
