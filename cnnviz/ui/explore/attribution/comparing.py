"""Several maps of attribution on one scale, and how alike they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

from cnnviz.attribution import METHODS
from cnnviz.attribution.reading import colour_limit, likeness, no_evidence, overlap
from cnnviz.ui.components.map_overlay import Layer, show_overlay
from cnnviz.ui.explore.attribution.map import Shown, looked_at, standing
from cnnviz.ui.explore.attribution.query import Query
from cnnviz.ui.page.plain_text import as_plain_text
from cnnviz.ui.sharing import cached

HEIGHT = 300
ACROSS = 12  # areas of a map; so coarse that the maps of all methods can be compared


@dataclass(frozen=True)
class Side:
    """One of the maps: what was asked, under which title, of which score, over what the network was given."""

    query: Query
    title: str
    score: float
    seen: Image.Image


@dataclass(frozen=True)
class Drawing:
    """How maps are drawn: `normalized`, as shares of their magnitude, or in their unit; `pooled`, as sums over large
    areas, or pixel by pixel; `one_range`, all in one colour scale, or each in its own.
    """

    normalized: bool
    pooled: bool
    one_range: bool = True


def show_side_by_side(sides: Sequence[Side], drawing: Drawing) -> bool:
    """Draw the maps; whether one of them was still running."""
    refused = [(side, reason) for side in sides if (reason := refusal(side))]
    for side, reason in refused:
        st.info(f"**{as_plain_text(side.title)}.** {reason}", icon=":material/block:")
    left = [side for side in sides if side not in [one for one, _ in refused]]
    shown = [looked_at(side.query, f"compared {place}") for place, side in enumerate(left)]
    values = [drawn(one.attribution, drawing) for one in shown]
    limits = [colour_limit(one) if one is not None else 0.0 for one in values]
    if drawing.one_range:
        limits = [max(limits, default=0.0)] * len(limits)
    layers = [layer_of(*row) for row in zip(left, shown, values, limits, strict=True)]
    # One picture under all of them: networks that see it at another size are given it anew by the browser.
    if layers:
        show_overlay(layers, left[0].seen, key="compared_maps", height=HEIGHT)
    for number, (side, one) in enumerate(zip(left, shown, strict=True)):
        if not one.is_whole:
            standing(one, side.query, f"compared_{number}")
    maps = [one.attribution for one in shown]
    all_whole = all(one.is_whole for one in shown)
    st.markdown(likeness_words([side.title for side in left], maps) if all_whole else "")
    return any(one.running for one in shown)


def refusal(side: Side) -> str:
    """Why a method does not hold for the network, "" where it does."""
    return METHODS[side.query.method].refusal(cached.model(side.query.network).module)


def layer_of(side: Side, shown: Shown, values: np.ndarray | None, limit: float) -> Layer:
    """One map (H, W) on the common scale, as far as it is computed; an empty one where `values` is None."""
    signed = METHODS[side.query.method].signed
    if values is None or shown.attribution is None:
        return Layer(np.zeros((1, 1), dtype=np.float32), side.title, signed, limit, absent="Not yet.")
    absent = no_evidence(shown.attribution, side.score) if shown.is_whole else ""
    return Layer(values, side.title, signed, limit, absent=absent, alt=f"{side.title}. {absent}")


def drawn(attribution: np.ndarray | None, drawing: Drawing) -> np.ndarray | None:
    """A map (H, W) as it is drawn: as shares of its own magnitude in per cent, or in its unit; (H, W), or pooled as in
    `area_sums`. An empty map stays empty; None stays None.

    >>> drawn(np.array([[3.0, -1.0]]), Drawing(normalized=True, pooled=False)).tolist()
    [[75.0, -25.0]]
    """
    if attribution is None:
        return None
    values = area_sums(attribution) if drawing.pooled else attribution
    total = float(np.abs(attribution).sum(dtype=np.float64))
    return (100 * values / total).astype(np.float32) if drawing.normalized and total else values


def area_sums(attribution: np.ndarray) -> np.ndarray:
    """The sums of the values (H, W) in areas of a twelfth of the sides, (12, 12) or less for fewer pixels.

    Values for and against the class cancel within an area.

    >>> area_sums(np.ones((24, 36))).shape, float(area_sums(np.ones((24, 36))).max())
    ((12, 12), 6.0)
    """
    height, width = attribution.shape
    rows, columns = (np.arange(min(ACROSS, side)) * side // min(ACROSS, side) for side in (height, width))
    return np.add.reduceat(np.add.reduceat(attribution, rows, axis=0), columns, axis=1)


def likeness_words(titles: Sequence[str], maps: Sequence[np.ndarray | None]) -> str:
    """How alike the maps (H, W) are, pair by pair, the most alike first, and what their strongest tenths share.

    "" for fewer than two of one size.

    >>> likeness_words(["A", "B"], [np.eye(2), np.eye(2)])
    'How alike, and how much of the strongest tenth is shared: A and B **1.00**, 100 %.'
    """
    pairs = []
    for place, first in enumerate(maps):
        for other in range(place + 1, len(maps)):
            second = maps[other]
            if first is not None and second is not None and first.shape == second.shape:
                pairs.append((likeness(first, second), overlap(first, second), titles[place], titles[other]))
    if not pairs:
        return ""
    found = [
        f"{as_plain_text(one)} and {as_plain_text(two)} **{signed(value)}**, {100 * common:.0f} %"
        for value, common, one, two in sorted(pairs, reverse=True)
    ]
    return f"How alike, and how much of the strongest tenth is shared: {'; '.join(found)}."


def signed(value: float) -> str:
    """Two decimals, with a real minus sign.

    >>> signed(-0.123)
    '−0.12'
    """
    return f"{value:.2f}".replace("-", "−")
