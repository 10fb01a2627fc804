"""Kernels everybody should have slid once, by name, as text that `cnnviz.arithmetic.matrix.read_matrix` reads."""

import random
from dataclasses import dataclass

from cnnviz.arithmetic.matrix import Matrix, read_matrix


@dataclass(frozen=True)
class Kernel:
    """A named kernel: its weights as text, and in one sentence what it answers with."""

    title: str
    text: str
    answer: str

    @property
    def weights(self) -> Matrix:
        """The weights as exact fractions, rows of columns."""
        return read_matrix(self.text, "kernel")


KERNELS = {
    "lecture": Kernel("Lecture example", "0 1 2; 2 2 0; 0 1 2", "The kernel of the lecture’s worked example."),
    "identity": Kernel("Identity", "0 0 0; 0 1 0; 0 0 0", "The picture itself: only the centre counts."),
    "sobel_x": Kernel(
        "Sobel x", "-1 0 1; -2 0 2; -1 0 1", "How much brighter it gets from left to right: upright edges."
    ),
    "sobel_y": Kernel("Sobel y", "-1 -2 -1; 0 0 0; 1 2 1", "How much brighter it gets downwards: level edges."),
    "blur": Kernel(
        "Blur", "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9", "The mean of nine neighbours: detail is lost, noise too."
    ),
    "sharpen": Kernel("Sharpen", "0 -1 0; -1 5 -1; 0 -1 0", "The pixel and its difference from its four neighbours."),
    "edge": Kernel(
        "Edge", "-1 -1 -1; -1 8 -1; -1 -1 -1", "Nothing on even ground, much where a pixel differs from all around it."
    ),
    "emboss": Kernel("Emboss", "-2 -1 0; -1 1 1; 0 1 2", "Light from the top left: slopes become relief."),
}


def random_kernel(size: int = 3, seed: int = 0) -> Kernel:
    """A ``size`` × ``size`` kernel of integers from -3 to 3, the same one for the same seed.

    >>> random_kernel(2, seed=1) == random_kernel(2, seed=1)
    True
    """
    numbers = random.Random(seed)
    rows = [" ".join(str(numbers.randint(-3, 3)) for _ in range(size)) for _ in range(size)]
    return Kernel("Random", "; ".join(rows), "Weights nobody chose: a network starts like this, then learns.")
