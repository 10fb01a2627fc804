"""The maps of one layer for a picture: all channels beside one another, one over the picture, and a file to keep."""

import re
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.figures.captions import captioned
from cnnviz.figures.palettes import PaletteName, fitting_palette
from cnnviz.figures.tiles import Scale
from cnnviz.figures.tiles import mosaic as mosaic_png
from cnnviz.networks.activations import number
from cnnviz.ui.components.mosaic import mosaic, sampling_step
from cnnviz.ui.explore.colour_range import choose_range
from cnnviz.ui.explore.inference import Inference
from cnnviz.ui.explore.take_along import maps_lines, take_along
from cnnviz.ui.page.lesson import Lesson
from cnnviz.ui.page.valid import keep_valid, whole_number
from cnnviz.ui.pickers.network import UNTRAINED


@dataclass(frozen=True)
class LayerMaps:
    """The maps (C, H, W) of a layer of some kind, the channel that is enlarged, and the range of colours."""

    inference: Inference
    layer: str
    kind: str
    maps: np.ndarray
    channel: int
    scale: Scale

    @property
    def last_layer(self) -> str:
        """The last layer of the network that makes maps."""
        return next(reversed(self.inference.activations.answer.feature_maps))

    @property
    def palette(self) -> PaletteName:
        """Signed values or magnitudes."""
        return fitting_palette(self.maps)

    @property
    def ends(self) -> tuple[float, float] | None:
        """The range of the colours of the map that is enlarged: with one range for all that of all maps."""
        return (float(self.maps.min()), float(self.maps.max())) if self.scale == "all" else None

    @property
    def size(self) -> str:
        """How large a map is."""
        return f"{self.maps.shape[1]} × {self.maps.shape[2]}"


def choose_maps(inference: Inference) -> LayerMaps:
    """Draw which layer is shown, in which colours, and which channel is enlarged."""
    feature_maps = inference.activations.answer.feature_maps
    kinds = {path: type(module).__name__ for path, module in inference.model.module.named_modules()}

    def kind_of(layer: str) -> str:
        """The layer's class; one that runs more than once has its maps under "relu", "relu_1", …"""
        return kinds.get(layer) or kinds.get(re.sub(r"_\d+$", "", layer), "")

    keep_valid("layer", feature_maps, next(iter(feature_maps)))
    layer = st.selectbox(
        "Layer",
        list(feature_maps),
        format_func=lambda name: f"{name} {kind_of(name)}",
        key="layer",
        bind="query-params",
        width=200,
    )
    maps = feature_maps[layer]
    scale = choose_range()
    channel = whole_number("Channel", len(maps), "channel", width=135, help="Or click a map.", default=0) or 0
    return LayerMaps(inference, layer, kind_of(layer), maps, channel, scale)


def enlarge(channel: int) -> None:
    """A map of the mosaic was clicked."""
    st.session_state["channel"] = channel


def show_maps(shown: LayerMaps, height: int) -> None:
    """All channels as a mosaic, `height` pixels high."""
    num_channels, map_height, map_width = shown.maps.shape
    mosaic(
        shown.maps,
        key="feature_maps_mosaic",
        label=f"{num_channels} feature maps of {map_height} by {map_width} from {shown.layer} of "
        f"{shown.inference.title}{'' if shown.inference.model.trained else ', ' + UNTRAINED}.",
        palette=shown.palette,
        scale=shown.scale,
        selected=shown.channel,
        height=height,
        hint="Point at a map to read a value; click it to enlarge.",
        on_select=enlarge,
    )


def show_map(shown: LayerMaps, height: int) -> None:
    """The chosen channel over the picture, and alone."""
    mosaic(
        shown.maps[shown.channel][None],
        key="feature_map_enlarged",
        label=f"Channel {shown.channel} of {shown.layer} over the picture the network saw, and alone.",
        palette=shown.palette,
        ends=shown.ends,
        names=["over the picture", f"channel {shown.channel}"],
        picture=np.asarray(shown.inference.seen),
        height=height,
        hint="Point at a cell.",
    )


def maps_sentence(shown: LayerMaps, lesson: Lesson) -> str:
    """How many maps, how large, from which value to which, what the colours mean, and whether cells are left out."""
    num_channels, map_height, map_width = shown.maps.shape
    step = sampling_step((num_channels, 1, map_height, map_width))
    thinned = f" {lesson['Thinned']} {step}." if step > 1 else ""
    return (
        f"**{shown.layer}** answers with {num_channels} maps of {shown.size}: shape `{shown.maps.shape}`, values from "
        f"{number(float(shown.maps.min()))} to {number(float(shown.maps.max()))}. {lesson[shown.palette]}{thinned}"
    )


def offer_download(shown: LayerMaps) -> None:
    """Draw the button behind which the maps are: as a picture, as numbers, and as lines of PyTorch."""
    model = shown.inference.model
    name = f"{model.name}_{shown.layer}"
    take_along(shown.maps, shown.maps[shown.channel], name, maps_lines(model, shown.layer), lambda: maps_png(shown))


def maps_png(shown: LayerMaps) -> bytes:
    """The mosaic as a PNG, with what it shows and the range of its colours written under it."""
    if shown.scale == "all":
        low, high = float(shown.maps.min()), float(shown.maps.max())
        if shown.palette == "diverging":
            low, high = -max(-low, high), max(-low, high)
        ends = number(low), number(high)
    elif shown.palette == "diverging":
        ends = "−largest of each map", "+largest"
    else:
        ends = "lowest of each map", "highest"
    inference = shown.inference
    caption = [
        inference.title,
        f"{shown.layer} ({shown.kind})",
        f"{len(shown.maps)} channels of {shown.size}",
        f"picture: {inference.picture.name}",
        *([] if inference.model.trained else [UNTRAINED]),
    ]
    drawn = mosaic_png(shown.maps, shown.palette, shown.scale, tile=28)
    return captioned(drawn, " · ".join(caption), shown.palette, *ends)
