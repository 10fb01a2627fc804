"""The shape that is fed into the network: three boxes that take any number, and whether it is fed as one row."""

from math import prod

import streamlit as st

from cnnviz.ui.compute.builder.text import SIZES, TURN, Sizes
from cnnviz.ui.page.number_box import ANY_NUMBER, number_box

STARTS = "network_sizes_starts"
LABELS = ("C channels", "H rows", "W columns")


def choose_sizes() -> Sizes:
    """Draw the boxes in one row and return what they say; nothing is known yet about whether it makes sense."""
    turn = st.session_state[TURN]
    if f"flat_{turn}" not in st.session_state:
        st.session_state[STARTS] = st.session_state[
            SIZES
        ]  # boxes that are new on the page start with what was said last
    *starts, flat_start = st.session_state[STARTS]
    sizes = []
    keys = [f"{label}_{turn}" for label in LABELS]
    row, words = st.container(horizontal=True, wrap=False, vertical_alignment="bottom", gap="small"), st.container()
    with row:
        for key, label, start in zip(keys, LABELS, starts, strict=True):
            sizes.append(float(number_box(key, label, start, ANY_NUMBER, shape=keys, words=words, bind=None)))
        flat = st.toggle("flat", flat_start, key=f"flat_{turn}", help="Feed C · H · W numbers in one row.")
    channels, height, width = sizes
    return channels, height, width, flat


def input_shape(sizes: Sizes) -> tuple[float, ...]:
    """The shape that the boxes say.

    >>> input_shape((4.0, 28.0, 28.0, True))
    (3136.0,)
    """
    return (prod(sizes[:3]),) if sizes[3] else sizes[:3]
