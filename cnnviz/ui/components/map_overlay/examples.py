"""Example states of the maps over a photo."""

import numpy as np
from PIL import Image

from cnnviz.ui.components.map_overlay import Layer, show_overlay


def layers() -> list[Layer]:
    """Three maps of 28 × 28: a signed one with two values, the same as magnitudes, and one that is absent."""
    values = np.zeros((28, 28), dtype=np.float32)
    values[3, 5], values[20, 10] = -0.25, 0.9
    return [
        Layer(
            values, "Occlusion", True, 0.5, alt="The upper left speaks against it.", frame=(range(18, 23), range(8, 13))
        ),
        Layer(abs(values) / 10, "Saliency", False, 0.05, note="Largest near the lower left."),
        Layer(values, "Grad-CAM", True, 0.5, absent="No evidence here."),
    ]


def draw(key: str, count: int) -> None:
    """So many of the maps over one picture of noise."""
    picture = Image.fromarray(np.random.default_rng(1).integers(0, 256, (28, 28, 3), dtype=np.uint8))
    show_overlay(layers()[:count], picture, key, on_pick=lambda *_: None)


EXAMPLES = {"one map": lambda key: draw(key, 1), "three maps": lambda key: draw(key, 3)}
