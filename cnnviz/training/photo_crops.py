"""Crops of the gallery's photographs, to train the small networks on and to examine them with.

The right end of each photograph is held out: no crop for training touches it, and a gap separates the two parts. Crops
are of several sizes, a little wider or taller than square, and are scaled to 96 × 96 pixels. Some are mirrored, which
leaves upright what is upright, and then they are turned by quarter turns; the classes are those of
`cnnviz.networks.photograph_classes`.
"""

from functools import cache
from typing import Literal

import numpy as np
from PIL import Image

from cnnviz.gallery import gallery_picture
from cnnviz.networks.photograph_classes import PHOTOGRAPHS, class_index

Part = Literal["training", "held out"]
Box = tuple[int, int, int, int]  # left, top, right, bottom

SIDE = 96  # pixels of a crop as a network is given it
TRAINING_PART = 0.74  # of a photograph's width, from its left edge
GAP = 8  # pixels of the photograph between the two parts
SMALLEST = 0.2  # side of a crop, as a part of the photograph's shorter side
LARGEST_ASPECT = 4 / 3  # the longer side of a crop divided by the shorter one


def part_box(width: int, height: int, part: Part) -> Box:
    """The box that the crops of a part are taken from, in a photograph of this size.

    >>> part_box(600, 400, "training"), part_box(600, 400, "held out")
    ((0, 0, 444, 400), (452, 0, 600, 400))
    """
    end = int(width * TRAINING_PART)
    return (0, 0, end, height) if part == "training" else (end + GAP, 0, width, height)


def draw_box(key: str, part: Part, random: np.random.Generator) -> Box:
    """A box inside a part of a photograph, wider or taller than square by up to a third. Sizes are drawn on a scale of
    doublings, from a fifth of the photograph's shorter side to what the part holds."""
    width, height = gallery_picture(key).image.size
    left, top, right, bottom = part_box(width, height, part)
    largest = max(right - left, bottom - top) if part == "training" else min(right - left, bottom - top)
    size = np.exp(random.uniform(np.log(SMALLEST * min(width, height)), np.log(largest)))
    stretch = np.exp(random.uniform(-1, 1) * np.log(LARGEST_ASPECT) / 2)
    wide, tall = min(int(size * stretch), right - left), min(int(size / stretch), bottom - top)
    left += int(random.integers(right - left - wide + 1))
    top += int(random.integers(bottom - top - tall + 1))
    return left, top, left + wide, top + tall


def draw_crops(part: Part, count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """`count` crops, uint8 (count, 3, 96, 96), and their classes, int64 (count,).

    Photographs and turns are drawn with equal chance. The same state of `random` gives the same crops. ImageError
    where the photographs are not installed.
    """
    crops, labels = np.empty((count, 3, SIDE, SIDE), np.uint8), np.empty(count, np.int64)
    for place in range(count):
        key = PHOTOGRAPHS[random.integers(len(PHOTOGRAPHS))]
        crop, turn = scaled(key, draw_box(key, part, random)), int(random.integers(4))
        crop = np.rot90(crop[:, ::-1] if random.random() < 0.5 else crop, turn)
        crops[place], labels[place] = crop.transpose(2, 0, 1), class_index(key, turn)
    return crops, labels


def scaled(key: str, box: Box) -> np.ndarray:
    """A box of a photograph as uint8 (96, 96, 3). It is cut out before it is scaled: no pixel outside it counts."""
    crop = _photograph(key).crop(box)
    return np.asarray(crop.resize((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0))


def jittered(crops: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Crops (N, 3, H, W) with values from 0 to 1 in other light, float32 of the same shape.

    What changes is brightness, contrast, the colour of the light, and how colourful they are: from grey to a little
    more than they were. Values may leave 0 to 1.
    """

    def drawn(low: float, high: float, channels: int = 1) -> np.ndarray:
        return random.uniform(low, high, (len(crops), channels, 1, 1)).astype(np.float32)

    grey = crops.mean(axis=1, keepdims=True)
    coloured = grey + drawn(0.0, 1.3) * (crops - grey)
    lit = coloured * drawn(0.8, 1.25, channels=3)
    middle = lit.mean(axis=(1, 2, 3), keepdims=True)
    in_other_light: np.ndarray = middle + drawn(0.6, 1.4) * (lit - middle) + drawn(-0.15, 0.15)
    return in_other_light


@cache
def _photograph(key: str) -> Image.Image:
    return gallery_picture(key).image.convert("RGB")
