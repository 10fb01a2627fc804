"""Cross-correlation and convolution side by side: the two formulas, and the output of each for the page's numbers."""

from dataclasses import replace

import streamlit as st

from cnnviz.arithmetic.matrix import Matrix
from cnnviz.figures.stepper import Script
from cnnviz.ui.learn.convolution_settings import ConvolutionSettings

MAX_COLUMNS = 10  # of a table that still fits half the page

FORMULAS = {
    "1-D": (
        r"(f \star g)(x) = \sum_n f(n)\, g(x + n)",
        r"(f * g)(x) = \sum_n f(n)\, g(x - n)",
    ),
    "2-D": (
        r"(f \star g)(x, y) = \sum_{n, m} f(n, m)\, g(x + n, y + m)",
        r"(f * g)(x, y) = \sum_{n, m} f(n, m)\, g(x - n, y - m)",
    ),
}


def show_both_results(settings: ConvolutionSettings, grey: Matrix | None, text: str) -> None:
    """Draw both formulas with both results before any ReLU, and ``text`` under them.

    ``grey`` is the patch of a picture (rows, columns); None takes the typed input.
    """
    linear = replace(settings, relu=False)
    with st.expander("Convolution or cross-correlation", expanded=settings.flip):
        for column, flip, name in zip(
            st.columns(2),
            (False, True),
            ("Cross-correlation: the kernel as it is", "Convolution: the kernel flipped"),
            strict=True,
        ):
            with column:
                st.markdown(f"**{name}**" + (" (shown above)" if flip == settings.flip else ""))
                st.markdown(f"$$\n{FORMULAS[settings.axes][flip]}\n$$")
                st.markdown(table(linear.script(grey, flip=flip)))
        if settings.relu:
            st.caption("Both before the ReLU.")
        st.markdown(text)


def table(script: Script) -> str:
    """The output of a script as a Markdown table with an empty head; a row that is too wide is cut and ends with …."""
    rows = script["output"]["planes"][0]["cells"]
    shown = [[cell.replace("-", "−") for cell in row[:MAX_COLUMNS]] + ["…"] * (len(row) > MAX_COLUMNS) for row in rows]
    head = "| " + " | ".join("" for _ in shown[0]) + " |"
    rule = "|" + "---:|" * len(shown[0])
    return "\n".join([head, rule, *("| " + " | ".join(row) + " |" for row in shown)])
