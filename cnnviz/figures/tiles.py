"""Many small maps as one picture: a mosaic of feature maps, or of filters as colour tiles.

One pass turns all values into palette levels, one reshape lays the tiles out, and one PNG with a colour table holds
the result. Its pixels are cells: nothing is smoothed, a cell is always a square block of one colour.
"""

import io
import math
import zlib
from typing import Literal

import numpy as np
from PIL import Image

from cnnviz.figures.palettes import (
    GAP,
    PaletteName,
    diverging_levels,
    hatched,
    sequential_levels,
    table,
)

Scale = Literal["each", "all"]


def map_ranges(maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the lowest and highest finite value of every map: (C, H, W) -> two arrays (C,).

    A map without any finite value has the range 0 to 0. That of a map with one value only, as of one cell, reaches to
    0: from a value to itself there is no range, and its colour would say nothing.

    >>> low, high = map_ranges(np.array([[[1.0, 3.0]], [[np.nan, 2.0]], [[np.nan, np.inf]]]))
    >>> low.tolist(), high.tolist()
    ([1.0, 0.0, 0.0], [3.0, 2.0, 0.0])
    """
    flat = maps.reshape(len(maps), -1)
    finite = np.isfinite(flat)
    if finite.all():
        low, high = flat.min(axis=1), flat.max(axis=1)
    else:
        low = np.where(finite, flat, np.inf).min(axis=1)
        high = np.where(finite, flat, -np.inf).max(axis=1)
        any_finite = finite.any(axis=1)
        low, high = np.where(any_finite, low, 0.0), np.where(any_finite, high, 0.0)
    is_one_value = low == high
    return np.where(is_one_value, np.minimum(low, 0), low), np.where(is_one_value, np.maximum(high, 0), high)


def map_levels(maps: np.ndarray, palette: PaletteName, scale: Scale, dark: bool = False) -> np.ndarray:
    """Give every cell its row in the palette's colour table: (C, H, W) -> uint8 (C, H, W).

    scale="each" stretches every map over its own range, so faint maps can be seen too; scale="all" uses one range
    for all of them, so brightness can be compared. A diverging range is symmetric about zero in both cases.

    >>> map_levels(np.array([[[0.0, 1.0]], [[0.0, 4.0]]]), "sequential", "each").tolist()
    [[[0, 252]], [[0, 252]]]
    >>> map_levels(np.array([[[0.0, 1.0]], [[0.0, 4.0]]]), "sequential", "all").tolist()
    [[[0, 63]], [[0, 252]]]
    """
    low, high = map_ranges(maps)
    if scale == "all":
        low, high = np.full_like(low, low.min()), np.full_like(high, high.max())
    low, high = low[:, None, None], high[:, None, None]
    if palette == "diverging":
        levels = diverging_levels(maps, np.maximum(np.abs(low), np.abs(high)))
    else:
        levels = sequential_levels(maps, low, high)
    return hatched(levels, maps)


def mosaic(
    maps: np.ndarray,
    palette: PaletteName = "sequential",
    scale: Scale = "each",
    columns: int | None = None,
    gap: int = 1,
    tile: int | None = None,
    dark: bool = False,
) -> bytes:
    """Draw C maps (C, H, W) side by side, row after row, as one PNG.

    palette   "sequential" for magnitudes, "diverging" for signed values (zero in the middle).
    scale     "each": every map over its own range; "all": one range for all maps.
    columns   maps in one row; None makes the picture about as wide as high.
    gap       transparent pixels between maps.
    tile      width and height a map should at least have, in pixels; reached by whole multiples, so that every cell
              stays a square block. None: one pixel is one cell.
    dark      the diverging palette's middle for a dark page.

    A map whose cells are all equal is one flat colour, never stretched noise; NaN and infinite cells are hatched.
    Raises ValueError if `maps` is not of shape (C, H, W) with at least one cell.

    >>> picture = Image.open(io.BytesIO(mosaic(np.zeros((6, 4, 4)), columns=3, gap=1)))
    >>> picture.size  # 3 · 4 + 2 gaps wide, 2 · 4 + 1 gap high
    (14, 9)
    """
    if maps.ndim != 3 or maps.size == 0:
        raise ValueError(f"mosaic draws maps of shape (C, H, W) with at least one cell, not {maps.shape}.")
    sheet = _sheet(map_levels(maps, palette, scale), columns, gap, tile)
    picture = Image.fromarray(sheet)  # (height, width), uint8
    picture.putpalette(table(palette, dark).tobytes())
    return _png(picture, transparency=GAP)


def _sheet(tiles: np.ndarray, columns: int | None, gap: int, tile: int | None) -> np.ndarray:
    """Lay tiles (N, H, W) out in rows: (height, width); free places hold GAP."""
    count, height, width = tiles.shape
    columns = min(count, columns or math.ceil(math.sqrt(count * height / width)))
    rows = math.ceil(count / columns)
    repeat = max(1, math.ceil(tile / min(height, width))) if tile else 1
    if repeat > 1:
        tiles = tiles.repeat(repeat, axis=1).repeat(repeat, axis=2)
        height, width = height * repeat, width * repeat
    sheet = np.full((rows * columns, height + gap, width + gap), GAP, dtype=np.uint8)
    sheet[:count, :height, :width] = tiles
    rows_of_tiles = sheet.reshape(rows, columns, height + gap, width + gap).transpose(0, 2, 1, 3)
    whole = rows_of_tiles.reshape(rows * (height + gap), columns * (width + gap))
    return whole[: rows * (height + gap) - gap, : columns * (width + gap) - gap]


def _png(picture: Image.Image, **options: int) -> bytes:
    file = io.BytesIO()
    # Level 1 and run lengths only: several times faster than the default, and no larger on pictures of numbers.
    picture.save(file, format="PNG", compress_level=1, compress_type=zlib.Z_RLE, **options)
    return file.getvalue()
