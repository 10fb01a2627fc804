"""Where on the picture a class's score comes from: the cells of its map, which with the bias add up to it."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import streamlit as st
from PIL import Image

from cnnviz.arithmetic.derivations.rounding import rounded_together
from cnnviz.networks.class_score import ClassScore, Lead
from cnnviz.networks.refusal import Refusal
from cnnviz.ui.components.mosaic import decimals, mosaic
from cnnviz.ui.components.one_neuron import laid_out
from cnnviz.ui.explore.address import picture_address
from cnnviz.ui.explore.class_score.query import Answer, ScoreQuery
from cnnviz.ui.explore.inference import Inference
from cnnviz.ui.page.lesson import Lesson
from cnnviz.ui.page.plain_text import as_plain_text
from cnnviz.ui.page.visit import send_to
from cnnviz.ui.pickers.network import NETWORK_WANTED, untrained_label

HEIGHT = 240  # px of the maps
ATTRIBUTION = "pages/explore/attribution.py"


@dataclass(frozen=True)
class CellSum:
    """The cells of a class map (H, W) rounded so that with the bias they add up, and the sums as they are printed.

    `bias` is None where the cells hold it.
    """

    cells: np.ndarray
    together: str
    bias: str | None
    total: str


def cell_sum(score: ClassScore | Lead) -> CellSum:
    """Each cell with four digits of the largest one, as `mosaic` writes them; the cells and the bias make the score.

    ValueError for a score that has no map.
    """
    exact = score.class_map
    if exact is None:
        raise ValueError("This score has no map: its last layer does not read the means of maps.")
    places = decimals(exact, exact)
    values = [*exact.ravel().tolist(), *([] if score.beside_map is None else [score.beside_map])]
    texts, total = rounded_together(values, places, f"{score.score:.{places}f}")
    cells = [Decimal(text.replace("−", "-")) for text in texts[: exact.size]]
    together = f"{sum(cells, Decimal(0)):.{places}f}".replace("-", "−")
    bias = None if score.beside_map is None else texts[-1]
    return CellSum(np.array(cells, dtype=float).reshape(exact.shape), together, bias, total)


def show_where(query: ScoreQuery, answer: Answer, lesson: Lesson) -> None:
    """The map whose cells add up to the score, or why there is none, and the way to a map that every network has."""
    inference = query.inference
    if isinstance(answer, Refusal):
        offer_attribution(inference)
    elif answer.class_map is not None:
        found = cell_sum(answer)
        show_class_map(found, inference.seen, query.title)
        untrained_label(inference.model)
        st.markdown(sum_of_cells(found, query.title))
        if found.bias is None:
            st.markdown(f"{lesson['A map for each class']} {cut_words(query, answer)}")
        else:
            st.markdown(lesson["Means of maps"])
    elif isinstance(answer, ClassScore):
        show_terms_without_place(answer)
        untrained_label(inference.model)
        st.markdown(lesson["Dense layers"].format(title=inference.title))
        offer_attribution(inference)


def cut_words(query: ScoreQuery, answer: ClassScore | Lead) -> str:
    """How much of the class's map, or of both maps, the ReLU cuts."""
    scores = [answer.first, answer.second] if isinstance(answer, Lead) else [answer]
    places = [score.open_places for score in scores if score.open_places is not None]
    counts = [int((~one).sum()) for one in places]
    if not any(counts):
        return "Here it cuts nothing."
    if len(counts) == 1:
        return f"Here it cuts {counts[0]} of the {places[0].size} cells."
    cut = [f"{count} cells of “{as_plain_text(label)}”" for count, label in zip(counts, query.labels, strict=True)]
    return f"Here it cuts {' and '.join(cut)}, of {places[0].size} each."


def slots_about_map(answer: Answer) -> list[str]:
    """The headings of the texts about the map, [] where there is none."""
    if isinstance(answer, Refusal) or answer.class_map is None:
        return []
    why = "Why the map is exact" if answer.beside_map is not None else "Why the mean is a sum"
    return [why, "What the map does not say"]


def sum_of_cells(found: CellSum, title: str) -> str:
    """What the cells of the map add up to, in a line."""
    cells = f"**{found.together}** from {found.cells.size} cells"
    if found.bias is None:
        return f"{cells}: {as_plain_text(title)}"
    return f"{cells} + **{in_brackets(found.bias)}** bias = **{found.total}**, {as_plain_text(title)}"


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
        cells=len(score.terms),
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
        send_to(ATTRIBUTION, picture_address(inference.picture))
