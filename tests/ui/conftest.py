"""A clock for what leaves after a while, a process for what ends, and patience for what comes about."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.running_app import end
from tests.ui.one_page import Process


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path)
    yield process
    end(process.process)


def until(holds: Callable[[], bool]) -> None:
    """Wait for it, five seconds at most."""
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.005)
    raise AssertionError("it never came about")
