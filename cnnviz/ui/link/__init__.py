"""“Link to this”: a button that copies the address of the page with its exact state."""

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "cnnviz.link",
    html=(_HERE / "link.html").read_text(encoding="utf-8"),
    css=(_HERE / "link.css").read_text(encoding="utf-8"),
    js=(_HERE / "link.js").read_text(encoding="utf-8"),
)


def link_to_this(key: str = "link_to_this") -> None:
    """Draw the button. The address is read in the browser at the moment of the click; no trip to the server."""
    _component(key=key, width="content")
