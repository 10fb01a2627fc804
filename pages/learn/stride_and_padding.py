"""Set stride, padding and dilation, run a convolution backwards, and see which cells each window reads."""

import streamlit as st

from cnnviz.arithmetic.layers import ConvTranspose2d
from cnnviz.ui.components.case_catalogue import show_catalogue
from cnnviz.ui.components.case_catalogue.states import STRIDES
from cnnviz.ui.components.stepper import stepper
from cnnviz.ui.learn.drawable import script_or_stop
from cnnviz.ui.learn.stride_sentences import (
    backwards_sentence,
    equal_sentence,
    matrix_sentence,
    overlap_sentence,
    padding_sentence,
)
from cnnviz.ui.learn.stride_settings import (
    DIRECT,
    KINDS,
    STAMPING,
    TRANSPOSED,
    WAYS,
    choose_stride_settings,
    take_numbers,
)
from cnnviz.ui.page.choice import choose
from cnnviz.ui.page.derivations import copy_derivations, show_derivation
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this

START = {
    "sp_layer": DIRECT,
    "sp_axes": False,
    "sp_size": 5,
    "sp_kernel": 3,
    "sp_stride": 2,
    "sp_pad": "number",
    "sp_padding": 1,
    "sp_mode": "zeros",
    "sp_dilation": 1,
    "sp_input": "",
    "sp_weights": "",
}
BACKWARDS = {**START, "sp_layer": TRANSPOSED, "sp_seen": STAMPING, "sp_size": 3, "sp_output_padding": 0}
ONES = {"sp_size": 4, "sp_padding": 0, "sp_input": "; ".join(["1 1 1 1"] * 4)}
SUGGESTIONS = [
    Suggestion("Start again with stride 2, padding 1", START),
    Suggestion("What does the floor leave out of 6 × 6?", {**START, "sp_size": 6, "sp_padding": 0}),
    Suggestion("See further: dilation 2", {**START, "sp_size": 7, "sp_stride": 1, "sp_padding": 0, "sp_dilation": 2}),
    Suggestion("Run it backwards", BACKWARDS),
    Suggestion("A checkerboard of stamps", {**BACKWARDS, **ONES, "sp_weights": "1 1 1; 1 1 1; 1 1 1"}),
]

lesson = read_lesson(__file__)
lesson.header()

stage, side = st.columns([77, 23], gap="medium")
with stage.container(horizontal=True):
    kind = choose("sp_layer", "Layer", KINDS, DIRECT, labelled=False)
    way = choose("sp_seen", "Seen as", WAYS, STAMPING, labelled=False) if kind == TRANSPOSED else ""
own_settings, cases = side.tabs(["Settings", "Catalogue"], key="sp_side", on_change="rerun", bind="query-params")
settings = choose_stride_settings(own_settings, kind)
layer, input_shape = settings.layer, settings.input_shape
with cases:
    st.caption(lesson["Catalogue"])
    case = show_catalogue(STRIDES, "sp_case")

with stage:
    script = script_or_stop(lambda: settings.script(way))
    stepper(script, "sp_stepper", linked=True, on_numbers=take_numbers)
    if case:
        st.caption(f"**{case.title}.** {case.shows}")

try_this(SUGGESTIONS, key="sp")

derivations = list(layer.shape_derivations(input_shape))
columns = st.columns(2)
for column, derivation in zip(columns, derivations, strict=False):
    with column:
        show_derivation(derivation)
if isinstance(layer, ConvTranspose2d):
    sentences = [say(layer, input_shape) for say in (equal_sentence, matrix_sentence, overlap_sentence)]
else:
    sentences = [padding_sentence(layer), backwards_sentence(layer, input_shape)]
with columns[-1] if len(derivations) == 1 else st.container(), st.container(border=True):
    for sentence in filter(None, sentences):
        st.markdown(sentence)
copy_derivations(derivations)

for heading in ("Stride", "Padding", "The size of the output", "Dilation", "Transposed convolution", "Checkerboards"):
    lesson.more(heading)
