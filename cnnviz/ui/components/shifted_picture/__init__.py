"""A picture that moves pixel by pixel, its feature map, and what pooling makes of that: what moves along, what stays.

Python works out every map for every shift and what is equal in them; the browser only shows one after the other.
"""

from functools import lru_cache
from typing import TypedDict

import numpy as np
import streamlit as st

from cnnviz.arithmetic.layers import AvgPool2d, Conv2d, MaxPool2d
from cnnviz.arithmetic.lecture.kernels import KERNELS
from cnnviz.arithmetic.windows import convolve, steps
from cnnviz.arithmetic.windows.shifting import Agreement, moves_along, shifted, stays
from cnnviz.ui.component import Component, browser_component
from cnnviz.ui.page.choice import choose

__all__ = ["AFTER", "PATTERNS", "shift_script", "show_shift"]


class Shift(TypedDict):
    """One shift: the three maps as texts, "x" for every cell that differs from the unmoved map, and what that means."""

    across: int
    maps: list[list[list[str]]]
    changed: list[list[str]]
    words: list[str]


class Message(TypedDict):
    """Every shift; the titles of the maps, the largest magnitude of each, and the place of the shift to begin with."""

    titles: list[str]
    limits: list[float]
    start: int
    shifts: list[Shift]


_component: Component[Message] = browser_component(__file__)

SIDE = 14  # room for a pattern of 4 × 4 in the middle that moves by four pixels either way, and for the kernel
FARTHEST = 4
PATTERNS = {
    "corner": ("1111", "1000", "1000", "1000"),
    "cross": ("0110", "1111", "1111", "0110"),
    "stroke": ("0001", "0010", "0100", "1000"),
    "dot": ("0000", "0110", "0110", "0000"),
}
MAX_POOL, AVERAGE_POOL, STRIDE = "max-pooling 2 × 2", "average-pooling 2 × 2", "a convolution with stride 2 instead"
AFTER = (MAX_POOL, AVERAGE_POOL, STRIDE)
EDGES = {"upright edges": "sobel_x", "level edges": "sobel_y", "all around": "edge"}


def show_shift(key: str = "pool_shift") -> None:
    """Draw the controls and the three maps."""
    first, second, third = st.columns(3)
    with first:
        pattern = choose("pool_pattern", "picture", tuple(PATTERNS), "corner")
    with second:
        edges = choose("pool_edges", "the convolution answers with", tuple(EDGES), "all around")
    with third:
        after = choose("pool_after", "then", AFTER, MAX_POOL)
    _component(key=key, data=shift_script(pattern, edges, after))


@lru_cache(maxsize=len(PATTERNS) * len(EDGES) * len(AFTER))
def shift_script(pattern: str, edges: str, after: str) -> Message:
    """Every shift from four pixels left to four right: the three maps as text, what differs, and what that means."""
    unmoved = maps_of(pattern, edges, after, 0)
    made = {across: maps_of(pattern, edges, after, across) for across in range(-FARTHEST, FARTHEST + 1)}
    return {
        "titles": ["picture", "feature map: convolution + ReLU", after.replace(" instead", "")],
        "limits": [max(float(np.abs(maps[number]).max()) for maps in made.values()) for number in range(3)],
        "start": FARTHEST,
        "shifts": [
            {
                "across": across,
                "maps": [[[f"{value:g}" for value in row] for row in one.tolist()] for one in maps],
                "changed": [changed(before, now) for before, now in zip(unmoved, maps, strict=True)],
                "words": words(unmoved, maps, across, after),
            }
            for across, maps in made.items()
        ],
    }


def maps_of(pattern: str, edges: str, after: str, across: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The picture moved by ``across`` columns, its feature map, (SIDE, SIDE) both, and what follows, half as large."""
    picture = np.zeros((SIDE, SIDE))
    drawn = [[int(digit) for digit in row] for row in PATTERNS[pattern]]
    start = (SIDE - len(drawn)) // 2
    picture[start : start + len(drawn), start : start + len(drawn)] = drawn
    picture = shifted(picture, across)
    weight = [[[[float(value) for value in row] for row in KERNELS[EDGES[edges]].weights]]]
    feature_map = np.maximum(convolve(Conv2d(1, 1, 3, padding=1), picture[None], weight)[0], 0)
    if after == STRIDE:
        last = np.maximum(convolve(Conv2d(1, 1, 3, stride=2, padding=1), picture[None], weight)[0], 0)
    else:
        layer = MaxPool2d(2) if after == MAX_POOL else AvgPool2d(2)
        results = [step.result for step in steps(layer, feature_map[None])]
        last = np.array(results).reshape(SIDE // 2, SIDE // 2)
    return picture, feature_map, last


def changed(before: np.ndarray, now: np.ndarray) -> list[str]:
    """One text a row of two maps (H, W), with an "x" for each cell that is not as it was."""
    return [
        "".join("x" if a != b else "." for a, b in zip(*rows, strict=True)) for rows in zip(before, now, strict=True)
    ]


def words(unmoved: tuple[np.ndarray, ...], maps: tuple[np.ndarray, ...], across: int, after: str) -> list[str]:
    """What moved along and what stayed, counted; one sentence under each of the maps (H, W) of `maps_of`."""
    if across == 0:
        return ["Move the picture with the arrows.", "", ""]
    pixels = f"{abs(across)} pixel{'s' if abs(across) > 1 else ''} to the {'right' if across > 0 else 'left'}"
    follows = moves_along(unmoved[1], maps[1], across)
    stay = stays(unmoved[2], maps[2])
    lit = (unmoved[2] > 0) | (maps[2] > 0)
    kept = Agreement(int((unmoved[2][lit] == maps[2][lit]).sum()), int(lit.sum()))
    sentences = [
        f"Moved {pixels}.",
        f"Equivariant: {follows.equal} of {follows.compared} cells are the old ones, {pixels}.",
    ]
    if across % 2 == 0:
        whole = moves_along(unmoved[2], maps[2], across // 2)
        exact = f" An even shift moves this map by {abs(across) // 2}: {whole.equal} of {whole.compared} cells agree."
    else:
        exact = " An odd shift is no whole number of its cells: no shift of the old map gives it."
        if any(moves_along(unmoved[2], maps[2], by).is_exact for by in (across // 2, across // 2 + 1)):
            exact = ""
    top = float(maps[2].max())
    same = "as before" if top == float(unmoved[2].max()) else f"no longer {unmoved[2].max():g}"
    sentences.append(
        f"{stay.equal} of {stay.compared} cells stay as they were, {kept.equal} of {kept.compared} that are not zero."
        f" The largest value is {top:g}, {same}.{exact}"
    )
    return sentences
