"""Where on the picture a class's score comes from: the cells of its map, which with the bias add up to it."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from PIL import Image

from cnnviz.arithmetic.derivations.rounding import rounded_together
from cnnviz.networks.class_score import ClassScore
from cnnviz.ui.components.mosaic import decimals, mosaic
from cnnviz.ui.components.one_neuron import laid_out

HEIGHT = 240  # px of the maps


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


def show_class_map(score: ClassScore, found: CellSum, picture: Image.Image, title: str, key: str) -> None:
    """The map over the `picture` that the network was given, and beside it alone."""
    height, width = found.cells.shape
    mosaic(
        found.cells[None].astype(np.float32),
        key=key,
        label=f"The map of {title}, {height} × {width} cells, over the picture and alone.",
        palette="diverging",
        names=["over the picture", f"alone: {height} × {width} cells"],
        picture=np.asarray(picture),
        height=HEIGHT,
        hint="Point at a cell.",
    )


def show_terms_without_place(score: ClassScore, key: str) -> None:
    """All terms as cells, for a network whose units have no place on the picture."""
    mosaic(
        laid_out(score.terms)[None].astype(np.float32),
        key=key,
        label=f"All {len(score.terms):,} terms, one cell each, in the order of their units.",
        palette="diverging",
        height=HEIGHT,
        hint=f"{len(score.terms):,} terms, one cell each.",
    )
