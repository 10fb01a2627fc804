"""One unit from three sides: patches that excite it, the picture made to excite it, what it answers to in a photo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from PIL import Image

from cnnviz.networks.activations import number
from cnnviz.ui.component import Component, answer, browser_component, data_url

__all__ = ["Sent", "Tile", "show_ascent", "show_sent", "show_tiles"]

COARSE = 64  # pixels; a smaller picture is enlarged without smoothing


class Patch(TypedDict):
    """A patch, an address, its value, the name of its picture, and all of it in words."""

    source: str
    coarse: bool
    value: str
    name: str
    words: str


class Patches(TypedDict):
    """The patches, how many there will be room for, and how many in a row."""

    tiles: list[Patch]
    slots: int
    columns: int
    label: str


class Ascent(TypedDict):
    """The picture (an address, "" for none) and the curve, whose points are parts of its width and height."""

    source: str
    alt: str
    coarse: bool
    waiting: str
    points: list[tuple[float, float]]
    low: str
    high: str
    last: str
    steps: str


class SentPart(TypedDict):
    """One of the two pictures of the field."""

    source: str
    alt: str
    coarse: bool
    caption: str


class SentBack(TypedDict):
    """The picture with the unit's field on it, and the field's two pictures; see `Sent`."""

    source: str
    alt: str
    coarse: bool
    field: tuple[float, float, float, float]
    at: tuple[int, int]
    cells: tuple[int, int]
    parts: list[SentPart]


class Message(TypedDict):
    """One of the three sides of a unit."""

    patches: Patches | None
    ascent: Ascent | None
    sent: SentBack | None


class ChosenPatch(TypedDict):
    """The number of a patch and its words, and when it was clicked."""

    value: tuple[int, str]
    stamp: float


class ChosenCell(TypedDict):
    """The row and column of a unit, and when it was asked for."""

    value: tuple[int, int]
    stamp: float


class Answers(TypedDict):
    """A patch that was clicked, or a unit that was asked for."""

    patch: ChosenPatch
    cell: ChosenCell


_component: Component[Message] = browser_component(__file__)


@dataclass(frozen=True)
class Tile:
    """A patch: its pixels, the value it makes, the name of the picture, and all of it in words."""

    image: Image.Image
    value: float
    name: str
    words: str


@dataclass(frozen=True)
class Sent:
    """What was sent back: the picture the network saw, the unit's frame on it as shares (top, left, height, width),
    the field's pixels and the signal there as pictures, what they are, and the unit's place among the map's cells."""

    picture: Image.Image
    field: tuple[float, float, float, float]
    patch: Image.Image
    signal: Image.Image
    captions: tuple[str, str]
    at: tuple[int, int]
    cells: tuple[int, int]
    words: str


def show_tiles(
    tiles: Sequence[Tile], slots: int, label: str, on_choose: Callable[[int], None], key: str, columns: int = 3
) -> None:
    """Draw patches in rows, with room for `slots` of them; `on_choose` gets the number of a clicked one."""

    def picked() -> None:
        match _value(key, "patch"):
            # while a search runs the tiles change places: what was clicked must still stand where it stood
            case [int(place), str(words)] if 0 <= place < len(tiles) and tiles[place].words == words:
                on_choose(place)

    patches: list[Patch] = [
        {
            "source": data_url(tile.image),
            "coarse": max(tile.image.size) < COARSE,
            "value": number(tile.value),
            "name": tile.name,
            "words": tile.words,
        }
        for tile in tiles
    ]
    _component(
        key=key,
        data={
            "patches": {"tiles": patches, "slots": slots, "columns": columns, "label": label},
            "ascent": None,
            "sent": None,
        },
        on_patch_change=picked,
        on_cell_change=_nothing,
    )


def show_ascent(
    picture: np.ndarray | None, alt: str, waiting: str, values: Sequence[tuple[int, float]], steps: int, key: str
) -> None:
    """Draw the picture (H, W, 3), or what to say before there is one, and the curve of (step, objective)."""
    _component(
        key=key,
        data={"patches": None, "ascent": ascent_data(picture, alt, waiting, values, steps), "sent": None},
        on_patch_change=_nothing,
        on_cell_change=_nothing,
    )


def ascent_data(
    picture: np.ndarray | None, alt: str, waiting: str, values: Sequence[tuple[int, float]], steps: int
) -> Ascent:
    """Every number and word that is drawn; the curve's points as parts of its width and height, from 0 to 1.

    `picture` (H, W, 3), uint8.

    >>> data = ascent_data(None, "", "Not yet.", [(0, -1.0), (4, 3.0)], steps=8)
    >>> data["points"], data["low"], data["high"]
    ([(0.0, 0.0), (0.5, 1.0)], '−1', '3')
    """
    answers = [value for _, value in values]
    low, high = (min(answers), max(answers)) if answers else (0.0, 1.0)
    spread = high - low or 1.0
    return {
        "source": data_url(Image.fromarray(picture), "JPEG", quality=92) if picture is not None else "",
        "alt": alt,
        "coarse": picture is not None and len(picture) < COARSE,
        "waiting": waiting,
        "points": [(step / steps, (value - low) / spread) for step, value in values],
        "low": number(low) if answers else "",
        "high": number(high) if answers else "",
        "last": number(answers[-1]) if answers else "",
        "steps": str(steps),
    }


def show_sent(sent: Sent, on_cell: Callable[[int, int], None], key: str) -> None:
    """Draw the picture with the frame, and under it the field twice; `on_cell` gets the row and column asked for."""

    def chosen() -> None:
        match _value(key, "cell"):
            case [int(row), int(column)] if 0 <= row < sent.cells[0] and 0 <= column < sent.cells[1]:
                on_cell(row, column)

    parts: list[SentPart] = [
        {"source": data_url(image), "alt": caption, "coarse": max(image.size) < COARSE, "caption": caption}
        for image, caption in zip((sent.patch, sent.signal), sent.captions, strict=True)
    ]
    data: SentBack = {
        "source": data_url(sent.picture),
        "alt": sent.words,
        "coarse": max(sent.picture.size) < COARSE,
        "field": sent.field,
        "at": sent.at,
        "cells": sent.cells,
        "parts": parts,
    }
    message: Message = {"patches": None, "ascent": None, "sent": data}
    _component(key=key, data=message, on_patch_change=_nothing, on_cell_change=chosen)


def _value(key: str, name: str) -> object:
    """What the browser told last under a name."""
    said = answer(key, name)
    return said.get("value") if isinstance(said, dict) else None


def _nothing() -> None:
    """A component's every trigger needs a callback; this part has no use for this one."""
