"""Which unit is looked at: layer and channel, and for one's own photo a place, kept in the address."""

from collections.abc import Sequence

import streamlit as st

from cnnviz.networks.activations import Activations, Index
from cnnviz.ui.neuron.choice import asked, liveliest_channel, strongest_cell
from cnnviz.ui.valid import is_whole, whole_number

LAYER, CHANNEL, ROW, COLUMN = "seek_layer", "seek_channel", "seek_row", "seek_column"


def choose_unit(activations: Activations, opening: Sequence[str]) -> tuple[str, int]:
    """Draw the two controls; the layer and the channel they stand on.

    Where the address names no layer of this network it is the middle one of `opening`; where it names no channel, the
    one that answers most strongly to the picture.
    """
    layers = activations.explained()
    if asked(LAYER) not in layers:
        there = [layer for layer in opening if layer in layers] or layers
        st.session_state[LAYER] = there[len(there) // 2]
        if LAYER in st.query_params:  # of another network, or of none: its channel and place say nothing here
            forget_channel()
    # Without a default of its own a widget is always told in the address, also where it stands on the first.
    layer = st.selectbox(
        "Layer", layers, index=None, key=LAYER, bind="query-params", width=250, on_change=forget_channel
    )
    layer = layer or layers[0]
    shape = activations.maps(layer).shape
    if not is_whole(asked(CHANNEL), below=shape[0]):
        st.session_state[CHANNEL] = float(liveliest_channel(activations, layer))
    title = "Channel" if shape[1:] != (1, 1) else "Unit"
    channel = whole_number(title, shape[0], CHANNEL, width=140, on_change=forget_place)
    return layer, liveliest_channel(activations, layer) if channel is None else channel


def choose_place(activations: Activations, layer: str, channel: int) -> Index:
    """Draw row and column of the map; left empty they mean the channel's strongest cell, which is where it starts."""
    best = strongest_cell(activations, layer, channel)
    _, height, width = activations.maps(layer).shape
    hint = "Empty: where the channel answers most strongly. Or click the picture."
    row = whole_number("Row", height, ROW, best[1], help=hint)
    column = whole_number("Column", width, COLUMN, best[2], help=hint)
    return channel, best[1] if row is None else row, best[2] if column is None else column


def forget_channel() -> None:
    """Another layer: its liveliest channel, at its strongest cell."""
    st.session_state[CHANNEL] = None
    forget_place()


def forget_place() -> None:
    """Another unit: its strongest cell."""
    st.session_state[ROW] = st.session_state[COLUMN] = None


def go_to_place(row: int, column: int) -> None:
    """Look at another cell of the map."""
    st.session_state[ROW], st.session_state[COLUMN] = float(row), float(column)
