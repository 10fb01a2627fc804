"""Derivations on the page: the colour names of the arithmetic become colours that can be read on the page's ground."""

import re

import streamlit as st

from cnnviz.arithmetic.derivations.lines import Derivation, without_colours

# The roles' own hues (palettes.py), darkened or lightened until text in them has a contrast of at least 4.5 to 1.
ROLE_COLOURS = {
    "light": {"input": "#0068A3", "kernel": "#8F5F00", "output": "#00795A", "padding": "#5F6873"},
    "dark": {"input": "#63B3E4", "kernel": "#F0B440", "output": "#35C99E", "padding": "#A3ACB8"},
}
ROLE = re.compile(r"\\textcolor\{(\w+)\}")
CARD_DIGITS = 33  # so many fit side by side into the narrowest card, on a phone
WIDTHS = {
    " ": 0,
    ",": 0.55,
    "(": 0.8,
    ")": 0.8,
    "·": 1.5,
    "+": 2.4,
    "-": 2.4,
    "~": 0.7,
}  # in digits; letters are as wide
EQUALS = 2.7


def show_derivation(derivation: Derivation) -> None:
    """Draw one derivation as a card: its title, its lines under one another, its notes."""
    colours = ROLE_COLOURS["dark" if st.context.theme.type == "dark" else "light"]
    wide = width(derivation) > CARD_DIGITS  # a formula on lines of its own can scroll inside the card
    before, after = ("$$\n", "\n$$") if wide else ("$", "$")
    with st.container(border=True):
        st.markdown(f"**{derivation.title}**")
        st.markdown(f"{before}{in_colours(derivation.latex, colours)}{after}")
        for note in derivation.notes:
            st.caption(note)


def width(derivation: Derivation) -> float:
    """About how wide the lines are, in digits: the widest left side, the = sign and the widest right side."""
    sides = [printed(line.latex).partition("=") for line in derivation.lines]
    widths = [[sum(WIDTHS.get(letter, 1) for letter in text) for text in (left, right)] for left, _, right in sides]
    return max(left for left, _ in widths) + EQUALS + max(right for _, right in widths)


def printed(latex: str) -> str:
    r"""The characters that LaTeX prints side by side: of a fraction the wider part, of a subscript a ~ for each letter.

    >>> printed(r"\text{MACs} = \frac{\textcolor{input}{1{,}227} - 11}{4} \cdot C_{\text{out}}")
    'MACs = 1,227 - 11 · C~~~'
    """
    text = re.sub(r"\\text\{([^{}]*)\}", r"\1", without_colours(latex).replace("{,}", ","))
    text = re.sub(r"_\{?(\w+)\}?", lambda part: "~" * len(part[1]), text)
    text = re.sub(r"\\t?frac\{([^{}]*)\}\{([^{}]*)\}", lambda part: max(part[1], part[2], key=len), text)
    text = re.sub(r"\\(?:left|right)", "", text).replace(r"\cdot", "·")
    return re.sub(r"\\[lr](?:floor|ceil) ?", "|", text.replace("{", "").replace("}", ""))


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
