"""Taking the result along: the table as CSV and Markdown, the network as PyTorch code."""

import streamlit as st

from cnnviz.arithmetic.network.exports import to_csv, to_markdown, to_pytorch
from cnnviz.ui.compute.builder.reading import Reading, in_short_form


def show_exports(reading: Reading) -> None:
    """Draw the downloads and the texts to copy, behind an expander; a table that ends early says where it ends."""
    if reading.network is None:
        return
    with st.expander("Take it along: PyTorch, Markdown, CSV", icon=":material/download:"):
        code, markdown = to_pytorch(in_short_form(reading.network)), to_markdown(reading.rows)
        with st.container(horizontal=True, gap="small"):
            for label, content, name, kind in (
                ("CSV", to_csv(reading.rows), "network.csv", "text/csv"),
                ("Markdown", markdown, "network.md", "text/markdown"),
                ("PyTorch", code, "network.py", "text/x-python"),
            ):
                st.download_button(
                    label, content, name, kind, icon=":material/download:", key=f"take_{label}", on_click="ignore"
                )
        if not reading.fits:
            st.caption("The table ends before the layer that does not fit.")
        st.markdown("**PyTorch**")
        st.code(code, language="python")
        st.markdown("**Markdown**")
        st.code(markdown, language="markdown")
