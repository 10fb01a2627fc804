"""Example states of the stepper: every kind of layer it walks through."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from cnnviz.arithmetic.layers import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d
from cnnviz.arithmetic.matrix import Matrix, read_matrix
from cnnviz.figures.stepper import Script, layer_script, stamp_script
from cnnviz.ui.components.stepper import stepper

INPUT = read_matrix("3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1")
KERNEL = read_matrix("0 1 2; 2 2 0; 0 1 2")


def example(script: Callable[[], Script], **settings: Any) -> Callable[[str], None]:
    """An example that draws this script."""
    return lambda key: stepper(script(), key, **settings)


def channels() -> Script:
    """Two channels and two filters, with a bias and ReLU."""
    return layer_script(
        Conv2d(2, 2, 3),
        (INPUT, INPUT[::-1]),
        ((KERNEL, KERNEL), (negative(KERNEL), KERNEL)),
        (Fraction(1), Fraction(-2)),
        relu=True,
        names=("red", "green"),
        matrix=True,
    )


def negative(matrix: Matrix) -> Matrix:
    """Every number with its sign turned."""
    return tuple(tuple(-value for value in row) for row in matrix)


EXAMPLES = {
    "a convolution": example(lambda: layer_script(Conv2d(1, 1, 3), (INPUT,), ((KERNEL,),), matrix=True)),
    "padding and stride": example(
        lambda: layer_script(Conv2d(1, 1, 3, stride=2, padding=1), (INPUT,), ((KERNEL,),)), on_numbers=lambda _: None
    ),
    "channels and filters": example(channels),
    "max-pooling": example(lambda: layer_script(MaxPool2d(2), (INPUT,))),
    "average-pooling": example(lambda: layer_script(AvgPool2d(2, ceil_mode=True), (INPUT,))),
    "stamping": example(lambda: stamp_script(ConvTranspose2d(1, 1, 3, stride=2), (INPUT[:2],), ((KERNEL,),))),
}
