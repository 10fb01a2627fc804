"""One picture, two networks: their answers, a layer of each, and the receptive field of its strongest cell."""

import streamlit as st

from cnnviz.networks.zoo import MODELS
from cnnviz.ui.explore.two_networks import SIDES, show_side
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.picture import choose_picture

lesson = read_lesson(__file__)
lesson.line()
picture = choose_picture()
first_layers: dict[str, object] = {}
for side, half in zip(SIDES, st.columns(2, gap="large"), strict=True):
    with half:
        inference = show_side(side, picture)
    first_layers[f"{side}_layer"] = inference.activations.explained()[0]
resnets = [name for name, entry in MODELS.items() if entry.has_residual_blocks]
first, second = resnets[0], resnets[-1]
try_this(
    [
        Suggestion("The first layer of each", first_layers),
        Suggestion("Two depths of ResNet", {"first_network": first, "second_network": second}),
        Suggestion("The same network twice, two layers", {"first_network": first, "second_network": first}),
    ],
    key="two_networks",
)
st.markdown(lesson["The frame"])
lesson.more("What can be compared")
lesson.more("Equal numbers")
