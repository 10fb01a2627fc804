"""The lecture's networks and torchvision's: where memory and parameters sit, and the lecture's tables, checked."""

import streamlit as st

from cnnviz.arithmetic.network import totals
from cnnviz.arithmetic.network.memory import has_blocks, memory_shares, num_values
from cnnviz.arithmetic.num_bytes import FLOAT32_BYTES, readable_bytes
from cnnviz.ui.components.memory_bars import show_memory_bars
from cnnviz.ui.components.network_drawing.script import by
from cnnviz.ui.compute.architecture_choice import choose_architecture, choose_size, other_sizes
from cnnviz.ui.compute.lecture_tables import show_beside_lecture
from cnnviz.ui.compute.state_of_the_art import show_methods
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this

BARS, LECTURE, METHODS = "Layer by layer", "The lecture", "State of the art"
SUGGESTIONS = [
    Suggestion("Where do VGG-16’s parameters sit?", {"architecture": "vgg16", "size": 224, "look": BARS}),
    Suggestion("Why 55 × 55?", {"architecture": "alexnet", "size": 227, "look": LECTURE}),
    Suggestion("Read the Keras listing", {"architecture": "vgg16-unpadded", "size": 224, "look": LECTURE}),
    Suggestion("Give Sat6ConvNet a SAT-6 patch", {"architecture": "sat6-convnet", "size": 32, "look": LECTURE}),
    Suggestion("What does extra data bring?", {"accuracy": "top1", "look": METHODS}),
]


def in_training(num_params: int, values: int) -> str:
    """The memory of this network while it learns, with its numbers put in."""
    once, sgd, adam = (readable_bytes(times * num_params * FLOAT32_BYTES) for times in (1, 2, 4))
    answering, learning = (readable_bytes(times * values * FLOAT32_BYTES) for times in (1, 2))
    return (
        f"For this network: parameters **{once}**, with plain SGD **{sgd}**, with Adam **{adam}**; values kept for one "
        f"picture **{answering}**, with a gradient for each **{learning}**."
    )


lesson = read_lesson(__file__)
lesson.header()

side, stage = st.columns([3, 8], gap="medium")
with side:
    chosen = choose_architecture()
    st.caption(chosen.description)
    input_shape = choose_size(chosen)
    rows = chosen.network.trace(input_shape)
    numbers = st.container(horizontal=True, gap="small")
    every = st.toggle("Count ReLUs and the like too", key="every", bind="query-params")
    layers = st.toggle("Every layer of a block", key="layers", bind="query-params", disabled=not has_blocks(rows))
    sums, values = totals(rows), num_values(memory_shares(rows, input_shape, every=every))
    with numbers:
        st.metric(f":blue[{by(input_shape)}] gives", f":green[{by(rows[-1].output_shape)}]", width="content")
        st.metric("Memory", readable_bytes(values * FLOAT32_BYTES), width="content")
        st.metric("Parameters", f"{sums.num_params:,}", width="content")
        st.metric("MACs", f"{sums.macs:,}", width="content")

bars, lecture, methods = stage.tabs([BARS, LECTURE, METHODS], key="look", on_change="rerun", bind="query-params")
if lecture.open:
    with lecture:
        show_beside_lecture(chosen, rows, input_shape, lesson)
elif methods.open:
    with methods:
        show_methods(lesson)
else:
    with bars:
        show_memory_bars(memory_shares(rows, input_shape, every=every, blocks=not layers), key="shares")

try_this(SUGGESTIONS, key="architectures")
lesson.more("Early and late", "Why memory sits early and parameters late")
lesson.more("Counting", "What is counted")
with st.expander("In training"):
    st.markdown(lesson["In training"])
    st.markdown(in_training(sums.num_params, values))
with st.expander("Which sizes fit"):
    st.markdown(lesson["Sizes"])
    for sentence in other_sizes(chosen):
        st.markdown(f"- {sentence}")
