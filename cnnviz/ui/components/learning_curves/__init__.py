"""Accuracy by epoch of two networks, each on pictures and on shuffled ones: two small charts side by side.

Room is kept from the start: before anything is trained the charts stand there with their axes and say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnviz.ui.component import browser_component

_component = browser_component(__file__)


@dataclass(frozen=True)
class Curve:
    """One training: whether its pixels were shuffled, and the accuracy (0 to 1) before and after each epoch."""

    shuffled: bool
    accuracies: tuple[float, ...]


def show_learning(charts: Sequence[tuple[str, Sequence[Curve]]], epochs: int, chance: float, key: str) -> None:
    """Draw one chart for each (title, curves); `chance` is the accuracy of guessing, drawn as a line."""
    dark = st.context.theme.type == "dark"
    _component(key=key, data={**learning_data(charts, epochs, chance), "dark": dark})


def learning_data(charts: Sequence[tuple[str, Sequence[Curve]]], epochs: int, chance: float) -> dict[str, Any]:
    """Every number and word that is drawn; heights and places as parts of the chart from 0 to 1.

    >>> data = learning_data([("Dense", [Curve(False, (0.25, 0.5))])], epochs=8, chance=0.25)
    >>> data["charts"][0]["curves"][0]["end"], data["charts"][0]["curves"][0]["points"]
    ('50.0 %', [[0.0, 0.25], [0.125, 0.5]])
    """
    return {
        "epochs": epochs,
        "chance": chance,
        "charts": [
            {"title": title, "curves": [curve_data(curve, epochs) for curve in curves], "alt": alt(title, curves)}
            for title, curves in charts
        ],
    }


def curve_data(curve: Curve, epochs: int) -> dict[str, Any]:
    """The points of one curve, and its last accuracy in words."""
    return {
        "shuffled": curve.shuffled,
        "points": [[epoch / epochs, accuracy] for epoch, accuracy in enumerate(curve.accuracies)],
        "end": percent(curve.accuracies[-1]) if curve.accuracies else "",
        "epoch": len(curve.accuracies) - 1,
    }


def percent(part: float) -> str:
    """A part in percent, with one decimal.

    >>> percent(0.975)
    '97.5 %'
    """
    return f"{100 * part:.1f} %"


def alt(title: str, curves: Sequence[Curve]) -> str:
    """What a chart shows, for those who do not see it."""
    trained = [curve for curve in curves if len(curve.accuracies) > 1]
    if not trained:
        return f"{title}: not trained yet."
    ends = ", ".join(
        f"{percent(curve.accuracies[-1])} on {'shuffled pixels' if curve.shuffled else 'the patches as they are'}"
        for curve in trained
    )
    return f"{title}: {ends}."
