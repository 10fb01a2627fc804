"""Example states of the drawing of a network and of its table."""

from cnnviz.arithmetic.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from cnnviz.arithmetic.network import NetworkError, chain
from cnnviz.ui.components.network_drawing import Script, diagram, network_script, table

INPUT = (1, 8, 8)


def script(*, fits: bool) -> Script:
    """A small chain; its dense layer expects one value too few where it does not fit."""
    network = chain(Conv2d(1, 4, 3), ReLU(), MaxPool2d(2), Flatten(), Linear(36 if fits else 35, 10))
    try:
        rows = network.trace(INPUT)
    except NetworkError as error:
        rows = error.rows
    return network_script(network, rows, INPUT)


def draw(key: str, *, fits: bool) -> None:
    """Diagram and table, linked; the first layer is chosen."""
    diagram(script(fits=fits), f"{key}_diagram", chosen=0, on_choose=lambda _: None)
    table(script(fits=fits), f"{key}_table", chosen=0, on_choose=lambda _: None)


EXAMPLES = {
    "it fits": lambda key: draw(key, fits=True),
    "a layer does not fit": lambda key: draw(key, fits=False),
}
