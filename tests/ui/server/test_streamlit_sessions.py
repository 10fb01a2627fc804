"""What is cleared away: visitors who left leave the memory also when nobody comes after them; no run waits for it."""

import asyncio
import gc
import time
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from cnnviz.ui.server import streamlit_sessions
from tests.browser.running_app import end
from tests.ui.conftest import Clock
from tests.ui.one_page import Process, run_the_page


class Session:
    """What a store holds, as far as it matters here; it notes what happens to it."""

    def __init__(self) -> None:
        self._scriptrunner: object = None
        self.done: list[str] = []
        part = SimpleNamespace(clear=lambda: self.done.append("emptied"), Clear=lambda: None)
        self._session_state = self._fragment_storage = self._browser_queue = self._client_state = part

    def shutdown(self) -> None:
        self.done.append("shut down")


def runtime_with(sessions: object) -> Any:
    storage = MemorySessionStorage()
    storage._cache = sessions  # type: ignore[assignment]
    manager = type("Manager", (), {"_session_storage": storage})()
    return type("Runtime", (), {"_session_mgr": manager})()


@pytest.fixture
def sessions(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Streamlit's store, with a clock that is set by hand."""
    sessions: Any = type(MemorySessionStorage()._cache)(128, 30.0, timer=clock)  # type: ignore[call-arg]
    monkeypatch.setattr(streamlit_sessions.runtime, "get_instance", lambda: runtime_with(sessions))
    return sessions


def test_sessions_whose_time_is_over_are_let_go(clock: Clock, sessions: Any) -> None:
    session = Session()
    left = weakref.ref(session)
    sessions["left"] = SimpleNamespace(session=session)
    del session
    streamlit_sessions.forget_who_left()
    assert "left" in sessions
    clock.time = 31.0
    gc.collect()
    assert left() is not None, "by itself it keeps hold of it"
    streamlit_sessions.forget_who_left()
    gc.collect()
    assert left() is None


def test_a_session_is_emptied_when_its_run_has_ended(clock: Clock, sessions: Any) -> None:
    session = Session()
    session._scriptrunner = "computes"
    sessions["left"] = SimpleNamespace(session=session)
    clock.time = 31.0
    streamlit_sessions.forget_who_left()
    assert session.done == ["shut down"]
    session._scriptrunner = None
    for _ in range(3):
        streamlit_sessions.forget_who_left()
    assert session.done == ["shut down", "shut down", "emptied", "emptied", "emptied"]


def test_the_last_visitor_s_picture_and_file_leave_though_nobody_comes_after(tmp_path: Path) -> None:
    process = Process(tmp_path, STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="1")
    try:
        with process.visit() as socket:
            run_the_page(socket, 0, "&with=picture")
            assert 'cache_type="UploadedFileManager"' in process.metrics()
        deadline = time.monotonic() + 15
        while "The picture has left." not in process.log.read_text() or "UploadedFileManager" in process.metrics():
            assert time.monotonic() < deadline, process.log.read_text() + process.metrics()
            time.sleep(0.1)
        with process.visit() as socket:
            run_the_page(socket, 0)
    finally:
        end(process.process)
    assert "Traceback" not in process.log.read_text()


def test_streamlit_keeps_its_sessions_where_they_are_looked_for() -> None:
    """The names of its own parts, which may change with a release."""
    import inspect

    from streamlit.runtime.runtime import Runtime
    from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

    assert "_session_mgr" in inspect.getsource(Runtime.__init__)
    assert "_session_storage" in inspect.getsource(WebsocketSessionManager.__init__)
    assert hasattr(MemorySessionStorage()._cache, "expire")


def test_a_store_of_another_kind_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamlit_sessions.runtime, "get_instance", lambda: object())
    assert streamlit_sessions.disconnected_sessions() is None
    streamlit_sessions.forget_who_left()


def tidy_until(done: list[str], steps: int) -> None:
    """Let it tidy until so many steps are done; with torch loaded each collection of garbage takes a while."""

    async def rounds() -> None:
        task = asyncio.create_task(streamlit_sessions.tidy())
        deadline = time.monotonic() + 20
        while len(done) < steps and not task.done() and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(rounds())


def test_it_goes_on_until_it_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(streamlit_sessions, "EVERY", 0.01)
    monkeypatch.setattr(streamlit_sessions, "forget_who_left", lambda: done.append("sessions"))
    monkeypatch.setattr(streamlit_sessions.gc, "collect", lambda: done.append("garbage"))
    monkeypatch.setattr(streamlit_sessions, "trim", lambda: done.append("trim"))
    tidy_until(done, 6)
    assert done[:6] == 2 * ["sessions", "garbage", "trim"]


def test_it_goes_on_though_sessions_cannot_be_let_go_of_and_says_why_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def fail() -> None:
        done.append("sessions")
        raise AttributeError("'Store' object has no attribute 'expire'")

    monkeypatch.setattr(streamlit_sessions, "EVERY", 0.01)
    monkeypatch.setattr(streamlit_sessions, "forget_who_left", fail)
    monkeypatch.setattr(streamlit_sessions, "trim", lambda: done.append("trim"))
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
