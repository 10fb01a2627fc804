"""Pooling: the largest value or the average of each window, and what stays the same when the picture moves."""

import streamlit as st

from cnnviz.ui.components.case_catalogue import show_catalogue
from cnnviz.ui.components.case_catalogue.states import POOLING
from cnnviz.ui.components.shifted_picture import show_shift
from cnnviz.ui.components.stepper import stepper
from cnnviz.ui.learn.drawable import script_or_stop
from cnnviz.ui.learn.pooling_settings import AVERAGE, INPUT, MAX, choose_pooling
from cnnviz.ui.page.derivations import show_derivation
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this

START = {
    "pool_kind": MAX,
    "pool_along": "2-D",
    "pool_size": 5,
    "pool_kernel": 2,
    "pool_stride": 2,
    "pool_padding": 0,
    "pool_dilation": 1,
    "pool_ceil": False,
    "pool_input": "",
    "pool_counted": True,
    "pool_divisor": 0,
}
SUGGESTIONS = [
    Suggestion("Start again with 2 × 2", START),
    Suggestion(
        "Why 4 and not 9 at a corner?",
        {
            **START,
            "pool_kind": AVERAGE,
            "pool_kernel": 3,
            "pool_padding": 1,
            "pool_counted": False,
        },
    ),
    Suggestion("One row and column more: ceil_mode", {**START, "pool_ceil": True}),
    Suggestion("Windows that overlap, as in AlexNet", {**START, "pool_size": 7, "pool_kernel": 3}),
    Suggestion("Along one axis", {**START, "pool_along": "1-D", "pool_size": 8}),
]

lesson = read_lesson(__file__)
lesson.header()

stage, side = st.columns([77, 23], gap="medium")
own_settings, cases = side.tabs(["Settings", "Catalogue"], key="pool_side", on_change="rerun", bind="query-params")
settings = choose_pooling(own_settings)
with cases:
    case = show_catalogue(POOLING, "pool_case")

with stage:
    script = script_or_stop(settings.script)
    stepper(script, "pooling_stepper", linked=True, on_numbers=INPUT.take_cells)
    if case:
        st.caption(f"**{case.title}.** {case.shows}")

try_this(SUGGESTIONS, key="pooling")

derivations = (
    *settings.flat.shape_derivations(settings.input_shape),
    settings.flat.num_params_derivation(),
)
for column, derivation in zip(st.columns(max(2, len(derivations))), derivations, strict=False):
    with column:
        show_derivation(derivation)

st.subheader("What stays when the picture moves?", anchor=False)
show_shift()
with st.expander("Equivariance and invariance"):
    st.markdown(lesson["When the picture moves"])
lesson.more("How it works")
lesson.more("What is divided by what")
lesson.more("Rounding up")
