"""Which layer is chosen, and what is shown of it: its receptive field on the picture, in a drawing and in words."""

import streamlit as st

from cnnviz.ui.components.field_on_picture import show_receptive_field
from cnnviz.ui.compute.builder.reading import Reading
from cnnviz.ui.compute.builder.receptive_field import choose_unit, chosen_unit, field_sentences, forget_unit, map_units
from cnnviz.ui.page.visit import address_counts
from cnnviz.ui.pickers.picture import choose_picture

PLACE = "network_layer"


def chosen_place(reading: Reading) -> int | None:
    """The place of the chosen layer, counted from 0: the one clicked, else the link's, else one worth looking at."""
    if reading.network is None or not reading.network.nodes:
        return None
    if PLACE not in st.session_state or address_counts():
        asked = str(st.query_params.get("layer_number", ""))
        legible = asked.isascii() and asked.isdecimal() and len(asked) < 5
        st.session_state[PLACE] = int(asked) - 1 if legible else None
    place: int | None = st.session_state[PLACE]
    if place is not None and 0 <= place < len(reading.network.nodes):
        return place
    return opening_place(reading)


def clicked(place: int | None) -> bool:
    """Whether the visitor, or the link, chose this layer, and not the page."""
    return place is not None and st.session_state.get(PLACE) == place


def opening_place(reading: Reading) -> int:
    """The layer that does not fit; else the last one whose output still is a map."""
    if reading.problems:
        return min(len(reading.rows), len(reading.network.nodes) - 1) if reading.network is not None else 0
    maps = [place for place, row in enumerate(reading.rows) if len(row.output_shape) == 3 and row.output_shape[1] > 1]
    return maps[-1] if maps else 0


def choose_layer(place: int | None) -> None:
    """Choose a layer by its place, or none; the address follows."""
    if place != st.session_state.get(PLACE):
        forget_unit()
    st.session_state[PLACE] = place
    if place is None:
        st.query_params.pop("layer_number", None)
    else:
        st.query_params["layer_number"] = str(place + 1)


def show_chosen(reading: Reading, place: int | None) -> None:
    """The receptive field of the chosen layer, or why it has none."""
    if place is None or reading.network is None:
        return
    node = reading.network.nodes[place]
    st.subheader(f"What {node.name} sees", anchor=False)
    if place >= len(reading.rows):
        wrong = place == len(reading.rows)
        st.markdown(
            "Nothing yet: it does not fit what it is given."
            if wrong
            else "Nothing yet: a layer before it does not fit."
        )
        return
    row = reading.rows[place]
    if row.receptive_field is None:
        st.markdown("The input is one row of numbers and no picture, so every unit sees numbers from anywhere in it.")
        return
    drawing, words = st.columns([7, 5], gap="large")
    with words:
        picture = choose_picture()
    units = map_units(row.output_shape)
    unit = chosen_unit(units)
    with drawing:
        show_receptive_field(
            picture.image,
            picture.name,
            reading.input_shape,
            units,
            row.receptive_field,
            unit,
            key="network_field",
            on_unit=choose_unit,
        )
    with words:
        for sentence in field_sentences(reading.network, row, reading.input_shape, unit):
            st.markdown(sentence)
