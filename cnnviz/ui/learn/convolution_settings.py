"""The settings of one convolution as a card: input, kernel, stride, padding, dilation, bias, relu, flip.

Input and kernel live as text under the keys ``input`` and ``weights``, in 1-D ``sequence`` and ``taps``.
"""

from dataclasses import dataclass
from fractions import Fraction

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.arithmetic.layers import Conv1d, Conv2d
from cnnviz.arithmetic.lecture.kernels import KERNELS, random_kernel
from cnnviz.arithmetic.matrix import Matrix
from cnnviz.arithmetic.settings import Shape
from cnnviz.arithmetic.shapes import fitting_dilations, fitting_paddings
from cnnviz.figures.stepper import Script, layer_script
from cnnviz.ui.components.stepper import Numbers
from cnnviz.ui.learn.drawable import fits_as_matrix
from cnnviz.ui.learn.padding_mode import choose_padding_mode
from cnnviz.ui.learn.typed_numbers import TypedMatrix
from cnnviz.ui.page.choice import choose
from cnnviz.ui.page.number_box import NumberRange, number_box

LECTURE_INPUT = "3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1"
SEQUENCE = "0 0 1 3 3 3 2 0 0 0"
TAPS = "-1 0 1"
MAX_INPUT, MAX_LENGTH, MAX_KERNEL = 12, 16, 7  # cells along one axis
RANDOM, OWN = "random", "own"
TITLES = {name: kernel.title for name, kernel in KERNELS.items()} | {RANDOM: "Random", OWN: "Own numbers"}
BIASES = NumberRange(-100, 100, is_whole=False)
GRIDS = {  # by the axes along which the window slides: the input and the kernel
    "2-D": (
        TypedMatrix("input", "input", MAX_INPUT, LECTURE_INPUT),
        TypedMatrix("weights", "kernel", MAX_KERNEL, KERNELS["lecture"].text),
    ),
    "1-D": (TypedMatrix("sequence", "input", MAX_LENGTH, SEQUENCE), TypedMatrix("taps", "kernel", MAX_KERNEL, TAPS)),
}


@dataclass(frozen=True)
class ConvolutionSettings:
    """What the card says: input and kernel (rows, columns) as exact fractions, and the settings, which fit together."""

    input: Matrix
    kernel: Matrix
    stride: int
    padding: int
    dilation: int
    bias: Fraction
    relu: bool
    flip: bool = False
    padding_mode: str = "zeros"
    axes: str = "2-D"

    @property
    def layer(self) -> Conv2d | Conv1d:
        """The same settings as a layer of one input and one output channel."""
        if self.axes == "1-D":
            kernel_size = len(self.kernel[0])
            return Conv1d(1, 1, kernel_size, self.stride, self.padding, self.dilation, padding_mode=self.padding_mode)
        return Conv2d(
            1,
            1,
            kernel_size=(len(self.kernel), len(self.kernel[0])),
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            padding_mode=self.padding_mode,
        )

    @property
    def input_shape(self) -> Shape:
        """(1, height, width) of the typed input, in 1-D (1, length)."""
        return (1, len(self.input[0])) if self.axes == "1-D" else (1, len(self.input), len(self.input[0]))

    def script(self, input: Matrix | None = None, *, flip: bool | None = None) -> Script:
        """The stepper's script over the typed input, or over grey levels (rows, columns) that come from elsewhere."""
        grid = self.input if input is None else input
        shape: Shape = (1, len(grid[0])) if self.axes == "1-D" else (1, len(grid), len(grid[0]))
        return layer_script(
            self.layer,
            (grid,),
            ((self.kernel,),),
            (self.bias,),
            relu=self.relu,
            flip=self.flip if flip is None else flip,
            grey=input is not None,
            matrix=fits_as_matrix(shape, self.layer.output_shape(shape)),
        )


def choose_convolution(card: DeltaGenerator, size: tuple[int, int] | None = None) -> ConvolutionSettings:
    """Draw the card and return what it says. Only settings that fit are offered.

    They fit the typed input, or an input of ``size`` (rows, columns) that comes from elsewhere and is two-dimensional.
    """
    with card:
        axes = "2-D" if size else choose("along", "along", tuple(GRIDS), "2-D", labelled=False)
    typed_input, typed_kernel = GRIDS[axes]
    named, settings, typed = card.container(), card.container(), card.expander("Type or paste numbers")
    with typed:
        typed_input.draw(150 if axes == "2-D" else 70, disabled=size is not None)
        typed_kernel.draw(100 if axes == "2-D" else 70)
        st.caption("One row a line, or ; between rows. Integers, decimals, fractions such as 1/9.")
    with named:
        kernel = typed_kernel.read_or_explain()
        if axes == "2-D":
            choose_named_kernel(kernel)
        input = typed_input.read_or_explain()
        if axes == "1-D":
            input, kernel = one_row(input, "input"), one_row(kernel, "kernel")
    with settings:
        return choose_settings(input, kernel, size or (len(input), len(input[0])), axes)


def choose_settings(input: Matrix, kernel: Matrix, size: tuple[int, int], axes: str) -> ConvolutionSettings:
    """The settings under the grids: those that fit an input of ``size`` (rows, columns)."""
    smallest = size[1] if axes == "1-D" else min(size)
    largest = max(len(kernel), len(kernel[0]))
    stride = choose("stride", "stride", range(1, max(2, min(smallest, 4) + 1)), 1)
    padding = choose("padding", "padding", fitting_paddings(smallest, largest), 0)
    mode = choose_padding_mode("padding_mode", Conv2d(1, 1, 1, padding=padding), (1, smallest, smallest))
    dilations = fitting_dilations(smallest, largest, padding)
    dilation = choose("dilation", "dilation", range(1, min(dilations.stop, 4) if largest > 1 else 2), 1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        bias = number_box("bias", "bias", 0, BIASES, width=130)
        relu = st.toggle("ReLU", True, key="relu", bind="query-params", width="content")
    flip = st.toggle(
        "Flip the kernel",
        False,
        key="flip",
        bind="query-params",
        help="Off: cross-correlation, which deep learning calls convolution. On: what signal processing calls so.",
    )
    return ConvolutionSettings(input, kernel, stride, padding, dilation, bias, relu, flip, mode, axes)


def one_row(matrix: Matrix, name: str) -> Matrix:
    """The first row of a matrix; if there are more, they stay in the text, and a sentence says so."""
    if len(matrix) > 1:
        st.caption(f"In 1-D the {name} is one row: the first of the {len(matrix)} typed is shown.")
    return matrix[:1]


def choose_named_kernel(kernel: Matrix) -> None:
    """The list of named kernels, which shows the name of ``kernel``; choosing another name writes its weights."""
    name = next((name for name, preset in KERNELS.items() if preset.weights == kernel), OWN)
    if name == OWN and st.session_state.get("preset") == RANDOM:
        name = RANDOM
    st.session_state["preset"] = name
    st.selectbox("Kernel", TITLES, format_func=TITLES.__getitem__, key="preset", on_change=take_preset)
    if name in KERNELS:
        st.caption(KERNELS[name].answer)
    elif name == RANDOM:
        st.caption(random_kernel().answer)
        st.button("Another random kernel", icon=":material/casino:", on_click=take_preset)


def take_preset() -> None:
    """Write the weights of the kernel that was chosen by name."""
    name = st.session_state["preset"]
    if name == RANDOM:
        st.session_state["random_seed"] = st.session_state.get("random_seed", 0) + 1
        st.session_state["weights"] = random_kernel(3, st.session_state["random_seed"]).text
    elif name in KERNELS:
        st.session_state["weights"] = KERNELS[name].text


def take_numbers(numbers: Numbers) -> None:
    """Write what somebody typed into the cells of the stepper as the text that the page, and its link, carry."""
    GRIDS[st.session_state.get("along") or "2-D"][numbers["grid"] == "kernel"].take_cells(numbers)
