"""Work that sessions share: done once, and it stops when the last who looks stops it."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from cnnviz.attribution.question import Partial
from cnnviz.ui.sharing import shared_work
from cnnviz.ui.sharing.background_work import Work, steps_run
from cnnviz.ui.sharing.bounded_cache import BoundedCache
from cnnviz.ui.sharing.memory import let_go
from cnnviz.ui.sharing.shared_work import array_bytes
from tests.ui.conftest import until


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_work, "_works", BoundedCache(60, 1_000_000, shared_work.bytes_of))


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


def test_a_page_that_stays_open_keeps_no_work_that_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else what the work has claimed, and the network it asks, would stay as long as the tab is open."""
    state: dict[str, Any] = {}
    monkeypatch.setattr(shared_work.st, "session_state", state)
    is_begun, ended = threading.Event(), threading.Event()

    def claims() -> Iterator[int]:
        is_begun.set()
        try:
            yield from endless()
        finally:
            ended.set()

    work = shared_work.shared_work("claims", claims)
    shared_work.followed("claims", work, "place", 0.0)
    assert is_begun.wait(5)
    shared_work.stopped().add("claims")
    work.stop(shared_work.viewer())
    until(lambda: not steps_run())
    assert not ended.is_set()
    del work
    let_go(0.0)
    assert ended.is_set()


def test_what_a_visitor_followed_before_is_left_for_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_work.st, "session_state", {})
    before = shared_work.shared_work("before", endless)
    shared_work.followed("before", before, "place", 0.0)
    assert before.runs
    after = shared_work.shared_work("after", lambda: iter(range(2)))
    shared_work.followed("after", after, "place", 5.0)
    assert before.state == "stopped"
    assert after.state == "finished"


def test_works_that_have_grown_make_room_for_the_one_asked_for_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_work.st, "session_state", {})
    for name in ("first", "second", "third"):
        work = shared_work.shared_work(name, lambda: iter([np.zeros(100_000, dtype=np.float32)]))
        shared_work.followed(name, work, name, 5.0)
    shared_work.followed("third", work, "third", 0.0)
    assert [kept.latest is not None for kept in shared_work._works.values()] == [True, True]
    assert shared_work._works.peek("first") is None


def test_works_are_counted_by_their_arrays() -> None:
    partial = Partial(np.zeros((3, 10, 10), dtype=np.float32), 1, 1)
    assert array_bytes(partial) == 1200
    assert array_bytes((partial, partial, "words", None)) == 2400
