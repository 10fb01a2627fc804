"""The kernels of any convolution: the first layer's as small colour pictures, deeper ones by input channel."""

import numpy as np
import streamlit as st

from cnnviz.figures.palettes import KERNEL
from cnnviz.figures.tiles import Scale
from cnnviz.networks.zoo import MODELS
from cnnviz.ui.components.mosaic import mosaic
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.page.valid import keep_valid, whole_number
from cnnviz.ui.pickers.network import choose_network, height_beside, untrained_label

ONE_RANGE, OWN_RANGES = "One for all", "Each its own"

ONE_WEIGHT = "layer2.0.downsample.0"

lesson = read_lesson(__file__)
lesson.header()
name, model = choose_network()
height = height_beside(model, 330)

convolutions = {path: layer for path, layer in model.module.named_modules() if type(layer).__name__ == "Conv2d"}
left, right = st.columns([11, 9], gap="large")
keep_valid("convolution", convolutions, next(iter(convolutions)))
with left.container(horizontal=True):
    path = st.selectbox(
        "Convolution",
        list(convolutions),
        format_func=lambda name: f"{name} Conv2d",
        key="convolution",
        bind="query-params",
        width=210,
    )
    convolution = convolutions[path]
    weights: np.ndarray = convolution.weight.detach().numpy()  # (C_out, C_in / groups, kh, kw)
    num_filters, num_inputs, kernel_height, kernel_width = weights.shape
    sees_colours = num_inputs == 3
    input_channel = 0
    if not sees_colours:
        told = f"Each filter has one kernel for each of its {num_inputs} input channels."
        input_channel = whole_number("Input channel", num_inputs, "input_channel", width=130, help=told, default=0) or 0
    ranges = st.segmented_control(
        "Colour range", (ONE_RANGE, OWN_RANGES), default=ONE_RANGE, required=True, key="range", bind="query-params"
    )
    scale: Scale = "each" if ranges == OWN_RANGES else "all"


def enlarge(number: int) -> None:
    st.session_state["filter"] = number


with right.container(horizontal=True, vertical_alignment="bottom"):
    told = "Or click one in the mosaic."
    chosen = whole_number("Filter", num_filters, "filter", width=140, help=told, default=0) or 0
    untrained_label(model)

size = f"{kernel_height} × {kernel_width}"
with left:
    mosaic(
        weights if sees_colours else weights[:, input_channel],
        key="filters_mosaic",
        label=f"{num_filters} filters of {size} weights of {path} in {MODELS[name].title}.",
        palette="rgb" if sees_colours else "diverging",
        scale=scale,
        selected=chosen,
        noun="filter",
        height=height - 30 if sees_colours else height,  # three numbers need a line for themselves
        accent=KERNEL,
        hint="Point at a weight; click a filter to enlarge it.",
        on_select=enlarge,
    )
with right:
    kernel = weights[chosen] if sees_colours else weights[chosen, input_channel][None]  # (3 or 1, kh, kw)
    channels = model.preprocessing.channels
    names = list(channels) if sees_colours else [f"filter {chosen}, input channel {input_channel}"]
    if not sees_colours and num_inputs == len(channels):
        names = [f"filter {chosen}, {channels[input_channel]}"]
    mosaic(
        kernel[None] if sees_colours else kernel,
        key="filter_enlarged",
        label=f"The weights of filter {chosen}: {', '.join(names)}.",
        palette="rgb" if sees_colours else "diverging",
        names=[f"filter {chosen} in colour", *names] if sees_colours else names,
        height=height - 30,  # the title over each tile
        hint="Blue is negative, red positive.",
    )

bias = f"{convolution.bias.detach()[chosen].item():.4f}".replace("-", "−") if convolution.bias is not None else None
per_filter = f"{kernel_height}·{kernel_width}·{num_inputs}"
count = f"({per_filter} + 1)·{num_filters}" if bias is not None else f"{per_filter}·{num_filters}"
num_params = sum(parameter.numel() for parameter in convolution.parameters())
st.markdown(
    f"**{path}** holds a weight of shape (C_out, C_in / groups, kh, kw) = **{weights.shape}**. "
    f"Its parameters: `{count} = {num_params:,}`. "
    + (f"Filter {chosen} adds the bias `{bias}`." if bias is not None else lesson["No bias"])
)
try_this(
    [
        Suggestion("AlexNet’s first layer, 11 × 11", {"network": "slim_alexnet", "convolution": "features.0"}),
        Suggestion("A ResNet begins with 7 × 7", {"network": "slim_resnet", "convolution": "conv1", "filter": 0}),
        Suggestion("A kernel of one weight", {"network": "slim_resnet", "convolution": ONE_WEIGHT, "filter": 0}),
    ],
    key="filters",
)
st.markdown(lesson["Reading a filter"])
st.markdown(lesson["What trained filters show"] if model.trained else lesson["Random weights"])
with st.expander(f"The weights of filter {chosen} as numbers"):
    for one_kernel, kernel_name in zip(kernel, names, strict=True):
        st.caption(kernel_name)
        st.dataframe(one_kernel.astype(float).round(4))
lesson.more("Why deeper filters are shown one channel at a time")
