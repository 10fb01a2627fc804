"""Convolutions from left to right for one's own picture: to scale, with their strongest maps; a channel followed."""

import numpy as np
import streamlit as st

from cnnviz.figures.palettes import fitting_palette
from cnnviz.figures.softmax import softmax_table
from cnnviz.networks.architecture import Sibling
from cnnviz.networks.ranking import NUMBER, ORDERS, SIMILARITY, STRENGTH, path, ranked
from cnnviz.networks.zoo import MODELS
from cnnviz.ui.components.mosaic import mosaic
from cnnviz.ui.components.network_overview import TILES, Scale, columns_of, show_overview
from cnnviz.ui.explore.neuron.choice import KEYS, go_to
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.page.valid import keep_valid, whole_number
from cnnviz.ui.pickers.network import choose_network, untrained_label
from cnnviz.ui.pickers.picture import choose_picture
from cnnviz.ui.pickers.strongest import choose_layer, forget
from cnnviz.ui.sharing import cached

SCALES: dict[str, Scale] = {"Each map": "map", "Each layer": "layer", "One for all": "all"}

lesson = read_lesson(__file__)
lesson.header()
name, model = choose_network()
picture = choose_picture()
activations = cached.activations(name, picture)
columns = columns_of(activations)
layers = [column.layer for column in columns]
settled = {column.layer: activations[column.settled] for column in columns}


def strongest(layer: str) -> int:
    return ranked(settled[layer], STRENGTH)[0]


with st.container(horizontal=True, vertical_alignment="bottom"):
    keep_valid("whole_order", ORDERS, STRENGTH)
    order = st.selectbox("Channels in order of", ORDERS, key="whole_order", bind="query-params", width=180)
    scale_words = st.segmented_control(
        "Colour range", list(SCALES), default="Each layer", required=True, key="whole_scale", bind="query-params"
    )
    scale = SCALES[scale_words or "Each layer"]
    layer, (own,) = choose_layer(
        "whole_layer",
        ("whole_channel",),
        layers,
        cached.answer_key(model, picture),
        lambda layer: settled[layer].shape,
        lambda: layers[len(layers) // 2],
        lambda layer, _: (strongest(layer),),
        width=210,
    )
    typed = whole_number("Channel", len(settled[layer]), "whole_channel", own, width=130, help="Or click a map.")
    channel = own if typed is None else typed
    followed = st.toggle("Follow it", key="whole_follow", bind="query-params")


def choose(chosen_layer: str, chosen_channel: int) -> None:
    forget("whole_layer", "whole_channel")
    st.session_state["whole_layer"], st.session_state["whole_channel"] = chosen_layer, chosen_channel


def channels_of(one: str) -> list[int]:
    """Which channels stand under a layer; the chosen one always among those of its own."""
    if followed and one == layer:
        first = [channel, *(other for other in ranked(settled[one], STRENGTH) if other != channel)]
        return first[:TILES]
    if followed and one in along:
        return np.argsort(-along[one], kind="stable")[:TILES].tolist()
    asked = STRENGTH if order == SIMILARITY and one != layer else order
    if asked == NUMBER and one == layer:
        start = min(max(0, channel - TILES // 2), max(0, len(settled[one]) - TILES))
        return list(range(len(settled[one])))[start : start + TILES]
    first = ranked(settled[one], asked, channel)[:TILES]
    return first if one != layer or channel in first else [*first[:-1], channel]


along = path(activations, layers, layer, channel) if followed else {}
table = softmax_table(activations.answer.scores, model.classes)
show_overview(
    activations,
    columns,
    {one: channels_of(one) for one in layers},
    scale,
    (layer, channel),
    followed,
    cached.preprocessing(model, picture).cropped,
    [(row.name, f"{row.percent:.1f} %") for row in table.rows],
    key="overview",
    on_choose=choose,
)
untrained_label(model)
st.caption(" ".join((lesson["path"] if followed else lesson[order], lesson[scale])))

chosen_map = settled[layer][channel]
enlarged, words = st.columns([7, 5], gap="large")
with enlarged:
    mosaic(
        chosen_map[None],
        key="whole_enlarged",
        label=f"Channel {channel} of {layer} over the picture, and alone.",
        palette=fitting_palette(chosen_map),
        names=["over the picture", f"{layer}, channel {channel}"],
        picture=np.asarray(cached.preprocessing(model, picture).cropped),
        height=260,
        hint="Point at a cell.",
    )
with words:
    st.markdown(lesson["How to read it"])
    row, column = np.unravel_index(int(chosen_map.argmax()), chosen_map.shape)
    if st.button("Its strongest cell as One neuron", icon=":material/hub:", key="whole_neuron"):
        index = (channel, int(row), int(column))
        go_to(layer, index)
        address = {"neuron_layer": layer, **dict(zip(KEYS, map(str, index), strict=True))}
        st.switch_page("pages/explore/one_neuron.py", query_params=address)
try_this(
    [
        Suggestion(
            "The first layer’s edges",
            {"whole_layer": layers[0], "whole_channel": strongest(layers[0])},
        ),
        Suggestion(
            "Follow the strongest channel of the last layer",
            {
                "whole_layer": layers[-1],
                "whole_channel": strongest(layers[-1]),
                "whole_follow": True,
            },
        ),
        Suggestion("The most selective channels", {"whole_order": "sparsity", "whole_follow": False}),
        Suggestion("One colour range for all", {"whole_scale": "One for all"}),
    ],
    key="whole",
)
st.markdown(lesson["What to look for"] if model.trained else lesson["Random weights"])
if isinstance(MODELS[name], Sibling):
    st.markdown(lesson["What small networks show"])
