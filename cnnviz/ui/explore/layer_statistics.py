"""The statistics of the layer that is shown: each channel in a sortable table, its values as a histogram, dead ones."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from cnnviz.figures.palettes import OUTPUT
from cnnviz.gallery import GALLERY, gallery_picture
from cnnviz.networks.statistics import channel_statistics, dead_channels
from cnnviz.ui.explore.feature_maps import LayerMaps
from cnnviz.ui.explore.redrawing import draw_part_again
from cnnviz.ui.explore.unit.patch_search import index_work
from cnnviz.ui.page.lesson import Lesson
from cnnviz.ui.sharing.shared_work import draw_standing, followed

RUNS = "statistics_runs"  # in the session
BINS = 60
TOLD = 40  # dead channels that are named one by one


# A fragment: the search through the gallery draws itself anew, and leaves the maps as they are.
@st.fragment
def show_statistics(shown: LayerMaps, lesson: Lesson) -> None:
    """Draw them behind an expander; dead channels are looked for when they are asked for."""
    with st.expander(f"Statistics of {shown.layer}", icon=":material/query_stats:"):
        table, chart = st.columns(2, gap="large")
        with table:
            show_table(shown)
        with chart:
            st.plotly_chart(
                histogram(shown.maps, shown.channel),
                width="stretch",
                key="statistics_histogram",
                config={"displayModeBar": False},
                alt=f"How often each value occurs in {shown.layer}, and in its channel {shown.channel}.",
            )
        st.markdown(lesson["Statistics"])
        running = st.toggle("Which channels stay dead?", key="statistics_dead") and show_dead(shown)
    draw_part_again(RUNS, running)


def show_table(shown: LayerMaps) -> None:
    """A line for each channel; a click on a column's head sorts by it."""
    found = channel_statistics(shown.maps)
    st.dataframe(
        {
            "channel": np.arange(len(shown.maps)),
            "mean": found.mean,
            "spread": found.spread,
            "zeros, %": 100 * found.zeros,
            "lowest": found.lowest,
            "highest": found.highest,
        },
        hide_index=True,
        height=290,
        column_config={
            name: st.column_config.NumberColumn(format="%.4g") for name in ("mean", "spread", "lowest", "highest")
        }
        | {"zeros, %": st.column_config.NumberColumn(format="%.1f")},
        key="statistics_table",
    )


def histogram(maps: np.ndarray, channel: int) -> go.Figure:
    """How often each value occurs: in all maps (C, H, W), and in one channel, as shares of each.

    >>> figure = histogram(np.array([[[0.0, 1.0]], [[1.0, 1.0]]]), 0)
    >>> [round(sum(bar.y)) for bar in figure.data]
    [100, 100]
    """
    edges = np.histogram_bin_edges(maps, BINS)
    middles = (edges[:-1] + edges[1:]) / 2
    bars = []
    for name, values, colour in (("all channels", maps, "#8a8f98"), (f"channel {channel}", maps[channel], OUTPUT)):
        counts, _ = np.histogram(values, edges)
        bars.append(
            go.Bar(
                x=middles,
                y=100 * counts / max(1, counts.sum()),
                name=name,
                marker={"color": colour},
                opacity=0.7,
                hovertemplate="%{x:.4g}: %{y:.1f} %<extra>" + name + "</extra>",
            )
        )
    return go.Figure(bars).update_layout(
        barmode="overlay",
        height=290,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        xaxis={"title": {"text": "value"}},
        yaxis={"title": {"text": "share of the cells, %"}},
        bargap=0,
    )


def show_dead(shown: LayerMaps) -> bool:
    """The channels that no picture of the gallery makes positive, as far as the search is; whether it goes on."""
    pictures = tuple(gallery_picture(key) for key in GALLERY)
    key, work = index_work(shown.inference.model, pictures)
    index, running = followed(key, work, "statistics")
    done = len(index.hashes) if index is not None else 0
    draw_standing(key, work, done, len(pictures), "Pictures looked at", "statistics")
    if index is None:
        return running
    if shown.layer not in index.layers:
        st.caption("Dead channels are counted for convolutions, poolings and dense layers; choose one above.")
        return running
    dead = dead_channels(index, shown.layer)
    names = ", ".join(map(str, dead[:TOLD])) + (" …" if len(dead) > TOLD else "")
    st.markdown(
        f"**{len(dead)}** of {len(shown.maps)} channels are positive in none of {done} pictures"
        + (f": {names}." if dead else ".")
    )
    return running
