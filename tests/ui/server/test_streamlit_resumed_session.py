"""A web socket that breaks while a page is being computed: whoever comes back is sent a page from its beginning."""

import time
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.browser.running_app import end
from tests.ui.one_page import Process, run_the_page, text_of


def come_back(process: Process, session: str) -> ClientConnection:
    """As a browser does that had this session."""
    protocols = [Subprotocol("streamlit"), Subprotocol("PLACEHOLDER_AUTH_TOKEN"), Subprotocol(session)]
    address = process.address.replace("http", "ws") + "/_stcore/stream"
    return connect(address, origin=Origin(process.address), subprotocols=protocols, proxy=None)


def next_page(socket: ClientConnection) -> list[ForwardMsg]:
    """Everything up to the end of a run."""
    messages: list[ForwardMsg] = []
    while not messages or messages[-1].WhichOneof("type") != "script_finished":
        messages.append(ForwardMsg.FromString(socket.recv(timeout=20)))
    return messages


def kinds(messages: list[ForwardMsg]) -> list[str | None]:
    return [message.WhichOneof("type") for message in messages]


def test_the_rest_of_the_old_run_is_dropped_and_the_page_drawn_anew(process: Process) -> None:
    with process.visit() as socket:
        first = run_the_page(socket, 1)
        session = first.new_session.initialize.session_id
        assert session
        socket.socket.close()
    time.sleep(1.5)  # the run has ended meanwhile
    with come_back(process, session) as socket:
        messages = next_page(socket)
    assert messages[0].WhichOneof("type") in ("session_status_changed", "new_session")
    assert kinds(messages).index("new_session") < kinds(messages).index("delta")
    assert {"begun", "done"} <= set(map(text_of, messages))
    assert messages[-1].script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
    (begun,) = [message.new_session for message in messages if message.WhichOneof("type") == "new_session"]
    assert begun.initialize.session_id == session, "it is the same session, with its state"


def test_the_page_comes_whole_also_where_the_browser_said_before_what_it_had_kept(tmp_path: Path) -> None:
    """Another browser may take the session up, or the same one reloaded: it has kept nothing."""
    process = Process(tmp_path, STREAMLIT_GLOBAL_MIN_CACHED_MESSAGE_SIZE="1")
    try:
        with process.visit() as socket:
            first = run_the_page(socket, 0)
            kept = [message.hash for message in next_page(socket)]
            again = BackMsg()
            again.rerun_script.query_string = "seconds=0"
            again.rerun_script.cached_message_hashes.extend(kept)
            socket.send(again.SerializeToString())
            assert "ref_hash" in kinds(next_page(socket)), "this browser is spared what it has kept"
            again.rerun_script.query_string = "seconds=1"
            socket.send(again.SerializeToString())
            while ForwardMsg.FromString(socket.recv(timeout=20)).WhichOneof("type") != "new_session":
                pass
            socket.socket.close()
        time.sleep(1.5)
        with come_back(process, first.new_session.initialize.session_id) as socket:
            messages = next_page(socket)
    finally:
        end(process.process)
    assert {"begun", "done"} <= set(map(text_of, messages))
    assert "ref_hash" not in kinds(messages)
