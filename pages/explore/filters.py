"""The kernels of any convolution: the first layer's as small colour pictures, deeper ones by input channel."""

import streamlit as st

from cnnviz.ui.explore.filters import (
    choose_filter,
    choose_filters,
    count_sentence,
    deeper_filter,
    offer_download,
    show_all_kernels,
    show_filter,
    show_filters,
    show_numbers,
)
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.network import choose_network, show_notices, untrained_label

HEIGHT = 400  # pixels of the mosaic; the enlarged filter stands below its controls, as high as fits beside it
ONE_WEIGHT = "layer2.0.downsample.0"

lesson = read_lesson(__file__)
lesson.line()
with st.container(horizontal=True, vertical_alignment="center", gap="small", key="subject"):
    model = choose_network()
show_notices(model)
left, right = st.columns([11, 9], gap="large")
with right.container(horizontal=True, vertical_alignment="bottom"):
    filters = choose_filters(model)
    chosen = choose_filter(filters)
    untrained_label(model)
with left:
    show_filters(filters, chosen, HEIGHT)
with right:
    show_filter(filters, chosen, HEIGHT - 70)
st.markdown(count_sentence(filters, chosen, lesson["No bias"]))
try_this(
    [
        Suggestion("AlexNet’s first layer, 11 × 11", {"network": "slim_alexnet", "convolution": "features.0"}),
        Suggestion("A ResNet begins with 7 × 7", {"network": "slim_resnet", "convolution": "conv1", "filter": 0}),
        Suggestion("A kernel of one weight", {"network": "slim_resnet", "convolution": ONE_WEIGHT, "filter": 0}),
    ],
    key="filters",
)
show_all_kernels(filters, chosen)
offer_download(filters, chosen)
st.markdown(lesson["Reading a filter"])
st.markdown(lesson["What trained filters show"] if model.trained else lesson["Random weights"])
with st.expander(f"The weights of filter {chosen} as numbers"):
    show_numbers(filters, chosen)
with st.expander(why := "Why deeper filters are shown one channel at a time"):
    st.markdown(lesson[why].format(**deeper_filter(filters)))
