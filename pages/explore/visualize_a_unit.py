"""What one unit of a network looks for: in a set of pictures, in a picture made for it, in one's own photo."""

import streamlit as st

from cnnviz.networks.activations import Activations
from cnnviz.networks.zoo import MODELS
from cnnviz.ui.explore.neuron.opening import is_leaving, open_neuron
from cnnviz.ui.explore.unit.ascent import choose_goal, show_climb
from cnnviz.ui.explore.unit.choice import choose_place, choose_unit
from cnnviz.ui.explore.unit.deconvolution import show_deconvolution
from cnnviz.ui.explore.unit.patch_search import show_patches
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.network import choose_network, untrained_label
from cnnviz.ui.pickers.picture import choose_picture
from cnnviz.ui.sharing import cached
from cnnviz.ui.sharing.background_work import draw_again_soon

open_neuron()
lesson = read_lesson(__file__)
lesson.header()
name, model = choose_network()
left, right = st.columns(2, gap="large", vertical_alignment="bottom")
with left:
    picture = choose_picture()
progress = st.container()
with progress:
    activations: Activations = cached.activations(name, picture)
notable = [layer for layer in MODELS[name].notable_layers if layer in activations.explained()]
with right.container(horizontal=True, vertical_alignment="bottom"):
    layer, channel = choose_unit(activations, notable, cached.answer_key(model, picture))


def label() -> None:
    untrained_label(model)


# A fragment: what runs here, or is touched here, leaves the rest of the page as it is.
@st.fragment
def show_three_sides(layer: str, channel: int) -> None:
    if is_leaving():
        st.rerun()  # the page itself opens the neuron
    cached.model(name)  # asked for at each look, or it would leave the memory in the middle of long work
    found, made, sent = st.columns(3, gap="large")
    with found:
        st.subheader("It is excited by", anchor=False)
        searches = show_patches(model, layer, channel, label)
        st.markdown(lesson["Patches"])
    with made:
        st.subheader("Made to excite it", anchor=False)
        stage = st.container()
        goal = choose_goal(layer, channel)
        with stage:
            climbs = show_climb(model, goal, label)
        st.markdown(lesson["Made"])
    with sent:
        st.subheader("In your picture", anchor=False)
        with st.container(horizontal=True, vertical_alignment="center"):
            index = choose_place(activations, layer, channel)
        show_deconvolution(model, picture, activations, layer, index, label)
        st.markdown(lesson["Sent back"])
    st.session_state["seek_runs"] = searches or climbs
    if searches or climbs:
        draw_again_soon()


show_three_sides(layer, channel)
first, middle, last = notable[0], notable[len(notable) // 2], activations.explained()[-1]
emptied = dict.fromkeys(("seek_channel", "seek_row", "seek_column"))
try_this(
    [
        Suggestion("The first layer: edges and colours", {"seek_layer": first, **emptied}),
        Suggestion("Half-way: textures", {"seek_layer": middle, **emptied}),
        Suggestion("A class score", {"seek_layer": last, **emptied}),
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
if st.session_state["seek_runs"]:
    draw_again_soon(at_end_of_page=True)
