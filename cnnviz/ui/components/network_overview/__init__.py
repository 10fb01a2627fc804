"""A network from left to right: every convolution to scale, and under it the maps that answer most to the picture."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

import numpy as np
from PIL import Image

from cnnviz.arithmetic.layers import Concat, Conv2d
from cnnviz.arithmetic.network import Network
from cnnviz.arithmetic.settings import pair
from cnnviz.figures.palettes import PaletteName, fitting_palette, legend, table
from cnnviz.figures.tiles import map_levels
from cnnviz.networks.activations import Activations, number
from cnnviz.ui.component import Component, answer, browser_component, data_url

__all__ = ["Column", "Scale", "columns_of", "show_overview"]

Scale = Literal["map", "layer", "all"]

TILES = 6
TILE, LARGEST = 64, 112  # px of a tile that small maps are enlarged to; cells of a large one that are drawn
TALLEST, WIDEST = 64, 40  # px of the drawing to scale: a map as large as the picture, a layer of the most channels


class DrawnColumn(TypedDict):
    """One layer: its size to scale in px, its maps below one another as a picture, and what its colours mean.

    `beside` where it is a branch that stands beside the layer before it.
    """

    layer: str
    beside: bool
    words: str
    shape: str
    box: tuple[int, int]
    channels: list[int]
    sheet: str
    tops: list[str]
    range: str


class Message(TypedDict):
    """The picture, the layers from left to right, the answer; which map is chosen, and the layers on a path."""

    picture: str
    size: str
    columns: list[DrawnColumn]
    chosen: tuple[str, int]
    path: list[str]
    legend: str
    classes: list[tuple[str, str]]


class ChosenMap(TypedDict):
    """A layer and a channel of it, and when it was clicked."""

    layer: str
    channel: int
    stamp: float


class Answers(TypedDict):
    """The map that was chosen."""

    map: ChosenMap


_component: Component[Message] = browser_component(__file__)


@dataclass(frozen=True)
class Column:
    """A convolution and the node its values are shown at: behind its BatchNorm, sum and ReLU.

    It is `beside` the one before where both read the same maps and their own are concatenated.
    """

    layer: str
    settled: str
    words: str  # the kernel and what the maps have been through
    beside: bool = False


def columns_of(activations: Activations) -> list[Column]:
    """The convolutions in order; of two that meet in one sum only the first, which is the last of F."""
    columns: list[Column] = []
    for name in activations.explained():
        layer = activations.network[name].layer
        settled = activations.settled(name)
        if not isinstance(layer, Conv2d) or any(column.settled == settled for column in columns):
            continue
        (height, width), (stride, _) = pair(layer.kernel_size), pair(layer.stride)
        words = f"{height}×{width}" + (f", stride {stride}" if stride > 1 else "")
        beside = bool(columns) and are_branches(activations.network, columns[-1], name, settled)
        columns.append(Column(name, settled, words, beside))
    return columns


def are_branches(network: Network, before: Column, layer: str, settled: str) -> bool:
    """Whether a layer reads the same maps as the column `before` it, and one concatenation takes the maps of both."""
    same_input = network[before.layer].inputs == network[layer].inputs
    joined = any(
        isinstance(node.layer, Concat) and {before.settled, settled} <= {*node.inputs} for node in network.nodes
    )
    return same_input and joined


def show_overview(
    activations: Activations,
    columns: Sequence[Column],
    shown: Mapping[str, Sequence[int]],
    scale: Scale,
    chosen: tuple[str, int],
    path: Sequence[str],
    picture: Image.Image,
    classes: Sequence[tuple[str, str]],
    key: str,
    on_choose: Callable[[str, int], None],
) -> None:
    """Draw it. `shown` says which channels stand under each layer, `path` lists the layers whose first
    map is framed, `classes` names the answer (name, per cent).
    """

    whole = whole_range(activations, columns) if scale == "all" else None

    def choose() -> None:
        match answer(key, "map"):
            case {"layer": str(layer), "channel": int(channel)} if layer in shown and channel in shown[layer]:
                on_choose(layer, channel)

    _component(
        key=key,
        data={
            "picture": data_url(picture),
            "size": f"{picture.width} × {picture.height}",
            "columns": [
                column_data(activations, column, shown[column.layer], scale, whole, columns) for column in columns
            ],
            "chosen": chosen,
            "path": list(path),
            "legend": data_url(Image.fromarray(legend(palette_of(activations, columns)))),
            "classes": list(classes),
        },
        on_map_change=choose,
    )


def palette_of(activations: Activations, columns: Sequence[Column]) -> PaletteName:
    """Sequential while no value is negative, as behind a ReLU."""
    signed = any(fitting_palette(activations[column.settled]) == "diverging" for column in columns)
    return "diverging" if signed else "sequential"


def column_data(
    activations: Activations,
    column: Column,
    channels: Sequence[int],
    scale: Scale,
    whole: tuple[float, float] | None,
    columns: Sequence[Column],
) -> DrawnColumn:
    """One layer: its size to scale, its maps as a picture, what its colours mean; `whole` is all layers' range."""
    maps = activations[column.settled]
    count, height, width = maps.shape
    most = max(len(activations[one.settled]) for one in columns)
    chosen = maps[list(channels)]
    low, high = whole or (float(maps.min()), float(maps.max()))
    return {
        "layer": column.layer,
        "beside": column.beside,
        "words": column.words,
        "shape": f"{count} × {height} × {width}",
        "box": (
            max(3, round(WIDEST * count / most)),
            max(3, round(TALLEST * height / activations.image.shape[1])),
        ),
        "channels": list(channels),
        "sheet": sheet(chosen, scale, low, high),
        "tops": [number(float(one.max())) for one in chosen],
        "range": "each map its own" if scale == "map" else range_words(low, high),
    }


def range_words(low: float, high: float) -> str:
    """From which value to which; of a layer whose units are all silent that one value.

    >>> range_words(-0.5, 2.0), range_words(0.0, 0.0)
    ('−0.5 to 2', 'only 0')
    """
    return f"{number(low)} to {number(high)}" if low < high else f"only {number(low)}"


def whole_range(activations: Activations, columns: Sequence[Column]) -> tuple[float, float]:
    """The lowest and the highest value of all layers."""
    over = [activations[one.settled] for one in columns]
    return min(float(one.min()) for one in over), max(float(one.max()) for one in over)


def sheet(maps: np.ndarray, scale: Scale, low: float, high: float) -> str:
    """Maps (C, H, W) below one another as one picture, each cell a block of one colour.

    Of large maps only each n-th row and column is drawn, real cells, as many as there is room for.
    """
    step = -(-maps.shape[1] // LARGEST)
    maps = maps[:, ::step, ::step]
    bounded = np.clip(maps, low, high)
    palette = fitting_palette(np.array([low, high]))
    if scale == "map":
        levels = map_levels(bounded, palette, "each")
    else:  # the two ends stand in a row of their own, so that they set the range, and are cut off again
        ends = np.full((1, *maps.shape[1:]), low, dtype=maps.dtype)
        ends.flat[-1] = high
        levels = map_levels(np.concatenate([bounded, ends]), palette, "all")[:-1]
    side = max(1, TILE // maps.shape[1])
    pixels = table(palette)[levels].repeat(side, axis=1).repeat(side, axis=2)
    return data_url(Image.fromarray(pixels.reshape(-1, *pixels.shape[2:])))
