"""Files that were sent and that no page has taken yet: how many bytes of them a session may have waiting."""

from cnnviz.images import MAX_BYTES
from cnnviz.ui.server.streamlit_uploads import waiting_bytes
from cnnviz.ui.sharing.memory import fits

MAX_WAITING = 250_000_000  # of one session; a page takes what came and lets it go


def refusal(session_id: str, num_bytes: int | None) -> tuple[int, str] | None:
    """The HTTP status and the sentence for a file that is not taken; None for one that is.

    `num_bytes` is how long its sender says it is, None for one who does not say.
    """
    coming = MAX_BYTES if num_bytes is None else num_bytes
    if waiting_bytes(session_id) + coming > MAX_WAITING:
        return 413, "More files are waiting than one visitor may send at a time."
    if not fits(coming):
        return 507, "This server has no memory left for a file at the moment. Try again in a few minutes."
    return None
