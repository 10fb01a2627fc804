"""A residual block for one's own picture: x, F(x) and their sum, the share of each, and the network without one."""

import streamlit as st

from cnnviz.networks.zoo import MODELS
from cnnviz.ui.explore.inference import infer
from cnnviz.ui.explore.residual_block import choose_block, show_answers, show_path_strengths, show_rows, switched_off
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.network import untrained_label
from cnnviz.ui.pickers.subject import choose_subject

lesson = read_lesson(__file__)
lesson.line()
offered = [name for name, entry in MODELS.items() if entry.has_residual_blocks]
model, picture = choose_subject(offered, lacks="has no residual blocks")
inference = infer(model, picture)
with st.container(horizontal=True, vertical_alignment="bottom"):
    chosen = choose_block(inference)
now = switched_off(chosen)
stage, side = st.columns([7, 4], gap="large")
with stage:
    show_rows(chosen, now)
    untrained_label(model)
    st.markdown(lesson["The three rows"])
with side:
    show_path_strengths(chosen, lesson)
try_this(
    [
        Suggestion("Leave out what this block adds", {"block_off": "F(x)"}),
        Suggestion("Cut its shortcut", {"block_off": "the shortcut"}),
        Suggestion("A block that halves the map", {"block": "layer2.0", "block_off": "nothing"}),
        Suggestion("The whole network again", {"block_off": "nothing"}),
    ],
    key="block",
)
if chosen.off:
    show_answers(chosen, now)
lesson.more("How it works")
lesson.more("What the share says")
lesson.more("What the switch does")
