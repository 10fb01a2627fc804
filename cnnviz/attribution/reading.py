"""How a map of attribution is read: whether it says anything, where it says most, how alike two maps are."""

from dataclasses import dataclass

import numpy as np

NOTHING = 2e-6  # of the score's own size: what is smaller is the rounding of float32, not evidence
FLAT = 1e-3  # a map whose values differ by less than this share of their size names no place
OUTLIERS = 99.5  # percentile: colours end there, so that single pixels do not make all others faint
PART = 3  # the most telling region is a third of the picture's sides
STRONGEST = 0.1  # of the pixels: those where a map says something, as one looks at it


def no_evidence(attribution: np.ndarray, score: float) -> str:
    """Why a map (H, W) shows nothing, in a sentence; "" where it does show something.

    `score` is the class's score, whose size says what counts as nothing.

    >>> no_evidence(np.zeros((4, 4)), score=3.0)
    'No evidence: every value of this map is zero.'
    >>> no_evidence(np.eye(4), score=3.0)
    ''
    """
    if not np.isfinite(attribution).all():
        return "No evidence: the values grew beyond what can be computed."
    largest = float(np.abs(attribution).max())
    if largest == 0:
        return "No evidence: every value of this map is zero."
    if largest <= NOTHING * max(1.0, abs(score)):
        return "No evidence: the values are as small as the rounding of the computation."
    if float(np.ptp(attribution)) <= FLAT * largest:
        return "No evidence for a place: the map has the same value everywhere."
    return ""


def colour_limit(attribution: np.ndarray) -> float:
    """The magnitude that gets the full colour of a map (H, W): 99.5 % of the pixels lie within it. 0 for an empty map.

    >>> colour_limit(np.array([[0.0, -2.0], [1.0, 1.0]])) > 1.9
    True
    """
    magnitudes = np.abs(attribution[np.isfinite(attribution)])
    if not magnitudes.size:
        return 0.0
    limit = float(np.percentile(magnitudes, OUTLIERS))
    return limit or float(magnitudes.max())


@dataclass(frozen=True)
class Region:
    """A part of the picture, in rows and columns of the map, and its share of the whole map's magnitude."""

    rows: range
    columns: range
    share: float


def telling_region(attribution: np.ndarray) -> Region:
    """Where a third by a third of the map (H, W) holds most of what speaks for the class, or of the magnitude.

    Positive values count, and where there are none the magnitudes.

    >>> attribution = np.zeros((9, 9)); attribution[7:, 1] = 1.0
    >>> region = telling_region(attribution)
    >>> region.rows, 1 in region.columns, region.share
    (range(6, 9), True, 1.0)
    """
    counted = attribution.clip(min=0)
    if not counted.any():
        counted = np.abs(attribution)
    height, width = (max(1, round(side / PART)) for side in attribution.shape)
    sums = np.pad(counted.astype(np.float64).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    inside = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width] + sums[:-height, :-width]
    row, column = (int(place) for place in np.unravel_index(int(inside.argmax()), inside.shape))
    total = float(sums[-1, -1])
    share = float(inside[row, column]) / total if total else 0.0
    return Region(range(row, row + height), range(column, column + width), share)


def likeness(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's rank correlation of the magnitudes of two maps (H, W): 1 for the same order of the pixels, 0 for none.

    Of the magnitudes, as in Adebayo et al. 2018 (arXiv:1810.03292), since a changed sign alone still draws the same
    picture. Where a map is the same everywhere there is no order: 0.

    >>> likeness(np.array([[1.0, 2.0, 3.0]]), np.array([[-10.0, 20.0, 40.0]]))
    1.0
    """
    ranks = [ranked(np.abs(values).ravel()) for values in (first, second)]
    centred = [rank - rank.mean() for rank in ranks]
    sizes = [float(np.sqrt((rank**2).sum())) for rank in centred]
    if not all(sizes):
        return 0.0
    return float(np.clip((centred[0] * centred[1]).sum() / (sizes[0] * sizes[1]), -1, 1).round(12))


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    """How much of the strongest tenth of the pixels two maps have in common: 1 for all of it, 0.1 by chance.

    By magnitude, as `likeness`, which counts all pixels: where two maps agree on what is weak it is high though their
    peaks lie apart, and this is low. (Ghorbani, Abid, Zou 2019, arXiv:1710.10547, call it top-k intersection.) Of
    pixels with the same value at the edge of the tenth each counts with its share of what is still free. Where a map
    is the same everywhere there is no strongest tenth: 0.

    >>> ramp = np.arange(100.0)
    >>> overlap(ramp, ramp), overlap(ramp, -ramp), overlap(ramp, ramp[::-1])
    (1.0, 1.0, 0.0)
    """
    magnitudes = [np.abs(values).ravel() for values in (first, second)]
    if any(values.min() == values.max() for values in magnitudes):
        return 0.0
    count = max(1, round(STRONGEST * magnitudes[0].size))
    one, other = (among_strongest(values, count) for values in magnitudes)
    return float((np.minimum(one, other).sum() / count).round(12))


def among_strongest(values: np.ndarray, count: int) -> np.ndarray:
    """Whether each of values (N,) is among the `count` largest, 0 or 1; equal ones at the edge share the places left.

    >>> among_strongest(np.array([3.0, 1.0, 1.0, 0.0]), 2).tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    edge = np.partition(values, -count)[-count]
    above, at = values > edge, values == edge
    parts: np.ndarray = above + at * (count - above.sum()) / at.sum()
    return parts


def ranked(values: np.ndarray) -> np.ndarray:
    """The place of each of values (N,) in the order of all; equal ones share the mean of their places.

    >>> ranked(np.array([5.0, 1.0, 5.0])).tolist()
    [1.5, 0.0, 1.5]
    """
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum()
    ranks: np.ndarray = (last - counts + last - 1) / 2
    return ranks[which]
