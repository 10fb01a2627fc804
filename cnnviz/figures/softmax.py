"""The softmax as a table whose numbers add up: scores, their exponentials, the sum over all classes, the shares.

softmax(z)_i = exp(z_i − max z) / Σ_k exp(z_k − max z). Taking the largest score off first changes no probability
(numerator and denominator are both divided by exp(max z)) and keeps exp from overflowing; torch does the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SoftmaxRow:
    """One class on its way from score to probability.

    `score`, `difference` (score − largest score) and `exponential` are rounded to four decimals, `percent` to two.
    """

    name: str
    score: float
    difference: float
    exponential: float
    percent: float


@dataclass(frozen=True)
class SoftmaxTable:
    """The `rows` of the highest scores, what all other classes have together, and the sum over all of them.

    As printed the numbers add up: the rows' exponentials and that of the others make `total` (four decimals), the
    percentages make 100.00. `exact_total` is that sum before it is rounded.
    """

    rows: tuple[SoftmaxRow, ...]
    num_others: int
    others_exponential: float
    others_percent: float
    total: float
    exact_total: float


def softmax_table(scores: np.ndarray, names: Sequence[str], top: int = 5) -> SoftmaxTable:
    """Follow the `top` highest of the scores (num_classes,) through the softmax, computed in float64.

    Every printed number of a row is the nearest one; the total is the sum of what is printed, and the others' share
    is what is left of 100.00. (Where nothing is left for them, shares are rounded up or down to make 100.00, largest
    remainders first.) Raises ValueError where scores and names do not match.

    >>> table = softmax_table(np.array([1.0, 3.0, 2.0]), ["cat", "dog", "bird"], top=2)
    >>> [(row.name, row.exponential, row.percent) for row in table.rows]
    [('dog', 1.0, 66.52), ('bird', 0.3679, 24.47)]
    >>> table.num_others, table.others_exponential, table.others_percent, table.total
    (1, 0.1353, 9.01, 1.5032)
    """
    if scores.shape != (len(names),):
        raise ValueError(f"softmax_table needs one name for each score, not {len(names)} names for {scores.shape}.")
    exact = scores.astype(np.float64)
    order = np.argsort(-exact, kind="stable")[:top]
    largest = round(float(exact.max()), 4)
    exponentials = np.exp(exact - exact.max())
    probabilities = exponentials / exponentials.sum()
    others = np.ones(len(exact), dtype=bool)
    others[order] = False
    printed = [round(float(value), 4) for value in [*exponentials[order], exponentials[others].sum()]]
    percents = _rounded_to_hundred(np.array([*probabilities[order], probabilities[others].sum()]))
    rows = tuple(
        SoftmaxRow(
            name=names[index],
            score=round(float(exact[index]), 4),
            difference=round(round(float(exact[index]), 4) - largest, 4),
            exponential=exponential,
            percent=percent,
        )
        for index, exponential, percent in zip(order, printed, percents, strict=False)
    )
    return SoftmaxTable(
        rows, int(others.sum()), printed[-1], percents[-1], round(sum(printed), 4), float(exponentials.sum())
    )


@dataclass(frozen=True)
class ClassShare:
    """One class's way from score to probability, exact: exp(score − largest) = `exponential`, over `total`."""

    score: float
    largest: float
    exponential: float
    total: float

    @property
    def percent(self) -> float:
        """The probability, in per cent."""
        return 100 * self.exponential / self.total


def class_share(scores: np.ndarray, class_index: int) -> ClassShare:
    """What the softmax makes of one of the scores (num_classes,), computed in float64.

    >>> share = class_share(np.array([1.0, 3.0, 2.0]), 2)
    >>> share.largest, round(share.exponential, 4), round(share.total, 4), round(share.percent, 2)
    (3.0, 0.3679, 1.5032, 24.47)
    """
    exact = scores.astype(np.float64)
    exponentials = np.exp(exact - exact.max())
    chosen = float(exact[class_index]), float(exact.max()), float(exponentials[class_index])
    return ClassShare(*chosen, float(exponentials.sum()))


def _rounded_to_hundred(shares: np.ndarray) -> list[float]:
    """Shares of a whole, the last one that of the others, as percentages with two decimals whose sum is 100.00."""
    hundredths = shares / shares.sum() * 10_000
    nearest = np.rint(hundredths[:-1]).astype(int)
    left = 10_000 - int(nearest.sum())
    if left == 0 or (left > 0 and shares[-1] > 0):
        return [float(value) / 100 for value in [*nearest, left]]
    whole = np.floor(hundredths).astype(int)
    missing = 10_000 - int(whole.sum())
    for index in np.argsort(whole - hundredths, kind="stable")[:missing]:
        whole[index] += 1
    return [float(value) / 100 for value in whole]
