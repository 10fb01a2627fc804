"""A web socket that breaks while a page is being computed: whoever comes back is sent no half of a page."""

import asyncio
import time
from typing import Any

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection

from cnnviz.ui.server import streamlit_resumed_session
from cnnviz.ui.server.streamlit_resumed_session import ResumedSession
from tests.ui.one_page import Process, ask_for_the_page, run_the_page, text_of


def until_done(socket: ClientConnection) -> list[ForwardMsg]:
    """Everything up to the last words of the page."""
    messages: list[ForwardMsg] = []
    while "done" not in map(text_of, messages):
        messages.append(ForwardMsg.FromString(socket.recv(timeout=20)))
    return messages


def sessions_of(messages: list[ForwardMsg]) -> list[str]:
    """The session of each page that begins, and "half" for each piece that belongs to none."""
    kinds = [message.WhichOneof("type") for message in messages]
    halves = ["half"] * kinds[: kinds.index("new_session")].count("delta")
    begun = [one.new_session.initialize.session_id for one in messages if one.WhichOneof("type") == "new_session"]
    return halves + begun


@pytest.mark.parametrize("away", [0.0, 2.0], ids=["the old run still ends", "the old run has ended"])
def test_a_browser_that_asks_for_the_page_gets_it_from_its_beginning(process: Process, away: float) -> None:
    with process.visit() as socket:
        session = run_the_page(socket, 0, "&with=many words").new_session.initialize.session_id
        socket.socket.close()
    time.sleep(away)
    with process.visit(session) as socket:
        ask_for_the_page(socket, 0)
        assert {*sessions_of(until_done(socket))} == {session}, "it is the same session, with its state"


def test_for_a_browser_that_does_not_ask_the_page_is_drawn_anew_from_its_beginning(process: Process) -> None:
    with process.visit() as socket:
        session = run_the_page(socket, 0.5).new_session.initialize.session_id
        socket.socket.close()
    time.sleep(1.5)  # the run has ended meanwhile
    with process.visit(session) as socket:
        messages = until_done(socket)
    assert sessions_of(messages) == [session]
    assert "begun" in map(text_of, messages)


def test_one_whose_session_is_not_known_any_more_gets_a_new_one(process: Process) -> None:
    unknown = "00000000-0000-0000-0000-000000000000"
    with process.visit(unknown) as socket:
        ask_for_the_page(socket, 0)
        (session,) = sessions_of(until_done(socket))
    assert session != unknown


@pytest.mark.parametrize(
    ("protocols", "silent_for", "expected"),
    [
        ("streamlit, , the session", 0.0, ["dropped", "dropped"]),
        ("streamlit, , the session", 0.3, ["dropped", "dropped", "drawn"]),
        ("streamlit", 0.3, []),
        ("streamlit, token, ", 0.3, []),
    ],
)
def test_only_for_one_who_comes_back_and_stays_silent_a_page_is_drawn(
    monkeypatch: pytest.MonkeyPatch, protocols: str, silent_for: float, expected: list[str]
) -> None:
    done: list[str] = []
    monkeypatch.setattr(streamlit_resumed_session, "PATIENCE", 0.1)
    monkeypatch.setattr(streamlit_resumed_session, "drop_unsent", lambda _session: done.append("dropped"))
    monkeypatch.setattr(streamlit_resumed_session, "draw_anew", lambda _session: done.append("drawn"))
    silences = [0.0, silent_for, 0.3]

    async def receive() -> Any:
        await asyncio.sleep(silences.pop(0))
        return {}

    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        for _ in range(3):
            await receive()

    async def send(_message: Any) -> None: ...

    scope = {"type": "websocket", "headers": [(b"sec-websocket-protocol", protocols.encode())]}
    asyncio.run(ResumedSession(app)(scope, receive, send))
    assert done == expected
