"""What the server does once, when it starts."""

import asyncio
import contextlib
import webbrowser
from collections.abc import AsyncIterator

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager


@contextlib.asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Say that the pages are listed in app.py, and open the browser where there is one.

    Streamlit 1.67 takes a folder named ``pages`` for its old way of finding pages until ``st.navigation`` has run for
    the first time: the first visitor of a fresh server who opens a link to a lesson is told "Page not found". Nothing
    public switches that off.
    """
    PagesManager.uses_pages_directory = False
    if not st.get_option("server.headless"):
        address = st.get_option("server.address") or "localhost"
        url = f"http://{address}:{st.get_option('server.port')}/{st.get_option('server.baseUrlPath')}"
        asyncio.get_running_loop().call_later(0.5, webbrowser.open, url)
    yield
