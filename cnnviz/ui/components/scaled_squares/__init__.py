"""Counts as squares whose areas are to scale: a difference of a thousandfold, seen at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from cnnviz.ui.component import browser_component

SMALLEST = 0.01  # of the largest side: two pixels; what is smaller would not be seen

_component = browser_component(__file__)


@dataclass(frozen=True)
class Amount:
    """One square: what it is, how many, and where the number comes from."""

    name: str
    number: int
    note: str


def show_areas(amounts: Sequence[Amount], finding: str, key: str) -> None:
    """Draw the squares side by side, each under its name and number; `finding` says in words what they show."""
    _component(key=key, data=areas_data(amounts, finding))


def areas_data(amounts: Sequence[Amount], finding: str) -> dict[str, Any]:
    """Every square with its side as a part of the largest; one too small to be seen is drawn larger, and says so.

    >>> data = areas_data([Amount("dense", 10_000, ""), Amount("convolution", 100, "")], "a hundred times")
    >>> [square["side"] for square in data["squares"]]
    [1.0, 0.1]
    """
    most = max(amount.number for amount in amounts)
    squares = []
    for amount in amounts:
        side = round(sqrt(amount.number / most), 4)
        squares.append(
            {
                "name": amount.name,
                "number": f"{amount.number:,}",
                "note": amount.note if side >= SMALLEST else f"{amount.note}, drawn too large",
                "side": max(side, SMALLEST),
            }
        )
    return {"squares": squares, "finding": finding}
