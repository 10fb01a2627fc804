"""What one unit of a network looks for: in a set of pictures, in a picture made for it, in one's own photo."""

import streamlit as st

from cnnviz.ui.explore.inference import infer, tell_class
from cnnviz.ui.explore.neuron.opening import open_neuron
from cnnviz.ui.explore.redrawing import draw_page_again
from cnnviz.ui.explore.unit.choice import choose_unit
from cnnviz.ui.explore.unit.sides import RUNS, show_three_sides
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.subject import choose_subject

open_neuron()
lesson = read_lesson(__file__)
lesson.line()
model, picture = choose_subject()
with st.container():  # the place of the progress bar
    inference = infer(model, picture)
with st.container(horizontal=True, vertical_alignment="bottom"):
    layer, channel = choose_unit(inference)
    tell_class(inference, layer, channel)
show_three_sides(inference, layer, channel, lesson)
notable, last = inference.notable_layers, inference.activations.explained()[-1]
own_unit = dict.fromkeys(("seek_channel", "seek_row", "seek_column"))
try_this(
    [
        Suggestion("The first layer: edges and colours", {"seek_layer": notable[0], **own_unit}),
        Suggestion("Half-way: textures", {"seek_layer": notable[len(notable) // 2], **own_unit}),
        Suggestion("A class score", {"seek_layer": last, **own_unit}),
        Suggestion("Climb pixel by pixel, unshaken", {"seek_frequencies": False, "seek_shaken": False}),
    ],
    key="seek",
)
if not model.trained:
    st.markdown(lesson["Untrained"])
lesson.more("Patches and their fields")
lesson.more("Climbing")
lesson.more("Sending back")
lesson.more("What none of them says")
draw_page_again(RUNS)
