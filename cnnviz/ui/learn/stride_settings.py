"""The settings of a convolution or a transposed one, axis by axis, as a card: only what fits each other is offered.

The keys, which a link carries, begin with ``sp_``; a setting of the width ends with ``_w``. Own numbers are text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.arithmetic.layers import Conv2d, ConvTranspose2d, ShapeError
from cnnviz.arithmetic.layers.convolution import PADDING_MODES
from cnnviz.arithmetic.lecture.cases import LECTURE_INPUT, LECTURE_KERNEL, example_input, example_kernel
from cnnviz.arithmetic.matrix import Matrix, MatrixError, read_matrix, write_matrix
from cnnviz.arithmetic.settings import IntOrPair
from cnnviz.arithmetic.shapes import (
    effective_kernel_size,
    fitting_paddings,
    same_padding,
    transposed_output_size,
)
from cnnviz.figures.stepper import Script, layer_script, stamp_script
from cnnviz.ui.components.stepper import Numbers
from cnnviz.ui.page.choice import choose, read, slide
from cnnviz.ui.page.plain_text import plain

DIRECT, TRANSPOSED = KINDS = ("Convolution", "Transposed convolution")
STAMPING, EQUAL = WAYS = ("Stamping", "Equal convolution")
NUMBER, VALID, SAME, FULL = PADDINGS = ("number", "valid", "same", "full")
SIZES, KERNELS, STRIDES, DILATIONS = range(1, 13), range(1, 6), range(1, 5), range(1, 4)
PADDING_HELP = (
    "valid: none. same: keeps the size, which PyTorch allows with stride 1 only. full: all that meets the input."
)
MAX_DRAWN = 20  # rows or columns of a grid that can still be read
MATRIX_ENTRIES = 12_000  # of outputs times inputs: what can still be seen as one picture
DEFAULTS = {"size": 5, "kernel": 3, "stride": 2, "padding": 1, "dilation": 1, "output_padding": 0}
TITLES = {"size": "input size", "kernel": "kernel_size"}
AXES = (("", "rows"), ("_w", "columns"))

Pair = tuple[int, int]


@dataclass(frozen=True)
class StrideSettings:
    """What the card says: the numbers as exact fractions, and a layer of one channel and one filter that takes them."""

    input: Matrix
    kernel: Matrix
    layer: Conv2d | ConvTranspose2d

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(1, height, width)."""
        return (1, len(self.input), len(self.input[0]))

    def script(self, way: str = EQUAL) -> Script:
        """The stepper's script; for a transposed convolution seen as stamping or as the equal convolution."""
        planes, weight = (self.input,), ((self.kernel,),)
        if isinstance(self.layer, ConvTranspose2d) and way == STAMPING:
            return stamp_script(self.layer, planes, weight)
        _, height, width = self.layer.output_shape(self.input_shape)
        entries = height * width * self.input_shape[1] * self.input_shape[2]
        return layer_script(self.layer, planes, weight, matrix=entries <= MATRIX_ENTRIES)


def choose_stride_settings(card: DeltaGenerator, kind: str) -> StrideSettings:
    """Draw the card for a kind of layer and return what it says."""
    size_box, kernel_box, stride_box, padding_box, dilation_box, typed_box = (card.container() for _ in range(6))
    take_size_of_link()
    with typed_box:
        by_axis = st.toggle(
            "Rows and columns apart", False, key="sp_axes", bind="query-params", on_change=copy_to_the_width
        )
    with typed_box.expander("Type or paste numbers"):
        own_input, own_kernel = type_numbers("input"), type_numbers("weights")

    def per_axis(box: DeltaGenerator, name: str, fitting: Callable[[int], Sequence[int]]) -> Pair:
        return choose_per_axis(box, name, fitting, by_axis)

    size = per_axis(size_box, "size", lambda axis: SIZES)
    kernel = per_axis(kernel_box, "kernel", lambda axis: KERNELS)
    transposed = kind == TRANSPOSED
    dilation = per_axis(dilation_box, "dilation", lambda axis: dilations(size[axis], kernel[axis], transposed))
    reach = tuple(effective_kernel_size(kernel[axis], dilation[axis]) for axis in (0, 1))
    if transposed:
        stride = per_axis(stride_box, "stride", lambda axis: strides_backwards(size[axis], reach[axis]))
        padding = per_axis(padding_box, "padding", lambda axis: croppings(size[axis], reach[axis], stride[axis]))
        extra = per_axis(dilation_box, "output_padding", lambda axis: range(max(stride[axis], dilation[axis])))
        layer: Conv2d | ConvTranspose2d = ConvTranspose2d(
            1, 1, one(kernel), one(stride), one(padding), one(extra), dilation=one(dilation)
        )
    else:
        stride = per_axis(stride_box, "stride", lambda axis: STRIDES)
        padding_or_word = choose_padding(padding_box, size, kernel, stride, dilation, by_axis)
        layer = Conv2d(1, 1, one(kernel), one(stride), padding_or_word, one(dilation))
        with padding_box:
            layer = choose_padding_mode(layer, size)
    with size_box:
        input = fill("input", own_input, size, example_numbers(size))
    with kernel_box:
        weights = fill("weights", own_kernel, kernel, example_weights(kernel))
    return StrideSettings(input, weights, layer)


def choose_per_axis(
    box: DeltaGenerator, name: str, fitting: Callable[[int], Sequence[int]], by_axis: bool, *, labelled: bool = True
) -> Pair:
    """One setting for both axes, or side by side one for the rows and one for the columns."""
    title, values = TITLES.get(name, name), []
    columns = box.columns(2) if by_axis else [box]
    for axis, ((suffix, lines), column) in enumerate(zip(AXES, columns, strict=False)):
        with column:
            label = f"{title}, {lines}" if by_axis else title
            key, options = f"sp_{name}{suffix}", fitting(axis)
            if name == "size":
                values.append(slide(key, label, SIZES, DEFAULTS[name]))
            else:
                values.append(choose(key, label, options, DEFAULTS[name], labelled=labelled or by_axis))
    return values[0], values[-1]


# ---------------------------------------------------------------- what fits


def dilations(size: int, kernel_size: int, transposed: bool) -> list[int]:
    """Every dilation with which the kernel fits an input of ``size``, given the padding for it, and can be drawn."""
    if kernel_size == 1:
        return [1]
    drawn = size - 1 if transposed else 0
    return [value for value in DILATIONS if drawn + effective_kernel_size(kernel_size, value) <= MAX_DRAWN]


def strides_backwards(size: int, reach: int) -> list[int]:
    """The strides with which a stretched input, stamped by a kernel of this reach, can still be drawn.

    >>> strides_backwards(5, 3), strides_backwards(12, 5)
    ([1, 2, 3, 4], [1])
    """
    return [stride for stride in STRIDES if (size - 1) * stride + reach <= MAX_DRAWN]


def croppings(size: int, reach: int, stride: int) -> list[int]:
    """The paddings of a transposed convolution: up to full padding, and something of the output is left.

    >>> croppings(2, 3, 1), croppings(1, 3, 1)
    ([0, 1], [0, 1])
    """
    return [p for p in range(reach) if transposed_output_size(size, reach, stride, p) >= 1]


def drawable_paddings(size: int, kernel_size: int, dilation: int) -> list[int]:
    """The paddings with which a kernel fits and the bordered input can be drawn.

    >>> drawable_paddings(5, 3, 1), drawable_paddings(12, 5, 3)
    ([0, 1, 2], [1, 2, 3, 4])
    """
    return [p for p in fitting_paddings(size, kernel_size, dilation) if size + 2 * p <= MAX_DRAWN]


def choose_padding(
    box: DeltaGenerator, size: Pair, kernel: Pair, stride: Pair, dilation: Pair, by_axis: bool
) -> IntOrPair | str:
    """The padding by one of its names, where that fits, or as a number."""
    fitting = [drawable_paddings(size[axis], kernel[axis], dilation[axis]) for axis in (0, 1)]
    reach = tuple(effective_kernel_size(kernel[axis], dilation[axis]) for axis in (0, 1))
    named = {
        VALID: all(0 in fitting[axis] for axis in (0, 1)),
        SAME: stride == (1, 1),
        FULL: all(reach[axis] - 1 in fitting[axis] for axis in (0, 1)),
    }
    with box:
        options = [NUMBER, *(name for name in named if named[name])]
        word = choose("sp_pad", "padding", options, NUMBER, help=PADDING_HELP, known=PADDINGS)
    if word == NUMBER:
        return one(choose_per_axis(box, "padding", lambda axis: fitting[axis], by_axis, labelled=False))
    full = (reach[0] - 1, reach[1] - 1)
    box.caption(named_padding(word, kernel, dilation))
    amounts: dict[str, IntOrPair | str] = {VALID: 0, SAME: SAME, FULL: one(full)}
    return amounts[word]


def named_padding(word: str, kernel: Pair, dilation: Pair) -> str:
    """What one of the names of padding means for this kernel.

    >>> named_padding("same", (4, 4), (1, 1))
    'same: 1 before and 2 behind, so the output is as large as the input.'
    """
    if word == VALID:
        return "valid: no padding; the kernel stays inside the input."
    totals = [dilation[axis] * (kernel[axis] - 1) for axis in (0, 1)]
    if word == FULL:
        amounts, end = [str(total) for total in totals], "so every place counts where kernel and input meet at all."
        amounts = [f"{amount} on each side" for amount in amounts]
    else:
        sides = [same_padding(kernel[axis], dilation[axis]) for axis in (0, 1)]
        end = "so the output is as large as the input."
        amounts = [f"{a} on each side" if a == b else f"{a} before and {b} behind" for a, b in sides]
    both = amounts[0] if amounts[0] == amounts[1] else f"rows {amounts[0]}, columns {amounts[1]}"
    return f"{word}: {both}, {end}"


def choose_padding_mode(layer: Conv2d, size: Pair) -> Conv2d:
    """The layer with what its padding holds: of the modes those for which the input has values enough."""
    if not any(sum(sides) for sides in layer.padding_sides()):
        return layer
    layers = {mode: with_mode(layer, mode, size) for mode in PADDING_MODES}
    fitting = [mode for mode, fits in layers.items() if fits]
    mode = choose(
        "sp_mode",
        "padding_mode",
        fitting,
        "zeros",
        help="What the padding holds, written into its cells.",
        known=PADDING_MODES,
    )
    return layers[mode] or layer


def with_mode(layer: Conv2d, mode: str, size: Pair) -> Conv2d | None:
    """The layer with that padding_mode; None where the input is too small for it."""
    padded = Conv2d(1, 1, layer.kernel_size, layer.stride, layer.padding, layer.dilation, padding_mode=mode)
    try:
        padded.output_shape((1, *size))
    except ShapeError:
        return None
    return padded


def one(setting: Pair) -> IntOrPair:
    """A pair of equal numbers as one number, as people write it.

    >>> one((3, 3)), one((3, 5))
    (3, (3, 5))
    """
    return setting[0] if setting[0] == setting[1] else setting


# ---------------------------------------------------------------- the numbers

NAMES = {"input": "input", "weights": "kernel"}
LARGEST = {"input": SIZES[-1], "weights": KERNELS[-1]}
SIZE_OF = {"input": "size", "weights": "kernel"}


def example_numbers(size: Pair) -> Matrix:
    """The numbers of an input of (rows, columns) that nobody has typed: where it is 5 × 5 the lecture's."""
    return LECTURE_INPUT if size == (5, 5) else cut(example_input(max(size)), size)


def example_weights(size: Pair) -> Matrix:
    """The weights of a kernel that nobody has typed: where it is 3 × 3 the lecture's."""
    return LECTURE_KERNEL if size == (3, 3) else cut(example_kernel(max(size)), size)


def cut(matrix: Matrix, size: Pair) -> Matrix:
    """The first rows and columns."""
    return tuple(row[: size[1]] for row in matrix[: size[0]])


def type_numbers(name: str) -> Matrix | None:
    """The box for own numbers; None while it is empty. Where they cannot be read it is said, and those before go on."""
    key = f"sp_{name}"
    text = st.text_area(
        NAMES[name].capitalize(),
        "",
        key=key,
        bind="query-params",
        height=100,
        placeholder="Empty: example numbers. Rows on lines of their own, or with ; between.",
        on_change=take_size,
        args=(name,),
    )
    problem = st.session_state.pop(f"{key}_problem", None)
    matrix, error = read_own(name, text or "")
    for sentence in filter(None, (problem, error)):
        st.session_state.setdefault(f"{key}_says", sentence)
    if error:
        return st.session_state.get(f"{key}_that_could_be_read")
    st.session_state[f"{key}_that_could_be_read"] = matrix
    return matrix


def read_own(name: str, text: str) -> tuple[Matrix | None, str]:
    """The typed numbers, None where there are none that can be read, and then why."""
    if not text.strip():
        return None, ""
    try:
        return read_matrix(text, NAMES[name], LARGEST[name]), ""
    except MatrixError as problem:
        return None, str(problem)


def fill(name: str, own: Matrix | None, size: Pair, example: Matrix) -> Matrix:
    """The own numbers where they are of this size, else the example; with a word on what is not shown."""
    says = st.session_state.pop(f"sp_{name}_says", "")
    fits = own is not None and (len(own), len(own[0])) == size
    if says:
        instead = "the numbers before it" if fits else "example numbers"
        st.error(plain(f"{says} Until then, the {NAMES[name]} shows {instead}."), icon=":material/edit:")
    if own is None:
        return example
    if fits:
        st.button(
            "Example numbers",
            key=f"sp_{name}_example",
            icon=":material/restart_alt:",
            type="tertiary",
            on_click=clear,
            args=(name,),
        )
        return own
    st.caption(f"Own numbers were typed for {len(own)} × {len(own[0])}; they come back with that size.")
    return example


def clear(name: str) -> None:
    """Back to the example numbers."""
    st.session_state[f"sp_{name}"] = ""


def take_size(name: str) -> None:
    """After numbers were typed: let the size be theirs."""
    own, _ = read_own(name, st.session_state[f"sp_{name}"] or "")
    if own is not None:
        write_size(name, len(own), len(own[0]))


def take_size_of_link() -> None:
    """On a first visit by a link that gives numbers but not their size: take it from them."""
    for name, size in SIZE_OF.items():
        key = f"sp_{name}"
        if key not in st.session_state and key in st.query_params and f"sp_{size}" not in st.query_params:
            own, _ = read_own(name, st.query_params[key])
            if own is not None:
                write_size(name, len(own), len(own[0]))


def write_size(name: str, rows: int, columns: int) -> None:
    """Set a size, with the two axes apart where it is not square."""
    key = f"sp_{SIZE_OF[name]}"
    if rows != columns and not st.session_state.get("sp_axes"):
        st.session_state["sp_axes"] = True
        copy_to_the_width()
    st.session_state[key] = rows
    if st.session_state.get("sp_axes"):
        st.session_state[f"{key}_w"] = columns


def copy_to_the_width() -> None:
    """When the axes part, the columns begin with what the rows have."""
    if st.session_state.get("sp_axes"):
        for name, default in DEFAULTS.items():
            key = f"sp_{name}"
            asked = read(st.query_params.get(key, ""), SIZES)  # where the page has only just been opened by a link
            st.session_state[f"{key}_w"] = st.session_state.get(key, default if asked is None else asked)


def take_numbers(numbers: Numbers) -> None:
    """Write what somebody typed into the cells of the stepper as the text that the page, and its link, carry.

    Where a cell cannot be read the text stays as it was, and the card says which cell and why.
    """
    name = "weights" if numbers["grid"] == "kernel" else "input"
    try:
        typed = read_matrix(numbers["rows"], NAMES[name], LARGEST[name])
        divided = tuple(tuple(value / numbers["divisor"] for value in row) for row in typed)
        st.session_state[f"sp_{name}"] = write_matrix(divided)
    except MatrixError as problem:
        st.session_state[f"sp_{name}_problem"] = str(problem)
