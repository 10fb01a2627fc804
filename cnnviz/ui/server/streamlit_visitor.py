"""Who a browser is, as long as it is open: the same for all its sessions, unlike a session, which a reload ends.

Made for Streamlit 1.67, which sends each browser a random number as a cookie, to tell its files from forged ones
(`server.enableXsrfProtection`), and masks it anew each time. `st.context.cookies` gives the mask; nothing public takes
it off. Without this file a picture of one's own is gone after a reload, and a sentence says so.
"""

import streamlit as st

from cnnviz.ui.server.streamlit_names import are_here

COOKIE = "_streamlit_xsrf"
BROWSERS_ARE_KNOWN = are_here(
    "a picture of one's own that is there after a reload",
    "streamlit.web.server.starlette.starlette_app_utils:decode_xsrf_token_string",
)
if BROWSERS_ARE_KNOWN:
    from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string


def browser() -> str:
    """The browser's number, as hexadecimal digits; "" where it has none. It is a secret: nobody else may see it."""
    cookie = st.context.cookies.get(COOKIE)
    if not BROWSERS_ARE_KNOWN or not cookie:
        return ""
    number, _ = decode_xsrf_token_string(cookie)
    return number.hex() if number else ""
