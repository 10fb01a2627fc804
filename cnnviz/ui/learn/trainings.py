"""Trainings that all visitors share: one at a time in the process, and each done once for all who want it.

Between its steps a training lets others compute with torch. Importing this file does not import torch; the first
training does, in the background.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator

import streamlit as st

from cnnviz.training.progress import Progress
from cnnviz.training.shuffled_pixels import EPOCHS, Run, train
from cnnviz.ui.page.failure import logged
from cnnviz.ui.sharing import cached

MAX_FINISHED = 200  # a few numbers each
MAX_BEGUN = 4  # each holds its patches, its network and its optimizer: up to 60 MB
PATIENCE = 0.25  # seconds between two calls of `wait` for a page that waits; a click on Stop is noticed there


class TrainingError(Exception):
    """A training that broke off; the message tells the visitor what to do."""


class _Training:
    """One run, as far as it was trained: the reports to come, those of its finished epochs, the part done (0 to 1)."""

    def __init__(self, run: Run) -> None:
        self.reports: Iterator[Progress] = train(run)
        self.history: tuple[Progress, ...] = ()
        self.part = 0.0

    @property
    def is_finished(self) -> bool:
        return len(self.history) == EPOCHS + 1


def advance(
    run: Run,
    known: int,
    show: Callable[[float], object],
    wait: Callable[[], object],
) -> tuple[Progress, ...]:
    """Train `run` until its history is longer than `known` (start and finished epochs), and return that history.

    `show` is called with the part of the training that is done (0 to 1), several times a second, and `wait` while
    others compute: whatever they raise ends the call and leaves the training where it is; the next call goes on from
    there. Raises TrainingError where it cannot go on; the next call then begins anew.
    """
    _be_ready(wait)
    while not _turn.acquire(timeout=PATIENCE):
        wait()
    try:
        training = _training_of(run)
        while len(training.history) <= known and not training.is_finished:
            with cached.inference_queue.turn(on_wait=lambda _: wait()):
                progress = _next(run, training)
            training.part = progress.part
            if progress.accuracy is not None:
                training.history = (*training.history, progress)
            show(training.part)
        if training.is_finished:
            training.reports = iter(())  # lets the patches and the network go
        return training.history
    finally:
        _turn.release()


def _next(run: Run, training: _Training) -> Progress:
    try:
        return next(training.reports)
    except Exception as problem:
        del _trainings[run]
        number = logged(problem, "A training broke off")
        raise TrainingError(
            f"The training broke off. Train again, with fewer patches if it happens again. (Number {number}.)"
        ) from problem


def _training_of(run: Run) -> _Training:
    """The training of `run`, begun if it is new; those used least recently are given up for it."""
    training = _trainings.setdefault(run, _Training(run))
    _trainings.move_to_end(run)
    begun = [run for run, training in _trainings.items() if not training.is_finished]
    for old in [*begun[:-MAX_BEGUN], *list(_trainings)[:-MAX_FINISHED]]:
        _trainings.pop(old, None)
    return training


def _be_ready(wait: Callable[[], object]) -> None:
    importer = _importer()
    while importer.is_alive():
        wait()
        importer.join(PATIENCE)


@st.cache_resource(show_spinner=False)
def _importer() -> threading.Thread:
    thread = threading.Thread(target=_import, name="ready to train", daemon=True)
    thread.start()
    return thread


def _import() -> None:
    from cnnviz.training.fit import prepare

    prepare()


_turn = threading.Lock()
_trainings: OrderedDict[Run, _Training] = OrderedDict()
