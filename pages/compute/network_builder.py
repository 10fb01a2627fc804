"""A pasted network, read and worked out: its table, its drawing, what does not fit, and what a layer sees."""

import streamlit as st

from cnnviz.arithmetic.network import Network, totals
from cnnviz.arithmetic.num_bytes import FLOAT32_BYTES, readable_bytes
from cnnviz.ui.components.network_drawing import by, diagram, network_script, table
from cnnviz.ui.compute.builder.chosen_layer import choose_layer, chosen_place, clicked, show_chosen
from cnnviz.ui.compute.builder.editor import edit, show_problems, suggestions
from cnnviz.ui.compute.builder.export import show_exports
from cnnviz.ui.compute.builder.input_shape import choose_sizes, input_shape
from cnnviz.ui.compute.builder.look_inside import look_inside
from cnnviz.ui.compute.builder.missing_values import answers, ask, choice, choose_network, show_notes
from cnnviz.ui.compute.builder.reading import Reading, read
from cnnviz.ui.compute.builder.text import FITTED, begin, follow_address, keep_readable, last_readable, text
from cnnviz.ui.page.lesson import read_lesson


def show_numbers(network: Network, reading: Reading) -> None:
    """What goes in, what comes out, and what it costs; of a network that does not fit only the parameters are known."""
    with st.container(horizontal=True, gap="medium"):
        if reading.fits and reading.rows:
            output = by(reading.rows[-1].output_shape)
            st.metric(f":blue[{by(reading.input_shape)}] gives", f":green[{output}]", width="content")
        st.metric("Parameters", f"{network.num_params:,}", width="content")
        if reading.fits:
            values = totals(reading.rows).activation_values
            st.metric("Memory", readable_bytes(values * FLOAT32_BYTES), width="content")


lesson = read_lesson(__file__)
lesson.header()

left, right = st.columns([9, 11], gap="large")
begin()
with left:
    sizes = choose_sizes()
follow_address(sizes)
shape = input_shape(sizes)
reading = read(text(), shape, answers(), choice())
place = chosen_place(reading)
with left:
    if FITTED in st.session_state:
        st.caption(st.session_state[FITTED])
    choose_network(reading.network)
    ask(reading)
    edit(reading, place)
with right:
    show_problems(reading)
shown = reading
if reading.network is not None:
    keep_readable(reading.text)
elif reading.refusal is not None and (before := last_readable()) is not None:
    shown = read(before, shape, answers())
    place = chosen_place(shown)
    with right:
        st.caption("This is the network before the change that cannot be read; its figures come back once the text is.")
network = shown.network
if network is None:
    suggestions()
else:
    script = network_script(network, shown.rows, shown.input_shape)
    with right:
        if shown is reading:
            show_numbers(network, shown)
        diagram(script, "network_diagram", chosen=place, on_choose=choose_layer)
    suggestions()
    broken = len(shown.rows) if shown.problems else None
    reveal = place if clicked(place) else broken
    if shown is reading:
        show_notes(network)
    table(script, "network_table", chosen=place, on_choose=choose_layer, reveal=reveal)
    show_chosen(shown, place)
    look_inside(shown, lesson)
    show_exports(shown)
lesson.more("What is read")
lesson.more("How it is counted")
lesson.more("The receptive field")
