"""Rectangles of one's own on a picture: drawn with mouse, finger or keys, as regions that are taken away together."""

import re
from collections.abc import Callable, Sequence
from typing import TypedDict

from PIL import Image

from cnnviz.ui.component import Component, answer, browser_component, data_url

__all__ = ["MOST", "Rectangle", "choose_regions", "read_regions", "regions_from", "written_regions"]

MOST = 8
SMALLEST = 0.02  # of the picture's side: less is a click, not a rectangle
COARSE = 64  # pixels; a smaller picture is enlarged without smoothing

Rectangle = tuple[float, float, float, float]  # top, left, bottom, right, as shares of the picture's sides


class Message(TypedDict):
    """The picture, an address, what it shows, its rectangles, and how many there can be."""

    picture: str
    coarse: bool
    rectangles: list[Rectangle]
    most: int
    words: str


class Rectangles(TypedDict):
    """All rectangles as they are now, and when that was said."""

    value: list[Rectangle]
    stamp: float


class Answers(TypedDict):
    """Another list of rectangles."""

    rectangles: Rectangles


_component: Component[Message] = browser_component(__file__)


def choose_regions(
    picture: Image.Image, rectangles: Sequence[Rectangle], on_change: Callable[[tuple[Rectangle, ...]], None], key: str
) -> None:
    """Draw the picture with its rectangles; `on_change` gets all of them when one was drawn, moved or taken away."""

    def changed() -> None:
        said = answer(key, "rectangles")
        found = read_regions(said.get("value") if isinstance(said, dict) else None)
        if found is not None:
            on_change(found)

    data: Message = {
        "picture": data_url(picture),
        "coarse": max(picture.size) < COARSE,
        "rectangles": list(rectangles),
        "most": MOST,
        "words": "The picture. Drag over it to mark a region.",
    }
    _component(key=key, data=data, on_rectangles_change=changed)


def read_regions(said: object) -> tuple[Rectangle, ...] | None:
    """The rectangles that a browser told, set right and within the picture; None for what is no list of them.

    >>> read_regions([[0.5, 0.1, 0.2, 1.7]])
    ((0.2, 0.1, 0.5, 1.0),)
    >>> read_regions([[0.1, 0.1, 0.1, 0.9], "x"]) is None, read_regions([[0.1, 0.1, 0.11, 0.9]])
    (True, ())
    """
    if not isinstance(said, list) or len(said) > MOST:
        return None
    found: list[Rectangle] = []
    for one in said:
        match one:
            case [int() | float(), int() | float(), int() | float(), int() | float()]:
                top, bottom = sorted(min(1.0, max(0.0, float(one[place]))) for place in (0, 2))
                left, right = sorted(min(1.0, max(0.0, float(one[place]))) for place in (1, 3))
            case _:
                return None
        if bottom - top >= SMALLEST and right - left >= SMALLEST:
            found.append((round(top, 4), round(left, 4), round(bottom, 4), round(right, 4)))
    return tuple(found)


def written_regions(rectangles: Sequence[Rectangle]) -> str:
    """Rectangles as an address tells them: their four sides in thousandths, with dots between.

    >>> written_regions([(0.2, 0.1, 0.5, 1.0)])
    '200.100.500.1000'
    """
    return "_".join(".".join(f"{1000 * side:.0f}" for side in one) for one in rectangles)


def regions_from(text: str) -> tuple[Rectangle, ...]:
    """The rectangles that an address tells; () for anything else.

    >>> regions_from("200.100.500.1000"), regions_from("1.2"), regions_from("a.b.c.d")
    (((0.2, 0.1, 0.5, 1.0),), (), ())
    """
    if not re.fullmatch(r"\d{1,4}(\.\d{1,4}){3}(_\d{1,4}(\.\d{1,4}){3})*", text):
        return ()
    return read_regions([[int(side) / 1000 for side in one.split(".")] for one in text.split("_")]) or ()
