"""A residual block for one's own picture: x, F(x) and their sum, the share of each, and the network without one."""

import numpy as np
import streamlit as st

from cnnviz.figures.residual import change_chart, share_chart
from cnnviz.figures.softmax import softmax_table
from cnnviz.networks.residual import Off, changes, residual_blocks, share, shares
from cnnviz.networks.zoo import MODELS
from cnnviz.ui.components.mosaic import mosaic
from cnnviz.ui.components.softmax import show_softmax
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.page.valid import keep_valid
from cnnviz.ui.pickers.network import choose_network, untrained_label
from cnnviz.ui.pickers.picture import choose_picture
from cnnviz.ui.sharing import cached

RESNETS = tuple(name for name in MODELS if "resnet" in name)
COLUMNS = 8
SWITCH: dict[str, Off] = {"nothing": "", "F(x)": "F", "the shortcut": "shortcut"}
ORDERS = ("strongest sum", "F(x) brings most", "shortcut brings most", "by number")


def title_of(row: str, is_off: bool) -> str:
    return f"{row} (switched off: 0)" if is_off else row


lesson = read_lesson(__file__)
lesson.header()
name, model = choose_network(RESNETS)
left, right = st.columns([13, 7], vertical_alignment="bottom")
with right:
    picture = choose_picture()
whole = cached.activations(name, picture)
blocks = {block.name: block for block in residual_blocks(whole.network)}

with left.container(horizontal=True, vertical_alignment="bottom"):
    keep_valid("block", blocks, next(iter(blocks)))
    chosen = st.selectbox("Block", list(blocks), key="block", bind="query-params", width=150)
    off_words = st.segmented_control(
        "Switch off", list(SWITCH), default="nothing", required=True, key="block_off", bind="query-params"
    )
    keep_valid("block_order", ORDERS, ORDERS[0])
    order = st.selectbox("Channels", ORDERS, key="block_order", bind="query-params", width=200)
block, off = blocks[chosen], SWITCH[off_words or "nothing"]
now = cached.switched_off(name, picture, block, off)

x, f, total = whole[block.shortcut], whole[block.residual], now[block.sum]
if off == "shortcut":
    x = np.zeros_like(x)
elif off == "F":
    f = np.zeros_like(f)
by_channel = shares(whole, block)
ranks = dict(
    zip(
        ORDERS,
        (-np.abs(whole[block.sum]).sum(axis=(1, 2)), -by_channel, by_channel, np.arange(len(by_channel))),
        strict=True,
    )
)
shown = np.argsort(ranks[order], kind="stable")[:COLUMNS]
rows = {title_of("x", off == "shortcut"): x, title_of("F(x)", off == "F"): f, "sum": total}

stage, side = st.columns([7, 4], gap="large")
with stage:
    mosaic(
        np.concatenate([maps[shown] for maps in rows.values()]),
        key="block_rows",
        label=f"Eight channels of block {chosen}, row by row: {', '.join(rows)}.",
        palette="diverging",
        names=[str(channel) for channel in shown],
        columns=len(shown),
        rows=list(rows),
        height=500,
        hint="Point at a cell to read its value.",
    )
    untrained_label(model)
    st.markdown(lesson["The three rows"])
with side:
    kind = "identity" if not block.projection else "projection"
    if kind == "projection" and whole[block.start].shape[1:] == x.shape[1:]:
        kind = "projection in place"
    st.markdown(lesson[kind])
    if off:
        st.markdown(lesson[f"without {off_words}"])
    percent = 100 * share(whole, block)
    st.markdown(
        f"In the whole network F(x) brings **{percent:.0f} %** of the magnitude here, "
        f"the shortcut **{100 - percent:.0f} %**."
    )
    st.plotly_chart(
        share_chart(list(blocks), [share(whole, one) for one in blocks.values()], chosen),
        width="stretch",
        key="block_shares",
        config={"displayModeBar": False},
        alt="The share of F and of the shortcut in every block of the whole network.",
    )

try_this(
    [
        Suggestion("Leave out what this block adds", {"block_off": "F(x)"}),
        Suggestion("Cut its shortcut", {"block_off": "the shortcut"}),
        Suggestion("A block that halves the map", {"block": "layer2.0", "block_off": "nothing"}),
        Suggestion("The whole network again", {"block_off": "nothing"}),
    ],
    key="block",
)
before, after = softmax_table(whole.answer.scores, model.classes), softmax_table(now.answer.scores, model.classes)
if off:
    later = list(blocks)[list(blocks).index(chosen) :]
    st.subheader(f"Without {off_words} of {chosen}", anchor=False)
    first, second, third = st.columns([4, 4, 3], gap="large")
    with first:
        st.markdown("The whole network answers")
        show_softmax(before, key="block_before")
    with second:
        st.markdown(f"Without {off_words} it answers")
        show_softmax(after, key="block_after")
        untrained_label(model)
    with third:
        st.markdown("How far each block’s output moves")
        moved = changes(whole, now, [blocks[one].after for one in later])
        st.plotly_chart(
            change_chart(later, moved),
            width="stretch",
            key="block_changes",
            config={"displayModeBar": False},
            alt=f"{later[0]} moves by {100 * moved[0]:.0f} %, {later[-1]} by {100 * moved[-1]:.0f} %.",
        )
lesson.more("How it works")
lesson.more("What the share says")
lesson.more("What the switch does")
