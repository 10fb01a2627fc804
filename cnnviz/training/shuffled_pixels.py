"""The experiment of the lecture's first claim: a dense network and a convolutional one, on pictures and shuffled ones.

What has to be said about a training is here and needs no torch; torch is imported when `train` is asked to begin.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from cnnviz.training.land_cover import SIDE, land_cover
from cnnviz.training.progress import Progress
from cnnviz.training.shuffling import fixed_shuffle, shuffled

EPOCHS = 5
HELD_OUT = 600  # patches that are never trained on
MAX_SEED = 999


@dataclass(frozen=True)
class Run:
    """One training: which network, whether the pixels are shuffled, and what everything random starts from.

    `same_start` speaks of the dense network on shuffled pixels: its first weights are shuffled along with the pixels,
    so that it starts where the one on the pictures starts. Without it the same random weights meet other pixels.
    """

    network: Literal["dense", "convolution"]
    shuffled: bool
    seed: int = 0
    count: int = 1200
    same_start: bool = True


def four_runs(seed: int = 0, count: int = 1200, same_start: bool = True) -> tuple[Run, ...]:
    """The whole experiment, the longest trainings first: the time left is then rather over- than underestimated.

    >>> [(run.network, run.shuffled) for run in four_runs()]
    [('convolution', False), ('convolution', True), ('dense', False), ('dense', True)]
    """
    return (
        Run("convolution", False, seed, count),
        Run("convolution", True, seed, count),
        Run("dense", False, seed, count),
        Run("dense", True, seed, count, same_start),
    )


@lru_cache(maxsize=2)
def patches_for(seed: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Training patches with their labels, and others held out; kept for the four runs, so do not write to them."""
    arrays = (*land_cover(count, 2 * seed), *land_cover(HELD_OUT, 2 * seed + 1))
    for array in arrays:
        array.setflags(write=False)
    return arrays


def pixel_order(seed: int) -> np.ndarray:
    """The one shuffle of a seed's experiment: (784,), row by row."""
    return fixed_shuffle(SIDE * SIDE, seed)


def train(run: Run, epochs: int = EPOCHS) -> Iterator[Progress]:
    """Train one of the networks from its start, report by report (see `cnnviz.training.fit.fit`).

    The dense network computes in double precision. Shuffled along with its weights it takes the same steps on paper;
    in single precision the rounding of sums, taken in another order, grows and parts the two within a few epochs.
    """
    yield Progress(0, 0.0)
    from torch import nn

    from cnnviz.training.classifiers import sat6_convnet, sat6_mlp, shuffle_inputs
    from cnnviz.training.fit import fit

    patches, labels, held_out, held_out_labels = patches_for(run.seed, run.count)
    yield Progress(0, 0.0)
    network = sat6_mlp(run.seed).double() if run.network == "dense" else sat6_convnet(run.seed)
    if run.shuffled:
        order = pixel_order(run.seed)
        patches, held_out = shuffled(patches, order), shuffled(held_out, order)
        if run.network == "dense" and run.same_start:
            first = network[1]
            assert isinstance(first, nn.Linear)
            shuffle_inputs(first, order)
    yield from fit(network, patches, labels, held_out, held_out_labels, epochs=epochs, seed=run.seed)
