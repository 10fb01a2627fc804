"""Clicks on a page that has been left: passed over.

A part of a page (`st.fragment`) is drawn again by itself. Streamlit 1.67 does so also for a page that is being left:
who follows a link and, while the server is slow to answer, clicks on a part of the old page, ends on an empty page at
the old address. Where the new page has such a part at the same place, as most have the picture's, the browser is told
to draw where nothing is ("Bad delta path index") and the whole app turns white.
"""

import functools
from collections.abc import Callable

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession


def pass_over_clicks_on_left_pages() -> None:
    """Have every session of this process ignore them, from now on. Nothing public does that."""
    setattr(AppSession, "request_rerun", _guarded(AppSession.request_rerun))  # noqa: B010  # its type is not told


def _guarded(
    request_rerun: Callable[[AppSession, ClientState | None], None],
) -> Callable[[AppSession, ClientState | None], None]:
    @functools.wraps(request_rerun)
    def guarded(session: AppSession, asked: ClientState | None) -> None:
        if asked is None or not asked.fragment_id or _page_of(session) in ("", asked.page_script_hash):
            request_rerun(session, asked)

    return guarded


def _page_of(session: AppSession) -> str:
    """The page that a session was last asked to draw, as the number of its script; "" where that is not known."""
    requests = getattr(session._scriptrunner, "_requests", None)
    asked_last = getattr(getattr(requests, "_rerun_data", None), "page_script_hash", "")
    return asked_last or session._client_state.page_script_hash
