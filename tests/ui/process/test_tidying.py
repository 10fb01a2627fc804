"""What is cleared away now and then; no run of a page waits for it."""

import asyncio
import time
from pathlib import Path

import pytest
import streamlit as st

from cnnviz.ui.process import tidying


def tidy_until(done: list[str], steps: int) -> None:
    """Let it tidy until so many steps are done; with torch loaded each collection of garbage takes a while."""

    async def rounds() -> None:
        task = asyncio.create_task(tidying.tidy())
        deadline = time.monotonic() + 20
        while len(done) < steps and not task.done() and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(rounds())


def test_it_goes_on_until_it_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    async def forget() -> None:
        done.append("sessions")

    monkeypatch.setattr(tidying, "EVERY", 0.01)
    monkeypatch.setattr(tidying, "forget_departed", forget)
    monkeypatch.setattr(tidying.gc, "collect", lambda: done.append("garbage"))
    monkeypatch.setattr(tidying, "trim", lambda: done.append("trim"))
    tidy_until(done, 6)
    assert done[:6] == 2 * ["sessions", "garbage", "trim"]


def test_it_goes_on_though_sessions_cannot_be_let_go_of_and_says_why_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    async def fail() -> None:
        done.append("sessions")
        raise AttributeError("'Store' object has no attribute 'expire'")

    monkeypatch.setattr(tidying, "EVERY", 0.01)
    monkeypatch.setattr(tidying, "forget_departed", fail)
    monkeypatch.setattr(tidying, "trim", lambda: done.append("trim"))
    tidy_until(done, 4)
    assert done[:4] == ["sessions", "trim", "sessions", "trim"]
    (record,) = caplog.records
    assert "Visitors who left cannot be let go of" in record.message
    assert record.exc_info is not None
    assert record.exc_info[0] is AttributeError


def test_no_run_of_a_page_ends_with_a_collection() -> None:
    """0.2 s after each run, with torch loaded, in which no other visitor's page is drawn."""
    config = (Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert "postScriptGC = false" in config
    assert st.get_option("runner.postScriptGC") in (True, False), "Streamlit still knows this setting"
