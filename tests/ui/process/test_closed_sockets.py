import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from cnnviz.ui.process.closed_sockets import ClosedSockets

HELLO: list[Message] = [{"type": "websocket.connect"}]


def run(app: object, *messages: Message, kind: str = "websocket") -> list[Message]:
    """What is sent where the browser sends these messages, one after the other."""
    received, sent = [*HELLO, *messages], []

    async def receive() -> Message:
        return received.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": kind, "path": "/", "headers": [], "subprotocols": []}
    asyncio.run(ClosedSockets(app)(scope, receive, send))  # type: ignore[arg-type]
    return sent


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """As Streamlit does: bytes in a circle, and a second farewell where the browser has gone."""
    socket = WebSocket(scope, receive, send)
    await socket.accept()
    try:
        while True:
            await socket.send_bytes(await socket.receive_bytes())
    except WebSocketDisconnect:
        await socket.close()
        await socket.close()


def test_bytes_pass() -> None:
    gone = {"type": "websocket.disconnect", "code": 1001}
    sent = run(echo, {"type": "websocket.receive", "bytes": b"abc"}, gone)
    assert {"type": "websocket.send", "bytes": b"abc"} in sent


@pytest.mark.parametrize("text", ["", "a text"])
@pytest.mark.parametrize("rest", [{}, {"bytes": None}])
def test_text_is_let_go_of_quietly(text: str, rest: Message) -> None:
    """Servers leave out the bytes, or say None; Streamlit's loop breaks off at either."""
    late = {"type": "websocket.receive", "bytes": b"abc"}
    sent = run(echo, {"type": "websocket.receive", "text": text, **rest}, late)
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]


def test_a_browser_that_leaves_while_it_is_let_in_is_no_failure() -> None:
    run(echo, {"type": "websocket.disconnect", "code": 1006})


def test_a_mistake_of_ours_is_still_one() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise KeyError("ours")

    for kind in ("websocket", "http"):
        with pytest.raises(KeyError):
            run(broken, kind=kind)
