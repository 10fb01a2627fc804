"""What a visitor reads where this app fails: one friendly sentence with a number; the log gives the reason under it.

Streamlit hands an exception that nobody caught to `draw_failure`, whether the page raised it, a callback or a fragment.
The ends of a run that are no failures (`st.stop`, `st.rerun`, a newer click) never come here.
"""

import logging
import secrets

import streamlit as st

from cnnviz.ui.server.streamlit_waiting_click import clicks_wait

SENTENCE = (
    "Something broke here; it is not your doing. Reload the page or go on with another one, and if it happens again, "
    "tell whoever runs this app the number **{}**: the server's log says beside it what happened."
)

_log = logging.getLogger(__name__)


def draw_failure(problem: Exception) -> bool:
    """Log the exception and draw the sentence in its place; True, so that Streamlit draws nothing of its own."""
    number = logged(problem, "A page broke off")
    with clicks_wait():
        st.error(SENTENCE.format(number), icon=":material/error:")
    return True


def logged(problem: BaseException, what: str) -> str:
    """Write the exception with its traceback into the log, under a number; the number, for the visitor."""
    number = secrets.token_hex(3)
    _log.error("%s [%s]", what, number, exc_info=problem)
    return number
