"""Which unit is looked at: layer and channel, and for one's own photo a place, kept in the address."""

import streamlit as st

from cnnviz.networks.activations import Index
from cnnviz.ui.explore.inference import Inference
from cnnviz.ui.explore.neuron.choice import liveliest_channel, strongest_cell
from cnnviz.ui.page.valid import whole_number
from cnnviz.ui.pickers.strongest import choose_layer, own_number, requested

LAYER, CHANNEL, ROW, COLUMN = "seek_layer", "seek_channel", "seek_row", "seek_column"


def choose_unit(inference: Inference) -> tuple[str, int]:
    """Draw the two controls; the layer and the channel they stand on.

    Where nobody chose a layer of this network it is the middle one of the notable ones; where nobody chose a channel,
    the one that answers most strongly to the picture.
    """
    activations = inference.activations
    layers = activations.explained()
    notable = inference.notable_layers
    before = requested(LAYER)
    layer, (own,) = choose_layer(
        LAYER,
        (CHANNEL,),
        layers,
        inference.key,
        lambda layer: activations.maps(layer).shape,
        lambda: notable[len(notable) // 2],
        lambda layer, _: (liveliest_channel(activations, layer),),
        on_change=forget_channel,
    )
    if before not in (None, layer):  # of another network: its place says nothing here
        forget_place()
    shape = activations.maps(layer).shape
    title = "Channel" if shape[1:] != (1, 1) else "Unit"
    channel = whole_number(title, shape[0], CHANNEL, own, width=140, on_change=forget_place)
    return layer, own if channel is None else channel


def choose_place(inference: Inference, layer: str, channel: int) -> Index:
    """Draw row and column of the map: the channel's strongest cell until somebody chooses another."""
    best = strongest_cell(inference.activations, layer, channel)
    sizes = inference.activations.maps(layer).shape[1:]
    hint = "Where the channel answers most strongly, until you choose. Or click the picture."
    place = []
    for key, title, size, strongest in zip((ROW, COLUMN), ("Row", "Column"), sizes, best[1:], strict=True):
        own = own_number(key, size, (*inference.key, layer, channel), strongest)
        typed = whole_number(title, size, key, own, help=hint, width=130)
        place.append(own if typed is None else typed)
    return channel, place[0], place[1]


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
