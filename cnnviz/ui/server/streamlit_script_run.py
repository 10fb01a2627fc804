"""Whether code runs for a page, for a whole one or for one of its parts (`st.fragment`), and whether any page does.

Made for Streamlit 1.67, whose `st.context` says what the browser sent and nothing of the run. Its documentation names
`get_script_run_ctx` for threads, and promises nothing. Without this file a lack of memory ends in the sentence for our
own mistakes, parts that follow long work are not drawn again by themselves, and a process that is asked to end waits
for no page.
"""

import threading

from cnnviz.ui.server.streamlit_names import are_here

THREAD = "ScriptRunner.scriptThread"  # in which Streamlit computes each page
RUNS_ARE_KNOWN = are_here(
    "knowing whether a page is being drawn, and which part of it",
    "streamlit.runtime.scriptrunner:get_script_run_ctx",
    "streamlit.runtime.scriptrunner:ScriptRunContext.fragment_ids_this_run",
    f'streamlit.runtime.scriptrunner.script_runner:"{THREAD}"',
)
if RUNS_ARE_KNOWN:
    from streamlit.runtime.scriptrunner import get_script_run_ctx


def is_page_run() -> bool:
    """Whether this is called by a page, and not by a script, a test or a thread of ours."""
    return RUNS_ARE_KNOWN and get_script_run_ctx(suppress_warning=True) is not None


def is_fragment_run() -> bool:
    """Whether only a part of the page is being drawn."""
    context = get_script_run_ctx(suppress_warning=True) if RUNS_ARE_KNOWN else None
    return context is not None and bool(context.fragment_ids_this_run)


def is_any_page_computed() -> bool:
    """Whether any visitor's page is being computed."""
    return any(thread.name == THREAD for thread in threading.enumerate())
