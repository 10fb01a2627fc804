"""What every layer makes of a picture: all its channels at once, and any of them over the picture."""

import re

import numpy as np
import streamlit as st

from cnnviz.figures.captions import captioned
from cnnviz.figures.palettes import fitting_palette
from cnnviz.figures.tiles import Scale
from cnnviz.figures.tiles import mosaic as mosaic_png
from cnnviz.gallery import gallery_picture
from cnnviz.networks.zoo import MODELS
from cnnviz.ui.components.mosaic import mosaic, sampling_step
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.page.valid import keep_valid, whole_number
from cnnviz.ui.pickers.network import UNTRAINED, choose_network, height_beside, untrained_label
from cnnviz.ui.pickers.picture import choose_picture
from cnnviz.ui.sharing import cached

ONE_RANGE, OWN_RANGES = "One for all", "Each its own"

lesson = read_lesson(__file__)
lesson.header()
name, model = choose_network()
height = height_beside(model, 330)
left, right = st.columns([11, 9], gap="large")
# The progress bar has a place of its own: were it to come and go before the canvas, the canvas would be made anew.
controls, progress, stage = left.container(horizontal=True), left.container(), left.container()
with right:
    picture = choose_picture()
kinds = {path: type(layer).__name__ for path, layer in model.module.named_modules()}


def kind(layer: str) -> str:
    """The layer's class; a layer that runs more than once has its maps under "relu", "relu_1", …"""
    return kinds.get(layer) or kinds.get(re.sub(r"_\d+$", "", layer), "")


def words(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")


with progress:
    answer = cached.forward_pass(name, picture)
keep_valid("layer", answer.feature_maps, next(iter(answer.feature_maps)))
with controls:
    layer = st.selectbox(
        "Layer",
        list(answer.feature_maps),
        format_func=lambda name: f"{name} {kind(name)}",
        key="layer",
        bind="query-params",
        width=200,
    )
    maps: np.ndarray = answer.feature_maps[layer]  # (C, H, W)
    num_channels, map_height, map_width = maps.shape
    ranges = st.segmented_control(
        "Colour range", (ONE_RANGE, OWN_RANGES), default=ONE_RANGE, required=True, key="range", bind="query-params"
    )
    scale: Scale = "each" if ranges == OWN_RANGES else "all"
    channel = whole_number("Channel", num_channels, "channel", width=135, help="Or click a map.", default=0) or 0


def enlarge(channel: int) -> None:
    st.session_state["channel"] = channel


palette = fitting_palette(maps)
with stage:
    mosaic(
        maps,
        key="feature_maps_mosaic",
        label=f"{num_channels} feature maps of {map_height} by {map_width} from {layer} of {MODELS[name].title}.",
        palette=palette,
        scale=scale,
        selected=channel,
        height=height,
        hint="Point at a map to read a value; click it to enlarge.",
        on_select=enlarge,
    )
    untrained_label(model)
with right:
    mosaic(
        maps[channel][None],
        key="feature_map_enlarged",
        label=f"Channel {channel} of {layer} over the picture the network saw, and alone.",
        palette=palette,
        names=["over the picture", f"channel {channel}"],
        picture=np.asarray(cached.preprocessing(model, picture).cropped),
        height=height,
        hint="Point at a cell.",
    )
    untrained_label(model)

step = sampling_step((num_channels, 1, map_height, map_width))
thinned = f" {lesson['Thinned']} {step}." if step > 1 else ""
st.markdown(
    f"**{layer}** answers with {num_channels} maps of {map_height} × {map_width}: shape `{maps.shape}`, "
    f"values from {words(float(maps.min()))} to {words(float(maps.max()))}. {lesson[palette]}{thinned}"
)


def forget_address() -> None:
    """The address must not bring back the picture that a suggestion replaces."""
    st.query_params.pop("picture", None)


def picture_to_keep() -> bytes:
    if scale == "all":
        low, high = float(maps.min()), float(maps.max())
        if palette == "diverging":
            low, high = -max(-low, high), max(-low, high)
        ends = words(low), words(high)
    else:
        ends = ("lowest of each map", "highest") if palette == "sequential" else ("−largest of each map", "+largest")
    told = [MODELS[name].title, f"{layer} ({kind(layer)})", f"{num_channels} channels of {map_height} × {map_width}"]
    told += [f"picture: {picture.name}"] + ([] if model.trained else [UNTRAINED])
    drawn = mosaic_png(maps, palette, scale, tile=28)
    return captioned(drawn, " · ".join(told), palette, *ends)


notable = MODELS[name].notable_layers
try_this(
    [
        Suggestion("The first convolution", {"layer": notable[0], "range": ONE_RANGE}),
        Suggestion("Half-way through", {"layer": notable[len(notable) // 2], "range": OWN_RANGES}),
        Suggestion("The last maps before the decision", {"layer": next(reversed(answer.feature_maps))}),
        Suggestion("Look at a brick wall", {"picture": gallery_picture("brick")}),
    ],
    key="feature_maps",
    before=forget_address,
)
st.download_button(
    "Download as PNG",
    picture_to_keep,
    file_name=f"{name}_{layer}.png",
    mime="image/png",
    icon=":material/download:",
    on_click="ignore",
)
st.markdown(lesson["Reading a feature map"])
st.markdown(lesson["What to look for"] if model.trained else lesson["Random weights"])
lesson.more("True outputs")
lesson.more("What the overlay does not say")
