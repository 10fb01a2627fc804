"""A mosaic of maps in one canvas: hover, tap or use the arrow keys to read a value, click to choose a map.

Python sends the values once; the browser colours and draws them and answers every movement without asking back.
"""

import math
from collections.abc import Callable, Sequence
from typing import Literal, TypedDict

import numpy as np
import streamlit as st

from cnnviz.figures.palettes import OUTPUT, table
from cnnviz.figures.tiles import Scale, map_ranges
from cnnviz.ui.component import Component, answer, browser_component, packed

Palette = Literal["sequential", "diverging", "rgb"]

MAX_MAPS = 2048
MAX_VALUES = 2**19  # 2 MB of float32: more cells than the screen has pixels for them


class Header(TypedDict):
    """What stands before the numbers of a message; `shape` is (C, 1 or 3, H, W), `picture` (h, w)."""

    label: str
    palette: Palette
    scale: Scale
    key: str
    noun: str
    names: list[str] | None
    picture: tuple[int, int] | None
    height: int
    columns: int | None
    rows: list[str] | None
    accent: str
    hint: str
    selectable: bool
    shape: tuple[int, int, int, int]
    step: int
    decimals: int
    cells: int


class Choice(TypedDict):
    """Which map of which mosaic is chosen."""

    mosaic: str
    selected: int | None


class Answers(TypedDict):
    """The number of the map that was clicked."""

    channel: int


_component: Component[bytes | Choice] = browser_component(__file__)


def mosaic(
    maps: np.ndarray,
    key: str,
    label: str,
    palette: Palette = "sequential",
    scale: Scale = "all",
    ends: tuple[float, float] | None = None,
    selected: int | None = None,
    noun: str = "channel",
    names: Sequence[str] | None = None,
    picture: np.ndarray | None = None,
    cells: int | None = None,
    height: int = 420,
    columns: int | None = None,
    rows: Sequence[str] | None = None,
    accent: str = OUTPUT,
    hint: str = "Point at a cell to read its value.",
    on_select: Callable[[int], None] | None = None,
) -> None:
    """Show maps (C, H, W) as one canvas that tells the value under the pointer.

    maps       (C, H, W), at most 2048 of them; with palette "rgb" the filters (N, 3, kh, kw) of a first layer.
    label      what the canvas shows, one sentence for people who do not see it.
    palette    "diverging" centres on zero, "sequential" runs from the lowest to the highest value, "rgb" paints a
               weight of zero mid-grey.
    scale      "all": one colour range for all maps; "each": every map over its own.
    ends       the lowest and the highest value of the colours, where maps drawn elsewhere share them; None: those of
               the maps themselves.
    selected   the chosen map, outlined.
    noun       what a map is called before its number ("channel 42").
    names      titles over the tiles, where there are few.
    picture    RGB (h, w, 3), only with one map: the map is drawn over the picture, and beside it alone (two tiles).

    cells      how many cells of a map there are, row by row, where the last row is not full; the rest is left empty.

    A single filter in "rgb" is drawn as four tiles: in colour, and its weights on red, green and blue alone.

    height     the pixels the canvas tries to keep to.
    columns    maps in a row; None: as many as give the largest tiles.
    rows       titles over the rows, where the columns are set; the names are then those of the columns.
    accent     the colour of the outline of the chosen map: the role of what is shown (see palettes).
    hint       what the reading line says while nothing is pointed at.
    on_select  called with the number of the map that was clicked; without it nothing can be clicked.

    The values are float32, exact. Above 2**19 of them every map is thinned to each n-th row and column: real cells,
    none averaged, and the reading tells the row and column they have in the whole map. Colour ranges always come
    from all cells.
    """

    def tell_choice() -> None:
        chosen = answer(key, "channel")
        if on_select is not None and isinstance(chosen, int) and 0 <= chosen < len(maps):
            on_select(chosen)

    data = encode(
        maps,
        palette,
        picture,
        label=label,
        scale=scale,
        ends=ends,
        key=key,
        noun=noun,
        names=names,
        cells=cells,
        height=height,
        columns=columns,
        rows=rows,
        accent=accent,
        hint=hint,
        selectable=on_select is not None,
    )
    with st.container(gap=None):
        _component(key=key, data=data, on_channel_change=tell_choice)
        if on_select is not None:
            # The choice travels alone: inside the message above it would send all maps again with every click.
            _component(key=f"{key}_choice", data={"mosaic": key, "selected": selected})


def encode(
    maps: np.ndarray,
    palette: Palette,
    picture: np.ndarray | None = None,
    *,
    label: str = "",
    scale: Scale = "all",
    ends: tuple[float, float] | None = None,
    key: str = "",
    noun: str = "channel",
    names: Sequence[str] | None = None,
    cells: int | None = None,
    height: int = 420,
    columns: int | None = None,
    rows: Sequence[str] | None = None,
    accent: str = OUTPUT,
    hint: str = "",
    selectable: bool = False,
) -> bytes:
    """Pack everything the canvas needs into one message; see `packed`.

    After the header come, as float32, the lowest value of each map (C), the highest (C) and the values (C, H, W) or
    (C, 3, H, W); then as bytes the colour table of a light page (256, 3), that of a dark page (256, 3), and the
    picture's pixels (h, w, 3).

    >>> message = encode(np.zeros((2, 4, 4)), palette="sequential")
    >>> b'"shape": [2, 1, 4, 4]' in message
    True
    """
    if len(maps) > MAX_MAPS:
        raise ValueError(f"The mosaic draws at most {MAX_MAPS} maps, not {len(maps)}.")
    channels = maps if maps.ndim == 4 else maps[:, None]  # (C, 1 or 3, H, W)
    step = sampling_step(channels.shape)
    values = np.ascontiguousarray(channels[..., ::step, ::step], dtype="<f4")
    low, high = map_ranges(channels) if ends is None else (np.full(len(maps), end) for end in ends)
    count, depth, rows_sent, columns_sent = values.shape
    header: Header = {
        "label": label,
        "palette": palette,
        "scale": scale,
        "key": key,
        "noun": noun,
        "names": None if names is None else list(names),
        "picture": None if picture is None else (picture.shape[0], picture.shape[1]),
        "height": height,
        "columns": columns,
        "rows": None if rows is None else list(rows),
        "accent": accent,
        "hint": hint,
        "selectable": selectable,
        "shape": (count, depth, rows_sent, columns_sent),
        "step": step,
        "decimals": decimals(low, high),
        "cells": rows_sent * columns_sent if cells is None else cells,
    }
    colours: Literal["sequential", "diverging"] = "sequential" if palette == "sequential" else "diverging"
    return packed(
        header,
        [
            low.astype("<f4").tobytes(),
            high.astype("<f4").tobytes(),
            values.tobytes(),
            table(colours, dark=False).tobytes(),
            table(colours, dark=True).tobytes(),
            np.ascontiguousarray(picture, dtype=np.uint8).tobytes() if picture is not None else b"",
        ],
    )


def sampling_step(shape: tuple[int, ...]) -> int:
    """Say that only every n-th row and column is sent, so that at most 2**19 values are.

    >>> sampling_step((64, 1, 55, 55)), sampling_step((64, 1, 224, 224))
    (1, 3)
    """
    *maps, height, width = shape
    step = 1
    while math.prod(maps) * math.ceil(height / step) * math.ceil(width / step) > MAX_VALUES and step < max(shape[-2:]):
        step += 1
    return step


def decimals(low: np.ndarray, high: np.ndarray) -> int:
    """How many decimals the values need, so that the largest has four digits; `low`, `high` are the maps' ends, (C,).

    >>> decimals(np.array([-31.4]), np.array([2.0])), decimals(np.array([0.0]), np.array([0.2]))
    (2, 4)
    """
    largest = max(abs(float(low.min())), abs(float(high.max())))
    if largest == 0:
        return 1
    return min(8, max(0, 3 - math.floor(math.log10(largest))))
