"""Any activation of any network for one's own picture: its window, kernel, products, sum, and where it leads."""

import numpy as np
import streamlit as st

from cnnviz.networks.activations import Activations, Index
from cnnviz.networks.zoo import MODELS
from cnnviz.ui.components.one_neuron import Moves, show_neuron
from cnnviz.ui.explore.neuron.choice import choose_neuron, go_to, liveliest, strongest_cell
from cnnviz.ui.explore.neuron.stepper_window import show_window
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.network import choose_network, untrained_label
from cnnviz.ui.pickers.picture import choose_picture
from cnnviz.ui.sharing import cached

lesson = read_lesson(__file__)
lesson.header()
name, model = choose_network()
left, right = st.columns([13, 7], vertical_alignment="bottom")
with right:
    picture = choose_picture()
progress = st.container()
with progress:
    activations: Activations = cached.activations(name, picture)
with left:
    layer, index = choose_neuron(activations, cached.answer_key(model, picture))
neuron = activations.neuron(layer, index)


def to_cell(row: int, column: int) -> None:
    """A cell of the map; for a dense layer a unit of those laid out in rows."""
    maps = activations.maps(layer)
    if maps.shape[1:] == (1, 1):
        columns = int(np.ceil(len(maps) ** 0.5))
        go_to(layer, (min(row * columns + column, len(maps) - 1), 0, 0))
    else:
        go_to(layer, (index[0], row, column))


def to_pixel(down: float, across: float) -> None:
    """The unit whose field is centred where the picture was touched."""
    go_to(layer, (index[0], *activations.unit_at(layer, down, across)))


def down(place: int, maker: str) -> None:
    """The value of one input channel that matters most."""
    go_to(maker, neuron.strongest(place))


def up(user: str) -> None:
    """The unit of a later layer that makes most of this value."""
    go_to(user, activations.strongest_use(layer, index, user))


show_neuron(
    activations,
    neuron,
    cached.preprocessing(model, picture).cropped,
    Moves(to_cell, to_pixel, down, up),
    MODELS[name].title,
    key="neuron",
)
untrained_label(model)

first = activations.explained()[0]
best: Index = strongest_cell(activations, layer, index[0])
suggestions = [
    Suggestion("Strongest cell of this channel", dict(zip(("neuron_row", "neuron_column"), best[1:], strict=True))),
    Suggestion("Liveliest channel of this layer", liveliest(activations, layer)),
    Suggestion("The first layer: colours times weights", liveliest(activations, first)),
    Suggestion("The score of the likeliest class", liveliest(activations, activations.explained()[-1])),
]
try_this(suggestions, key="neuron")
show_window(activations, neuron)
if not model.trained:
    st.markdown(lesson["Untrained"])
lesson.more("How it works")
lesson.more("What follows")
lesson.more("The receptive field")
lesson.more("Up and down")
