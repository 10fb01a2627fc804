"""One picture, two networks: their answers, a layer of each, and the receptive field of its strongest cell."""

import streamlit as st
from PIL import Image, ImageDraw

from cnnviz.figures.palettes import KERNEL, fitting_palette
from cnnviz.figures.softmax import softmax_table
from cnnviz.networks.architecture import Sibling
from cnnviz.networks.zoo import MODELS
from cnnviz.ui.components.mosaic import mosaic
from cnnviz.ui.components.softmax import show_softmax
from cnnviz.ui.explore.neuron.choice import liveliest_channel, strongest_cell
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.page.valid import keep_valid, whole_number
from cnnviz.ui.pickers.network import untrained_label
from cnnviz.ui.pickers.picture import choose_picture
from cnnviz.ui.sharing import cached

SIDES = {"first": 0, "second": 2}  # side -> which of MODELS it opens with
SHOWN = 256  # px of the picture with its frame
RESNETS = [name for name in MODELS if "resnet" in name]

lesson = read_lesson(__file__)
lesson.header()
picture = choose_picture()


def framed(cropped: Image.Image, rows: range, columns: range) -> Image.Image:
    """What the network was given, with a frame around the pixels that a cell sees."""
    scale = max(1, round(SHOWN / cropped.width))
    large = cropped.resize((cropped.width * scale, cropped.height * scale), Image.Resampling.NEAREST)
    box = (columns.start * scale, rows.start * scale, columns.stop * scale - 1, rows.stop * scale - 1)
    ImageDraw.Draw(large).rectangle(box, outline=KERNEL, width=4)
    return large


def show(side: str, opens_with: int) -> None:
    """One half of the page."""
    names = list(MODELS)
    keep_valid(f"{side}_network", names, names[opens_with])
    name = st.selectbox(
        "Network",
        names,
        opens_with,
        format_func=lambda key: MODELS[key].title,
        key=f"{side}_network",
        bind="query-params",
        label_visibility="collapsed",
    )
    model = cached.model(name)
    entry = MODELS[name]
    st.caption(entry.told if isinstance(entry, Sibling) else entry.description)
    activations = cached.activations(name, picture)
    show_softmax(softmax_table(activations.answer.scores, model.classes), key=f"{side}_softmax")
    untrained_label(model)
    layers = [layer for layer in activations.explained() if activations.maps(layer).shape[1] > 1]
    keep_valid(f"{side}_layer", layers, layers[len(layers) // 2])
    with st.container(horizontal=True):
        layer = st.selectbox("Layer", layers, len(layers) // 2, key=f"{side}_layer", bind="query-params", width=220)
        maps = activations.maps(layer)
        liveliest = liveliest_channel(activations, layer)
        typed = whole_number("Channel", len(maps), f"{side}_channel", liveliest, width=130)
    channel = liveliest if typed is None else typed
    _, row, column = strongest_cell(activations, layer, channel)
    rows, columns = activations.network.seen_pixels(activations.image.shape, layer, row, column)
    seen, map_part = st.columns(2, gap="medium")
    with seen:
        size = f"{len(rows)} × {len(columns)} of {activations.image.shape[1]} × {activations.image.shape[2]} pixels"
        st.image(
            framed(cached.preprocessing(model, picture).cropped, rows, columns),
            alt=f"What {MODELS[name].title} was given; the cell sees {size}, in a frame.",
            width="stretch",
        )
        st.caption(f"row {row}, column {column} sees {size}")
    with map_part:
        mosaic(
            maps[channel][None],
            key=f"{side}_map",
            label=f"Channel {channel} of {layer} of {MODELS[name].title}.",
            palette=fitting_palette(maps[channel]),
            height=300,
            hint=f"{layer}, channel {channel}: {maps.shape[1]} × {maps.shape[2]}",
        )


left, right = st.columns(2, gap="large")
for (side, opens_with), half in zip(SIDES.items(), (left, right), strict=True):
    with half:
        show(side, opens_with)

first, second = RESNETS[0], RESNETS[-1]
first_layers: dict[str, object] = {
    f"{side}_layer": cached.activations(st.session_state[f"{side}_network"], picture).explained()[0] for side in SIDES
}
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
