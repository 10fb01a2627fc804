"""The three answers beside one another: patches that excite a unit, a picture made for it, what comes back down."""

import streamlit as st

from cnnviz.ui.explore.inference import Inference
from cnnviz.ui.explore.neuron.opening import is_leaving
from cnnviz.ui.explore.redrawing import draw_part_again
from cnnviz.ui.explore.unit.ascent import choose_goal, show_climb
from cnnviz.ui.explore.unit.choice import choose_place
from cnnviz.ui.explore.unit.deconvolution import show_deconvolution
from cnnviz.ui.explore.unit.patch_search import show_patches
from cnnviz.ui.page.lesson import Lesson
from cnnviz.ui.sharing import cached

RUNS = "seek_runs"  # in the session


# A fragment: what runs here, or is touched here, leaves the rest of the page as it is.
@st.fragment
def show_three_sides(inference: Inference, layer: str, channel: int, lesson: Lesson) -> None:
    """Draw them; what runs draws itself anew."""
    if is_leaving():
        st.rerun()  # the page itself opens the neuron
    model = inference.model
    cached.model(model.name)  # asked for at each look, or it would leave the memory in the middle of long work
    found, made, sent = st.columns(3, gap="large")
    with found:
        st.subheader("It is excited by", anchor=False)
        searches = show_patches(model, layer, channel, lesson)
        st.markdown(lesson["Patches"])
    with made:
        st.subheader("Made to excite it", anchor=False)
        stage = st.container()
        goal = choose_goal(layer, channel)
        with stage:
            climbs = show_climb(model, goal)
        st.markdown(lesson["Made"])
    with sent:
        st.subheader("In your picture", anchor=False)
        with st.container(horizontal=True, vertical_alignment="center"):
            index = choose_place(inference, layer, channel)
        show_deconvolution(inference, layer, index)
        st.markdown(lesson["Sent back"])
    draw_part_again(RUNS, searches or climbs)
