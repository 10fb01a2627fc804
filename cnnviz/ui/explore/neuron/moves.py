"""From one neuron to another: a cell of its map, a pixel of the picture, a layer down, a layer up."""

import numpy as np

from cnnviz.networks.activations import Activations
from cnnviz.networks.gains import strongest_use
from cnnviz.networks.neuron import Neuron
from cnnviz.ui.components.one_neuron import Moves, show_neuron
from cnnviz.ui.explore.inference import Inference
from cnnviz.ui.explore.neuron.choice import go_to


def draw_neuron(inference: Inference, neuron: Neuron) -> None:
    """Draw the neuron; what is clicked in it leads to another one."""
    moves = moves_from(inference.activations, neuron)
    show_neuron(inference.activations, neuron, inference.seen, moves, inference.title, key="neuron")


def moves_from(activations: Activations, neuron: Neuron) -> Moves:
    """What each click leads to."""
    layer, channel = neuron.layer, neuron.index[0]

    def to_cell(row: int, column: int) -> None:
        """A cell of the map; for a dense layer a unit of those laid out in rows."""
        maps = activations.maps(layer)
        if maps.shape[1:] == (1, 1):
            columns = int(np.ceil(len(maps) ** 0.5))
            go_to(layer, (min(row * columns + column, len(maps) - 1), 0, 0))
        else:
            go_to(layer, (channel, row, column))

    def to_pixel(down: float, across: float) -> None:
        """The unit whose field is centred where the picture was touched."""
        go_to(layer, (channel, *activations.unit_at(layer, down, across)))

    def down(place: int, maker: str) -> None:
        """Whatever made the value of one input channel that matters most: of several paths the one that was chosen."""
        found = activations.sources(layer, neuron.strongest(place))
        go_to(*next((source for source in found if source[0] == maker), found[0]))

    def up(user: str) -> None:
        """The unit of a later layer that gains most from this value."""
        for use in activations.users(layer, neuron.index):
            unit = strongest_use(activations, use) if use.name == user else None
            if unit is not None:
                go_to(user, unit)

    return Moves(to_cell, to_pixel, down, up)
