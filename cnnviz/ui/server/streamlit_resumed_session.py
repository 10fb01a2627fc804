"""A browser that comes back to its session after its connection broke in the middle of a page.

Streamlit 1.67 then sends what the run that was cut off had still to say. What came before that was lost on the way, so
the browser is told to put things where nothing is: of 48 connections cut while one moved between pages two ended in a
white page, and of connections cut twice within a second most in "Cached ForwardMsg MISS", for good. Nothing public
changes that. Here the rest of the old run is dropped, and the page is drawn anew.
"""

import functools
from typing import Any

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager


def draw_anew_after_a_cut() -> None:
    """From now on every session that is taken up again begins with a page of its own; call it once."""
    resume = getattr(WebsocketSessionManager, "_resume_stored_session", None)
    if resume is None:  # another Streamlit
        return

    @functools.wraps(resume)
    def resumed(manager: WebsocketSessionManager, *arguments: Any, **options: Any) -> str | None:
        session_id: str | None = resume(manager, *arguments, **options)
        if session_id is not None:
            _begin_anew(manager._active_session_info_by_id[session_id].session)
        return session_id

    WebsocketSessionManager._resume_stored_session = resumed  # type: ignore[assignment, method-assign]


def _begin_anew(session: AppSession) -> None:
    session._browser_queue.clear()
    last = session._client_state  # address and page; not which messages its browser had kept
    # While the old run still ends, the browser asks for a new one by itself: it was told that something runs.
    if session._scriptrunner is None and last.page_script_hash:
        session.request_rerun(last)
