"""What the server does once, when it starts."""

import asyncio
import contextlib
import logging
import threading
import warnings
import webbrowser
from collections.abc import AsyncIterator

import streamlit as st

from cnnviz.ui.process.graceful_end import ends_in_steps
from cnnviz.ui.process.tidying import tidy
from cnnviz.ui.server.streamlit_error_log import log_failures_once
from cnnviz.ui.server.streamlit_left_page import pass_over_clicks_on_left_pages
from cnnviz.ui.sharing.free_memory import keep_together


@contextlib.asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Prepare the log and the memory, say where the app is, open the browser; end in steps.

    What Pillow thinks of a file is not logged: it warns of each odd tag, and a small file has 60,000 of them.
    """
    log_as_streamlit_does()
    log_failures_once()
    warnings.filterwarnings("ignore", module="PIL")
    keep_together()
    list_pages_in_app()
    pass_over_clicks_on_left_pages()
    say_where_it_is()
    tidying = asyncio.create_task(tidy())
    with ends_in_steps():
        yield
    tidying.cancel()


def log_as_streamlit_does() -> None:
    """Give what this app logs the form of Streamlit's lines, with the time."""
    log, handler = logging.getLogger("cnnviz"), logging.StreamHandler()
    handler.setFormatter(logging.Formatter(st.get_option("logger.messageFormat")))
    log.handlers, log.propagate = [handler], False


def list_pages_in_app() -> None:
    """Have Streamlit take the pages from app.py and not from the folder of that name, from the first visitor on.

    It would do so once `st.navigation` has run for the first time in the process; until then whoever opens a link to a
    lesson is told "Page not found". So it runs here, without a page of ours and without the warning that there is
    no visitor.
    """
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        st.navigation([st.Page(lambda: None, title="none", url_path="none")])
    finally:
        logging.disable(before)


def say_where_it_is() -> None:
    """Print the address, and open it in the browser of whoever starts the app at a desk."""
    address = st.get_option("server.address")
    everywhere = address in (None, "", "0.0.0.0", "::")
    url = f"http://{'localhost' if everywhere else address}:{st.get_option('server.port')}"
    url += f"/{st.get_option('server.baseUrlPath')}".rstrip("/")
    print(f"cnnviz is open at {url}", "(and at this machine's own address for others)" * everywhere, flush=True)
    if not st.get_option("server.headless"):
        threading.Timer(0.5, webbrowser.open, [url]).start()  # in a thread: a console browser would hold up the server
