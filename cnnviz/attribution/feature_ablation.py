"""Feature ablation: take a whole region of the picture away, and see how far the class's score falls.

The plainest question: S_c(x) − S_c(x with the region at the mean colour), region by region, each pixel of a region
getting the region's value. captum.attr.FeatureAblation with baseline 0 and the regions as its feature mask. The regions
are a grid, or one's own: whole numbers (H, W), equal where pixels go together.

What it cannot tell: what regions do together, and what matters inside one. Large regions are compared with small ones
as they are, not by their size.
"""

import math
from collections.abc import Iterator

import numpy as np
import torch

from cnnviz.attribution.question import Method, Partial, Question, Window
from cnnviz.attribution.windows import covered_scores, walked


def steps(question: Question) -> Iterator[Partial]:
    """Region by region."""
    height, width = question.image.shape[2:]
    regions = grid_regions(height, width, question.evaluations) if question.regions is None else question.regions
    names = np.unique(regions)
    values = np.zeros((height, width), dtype=np.float32)
    seen: tuple[Window, ...] = ()
    for start in range(0, len(names), question.batch_size):
        masks = np.stack([regions == name for name in names[start : start + question.batch_size]])
        scores, probabilities = covered_scores(question, torch.from_numpy(masks))
        for mask, score in zip(masks, scores, strict=True):
            values[mask] = question.score - score
        seen += walked([extent(mask) for mask in masks], scores, probabilities)
        yield Partial(values.copy(), len(seen), len(names), windows=seen, uncovered=question.uncovered)


def grid_regions(height: int, width: int, about: int) -> np.ndarray:
    """The numbers of a grid's squares, about as many as asked for: (H, W).

    >>> grid_regions(4, 6, about=4)[[0, 3]].tolist()
    [[0, 0, 0, 1, 1, 1], [2, 2, 2, 3, 3, 3]]
    """
    across = max(1, round(math.sqrt(about)))
    rows, columns = (np.arange(side) * min(across, side) // side for side in (height, width))
    regions: np.ndarray = rows[:, None] * (columns[-1] + 1) + columns
    return regions


def extent(mask: np.ndarray) -> tuple[range, range]:
    """The rows and columns between which a region lies; `mask` (H, W), boolean, not empty."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return range(int(rows[0]), int(rows[-1]) + 1), range(int(columns[0]), int(columns[-1]) + 1)


FEATURE_ABLATION = Method(
    "Feature ablation",
    steps,
    signed=True,
    evaluations=(16, 64, 196),
    counts="regions",
)
