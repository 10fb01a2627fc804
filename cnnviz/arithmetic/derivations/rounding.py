"""Numbers rounded so that what is shown still adds up."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor


def rounded_together(values: Sequence[float], decimals: int, total: str = "") -> tuple[list[str], str]:
    """Each value with so many decimals, and their sum: the texts add up exactly, and the sum is the true one rounded.

    `total` is the sum to arrive at where it is shown already: the true one, rounded up or down.

    Every value is rounded up or down to a neighbouring decimal, those with the largest remainder up (the method of
    largest remainders, by which Hamilton shared out seats in 1792). None moves by a whole unit of the last decimal.

    >>> rounded_together([1 / 3, 1 / 3, 1 / 3], 2)
    (['0.34', '0.33', '0.33'], '1.00')
    >>> rounded_together([0.25, -0.1], 4)
    (['0.2500', '−0.1000'], '0.1500')
    """
    units = [Fraction(value) * 10**decimals for value in values]
    counts = [floor(unit) for unit in units]
    aim = int(total.replace("−", "-").replace(".", "")) if total else round(sum(units, Fraction(0)))
    missing = aim - sum(counts)
    by_remainder = sorted(range(len(units)), key=lambda place: counts[place] - units[place])
    for place in by_remainder[:missing]:
        counts[place] += 1
    return [decimal_text(count, decimals) for count in counts], decimal_text(aim, decimals)


def decimal_text(count: int, decimals: int) -> str:
    """`count` units of the last of so many decimals, with a real minus sign.

    >>> decimal_text(-25, 2), decimal_text(7, 0)
    ('−0.25', '7')
    """
    digits = str(abs(count)).rjust(decimals + 1, "0")
    sign = "−" if count < 0 else ""
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"
