"""What a network says without one of its channels, and which channels a class leans on."""

import streamlit as st

from cnnviz.ui.explore.channels_off import HOW, RUNS, show_channels
from cnnviz.ui.explore.inference import infer
from cnnviz.ui.explore.redrawing import draw_page_again
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.class_index import choose_class
from cnnviz.ui.pickers.subject import choose_subject

lesson = read_lesson(__file__)
lesson.line()
model, picture = choose_subject()
with st.container():  # the place of the progress bar
    inference = infer(model, picture)
class_index = choose_class(inference.scores, model.classes)
show_channels(inference, class_index, lesson)
convolutions = inference.convolutions
try_this(
    [
        Suggestion("A channel of the first layer", {"off_layer": convolutions[0], "off_channel": None, HOW: "off"}),
        Suggestion("Half-way", {"off_layer": convolutions[len(convolutions) // 2], "off_channel": None, HOW: "off"}),
        Suggestion("Only one channel is left", {HOW: "keep only it"}),
        Suggestion("Its mean in its place", {HOW: "at its mean"}),
    ],
    key="channels_off",
)
if not model.trained:
    st.markdown(lesson["Untrained"])
lesson.more("What is switched")
lesson.more("What the loss says")
draw_page_again(RUNS)
