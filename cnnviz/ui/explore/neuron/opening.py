"""From another page to One neuron: a click says which, and at the top of its next run the page goes there."""

import streamlit as st

from cnnviz.images import Picture
from cnnviz.networks.activations import Index
from cnnviz.ui.explore.address import picture_address
from cnnviz.ui.explore.neuron.choice import KEYS, LAYER, go_to
from cnnviz.ui.page.visit import send_to
from cnnviz.ui.pickers.network import NETWORK_WANTED

WANTED = "neuron wanted"  # in the session
ONE_NEURON = "pages/explore/one_neuron.py"


def want_neuron(picture: Picture, network: str, layer: str, index: Index) -> None:
    """For a callback, which cannot switch pages itself."""
    st.session_state[WANTED] = (picture, network, layer, index)


def is_leaving() -> bool:
    """Whether a neuron is to be opened."""
    return WANTED in st.session_state


def open_neuron() -> None:
    """Where one is wanted: go to the page One neuron with its picture and its place. At the top of the page."""
    if not is_leaving():
        return
    picture, network, layer, index = st.session_state.pop(WANTED)
    st.session_state["picture"] = picture
    st.session_state[NETWORK_WANTED] = network
    switch_to_neuron(layer, index, picture)


def switch_to_neuron(layer: str, index: Index, picture: Picture | None = None) -> None:
    """Go to the page One neuron, to a neuron of the network; with another picture where one is named."""
    go_to(layer, index)
    address = {LAYER: layer, **dict(zip(KEYS, map(str, index), strict=True))}
    send_to(ONE_NEURON, address | (picture_address(picture) if picture is not None else {}))
