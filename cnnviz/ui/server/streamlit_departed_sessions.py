"""Visitors who left: their sessions leave the memory also when nobody comes after them.

Made for Streamlit 1.67, which keeps a session for `disconnectedSessionTTL` seconds after its browser is gone, but then
only looks when the next one comes or goes (github.com/streamlit/streamlit/issues/12506), and a variable of its own loop
has the last one even then: after a lesson the last class's pictures stay in memory all night. No public call makes
it look. So a visitor without a browser is opened and closed here; Streamlit's own counts of visitors include it.
Without this file those pictures stay until the next visitor.
"""

import asyncio
from typing import TYPE_CHECKING

from cnnviz.ui.server.streamlit_names import are_here

if TYPE_CHECKING:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PATIENCE = 10.0  # seconds until the loop, which serves all visitors, has come by

SESSIONS_CAN_BE_OPENED = are_here(
    "letting go of visitors who left while nobody comes",
    "streamlit.runtime:get_instance",
    "streamlit.runtime:SessionClient",
    "streamlit.runtime:Runtime.connect_session",
    "streamlit.runtime:Runtime.handle_backmsg",
    "streamlit.runtime:Runtime.disconnect_session",
    "streamlit.runtime:Runtime.close_session",
    "streamlit.proto.BackMsg_pb2:BackMsg",
)
if SESSIONS_CAN_BE_OPENED:
    from streamlit import runtime
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.runtime import SessionClient

    class NoBrowser(SessionClient):
        """Takes what is sent to a visitor, and only notes that something came."""

        def __init__(self) -> None:
            self.was_served = asyncio.Event()

        def write_forward_msg(self, _message: "ForwardMsg") -> None:
            self.was_served.set()


async def forget_departed() -> None:
    """Let go of the sessions whose time is over, with their files and pictures. Call it in the server's event loop."""
    if not SESSIONS_CAN_BE_OPENED:
        return
    server, visitor = runtime.get_instance(), NoBrowser()
    session_id = server.connect_session(visitor, {})
    try:
        # No page is drawn. This is answered with a word, and the loop that brings it forgets whom it served last.
        server.handle_backmsg(session_id, BackMsg(set_run_on_save=False))
        await asyncio.wait_for(visitor.was_served.wait(), PATIENCE)
    finally:
        server.disconnect_session(session_id)  # its session is put to those of others who left: now Streamlit looks
        server.close_session(session_id)
