"""A clock for what leaves after a while, and a process for what ends."""

from collections.abc import Iterator
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
