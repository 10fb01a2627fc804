"""Named filters over several channels."""

import random
from dataclasses import dataclass
from fractions import Fraction

from cnnviz.arithmetic.lecture.kernels import KERNELS
from cnnviz.arithmetic.matrix import Matrix
from cnnviz.figures.stepper import Planes

OWN = "own"


@dataclass(frozen=True)
class Filter:
    """A named filter: its title, and one sentence about what it finds."""

    title: str
    answer: str


FILTERS = {
    "edge_x": Filter("Upright edges, all channels", "Sobel x in every channel, added up."),
    "edge_y": Filter("Level edges, all channels", "Sobel y in every channel, added up."),
    "difference": Filter("First channel less the second", "Where R is stronger than G: a colour, not a shape."),
    "sum": Filter("Sum of the channels", "Every channel counts the same: brightness."),
    "first": Filter("First channel alone", "The other kernels are zero: their channels do not count."),
    "random": Filter("Random", "Weights nobody chose: a network starts like this, then learns."),
}


def filter_planes(name: str, channels: int, size: int, *, seed: int = 0) -> Planes:
    """The kernels of a named filter, one (size, size) for each of its ``channels``.

    A single channel cannot be compared with a second: there ``difference`` is the channel itself.

    >>> filter_planes("difference", 2, 1)
    (((Fraction(1, 1),),), ((Fraction(-1, 1),),))
    """
    if name == "random":
        numbers = random.Random(f"{seed} {channels} {size}")
        return tuple(
            tuple(tuple(Fraction(numbers.randint(-2, 2)) for _ in range(size)) for _ in range(size))
            for _ in range(channels)
        )
    if name in ("edge_x", "edge_y") and size >= 3:
        sobel = KERNELS["sobel_x" if name == "edge_x" else "sobel_y"].weights
        return (centred(sobel, size),) * channels
    centres = {"difference": [1, -1], "first": [1]}.get(name, [1] * channels)
    return tuple(
        centred(((Fraction(centres[channel] if channel < len(centres) else 0),),), size) for channel in range(channels)
    )


def centred(kernel: Matrix, size: int) -> Matrix:
    """A kernel in the middle of a larger one of zeros.

    >>> centred(((Fraction(1),),), 3)[1]
    (Fraction(0, 1), Fraction(1, 1), Fraction(0, 1))
    """
    before = (size - len(kernel)) // 2
    rows = [[Fraction(0)] * size for _ in range(size)]
    for row, line in enumerate(kernel):
        rows[before + row][before : before + len(line)] = line
    return tuple(tuple(row) for row in rows)
