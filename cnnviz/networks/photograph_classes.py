"""The question the small networks are trained on: which photograph of the gallery, and how was it turned?

A class is a photograph and a quarter turn ("Cat, upright", "Cat, turned left", …). The far galaxies have no upright, so
they are one class.
"""

import numpy as np

from cnnviz.gallery import GALLERY

TURNS = ("upright", "turned left", "upside down", "turned right")  # a quarter turn against the clock from each to next
# In the order of the classes: trained weights hang on it, so the gallery may grow and be sorted anew without this.
PHOTOGRAPHS = (
    "chelsea",
    "coffee",
    "motorcycle",
    "rocket",
    "astronaut",
    "camera",
    "brick",
    "coins",
    "galaxies",
    "retina",
)
WITHOUT_TURN = ("galaxies",)  # no way to tell which side of them is up


def class_names() -> tuple[str, ...]:
    """Every photograph in its four turns; 37 names.

    >>> class_names()[:3], len(class_names())
    (('Cat, upright', 'Cat, turned left', 'Cat, upside down'), 37)
    """
    return tuple(name for key in PHOTOGRAPHS for name in _names(key))


def class_index(key: str, turn: int) -> int:
    """The class of a photograph (a key of the gallery) after `turn` quarter turns against the clock.

    >>> class_names()[class_index("coffee", 1)], class_names()[class_index("galaxies", 3)]
    ('Coffee, turned left', 'Galaxies')
    """
    before = sum(len(_names(other)) for other in PHOTOGRAPHS[: PHOTOGRAPHS.index(key)])
    return before + (0 if key in WITHOUT_TURN else turn)


def photograph_of_class() -> np.ndarray:
    """For each class the place of its photograph in `PHOTOGRAPHS`: int (37,)."""
    return np.repeat(np.arange(len(PHOTOGRAPHS)), [len(_names(key)) for key in PHOTOGRAPHS])


def _names(key: str) -> list[str]:
    title = GALLERY[key].title
    return [title] if key in WITHOUT_TURN else [f"{title}, {turn}" for turn in TURNS]
