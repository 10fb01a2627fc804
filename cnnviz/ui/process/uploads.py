"""Which files are not taken: those for a session that lives in another process, and those that are too much."""

from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from cnnviz.ui.server.streamlit_uploads import is_session_here
from cnnviz.ui.sharing.waiting_uploads import refusal

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

PATH = "/_stcore/upload_file/"  # behind it the session and the file


class Uploads:
    """Middleware around the app: says of a file why it is not taken; see `cnnviz.ui.sharing.waiting_uploads`.

    After a process came back, a proxy that goes by a cookie sends a browser's files to it again, while its web socket
    stays with the process that stood in. Streamlit would answer 400, which no proxy takes for "ask the next"; 404 it
    does.
    """

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        path: str = scope.get("path", "")
        not_taken = _refusal(scope, path) if scope["type"] == "http" and PATH in path else None
        answer = PlainTextResponse(not_taken[1], not_taken[0]) if not_taken else self.app
        await answer(scope, receive, send)


def _refusal(scope: "Scope", path: str) -> tuple[int, str] | None:
    """The status and the sentence for a file that is not taken here; None for one that is, or that is taken back."""
    session_id = path.partition(PATH)[2].split("/")[0]
    if not is_session_here(session_id):
        return 404, "This session is not here."
    if scope["method"] != "PUT":
        return None
    length = Headers(scope=scope).get("content-length", "")
    return refusal(session_id, int(length) if length.isdecimal() else None)
