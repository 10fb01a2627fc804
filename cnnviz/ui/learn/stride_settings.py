"""The settings of a convolution or a transposed one, axis by axis, as a card: only settings that fit are offered.

The keys, which a link carries, begin with ``sp_``; those of the width end with ``_w``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.arithmetic.layers import Conv2d, ConvTranspose2d
from cnnviz.arithmetic.lecture.cases import LECTURE_INPUT, LECTURE_KERNEL, example_input, example_kernel
from cnnviz.arithmetic.matrix import Matrix, MatrixError
from cnnviz.arithmetic.settings import IntOrPair
from cnnviz.arithmetic.shapes import (
    effective_kernel_size,
    fitting_paddings,
    same_padding,
    transposed_output_size,
)
from cnnviz.figures.stepper import Script, layer_script, stamp_script
from cnnviz.ui.components.stepper import Numbers
from cnnviz.ui.learn.drawable import fits_as_matrix
from cnnviz.ui.learn.padding_mode import choose_padding_mode
from cnnviz.ui.learn.typed_numbers import TypedMatrix
from cnnviz.ui.page.choice import choose, read, slide

DIRECT, TRANSPOSED = KINDS = ("Convolution", "Transposed convolution")
STAMPING, EQUAL = WAYS = ("Stamping", "Equal convolution")
NUMBER, VALID, SAME, FULL = PADDINGS = ("number", "valid", "same", "full")
SIZES, KERNELS, STRIDES, DILATIONS = range(1, 13), range(1, 6), range(1, 5), range(1, 4)
PADDING_HELP = (
    "valid: none. same: keeps the size, which PyTorch allows with stride 1 only. full: all that meets the input."
)
MAX_DRAWN = 20  # rows or columns of a grid that can still be read
DEFAULTS = {"size": 5, "kernel": 3, "stride": 2, "padding": 1, "dilation": 1, "output_padding": 0}
TITLES = {"size": "input size", "kernel": "kernel_size"}
AXES = (("", "rows"), ("_w", "columns"))
INPUT, KERNEL = TypedMatrix("sp_input", "input", SIZES[-1]), TypedMatrix("sp_weights", "kernel", KERNELS[-1])
SIZE_KEYS = {INPUT: "sp_size", KERNEL: "sp_kernel"}

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
        output_shape = self.layer.output_shape(self.input_shape)
        return layer_script(self.layer, planes, weight, matrix=fits_as_matrix(self.input_shape, output_shape))


def choose_stride_settings(card: DeltaGenerator, kind: str) -> StrideSettings:
    """Draw the card for a kind of layer and return what it says."""
    size_box, kernel_box, stride_box, padding_box, dilation_box, typed_box = (card.container() for _ in range(6))
    take_size_of_link()
    with typed_box:
        by_axis = st.toggle(
            "Rows and columns separately", False, key="sp_axes", bind="query-params", on_change=copy_to_the_width
        )
    with typed_box.expander("Type or paste numbers"):
        for typed in SIZE_KEYS:
            typed.draw(100, placeholder=PLACEHOLDER, on_change=take_size, args=(typed,))
    (own_input, input_problem), (own_kernel, kernel_problem) = INPUT.read(), KERNEL.read()

    def per_axis(box: DeltaGenerator, name: str, fitting: Callable[[int], Sequence[int]]) -> Pair:
        return choose_per_axis(box, name, fitting, by_axis)

    size = per_axis(size_box, "size", lambda axis: SIZES)
    kernel = per_axis(kernel_box, "kernel", lambda axis: KERNELS)
    transposed = kind == TRANSPOSED
    dilation = per_axis(dilation_box, "dilation", lambda axis: dilations(size[axis], kernel[axis], transposed))
    reach = tuple(effective_kernel_size(kernel[axis], dilation[axis]) for axis in (0, 1))
    if transposed:
        stride = per_axis(stride_box, "stride", lambda axis: transposed_strides(size[axis], reach[axis]))
        padding = per_axis(
            padding_box, "padding", lambda axis: transposed_paddings(size[axis], reach[axis], stride[axis])
        )
        extra = per_axis(dilation_box, "output_padding", lambda axis: range(max(stride[axis], dilation[axis])))
        layer: Conv2d | ConvTranspose2d = ConvTranspose2d(
            1,
            1,
            as_int_or_pair(kernel),
            as_int_or_pair(stride),
            as_int_or_pair(padding),
            as_int_or_pair(extra),
            dilation=as_int_or_pair(dilation),
        )
    else:
        stride = per_axis(stride_box, "stride", lambda axis: STRIDES)
        padding_or_word = choose_padding(padding_box, size, kernel, stride, dilation, by_axis)
        layer = Conv2d(1, 1, as_int_or_pair(kernel), as_int_or_pair(stride), padding_or_word, as_int_or_pair(dilation))
        with padding_box:
            layer = replace(layer, padding_mode=choose_padding_mode("sp_mode", layer, (1, *size)))
    with size_box:
        input = INPUT.own_or_example(own_input, input_problem, example_numbers(size))
    with kernel_box:
        weights = KERNEL.own_or_example(own_kernel, kernel_problem, example_weights(kernel))
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
    """The dilations with which the kernel fits an input of ``size``, with enough padding, and can be drawn."""
    if kernel_size == 1:
        return [1]
    drawn = size - 1 if transposed else 0
    return [value for value in DILATIONS if drawn + effective_kernel_size(kernel_size, value) <= MAX_DRAWN]


def transposed_strides(size: int, reach: int) -> list[int]:
    """The strides with which the output of a transposed convolution can still be drawn; ``reach`` is the kernel's.

    >>> transposed_strides(5, 3), transposed_strides(12, 5)
    ([1, 2, 3, 4], [1])
    """
    return [stride for stride in STRIDES if (size - 1) * stride + reach <= MAX_DRAWN]


def transposed_paddings(size: int, reach: int, stride: int) -> list[int]:
    """The paddings of a transposed convolution: at most full padding, and at least one output stays.

    >>> transposed_paddings(2, 3, 1), transposed_paddings(1, 3, 1)
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
        word = choose(
            "sp_pad", "padding", [NUMBER, *(name for name in named if named[name])], NUMBER, help=PADDING_HELP
        )
    if word == NUMBER:
        return as_int_or_pair(choose_per_axis(box, "padding", lambda axis: fitting[axis], by_axis, labelled=False))
    full = (reach[0] - 1, reach[1] - 1)
    box.caption(named_padding(word, kernel, dilation))
    amounts: dict[str, IntOrPair | str] = {VALID: 0, SAME: SAME, FULL: as_int_or_pair(full)}
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


def as_int_or_pair(setting: Pair) -> IntOrPair:
    """A pair of equal numbers as one number, as people write it.

    >>> as_int_or_pair((3, 3)), as_int_or_pair((3, 5))
    (3, (3, 5))
    """
    return setting[0] if setting[0] == setting[1] else setting


# ---------------------------------------------------------------- the numbers

PLACEHOLDER = "Empty: example numbers. Rows on lines of their own, or with ; between."


def example_numbers(size: Pair) -> Matrix:
    """Example numbers for an input of ``size`` (rows, columns); for 5 × 5 they are the lecture's."""
    return LECTURE_INPUT if size == (5, 5) else first_cells(example_input(max(size)), size)


def example_weights(size: Pair) -> Matrix:
    """Example weights for a kernel of ``size`` (rows, columns); for 3 × 3 they are the lecture's."""
    return LECTURE_KERNEL if size == (3, 3) else first_cells(example_kernel(max(size)), size)


def first_cells(matrix: Matrix, size: Pair) -> Matrix:
    """The first ``size`` (rows, columns) of a larger matrix."""
    return tuple(row[: size[1]] for row in matrix[: size[0]])


def size_of_text(typed: TypedMatrix, text: str) -> Pair | None:
    """(rows, columns) of the numbers in a text; None where it cannot be read."""
    try:
        matrix = typed.parse(text)
    except MatrixError:
        return None
    return len(matrix), len(matrix[0])


def take_size(typed: TypedMatrix) -> None:
    """After numbers were typed: set the size to theirs."""
    if size := size_of_text(typed, st.session_state[typed.key] or ""):
        write_size(SIZE_KEYS[typed], size)


def take_size_of_link() -> None:
    """On a first visit by a link that gives numbers but not their size: take it from them."""
    for typed, key in SIZE_KEYS.items():
        is_link = typed.key not in st.session_state and typed.key in st.query_params
        if is_link and key not in st.query_params and (size := size_of_text(typed, st.query_params[typed.key])):
            write_size(key, size)


def write_size(key: str, size: Pair) -> None:
    """Set a size (rows, columns) under the key; where it is not square, rows and columns get settings of their own."""
    if size[0] != size[1] and not st.session_state.get("sp_axes"):
        st.session_state["sp_axes"] = True
        copy_to_the_width()
    st.session_state[key] = size[0]
    if st.session_state.get("sp_axes"):
        st.session_state[f"{key}_w"] = size[1]


def copy_to_the_width() -> None:
    """When rows and columns get settings of their own, the columns begin with those of the rows."""
    if st.session_state.get("sp_axes"):
        for name, default in DEFAULTS.items():
            key = f"sp_{name}"
            linked = read(st.query_params.get(key, ""), SIZES)  # counts where a link has only just opened the page
            st.session_state[f"{key}_w"] = st.session_state.get(key, default if linked is None else linked)


def take_numbers(numbers: Numbers) -> None:
    """Write what somebody typed into the cells of the stepper as the text that the page, and its link, carry."""
    (KERNEL if numbers["grid"] == "kernel" else INPUT).take_cells(numbers)
