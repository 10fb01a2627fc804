"""What shape a layer gives and how many numbers it learns: the formulas with the numbers put in, line by line."""

import streamlit as st

from cnnviz.arithmetic.counting import dense_derivation, flatten_derivation, macs_derivation, num_params_derivation
from cnnviz.arithmetic.derivation import Derivation, output_shape_derivations
from cnnviz.arithmetic.layers import Conv2d, Linear, ShapeError
from cnnviz.ui.derivations import copy_derivations, show_derivation
from cnnviz.ui.layer_settings import DEFAULTS, choose_kind, choose_settings, show_misfit
from cnnviz.ui.lesson import Suggestion, read_lesson, try_this

CONV1 = {**DEFAULTS, "layer": "Conv2d", "with_bias": True}
SUGGESTIONS = [
    Suggestion("AlexNet’s first layer", CONV1),
    Suggestion("Why does 224 give 54?", {**CONV1, "H": 224, "W": 224}),
    Suggestion(
        "Keep the size with padding 1", {**CONV1, "C": 64, "H": 56, "W": 56, "filters": 64, "k": 3, "S": 1, "P": 1}
    ),
    Suggestion(
        "Pool 55 down to 27",
        {"layer": "MaxPool2d", "C": 96, "H": 55, "W": 55, "k": 3, "S": 2, "P": 0, "D": 1, "ceil": False},
    ),
]


def by(shape: tuple[int, ...]) -> str:
    """A shape as people write it: 96 × 55 × 55."""
    return " × ".join(f"{size:,}" for size in shape)


def show_cards(derivations: list[Derivation]) -> None:
    """Derivations side by side, under one another on a phone."""
    for column, derivation in zip(st.columns(max(1, len(derivations))), derivations, strict=False):
        with column:
            show_derivation(derivation)


lesson = read_lesson(__file__)
lesson.header()

stage, side = st.columns([7, 4], gap="large")
with stage:
    kind = choose_kind()
    answer = st.container()
with side.container(border=True):
    settings = choose_settings(kind)

sizes: list[Derivation] = []
counts: list[Derivation] = []
try:
    layer = settings.layer()
    output_shape = layer.output_shape(settings.input_shape)
except ShapeError as problem:
    with answer:
        show_misfit(settings, problem)
else:
    picture = settings.picture
    sizes = list(output_shape_derivations(layer, picture)) if kind != "Linear" else [flatten_derivation(picture)]
    counts = [num_params_derivation(layer)]
    if isinstance(layer, Conv2d | Linear):
        counts.append(macs_derivation(layer, settings.input_shape))
    if isinstance(layer, Conv2d):
        counts.append(dense_derivation(layer, picture))
    with answer:
        with st.container(horizontal=True, gap="medium"):
            st.metric(f":blue[{by(picture)}] gives", f":green[{by(output_shape)}]", width="content")
            st.metric("Parameters", f"{layer.num_params:,}", width="content")
            st.metric("MACs", f"{layer.macs(settings.input_shape):,}", width="content")
        st.code(f"{settings.code}  # {settings.input_shape} -> {output_shape}", language="python", wrap_lines=True)
        show_cards(sizes)

try_this(SUGGESTIONS, key="calculator")
if counts:
    show_cards(counts)
    copy_derivations([*sizes, *counts])
lesson.more("What the letters mean")
lesson.more("How MACs are counted")
lesson.more("The lecture's figure", "Why the lecture says 43.7 · 10⁹ for the dense layer")
