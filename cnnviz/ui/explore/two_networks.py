"""One half of the page Two networks: a network's answer, a map of one of its layers, what its strongest cell sees."""

import streamlit as st
from PIL import Image, ImageDraw

from cnnviz.figures.palettes import KERNEL, fitting_palette
from cnnviz.images import Picture
from cnnviz.networks.architecture import Included
from cnnviz.networks.zoo import MODELS
from cnnviz.ui.components.mosaic import mosaic
from cnnviz.ui.components.softmax import show_softmax
from cnnviz.ui.explore.inference import Inference, infer
from cnnviz.ui.explore.neuron.choice import liveliest_channel, strongest_cell
from cnnviz.ui.page.valid import keep_valid, whole_number
from cnnviz.ui.pickers.network import untrained_label
from cnnviz.ui.pickers.strongest import own_number
from cnnviz.ui.sharing import cached

SIDES = {"first": "squeezenet1_1", "second": "slim_resnet"}  # side -> which of MODELS it opens with
SHOWN = 256  # px of the picture with its frame


def show_side(side: str, picture: Picture) -> Inference:
    """Draw one half: "first" or "second"; what is looked at in it."""
    model = cached.model(choose_one(side))
    entry = MODELS[model.name]
    st.caption(entry.scope if isinstance(entry, Included) else entry.description)
    inference = infer(model, picture)
    show_softmax(inference.table, key=f"{side}_softmax")
    untrained_label(model)
    layer, channel = choose_channel(side, inference)
    show_channel(side, inference, layer, channel)
    return inference


def choose_one(side: str) -> str:
    """Draw the picker of one half; the name of its network."""
    names = list(MODELS)
    keep_valid(f"{side}_network", names, SIDES[side])
    return st.selectbox(
        "Network",
        names,
        names.index(SIDES[side]),
        format_func=lambda key: MODELS[key].title,
        key=f"{side}_network",
        bind="query-params",
        label_visibility="collapsed",
    )


def choose_channel(side: str, inference: Inference) -> tuple[str, int]:
    """Draw which layer and channel are shown; until somebody chooses, the one with the largest value in the middle."""
    activations = inference.activations
    layers = [layer for layer in activations.explained() if activations.maps(layer).shape[1] > 1]
    keep_valid(f"{side}_layer", layers, layers[len(layers) // 2])
    with st.container(horizontal=True):
        layer = st.selectbox("Layer", layers, len(layers) // 2, key=f"{side}_layer", bind="query-params", width=220)
        size, key = len(activations.maps(layer)), f"{side}_channel"
        own = own_number(key, size, (*inference.key, layer), liveliest_channel(activations, layer))
        typed = whole_number("Channel", size, key, own, width=130)
    return layer, own if typed is None else typed


def show_channel(side: str, inference: Inference, layer: str, channel: int) -> None:
    """The map, and framed on the picture what its strongest cell sees."""
    activations = inference.activations
    maps = activations.maps(layer)
    _, row, column = strongest_cell(activations, layer, channel)
    rows, columns = activations.network.seen_pixels(activations.image.shape, layer, row, column)
    seen, map_part = st.columns(2, gap="medium")
    with seen:
        size = f"{len(rows)} × {len(columns)} of {activations.image.shape[1]} × {activations.image.shape[2]} pixels"
        st.image(
            framed(inference.seen, rows, columns),
            alt=f"What {inference.title} was given; the cell sees {size}, in a frame.",
            width="stretch",
        )
        st.caption(f"row {row}, column {column} sees {size}")
    with map_part:
        mosaic(
            maps[channel][None],
            key=f"{side}_map",
            label=f"Channel {channel} of {layer} of {inference.title}.",
            palette=fitting_palette(maps[channel]),
            height=300,
            hint=f"{layer}, channel {channel}: {maps.shape[1]} × {maps.shape[2]}",
        )


def framed(cropped: Image.Image, rows: range, columns: range) -> Image.Image:
    """What the network was given, with a frame around the pixels that a cell sees."""
    scale = max(1, round(SHOWN / cropped.width))
    large = cropped.resize((cropped.width * scale, cropped.height * scale), Image.Resampling.NEAREST)
    box = (columns.start * scale, rows.start * scale, columns.stop * scale - 1, rows.stop * scale - 1)
    ImageDraw.Draw(large).rectangle(box, outline=KERNEL, width=4)
    return large
