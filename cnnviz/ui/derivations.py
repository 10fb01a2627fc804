"""Derivations on the page: the colour names of the arithmetic become colours that can be read on the page's ground."""

import re

import streamlit as st

from cnnviz.arithmetic.derivation import Derivation

# The roles' own hues (palettes.py), darkened or lightened until text in them has a contrast of at least 4.5 to 1.
ROLE_COLOURS = {
    "light": {"input": "#0068A3", "kernel": "#8F5F00", "output": "#00795A", "padding": "#5F6873"},
    "dark": {"input": "#63B3E4", "kernel": "#F0B440", "output": "#35C99E", "padding": "#A3ACB8"},
}
ROLE = re.compile(r"\\textcolor\{(\w+)\}")


def show_derivation(derivation: Derivation) -> None:
    """Draw one derivation as a card: its title, its lines under one another, its notes."""
    colours = ROLE_COLOURS["dark" if st.context.theme.type == "dark" else "light"]
    with st.container(border=True):
        st.markdown(f"**{derivation.title}**")
        st.markdown(f"${in_colours(derivation.latex, colours)}$")
        for note in derivation.notes:
            st.caption(note)


def in_colours(latex: str, colours: dict[str, str]) -> str:
    r"""The LaTeX with the colour of each role in place of its name.

    >>> print(in_colours(r"\textcolor{input}{3}", {"input": "#0068A3"}))
    \textcolor{#0068A3}{3}
    """
    return ROLE.sub(lambda role: rf"\textcolor{{{colours[role[1]]}}}", latex)


def copy_derivations(derivations: list[Derivation], label: str = "Copy the derivation") -> None:
    """Offer the lines as Markdown for a notebook or a hand-in."""
    with st.expander(label, icon=":material/content_copy:"):
        st.code("\n\n".join(derivation.markdown for derivation in derivations), language="markdown", wrap_lines=True)
