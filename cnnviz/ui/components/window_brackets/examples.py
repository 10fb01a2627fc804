"""Example states of the windows along one axis."""

from cnnviz.arithmetic.layers import Conv2d, MaxPool2d
from cnnviz.arithmetic.windows.coverage import coverage
from cnnviz.ui.components.window_brackets import show_coverage


def draw(key: str, layer: Conv2d | MaxPool2d, size: int) -> None:
    """The columns of a square input of one channel."""
    along = coverage(layer, (1, size, size), axis=1)
    assert along is not None
    show_coverage(along, key)


EXAMPLES = {
    "the last column is left out": lambda key: draw(key, MaxPool2d(2), 5),
    "padding, and a long axis": lambda key: draw(key, Conv2d(1, 1, 7, stride=2, padding=3), 224),
}
