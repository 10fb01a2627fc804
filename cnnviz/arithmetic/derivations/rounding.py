"""Numbers rounded so that what is shown still adds up."""

from collections.abc import Callable, Sequence
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


def enough_digits(write: Callable[[int], tuple[str, float]], result: str) -> str:
    """The shortest text whose printed numbers give the `result` that is printed behind it.

    `write` makes the text with so many digits, and works its value out from the numbers as they stand there. It is
    asked for four digits first, and for twelve at most.

    >>> third = lambda digits: (f"2 · {1 / 3:.{digits}f}", 2 * float(f"{1 / 3:.{digits}f}"))
    >>> enough_digits(third, "0.6667"), enough_digits(third, "0.67")
    ('2 · 0.33333', '2 · 0.3333')
    """
    decimals = len(result.partition(".")[2])
    aim = printed(result)
    text = ""
    for digits in range(4, 13):
        text, value = write(digits)
        if round(value, decimals) == aim:
            break
    return text


def significant(value: float, digits: int) -> str:
    """So many digits that count, with a real minus sign.

    >>> significant(-0.0123456, 4), significant(2.8996, 3)
    ('−0.01235', '2.9')
    """
    return f"{value:.{digits}g}".replace("-", "−")


def fixed(value: float, decimals: int) -> str:
    """So many decimals, with a real minus sign, and none at zero.

    >>> fixed(2.89999, 4), fixed(-0.00001, 4)
    ('2.9000', '0.0000')
    """
    return f"{value:z.{decimals}f}".replace("-", "−")


def printed(text: str) -> float:
    """The number that a text says.

    >>> printed("−0.25")
    -0.25
    """
    return float(text.replace("−", "-"))


def decimal_text(count: int, decimals: int) -> str:
    """`count` units of the last of so many decimals, with a real minus sign.

    >>> decimal_text(-25, 2), decimal_text(7, 0)
    ('−0.25', '7')
    """
    digits = str(abs(count)).rjust(decimals + 1, "0")
    sign = "−" if count < 0 else ""
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"
