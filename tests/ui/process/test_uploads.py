"""Files that no page has taken: bounded for each session, and by the memory there is."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from cnnviz.ui.process.uploads import Uploads
from cnnviz.ui.server import streamlit_uploads
from cnnviz.ui.sharing import memory, waiting_uploads
from cnnviz.ui.sharing.memory import RESERVE

MB = 1_000_000
TAKEN = 204


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> MemoryUploadedFileManager:
    """The files of a server that knows the session "here" and holds nothing yet."""
    manager = MemoryUploadedFileManager("/_stcore/upload_file")
    runtime = SimpleNamespace(uploaded_file_mgr=manager, is_active_session=lambda name: name == "here")
    monkeypatch.setattr(streamlit_uploads.runtime, "get_instance", lambda: runtime)
    monkeypatch.setattr(waiting_uploads, "MAX_WAITING", 3 * MB)
    return manager


def answer(method: str, place: str, length: int | None = None) -> tuple[int, str]:
    """What is answered to a request for the file at this place, of this length; the app itself takes all."""
    sent: list[Any] = []

    async def take(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": TAKEN, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("what is refused is not read")

    headers = [] if length is None else [(b"content-length", str(length).encode())]
    scope = {"type": "http", "method": method, "path": f"/_stcore/upload_file/{place}", "headers": headers}
    asyncio.run(Uploads(take)(scope, receive, send))
    return sent[0]["status"], sent[1]["body"].decode()


def lies(manager: MemoryUploadedFileManager, number: int) -> None:
    """A file of one megabyte waits."""
    manager.add_file("here", UploadedFileRec(str(number), "a.png", "image/png", b"a" * MB))


def test_a_session_may_have_so_many_bytes_waiting_and_more_once_they_are_taken(
    manager: MemoryUploadedFileManager,
) -> None:
    for number in range(3):
        assert answer("PUT", f"here/{number}", MB) == (TAKEN, "")
        lies(manager, number)
    assert streamlit_uploads.waiting_bytes("here") == 3 * MB
    assert answer("PUT", "here/3", 1) == (413, "More files are waiting than one visitor may send at a time.")
    manager.remove_file("here", "0")
    assert answer("PUT", "here/3", MB) == (TAKEN, "")


@pytest.mark.usefixtures("manager")
def test_one_who_does_not_say_how_much_it_is_is_taken_to_send_the_most() -> None:
    assert answer("PUT", "here/1")[0] == 413


@pytest.mark.usefixtures("manager")
def test_where_memory_is_short_no_file_is_taken_but_one_can_be_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "room", lambda: RESERVE + MB)
    assert answer("PUT", "here/1", MB) == (TAKEN, "")
    assert answer("PUT", "here/1", MB + 1) == (
        507,
        "This server has no memory left for a file at the moment. Try again in a few minutes.",
    )
    assert answer("DELETE", "here/1") == (TAKEN, "")


@pytest.mark.usefixtures("manager")
def test_a_session_that_is_not_here_is_sent_to_another_process() -> None:
    assert answer("PUT", "there/1", 1)[0] == 404
