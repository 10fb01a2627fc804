"""The experiment of the lecture's first claim: a dense network and a convolutional one, on pictures and shuffled ones.

To describe a training needs no torch; it is imported when `train` begins.
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
    """One training: which network, whether the pixels are shuffled, the seed of all that is random, how many patches.

    `same_start` is for the dense network on shuffled pixels: its first weights are shuffled like the pixels, so that it
    starts where the network on the pictures starts. Without it, the same random weights meet other pixels.
    """

    network: Literal["dense", "convolution"]
    shuffled: bool
    seed: int = 0
    count: int = 1200
    same_start: bool = True


def four_runs(seed: int = 0, count: int = 1200, same_start: bool = True) -> tuple[Run, ...]:
    """The whole experiment, the longest trainings first, so that the time left is not underestimated.

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
    """Training patches (count, 4, 28, 28) and their labels (count,), then the same of held-out ones; read-only.

    They are cached for the four runs of one experiment.
    """
    arrays = (*land_cover(count, 2 * seed), *land_cover(HELD_OUT, 2 * seed + 1))
    for array in arrays:
        array.setflags(write=False)
    return arrays


def pixel_order(seed: int) -> np.ndarray:
    """The one shuffle of the experiment with this seed: (784,), the pixels counted row by row."""
    return fixed_shuffle(SIDE * SIDE, seed)


def train(run: Run, epochs: int = EPOCHS) -> Iterator[Progress]:
    """Train one of the networks from its start, report by report (see `cnnviz.training.fit.fit`).

    The dense network computes in double precision. With its weights shuffled like the pixels, it takes exactly the same
    steps on paper; but sums in another order are rounded differently, and in single precision that difference grows
    until the two trainings differ visibly within a few epochs.
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
            first = network.get_submodule("1")
            assert isinstance(first, nn.Linear)
            shuffle_inputs(first, order)
    yield from fit(network, patches, labels, held_out, held_out_labels, epochs=epochs, seed=run.seed)
