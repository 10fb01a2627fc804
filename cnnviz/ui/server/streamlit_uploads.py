"""Files that visitors have sent: how much of them waits in memory, and letting go of one that has been read.

Made for Streamlit 1.67. It takes as many files as are sent, under any number, whether a page asked for one or not
(github.com/streamlit/streamlit/issues/3401), and keeps each until its session ends (issues 9218 and 3553). Without this
file one visitor can fill the memory, every picture is held twice, and files that a proxy sends to the wrong process
are answered 400, which no proxy takes for "ask the next".
"""

from streamlit.typing import UploadedFile

from cnnviz.ui.server.streamlit_names import are_here

FILES_ARE_KNOWN = are_here(
    "a bound for the files that wait in memory",
    "streamlit.runtime:get_instance",
    "streamlit.runtime:Runtime.is_active_session",
    "streamlit.runtime:Runtime.uploaded_file_mgr",
    "streamlit.runtime.scriptrunner:get_script_run_ctx",
    "streamlit.runtime.scriptrunner_utils.script_run_context:ScriptRunContext.session_id",
    "streamlit.runtime.scriptrunner_utils.script_run_context:ScriptRunContext.uploaded_file_mgr",
    "streamlit.runtime.memory_uploaded_file_manager:MemoryUploadedFileManager.file_storage",
    "streamlit.runtime.memory_uploaded_file_manager:MemoryUploadedFileManager.remove_file",
)
if FILES_ARE_KNOWN:
    from streamlit import runtime
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.scriptrunner import get_script_run_ctx


def is_session_here(session_id: str) -> bool:
    """Whether this process has the session, with a browser."""
    return not FILES_ARE_KNOWN or runtime.get_instance().is_active_session(session_id)


def waiting_bytes(session_id: str) -> int:
    """What a session's files take that no page has let go of."""
    files = runtime.get_instance().uploaded_file_mgr if FILES_ARE_KNOWN else None
    if not isinstance(files, MemoryUploadedFileManager):
        return 0
    return sum(len(record.data) for record in list(files.file_storage.get(session_id, {}).values()))


def forget_upload(sent: UploadedFile) -> None:
    """Free the bytes of a sent file now; call it from the page that has read it."""
    context = get_script_run_ctx(suppress_warning=True) if FILES_ARE_KNOWN else None
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(session_id=context.session_id, file_id=sent.file_id)
