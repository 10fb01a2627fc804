"""Convolutions from left to right for one's own picture: to scale, with their strongest maps; a channel followed."""

import streamlit as st

from cnnviz.networks.architecture import Sibling
from cnnviz.networks.zoo import architecture
from cnnviz.ui.explore.inference import infer
from cnnviz.ui.explore.whole_network import (
    choose_view,
    convolutions_of,
    offer_strongest_cell,
    show_chosen,
    show_network,
)
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.network import untrained_label
from cnnviz.ui.pickers.subject import choose_subject

lesson = read_lesson(__file__)
lesson.line()
model, picture = choose_subject()
convolutions = convolutions_of(infer(model, picture))
view = choose_view(convolutions)
show_network(convolutions, view)
untrained_label(model)
st.caption(" ".join((lesson["path"] if view.followed else lesson[view.order], lesson[view.scale])))
enlarged, words = st.columns([7, 5], gap="large")
with enlarged:
    show_chosen(convolutions, view)
with words:
    st.markdown(lesson["How to read it"])
    if convolutions.has_branches:
        st.markdown(lesson["Branches"])
    offer_strongest_cell(convolutions, view)
first, last = convolutions.layers[0], convolutions.layers[-1]
to_first = {"whole_layer": first, "whole_channel": convolutions.strongest(first)}
to_last = {"whole_layer": last, "whole_channel": convolutions.strongest(last)}
try_this(
    [
        Suggestion("The first layer’s edges", to_first),
        Suggestion("Follow the strongest channel of the last layer", {**to_last, "whole_follow": True}),
        Suggestion("The most selective channels", {"whole_order": "sparsity", "whole_follow": False}),
        Suggestion("One colour range for all", {"whole_scale": "One for all"}),
    ],
    key="whole",
)
st.markdown(lesson["What to look for"] if model.trained else lesson["Random weights"])
if isinstance(architecture(model.name), Sibling):
    st.markdown(lesson["What small networks show"])
