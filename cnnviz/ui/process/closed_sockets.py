"""Web sockets whose browser has gone, or does not speak as ours does: no failure, and no traceback in the log."""

import contextlib
from typing import TYPE_CHECKING

from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

UNSUPPORTED = 1003  # data of a kind that is not accepted, as the standard for web sockets numbers it


class ClosedSockets:
    """Middleware around the app: lets go of such a web socket quietly.

    Streamlit 1.67 means to close one whose browser leaves while it is being opened, as at a quick reload, but it is
    closed already; and one that sends text instead of bytes ends in a KeyError. Uvicorn logs either in a hundred lines.
    """

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return

        async def receive_bytes() -> "Message":
            message = await receive()
            if message["type"] == "websocket.receive" and message.get("bytes") is None:
                return {"type": "websocket.disconnect", "code": UNSUPPORTED}
            return message

        with contextlib.suppress(WebSocketDisconnect, WebSocketDisconnected):
            await self.app(scope, receive_bytes, send)
