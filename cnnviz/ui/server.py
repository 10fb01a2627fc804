"""What the server does once, when it starts."""

import contextlib
import ctypes
import gc
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Iterator

import streamlit as st
from streamlit import net_util
from streamlit.runtime.pages_manager import PagesManager

from cnnviz.ui.replica import ends_in_steps

COLLECTS_EVERY = 15.0  # seconds


@contextlib.asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Say that the pages are listed in app.py, keep Streamlit from asking outside, and open the browser.

    Streamlit asks a server outside for this machine's address when a browser comes by another name than localhost; it
    keeps the first answer, so the answer "none" is put in its place.

    Streamlit 1.67 takes a folder named ``pages`` for its old way of finding pages until ``st.navigation`` has run for
    the first time: the first visitor of a fresh server who opens a link to a lesson is told "Page not found". Nothing
    public switches either off.
    """
    PagesManager.uses_pages_directory = False
    net_util._external_ip = ""
    address = st.get_option("server.address")
    everywhere = address in (None, "", "0.0.0.0", "::")
    url = f"http://{'localhost' if everywhere else address}:{st.get_option('server.port')}"
    url += f"/{st.get_option('server.baseUrlPath')}".rstrip("/")
    print(f"cnnviz is open at {url}", "(and at this machine's own address for others)" * everywhere, flush=True)
    if not st.get_option("server.headless"):
        threading.Timer(0.5, webbrowser.open, [url]).start()  # in a thread: a console browser would hold up the server
    with ends_in_steps(), collecting():
        yield


@contextlib.contextmanager
def collecting() -> Iterator[None]:
    """Collect garbage now and then, and give the system back what is free.

    Streamlit, which would collect after every run, is told not to in its settings. And glibc keeps what was freed for
    later unless it is told to let go.
    """
    over = threading.Event()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None

    def collect() -> None:
        while not over.wait(COLLECTS_EVERY):
            gc.collect()
            if trim is not None:
                trim(0)

    threading.Thread(target=collect, name="garbage", daemon=True).start()
    try:
        yield
    finally:
        over.set()
