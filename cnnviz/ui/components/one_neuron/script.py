"""What the browser draws of one neuron, worked out here: the numbers as texts that add up, and how strongly to tint."""

from collections.abc import Sequence
from math import floor, log10
from typing import TypedDict

import numpy as np

from cnnviz.arithmetic.derivations.rounding import enough_digits, fixed, printed, rounded_together, significant
from cnnviz.arithmetic.settings import counted
from cnnviz.networks.activations import DECIMALS, Stage, Use
from cnnviz.networks.neuron import Neuron

SHOWN_CHANNELS = 10
COLOURS = ("red", "green", "blue", "near infrared")
WRITTEN_CELLS = 5  # a window of more rows or columns is drawn without its numbers; pointing at a cell tells them


class Grid(TypedDict):
    """Numbers as texts, and how strongly each is tinted, from -1 to 1."""

    cells: list[list[str]]
    tints: list[list[float]]


class AccountLine(TypedDict):
    """One line of the sum; `share` is its part of the largest, with its sign."""

    name: str
    sum: str
    share: float


class Grids(TypedDict):
    """The window, kernel and products of one input channel; which cells are padding, and which one wins.

    `told` is each product with the digits that make it, "" where nothing is multiplied.
    """

    window: Grid
    kernel: Grid | None
    products: Grid
    told: list[list[str]]
    place: int
    padding: list[list[bool]]
    winner: tuple[int, int] | None


class Term(AccountLine, Grids):
    """What one input channel adds."""


class Script(TypedDict):
    """The numbers of a neuron: its terms, the other lines, their total; `written`: the grids show their numbers."""

    kind: str
    terms: list[Term]
    lines: list[AccountLine]
    total: str
    written: bool
    divisor: int


class StageLine(TypedDict):
    """What happens behind the layer: what it is called, its formula with numbers, its result."""

    name: str
    formula: str
    value: str


def neuron_script(neuron: Neuron, is_picture: bool) -> Script:
    """The window, kernel and products of the channels that matter most, and the lines that add up to the value.

    The other lines are the rest and the bias. `is_picture`: the channels are colours.
    """
    places = neuron.ranked_channels[:SHOWN_CHANNELS]
    sums = neuron.channel_sums
    rest = neuron.ranked_channels[SHOWN_CHANNELS:]
    values = [float(sums[place]) for place in places]
    names = [channel_name(neuron.first_channel + place, is_picture) for place in places]
    if rest:
        values.append(float(sums[rest].sum()))
        names.append(f"other {counted(len(rest), 'channel')}")
    if neuron.weights is not None and has_bias(neuron):
        values.append(neuron.bias)
        names.append("bias")
    texts, total = rounded_together(values, DECIMALS)
    largest = max((abs(value) for value in values), default=0.0) or 1.0
    lines: list[AccountLine] = [
        {"name": name, "sum": text, "share": value / largest}
        for name, text, value in zip(names, texts, values, strict=True)
    ]
    limits = [
        largest_of(neuron.window[places]),
        largest_of(neuron.weights[places] if neuron.weights is not None else None),
    ]
    limits.append(largest_of(neuron.products[places]))
    return {
        "kind": neuron.kind,
        "terms": [
            Term(**line, **grids(neuron, place, limits, line["sum"]))
            for line, place in zip(lines, places, strict=False)
        ],
        "lines": lines[len(places) :],
        "total": total,
        "written": max(neuron.window.shape[1:]) <= WRITTEN_CELLS,
        "divisor": neuron.divisor if neuron.kind.endswith("AvgPool2d") else 0,
    }


def has_bias(neuron: Neuron) -> bool:
    """A convolution in front of a BatchNorm has none; one that is exactly zero need not be told."""
    return neuron.bias != 0


def channel_name(channel: int, is_picture: bool) -> str:
    """A colour of the picture, or the number of a map."""
    return COLOURS[channel] if is_picture and channel < len(COLOURS) else f"channel {channel}"


def grids(neuron: Neuron, place: int, limits: Sequence[float], total: str) -> Grids:
    """Window, kernel and products of one input channel as texts and tints; which cells are padding.

    The texts of the products add up to `total`, what the channel's line says.
    """
    values = neuron.products[place]
    window, kernel_limit, products_limit = limits
    products = grid_of(values, products_limit)
    winner = None
    if neuron.kind == "MaxPool2d":
        row, column = np.unravel_index(int(values.argmax()), values.shape)
        winner = (int(row), int(column))
    else:
        texts, _ = rounded_together(values.ravel().tolist(), DECIMALS, total)
        products["cells"] = np.array(texts).reshape(values.shape).tolist()
    return {
        "window": grid_of(neuron.window[place], window),
        "kernel": None if neuron.weights is None else grid_of(neuron.weights[place], kernel_limit),
        "products": products,
        "told": told_products(neuron, place),
        "place": place,
        "padding": neuron.is_padding.tolist(),
        "winner": winner,
    }


def grid_of(array: np.ndarray, limit: float) -> Grid:
    """Numbers (H, W) as texts, tinted by their part of the limit."""
    return {"cells": texts_of(array), "tints": tints_of(array, limit)}


def told_products(neuron: Neuron, place: int) -> list[list[str]]:
    """Each product of one input channel with its factors, the printed ones giving the printed one (rows, columns)."""
    if neuron.weights is None:
        return [[""] * neuron.window.shape[2]] * neuron.window.shape[1]
    rows = zip(neuron.window[place].tolist(), neuron.weights[place].tolist(), strict=True)
    return [[told_product(*factors) for factors in zip(*row, strict=True)] for row in rows]


def told_product(value: float, weight: float) -> str:
    """A product with so many digits of its factors that what is printed gives what is printed.

    >>> told_product(6.2404612, 0.1843431)
    '6.2405 × 0.18434 = 1.1504'
    """
    result = fixed(value * weight, DECIMALS)

    def write(digits: int) -> tuple[str, float]:
        texts = significant(value, digits), significant(weight, digits)
        return " × ".join(texts), printed(texts[0]) * printed(texts[1])

    return f"{enough_digits(write, result)} = {result}"


def texts_of(array: np.ndarray) -> list[list[str]]:
    """Numbers (rows, columns) as text, three digits for the largest; −∞ for the padding of a maximum."""
    places = min(8, max(0, 2 - floor(log10(largest_of(array)))))
    return [["−∞" if value == -np.inf else fixed(value, places) for value in row] for row in array.tolist()]


def tints_of(array: np.ndarray, limit: float) -> list[list[float]]:
    """Each value (rows, columns) over the largest magnitude of all shown: −1 to 1, three decimals."""
    finite = np.where(np.isfinite(array), array, 0.0)
    shares: list[list[float]] = np.round(finite / limit, 3).tolist()
    return shares


def largest_of(array: np.ndarray | None) -> float:
    """The largest finite magnitude of an array of any shape; 1 where there is none."""
    if array is None or not array.size:
        return 1.0
    return float(np.abs(np.where(np.isfinite(array), array, 0.0)).max()) or 1.0


def stage_lines(stages: Sequence[Stage]) -> list[StageLine]:
    """BatchNorm, sum and ReLU as lines: what it is called, the formula with its numbers, the result."""
    words = {"BatchNorm2d": "batch normalisation", "ReLU": "ReLU", "Add": "plus the other path"}
    return [
        {
            "name": f"{words.get(stage.kind, stage.kind)} ({stage.name})",
            "formula": stage.formula,
            "value": fixed(stage.value, DECIMALS),
        }
        for stage in stages
    ]


def use_words(use: Use) -> str:
    """Who reads the value, in a few words.

    >>> use_words(Use("features.8", "Conv2d", (2, 3, 4), (5, 6, 7), range(256)))
    'features.8 reads it in 3 × 3 places of each of its 256 maps'
    """
    if use.kind == "Linear":
        return f"{use.name} reads it in each of its {len(use.channels)} units"
    places = f"{len(use.rows)} × {len(use.columns)} places" if len(use.rows) * len(use.columns) != 1 else "one place"
    if len(use.channels) == 1:
        return f"{use.name} reads it in {places} of its map"
    return f"{use.name} reads it in {places} of each of its {len(use.channels)} maps"


def idle_words(use: Use, value: float) -> str:
    """Why no unit of a layer gains from the value that it reads there, in a sentence.

    >>> idle_words(Use("pool", "MaxPool2d", (1, 2), (3, 4), range(5, 6)), 0.5)
    'pool reads it in 2 × 2 places of its map. A value at least as large wins in each of them, so it leads no further.'
    """
    if value == 0:
        return f"{use_words(use)}, as 0: no unit there gains from it."
    if use.kind == "MaxPool2d":
        which = "wins in each of them" if len(use.rows) * len(use.columns) > 1 else "wins there"
        return f"{use_words(use)}. A value at least as large {which}, so it leads no further."
    return f"{use_words(use)}. It makes none of them larger, so it leads no further."


def agreement(neuron: Neuron) -> str:
    """How the sum and the network's own value compare, in a sentence."""
    return compared(neuron.result, neuron.activation)


def compared(result: float, own: float) -> str:
    """How what was added up here and what the network itself computed compare, in a sentence.

    The network adds in float32, in an order of its own; here the products are added in double precision.

    >>> compared(1.5, 1.5), compared(-2.0, -2.25)
    ('The network itself computed 1.5: the same to the last digit.', \
'The network itself computed −2.25; the two differ by 2 · 10⁻¹.')
    """
    difference = abs(result - own)
    own_words = f"The network itself computed {own:.6g}".replace("-", "−")
    if difference == 0:
        return f"{own_words}: the same to the last digit."
    digits, exponent = f"{difference:.0e}".split("e")
    return f"{own_words}; the two differ by {digits} · 10{raised(int(exponent))}."


def raised(exponent: int) -> str:
    """An exponent in raised digits.

    >>> raised(-12)
    '⁻¹²'
    """
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
