"""Example states of the walk of a grey square."""

import numpy as np
from PIL import Image

from cnnviz.attribution.question import Window
from cnnviz.ui.components.occlusion_walk import show_walk

SQUARES = [(range(top, top + 4), range(left, left + 4)) for top in range(0, 28, 4) for left in range(0, 28, 4)]
WINDOWS = [Window(*square, 5.0 - n % 3, 0.1 if n == 17 else 0.8 - n / 100) for n, square in enumerate(SQUARES)]


def draw(key: str, count: int) -> None:
    """So many of 49 squares over a picture of noise; the 18th costs most."""
    picture = Image.fromarray(np.random.default_rng(1).integers(0, 256, (28, 28, 3), dtype=np.uint8))
    show_walk(picture, WINDOWS[:count], 6.0, 0.8, "tabby", key, running=count < 49, total=49)


EXAMPLES = {"the whole walk": lambda key: draw(key, 49), "half of it has come": lambda key: draw(key, 24)}
