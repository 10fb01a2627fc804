"""Where on the picture a class's score comes from: the cells of its map, which with the bias add up to it."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import streamlit as st
from PIL import Image

from cnnviz.arithmetic.derivations.rounding import rounded_together
from cnnviz.networks.class_score import ClassScore
from cnnviz.ui.components.mosaic import decimals, mosaic
from cnnviz.ui.components.one_neuron import laid_out
from cnnviz.ui.explore.address import picture_address
from cnnviz.ui.explore.class_score.query import ScoreQuery
from cnnviz.ui.explore.inference import Inference
from cnnviz.ui.page.lesson import Lesson
from cnnviz.ui.page.plain_text import plain
from cnnviz.ui.pickers.network import NETWORK_WANTED, untrained_label

HEIGHT = 240  # px of the maps
ATTRIBUTION = "pages/explore/attribution.py"


@dataclass(frozen=True)
class CellSum:
    """The cells of a class map (H, W) rounded so that with the bias they add up, and the sums as they are printed."""

    cells: np.ndarray
    together: str
    bias: str
    total: str


def cell_sum(score: ClassScore) -> CellSum:
    """Each cell with four digits of the largest one, as `mosaic` writes them; the cells and the bias make the score.

    ValueError for a score that has no map.
    """
    exact = score.class_map
    if exact is None:
        raise ValueError("This score has no map: its last layer does not read the means of maps.")
    places = decimals(exact, exact)
    texts, total = rounded_together([*exact.ravel().tolist(), score.bias], places, f"{score.score:.{places}f}")
    cells = [Decimal(text.replace("−", "-")) for text in texts[:-1]]
    together = f"{sum(cells, Decimal(0)):.{places}f}".replace("-", "−")
    return CellSum(np.array(cells, dtype=float).reshape(exact.shape), together, texts[-1], total)


def show_where(query: ScoreQuery, score: ClassScore, lesson: Lesson) -> None:
    """The map whose cells add up to the score, or why there is none, and the way to a map that every network has."""
    inference = query.inference
    if score.maps is None:
        show_terms_without_place(score)
        untrained_label(inference.model)
        st.markdown(lesson["Dense layers"].format(title=inference.title))
        offer_attribution(inference)
        return
    found = cell_sum(score)
    show_class_map(found, inference.seen, query.title)
    untrained_label(inference.model)
    st.markdown(
        f"**{found.together}** from {found.cells.size} cells + **{in_brackets(found.bias)}** bias "
        f"= **{found.total}**, {plain(query.title)}"
    )
    st.markdown(lesson["Means of maps"])


def show_class_map(found: CellSum, picture: Image.Image, title: str) -> None:
    """The map over the `picture` that the network was given, and beside it alone."""
    height, width = found.cells.shape
    mosaic(
        found.cells[None].astype(np.float32),
        key="class_map",
        label=f"The map of {title}, {height} × {width} cells, over the picture and alone.",
        palette="diverging",
        names=["over the picture", f"alone: {height} × {width} cells"],
        picture=np.asarray(picture),
        height=HEIGHT,
        hint="Point at a cell.",
    )


def show_terms_without_place(score: ClassScore) -> None:
    """All terms as cells, for a network whose units have no place on the picture."""
    mosaic(
        laid_out(score.terms)[None].astype(np.float32),
        key="class_terms_map",
        label=f"All {len(score.terms):,} terms, one cell each, in the order of their units.",
        palette="diverging",
        height=HEIGHT,
        hint=f"{len(score.terms):,} terms, one cell each.",
    )


def in_brackets(text: str) -> str:
    """A printed number behind a sign.

    >>> in_brackets("−0.5"), in_brackets("0.5")
    ('(−0.5)', '0.5')
    """
    return f"({text})" if text.startswith("−") else text


def offer_attribution(inference: Inference) -> None:
    """The way to Grad-CAM."""
    if st.button("Why did it say that?", icon=":material/center_focus_weak:", key="class_attribution"):
        st.session_state[NETWORK_WANTED] = inference.model.name
        st.switch_page(ATTRIBUTION, query_params=picture_address(inference.picture))
