"""The map of a method over the photo: while it becomes finer, when it is whole, and where it shows nothing."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

from cnnviz.attribution import METHODS
from cnnviz.attribution.question import Partial
from cnnviz.attribution.reading import Region, colour_limit, no_evidence, telling_region
from cnnviz.figures.patches import cut
from cnnviz.networks.zoo import Model
from cnnviz.ui.components.map_overlay import Layer, show_overlay
from cnnviz.ui.explore.attribution.query import Query, map_work
from cnnviz.ui.explore.attribution.sentences import covered_words, region_words, sum_words
from cnnviz.ui.explore.take_along import attribution_lines, take_along
from cnnviz.ui.sharing.background_work import Work
from cnnviz.ui.sharing.shared_work import draw_standing, followed

CROP_WIDTH = 150


@dataclass(frozen=True)
class Shown:
    """What is shown of a question: the answer so far, its map (H, W), and whether more of it comes by itself."""

    partial: Partial | None
    attribution: np.ndarray | None
    running: bool
    key: Hashable
    work: Work[Partial]

    @property
    def is_whole(self) -> bool:
        """Whether the answer is finished."""
        return self.partial is not None and self.partial.is_finished


def looked_at(query: Query, slot: str = "map") -> Shown:
    """The map of a question as far as it is, and the work that makes it; `slot` is its place on the page."""
    key, work = map_work(query)
    partial, running = followed(key, work, slot)
    attribution = METHODS[query.method].map_of(partial.values) if partial is not None else None
    return Shown(partial, attribution, running, key, work)


def layer_of(shown: Shown, query: Query, score: float, title: str, limit: float | None = None) -> Layer:
    """The map as the overlay draws it; `limit` where several share a scale."""
    method = METHODS[query.method]
    if shown.attribution is None or shown.partial is None:
        side = 1
        return Layer(np.zeros((side, side), dtype=np.float32), title, method.signed, 1.0, absent="Not yet.")
    if shown.is_whole:
        absent = no_evidence(shown.attribution, score)
    else:
        absent = "" if np.abs(shown.attribution).max() > 0 else "Not yet."
    own = colour_limit(shown.attribution) or 1.0
    region = telling_region(shown.attribution)
    words = f"{title}. " + (absent or region_words(region, shown.attribution, method.signed))
    frame = framed(region, absent) if shown.is_whole and not query.regions else None
    return Layer(shown.attribution, title, method.signed, limit or own, absent=absent, alt=words, frame=frame)


def framed(region: Region, absent: str) -> tuple[range, range] | None:
    """The frame around the most telling region, where there is one."""
    return None if absent or not region.share else (region.rows, region.columns)


def draw_map(query: Query, seen: Image.Image, score: float, title: str, height: int) -> Shown:
    """Draw the map over what the network was given; what was shown.

    `score` is the class's score, `title` says what is shown.
    """
    shown = looked_at(query)
    show_overlay([layer_of(shown, query, score, title)], seen, key="attribution_map", height=height)
    return shown


def standing(shown: Shown, query: Query, name: str) -> None:
    """How far the map is."""
    done, total = (shown.partial.done, shown.partial.total) if shown.partial is not None else (0, 1)
    draw_standing(shown.key, shown.work, done, total, METHODS[query.method].counts.capitalize(), name)


def offer_download(shown: Shown, query: Query, model: Model) -> None:
    """Draw the button behind which a finished map is: as numbers, and as lines of PyTorch."""
    if shown.is_whole and shown.attribution is not None and not query.regions:
        code = attribution_lines(model, query.method, query.class_index, query.evaluations, query.layer)
        take_along(shown.attribution, shown.attribution, f"{model.name}_{query.method}", code)


def draw_numbers(shown: Shown, query: Query, seen: Image.Image, score: float) -> None:
    """What a finished map's values say in numbers, and its most telling region cut out of the picture."""
    if not shown.is_whole or shown.partial is None or shown.attribution is None:
        return
    if no_evidence(shown.attribution, score):
        return
    sentences = [sum_words(METHODS[query.method], shown.partial)]
    sentences.append(covered_words(shown.partial.windows, score, len(query.regions)))
    if query.regions:
        st.markdown(" ".join(filter(None, sentences)))
        return
    region = telling_region(shown.attribution)
    crop, words = st.columns([2, 5], gap="medium", vertical_alignment="center")
    with crop:
        part = cut(seen, region.rows, region.columns)
        scale = max(1, round(CROP_WIDTH / part.width))
        st.image(
            part.resize((part.width * scale, part.height * scale), Image.Resampling.NEAREST),
            width=CROP_WIDTH,
            alt="The most telling part of the picture.",
        )
    with words:
        where = region_words(region, shown.attribution, METHODS[query.method].signed) if region.share else ""
        st.markdown(" ".join(filter(None, (where, *sentences))))
