"""Occlusion: cover a square of the picture with grey, and see how far the class's score falls; square by square.

Zeiler, Fergus 2013: Visualizing and Understanding Convolutional Networks, arXiv:1311.2901, section 4.2. A pixel's value
is the mean, over the squares that cover it, of S_c(x) − S_c(x with the square at the mean colour). The same as
captum.attr.Occlusion with baseline 0, where the steps between the squares are even.

It asks the network only for answers: any network, no gradients. What it cannot tell: what two parts do together (each
square is covered alone), anything finer than a square; and a grey square is itself something to see, with edges that no
photograph has.
"""

import math
from collections.abc import Iterator

import numpy as np
import torch

from cnnviz.attribution.question import Method, Partial, Question, Window
from cnnviz.attribution.windows import covered_scores, mask_of, walked

SQUARES_ACROSS = 7  # a square's side is a seventh of the picture's


def steps(question: Question) -> Iterator[Partial]:
    """The squares row by row, as one would walk with a piece of paper; what was not reached yet is zero."""
    height, width = question.image.shape[2:]
    squares = grid(height, width, question.evaluations)
    fallen, covered = torch.zeros(height, width), torch.zeros(height, width)
    seen: tuple[Window, ...] = ()
    for start in range(0, len(squares), question.batch_size):
        batch = squares[start : start + question.batch_size]
        masks = torch.stack([mask_of(square, height, width) for square in batch])
        scores, probabilities = covered_scores(question, masks)
        for mask, score in zip(masks, scores, strict=True):
            fallen[mask] += question.score - score
            covered[mask] += 1
        seen += walked(batch, scores, probabilities)
        yield Partial(
            (fallen / covered.clamp(min=1)).numpy(), len(seen), len(squares), windows=seen, uncovered=question.uncovered
        )


def grid(height: int, width: int, about: int) -> list[tuple[range, range]]:
    """The squares: as many as asked for, or a few less, a seventh of the picture's sides large, from edge to edge.

    >>> squares = grid(224, 224, 49)
    >>> len(squares), squares[1], squares[-1]
    (49, (range(0, 32), range(32, 64)), (range(192, 224), range(192, 224)))
    >>> len(grid(224, 224, 169)), len(grid(28, 28, 729))
    (169, 625)
    """
    across = max(1, round(math.sqrt(about)))
    axes = []
    for side in (height, width):
        length = min(side, math.ceil(side / min(across, SQUARES_ACROSS)))
        starts = np.unique(np.linspace(0, side - length, across).round().astype(int))
        axes.append([range(start, start + length) for start in starts.tolist()])
    return [(rows, columns) for rows in axes[0] for columns in axes[1]]


OCCLUSION = Method(
    "Occlusion",
    steps,
    signed=True,
    evaluations=(49, 169, 729),
    counts="squares",
)
