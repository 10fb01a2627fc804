"""A channel switched off: what the network answers then, how far its layers move, and which channels a class needs."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

from cnnviz.figures.palettes import fitting_palette, sequential
from cnnviz.networks.activations import Activations, number
from cnnviz.networks.memory import FORWARD
from cnnviz.networks.order import descending
from cnnviz.networks.residual import changes
from cnnviz.networks.without_channels import How, Losses, losses
from cnnviz.ui.components.mosaic import mosaic
from cnnviz.ui.components.unit_tiles import Tile, show_tiles
from cnnviz.ui.explore.changes import show_changes
from cnnviz.ui.explore.inference import Inference
from cnnviz.ui.explore.neuron.choice import liveliest_channel
from cnnviz.ui.explore.redrawing import draw_part_again
from cnnviz.ui.page.lesson import Lesson
from cnnviz.ui.page.plain_text import as_plain_text
from cnnviz.ui.page.valid import keep_valid, whole_number
from cnnviz.ui.pickers.class_index import class_labels, most_likely, percentages
from cnnviz.ui.pickers.network import untrained_label
from cnnviz.ui.pickers.strongest import choose_layer
from cnnviz.ui.sharing import cached
from cnnviz.ui.sharing.background_work import Work
from cnnviz.ui.sharing.shared_work import draw_standing, followed, shared_work

LAYER, CHANNEL, HOW = "off_layer", "off_channel", "off_how"
RUNS = "off_runs"  # in the session
HOWS: dict[str, How] = {"off": "zero", "at its mean": "mean", "keep only it": "only"}
COUNT = 10  # channels that a class needs most
MAPS_HEIGHT = 300


@dataclass(frozen=True)
class Alteration:
    """A layer, one of its channels, what is done to it, and the class that is asked about."""

    inference: Inference
    layer: str
    channel: int
    how: How
    class_index: int

    @property
    def whole(self) -> Activations:
        """The picture's way through the whole network."""
        return self.inference.activations

    @property
    def maps(self) -> np.ndarray:
        """The layer's maps as what follows reads them: behind its BatchNorm and ReLU."""
        return self.whole.maps(self.whole.settled(self.layer))

    @property
    def class_name(self) -> str:
        """The class's name."""
        return self.inference.model.classes[self.class_index]


def choose_alteration(inference: Inference, class_index: int) -> Alteration:
    """Draw which channel of which layer, and what is done to it."""
    found, notable = inference.activations, inference.notable_layers
    layers = inference.convolutions
    start = next((name for name in reversed(notable[:-1]) if name in layers), layers[-1])
    layer, (own,) = choose_layer(
        LAYER,
        (CHANNEL,),
        layers,
        inference.key,
        lambda layer: found.maps(layer).shape,
        lambda: start,
        lambda layer, _: (liveliest_channel(found, layer),),
        on_change=forget_channel,
    )
    typed = whole_number("Channel", len(found.maps(layer)), CHANNEL, own, width=160, help="Or click a map.")
    keep_valid(HOW, HOWS, "off")
    how = st.segmented_control("Switch it", list(HOWS), default="off", required=True, key=HOW, bind="query-params")
    return Alteration(inference, layer, own if typed is None else typed, HOWS[how or "off"], class_index)


def forget_channel() -> None:
    """Another layer: its liveliest channel."""
    st.session_state[CHANNEL] = None


def take(channel: int) -> None:
    """A map or a tile was clicked."""
    st.session_state[CHANNEL] = float(channel)


# A fragment: what runs here, or is touched here, leaves the rest of the page as it is.
@st.fragment
def show_channels(inference: Inference, class_index: int, lesson: Lesson) -> None:
    """Draw the maps with the chosen one, both answers, and the channels that the class needs most."""
    cached.model(inference.model.name)  # asked for at each look, or it would leave the memory while work goes on
    left, right = st.columns([6, 5], gap="large")
    with left, st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = choose_alteration(inference, class_index)
    now = cached.without_channels(inference.model.name, inference.picture, chosen.layer, (chosen.channel,), chosen.how)
    with left:
        show_maps(chosen)
    with right:
        show_answers(chosen, now)
    needed, moved = st.columns([6, 5], gap="large")
    with needed:
        st.subheader(f"What {as_plain_text(chosen.class_name)} needs most", anchor=False)
        running = show_needed(chosen)
        st.markdown(lesson["Needed"])
    with moved:
        st.subheader("How far the layers behind move", anchor=False)
        show_moves(chosen, now, lesson)
    draw_part_again(RUNS, running)


def show_maps(chosen: Alteration) -> None:
    """The layer's maps, the chosen one framed; a click chooses another."""
    maps = chosen.maps
    mosaic(
        maps,
        key="off_maps",
        label=f"{len(maps)} maps of {chosen.layer}; channel {chosen.channel} is switched.",
        palette=fitting_palette(maps),
        selected=chosen.channel,
        height=MAPS_HEIGHT,
        hint="Click a map to switch that channel instead.",
        on_select=take,
    )
    untrained_label(chosen.inference.model)


def show_answers(chosen: Alteration, now: Activations) -> None:
    """The likeliest classes of the whole network and those without the channel, and what that is for the class."""
    inference = chosen.inference
    before, after = percentages(inference.scores), percentages(now.answer.scores)
    asked = [*most_likely(inference.scores), *most_likely(now.answer.scores), chosen.class_index]
    labels = class_labels(inference.model.classes)
    st.markdown(answers_table([(labels[index], before[index], after[index]) for index in dict.fromkeys(asked)], chosen))
    untrained_label(inference.model)
    st.markdown(score_sentence(chosen, now))


def answers_table(rows: Sequence[tuple[str, float, float]], chosen: Alteration) -> str:
    """A table of classes with their probabilities in per cent, before and after; the one asked about in bold."""
    head = f"| class | the whole network | channel {chosen.channel} {words_of(chosen.how)} |"
    lines = [head, "| --- | ---: | ---: |"]
    for name, before, after in rows:
        mark = "**" if name == class_labels(chosen.inference.model.classes)[chosen.class_index] else ""
        lines.append(f"| {mark}{as_plain_text(name)}{mark} | {before:.2f} % | {mark}{after:.2f} %{mark} |")
    return "\n".join(lines)


def words_of(how: How) -> str:
    """What is done to the channel, in words."""
    return {"zero": "off", "mean": "at its mean", "only": "alone"}[how]


def score_sentence(chosen: Alteration, now: Activations) -> str:
    """The class's score and probability, before and after."""
    index, scores = chosen.class_index, (chosen.inference.scores, now.answer.scores)
    old, new = (float(each[index]) for each in scores)
    likely, likely_now = (float(percentages(each)[index]) for each in scores)
    change = number(round(new - old, 3))
    return (
        f"The score of **{as_plain_text(chosen.class_name)}** goes from {old:.3f} to {new:.3f} "
        f"({change if new < old else '+' + change}), its probability from {likely:.2f} % to {likely_now:.2f} %."
    ).replace(" -", " −")


def losses_work(chosen: Alteration) -> tuple[Hashable, Work[Losses]]:
    """The search through the layer's channels, shared by all who look for the same."""
    inference, layer, index = chosen.inference, chosen.layer, chosen.class_index
    key = ("channel losses", *inference.key, layer, index)
    return key, shared_work(key, lambda: searched(inference, layer, index))


def searched(inference: Inference, layer: str, class_index: int) -> Iterator[Losses]:
    """The search, batch by batch, as far as there is memory for it."""
    with cached.room_to_compute(inference.model, 2 * FORWARD):
        yield from losses(inference.activations, layer, class_index)


def show_needed(chosen: Alteration) -> bool:
    """The ten channels without which the class's score falls most, as far as the search is; whether it goes on."""
    key, work = losses_work(chosen)
    found, running = followed(key, work, "channel losses")
    drops = found.drops if found is not None else np.full(len(chosen.maps), np.nan)
    order = [
        channel for channel in descending(np.nan_to_num(drops, nan=-np.inf))[:COUNT] if not np.isnan(drops[channel])
    ]
    show_tiles(
        [tile_of(chosen, channel, float(drops[channel])) for channel in order],
        COUNT,
        f"The channels of {chosen.layer} that {chosen.class_name} needs most",
        lambda place: take(order[place]),
        key="off_needed",
        columns=5,
    )
    done, total = (found.done, found.total) if found is not None else (0, len(drops))
    draw_standing(key, work, done, total, "Channels switched off", "off_search")
    return running


def tile_of(chosen: Alteration, channel: int, drop: float) -> Tile:
    """One of the ten: its map, and by how much the score falls without it."""
    values = chosen.maps[channel]
    image = Image.fromarray(sequential(values, float(values.min()), float(values.max())))
    words = f"Channel {channel}: without it the score of {chosen.class_name} changes by {number(-drop)}. Switches it."
    return Tile(image, -drop, str(channel), words)


def show_moves(chosen: Alteration, now: Activations, lesson: Lesson) -> None:
    """How far each layer behind moves, as a part of its own length."""
    layers = chosen.inference.convolutions
    behind = [name for name in layers if name in now.replaced]
    if not behind:
        st.caption("No convolution lies behind this layer: only the score is made of it.")
        return
    show_changes(behind, changes(chosen.whole, now, behind), key="off_changes")
    st.markdown(lesson["Moves"])
