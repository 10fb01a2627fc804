"""The settings of one convolution as a card: input, kernel, stride, padding, dilation, bias, relu, flip.

Input and kernel live as text under the keys ``input`` and ``weights`` (in 1-D ``sequence`` and ``taps``), because text
is what a link can carry and a person can paste; everything else derives from them.
"""

from dataclasses import dataclass
from fractions import Fraction

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.arithmetic.layers import Conv1d, Conv2d, ShapeError
from cnnviz.arithmetic.lecture.kernels import KERNELS, random_kernel
from cnnviz.arithmetic.matrix import Matrix, MatrixError, read_matrix, write_matrix
from cnnviz.arithmetic.settings import Shape
from cnnviz.arithmetic.shapes import fitting_dilations, fitting_paddings
from cnnviz.figures.stepper import Script, layer_script
from cnnviz.ui.components.stepper import Numbers
from cnnviz.ui.page.plain_text import plain
from cnnviz.ui.page.valid import keep_valid

LECTURE_INPUT = "3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1"
SEQUENCE = "0 0 1 3 3 3 2 0 0 0"
TAPS = "-1 0 1"
MAX_INPUT = 12
MAX_LENGTH = 16
MAX_KERNEL = 7
RANDOM, OWN = "random", "own"
TITLES = {name: kernel.title for name, kernel in KERNELS.items()} | {RANDOM: "Random", OWN: "Own numbers"}
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")
MATRIX_ENTRIES = 12_000  # of outputs times inputs: what can still be seen as one picture


@dataclass(frozen=True)
class Grid:
    """One of the typed grids: the key of its text, what it is called, its default and how large it may be."""

    key: str
    name: str
    default: str
    max_side: int


GRIDS = {
    "2-D": (
        Grid("input", "input", LECTURE_INPUT, MAX_INPUT),
        Grid("weights", "kernel", KERNELS["lecture"].text, MAX_KERNEL),
    ),
    "1-D": (Grid("sequence", "input", SEQUENCE, MAX_LENGTH), Grid("taps", "kernel", TAPS, MAX_KERNEL)),
}


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
        """The stepper's script over the typed input, or over grey levels that come from elsewhere."""
        grid = self.input if input is None else input
        outputs = self.layer.output_shape((1, *((len(grid[0]),) if self.axes == "1-D" else (len(grid), len(grid[0])))))
        entries = len(grid) * len(grid[0])
        for size in outputs:
            entries *= size
        return layer_script(
            self.layer,
            (grid,),
            ((self.kernel,),),
            (self.bias,),
            relu=self.relu,
            flip=self.flip if flip is None else flip,
            grey=input is not None,
            matrix=entries <= MATRIX_ENTRIES,
        )


def choose_convolution(card: DeltaGenerator, size: tuple[int, int] | None = None) -> ConvolutionSettings:
    """Draw the card and return what it says. Only settings that fit are offered.

    They fit the typed input, or an input of ``size`` (rows, columns) that comes from elsewhere and is two-dimensional.
    """
    with card:
        axes = "2-D" if size else choose_axes()
    grids = GRIDS[axes]
    named, settings, typed = card.container(), card.container(), card.expander("Type or paste numbers")
    with typed:
        for grid, height in zip(grids, (150 if axes == "2-D" else 70, 100 if axes == "2-D" else 70), strict=True):
            st.text_area(
                grid.name.capitalize(),
                grid.default,
                key=grid.key,
                bind="query-params",
                height=height,
                disabled=size is not None and grid.name == "input",
            )
        st.caption("One row a line, or ; between rows. Integers, decimals, fractions such as 1/9.")
    with named:
        kernel = read_or_explain(grids[1])
        if axes == "2-D":
            choose_named_kernel(kernel)
        input = read_or_explain(grids[0])
        if axes == "1-D":
            input, kernel = one_row(input, "input"), one_row(kernel, "kernel")
    with settings:
        return choose_settings(input, kernel, size or (len(input), len(input[0])), axes)


def choose_axes() -> str:
    """Whether the window slides along one axis or two."""
    keep_valid("along", tuple(GRIDS), "2-D")
    axes = st.segmented_control(
        "along",
        tuple(GRIDS),
        default="2-D",
        required=True,
        key="along",
        bind="query-params",
        label_visibility="collapsed",
    )
    return axes or "2-D"


def choose_settings(input: Matrix, kernel: Matrix, size: tuple[int, int], axes: str) -> ConvolutionSettings:
    """The settings under the grids: those that fit an input of ``size`` (rows, columns)."""
    smallest = size[1] if axes == "1-D" else min(size)
    largest = max(len(kernel), len(kernel[0]))
    stride = choose_fitting("stride", range(1, max(2, min(smallest, 4) + 1)))
    padding = choose_fitting("padding", fitting_paddings(smallest, largest))
    mode = choose_padding_mode(padding, smallest) if padding else "zeros"
    dilations = fitting_dilations(smallest, largest, padding)
    dilation = choose_fitting("dilation", range(1, min(dilations.stop, 4) if largest > 1 else 2))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        bias = st.number_input(
            "bias", -100.0, 100.0, 0.0, step=1.0, format="%g", key="bias", bind="query-params", width=130
        )
        relu = st.toggle("ReLU", True, key="relu", bind="query-params", width="content")
    flip = st.toggle(
        "Flip the kernel",
        False,
        key="flip",
        bind="query-params",
        help="Off: cross-correlation, which deep learning calls convolution. On: what signal processing calls so.",
    )
    exact = Fraction(str(round(bias, 4)))
    return ConvolutionSettings(input, kernel, stride, padding, dilation, exact, relu, flip, mode, axes)


def choose_padding_mode(padding: int, smallest: int) -> str:
    """What the padding holds: the modes that an input so small still has values for."""
    fitting = [mode for mode in PADDING_MODES if mode_fits(mode, padding, smallest)]
    keep_valid("padding_mode", fitting, "zeros")
    mode = st.segmented_control(
        "padding_mode", fitting, default="zeros", required=True, key="padding_mode", bind="query-params"
    )
    if len(fitting) < len(PADDING_MODES):
        missing = ", ".join(mode for mode in PADDING_MODES if mode not in fitting)
        st.caption(f"{missing}: no room for padding {padding} in an input of {smallest}.")
    return mode or "zeros"


def mode_fits(mode: str, padding: int, size: int) -> bool:
    """Whether an axis of ``size`` values has enough of them to pad with.

    >>> mode_fits("reflect", 3, 3), mode_fits("circular", 3, 3)
    (False, True)
    """
    try:
        Conv1d(1, 1, 1, padding=padding, padding_mode=mode).output_shape((1, size))
    except ShapeError:
        return False
    return True


def one_row(matrix: Matrix, name: str) -> Matrix:
    """The first row of what was typed; the others are named, not lost."""
    if len(matrix) > 1:
        st.caption(f"In 1-D the {name} is one row: the first of the {len(matrix)} typed is shown.")
    return matrix[:1]


def read_or_explain(grid: Grid) -> Matrix:
    """The grid typed under its key; where it cannot be read the reason is shown, and the one before it goes on."""
    last = f"{grid.key}_that_could_be_read"
    problem = st.session_state.pop(f"{grid.key}_problem", None)  # of a single cell: the text is still the one before it
    try:
        matrix = read_matrix(st.session_state[grid.key], grid.name, grid.max_side)
    except MatrixError as error:
        problem = str(error)
        matrix = st.session_state.get(last) or read_matrix(grid.default, grid.name)
    st.session_state[last] = matrix
    if problem:
        st.error(plain(f"{problem} Until then, the {grid.name} before it is shown."), icon=":material/edit:")
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


def choose_fitting(name: str, fitting: range, label: str | None = None, default: int | None = None) -> int:
    """One setting, kept under the key ``name``, as a row of the values that fit.

    One that does not fit any more gives way to the nearest that does, says so, and comes back when it fits again.
    """
    wanted, chosen = f"{name}_wanted", st.session_state.get(name)
    first = default if default is not None and default in fitting else fitting[0]
    if chosen is not None and chosen not in fitting:
        st.session_state.setdefault(wanted, chosen)
        st.session_state[name] = min(fitting, key=lambda value: abs(value - chosen))
    elif st.session_state.get(wanted) in fitting:
        st.session_state[name] = st.session_state.pop(wanted)
    value = st.segmented_control(
        label or name,
        fitting,
        default=first,
        required=True,
        key=name,
        bind="query-params",
        on_change=lambda: st.session_state.pop(wanted, None),
    )
    if wanted in st.session_state:
        st.caption(f"{label or name} {st.session_state[wanted]} does not fit these sizes.")
    return first if value is None else value


def take_numbers(numbers: Numbers) -> None:
    """Write what somebody typed into the cells of the stepper as the text that the page, and its link, carry.

    Where a cell cannot be read the text stays as it was, and the card says which cell and why.
    """
    grid = GRIDS[st.session_state.get("along") or "2-D"][numbers["grid"] == "kernel"]
    try:
        typed = read_matrix(numbers["rows"], grid.name, grid.max_side)
        divided = tuple(tuple(value / numbers["divisor"] for value in row) for row in typed)
        st.session_state[grid.key] = write_matrix(divided)
    except MatrixError as problem:
        st.session_state[f"{grid.key}_problem"] = str(problem)
