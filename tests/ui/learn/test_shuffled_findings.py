"""What is said of the trainings follows the numbers, also where they are not what the lesson hopes for."""

from cnnviz.training.progress import Progress
from cnnviz.training.shuffled_pixels import EPOCHS, Run, four_runs
from cnnviz.ui.learn.shuffled_findings import (
    Histories,
    Runs,
    convolution_finding,
    dense_finding,
    status,
    unfinished,
    work_done,
)

RUNS = four_runs()


def history(accuracy: float, loss: float = 0.5, epochs: int = EPOCHS) -> tuple[Progress, ...]:
    start = Progress(0, 0.0, accuracy=0.25)
    return (start, *(Progress(epoch, epoch / EPOCHS, loss, accuracy) for epoch in range(1, epochs + 1)))


def finished(whole: float, shuffled: float, apart: float = 0.0, runs: Runs = RUNS) -> Histories:
    return {run: history(shuffled if run.shuffled else whole, 0.5 + apart * run.shuffled) for run in runs}


def test_nothing_is_claimed_before_both_trainings_of_a_network_are_finished() -> None:
    for some in ({}, {run: history(0.9, epochs=2) for run in RUNS}, {RUNS[0]: history(0.9), RUNS[2]: history(0.9)}):
        assert "%" not in dense_finding(RUNS, some)
        assert "%" not in convolution_finding(RUNS, some)


def test_the_numbers_said_are_the_numbers_measured() -> None:
    words = convolution_finding(RUNS, finished(0.97, 0.345))
    assert "**97.0 %**" in words
    assert "**34.5 %**" in words
    assert "62 points" in words  # 62.5, to even


def test_a_convolution_that_loses_little_is_not_said_to_lose_much() -> None:
    assert "cost it little" in convolution_finding(RUNS, finished(0.5, 0.49))
    assert "cost it little" in convolution_finding(RUNS, finished(0.4, 0.5))


def test_the_same_start_is_judged_by_the_losses() -> None:
    assert "agree to 15 decimals" in dense_finding(RUNS, finished(0.7, 0.7))
    assert "agree to 11 decimals" in dense_finding(RUNS, finished(0.7, 0.7, apart=4e-12))
    assert "came apart by up to 0.200" in dense_finding(RUNS, finished(0.7, 0.6, apart=0.2))


def test_another_start_is_judged_by_the_accuracies() -> None:
    runs = four_runs(same_start=False)
    assert "1.5 points apart. Another start, about the same" in dense_finding(runs, finished(0.7, 0.715, runs=runs))
    assert "10.0 points apart, only because they start differently" in dense_finding(
        runs, finished(0.7, 0.6, runs=runs)
    )


def test_where_it_stands_is_said_in_each_state() -> None:
    assert status(RUNS, {}).startswith("Not trained yet")
    assert status(RUNS, {RUNS[0]: history(0.5, epochs=1)}).startswith("Stopped: 4 of 4")
    assert status(RUNS, finished(0.9, 0.3)).startswith("Trained on this machine, from seed 0")


def test_work_counts_what_is_behind() -> None:
    half = Run("dense", False)
    assert unfinished(RUNS, finished(0.9, 0.3)) == []
    assert work_done(RUNS, {}) == 0
    assert work_done(RUNS, {}, parts={half: 0.5}) == 0.5
    assert work_done(RUNS, finished(0.9, 0.3)) == work_done(RUNS, {}, parts=dict.fromkeys(RUNS, 1.0)) == 6
