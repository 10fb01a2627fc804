"""Several maps of attribution on one scale, and how alike they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

from cnnviz.attribution import METHODS
from cnnviz.attribution.reading import colour_limit, likeness, no_evidence
from cnnviz.ui.attribution.asking import Asked
from cnnviz.ui.attribution.map import Shown, looked_at, standing
from cnnviz.ui.overlay import Layer, show_overlay
from cnnviz.ui.plain import plain

HEIGHT = 300


@dataclass(frozen=True)
class Side:
    """One of the maps: what was asked, under which title, of which score, over what the network was given."""

    asked: Asked
    title: str
    score: float
    seen: Image.Image


def show_side_by_side(sides: Sequence[Side], in_shares: bool) -> bool:
    """Draw the maps, as shares of their magnitude or in their own unit; whether one of them was still running."""
    refused = [(side, told) for side in sides if (told := refusal(side))]
    for side, told in refused:
        st.info(f"**{plain(side.title)}.** {told}", icon=":material/block:")
    left = [side for side in sides if side not in [one for one, _ in refused]]
    shown = [looked_at(side.asked) for side in left]
    values = [in_thousandths(one.attribution) if in_shares else one.attribution for one in shown]
    limits = [colour_limit(one) for one in values if one is not None]
    common = max(limits, default=0.0) or 1.0
    layers = [layer_of(*row, common) for row in zip(left, shown, values, strict=True)]
    # One picture under all of them: networks that see it at another size are given it anew by the browser.
    if layers:
        show_overlay(layers, left[0].seen, key="compared_maps", height=HEIGHT)
    for number, (side, one) in enumerate(zip(left, shown, strict=True)):
        if not one.is_whole:
            standing(one, side.asked, f"compared_{number}")
    told = likeness_words([side.title for side in left], values) if all(one.is_whole for one in shown) else ""
    st.markdown(told)
    return any(one.running for one in shown)


def refusal(side: Side) -> str:
    """Why a method does not hold for the network, "" where it does."""
    from cnnviz.ui import cached

    return METHODS[side.asked.method].refusal(cached.model(side.asked.network).module)


def layer_of(side: Side, shown: Shown, values: np.ndarray | None, limit: float) -> Layer:
    """One map on the common scale."""
    signed = METHODS[side.asked.method].signed
    if values is None or shown.attribution is None:
        return Layer(np.zeros((1, 1), dtype=np.float32), side.title, signed, limit, absent="Not yet.")
    absent = no_evidence(shown.attribution, side.score) if shown.is_whole else ""
    return Layer(values, side.title, signed, limit, absent=absent, alt=f"{side.title}. {absent}")


def in_thousandths(attribution: np.ndarray | None) -> np.ndarray | None:
    """Each value as a share of the map's whole magnitude, times 1000; an empty map stays empty.

    >>> in_thousandths(np.array([[3.0, -1.0]])).tolist()
    [[750.0, -250.0]]
    """
    if attribution is None:
        return None
    total = float(np.abs(attribution).sum(dtype=np.float64))
    return attribution if not total else (1000 * attribution / total).astype(np.float32)


def likeness_words(titles: Sequence[str], maps: Sequence[np.ndarray | None]) -> str:
    """How alike the maps are, pair by pair, the most alike first; "" for fewer than two of one size.

    >>> likeness_words(["A", "B"], [np.eye(2), np.eye(2)])
    'How alike: A and B **1.00**.'
    """
    pairs = []
    for place, first in enumerate(maps):
        for other in range(place + 1, len(maps)):
            second = maps[other]
            if first is not None and second is not None and first.shape == second.shape:
                pairs.append((likeness(first, second), titles[place], titles[other]))
    if not pairs:
        return ""
    told = [f"{plain(one)} and {plain(two)} **{signed(value)}**" for value, one, two in sorted(pairs, reverse=True)]
    return f"How alike: {', '.join(told)}."


def signed(value: float) -> str:
    """Two decimals, with a real minus sign.

    >>> signed(-0.123)
    '−0.12'
    """
    return f"{value:.2f}".replace("-", "−")
