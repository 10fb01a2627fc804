"""Counts as squares whose areas are to scale: a difference of a thousandfold, seen at once."""

from collections.abc import Sequence
from html import escape
from math import sqrt
from typing import NamedTuple

import streamlit as st

from cnnviz.figures.palettes import KERNEL

FULL = 190  # px: the side of the largest square; on a phone less
SMALLEST = 0.01  # of the largest side: two pixels; what is smaller would not be seen
SQUARE = '<div style="width:{side};height:{side};border-radius:2px;background:{colour}"></div>'
AMOUNT = (
    '<div style="min-width:{full}"><b>{name}</b><div style="font-size:1.5rem;font-weight:700;line-height:1.2">{number}'
    '</div><div style="margin-bottom:8px;font-size:0.9rem;opacity:0.85">{note}</div>{square}</div>'
)
FIGURE = (
    '<figure class="scaled_squares" style="margin:0;font-variant-numeric:tabular-nums">'
    '<figcaption style="margin-bottom:10px;font-size:1.15rem;font-weight:600">{finding}</figcaption>'
    '<div style="display:flex;flex-wrap:wrap;gap:14px 34px">{amounts}</div>'
    '<p style="margin:8px 0 0;font-size:0.875rem;opacity:0.8">Areas to scale.</p></figure>'
)


class Amount(NamedTuple):
    """One square: what it is, how many, and where the number comes from."""

    name: str
    number: int
    note: str


class Square(NamedTuple):
    """A square as it is drawn: its side as a part of the largest one's."""

    name: str
    number: str
    note: str
    side: float


def show_scaled_squares(amounts: Sequence[Amount], finding: str) -> None:
    """Draw the squares side by side, each under its name and number; `finding` says in words what they show."""
    st.html(FIGURE.format(finding=escape(finding), amounts="".join(drawn(square) for square in squares(amounts))))


def squares(amounts: Sequence[Amount]) -> list[Square]:
    """Every square with its side as a part of the largest; one too small to be seen is drawn larger, and says so.

    >>> [square.side for square in squares([Amount("dense", 10_000, ""), Amount("convolution", 100, "")])]
    [1.0, 0.1]
    """
    most = max(amount.number for amount in amounts)
    sides = [round(sqrt(amount.number / most), 4) for amount in amounts]
    return [
        Square(
            amount.name,
            f"{amount.number:,}",
            amount.note if side >= SMALLEST else f"{amount.note}, drawn too large",
            max(side, SMALLEST),
        )
        for amount, side in zip(amounts, sides, strict=True)
    ]


def drawn(square: Square) -> str:
    """One square in HTML."""
    full = f"min({FULL}px, 34vw)"
    side = f"max(2px, {square.side} * {full})"
    return AMOUNT.format(
        full=full,
        name=escape(square.name),
        number=square.number,
        note=escape(square.note),
        square=SQUARE.format(side=side, colour=KERNEL),
    )
