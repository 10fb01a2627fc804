"""A click that comes while a page says that it broke: heard as soon as that is said.

Made for Streamlit 1.67 (custom error handlers: github.com/streamlit/streamlit/pull/14972). Whatever is drawn ends the
run for a click that waits; in the handler for errors Streamlit then takes that for a failure of the handler, draws its
own red box, and the click is lost. Nothing public draws without hearing clicks. Without this file that happens.
"""

import contextlib
from collections.abc import Iterator

from cnnviz.ui.server.streamlit_names import are_here

CLICKS_CAN_WAIT = are_here(
    "a click that comes while a page breaks",
    "streamlit.runtime.scriptrunner:RerunException",
    "streamlit.runtime.scriptrunner:StopException",
    "streamlit.runtime.scriptrunner:get_script_run_ctx",
    "streamlit.runtime.scriptrunner:ScriptRunContext.script_requests",
    "streamlit.runtime.scriptrunner_utils.exceptions:RerunException.rerun_data",
    "streamlit.runtime.scriptrunner_utils.script_requests:ScriptRequests.request_rerun",
)
if CLICKS_CAN_WAIT:
    from streamlit.runtime.scriptrunner import RerunException, StopException, get_script_run_ctx


@contextlib.contextmanager
def clicks_wait() -> Iterator[None]:
    """Inside, what is drawn does not end the run: a click is heard afterwards. For the handler of errors only."""
    if not CLICKS_CAN_WAIT:
        yield
        return
    try:
        yield
    except RerunException as newer:
        context = get_script_run_ctx(suppress_warning=True)
        if context is not None and context.script_requests is not None:
            context.script_requests.request_rerun(newer.rerun_data)
    except StopException:
        pass  # the visitor has left
