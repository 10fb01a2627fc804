"""The terms of a weighted sum, the ones that matter most first: weight times value, a bar, and lines that add up."""

from collections.abc import Callable, Sequence
from math import floor, log10
from typing import TypedDict

from PIL import Image

from cnnviz.arithmetic.derivations.rounding import enough_digits, fixed, printed, rounded_together
from cnnviz.figures.palettes import sequential
from cnnviz.networks.activations import number
from cnnviz.networks.class_score import ClassScore
from cnnviz.ui.component import Component, answer, browser_component, data_url
from cnnviz.ui.components.one_neuron import legend_url
from cnnviz.ui.components.one_neuron.script import compared

__all__ = ["show_terms", "terms_data"]

SHOWN = 10
ROOM = 0.3  # of the longest bar, for what points the other way
DECIMALS, MOST_DECIMALS = 4, 8


class SumLine(TypedDict):
    """One line of the sum; its bar is a share of its track, and `torn` where it goes on beyond the end."""

    name: str
    sum: str
    share: float
    torn: bool


class Term(SumLine):
    """A line that is a weight times a value, of the unit at `place`."""

    place: int
    weight: str
    value: str


class Maps(TypedDict):
    """The maps of the terms, addresses, what they are, and what their colours mean."""

    sources: list[str]
    words: str
    legend: str
    low: str
    high: str


class Message(TypedDict):
    """Every word and number that is drawn; `zero` is where on their track the bars start."""

    id: str
    finding: str
    heads: list[str]
    zero: float
    terms: list[Term]
    lines: list[SumLine]
    totalName: str
    total: str
    agreement: str
    maps: Maps | None


class Opened(TypedDict):
    """The unit whose line was clicked, in which sum, and when."""

    id: str
    place: int
    stamp: float


class Answers(TypedDict):
    """A unit to open."""

    open: Opened


_component: Component[Message] = browser_component(__file__)


def show_terms(score: ClassScore, what: str, title: str, key: str, on_open: Callable[[int], None]) -> None:
    """Draw a class's score as its terms; `on_open` gets the place of a term that was clicked.

    In a sentence it is called `what` ("the score"), in front of its number `title`.

    Where the values are the means of maps, each line shows its map; all of them share one range of colours.
    """
    data = terms_data(score, what, title)

    def opened() -> None:
        match answer(key, "open"):
            # while a page is drawn anew the lines change: what was clicked must still be what is shown
            case {"id": str(shown), "place": int(place)} if shown == data["id"]:
                if any(term["place"] == place for term in data["terms"]):
                    on_open(place)

    _component(key=key, data=data, on_open_change=opened)


def terms_data(score: ClassScore, what: str, title: str) -> Message:
    """Every word and number that is drawn; the lines are the rest and the bias.

    The texts of the terms and lines add up to the total, which is the true sum rounded.
    """
    places, rest = score.ranked[:SHOWN], score.ranked[SHOWN:]
    unit = "channel" if score.maps is not None else "unit"
    values = [float(score.terms[place]) for place in places]
    names = [f"{unit} {place}" for place in places]
    if rest:
        values.append(float(score.terms[rest].sum()))
        names.append(f"the other {len(rest):,} {unit}s" if len(rest) > 1 else f"the other {unit}")
    values.append(score.bias)
    names.append("bias")
    decimals = decimals_of(max(abs(value) for value in values[: len(places)]))
    texts, total = rounded_together(values, decimals)
    low, high = ends(values[: len(places)], values[len(places) :])
    reach = high - low or 1.0
    lines: list[SumLine] = [
        {"name": name, "sum": text, "share": clipped(value, low, high) / reach, "torn": not low <= value <= high}
        for name, text, value in zip(names, texts, values, strict=True)
    ]
    terms = [
        Term(**line, place=place, weight=weight, value=value)
        for place, line in zip(places, lines, strict=False)
        for weight, value in [factors(float(score.weights[place]), float(score.activations[place]), decimals)]
    ]
    return {
        "id": f"{title} {total}",
        "finding": finding(score, unit, what),
        "heads": [unit, "weight × mean" if score.maps is not None else "weight × value", "term"],
        "zero": -low / reach,  # where on their width the bars start
        "terms": terms,
        "lines": lines[len(places) :],
        "totalName": title,
        "total": total,
        "agreement": f"{compared(score.score, score.own)} A line opens its {unit} in One neuron.",
        "maps": map_data(score, places),
    }


def factors(weight: float, value: float, decimals: int) -> tuple[str, str]:
    """Weight and value with so many decimals that their product has the decimals of the terms right.

    >>> factors(0.20125, 4.10737, 4), factors(0.123456, 31.41592, 4)
    (('0.20125', '4.1074'), ('0.123456', '31.41592'))
    """

    def write(digits: int) -> tuple[str, float]:
        texts = fixed(weight, decimals + digits - 3), fixed(value, decimals + digits - 4)
        return " × ".join(texts), printed(texts[0]) * printed(texts[1])

    first, _, second = enough_digits(write, fixed(weight * value, decimals)).partition(" × ")
    return first, second


def ends(terms: Sequence[float], others: Sequence[float]) -> tuple[float, float]:
    """The range of the bars: that of the terms, and room for the others where they point the other way.

    What all the rest of a wide layer adds up to would leave nothing to see of the terms; its bar is cut off.

    >>> ends([0.5, -0.25], [3.0]), ends([0.5, 0.25], [-3.0])
    ((-0.25, 0.5), (-0.15, 0.5))
    """
    low, high = min(0.0, *terms), max(0.0, *terms)
    room = ROOM * max(-low, high)
    return min(low, max(-room, min(others))), max(high, min(room, max(others)))


def clipped(value: float, low: float, high: float) -> float:
    """The value, or the end it lies beyond."""
    return min(max(value, low), high)


def map_data(score: ClassScore, places: list[int]) -> Maps | None:
    """The maps of the shown terms as small pictures, a pixel a cell, and what their colours mean."""
    if score.maps is None:
        return None
    maps = score.maps[places]
    low, high = min(0.0, float(maps.min())), float(maps.max())
    size = f"{maps.shape[1]} × {maps.shape[2]}"
    return {
        "sources": [data_url(Image.fromarray(sequential(map, low, high))) for map in maps],
        "words": f"maps of {size} cells",
        "legend": legend_url("sequential", False),
        "low": number(low),
        "high": number(high),
    }


def finding(score: ClassScore, unit: str, what: str) -> str:
    """How many terms push which way, in a sentence."""
    raising, lowering = int((score.terms > 0).sum()), int((score.terms < 0).sum())
    silent = len(score.terms) - raising - lowering
    nothing = f", {silent:,} add nothing" if silent else ""
    return f"Of {len(score.terms):,} {unit}s {raising:,} raise {what}, {lowering:,} lower it{nothing}."


def decimals_of(largest: float) -> int:
    """Four decimals, or as many as leave four digits to the largest term.

    >>> decimals_of(0.83), decimals_of(0.0059), decimals_of(0.0)
    (4, 6, 4)
    """
    return min(MOST_DECIMALS, max(DECIMALS, 3 - floor(log10(largest)))) if largest else DECIMALS
