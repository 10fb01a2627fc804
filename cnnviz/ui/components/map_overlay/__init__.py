"""Maps over a photo, side by side: what speaks for a class and what against it, pixel by pixel, and read by pointing.

Python sends the values once; the browser colours and blends them and answers every movement without asking back.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from PIL import Image

from cnnviz.arithmetic.derivations.rounding import decimal_text
from cnnviz.figures.palettes import PaletteName, table
from cnnviz.ui.component import Component, answer, browser_component, data_url, packed

__all__ = ["Layer", "encode", "show_overlay"]

COARSE = 128  # pixels; a smaller picture is enlarged without smoothing, and travels exactly
MOST_LAYERS = 8
DIGITS = 4  # of the limit; every value is told to the same decimal
MOST_PLAIN = 6  # decimals; numbers that need more are told with a power of ten
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
TABLES: tuple[tuple[PaletteName, bool], ...] = (("sequential", False), ("diverging", False), ("diverging", True))

_component: Component[bytes] = browser_component(__file__)


@dataclass(frozen=True, eq=False)
class Layer:
    """One map over the photo.

    values   (H, W), of the photo's pixels or of coarser cells; NaN where there is no number.
    signed   whether values speak for and against (blue to red), or are magnitudes.
    limit    the absolute value that gets the full colour; layers with the same limit share their scale.
    note     a line under the map.
    absent   why there is no map, in a sentence; it is then shown in the map's place.
    alt      what the map shows, in a sentence, for people who do not see it; "" for the strongest place.
    frame    rows and columns of `values` to draw a frame around.
    """

    values: np.ndarray
    title: str
    signed: bool
    limit: float
    note: str = ""
    absent: str = ""
    alt: str = ""
    frame: tuple[range, range] | None = None


class Legend(TypedDict):
    """What stands at the ends and in the middle of a bar, and where colours reach their end before the values do."""

    low: str
    middle: str
    high: str
    beyond: str


class OneLegend(TypedDict):
    """The legend of one map in both ways of showing it."""

    signed: Legend
    magnitude: Legend


class SharedLegend(TypedDict):
    """The legend of all maps in both ways of showing them, None where they have none in common."""

    signed: Legend | None
    magnitude: Legend | None


class LayerHeader(TypedDict):
    """What the header says of one map; `frame` is top, left, height and width as shares, `limit` in last decimals."""

    title: str
    note: str
    absent: str
    alt: str
    signed: bool
    shape: tuple[int, int]
    bytes: int
    decimals: int
    limit: float
    frame: tuple[float, float, float, float] | None
    legend: OneLegend


class Header(TypedDict):
    """What stands before the numbers of a message; `columns` see `columns`."""

    layers: list[LayerHeader]
    shared: SharedLegend | None
    picture: str
    coarse: bool
    size: tuple[int, int]
    height: int
    columns: list[int]
    pickable: bool


class Picked(TypedDict):
    """The number of a map and the row and column of a pixel of the picture, and when it was chosen."""

    value: tuple[int, int, int]
    stamp: float


class Answers(TypedDict):
    """The pixel that was chosen."""

    pick: Picked


def show_overlay(
    maps: Sequence[Layer],
    picture: Image.Image,
    key: str,
    height: int = 360,
    on_pick: Callable[[int, int, int], None] | None = None,
) -> None:
    """Draw 1 to 8 maps over the picture, none larger than `height` pixels.

    on_pick  called with the number of the map and the row and column of the picture's pixel that was clicked, or chosen
             with Enter; without it nothing can be clicked.
    """

    def picked() -> None:
        said = answer(key, "pick")
        match said.get("value") if isinstance(said, dict) else None:
            case [int(layer), int(row), int(column)] if (
                on_pick is not None
                and 0 <= layer < len(maps)
                and 0 <= row < picture.height
                and 0 <= column < picture.width
            ):
                on_pick(layer, row, column)

    _component(key=key, data=encode(maps, picture, height, on_pick is not None), on_pick_change=picked)


def encode(maps: Sequence[Layer], picture: Image.Image, height: int = 360, pickable: bool = False) -> bytes:
    """Pack everything that is drawn into one message; see `packed`.

    After the header come the values of each map, row by row, as whole numbers (int16, or int32 where `bytes` is 4) of
    the last decimal that is told, the smallest one for "no number"; then the colour tables (256, 3): sequential,
    diverging on a light page, diverging on a dark one.

    So a value that is read is the true one, rounded once.

    >>> message = encode([Layer(np.eye(2), "Eye", signed=False, limit=1.0)], Image.new("RGB", (2, 2)))
    >>> message[4:26]
    b'{"layers": [{"title": '
    """
    if not 1 <= len(maps) <= MOST_LAYERS:
        raise ValueError(f"There is room for 1 to {MOST_LAYERS} maps, not for {len(maps)}.")
    coarse = max(picture.size) < COARSE
    whole = [counts(layer) for layer in maps]
    header: Header = {
        "layers": [about(layer, numbers) for layer, numbers in zip(maps, whole, strict=True)],
        "shared": shared_legend(maps, whole),
        "picture": data_url(picture) if coarse else data_url(picture.convert("RGB"), "JPEG", quality=92),
        "coarse": coarse,
        "size": (picture.height, picture.width),
        "height": height,
        "columns": columns(len(maps)),
        "pickable": pickable,
    }
    tables = [table(palette, dark).tobytes() for palette, dark in TABLES]
    return packed(header, [*(numbers.tobytes() for numbers in whole), *tables])


def about(layer: Layer, numbers: np.ndarray) -> LayerHeader:
    """What the header says of one map; `numbers` (H, W) as `counts` gives them."""
    rows, wide = layer.values.shape
    frame = None
    if layer.frame is not None and layer.values.size:
        down, across = layer.frame
        frame = (down.start / rows, across.start / wide, len(down) / rows, len(across) / wide)
    return {
        "title": layer.title,
        "note": layer.note,
        "absent": layer.absent,
        "alt": layer.absent or layer.alt or finding(layer, numbers),
        "signed": layer.signed,
        "shape": (numbers.shape[0], numbers.shape[1]),
        "bytes": numbers.itemsize,
        "decimals": decimals(layer),
        "limit": limit_of(layer) * 10 ** decimals(layer),
        "frame": frame,
        "legend": {
            "signed": legend([layer], [numbers], True),
            "magnitude": legend([layer], [numbers], False),
        },
    }


def columns(count: int) -> list[int]:
    """How many maps stand in a row on a wide page, on a narrower one and on a phone.

    >>> columns(1), columns(3), columns(4), columns(6), columns(8)
    ([1, 1, 1], [3, 3, 2], [4, 2, 2], [6, 3, 2], [4, 4, 2])
    """
    wide = count if count <= 6 else math.ceil(count / 2)
    return [wide, {4: 2, 5: 3, 6: 3}.get(count, wide), min(count, 2)]


# ---------------------------------------------------------------- numbers


def limit_of(layer: Layer) -> float:
    """The value with the full colour; 1 where no usable one is given."""
    return float(layer.limit) if math.isfinite(layer.limit) and layer.limit > 0 else 1.0


def largest_of(values: np.ndarray) -> float:
    """The largest absolute value of an array of any shape, NaN and infinities aside; 0 where there is none."""
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size else 0.0


def decimals(layer: Layer) -> int:
    """The decimals that show four digits of the limit; fewer where the values would become too long for 32 bits.

    >>> [decimals(Layer(np.zeros((1, 1)), "", True, limit)) for limit in (0.0421, 1.0, 310.0, 2e-7)]
    [5, 3, 1, 10]
    """
    wanted = max(0, DIGITS - 1 - math.floor(math.log10(limit_of(layer))))
    longest = 9 - math.ceil(math.log10(max(largest_of(layer.values), 1e-30)))
    return max(0, min(wanted, longest))


def counts(layer: Layer) -> np.ndarray:
    """The values (H, W) as whole numbers of their last decimal, int16 or int32; the smallest one says "no number".

    >>> counts(Layer(np.array([[0.12345, np.nan]]), "", True, 0.1)).tolist()
    [[1234, -32768]]
    """
    if layer.absent:
        return np.zeros((0, 0), dtype="<i2")
    scaled = np.rint(layer.values.astype(np.float64) * 10.0 ** decimals(layer))
    kind = np.dtype("<i2") if largest_of(scaled) < 2**15 else np.dtype("<i4")
    missing = np.iinfo(kind).min
    return np.where(np.isfinite(scaled), scaled, missing).astype(kind)


def is_number(numbers: np.ndarray) -> np.ndarray:
    """Which of the whole numbers, of any shape, stand for a value: boolean, the same shape."""
    present: np.ndarray = numbers != np.iinfo(numbers.dtype).min
    return present


def number(count: int, places: int) -> str:
    """So many units of the last of so many decimals; very small ones with a power of ten.

    >>> number(-4213, 5), number(4213, 8), number(0, 8)
    ('−0.04213', '4.213·10⁻⁵', '0')
    """
    if count == 0:
        return "0"
    if places <= MOST_PLAIN:
        return decimal_text(count, places)
    power = str(DIGITS - 1 - places).translate(SUPERSCRIPTS)
    return f"{decimal_text(count, DIGITS - 1)}·10{power}"


# ---------------------------------------------------------------- words


def finding(layer: Layer, numbers: np.ndarray) -> str:
    """The map's range and its strongest place, in a sentence; `numbers` (H, W)."""
    if not is_number(numbers).any():
        return f"{layer.title}: no numbers."
    known = np.where(is_number(numbers), numbers, 0).astype(np.int64)
    row, column = np.unravel_index(int(np.abs(known).argmax()), known.shape)
    if known[row, column] == 0:
        return f"{layer.title}: zero everywhere."
    places = decimals(layer)
    low, high = (number(int(end), places) for end in (known.min(), known.max()))
    return f"{layer.title}: from {low} to {high}, strongest at row {row}, column {column}."


def shared_legend(maps: Sequence[Layer], whole: Sequence[np.ndarray]) -> SharedLegend | None:
    """One legend for all maps (H, W), signed and as magnitudes, each None where they have none in common.

    None where there is no map.
    """
    drawn = [(layer, numbers) for layer, numbers in zip(maps, whole, strict=True) if not layer.absent]
    if not drawn:
        return None
    layers, arrays = [layer for layer, _ in drawn], [numbers for _, numbers in drawn]
    one_limit = len({(limit_of(layer), decimals(layer)) for layer in layers}) == 1
    one_kind = len({layer.signed for layer in layers}) == 1
    return {
        "signed": legend(layers, arrays, True) if one_limit and one_kind else None,
        "magnitude": legend(layers, arrays, False) if one_limit else None,
    }


def legend(layers: Sequence[Layer], whole: Sequence[np.ndarray], signed: bool) -> Legend:
    """What stands at the ends and in the middle of the bar of maps (H, W), and which values go beyond its ends."""
    places = decimals(layers[0])
    limit = round(limit_of(layers[0]) * 10**places)
    known = np.concatenate([numbers[is_number(numbers)].astype(np.int64) for numbers in whole])
    end = number(limit, places)
    signed = signed and layers[0].signed
    low, high = (int(known.min()), int(known.max())) if known.size else (0, 0)
    largest = max(-low, high) if any(layer.signed for layer in layers) else high
    made: Legend = {"low": f"−{end}" if signed else "0", "middle": "0" if signed else "", "high": end, "beyond": ""}
    if signed and largest > limit:
        made["beyond"] = f"Full colour from ±{end}; values go from {number(low, places)} to {number(high, places)}."
    elif largest > limit:
        made["beyond"] = f"Full colour from {end}; the largest is {number(largest, places)}."
    return made
