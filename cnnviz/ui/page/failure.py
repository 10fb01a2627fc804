"""What a visitor is told where something of ours breaks: one kind sentence with a number; the log has it beside why.

Streamlit hands an exception that nobody caught to `told`, whether the page raised it, a callback or a fragment. The
ends of a run that are no failures (`st.stop`, `st.rerun`, a newer click) never come here.
"""

import logging
import secrets

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException, StopException, get_script_run_ctx

SENTENCE = (
    "Something broke here; it is not your doing. Reload the page or go on with another one, and if it happens again, "
    "tell whoever runs this app the number **{}**: the server's log says beside it what happened."
)

_log = logging.getLogger(__name__)


def told(problem: Exception) -> bool:
    """Log the exception and draw the sentence in its place; True, so that Streamlit draws nothing of its own."""
    number = logged(problem, "A page broke off")
    try:
        st.error(SENTENCE.format(number), icon=":material/error:")
    except RerunException as newer:  # a click that came while a fragment broke: it must not be lost
        context = get_script_run_ctx()
        if context is not None and context.script_requests is not None:
            context.script_requests.request_rerun(newer.rerun_data)
    except StopException:
        pass  # the visitor has left
    return True


def logged(problem: BaseException, what: str) -> str:
    """Write the exception with its traceback into the log, under a number; the number, to be told to the visitor."""
    number = secrets.token_hex(3)
    _log.error("%s [%s]", what, number, exc_info=problem)
    return number


class NotTwice(logging.Filter):
    """For the logger that writes what `told` writes as well, only without a number."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.msg != "Uncaught app execution"
