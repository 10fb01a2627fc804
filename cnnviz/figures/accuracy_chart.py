"""Accuracy against number of parameters, one mark per method: a Plotly figure made from rows of plain data."""

from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go

from cnnviz.arithmetic.lecture.state_of_the_art import Measure, Result

MEASURES: dict[Measure, str] = {"top1": "Top-1 accuracy", "top5": "Top-5 accuracy", "real": "ReaL precision@1"}

# Shape and colour both say whether extra data was used. Okabe and Ito's blue and vermilion, lighter on a dark page.
SERIES = (
    (False, "ImageNet only", "circle", {"light": "#0072B2", "dark": "#56B4E9"}),
    (True, "with extra data", "diamond", {"light": "#D55E00", "dark": "#FF8A4C"}),
)
INK = {"light": "#1b1f24", "dark": "#eef1f4"}
GROUND = {"light": "#f6f8fa", "dark": "#1d2127"}
GRID = {"light": "#dde2e8", "dark": "#333a43"}
TICKS = (20, 50, 100, 200, 500, 1000)
RANGE = (1.28, 3.08)  # of the axis, as powers of ten: 19 to 1200 million
CLOSE = 2  # a name to the right of a mark would run into another with less than so many times the parameters
LEFTMOST, MIDDLE = 40, 200  # millions: left of the first there is no room for a name before the axis


def accuracy_chart(methods: Sequence[Result], measure: Measure, dark: bool = False) -> go.Figure:
    """Draw every method that has this measure; the number of parameters on a logarithmic axis.

    Methods on the frontier, which nothing smaller or equally small beats, carry their names; the others say theirs when
    pointed at.

    >>> from cnnviz.arithmetic.lecture.state_of_the_art import RESULTS
    >>> [len(trace.x) for trace in accuracy_chart(RESULTS, "real").data]
    [5, 7]
    """
    theme = "dark" if dark else "light"
    measured = [method for method in methods if method.accuracy(measure) is not None]
    named = label_places(frontier(measured, measure))
    figure = go.Figure()
    for extra_data, label, symbol, colour in SERIES:
        chosen = [method for method in measured if method.extra_data == extra_data]
        figure.add_scatter(
            x=[method.millions for method in chosen],
            y=[method.accuracy(measure) for method in chosen],
            mode="markers+text",
            name=label,
            marker={"symbol": symbol, "size": 12, "color": colour[theme], "opacity": 0.85},
            text=[method.name if method.name in named else "" for method in chosen],
            textposition=[named.get(method.name, "top left") for method in chosen],
            textfont={"color": INK[theme], "size": 13},
            customdata=[hover_words(method) for method in chosen],
            hovertemplate="%{customdata}<extra></extra>",
            cliponaxis=False,
        )
    figure.update_layout(
        height=440,
        margin={"l": 64, "r": 24, "t": 48, "b": 56},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": INK[theme], "size": 14},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        hoverlabel={"align": "left", "bgcolor": GROUND[theme], "font": {"color": INK[theme], "size": 14}},
    )
    axis = {"gridcolor": GRID[theme], "zeroline": False, "tickfont": {"color": INK[theme], "size": 13}}
    axis |= {"title_font": {"color": INK[theme], "size": 14}}
    figure.update_xaxes(
        title="parameters (logarithmic)",
        type="log",
        range=RANGE,
        tickvals=TICKS,
        ticktext=[f"{tick}M" for tick in TICKS],
        **axis,
    )
    figure.update_yaxes(title=f"{MEASURES[measure]} (%)", **axis)
    return figure


def frontier(methods: Sequence[Result], measure: Measure) -> list[Result]:
    """The methods that no other beats with as few parameters or fewer, smallest first.

    >>> small, large, beaten = Result("a", 10, False, 70.0), Result("b", 20, False, 80.0), Result("c", 30, False, 75.0)
    >>> [method.name for method in frontier([small, large, beaten], "top1")]
    ['a', 'b']
    """
    best, chosen = float("-inf"), []
    for method in sorted(methods, key=lambda method: (method.millions, -(method.accuracy(measure) or 0))):
        accuracy = method.accuracy(measure)
        if accuracy is not None and accuracy > best:
            best = accuracy
            chosen.append(method)
    return chosen


def label_places(methods: Sequence[Result]) -> dict[str, str]:
    """Where the name of each method stands: towards the middle of the chart, or left, out of the way of the next mark.

    >>> label_places([Result("a", 23, False, 79.0), Result("b", 390, True, 90.0), Result("c", 480, True, 90.2)])
    {'a': 'top right', 'b': 'middle left', 'c': 'top left'}
    """
    places = {method.name: "top right" if method.millions < MIDDLE else "top left" for method in methods}
    for method, following in pairwise(methods):
        if method.millions > LEFTMOST and following.millions < CLOSE * method.millions:
            places[method.name] = "middle left"
    return places


def hover_words(method: Result) -> str:
    """The whole row, line by line, as it appears beside the pointer."""
    lines = [f"<b>{method.name}</b>", f"{method.millions}M parameters, {data_words(method)}"]
    for measure, label in MEASURES.items():
        accuracy = method.accuracy(measure)
        lines.append(f"{label}: {'not given' if accuracy is None else f'{accuracy:g} %'}")
    return "<br>".join(lines)


def data_words(method: Result) -> str:
    """What the method was trained on."""
    return next(label for extra_data, label, _, _ in SERIES if extra_data == method.extra_data)
