"""Three reasons for convolutions, each to try out: few weights, windows that share them, neighbours that matter."""

import numpy as np
import streamlit as st

from cnnviz.arithmetic.lecture.kernels import KERNELS
from cnnviz.training.land_cover import CLASSES, land_cover
from cnnviz.training.shuffled_pixels import MAX_SEED, pixel_order
from cnnviz.ui.components.shuffled_patches import Example, show_shuffled_patches
from cnnviz.ui.components.three_layers import show_three_layers
from cnnviz.ui.learn.parameter_counts import choose_sizes, show_count_derivations, show_counts
from cnnviz.ui.learn.shuffled_training import show_training
from cnnviz.ui.page.choice import choose, slide
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.page.number_box import NumberRange, number_box

FILTERS = ("sobel_x", "sobel_y", "edge", "blur")
COUNTS = (300, 600, 1200)
PATCH: dict[str, object] = {
    "why_side": 28,
    "why_channels": 4,
    "why_units": 128,
    "why_filters": 16,
    "why_kernel": 3,
}
TO_TOUCH = [
    Suggestion("Where is weight w2 used?", {"why_at_wanted": "line.2.3"}),
    Suggestion("Which outputs does input 4 reach?", {"why_at_wanted": "input.3"}),
    Suggestion("12 inputs: which counts grow?", {"why_inputs": 12, "why_window": 3}),
]
TO_COUNT = [
    Suggestion("The lecture’s patch", PATCH),
    Suggestion("128 filters of 5 × 5", {**PATCH, "why_filters": 128, "why_kernel": 5}),
    Suggestion("A photograph, 224 × 224 × 3", {**PATCH, "why_side": 224, "why_channels": 3}),
]
TO_SHUFFLE = [
    Suggestion("Other patches, another shuffle", {"why_seed": 1}),
    Suggestion("Blur both", {"why_filter": "blur"}),
    Suggestion("A dense network that starts elsewhere", {"why_same_start": False}),
]

lesson = read_lesson(__file__)
lesson.header()

drawing = st.container()
first, second, rest = st.columns([1, 1, 2], gap="large", vertical_alignment="center")
with first:
    inputs = slide("why_inputs", "Inputs", range(5, 13), 8)
with second:
    window = slide("why_window", "Window", range(1, 6), 3)
rest.caption(lesson["Hint"])
with drawing:
    show_three_layers(inputs, window, key="why_at")
try_this(TO_TOUCH, key="why_touch")
st.markdown(lesson["Three layers"])

st.header("Counting on a picture", anchor=False)
stage, side = st.columns([7, 3], gap="large")
with side.container(border=True):
    sizes = choose_sizes()
with stage:
    st.markdown(lesson["Counting"])
    show_counts(sizes)
try_this(TO_COUNT, key="why_count")
show_count_derivations(sizes)
lesson.more("The lecture’s numbers")

st.header("Shuffled pixels", anchor=False)
stage, side = st.columns([7, 3], gap="large")
with side.container(border=True):
    kernel = st.selectbox(
        "Filter",
        FILTERS,
        format_func=lambda name: KERNELS[name].title,
        key="why_filter",
        bind="query-params",
        help="One kernel of 3 × 3 weights on the luminance of each patch.",
    )
    st.caption(KERNELS[kernel].answer)
    seed = int(number_box("why_seed", "Seed", 0, NumberRange(0, MAX_SEED)))
    count = choose("why_patches", "Patches to train on", COUNTS, COUNTS[-1])
    same_start = st.toggle(
        "Same start for both dense networks",
        True,
        key="why_same_start",
        bind="query-params",
        help=lesson["Same start"],
    )
with stage:
    st.markdown(lesson["Shuffling"])
    patches, labels = land_cover(len(CLASSES), seed)
    examples = [Example(CLASSES[label], patches[place]) for label, place in enumerate(np.argsort(labels))]
    show_shuffled_patches(examples, pixel_order(seed), KERNELS[kernel], key="why_torn")
try_this(TO_SHUFFLE, key="why_shuffle")
st.subheader("Do they still learn it?", anchor=False)
st.markdown(lesson["Training"])
training = st.container()
lesson.more("What the patches are")
lesson.more("Why the dense network does not mind")
lesson.more("What a convolution assumes")
with training:  # last: everything else is already drawn while it trains
    show_training(seed, count, same_start)
