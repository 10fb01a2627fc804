"""Slide a kernel over an input, cell by cell: the lecture's example, own numbers, a patch of one's own picture."""

import streamlit as st

from cnnviz.arithmetic.layers import Conv1d, Conv2d
from cnnviz.ui.components.case_catalogue import show_catalogue
from cnnviz.ui.components.case_catalogue.states import CONVOLUTION
from cnnviz.ui.components.stepper import stepper
from cnnviz.ui.learn.convolution_settings import LECTURE_INPUT, choose_convolution, take_numbers
from cnnviz.ui.learn.cross_correlation import show_both_results
from cnnviz.ui.learn.drawable import script_or_stop
from cnnviz.ui.page.derivations import show_derivation
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.patch import SIDE, choose_patch, moves, picture_of

ONE_STEP = {"along": "2-D", "stride": 1, "padding": 0, "dilation": 1, "flip": False, "padding_mode": "zeros"}
LECTURE = {
    "show": "Numbers",
    "input": LECTURE_INPUT,
    "weights": "0 1 2; 2 2 0; 0 1 2",
    "bias": 0,
    "relu": True,
    **ONE_STEP,
}
SOBEL_X = "-1 0 1; -2 0 2; -1 0 1"
SIX_BY_SIX = "1 0 2 1 0 3; 0 1 1 2 0 1; 2 1 0 0 1 1; 0 3 1 2 1 0; 1 1 0 1 2 2; 3 0 1 0 1 1"
AN_EDGE = "; ".join(["0 0 0 9 9 9"] * 6)
SUGGESTIONS = [
    Suggestion("Start again with the lecture’s example", LECTURE),
    Suggestion("Flip the kernel: a true convolution", {**LECTURE, "flip": True}),
    Suggestion("Keep the size with padding 1", {**LECTURE, "padding": 1}),
    Suggestion("What does stride 2 leave out of 6 × 6?", {**LECTURE, "input": SIX_BY_SIX, "stride": 2}),
    Suggestion("Find an upright edge", {**LECTURE, "input": AN_EDGE, "weights": SOBEL_X, "relu": False}),
    Suggestion("Along one axis only", {**LECTURE, "along": "1-D", "relu": False}),
    Suggestion(
        "Find edges in the picture",
        {**LECTURE, "show": "On your picture", "weights": SOBEL_X, "relu": False},
    ),
]

lesson = read_lesson(__file__)
lesson.header()

stage, side = st.columns([77, 23], gap="medium")
numbers, picture = stage.tabs(["Numbers", "On your picture"], key="show", on_change="rerun", bind="query-params")
own_settings, cases = side.tabs(["Settings", "Catalogue"], key="conv_side", on_change="rerun", bind="query-params")
choice = own_settings.container()
settings = choose_convolution(own_settings, size=(SIDE, SIDE) if picture.open else None)
with cases:
    case = show_catalogue(CONVOLUTION, "conv_case")

with picture if picture.open else numbers:
    patch = choose_patch(settings.stride, choice) if picture.open else None
    grey = patch.planes[0] if patch else None
    script = script_or_stop(lambda: settings.script(grey))
    if patch:
        flat = settings.layer
        assert isinstance(flat, Conv2d)  # a picture has two axes
        weight, bias = ((settings.kernel,),), (settings.bias,)
        seen = picture_of(patch, flat, weight, bias, relu=settings.relu, flip=settings.flip)
        stepper(script, "patch_stepper", linked=True, picture=seen, on_place=moves())
        st.caption(lesson["On the picture"])
        if settings.padding:
            st.caption(lesson["Borders"])
    else:
        stepper(script, "stepper", linked=True, on_numbers=take_numbers)
        if case:
            st.caption(f"**{case.title}.** {case.shows}")

try_this(SUGGESTIONS, key="convolution")

layer = settings.layer
flat = layer.as_2d() if isinstance(layer, Conv1d) else layer
input_shape = (1, SIDE, SIDE) if patch else (1, len(settings.input), len(settings.input[0]))
size, parameters, macs = st.columns(3)
with size:
    for derivation in flat.shape_derivations(input_shape):
        show_derivation(derivation)
with parameters:
    show_derivation(flat.num_params_derivation())
with macs:
    show_derivation(flat.macs_derivation(input_shape))

show_both_results(settings, grey, lesson["Convolution or cross-correlation"])
lesson.more("How it works")
lesson.more("Padding, stride, dilation")
lesson.more("As a matrix")
