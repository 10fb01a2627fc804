"""What is cleared away: visitors who left leave the memory also when nobody comes after them; no run waits for it."""

import asyncio
import gc
import weakref
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from cnnviz.ui import tidying


class Session:
    """What a store holds."""


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def runtime_with(sessions: object) -> Any:
    storage = MemorySessionStorage()
    storage._cache = sessions  # type: ignore[assignment]
    manager = type("Manager", (), {"_session_storage": storage})()
    return type("Runtime", (), {"_session_mgr": manager})()


def test_sessions_whose_time_is_over_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    sessions: Any = type(MemorySessionStorage()._cache)(128, 30.0, timer=clock)  # type: ignore[call-arg]
    session = Session()
    left = weakref.ref(session)
    sessions["left"] = session
    del session
    monkeypatch.setattr(tidying.runtime, "get_instance", lambda: runtime_with(sessions))
    tidying.forget_who_left()
    assert "left" in sessions
    clock.time = 31.0
    gc.collect()
    assert left() is not None, "by itself it keeps hold of it"
    tidying.forget_who_left()
    gc.collect()
    assert left() is None


def test_streamlit_keeps_its_sessions_where_they_are_looked_for() -> None:
    """The names of its own parts, which may change with a release."""
    import inspect

    from streamlit.runtime.runtime import Runtime
    from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

    assert "_session_mgr" in inspect.getsource(Runtime.__init__)
    assert "_session_storage" in inspect.getsource(WebsocketSessionManager.__init__)
    assert hasattr(MemorySessionStorage()._cache, "expire")


def test_a_store_of_another_kind_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying.runtime, "get_instance", lambda: object())
    assert tidying.disconnected_sessions() is None
    tidying.forget_who_left()


def test_it_goes_on_until_it_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(tidying, "EVERY", 0.01)
    monkeypatch.setattr(tidying, "forget_who_left", lambda: done.append("sessions"))
    monkeypatch.setattr(tidying.gc, "collect", lambda: done.append("garbage"))

    async def a_while() -> None:
        task = asyncio.create_task(tidying.tidy())
        await asyncio.sleep(0.2)
        task.cancel()

    asyncio.run(a_while())
    assert done[:4] == ["sessions", "garbage", "sessions", "garbage"]


def test_no_run_of_a_page_ends_with_a_collection() -> None:
    """0.2 s after each run, with torch loaded, in which no other visitor's page is drawn."""
    config = (Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert "postScriptGC = false" in config
    assert st.get_option("runner.postScriptGC") in (True, False), "Streamlit still knows this setting"
