"""A web socket that breaks while a page is being computed: whoever comes back is sent a page from its beginning."""

import time

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

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
    kinds = [message.WhichOneof("type") for message in messages]
    assert kinds.index("new_session") < kinds.index("delta")
    assert {"begun", "done"} <= set(map(text_of, messages))
    assert messages[-1].script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
    (begun,) = [message.new_session for message in messages if message.WhichOneof("type") == "new_session"]
    assert begun.initialize.session_id == session, "it is the same session, with its state"
