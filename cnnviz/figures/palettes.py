"""Which colour means what, everywhere in the app.

Roles never change: input blue, kernel orange, output green, error vermilion (Okabe and Ito's colour-blind safe set).
Numbers choose their palette by what they are: signed values are *diverging*, centred on zero; magnitudes are
*sequential*. A cell that holds no number (NaN or infinite) is hatched grey, never taken for a small value.

A picture made here has at most 256 colours: 253 levels of the palette, two greys for the hatching, and one
transparent entry for the gaps between tiles.
"""

from typing import Literal

import numpy as np

INPUT = "#0072B2"
KERNEL = "#E69F00"
OUTPUT = "#009E73"
ERROR = "#D55E00"

PaletteName = Literal["diverging", "sequential"]

LEVELS = 253  # odd, so that zero has a level of its own in the middle
ZERO_LEVEL = LEVELS // 2
HATCH_DARK = 253
HATCH_LIGHT = 254
GAP = 255
NO_RANGE = 1e-30  # a range narrower than this is taken for none at all

# Viridis (van der Walt and Smith, 2015, released as CC0), every eighth colour; the ones between are interpolated.
_VIRIDIS = (
    "440154 470d60 48186a 482374 472d7b 453681 424086 3f4989 3b528b 375a8d 33638d 2f6a8e 2c728e 297a8e 26818e "
    "23898e 21908c 1f988b 1f9f88 21a685 28ae80 31b57b 3ebc74 4cc26c 5dc963 6ece58 82d34c 96d83f abdc32 c0df24 "
    "d5e21a eae51a fde725"
)
# Blue for negative, red for positive, equally far from the middle in lightness. The middle is the page's own ground:
# nearly white on a light page, nearly black on a dark one, so that "about zero" recedes in both. The ends are the most
# saturated, so that a large value stands out, over a photograph too.
_DIVERGING_LIGHT = "0040a6 1f6fb5 7db5dd cfe3f1 f7f7f7 f8d9ca ee9d80 c9403c 9e0014"
_DIVERGING_DARK = "2688ff 2272d8 1d589f 18385a 15181d 54221f 99302a d83d30 ff4632"
_HATCH = ("8a8f98", "b4b8bf")


def _interpolated(anchors: str) -> np.ndarray:
    """Spread hex colours evenly over the levels: uint8 (253, 3)."""
    colours = np.array([list(bytes.fromhex(anchor)) for anchor in anchors.split()], dtype=float)  # (anchors, 3)
    at = np.linspace(0, len(colours) - 1, LEVELS)
    channels = [np.interp(at, np.arange(len(colours)), colours[:, channel]) for channel in range(3)]
    levels: np.ndarray = np.rint(np.stack(channels, axis=1))
    return levels.astype(np.uint8)


_TABLES = {
    ("sequential", False): _interpolated(_VIRIDIS),
    ("sequential", True): _interpolated(_VIRIDIS),
    ("diverging", False): _interpolated(_DIVERGING_LIGHT),
    ("diverging", True): _interpolated(_DIVERGING_DARK),
}


def table(palette: PaletteName, dark: bool = False) -> np.ndarray:
    """Give the 256 colours of a palette: uint8 (256, 3).

    Rows 0 to 252 run from the lowest to the highest value (row 126 is zero in the diverging palette), rows 253 and
    254 are the two greys of the hatching, row 255 is the gap between tiles (pictures store it as transparent).

    >>> table("sequential")[0].tolist(), table("sequential")[252].tolist()
    ([68, 1, 84], [253, 231, 37])
    >>> table("diverging")[126].tolist()
    [247, 247, 247]
    """
    hatch_and_gap = [list(bytes.fromhex(colour)) for colour in _HATCH] + [[0, 0, 0]]
    return np.concatenate([_TABLES[palette, dark], np.array(hatch_and_gap, dtype=np.uint8)])


def fitting_palette(values: np.ndarray) -> PaletteName:
    """Choose the palette for values of any shape: diverging if any is negative, else sequential.

    >>> fitting_palette(np.array([-0.1, 2.0])), fitting_palette(np.array([0.0, 2.0]))
    ('diverging', 'sequential')
    """
    finite = values[np.isfinite(values)]
    return "diverging" if finite.size and finite.min() < 0 else "sequential"


def diverging_levels(values: np.ndarray, limit: float | np.ndarray) -> np.ndarray:
    """Say which level each signed value has, zero in the middle: uint8, the shape of `values`.

    -limit gives level 0, zero level 126, +limit level 252; beyond the limit the end colours stay. `limit` may be an
    array that broadcasts, such as one per map (C, 1, 1); where it is zero, zeros stay in the middle. NaN and infinite
    values have no level of their own: see `hatched`.

    >>> diverging_levels(np.array([-2.0, -1.0, 0.0, 0.5, 9.0]), limit=2.0).tolist()
    [0, 63, 126, 158, 252]
    """
    scale = np.asarray(ZERO_LEVEL / np.maximum(limit, NO_RANGE), dtype=np.float32)
    return _whole_levels(values.astype(np.float32, copy=False) * scale + np.float32(ZERO_LEVEL))


def sequential_levels(values: np.ndarray, low: float | np.ndarray, high: float | np.ndarray) -> np.ndarray:
    """Say which level each value has between `low` and `high`: uint8, the shape of `values`.

    low gives level 0, high level 252; values beyond keep the end colours. `low` and `high` may be arrays that
    broadcast, such as one per map (C, 1, 1). Where low equals high there is nothing to tell apart: level 0. NaN and
    infinite values have no level of their own: see `hatched`.

    >>> sequential_levels(np.array([0.0, 1.0, 2.0]), low=0.0, high=2.0).tolist()
    [0, 126, 252]
    """
    scale = np.asarray((LEVELS - 1) / np.maximum(np.subtract(high, low), NO_RANGE), dtype=np.float32)
    return _whole_levels((values.astype(np.float32, copy=False) - np.asarray(low, dtype=np.float32)) * scale)


def _whole_levels(levels: np.ndarray) -> np.ndarray:
    """Round to the nearest level that exists; what is not a number falls on some level until it is hatched."""
    levels += np.float32(0.5)
    np.clip(levels, 0, LEVELS - 1, out=levels)
    with np.errstate(invalid="ignore"):  # NaN has no whole number
        return levels.astype(np.uint8)


def hatched(levels: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Give every cell of `values` (..., H, W) that is NaN or infinite one of the two hatching greys.

    Two grey diagonals alternate, so that the picture says "no number here" also without colour.

    >>> values = np.array([[1.0, np.nan], [np.inf, 1.0]])
    >>> hatched(np.zeros((2, 2), dtype=np.uint8), values).tolist()
    [[0, 254], [254, 0]]
    """
    missing = ~np.isfinite(values)
    if not missing.any():
        return levels
    height, width = values.shape[-2:]
    diagonal = (np.arange(height)[:, None] + np.arange(width)) % 2
    stripes = np.where(diagonal == 0, HATCH_DARK, HATCH_LIGHT).astype(np.uint8)
    return np.where(missing, stripes, levels)


def diverging(values: np.ndarray, limit: float, dark: bool = False) -> np.ndarray:
    """Colour signed values, zero in the middle: (H, W) -> uint8 RGB (H, W, 3).

    Negative is blue, positive red, zero white (nearly black with `dark`, for a dark page). `limit` is the absolute
    value that gets the full colour; choose it once for everything that is to be compared.

    >>> diverging(np.array([[0.0]]), limit=1.0).tolist()
    [[[247, 247, 247]]]
    """
    colours: np.ndarray = table("diverging", dark)[hatched(diverging_levels(values, limit), values)]
    return colours


def sequential(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Colour magnitudes with viridis, dark for low and yellow for high: (H, W) -> uint8 RGB (H, W, 3).

    >>> sequential(np.array([[0.0, 5.0]]), low=0.0, high=5.0).tolist()
    [[[68, 1, 84], [253, 231, 37]]]
    """
    colours: np.ndarray = table("sequential")[hatched(sequential_levels(values, low, high), values)]
    return colours


def legend(palette: PaletteName, width: int = 253, height: int = 12, dark: bool = False) -> np.ndarray:
    """Draw a palette as a horizontal bar, low on the left: uint8 RGB (height, width, 3).

    The bar says nothing without its range: write the lowest and highest value (and 0 under the middle of a diverging
    bar) beside it.

    >>> legend("diverging", width=5, height=1)[0, 2].tolist()  # the middle is zero
    [247, 247, 247]
    """
    levels = np.rint(np.linspace(0, LEVELS - 1, width)).astype(np.uint8)
    return np.broadcast_to(table(palette, dark)[levels], (height, width, 3)).copy()
