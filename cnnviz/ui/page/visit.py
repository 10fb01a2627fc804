"""Coming to a page and leaving it: within the session each page is found as it was left.

What stands in a page's address is what there is to come back to, so that is what is kept of it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import streamlit as st

from cnnviz.ui.server.streamlit_history import is_back_or_forward, take_whole_address

PAGE = "page"  # in the session: the page that is open
BEGINS = "page begins"  # whether it is drawn for the first time since the visitor came
LEFT = "pages left"  # page -> what its address says, or said when it was left
SENT = "page sent to"  # another page sent the visitor here, and said how it is to open
# One choice for all pages: the control that a page has for it brings it along.
SHARED = {"network", "picture", "class"}


@contextmanager
def visit(page: str) -> Iterator[None]:
    """Around the run of a page: by the menu it opens as it was left; by a link, or in the history, as that says."""
    state = st.session_state
    state[BEGINS] = state.get(PAGE) != page
    is_sent = state.pop(SENT, False)
    left = state.setdefault(LEFT, {})
    if state[BEGINS] and is_back_or_forward():
        take_whole_address()
    by_menu = PAGE in state and not is_sent and not st.query_params and not is_back_or_forward()
    if state[BEGINS] and by_menu and left.get(page):
        st.query_params.from_dict(left[page])
        st.rerun()  # as if the visitor had come by that link
    state[PAGE] = page
    try:
        yield
    finally:
        address = {name: st.query_params.get_all(name) for name in st.query_params if name not in SHARED}
        left[page] = address


def address_counts() -> bool:
    """Whether the visitor came by Back or Forward: what the address says, or does not say, outdoes the session's."""
    return is_back_or_forward()


def begins() -> bool:
    """Whether the page is drawn for the first time since the visitor came to it."""
    return bool(st.session_state.get(BEGINS))


def send_to(file: str, address: Mapping[str, str]) -> None:
    """Go to the page of a file, which opens as the address says and not as it was left."""
    st.session_state[SENT] = True
    st.switch_page(file, query_params=dict(address))
