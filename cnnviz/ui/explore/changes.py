"""How far each later part of a network moves when something in it is switched off: the chart of it, told in words."""

from collections.abc import Sequence

import streamlit as st

from cnnviz.figures.residual import change_chart


def show_changes(names: Sequence[str], changes: Sequence[float], key: str) -> None:
    """Draw one bar for each of `names`; `changes` are parts of an output's own length, from 0."""
    st.plotly_chart(
        change_chart(names, changes),
        width="stretch",
        key=key,
        config={"displayModeBar": False},
        alt=f"{names[0]} moves by {100 * changes[0]:.0f} %, {names[-1]} by {100 * changes[-1]:.0f} %.",
    )
