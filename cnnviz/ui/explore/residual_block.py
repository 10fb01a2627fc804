"""A residual block of a network for a picture, with either path switched off: its maps, their shares, the answer."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.figures.residual import share_chart
from cnnviz.figures.softmax import softmax_table
from cnnviz.networks.activations import Activations
from cnnviz.networks.order import descending
from cnnviz.networks.residual import Off, ResidualBlock, changes, residual_blocks, residual_fractions, share
from cnnviz.ui.components.mosaic import mosaic
from cnnviz.ui.components.softmax import show_softmax
from cnnviz.ui.explore.changes import show_changes
from cnnviz.ui.explore.inference import Inference
from cnnviz.ui.page.lesson import Lesson
from cnnviz.ui.page.valid import keep_valid
from cnnviz.ui.pickers.network import untrained_label
from cnnviz.ui.sharing import cached

COLUMNS = 8
SWITCH: dict[str, Off] = {"nothing": "", "F(x)": "F", "the shortcut": "shortcut"}
ORDERS = ("strongest sum", "F(x) brings most", "shortcut brings most", "by number")
CHART = {"displayModeBar": False}


@dataclass(frozen=True)
class ChosenBlock:
    """One of a network's `blocks`, and which of its paths is off: `off_words` names it, "nothing" for none."""

    inference: Inference
    blocks: dict[str, ResidualBlock]
    block: ResidualBlock
    off_words: str
    order: str

    @property
    def off(self) -> Off:
        """The path that is off, "" for none."""
        return SWITCH[self.off_words]

    @property
    def whole(self) -> Activations:
        """The picture's way through the whole network."""
        return self.inference.activations

    @property
    def shortcut_title(self) -> str:
        """What the shortcut brings to the sum: x itself, or what a projection makes of it."""
        return "projected x" if self.block.projection else "x"

    def rows(self, now: Activations) -> dict[str, np.ndarray]:
        """What the shortcut brings, F(x) and their sum, (C, H, W) each, under their titles; what is off is 0."""
        x, f = self.whole[self.block.shortcut], self.whole[self.block.residual]
        return {
            title_of(self.shortcut_title, self.off == "shortcut"): np.zeros_like(x) if self.off == "shortcut" else x,
            title_of("F(x)", self.off == "F"): np.zeros_like(f) if self.off == "F" else f,
            "sum": now[self.block.sum],
        }

    def channels(self) -> list[int]:
        """The first channels in the chosen order."""
        by_channel = residual_fractions(self.whole, self.block)
        strength = np.abs(self.whole[self.block.sum]).sum(axis=(1, 2))
        ranks = dict(zip(ORDERS, (strength, by_channel, -by_channel, -np.arange(len(by_channel))), strict=True))
        return descending(ranks[self.order])[:COLUMNS]


def title_of(row: str, is_off: bool) -> str:
    """What a row of maps is called."""
    return f"{row} (switched off: 0)" if is_off else row


def choose_block(inference: Inference) -> ChosenBlock:
    """Draw which block is looked at, what of it is off, and the order of its channels."""
    blocks = {block.name: block for block in residual_blocks(inference.activations.network)}
    keep_valid("block", blocks, next(iter(blocks)))
    chosen = st.selectbox("Block", list(blocks), key="block", bind="query-params", width=150)
    off = st.segmented_control(
        "Switch off", list(SWITCH), default="nothing", required=True, key="block_off", bind="query-params"
    )
    keep_valid("block_order", ORDERS, ORDERS[0])
    order = st.selectbox("Channels", ORDERS, key="block_order", bind="query-params", width=200)
    return ChosenBlock(inference, blocks, blocks[chosen], off or "nothing", order)


def switched_off(chosen: ChosenBlock) -> Activations:
    """The picture's way through the network with the chosen path off; the page says when it waits for that."""
    return cached.switched_off(chosen.inference.model.name, chosen.inference.picture, chosen.block, chosen.off)


def show_rows(chosen: ChosenBlock, now: Activations) -> None:
    """Eight channels, row by row: what the shortcut brings, F(x), and the sum as it is `now`."""
    rows, channels = chosen.rows(now), chosen.channels()
    mosaic(
        np.concatenate([maps[channels] for maps in rows.values()]),
        key="block_rows",
        label=f"Eight channels of block {chosen.block.name}, row by row: {', '.join(rows)}.",
        palette="diverging",
        names=[str(channel) for channel in channels],
        columns=len(channels),
        rows=list(rows),
        height=500,
        hint="Point at a cell to read its value.",
    )


def show_path_strengths(chosen: ChosenBlock, lesson: Lesson) -> None:
    """What kind of shortcut it is, what is off, and how much F(x) brings, here and in every block."""
    whole, block = chosen.whole, chosen.block
    st.markdown(lesson[kind_of_shortcut(whole, block)])
    if chosen.off:
        st.markdown(lesson[f"without {chosen.off_words}"].format(x=chosen.shortcut_title))
    percent = 100 * share(whole, block)
    st.markdown(
        f"In the whole network F(x) brings **{percent:.0f} %** of the magnitude here, "
        f"the shortcut **{100 - percent:.0f} %**."
    )
    st.plotly_chart(
        share_chart(list(chosen.blocks), [share(whole, one) for one in chosen.blocks.values()], block.name),
        width="stretch",
        key="block_shares",
        config=CHART,
        alt="The share of F and of the shortcut in every block of the whole network.",
    )


def kind_of_shortcut(whole: Activations, block: ResidualBlock) -> str:
    """ "identity", "projection" where its map is smaller than x, "projection in place" where it is as large."""
    if not block.projection:
        return "identity"
    as_large = whole[block.start].shape[1:] == whole[block.shortcut].shape[1:]
    return "projection in place" if as_large else "projection"


def show_answers(chosen: ChosenBlock, now: Activations) -> None:
    """The answer with the path that is off and without it, and how far each later block's output moves."""
    inference, off_words = chosen.inference, chosen.off_words
    st.subheader(f"Without {off_words} of {chosen.block.name}", anchor=False)
    first, second, third = st.columns([4, 4, 3], gap="large")
    with first:
        st.markdown("The whole network answers")
        show_softmax(inference.table, key="block_before")
    with second:
        st.markdown(f"Without {off_words} it answers")
        show_softmax(softmax_table(now.answer.scores, inference.model.classes), key="block_after")
        untrained_label(inference.model)
    with third:
        st.markdown("How far each block’s output moves")
        names = list(chosen.blocks)
        later = names[names.index(chosen.block.name) :]
        moved = changes(chosen.whole, now, [chosen.blocks[one].after for one in later])
        show_changes(later, moved, key="block_changes")
