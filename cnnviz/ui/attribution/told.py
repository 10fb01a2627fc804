"""What is said about a map in numbers: what its values add up to, where it says most, what covering took away."""

from collections.abc import Sequence

import numpy as np

from cnnviz.attribution.question import Method, Partial, Window
from cnnviz.attribution.reading import Region
from cnnviz.networks.activations import bracketed, number

NEAR = 0.02  # of the promised sum: what is missed by less is called nothing


def sum_words(method: Method, partial: Partial) -> str:
    """What a finished map adds up to, against what the method promises; "" for one that promises nothing.

    >>> from cnnviz.attribution import METHODS
    >>> sum_words(METHODS["deep_lift"], Partial(np.array([[1.5, -0.25]]), 1, 1, adds_up_to=1.25))
    'For: 1.5. Against: −0.25. Together **1.25**, and promised are 1.25: the score of this picture minus that of a \
grey one.'
    """
    if not method.promise or partial.adds_up_to is None:
        return ""
    values = partial.values.astype(np.float64)
    positive, negative = float(values[values > 0].sum()), float(values[values < 0].sum())
    promised, total = float(partial.adds_up_to), positive + negative
    gap = total - promised
    missed = "" if abs(gap) <= NEAR * max(abs(promised), 1e-6) else f" It misses that by {bracketed(gap)}."
    return (
        f"For: {number(positive)}. Against: {number(negative)}. Together **{number(total)}**, and promised are "
        f"{number(promised)}: {method.promise}.{missed}"
    )


def covered_words(windows: Sequence[Window], score: float) -> str:
    """Which square's covering cost most, and what it cost.

    >>> covered_words([Window(range(0, 8), range(8, 16), 2.5, 0.1)], score=4.0)
    'Covering rows 0 to 7, columns 8 to 15 costs most: the score falls from 4 to 2.5.'
    """
    if not windows:
        return ""
    worst = min(windows, key=lambda window: window.score)
    place = f"rows {worst.rows[0]} to {worst.rows[-1]}, columns {worst.columns[0]} to {worst.columns[-1]}"
    if worst.score >= score:
        return "Covering any part leaves the score as it is, or raises it: nothing alone was needed for this class."
    return f"Covering {place} costs most: the score falls from {number(score)} to {number(worst.score)}."


def region_words(region: Region, height: int, width: int) -> str:
    """How much of the map lies in the most telling part of the picture.

    >>> region_words(Region(range(0, 3), range(3, 6), 0.42), 9, 9)
    'The most telling ninth holds 42 % of what speaks for the class.'
    """
    part = round(height * width / max(1, len(region.rows) * len(region.columns)))
    name = "ninth" if part == 9 else "part"
    return f"The most telling {name} holds {100 * region.share:.0f} % of what speaks for the class."
