"""Charts about maps of attribution: what is lost and won pixel by pixel, and how a map fades as a network forgets."""

from collections.abc import Sequence

import plotly.graph_objects as go

from cnnviz.figures.palettes import INPUT, OUTPUT

CHANCE = "#8a8f98"
HEIGHT = 260


def curve_chart(
    shares: Sequence[float],
    by_map: Sequence[float],
    by_chance: Sequence[float],
    by_middle: Sequence[float],
    title: str,
    taken_away: bool,
) -> go.Figure:
    """The class's probability in per cent as pixels are taken away, or put back: in the map's order and in two others.

    >>> figure = curve_chart([0.0, 0.5], [0.9, 0.1], [0.9, 0.6], [0.9, 0.3], "tabby", taken_away=True)
    >>> [list(line.y) for line in figure.data]
    [[90.0, 60.0], [90.0, 30.0], [90.0, 10.0]]
    """
    percents = [100 * share for share in shares]
    lines = (
        ("in random order", by_chance, {"color": CHANCE, "width": 2, "dash": "dot"}),
        ("from the middle", by_middle, {"color": INPUT, "width": 2, "dash": "dash"}),
        ("in the map's order", by_map, {"color": OUTPUT, "width": 3}),
    )
    figure = go.Figure(
        [
            go.Scatter(
                x=percents,
                y=[100 * probability for probability in probabilities],
                name=name,
                mode="lines+markers",
                line=line,
                marker={"size": 6},
                hovertemplate=f"%{{x:.0f}} % of the pixels {name}: %{{y:.1f}} %<extra></extra>",
            )
            for name, probabilities, line in lines
        ]
    )
    what = "taken away" if taken_away else "put back"
    return figure.update_layout(
        height=HEIGHT,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        xaxis={"title": {"text": f"pixels {what}, %"}, "range": [-2, 102]},
        yaxis={"title": {"text": f"probability of {title}, %"}, "range": [0, 102]},
    )


def likeness_chart(
    names: Sequence[str],
    likenesses: Sequence[float],
    limits: Sequence[float | None],
    spreads: Sequence[tuple[float, float]],
) -> go.Figure:
    """How alike each map is to the first one, from the least to the most alike draw, and from where on it is flagged.

    >>> likeness_chart(["nothing", "fc"], [1.0, 0.4], [None, 0.5], [(1.0, 1.0), (0.3, 0.5)]).data[0].y
    (1.0, 0.4)
    """
    bars = go.Bar(
        x=list(names),
        y=list(likenesses),
        marker={"color": INPUT},
        name="likeness to the first map",
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [high - mean for mean, (_, high) in zip(likenesses, spreads, strict=True)],
            "arrayminus": [mean - low for mean, (low, _) in zip(likenesses, spreads, strict=True)],
            "color": CHANCE,
        },
        hovertemplate="%{x} at random: %{y:.2f}<extra></extra>",
    )
    line = go.Scatter(
        x=list(names),
        y=list(limits),
        mode="lines+markers",
        name="flagged from here on",
        line={"color": "#D55E00", "dash": "dash"},
        marker={"symbol": "line-ew", "size": 18, "line": {"width": 2, "color": "#D55E00"}},
        hovertemplate="flagged from %{y:.2f} on<extra></extra>",
    )
    return go.Figure([bars, line]).update_layout(
        height=HEIGHT,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        xaxis={"title": {"text": "from the last layer down to this one at random"}, "type": "category"},
        yaxis={"range": [min(-0.1, *likenesses), 1.05]},
        bargap=0.4,
    )
