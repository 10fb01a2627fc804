"""Every convolution from left to right: in which order its channels stand, which one is followed, and it enlarged."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st

from cnnviz.arithmetic.layers import Concat
from cnnviz.figures.palettes import fitting_palette
from cnnviz.networks.order import descending
from cnnviz.networks.ranking import NUMBER, ORDERS, SIMILARITY, STRENGTH, path, ranked
from cnnviz.ui.components.mosaic import mosaic
from cnnviz.ui.components.network_overview import TILES, Column, Scale, columns_of, show_overview
from cnnviz.ui.explore.inference import Inference
from cnnviz.ui.explore.neuron.opening import switch_to_neuron
from cnnviz.ui.page.valid import keep_valid, whole_number
from cnnviz.ui.pickers.strongest import choose_layer, forget

LAYER, CHANNEL = "whole_layer", "whole_channel"
SCALES: dict[str, Scale] = {"Each map": "map", "Each layer": "layer", "One for all": "all"}


@dataclass(frozen=True)
class Convolutions:
    """The convolutions of a network, each with its maps where they rest (C, H, W), for one picture."""

    inference: Inference
    columns: Sequence[Column]

    @cached_property
    def maps(self) -> dict[str, np.ndarray]:
        """{layer: (C, H, W)}, first to last."""
        return {column.layer: self.inference.activations[column.settled] for column in self.columns}

    @property
    def layers(self) -> list[str]:
        """Their names, first to last."""
        return list(self.maps)

    @property
    def has_branches(self) -> bool:
        """Whether maps of several layers are put one behind the other."""
        return any(isinstance(node.layer, Concat) for node in self.inference.activations.network.nodes)

    def ends(self, view: "View") -> tuple[float, float] | None:
        """The range of the colours of the map that is enlarged, the one it has in the drawing; None for its own."""
        shared = {"map": [], "layer": [self.maps[view.layer]], "all": list(self.maps.values())}[view.scale]
        return (min(float(one.min()) for one in shared), max(float(one.max()) for one in shared)) if shared else None

    def strongest(self, layer: str) -> int:
        """The channel of a layer that answers most."""
        return ranked(self.maps[layer], STRENGTH)[0]


@dataclass(frozen=True)
class View:
    """What is looked at: in which order and colours, and the chosen channel, which may be `followed`."""

    order: str
    scale: Scale
    layer: str
    channel: int
    followed: bool


def convolutions_of(inference: Inference) -> Convolutions:
    """The convolutions that are drawn."""
    return Convolutions(inference, columns_of(inference.activations))


def choose_view(convolutions: Convolutions) -> View:
    """Draw the controls above the network."""
    layers, maps = convolutions.layers, convolutions.maps
    with st.container(horizontal=True, vertical_alignment="bottom"):
        keep_valid("whole_order", ORDERS, STRENGTH)
        order = st.selectbox("Channels in order of", ORDERS, key="whole_order", bind="query-params", width=180)
        scale = st.segmented_control(
            "Colour range", list(SCALES), default="Each layer", required=True, key="whole_scale", bind="query-params"
        )
        layer, (own,) = choose_layer(
            LAYER,
            (CHANNEL,),
            layers,
            convolutions.inference.key,
            lambda layer: maps[layer].shape,
            lambda: layers[len(layers) // 2],
            lambda layer, _: (convolutions.strongest(layer),),
            width=210,
        )
        typed = whole_number("Channel", len(maps[layer]), CHANNEL, own, width=130, help="Or click a map.")
        followed = st.toggle("Follow it", key="whole_follow", bind="query-params")
    return View(order, SCALES[scale or "Each layer"], layer, own if typed is None else typed, followed)


def choose(layer: str, channel: int) -> None:
    """A map was clicked."""
    forget(LAYER, CHANNEL)
    st.session_state[LAYER], st.session_state[CHANNEL] = layer, channel


def show_network(convolutions: Convolutions, view: View) -> None:
    """The drawing to scale, six channels under each layer, and the answer."""
    inference, layers = convolutions.inference, convolutions.layers
    along = path(inference.activations, layers, view.layer, view.channel) if view.followed else {}
    framed = [layer for layer in layers if layer == view.layer or (layer in along and along[layer].max() > 0)]
    show_overview(
        inference.activations,
        convolutions.columns,
        {layer: channels_under(layer, convolutions.maps[layer], view, along.get(layer)) for layer in layers},
        view.scale,
        (view.layer, view.channel),
        framed if view.followed else [],
        inference.seen,
        [(row.name, f"{row.percent:.1f} %") for row in inference.table.rows],
        key="overview",
        on_choose=choose,
    )


def channels_under(layer: str, maps: np.ndarray, view: View, closeness: np.ndarray | None) -> list[int]:
    """Which channels stand under a layer with these maps; the chosen one always among those of its own.

    `closeness` (C,) says how closely each hangs together with the channel that is followed, None off its path.
    """
    own = layer == view.layer
    if view.followed and own:
        first = [view.channel, *(other for other in ranked(maps, STRENGTH) if other != view.channel)]
        return first[:TILES]
    if closeness is not None:
        return descending(closeness)[:TILES]
    order = STRENGTH if view.order == SIMILARITY and not own else view.order
    if order == NUMBER and own:
        start = min(max(0, view.channel - TILES // 2), max(0, len(maps) - TILES))
        return list(range(len(maps)))[start : start + TILES]
    first = ranked(maps, order, view.channel)[:TILES]
    return first if not own or view.channel in first else [*first[:-1], view.channel]


def show_chosen(convolutions: Convolutions, view: View) -> None:
    """The chosen channel over the picture, and alone."""
    chosen = convolutions.maps[view.layer][view.channel]
    ends = convolutions.ends(view)
    mosaic(
        chosen[None],
        key="whole_enlarged",
        label=f"Channel {view.channel} of {view.layer} over the picture, and alone.",
        palette=fitting_palette(chosen if ends is None else np.array(ends)),
        ends=ends,
        names=["over the picture", f"{view.layer}, channel {view.channel}"],
        picture=np.asarray(convolutions.inference.seen),
        height=260,
        hint="Point at a cell.",
    )


def offer_strongest_cell(convolutions: Convolutions, view: View) -> None:
    """The way to the page One neuron."""
    if st.button("Its strongest cell as One neuron", icon=":material/hub:", key="whole_neuron"):
        chosen = convolutions.maps[view.layer][view.channel]
        row, column = np.unravel_index(int(chosen.argmax()), chosen.shape)
        switch_to_neuron(view.layer, (view.channel, int(row), int(column)))
