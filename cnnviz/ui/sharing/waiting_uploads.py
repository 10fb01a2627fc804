"""Files that were sent and that no page has taken yet: how many bytes of them a session may have waiting.

Streamlit takes as many as are sent, under any number, whether a page asked for one or not.
"""

from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from cnnviz.images import MAX_BYTES
from cnnviz.ui.sharing.memory import fits

MAX_WAITING = 250_000_000  # of one session; a page takes what came and lets it go


def why_not(session_id: str, num_bytes: int | None) -> tuple[int, str] | None:
    """The HTTP status and the sentence for a file that is not taken; None for one that is.

    `num_bytes` is how long its sender says it is, None for one who does not say.
    """
    coming = MAX_BYTES if num_bytes is None else num_bytes
    if waiting_bytes(session_id) + coming > MAX_WAITING:
        return 413, "More files are waiting than one visitor may send at a time."
    if not fits(coming):
        return 507, "This server has no memory left for a file at the moment. Try again in a few minutes."
    return None


def waiting_bytes(session_id: str) -> int:
    """What a session's files take that no page has let go of."""
    manager = getattr(runtime.get_instance(), "_uploaded_file_mgr", None)
    if not isinstance(manager, MemoryUploadedFileManager):  # another Streamlit
        return 0
    return sum(len(record.data) for record in list(manager.file_storage.get(session_id, {}).values()))
