"""Occlusion animated: a grey square walks over the picture, and a curve says what the network answers meanwhile.

Python works out every number, sentence and axis; the browser shows one square after the other.
"""

import hashlib
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

from PIL import Image

from cnnviz.arithmetic.derivations.rounding import decimal_text
from cnnviz.figures.palettes import LEVELS, table
from cnnviz.networks.preprocess import IMAGENET
from cnnviz.ui.component import Component, browser_component, data_url

if TYPE_CHECKING:
    from cnnviz.attribution.question import Window

__all__ = ["COARSE", "show_walk", "walk_data"]

COARSE = 128  # pixels; a smaller picture is enlarged without smoothing, and travels exactly
MOST_DECIMALS = 4
LEAST_LIMIT = 0.1  # of the uncovered value: less than this gets no full tint, however little everything else changes
PERCENT = "\u00a0%"
AGAINST, FOR = LEVELS // 8, LEVELS - 1 - LEVELS // 8  # levels of the diverging palette that show on a photograph


class Axis(TypedDict):
    """Where an axis begins and ends, and its ticks: number and text."""

    low: float
    high: float
    ticks: list[tuple[float, str]]


class Measure(TypedDict):
    """One number of the class along the walk.

    `phrases` are the sentence around `covered` and `change`; `worst` the square that costs most; `limit` the change
    that gets the full tint.
    """

    title: str
    phrases: tuple[str, str]
    covered: list[str]
    change: list[str]
    values: list[float]
    uncovered: float
    uncoveredText: str
    worst: int
    limit: float
    limitText: str
    axis: Axis


class Message(TypedDict):
    """Everything that is drawn.

    `walk` is the same as long as it is the same walk; `size` (H, W); `squares` are first row, last row, first column,
    last column; `tints` the colours of what adds and of what takes away.
    """

    walk: str
    picture: str
    coarse: bool
    size: tuple[int, int]
    grey: str
    squares: list[tuple[int, int, int, int]]
    total: int
    running: bool
    tints: list[str]
    measures: list[Measure]


_component: Component[Message] = browser_component(__file__)


def show_walk(
    picture: Image.Image,
    windows: "Sequence[Window]",
    score: float,
    probability: float,
    class_name: str,
    key: str,
    running: bool = False,
    total: int = 0,
    grey: Sequence[float] = IMAGENET.mean,
) -> None:
    """Draw the picture with the walking square, the curve, the sentence and the player.

    picture      what the network saw, without a square.
    windows      what was covered, in the order of the walk; while `running` there are more at each redraw.
    score, probability   of the class for the picture with nothing covered.
    total        how many squares there will be, so that the curve keeps its place while they arrive; 0: no more.
    grey         the colour of the square, each channel from 0 to 1: the mean that normalisation takes away.

    It stands still until someone plays it: on the last square while running, then on the one that costs most.
    """
    _component(key=key, data=walk_data(picture, windows, score, probability, class_name, running, total, grey))


def walk_data(
    picture: Image.Image,
    windows: "Sequence[Window]",
    score: float,
    probability: float,
    class_name: str,
    running: bool = False,
    total: int = 0,
    grey: Sequence[float] = IMAGENET.mean,
) -> Message:
    """Everything that is drawn."""
    total = max(total, len(windows))
    made = f"{picture.size} {class_name} {score!r} {total} {windows[:1]!r}".encode() + picture.tobytes()
    coarse = max(picture.size) < COARSE
    name = f"“{class_name}”"
    return {
        "walk": hashlib.sha256(made).hexdigest()[:16],
        "picture": data_url(picture) if coarse else data_url(picture.convert("RGB"), "JPEG", quality=92),
        "coarse": coarse,
        "size": (picture.height, picture.width),
        "grey": "#" + "".join(f"{round(255 * value):02x}" for value in grey[:3]),
        "squares": [(w.rows.start, w.rows.stop - 1, w.columns.start, w.columns.stop - 1) for w in windows],
        "total": total,
        "running": running,
        "tints": ["#" + table("diverging")[level].tobytes().hex() for level in (AGAINST, FOR)],
        "measures": [
            measure(
                "Probability", name, [percent(w.probability) for w in windows], percent(probability), PERCENT, " points"
            ),
            measure("Score", name, [w.score for w in windows], score),
        ],
    }


def measure(
    title: str, name: str, values: Sequence[float], uncovered: float, unit: str = "", change_unit: str = ""
) -> Measure:
    """One number of the class along the walk; `uncovered` less what covering took away is `covered`, as printed.

    >>> made = measure("Probability", "“tabby”", [41.23, 79.0], 78.94, " %", " points")
    >>> made["phrases"][0] + made["covered"][0] + made["phrases"][1] + made["change"][0]
    'Probability of “tabby” 41.2 %, uncovered 78.9 %: covering it takes away 37.7 points'
    """
    changes = [uncovered - value for value in values]
    largest = max(map(abs, changes), default=0.0)
    limit = max(largest, LEAST_LIMIT * abs(uncovered))
    places = decimals(max([abs(uncovered), *map(abs, values)]), largest, 1 if unit else 2)
    counts = [units(value, places) for value in values]
    before = units(uncovered, places)
    full = max([units(LEAST_LIMIT * abs(uncovered), places), *(abs(before - count) for count in counts)])
    ticks = (percent_ticks if unit else score_ticks)([uncovered, *values])
    return {
        "title": title,
        "phrases": (
            f"{title} of {name} ",
            f"{unit}, uncovered {decimal_text(before, places)}{unit}: covering it ",
        ),
        "covered": [decimal_text(count, places) for count in counts],
        "change": [change(before - count, places, change_unit) for count in counts],
        "values": [float(f"{value:.6g}") for value in values],
        "uncovered": float(f"{uncovered:.6g}"),
        "uncoveredText": f"{decimal_text(before, places)}{unit}",
        "worst": max(range(len(values)), key=lambda place: changes[place], default=0),
        "limit": limit,
        "limitText": f"{decimal_text(full, places)}{change_unit}",
        "axis": {
            "low": ticks[0],
            "high": ticks[-1],
            "ticks": [(tick, f"{tick:g}{unit}".replace("-", "−")) for tick in ticks],
        },
    }


def percent(probability: float) -> float:
    """A probability in percent; float32 sums to a little more than one at times."""
    return min(100.0, 100 * probability)


def units(value: float, places: int) -> int:
    """The value in units of its last decimal, rounded."""
    return round(value * 10.0**places)


def decimals(largest: float, change: float, least: int = 1) -> int:
    """As many as show three digits of the largest value, or four where the largest change needs them; `least` to 4.

    >>> decimals(78.94, 37.7), decimals(0.412, 0.05), decimals(99.99, 0.02), decimals(0.0, 0.0)
    (1, 3, 2, 1)
    """
    for_value, for_change = (
        digits - 1 - math.floor(math.log10(size)) if size > 0 else 0 for size, digits in ((largest, 3), (change, 2))
    )
    return min(MOST_DECIMALS, max(least, for_value, min(for_change, for_value + 1)))


def change(taken: int, places: int, unit: str) -> str:
    """What covering did, in words.

    >>> change(377, 1, " points"), change(-3, 2, ""), change(0, 1, " points")
    ('takes away 37.7 points', 'adds 0.03', 'moves it by less than 0.1 points')
    """
    if taken == 0:
        return f"moves it by less than {decimal_text(1, places)}{unit}"
    return f"{'takes away' if taken > 0 else 'adds'} {decimal_text(abs(taken), places)}{unit}"


def percent_ticks(values: Sequence[float]) -> list[float]:
    """From zero to the next round number above all of them, so that a small change looks small.

    >>> percent_ticks([78.9, 41.2]), percent_ticks([0.3])[-1]
    ([0.0, 50.0, 100.0], 0.5)
    """
    high = round_step(max(1e-6, *values))
    return [0.0, high / 2, high]


def score_ticks(values: Sequence[float]) -> list[float]:
    """From a round number below all of them to one above, with two to five ticks.

    >>> score_ticks([11.04, 7.3]), score_ticks([2.0])
    ([6.0, 8.0, 10.0, 12.0], [1.0, 2.0, 3.0])
    """
    low, high = min(values), max(values)
    if high - low < 1e-9 * max(1.0, abs(high)):
        low, high = low - 1, high + 1
    step = round_step((high - low) / 3)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [float(f"{number * step:.6g}") for number in range(first, last + 1)]


def round_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20 … and 0.5, 0.2 … that is not below `least`.

    >>> round_step(1.25), round_step(0.21), round_step(100)
    (2.0, 0.5, 100.0)
    """
    power = 10.0 ** math.floor(math.log10(least))
    return float(f"{next(times * power for times in (1, 2, 5, 10) if times * power >= least * (1 - 1e-9)):.6g}")
