"""Which unit is looked at: layer and channel, and for one's own photo a place, kept in the address."""

from collections.abc import Callable, Sequence

import streamlit as st

from cnnviz.networks.activations import Activations, Index
from cnnviz.ui.neuron.choice import asked, liveliest_channel, strongest_cell
from cnnviz.ui.valid import keep_valid

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


def whole_number(
    title: str,
    size: int,
    key: str,
    stands_for_none: int | None = None,
    width: int = 110,
    help: str | None = None,
    on_change: Callable[[], None] | None = None,
) -> int | None:
    """A field for a number from 0 to size - 1, None where it is empty or the address asks for something else.

    A field of floats: one of whole numbers breaks where the address says "inf".
    """
    keep_valid(key, (None, *range(size)), None)
    typed = st.number_input(
        title,
        0.0,
        max(1.0, float(size - 1)),
        None,
        1.0,
        format="%g",
        key=key,
        bind="query-params",
        width=width,
        placeholder=None if stands_for_none is None else str(stands_for_none),
        disabled=size == 1,
        help=help,
        on_change=on_change,
    )
    return int(typed) if typed is not None and typed in range(size) else None


def is_whole(number: object, below: int) -> bool:
    """Whether a value of the session, or the text of an address, is a whole number from 0 to below - 1.

    >>> [is_whole(number, 64) for number in (3.0, "12", "64", "inf", "1e400", None, -1.0, "2.5")]
    [True, True, False, False, False, False, False, False]
    """
    if isinstance(number, str):
        return number.isascii() and number.isdecimal() and len(number) < 9 and int(number) < below
    return number is not None and number in range(below)


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
