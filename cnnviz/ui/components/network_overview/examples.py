"""Example states of a network from left to right."""

from cnnviz.ui.components.network_overview import columns_of, show_overview
from cnnviz.ui.components.one_neuron.examples import PICTURE, activations


def draw(key: str) -> None:
    """The small ResNet: its first two channels under each convolution, channel 1 of the second one chosen."""
    columns = columns_of(activations())
    shown = {column.layer: [0, 1] for column in columns}
    classes = [("cat", "97.0 %"), ("coffee", "2.0 %")]
    chosen = (columns[1].layer, 1)
    picture = PICTURE.resize((64, 64))
    show_overview(activations(), columns, shown, "layer", chosen, [], picture, classes, key, lambda *_: None)


EXAMPLES = {"a small ResNet": draw}
