"""Stride, padding, dilation, and a convolution run backwards: which cells a window meets, and which it leaves out."""

from dataclasses import replace

import streamlit as st

from cnnviz.arithmetic.catalogue import CASES
from cnnviz.arithmetic.counting import macs_derivation
from cnnviz.arithmetic.derivation import output_shape_derivations
from cnnviz.arithmetic.layers import ConvTranspose2d, ShapeError
from cnnviz.arithmetic.matrix import MatrixError
from cnnviz.arithmetic.windows import equal_convolution
from cnnviz.ui.catalogue import show_catalogue
from cnnviz.ui.derivations import show_derivation
from cnnviz.ui.equal_convolution import equal_sentence
from cnnviz.ui.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.plain import plain
from cnnviz.ui.stepper import stepper
from cnnviz.ui.stride_settings import EQUAL, STAMPING, case_state, choose_stride, shows_case, take_numbers
from cnnviz.ui.valid import keep_valid

CHECKERBOARD = {**case_state(CASES["no_padding_strides_transposed"]), "sp_size": 4, "sp_input": "", "sp_weights": ""}
SUGGESTIONS = [
    Suggestion("Stride 2 on 6 × 6: what is left over?", case_state(CASES["padding_strides_odd"])),
    Suggestion("Padding that mirrors", {**case_state(CASES["full_padding_no_strides"]), "sp_mode": "reflect"}),
    Suggestion("Holes: dilation 2", case_state(CASES["dilation"])),
    Suggestion("Run stride 2 backwards", case_state(CASES["padding_strides_transposed"])),
    Suggestion(
        "Where stamps overlap",
        {**CHECKERBOARD, "sp_input": "1 1 1 1; 1 1 1 1; 1 1 1 1; 1 1 1 1", "sp_weights": "1 1 1; 1 1 1; 1 1 1"},
    ),
]

lesson = read_lesson(__file__)
lesson.header()

stage, side = st.columns([7, 3], gap="large")
with side:
    catalogue = st.container()
    settings = choose_stride(st.container(border=True))
with catalogue:
    show_catalogue("stride_and_padding", lambda case: shows_case(settings, case), case_state)

with stage:
    if isinstance(settings.layer, ConvTranspose2d):
        keep_valid("sp_shown", (STAMPING, EQUAL), STAMPING)
        way = st.segmented_control(
            "shown as", (STAMPING, EQUAL), default=STAMPING, required=True, key="sp_shown", bind="query-params"
        )
        settings = replace(settings, stamping=way != EQUAL)
    try:
        script = settings.script()
    except (ShapeError, MatrixError) as problem:
        st.error(plain(str(problem)), icon=":material/straighten:")
        st.stop()
    named = next((case for case in CASES.values() if shows_case(settings, case)), None)
    if named:
        st.caption(f"**{named.title}.** {named.shows}")
    stepper(script, "stride_stepper", linked=True, on_numbers=take_numbers)
    if isinstance(settings.layer, ConvTranspose2d):
        st.caption(equal_sentence(equal_convolution(settings.layer, settings.input_shape)))

try_this(SUGGESTIONS, key="stride_and_padding")

derivations = output_shape_derivations(settings.layer, settings.input_shape)
for column, derivation in zip(
    st.columns(3), (*derivations, macs_derivation(settings.layer, settings.input_shape)), strict=False
):
    with column:
        show_derivation(derivation)

lesson.more("Stride")
lesson.more("Padding")
lesson.more("Dilation")
lesson.more("Transposed convolution")
