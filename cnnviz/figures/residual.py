"""Charts of residual blocks: what each path brings, and how far later blocks move when one is switched off."""

from collections.abc import Sequence

import plotly.graph_objects as go

from cnnviz.figures.palettes import INPUT, KERNEL, OUTPUT

HEIGHT_OF_A_BAR = 22
FAINT = 0.35


def share_chart(names: Sequence[str], shares: Sequence[float], chosen: str) -> go.Figure:
    """For every block the shares of F(x) and of the shortcut, as one bar of 100 %; the chosen block in full colour.

    >>> figure = share_chart(["layer1.0", "layer1.1"], [0.25, 0.5], "layer1.1")
    >>> [list(bar.x) for bar in figure.data]
    [[25.0, 50.0], [75.0, 50.0]]
    """
    opacity = [1.0 if name == chosen else FAINT for name in names]
    paths = (("F(x)", [100 * share for share in shares], KERNEL), ("shortcut", [100 - 100 * s for s in shares], INPUT))
    bars = [
        go.Bar(
            y=list(names),
            x=percents,
            name=path,
            orientation="h",
            marker={"color": colour, "opacity": opacity},
            hovertemplate=f"%{{y}}: {path} %{{x:.0f}} %<extra></extra>",
        )
        for path, percents, colour in paths
    ]
    figure = laid_out(go.Figure(bars), len(names), "share of the magnitude, %", [0, 100])
    return figure.update_layout(barmode="stack", xaxis_tickvals=[0, 25, 50, 75, 100])


def change_chart(names: Sequence[str], changes: Sequence[float]) -> go.Figure:
    """How far each block's output moved, in per cent of its own length.

    >>> change_chart(["layer1.0"], [0.5]).data[0].x
    (50.0,)
    """
    bar = go.Bar(
        y=list(names),
        x=[100 * change for change in changes],
        orientation="h",
        marker={"color": OUTPUT},
        hovertemplate="%{y}: %{x:.0f} %<extra></extra>",
    )
    return laid_out(go.Figure(bar), len(names), "change of the output, % of its length", None)


def laid_out(figure: go.Figure, count: int, title: str, between: list[int] | None) -> go.Figure:
    """The chart with its first bar on top and room for all."""
    return figure.update_layout(
        height=70 + HEIGHT_OF_A_BAR * count,
        margin={"l": 0, "r": 16, "t": 8, "b": 0},  # on the right half of the last number on the axis
        legend={"orientation": "h", "traceorder": "normal", "y": 1.0, "yanchor": "bottom", "x": 0},
        xaxis={"title": {"text": title}, "range": between},
        yaxis={"autorange": "reversed", "type": "category"},
        bargap=0.25,
    )
