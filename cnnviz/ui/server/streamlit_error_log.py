"""What broke stands in the log once: with the number that the visitor is given, see `cnnviz.ui.page.failure`.

Made for Streamlit 1.67, which writes every such failure into the log before it hands it to the app's own handler
(github.com/streamlit/streamlit/issues/3426), and has no setting for that. Without this file each stands there twice.
"""

import logging

from cnnviz.ui.server.streamlit_names import are_here

LOGGER, LINE = "streamlit.error_util", "Uncaught app execution"
LINE_IS_KNOWN = are_here("a log that has each failure once", f'{LOGGER}:"{LINE}"')


def log_failures_once() -> None:
    """From now on leave out Streamlit's own line; call it once."""
    if LINE_IS_KNOWN:
        logging.getLogger(LOGGER).addFilter(lambda record: record.msg != LINE)
