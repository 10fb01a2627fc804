"""Work that sessions share: done once, and it stops when the last who looks stops it."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from cnnviz.attribution.question import Partial
from cnnviz.ui import shared_work
from cnnviz.ui.kept import Kept
from cnnviz.ui.shared_work import array_bytes
from cnnviz.ui.work import Work


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_work, "_works", Kept(60, 1_000_000, shared_work.bytes_of))


def until(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.005)
    raise AssertionError("it never came about")


def endless() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


def test_what_several_ask_for_is_one_work() -> None:
    made: list[int] = []

    def make() -> Iterator[int]:
        made.append(1)
        yield 7

    found: list[Work[int]] = []
    threads = [threading.Thread(target=lambda: found.append(shared_work.shared_work("same", make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(work is found[0] for work in found)
    found[0].start("a")
    found[0].wait(5.0)
    assert made == [1]
    assert shared_work.shared_work("same", make).latest == 7
    assert shared_work.shared_work("other", make) is not found[0]


def test_it_goes_on_for_others_when_one_stops_it() -> None:
    work: Work[int] = Work(endless())
    for viewer in ("a", "b"):
        work.start(viewer)
        work.look(viewer)
    work.stop("a")
    at = work.latest or 0
    until(lambda: (work.latest or 0) > at + 3)
    assert work.runs
    work.stop("b")
    assert work.state == "stopped"
    until(lambda: work._thread is None)
    at = work.latest or 0
    time.sleep(0.05)
    assert work.latest == at
    work.start("a")
    until(lambda: (work.latest or 0) > at)
    work.stop("a")


def test_works_are_counted_by_their_arrays() -> None:
    partial = Partial(np.zeros((3, 10, 10), dtype=np.float32), 1, 1)
    assert array_bytes(partial) == 1200
    assert array_bytes((partial, partial, "words", None)) == 2400
