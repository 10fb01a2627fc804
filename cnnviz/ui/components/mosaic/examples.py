"""Example states of the mosaic of maps."""

import numpy as np

from cnnviz.ui.components.mosaic import mosaic


def ramp() -> np.ndarray:
    """Three maps (3, 2, 2): from -6 up to 5, one to each cell, and one cell that holds no number."""
    maps = np.arange(-6.0, 6.0).reshape(3, 2, 2)
    maps[2, 1, 1] = np.nan
    return maps


def filters() -> np.ndarray:
    """One filter (1, 3, 3, 3) that lets red through and takes blue away."""
    weights = np.zeros((1, 3, 3, 3))
    weights[0, 0], weights[0, 2] = 0.5, -0.5
    return weights


def over_picture(key: str) -> None:
    """One map over a picture, and alone."""
    picture = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    mosaic(
        ramp()[:1],
        key,
        "One map.",
        palette="diverging",
        picture=picture,
        names=["over the picture", "alone"],
        height=200,
    )


EXAMPLES = {
    "three maps, one chosen": lambda key: mosaic(
        ramp(), key, "Three maps.", palette="diverging", selected=1, height=160, on_select=lambda _: None
    ),
    "a filter in colour": lambda key: mosaic(filters(), key, "One filter.", palette="rgb", height=160),
    "a map over a picture": over_picture,
}
