"""Work in the background: it runs, stops, goes on, pauses where nobody looks, and tells what went wrong."""

import sys
import threading
import time
from collections.abc import Iterator

import pytest

from cnnviz.networks.refusal import Refusal
from cnnviz.ui.sharing import background_work, cached
from cnnviz.ui.sharing.background_work import BROKEN, Work
from tests.ui.conftest import until


class Counting:
    """Reports 1, 2, 3, … up to an end, each given when it is allowed."""

    def __init__(self, end: int) -> None:
        self.end = end
        self.allowed = threading.Semaphore(0)

    def reports(self) -> Iterator[int]:
        for number in range(1, self.end + 1):
            self.allowed.acquire()
            yield number


def test_it_runs_to_its_end_and_keeps_the_last_report() -> None:
    done = Work(iter(range(5)))
    assert (done.state, done.look()) == ("waiting", None)
    done.start()
    until(lambda: done.state == "finished")
    assert done.look() == 4
    done.start()
    assert done.state == "finished"


def test_a_stop_holds_it_and_a_start_goes_on_from_there() -> None:
    counting = Counting(3)
    held = Work(counting.reports())
    held.start()
    counting.allowed.release()
    until(lambda: held.latest == 1)
    held.stop()
    assert not held.runs
    counting.allowed.release()  # the step that was being computed ends
    until(lambda: held._thread is None)
    at = held.latest
    counting.allowed.release()
    time.sleep(0.05)
    assert held.latest == at
    held.start()
    counting.allowed.release()
    until(lambda: held.state == "finished")
    assert held.latest == 3


def test_it_pauses_where_nobody_looks_and_a_look_wakes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_work, "PATIENCE", 0.05)
    counting = Counting(2)
    left = Work(counting.reports())
    left.start()
    time.sleep(0.1)
    counting.allowed.release()
    until(lambda: left._thread is None)
    assert (left.state, left.latest) == ("running", 1)
    left.look()
    counting.allowed.release()
    until(lambda: left.look() == 2)


def test_a_sentence_is_passed_on_and_anything_else_becomes_one() -> None:
    def fails(problem: Exception) -> Iterator[int]:
        yield 1
        raise problem

    sentence = "This layer is not there."
    for problem, told in ((Refusal(sentence), sentence), (KeyError(3), BROKEN), (ValueError("not aligned"), BROKEN)):
        failed = Work(fails(problem))
        failed.start()
        failed.wait(5.0)
        assert failed.state == "failed"
        assert failed.problem.startswith(told)
        assert failed.latest == 1


def test_many_may_begin_and_end_to_look_while_it_waits_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    began, guard = sys.getswitchinterval(), threading.Barrier(5)
    sys.setswitchinterval(1e-6)

    def watch(name: int) -> None:
        guard.wait(5)
        for number in range(300):
            looked.look(f"{name} {number % 7}")
            looked.stop(f"{name} {(number + 3) % 7}")

    looked = Work(iter(range(3)))
    looked.start("stays")
    threads = [threading.Thread(target=watch, args=(name,)) for name in range(4)]
    try:
        for thread in threads:
            thread.start()
        guard.wait(5)
        while any(thread.is_alive() for thread in threads):
            looked._is_looked_at()
    finally:
        sys.setswitchinterval(began)
        for thread in threads:
            thread.join()
    looked.wait(5.0)
    assert looked.problem == ""


def test_who_looked_long_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_work, "PATIENCE", 0.01)
    looked = Work(iter(range(1)))
    for viewer in ("a", "b", "c"):
        looked.look(viewer)
    time.sleep(0.02)
    looked.start("d")
    assert set(looked._looked) == {"d"}


def test_it_computes_only_in_its_turn() -> None:
    waits = Work(iter(range(2)))
    with cached.inference_queue.turn():
        waits.start()
        time.sleep(0.05)
        assert waits.latest is None
    until(lambda: waits.state == "finished")


def test_what_is_stopped_while_it_waits_for_its_turn_computes_nothing_more() -> None:
    waits = Work(iter(range(2)))
    with cached.inference_queue.turn():
        waits.start()
        until(lambda: waits.before == 1)
        waits.stop()
        until(lambda: waits._thread is None)
    time.sleep(0.05)
    assert waits.latest is None
    waits.start()
    until(lambda: waits.state == "finished")


def test_waiting_for_it_ends_with_it_or_in_time() -> None:
    quick = Work(iter(range(3)))
    quick.start()
    quick.wait(5.0)
    assert quick.state == "finished"
    counting = Counting(1)
    stuck = Work(counting.reports())
    stuck.start()
    stuck.wait(0.05)
    assert stuck.runs
    counting.allowed.release()
    until(lambda: stuck.state == "finished")


def test_when_the_process_ends_work_stops_after_its_step_and_none_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_work, "_process_ends", threading.Event())
    counting = Counting(3)
    running, waiting = Work(counting.reports()), Work(iter(range(3)))
    running.start()
    counting.allowed.release()
    until(lambda: running.latest == 1)
    assert not background_work.end_all(0.05), "the second step has begun"
    counting.allowed.release()
    assert background_work.end_all(5.0)
    assert (running.state, running.latest) == ("stopped", 2)
    for one in (running, waiting):
        one.start()
        assert not one.runs
        assert one._thread is None
