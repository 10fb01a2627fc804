"""Accuracy by epoch of two networks, each on pictures and on shuffled ones: two small charts side by side.

Room is kept from the start: before anything is trained the charts stand there with their axes and say so.
"""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go
import streamlit as st

COLOURS = {False: {"light": "#0072B2", "dark": "#63B3E4"}, True: {"light": "#A8447F", "dark": "#E79BC9"}}
SHAPES = {False: ("circle", "solid"), True: ("square", "dash")}
INK = {"light": "#1b1f24", "dark": "#eef1f4"}
GRID = {"light": "#dde2e8", "dark": "#333a43"}
APART = 0.07  # of the chart's height: closer together, two names would cover each other


class Curve(NamedTuple):
    """One training: whether its pixels were shuffled, and the accuracy (0 to 1) before and after each epoch."""

    shuffled: bool
    accuracies: tuple[float, ...]


def show_learning(charts: Sequence[tuple[str, Sequence[Curve]]], epochs: int, chance: float, key: str) -> None:
    """Draw one chart for each (title, curves); `chance` is the accuracy of guessing, drawn as a line."""
    dark = st.context.theme.type == "dark"
    for place, (column, (title, curves)) in enumerate(zip(st.columns(len(charts)), charts, strict=True)):
        with column:
            st.markdown(f"**{title}**")
            figure = learning_chart(curves, epochs, chance, dark)
            st.plotly_chart(figure, key=f"{key}_{place}", config={"displayModeBar": False}, alt=alt(title, curves))


def learning_chart(curves: Sequence[Curve], epochs: int, chance: float, dark: bool = False) -> go.Figure:
    """Accuracy against epochs, a line for each training that has begun, its last accuracy in words at its end.

    >>> chart = learning_chart([Curve(False, (0.25, 0.5))], epochs=8, chance=0.25)
    >>> chart.data[0].x, chart.data[0].y, chart.layout.annotations[0].text
    ((0, 1), (0.25, 0.5), '<b>50.0 % as it is</b>')
    """
    theme = "dark" if dark else "light"
    figure = go.Figure()
    trained = [curve for curve in curves if curve.accuracies]
    for curve, height in zip(trained, heights([curve.accuracies[-1] for curve in trained]), strict=True):
        symbol, dash = SHAPES[curve.shuffled]
        colour = COLOURS[curve.shuffled][theme]
        words = "shuffled" if curve.shuffled else "as it is"
        figure.add_scatter(
            x=list(range(len(curve.accuracies))),
            y=list(curve.accuracies),
            mode="lines+markers",
            line={"color": colour, "width": 3, "dash": dash},
            marker={"symbol": symbol, "size": 9, "color": colour},
            name=words,
            hovertemplate="epoch %{x}: %{y:.1%}<extra></extra>",
            cliponaxis=False,
        )
        figure.add_annotation(
            x=len(curve.accuracies) - 1,
            y=height,
            text=f"<b>{percent(curve.accuracies[-1])} {words}</b>",
            font={"color": colour, "size": 15},
            xanchor="left",
            xshift=10,
            showarrow=False,
        )
    if not trained:
        figure.add_annotation(x=epochs / 2, y=0.62, text="not trained yet", font={"size": 15}, showarrow=False)
    figure.add_hline(
        chance, line={"dash": "dot", "width": 1}, annotation_text="guessing", annotation_position="bottom left"
    )
    figure.update_layout(
        height=240,
        margin={"l": 50, "r": 150, "t": 10, "b": 44},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": INK[theme], "size": 13},
        showlegend=False,
    )
    axis = {"gridcolor": GRID[theme], "zeroline": False, "fixedrange": True}
    figure.update_xaxes(title="epochs", range=[0, epochs], dtick=max(1, epochs // 8), showgrid=False, **axis)
    figure.update_yaxes(range=[0, 1], tickvals=[0, 0.5, 1], tickformat=".0%", **axis)
    return figure


def heights(ends: Sequence[float]) -> list[float]:
    """Where the words at the ends stand: two that would cover each other move apart, the higher one up.

    >>> heights([0.5, 0.9]), heights([0.5, 0.52])
    ([0.5, 0.9], [0.475, 0.545])
    """
    if len(ends) != 2 or abs(ends[0] - ends[1]) >= APART:
        return list(ends)
    middle, half = sum(ends) / 2, APART / 2
    low, high = round(middle - half, 4), round(middle + half, 4)
    return [low, high] if ends[0] <= ends[1] else [high, low]


def percent(part: float) -> str:
    """A part in percent, with one decimal.

    >>> percent(0.975)
    '97.5 %'
    """
    return f"{100 * part:.1f} %"


def alt(title: str, curves: Sequence[Curve]) -> str:
    """What a chart shows, for those who do not see it."""
    trained = [curve for curve in curves if len(curve.accuracies) > 1]
    if not trained:
        return f"{title}: not trained yet."
    ends = ", ".join(
        f"{percent(curve.accuracies[-1])} on {'shuffled pixels' if curve.shuffled else 'the patches as they are'}"
        for curve in trained
    )
    return f"{title}: {ends}."
