"""Trainings that are shared: stopped at once, gone on with, done once for all, never stuck."""

import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnnviz.training.progress import Progress
from cnnviz.training.shuffled_pixels import EPOCHS, Run
from cnnviz.ui.learn import trainings
from cnnviz.ui.learn.trainings import TrainingError, advance


class Stopped(BaseException):
    """What Streamlit raises where a bar is drawn by a script that is to end."""


def ignore(*_: object) -> None:
    """Neither draws nor stops."""


@pytest.fixture(autouse=True)
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """The runs that were begun; in place of a training come reports alone: the start, and two for each epoch."""
    began: list[Run] = []

    def reports(run: Run) -> Iterator[Progress]:
        began.append(run)
        yield Progress(0, 0.0, accuracy=0.25)
        for epoch in range(1, EPOCHS + 1):
            yield Progress(epoch - 1, (epoch - 0.5) / EPOCHS)
            yield Progress(epoch, epoch / EPOCHS, loss=1.0, accuracy=0.5)

    monkeypatch.setattr(trainings, "train", reports)
    monkeypatch.setattr(trainings, "_trainings", OrderedDict())
    monkeypatch.setattr(trainings, "_turn", threading.Lock())
    monkeypatch.setattr(trainings, "_be_ready", ignore)
    return began


def finish(run: Run) -> tuple[Progress, ...]:
    history: tuple[Progress, ...] = ()
    while len(history) <= EPOCHS:
        history = advance(run, len(history), ignore, ignore)
    return history


def test_one_call_is_one_epoch() -> None:
    run = Run("dense", False)
    assert [progress.epoch for progress in advance(run, 0, ignore, ignore)] == [0]
    assert [progress.epoch for progress in advance(run, 1, ignore, ignore)] == [0, 1]


def test_what_stops_it_is_raised_at_the_next_report_and_it_goes_on_from_there(begun: list[Run]) -> None:
    run = Run("dense", False)
    advance(run, 0, ignore, ignore)
    parts: list[float] = []

    def stop(part: float) -> None:
        parts.append(part)
        raise Stopped

    with pytest.raises(Stopped):
        advance(run, 1, stop, ignore)
    assert parts == [0.5 / EPOCHS]
    assert [progress.epoch for progress in finish(run)] == list(range(EPOCHS + 1))
    assert begun == [run]


def test_a_finished_training_is_told_again_without_training(begun: list[Run]) -> None:
    run = Run("convolution", True)
    assert finish(run) == advance(run, 0, ignore, ignore)
    assert begun == [run]


def test_who_waits_for_a_turn_is_heard() -> None:
    trainings._turn.acquire()

    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        advance(Run("dense", False), 0, ignore, stop)
    assert trainings._turn.locked()  # it is still the other's


def test_a_training_that_breaks_off_is_told_in_words_and_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(run: Run) -> Iterator[Progress]:
        yield Progress(0, 0.0, accuracy=0.25)
        raise MemoryError

    working = trainings.train
    monkeypatch.setattr(trainings, "train", broken)
    run = Run("dense", False)
    advance(run, 0, ignore, ignore)
    with pytest.raises(TrainingError, match="Train again"):
        advance(run, 1, ignore, ignore)
    assert not trainings._turn.locked()
    monkeypatch.setattr(trainings, "train", working)
    assert len(finish(run)) == EPOCHS + 1


def test_few_that_were_only_begun_are_kept_and_many_finished_ones() -> None:
    finished = [Run("dense", False, seed) for seed in range(10)]
    for run in finished:
        finish(run)
    started = [Run("dense", True, seed) for seed in range(trainings.MAX_BEGUN + 3)]
    for run in started:
        advance(run, 0, ignore, ignore)
    assert set(trainings._trainings) == {*finished, *started[-trainings.MAX_BEGUN :]}


def test_two_visitors_who_ask_for_the_same_train_it_once(begun: list[Run]) -> None:
    run = Run("dense", False)
    histories: list[tuple[Progress, ...]] = []
    visitors = [threading.Thread(target=lambda: histories.append(finish(run))) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(timeout=30)
    assert begun == [run]
    assert len(histories) == 3
    assert len(set(histories)) == 1


def test_the_page_needs_no_torch_before_it_trains() -> None:
    code = (
        "import sys; import cnnviz.ui.learn.shuffled_training, cnnviz.training.land_cover; "
        "import cnnviz.ui.components.shuffled_patches, cnnviz.ui.components.three_layers; print('torch' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3]
    )
    assert answer.stdout.split() == ["False"]
