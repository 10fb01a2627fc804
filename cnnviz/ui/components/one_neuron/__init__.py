"""One neuron as a picture: where it looks, where it stands, what it multiplies, and the lines that add up to it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypedDict

import numpy as np
from PIL import Image

from cnnviz.arithmetic.network import INPUT
from cnnviz.figures.palettes import diverging, fitting_palette, legend, sequential
from cnnviz.figures.tiles import map_ranges
from cnnviz.networks.activations import Activations, Index, Use, number
from cnnviz.networks.gains import strongest_use
from cnnviz.networks.neuron import Neuron
from cnnviz.ui.component import Component, answer, browser_component, data_url
from cnnviz.ui.components.one_neuron.script import (
    Script,
    StageLine,
    agreement,
    idle_words,
    neuron_script,
    stage_lines,
    use_words,
)

__all__ = ["Moves", "show_neuron"]


class PicturePart(TypedDict):
    """What the network was given, an address, with the receptive field as shares: top, left, height, width."""

    source: str
    alt: str
    coarse: bool
    field: tuple[float, float, float, float]
    caption: str


class OfThemes(TypedDict):
    """The same picture, an address, for a light and for a dark page."""

    light: str
    dark: str


class MapPart(TypedDict):
    """The map the unit stands on, what its colours mean, and the unit's cell."""

    sources: OfThemes
    legends: OfThemes
    low: str
    high: str
    rows: int
    columns: int
    at: tuple[int, int]
    alt: str
    caption: str


class User(TypedDict):
    """A layer that reads the value, and how; whether a unit of it gains from the value, so that the way leads there."""

    name: str
    words: str
    gains: bool


class Message(Script):
    """Everything the browser draws; `still` is what stands under the grids of each term while nothing is pointed at."""

    id: str
    picture: PicturePart
    map: MapPart
    account: str
    totalName: str
    agreement: str
    still: list[str]
    behind: list[StageLine]
    makers: list[str]
    users: list[User]


class Cell(TypedDict):
    """Another cell of the map; `id` says for which neuron that was meant, `stamp` when."""

    value: tuple[int, int]
    id: str
    stamp: float


class Pixel(TypedDict):
    """A place on the picture, down and across as shares."""

    value: tuple[float, float]
    id: str
    stamp: float


class Down(TypedDict):
    """The place of an input channel, and the layer that made it."""

    value: tuple[int, str]
    id: str
    stamp: float


class Up(TypedDict):
    """A layer that reads the value."""

    value: str
    id: str
    stamp: float


class Answers(TypedDict):
    """Another neuron that was asked for, in one of four ways."""

    cell: Cell
    pixel: Pixel
    down: Down
    up: Up


_component: Component[Message] = browser_component(__file__)


@dataclass(frozen=True)
class Moves:
    """What to call when another neuron is asked for: a cell of the map (or a unit of a vector), a pixel of the
    picture as shares (down, across), the one below (place of the input channel, layer), the one above (layer)."""

    to_cell: Callable[[int, int], None]
    to_pixel: Callable[[float, float], None]
    down: Callable[[int, str], None]
    up: Callable[[str], None]


def show_neuron(
    activations: Activations, neuron: Neuron, picture: Image.Image, moves: Moves, title: str, key: str
) -> None:
    """Draw a neuron; `picture` is what the network was given, as people see it, `title` the network's name."""

    data = neuron_data(activations, neuron, picture, title)

    def moved(name: str) -> Callable[[], None]:
        return lambda: follow(answer(key, name), name, data, moves)

    _component(
        key=key,
        data=data,
        on_cell_change=moved("cell"),
        on_pixel_change=moved("pixel"),
        on_down_change=moved("down"),
        on_up_change=moved("up"),
    )


def follow(said: object, name: str, data: Message, moves: Moves) -> None:
    """Do what a click asks for. One meant for a neuron that has been left meanwhile, or made up, is passed over."""
    if not isinstance(said, dict) or said.get("id") != data["id"]:
        return
    match name, said.get("value"):
        case "cell", [int(row), int(column)]:
            moves.to_cell(min(max(row, 0), data["map"]["rows"] - 1), min(max(column, 0), data["map"]["columns"] - 1))
        case "pixel", [int() | float() as down, int() | float() as across] if 0 <= down <= 1 and 0 <= across <= 1:
            moves.to_pixel(down, across)
        case "down", [int(place), str(maker)] if maker in data["makers"]:
            if any(term["place"] == place for term in data["terms"]):
                moves.down(place, maker)
        case "up", str(user) if any(one["name"] == user and one["gains"] for one in data["users"]):
            moves.up(user)


def neuron_data(activations: Activations, neuron: Neuron, picture: Image.Image, title: str) -> Message:
    """Everything the browser draws; see `neuron_script` for the numbers."""
    name, index = neuron.layer, neuron.index
    node = activations.network[name]
    script = neuron_script(neuron, is_picture=node.inputs[0] == INPUT)
    count = neuron.products.size
    accounts = {
        "MaxPool2d": f"The largest of {count} values",
        "AvgPool2d": f"{count} values, divided by {neuron.divisor}",
        "AdaptiveAvgPool2d": f"{count} values, divided by {neuron.divisor}",
    }
    uses = activations.users(name, index)
    return {
        **script,
        "id": f"{title} {name} {index}",
        "picture": picture_part(activations, neuron, picture),
        "map": map_part(activations.maps(name), name, index),
        "account": accounts.get(neuron.kind, f"Where the value comes from: {count:,} products"),
        "totalName": "largest" if neuron.kind == "MaxPool2d" else "sum",
        "agreement": agreement(neuron),
        "still": [still_words(script, number) for number in range(len(script["terms"]))],
        "behind": stage_lines(list(activations.behind(name, index, neuron.result))),
        "makers": activations.makers(name),
        "users": [user_of(activations, use) for use in uses],
    }


def user_of(activations: Activations, use: Use) -> User:
    """A layer that reads the value."""
    gains = strongest_use(activations, use) is not None
    words = use_words(use) if gains else idle_words(use, float(activations.input_of(use.name)[use.index]))
    return {"name": use.name, "words": words, "gains": gains}


def still_words(script: Script, place: int) -> str:
    """What stands under the grids while nothing is pointed at."""
    term = script["terms"][place]
    if script["kind"] == "MaxPool2d":
        return "The ringed value wins; the others leave no trace."
    if script["divisor"]:
        return f"Their sum, divided by {script['divisor']}, is {term['sum']}."
    hint = "" if script["written"] else " Point at a cell for its numbers."
    return f"These products add up to {term['sum']}.{hint}"


def picture_part(activations: Activations, neuron: Neuron, picture: Image.Image) -> PicturePart:
    """The picture with the receptive field on it."""
    _, height, width = activations.image.shape
    flat = activations[neuron.layer].ndim == 1
    row, column = (0, 0) if flat else neuron.index[1:]
    rows, columns = activations.network.seen_pixels(activations.image.shape, neuron.layer, row, column)
    size = f"{len(rows)} × {len(columns)}"
    return {
        "source": data_url(picture),
        "alt": f"What the network was given, {height} × {width} pixels. The unit sees {size} of them, in a frame.",
        "coarse": min(picture.size) <= 64,
        "field": (rows.start / height, columns.start / width, len(rows) / height, len(columns) / width),
        "caption": f"its receptive field: {size} of {height} × {width} pixels",
    }


def map_part(maps: np.ndarray, name: str, index: Index) -> MapPart:
    """The one of the maps (C, H, W) that holds the unit; units without a place, as of a dense layer, stand in rows."""
    channel, row, column = index
    is_vector = maps.shape[1:] == (1, 1)
    shown = laid_out(maps[:, 0, 0]) if is_vector else maps[channel]
    if is_vector:
        row, column = divmod(channel, shown.shape[1])
        caption = f"{name}: {len(maps):,} units, one chosen: {channel}"
    else:
        caption = f"{name}, channel {channel}, {shown.shape[0]} × {shown.shape[1]}: click a cell"
    palette = fitting_palette(shown)
    low, high = (float(end[0]) for end in map_ranges(shown[None]))
    if palette == "diverging":
        low, high = -max(-low, high), max(-low, high)

    opaque = np.full(shown.shape, 255, dtype=np.uint8)
    if is_vector:
        opaque.flat[len(maps) :] = 0  # no unit stands there

    def coloured(dark: bool) -> str:
        pixels = diverging(shown, high, dark) if palette == "diverging" else sequential(shown, low, high)
        return data_url(Image.fromarray(np.dstack([pixels, opaque])))

    return {
        "sources": {"light": coloured(False), "dark": coloured(True)},
        "legends": {"light": legend_url(palette, False), "dark": legend_url(palette, True)},
        "low": number(low),
        "high": number(high),
        "rows": shown.shape[0],
        "columns": shown.shape[1],
        "at": (row, column),
        "alt": f"The map of {caption}.",
        "caption": caption,
    }


def laid_out(values: np.ndarray) -> np.ndarray:
    """Values (N,) in rows of nearly a square; behind the last there is nothing to be drawn.

    >>> laid_out(np.arange(5.0)).tolist()
    [[0.0, 1.0, 2.0], [3.0, 4.0, nan]]
    """
    columns = math.ceil(len(values) ** 0.5)
    filled = np.full(-(-len(values) // columns) * columns, np.nan)
    filled[: len(values)] = values
    return filled.reshape(-1, columns)


@lru_cache(maxsize=4)
def legend_url(palette: Literal["diverging", "sequential"], dark: bool) -> str:
    """The palette as a bar."""
    return data_url(Image.fromarray(legend(palette, dark=dark)))
