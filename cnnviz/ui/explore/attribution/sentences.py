"""What is said about a map in numbers: what its values add up to, where it says most, what covering took away."""

import math
from collections.abc import Sequence

import numpy as np

from cnnviz.arithmetic.derivations.rounding import rounded_together
from cnnviz.attribution.question import Method, Partial, Window
from cnnviz.attribution.reading import Region
from cnnviz.networks.activations import number

NEAR = 0.01  # of the promised sum: what is missed by less is not told


def sum_words(method: Method, partial: Partial) -> str:
    """What a finished map adds up to, against what the method promises; "" for one that promises nothing.

    The numbers add up as they are printed.

    >>> from cnnviz.attribution import METHODS
    >>> sum_words(METHODS["deep_lift"], Partial(np.array([[1.5, -0.25]]), 1, 1, adds_up_to=1.25))
    'For the class 1.500, against it −0.250, together **1.250**. Promised are 1.250: the score of this picture minus \
that of a grey one.'
    """
    if not method.promise or partial.adds_up_to is None:
        return ""
    values = partial.values.astype(np.float64)
    positive, negative = float(values[values > 0].sum()), float(values[values < 0].sum())
    promised = float(partial.adds_up_to)
    places = decimals(max(abs(positive), abs(negative), abs(promised)))
    (for_it, against), total = rounded_together([positive, negative], places)
    (expected,), _ = rounded_together([promised], places)
    gap = positive + negative - promised
    (missed,), _ = rounded_together([abs(gap)], places)
    miss = (
        f" The map has {missed} {'more' if gap > 0 else 'less'}." if abs(gap) > NEAR * max(abs(promised), 1e-6) else ""
    )
    return (
        f"For the class {for_it}, against it {against}, together **{total}**. Promised are {expected}: "
        f"{method.promise}.{miss}"
    )


def decimals(largest: float) -> int:
    """So many decimals that the largest number shows four digits, three at most of them behind the point.

    >>> decimals(17.2), decimals(0.0123), decimals(4321.0)
    (2, 5, 0)
    """
    return max(0, 3 - math.floor(math.log10(largest))) if largest > 0 else 3


def covered_words(windows: Sequence[Window], score: float, regions: int = 0) -> str:
    """Which square's covering cost most, and what it cost; with `regions` of one's own, which of them.

    >>> covered_words([Window(range(0, 8), range(8, 16), 2.5, 0.1)], score=4.0)
    'Covering rows 0 to 7, columns 8 to 15 costs most: the score falls from 4 to 2.5.'
    >>> both = [Window(range(0, 8), range(0, 8), 2.5, 0.1), Window(range(2, 4), range(2, 4), 3.0, 0.2)]
    >>> covered_words(both, score=4.0, regions=1)
    'Covering all but your regions costs most: the score falls from 4 to 2.5. Covering region 1: to 3.'
    """
    if not windows:
        return ""
    if regions:
        names = [f"region {place}" for place in range(1, regions + 1)]
        if len(windows) > regions:
            names.insert(0, "all but your regions")
        falls = sorted(zip(names, windows, strict=False), key=lambda pair: pair[1].score)
        others = "".join(f" Covering {name}: to {number(window.score)}." for name, window in falls[1:])
        return f"Covering {falls[0][0]} costs most: {fall(falls[0][1], score)}{others}"
    worst = min(windows, key=lambda window: window.score)
    if worst.score >= score:
        return "Covering any part leaves the score as it is, or raises it: nothing alone was needed for this class."
    place = f"rows {worst.rows[0]} to {worst.rows[-1]}, columns {worst.columns[0]} to {worst.columns[-1]}"
    return f"Covering {place} costs most: {fall(worst, score)}"


def fall(window: Window, score: float) -> str:
    """From which score to which."""
    verb = "falls" if window.score < score else "rises"
    return f"the score {verb} from {number(score)} to {number(window.score)}."


def region_words(region: Region, attribution: np.ndarray, signed: bool) -> str:
    """How much of the map (H, W) lies in the part of the picture that holds most of it.

    >>> region_words(Region(range(0, 3), range(3, 6), 0.42), np.eye(9), signed=True)
    'The framed ninth holds 42 % of all that is red.'
    """
    part = round(attribution.size / max(1, len(region.rows) * len(region.columns)))
    what = "of the map" if not signed else "of all that is red" if (attribution > 0).any() else "of all that is blue"
    return f"The framed {'ninth' if part == 9 else 'part'} holds {100 * region.share:.0f} % {what}."
