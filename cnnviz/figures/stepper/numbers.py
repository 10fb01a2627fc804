"""Numbers as the stepper writes them: exact where a decimal ends, so that what is shown adds up.

Exact fractions are carried as whole numbers over one common denominator (their *scale*) while the windows multiply and
add them in float64, which holds every whole number up to 2**53.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import lcm

import numpy as np

from cnnviz.arithmetic.matrix import Matrix, MatrixError, decimal_places, write_number

Planes = tuple[Matrix, ...]  # one exact matrix (rows of columns) for each channel

EXACT = 2**53
MAX_SCALE = 10**6
SHOWN_DECIMALS = 2  # of a result that no short decimal writes
TERM_DECIMALS = 8  # two numbers of four decimals each, multiplied


def whole(planes: Sequence[Matrix]) -> tuple[np.ndarray, int]:
    """The planes (C, H, W) as whole numbers in float64, and the common denominator they stand over.

    Raises ``MatrixError`` where that is over a million.

    >>> whole((((Fraction(1, 2), Fraction(3)),),))
    (array([[[1., 6.]]]), 2)
    """
    scale = lcm(*(value.denominator for plane in planes for row in plane for value in row))
    if scale > MAX_SCALE:
        raise MatrixError("These fractions have no common denominator below 1,000,000: use simpler ones, such as 1/9.")
    return np.array([[[float(value * scale) for value in row] for row in plane] for plane in planes]), scale


def check_exact(values: np.ndarray, weights: np.ndarray, terms: int) -> None:
    """MatrixError for arrays, of any shape, whose products could not be added up exactly, `terms` of them at a time."""
    if np.abs(values).max(initial=0) * np.abs(weights).max(initial=0) * terms > EXACT:
        raise MatrixError("These numbers have too many digits to be added up exactly: use fewer decimals.")


def ends(planes: Iterable[Matrix]) -> bool:
    """Whether every number is a decimal of at most four places."""
    places = [decimal_places(value) for plane in planes for row in plane for value in row]
    return all(place is not None and place <= 4 for place in places)


def places_over(scale: int) -> int | None:
    """How many decimals write every multiple of 1/scale; ``None`` where they do not end within eight.

    >>> places_over(1), places_over(200), places_over(3)
    (0, 3, None)
    """
    places = decimal_places(Fraction(1, scale))
    return places if places is not None and places <= TERM_DECIMALS else None


@lru_cache(maxsize=50_000)
def count_text(count: int, scale: int, places: int | None) -> str:
    """count/scale with ``places`` decimals, so that a column of them can be read; as a fraction where none end.

    >>> count_text(-3, 2, 2), count_text(4, 3, None)
    ('-1.50', '4/3')
    """
    if places is None:
        return write_number(Fraction(count, scale))
    if scale == 1:
        return str(count)
    digits = f"{abs(count) * 10**places // scale:0{places + 1}d}"
    return ("-" if count < 0 else "") + digits[:-places] + "." + digits[-places:] if places else digits


def exact_text(value: Fraction) -> str:
    """A number as people write it: an integer, a decimal where it ends within eight digits, else ``1/9``."""
    places = decimal_places(value)
    if places is None or places > TERM_DECIMALS:
        return f"{value.numerator}/{value.denominator}"
    return count_text(value.numerator, value.denominator, places)


def is_short(value: Fraction) -> bool:
    """Whether a short decimal writes the value exactly."""
    places = decimal_places(value)
    return places is not None and places <= TERM_DECIMALS


def shown(value: Fraction) -> str:
    """The value exactly where a short decimal writes it, else rounded to two decimals."""
    return exact_text(value) if is_short(value) else rounded_text(value, SHOWN_DECIMALS)


def rounded_text(value: Fraction, places: int) -> str:
    """The value with so many decimals; never ``-0.00``.

    >>> rounded_text(Fraction(-1, 999), 2), rounded_text(Fraction(5, 3), 2)
    ('0.00', '1.67')
    """
    count = round(value * 10**places)
    return count_text(count, 10**places, places) if places else str(count)


def aligned(planes: Sequence[Sequence[Sequence[Fraction]]]) -> tuple[list[list[list[str]]], bool]:
    """Planes of results as text, all with the same decimals (none or two), and whether any had to be rounded."""
    values = [value for plane in planes for row in plane for value in row]
    places = 0 if all(value.denominator == 1 for value in values) else SHOWN_DECIMALS
    rounded = any((value * 10**places).denominator != 1 for value in values)
    return [[[rounded_text(value, places) for value in row] for row in plane] for plane in planes], rounded


def shades(
    planes: Sequence[Sequence[Sequence[Fraction]]], largest: Fraction | None = None
) -> list[list[list[float | None]]]:
    """How strongly each cell is tinted: value over the largest magnitude of all planes (or ``largest``), -1 to 1."""
    limit = largest or max((abs(value) for plane in planes for row in plane for value in row), default=Fraction(0))
    return [[[round(float(value / limit), 3) if limit else 0.0 for value in row] for row in plane] for plane in planes]
