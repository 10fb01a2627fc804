"""What the four trainings showed, in words made from the measured numbers and from nothing else."""

import math
from collections.abc import Mapping

from cnnviz.training.progress import Progress
from cnnviz.training.shuffled_pixels import EPOCHS, HELD_OUT, Run
from cnnviz.ui.components.learning_curves import percent

Runs = tuple[Run, ...]
Told = Mapping[Run, tuple[Progress, ...]]

WORK = {"dense": 1.0, "convolution": 2.0}  # how long the trainings take, roughly, one against the other
SAID_FROM = 3.0  # seconds: a shorter time left is not worth saying
CLOSE = 6.0  # points: as far apart as two starts may come out, on so few patches
NAMES = {"dense": "dense", "convolution": "convolutional"}


def is_finished(run: Run, told: Told) -> bool:
    """Whether all epochs of a run, and its start, are told."""
    return len(told.get(run, ())) > EPOCHS


def unfinished(runs: Runs, told: Told) -> list[Run]:
    """The runs that are still to be trained, or to be trained further."""
    return [run for run in runs if not is_finished(run, told)]


def work_done(runs: Runs, told: Told, begun: Mapping[Run, float] | None = None) -> float:
    """How much work is behind, in trainings of a dense network; `begun` gives the part of runs that is done by now."""
    return sum(
        WORK[run.network] * max((begun or {}).get(run, 0.0), max(0, len(told.get(run, ())) - 1) / EPOCHS)
        for run in runs
    )


def time_left(elapsed: float, done: float, left: float) -> str:
    """The end of a line of progress: how long it will still take, where that can be told and is worth telling.

    >>> time_left(4.0, done=2.0, left=4.0), time_left(4.0, done=2.0, left=1.0), time_left(0.2, done=0.0, left=6.0)
    (', about 8 s left', '', '')
    """
    if elapsed < 1 or done <= 0 or elapsed / done * left < SAID_FROM:
        return ""
    return f", about {elapsed / done * left:.0f} s left"


def run_words(run: Run) -> str:
    """One training in words.

    >>> run_words(Run("dense", True))
    'dense network, shuffled pixels'
    """
    return f"{NAMES[run.network]} network, {'shuffled pixels' if run.shuffled else 'patches as they are'}"


def standing(runs: Runs, told: Told) -> str:
    """Where it stands while nothing is being trained."""
    setting = f"{EPOCHS} epochs on {runs[0].count:,} patches, tested on {HELD_OUT} others."
    left = len(unfinished(runs, told))
    if left == 0:
        return f"Trained on this machine, from seed {runs[0].seed}: {setting}"
    if any(run in told for run in runs):
        return f"Stopped: {left} of {len(runs)} trainings are not finished. The button goes on where they were."
    return f"Not trained yet. It will be four trainings, here on this machine: {setting}"


def pair_of(network: str, runs: Runs, told: Told) -> tuple[tuple[Progress, ...], tuple[Progress, ...]] | None:
    """What a network told of the patches as they are and of shuffled ones, once both are finished."""
    whole, torn = sorted((run for run in runs if run.network == network), key=lambda run: run.shuffled)
    if not (is_finished(whole, told) and is_finished(torn, told)):
        return None
    return told[whole], told[torn]


def dense_finding(runs: Runs, told: Told) -> str:
    """What the shuffle did to the dense network."""
    pair = pair_of("dense", runs, told)
    if pair is None:
        return "What the shuffle does to it will be said here."
    whole, torn = pair
    before, after = accuracy_of(whole), accuracy_of(torn)
    numbers = f"**{percent(before)}** as it is, **{percent(after)}** shuffled"
    if next(run for run in runs if run.network == "dense" and run.shuffled).same_start:
        apart = max(abs((a.loss or 0) - (b.loss or 0)) for a, b in zip(whole, torn, strict=True))
        return f"{numbers}. {losses_words(apart)}"
    points = abs(100 * (before - after))
    if points <= CLOSE:
        return f"{numbers}: {points:.1f} points apart. Another start, about the same result."
    return f"{numbers}: {points:.1f} points apart, on account of the start alone. Try another seed."


def losses_words(apart: float) -> str:
    """How far the losses of two dense trainings came apart, at most.

    >>> losses_words(3e-13)
    'After each epoch the two losses agree to 12 decimals: one and the same training, its inputs in another order.'
    """
    if apart > 1e-3:
        return f"The losses came apart by up to {apart:.3f}: rounding grew that far."
    decimals = min(15, math.floor(-math.log10(apart))) if apart else 15
    return (
        f"After each epoch the two losses agree to {decimals} decimals: one and the same training, "
        "its inputs in another order."
    )


def convolution_finding(runs: Runs, told: Told) -> str:
    """What the shuffle did to the convolutional network."""
    pair = pair_of("convolution", runs, told)
    if pair is None:
        return "What the shuffle does to it will be said here."
    before, after = (accuracy_of(history) for history in pair)
    numbers = f"**{percent(before)}** as it is, **{percent(after)}** shuffled"
    lost = 100 * (before - after)
    if lost <= CLOSE:
        return f"{numbers}: this time the shuffle cost it little. Try more patches, or another seed."
    return (
        f"{numbers}: the shuffle costs {lost:.0f} points. What its windows knew, how neighbours go together, is gone; "
        "colours are left."
    )


def accuracy_of(history: tuple[Progress, ...]) -> float:
    """The accuracy after the last epoch."""
    return history[-1].accuracy or 0.0
