"""What the four trainings showed, in words made from the measured numbers and from nothing else."""

import math
from collections.abc import Mapping

from cnnviz.training.progress import Progress
from cnnviz.training.shuffled_pixels import EPOCHS, HELD_OUT, Run
from cnnviz.ui.learn.learning_curves import percent

Runs = tuple[Run, ...]
History = tuple[Progress, ...]  # of one training: its start, then its finished epochs
Histories = Mapping[Run, History]

WORK = {"dense": 1.0, "convolution": 2.0}  # how long a training takes, roughly, compared with a dense one
MIN_TIME_LEFT = 3.0  # seconds: a shorter time left is not worth saying
CLOSE = 6.0  # percentage points: as far apart as two starts may come out, on so few patches
NOT_YET = "The effect of the shuffle will be shown here."
NAMES = {"dense": "dense", "convolution": "convolutional"}


def is_finished(run: Run, histories: Histories) -> bool:
    """Whether the history of a run holds its start and all its epochs."""
    return len(histories.get(run, ())) > EPOCHS


def unfinished(runs: Runs, histories: Histories) -> list[Run]:
    """The runs that are still to be trained, or to be trained further."""
    return [run for run in runs if not is_finished(run, histories)]


def work_done(runs: Runs, histories: Histories, parts: Mapping[Run, float] | None = None) -> float:
    """How much work is done, in trainings of a dense network. `parts` says of runs how much of them is done, 0 to 1."""
    return sum(
        WORK[run.network] * max((parts or {}).get(run, 0.0), max(0, len(histories.get(run, ())) - 1) / EPOCHS)
        for run in runs
    )


def time_left(elapsed: float, done: float, left: float) -> str:
    """The end of a line of progress: how long it will still take; empty where nobody knows, or where it is soon over.

    `elapsed` is in seconds; `done` and `left` are work, as `work_done` counts it.

    >>> time_left(4.0, done=2.0, left=4.0), time_left(4.0, done=2.0, left=1.0), time_left(0.2, done=0.0, left=6.0)
    (', about 8 s left', '', '')
    """
    if elapsed < 1 or done <= 0 or elapsed / done * left < MIN_TIME_LEFT:
        return ""
    return f", about {elapsed / done * left:.0f} s left"


def run_words(run: Run) -> str:
    """One training in words.

    >>> run_words(Run("dense", True))
    'dense network, shuffled pixels'
    """
    return f"{NAMES[run.network]} network, {'shuffled pixels' if run.shuffled else 'patches as they are'}"


def status(runs: Runs, histories: Histories) -> str:
    """How far the trainings are, while none is running."""
    setting = f"{EPOCHS} epochs on {runs[0].count:,} patches, tested on {HELD_OUT} others."
    left = len(unfinished(runs, histories))
    if left == 0:
        return f"Trained on this machine, from seed {runs[0].seed}: {setting}"
    if any(run in histories for run in runs):
        return f"Stopped: {left} of {len(runs)} trainings are not finished. The button goes on where they were."
    return f"Not trained yet. It will be four trainings, here on this machine: {setting}"


def pair_of(network: str, runs: Runs, histories: Histories) -> tuple[History, History] | None:
    """A network's history on the patches as they are and that on shuffled ones; None until both are finished."""
    whole, shuffled = sorted((run for run in runs if run.network == network), key=lambda run: run.shuffled)
    if not (is_finished(whole, histories) and is_finished(shuffled, histories)):
        return None
    return histories[whole], histories[shuffled]


def accuracies(pair: tuple[History, History]) -> tuple[float, float, str]:
    """The accuracy after the last epoch (0 to 1) of both, and the two in words."""
    before, after = (history[-1].accuracy or 0.0 for history in pair)
    return before, after, f"**{percent(before)}** as it is, **{percent(after)}** shuffled"


def dense_finding(runs: Runs, histories: Histories) -> str:
    """What the shuffle did to the dense network."""
    pair = pair_of("dense", runs, histories)
    if pair is None:
        return NOT_YET
    before, after, numbers = accuracies(pair)
    if next(run for run in runs if run.network == "dense" and run.shuffled).same_start:
        apart = max(abs((a.loss or 0) - (b.loss or 0)) for a, b in zip(*pair, strict=True))
        return f"{numbers}. {losses_words(apart)}"
    points = abs(100 * (before - after))
    if points <= CLOSE:
        return f"{numbers}: {points:.1f} points apart. Another start, about the same result."
    return f"{numbers}: {points:.1f} points apart, only because they start differently. Try another seed."


def losses_words(apart: float) -> str:
    """In words, the largest difference `apart` between the losses of two dense trainings.

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


def convolution_finding(runs: Runs, histories: Histories) -> str:
    """What the shuffle did to the convolutional network."""
    pair = pair_of("convolution", runs, histories)
    if pair is None:
        return NOT_YET
    before, after, numbers = accuracies(pair)
    lost = 100 * (before - after)
    if lost <= CLOSE:
        return f"{numbers}: this time the shuffle cost it little. Try more patches, or another seed."
    return (
        f"{numbers}: the shuffle costs {lost:.0f} points. Its windows found how neighbouring pixels go together; "
        "that is gone, and only the colours are left."
    )
