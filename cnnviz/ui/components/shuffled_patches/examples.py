"""Example states of the shuffled patches."""

import numpy as np

from cnnviz.arithmetic.lecture.kernels import KERNELS
from cnnviz.ui.components.shuffled_patches import Example, show_shuffled_patches


def draw(key: str) -> None:
    """Two patches of 8 × 8, one a ramp from left to right, and the order of the pixels turned round."""
    ramp = np.broadcast_to(np.linspace(0, 1, 8), (4, 8, 8))
    examples = [Example("ramp", ramp), Example("grey", np.full((4, 8, 8), 0.5))]
    show_shuffled_patches(examples, np.arange(64)[::-1], KERNELS["sobel_x"], key)


EXAMPLES = {"two patches": draw}
