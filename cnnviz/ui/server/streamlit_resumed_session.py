"""A browser that comes back to its session after its connection broke in the middle of a page.

Made for Streamlit 1.67, which then sends what the run that was cut off had still to say. What came before that was lost
on the way (github.com/streamlit/streamlit/pull/9117 would have sent it anew), so the browser is told to put things
where nothing is: of 48 connections cut while one moved between pages two ended in a white page, and of connections cut
twice within a second most in "Cached ForwardMsg MISS", for good. Here the rest of the old run is dropped. A browser
that saw a run begin asks for the page by itself; for one that saw none, as between two runs of which the first had
cleared the page, it is drawn anew after a moment. Without this file pages turn white as said.
"""

import asyncio
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from cnnviz.ui.server.streamlit_names import are_here

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATIENCE = 1.0  # seconds for a browser to ask for the page by itself

SESSIONS_CAN_BE_ASKED = are_here(
    "pages that come whole after a broken connection",
    "streamlit.runtime:get_instance",
    "streamlit.runtime:Runtime.get_app_session",
    "streamlit.runtime.app_session:AppSession.flush_browser_queue",
    "streamlit.runtime.app_session:AppSession.request_rerun",
    "streamlit.runtime.app_session:AppSession._client_state",
)
if SESSIONS_CAN_BE_ASKED:
    from streamlit import runtime


class ResumedSession:
    """Middleware: what a session had still to send when its connection broke is not sent over the next one."""

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        session_id = _taken_up(Headers(scope=scope)) if scope["type"] == "websocket" else ""
        messages = 0

        async def receive_after_dropping() -> "Message":
            nonlocal messages
            messages += 1
            if messages != 2:
                return await receive()
            # After the first, the handshake, Streamlit has taken the session up, and sent nothing yet.
            drop_unsent(session_id)
            loop = asyncio.get_running_loop()
            loop.call_soon(drop_unsent, session_id)  # what the old run says in this very moment
            drawing = loop.call_later(PATIENCE, draw_anew, session_id)
            try:
                return await receive()
            finally:
                drawing.cancel()

        await self.app(scope, receive_after_dropping if session_id and SESSIONS_CAN_BE_ASKED else receive, send)


def _taken_up(headers: Headers) -> str:
    """The session that a browser says it had before: the third of the subprotocols it names; "" for a new visitor."""
    protocols = headers.get("sec-websocket-protocol", "").split(",")
    return protocols[2].strip() if len(protocols) > 2 else ""


def drop_unsent(session_id: str) -> None:
    """Let go of what a session has not sent yet. Call it in the server's event loop, as the next function."""
    session = runtime.get_instance().get_app_session(session_id)
    if session is not None:
        session.flush_browser_queue()


def draw_anew(session_id: str) -> None:
    """Have a session's page drawn from its beginning."""
    session = runtime.get_instance().get_app_session(session_id)
    last = session._client_state if session is not None else None  # its address and page, and the browser's theme
    if session is not None and last is not None and last.page_script_hash:
        session.request_rerun(last)
