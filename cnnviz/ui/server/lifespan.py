"""What the server does once, when it starts."""

import asyncio
import contextlib
import logging
import threading
import warnings
import webbrowser
from collections.abc import AsyncIterator

import streamlit as st
from streamlit import net_util
from streamlit.logger import get_logger
from streamlit.runtime.pages_manager import PagesManager

from cnnviz.ui.page.failure import NotTwice
from cnnviz.ui.server.graceful_end import ends_in_steps
from cnnviz.ui.server.streamlit_left_page import pass_over_clicks_on_left_pages
from cnnviz.ui.server.streamlit_resumed_session import draw_anew_after_a_cut
from cnnviz.ui.server.streamlit_sessions import tidy
from cnnviz.ui.sharing.free_memory import keep_together


@contextlib.asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Say that the pages are listed in app.py, keep Streamlit from asking outside, and open the browser.

    What this app logs gets the form of Streamlit's lines, with the time; what broke is logged once, see
    `cnnviz.ui.page.failure`. What Pillow thinks of a file is not logged: it warns of each odd tag, and a small file has
    60,000 of them.

    Streamlit asks a server outside for this machine's address when a browser comes by another name than localhost; it
    keeps the first answer, so the answer "none" is put in its place.

    Streamlit 1.67 takes a folder named ``pages`` for its old way of finding pages until ``st.navigation`` has run for
    the first time: the first visitor of a fresh server who opens a link to a lesson is told "Page not found". Nothing
    public switches either off.
    """
    PagesManager.uses_pages_directory = False
    net_util._external_ip = ""
    get_logger("cnnviz")
    logging.getLogger("streamlit.error_util").addFilter(NotTwice())
    warnings.filterwarnings("ignore", module="PIL")
    keep_together()
    pass_over_clicks_on_left_pages()
    draw_anew_after_a_cut()
    address = st.get_option("server.address")
    everywhere = address in (None, "", "0.0.0.0", "::")
    url = f"http://{'localhost' if everywhere else address}:{st.get_option('server.port')}"
    url += f"/{st.get_option('server.baseUrlPath')}".rstrip("/")
    print(f"cnnviz is open at {url}", "(and at this machine's own address for others)" * everywhere, flush=True)
    if not st.get_option("server.headless"):
        threading.Timer(0.5, webbrowser.open, [url]).start()  # in a thread: a console browser would hold up the server
    tidying = asyncio.create_task(tidy())
    with ends_in_steps():
        yield
    tidying.cancel()
