"""What shape a layer gives and how many numbers it learns: the formulas with the numbers put in, line by line."""

import streamlit as st

from cnnviz.arithmetic.derivations.counts import flatten_derivation
from cnnviz.arithmetic.derivations.lines import Derivation
from cnnviz.arithmetic.layers import Conv2d, Layer, ShapeError
from cnnviz.arithmetic.layers.keras import NotInKeras
from cnnviz.arithmetic.num_bytes import readable_bytes
from cnnviz.arithmetic.settings import Shape
from cnnviz.arithmetic.windows.coverage import coverage
from cnnviz.ui.components.window_brackets import show_coverage
from cnnviz.ui.compute.layer_settings import RESET, choose_kind, choose_settings, keep_other_settings, show_misfit
from cnnviz.ui.compute.layer_targets import choose_way
from cnnviz.ui.page.derivations import copy_derivations, show_derivation
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this

SUGGESTIONS = [
    Suggestion("AlexNet’s first layer", RESET),
    Suggestion("Why does 224 give 54?", {**RESET, "H": 224, "W": 224}),
    Suggestion(
        "Keep the size with padding 1", {**RESET, "C": 64, "H": 56, "W": 56, "filters": 64, "k": 3, "S": 1, "P": 1}
    ),
    Suggestion("Why does 25 give 12?", {**RESET, "kind": "MaxPool2d", "C": 16, "H": 25, "W": 25, "k": 2, "S": 2}),
    Suggestion("Pool 55 down to 27", {**RESET, "kind": "MaxPool2d", "C": 96, "H": 55, "W": 55, "k": 3, "S": 2}),
    Suggestion(
        "Double 28 to 56",
        {**RESET, "kind": "ConvTranspose2d", "C": 64, "H": 28, "W": 28, "filters": 32, "k": 2, "S": 2},
    ),
]


def by(shape: Shape) -> str:
    """A shape as people write it: 96 × 55 × 55."""
    return " × ".join(f"{size:,}" for size in shape)


def show_cards(derivations: list[Derivation]) -> None:
    """Derivations side by side, three in a row, under one another on a phone."""
    for start in range(0, len(derivations), 3):
        row = derivations[start : start + 3]
        for column, derivation in zip(st.columns(len(row)), row, strict=True):
            with column:
                show_derivation(derivation)


def count_derivations(layer: Layer, input_shape: Shape) -> list[Derivation]:
    """What the layer costs."""
    counts = [layer.num_params_derivation()]
    if layer.macs(input_shape):
        counts.append(layer.macs_derivation(input_shape))
    counts.append(layer.memory_derivation(input_shape))
    if isinstance(layer, Conv2d):
        counts.append(layer.dense_derivation(input_shape))
    return [*counts, *layer.receptive_field_derivations(input_shape)]


def show_windows(layer: Layer, input_shape: Shape) -> None:
    """How the windows lie along the width, and along the height where that differs."""
    down, across = (coverage(layer, input_shape, axis) for axis in (0, 1))
    if down is not None and across is not None and down.windows != across.windows:
        show_coverage(down, key="windows_down")
    if across is not None:
        show_coverage(across, key="windows_across")


lesson = read_lesson(__file__)
lesson.header()

stage, side = st.columns([7, 4], gap="large")
with stage:
    kind = choose_kind()
    answer = st.container()
with side.container(border=True):
    form = choose_settings(kind)

sizes: list[Derivation] = []
counts: list[Derivation] = []
output_shape = None
keras = ""
try:
    layer = form.layer()
    output_shape = layer.output_shape(form.input_shape)
except ShapeError as problem:
    with answer:
        show_misfit(form, problem)
else:
    sizes = [flatten_derivation(form.picture)] if form.is_flat else list(layer.shape_derivations(form.input_shape))
    counts = count_derivations(layer, form.input_shape)
    memory = readable_bytes(layer.activation_bytes(form.input_shape))
    with answer:
        with st.container(horizontal=True, gap="medium"):
            st.metric(f":blue[{by(form.picture)}] gives", f":green[{by(output_shape)}]", width="content")
            st.metric("Parameters", f"{layer.num_params:,}", width="content")
            st.metric("MACs", f"{layer.macs(form.input_shape):,}", width="content")
            st.metric("Memory (float32)", memory, width="content")
        st.code(
            f"{layer.code(explicit=True)}  # {form.input_shape} -> {output_shape}", language="python", wrap_lines=True
        )
        show_cards(sizes)

if output_shape is not None:
    show_windows(layer, form.input_shape)
try_this(SUGGESTIONS, key="calculator")
with st.container(border=True):
    st.markdown("**I want this output**")
    choose_way(form, output_shape)
if output_shape is not None:
    show_cards(counts)
    copy_derivations([*sizes, *counts])
    with st.expander("The same layer in Keras", icon=":material/code:"):
        try:
            st.code(layer.keras_code(form.input_shape), language="python", wrap_lines=True)
            st.caption(lesson["About Keras"])
        except NotInKeras as problem:
            st.info(str(problem), icon=":material/block:")
lesson.more("What the letters mean")
lesson.more("How MACs are counted")
lesson.more("The lecture's figure", "Why the lecture says 43.7 · 10⁹ for the dense layer")
keep_other_settings(form)
