"""The settings of one convolution as a card: input, kernel, stride, padding, dilation, bias, relu.

Input and kernel live as text under the keys ``input`` and ``weights``, because text is what a link can carry and
a person can paste; everything else derives from them.
"""

from dataclasses import dataclass
from fractions import Fraction

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.arithmetic.kernels import KERNELS, random_kernel
from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.matrix import Matrix, MatrixError, read_matrix, write_matrix
from cnnviz.arithmetic.shapes import fitting_dilations, fitting_paddings
from cnnviz.ui.plain import plain
from cnnviz.ui.stepper import Numbers

LECTURE_INPUT = "3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1"
MAX_INPUT = 12
MAX_KERNEL = 7
RANDOM, OWN = "random", "own"
TITLES = {name: kernel.title for name, kernel in KERNELS.items()} | {RANDOM: "Random", OWN: "Own numbers"}


@dataclass(frozen=True)
class ConvolutionSettings:
    """What the card says: the grids as exact fractions, and the settings, all of which fit each other."""

    input: Matrix
    kernel: Matrix
    stride: int
    padding: int
    dilation: int
    bias: Fraction
    relu: bool

    @property
    def layer(self) -> Conv2d:
        """The same settings as a layer of one input and one output channel."""
        return Conv2d(
            1,
            1,
            kernel_size=(len(self.kernel), len(self.kernel[0])),
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
        )


def choose_convolution(card: DeltaGenerator, size: tuple[int, int] | None = None) -> ConvolutionSettings:
    """Draw the card and return what it says. Only settings that fit are offered.

    They fit the typed input, or an input of ``size`` (rows, columns) that comes from elsewhere.
    """
    named, settings, typed = card.container(), card.container(), card.expander("Type or paste numbers")
    with typed:
        st.text_area("Input", LECTURE_INPUT, key="input", bind="query-params", height=150, disabled=size is not None)
        st.text_area("Kernel", KERNELS["lecture"].text, key="weights", bind="query-params", height=100)
        st.caption("One row a line, or ; between rows. Integers, decimals, fractions such as 1/9.")
    with named:
        kernel = read_or_explain("weights", KERNELS["lecture"].text, "kernel", MAX_KERNEL)
        choose_named_kernel(kernel)
        input = read_or_explain("input", LECTURE_INPUT, "input", MAX_INPUT)
    with settings:
        smallest = min(size or (len(input), len(input[0])))
        largest = max(len(kernel), len(kernel[0]))
        stride = choose_fitting("stride", range(1, max(2, min(smallest, 4) + 1)))
        padding = choose_fitting("padding", fitting_paddings(smallest, largest))
        dilations = fitting_dilations(smallest, largest, padding)
        dilation = choose_fitting("dilation", range(1, min(dilations.stop, 4) if largest > 1 else 2))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            bias = st.number_input(
                "bias", -100.0, 100.0, 0.0, step=1.0, format="%g", key="bias", bind="query-params", width=130
            )
            relu = st.toggle("ReLU", True, key="relu", bind="query-params", width="content")
    return ConvolutionSettings(input, kernel, stride, padding, dilation, Fraction(str(round(bias, 4))), relu)


def read_or_explain(key: str, default: str, name: str, max_side: int) -> Matrix:
    """The grid typed under ``key``; where it cannot be read the reason is shown, and the one before it goes on."""
    last = f"{key}_that_could_be_read"
    problem = st.session_state.pop(f"{key}_problem", None)  # of a single cell: the text is still the one before it
    try:
        matrix = read_matrix(st.session_state[key], name, max_side)
    except MatrixError as error:
        problem = str(error)
        matrix = st.session_state.get(last) or read_matrix(default, name)
    st.session_state[last] = matrix
    if problem:
        st.error(plain(f"{problem} Until then, the {name} before it is shown."), icon=":material/edit:")
    return matrix


def choose_named_kernel(kernel: Matrix) -> None:
    """The list of named kernels, standing on the one that ``kernel`` is; choosing another writes its weights."""
    name = next((name for name, preset in KERNELS.items() if preset.weights == kernel), OWN)
    if name == OWN and st.session_state.get("preset") == RANDOM:
        name = RANDOM
    st.session_state["preset"] = name
    st.selectbox("Kernel", TITLES, format_func=TITLES.__getitem__, key="preset", on_change=take_preset)
    if name in KERNELS:
        st.caption(KERNELS[name].answer)
    elif name == RANDOM:
        st.caption(random_kernel().answer)
        st.button("Another one", icon=":material/casino:", on_click=take_preset)


def take_preset() -> None:
    """Write the weights of the kernel that was chosen by name."""
    name = st.session_state["preset"]
    if name == RANDOM:
        st.session_state["random_seed"] = st.session_state.get("random_seed", 0) + 1
        st.session_state["weights"] = random_kernel(3, st.session_state["random_seed"]).text
    elif name in KERNELS:
        st.session_state["weights"] = KERNELS[name].text


def choose_fitting(name: str, fitting: range) -> int:
    """One setting as a row of the values that fit.

    One that does not fit any more gives way to the nearest that does, says so, and comes back when it fits again.
    """
    wanted, chosen = f"{name}_wanted", st.session_state.get(name)
    if chosen is not None and chosen not in fitting:
        st.session_state.setdefault(wanted, chosen)
        st.session_state[name] = min(fitting, key=lambda value: abs(value - chosen))
    elif st.session_state.get(wanted) in fitting:
        st.session_state[name] = st.session_state.pop(wanted)
    value = st.segmented_control(
        name,
        fitting,
        default=fitting[0],
        required=True,
        key=name,
        bind="query-params",
        on_change=lambda: st.session_state.pop(wanted, None),
    )
    if wanted in st.session_state:
        st.caption(f"{name} {st.session_state[wanted]} does not fit these sizes.")
    return fitting[0] if value is None else value


def take_numbers(numbers: Numbers) -> None:
    """Write what somebody typed into the cells of the stepper as the text that the page, and its link, carry.

    Where a cell cannot be read the text stays as it was, and the card says which cell and why.
    """
    is_input = numbers["grid"] == "input"
    key, name, max_side = ("input", "input", MAX_INPUT) if is_input else ("weights", "kernel", MAX_KERNEL)
    try:
        typed = read_matrix(numbers["rows"], name, max_side)
        divided = tuple(tuple(value / numbers["divisor"] for value in row) for row in typed)
        st.session_state[key] = write_matrix(divided)
    except MatrixError as problem:
        st.session_state[f"{key}_problem"] = str(problem)
