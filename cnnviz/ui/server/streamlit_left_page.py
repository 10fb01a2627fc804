"""Clicks on a page that is being left: passed over.

Made for Streamlit 1.67. A part of a page (`st.fragment`) is drawn again by itself, also on a page that is being left:
who follows a link and, while the server is slow to answer, clicks on a part of the old page, ends on an empty page at
the old address. Where the new page has such a part at the same place, as most have the picture's, the browser is told
to draw where nothing is ("Bad delta path index") and the whole app turns white. For parts that are drawn again by a
clock Streamlit has mended it (github.com/streamlit/streamlit/pull/9617), for clicks not; nothing public does. Without
this file that happens.
"""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from cnnviz.ui.server.streamlit_names import are_here

if TYPE_CHECKING:
    from streamlit.proto.ClientState_pb2 import ClientState

REQUESTS_CAN_BE_GUARDED = are_here(
    "passing over clicks on a page that is being left",
    "streamlit.runtime.app_session:AppSession.request_rerun",
    "streamlit.runtime.app_session:AppSession.page_script_hash",
    "streamlit.proto.ClientState_pb2:ClientState",
)
if REQUESTS_CAN_BE_GUARDED:
    from streamlit.runtime.app_session import AppSession

# session -> the page of the last request, and the page that it drew then; each the number of a page's script
_requests: "WeakKeyDictionary[AppSession, tuple[str, str]]" = WeakKeyDictionary()


def pass_over_clicks_on_left_pages() -> None:
    """Have every session of this process ignore them, from now on; call it once."""
    if REQUESTS_CAN_BE_GUARDED:
        setattr(AppSession, "request_rerun", _guarded(AppSession.request_rerun))  # noqa: B010  # its type is fixed


def _guarded(
    request_rerun: "Callable[[AppSession, ClientState | None], None]",
) -> "Callable[[AppSession, ClientState | None], None]":
    @functools.wraps(request_rerun)
    def guarded(session: "AppSession", request: "ClientState | None") -> None:
        requested = request.page_script_hash if request is not None else ""
        if request is not None and request.fragment_id and _page_of(session) not in ("", requested):
            return
        _requests[session] = (requested, session.page_script_hash)
        request_rerun(session, request)

    return guarded


def _page_of(session: "AppSession") -> str:
    """The page that a session draws or is about to draw; "" where that is not known."""
    requested, before = _requests.get(session, ("", ""))
    return requested if session.page_script_hash == before else session.page_script_hash
