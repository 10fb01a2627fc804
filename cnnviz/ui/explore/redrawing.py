"""Where work goes on while a page is looked at: the part that shows it, and then the page, are drawn again."""

import streamlit as st

from cnnviz.ui.sharing.background_work import draw_again_soon


def draw_part_again(key: str, running: bool) -> None:
    """At the end of a fragment: draw it anew where something in it was still running. `key` is the page's own."""
    st.session_state[key] = running
    if running:
        draw_again_soon()


def draw_page_again(key: str) -> None:
    """At the end of the page, for what `draw_part_again` was told in the fragment."""
    if st.session_state[key]:
        draw_again_soon(at_end_of_page=True)
