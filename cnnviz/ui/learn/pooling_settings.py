"""The settings of a pooling layer as a card: max or average, its window, its rounding, what it counts."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.arithmetic.layers import AvgPool1d, AvgPool2d, MaxPool1d, MaxPool2d
from cnnviz.arithmetic.lecture.cases import LECTURE_INPUT, example_input
from cnnviz.arithmetic.matrix import Matrix
from cnnviz.arithmetic.shapes import effective_kernel_size
from cnnviz.figures.stepper import Script, layer_script
from cnnviz.ui.learn.typed_numbers import TypedMatrix
from cnnviz.ui.page.choice import choose, slide
from cnnviz.ui.page.number_box import NumberRange, number_box

MAX, AVERAGE = "max", "average"
AXES = ("2-D", "1-D")
LARGEST, LARGEST_TYPED = 32, 16
INPUT = TypedMatrix("pool_input", "input", LARGEST_TYPED)
DIVISORS = NumberRange(0, 100)


@dataclass(frozen=True)
class PoolingSettings:
    """What the card says: the layer and its input (rows, columns), one row where it slides along one axis."""

    layer: MaxPool2d | AvgPool2d | MaxPool1d | AvgPool1d
    input: Matrix

    @property
    def flat(self) -> MaxPool2d | AvgPool2d:
        """The layer, or the two-dimensional one that it is over a single row."""
        return self.layer.as_2d() if isinstance(self.layer, MaxPool1d | AvgPool1d) else self.layer

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(1, height, width) of the input."""
        return (1, len(self.input), len(self.input[0]))

    def script(self) -> Script:
        """The stepper's script."""
        return layer_script(self.layer, (self.input,))


def choose_pooling(card: DeltaGenerator) -> PoolingSettings:
    """Draw the card and return what it says. Only settings that fit are offered, and a misfit is answered in words."""
    with card:
        kind = choose("pool_kind", "kind", (MAX, AVERAGE), MAX, labelled=False)
        axes = choose("pool_along", "axes", AXES, "2-D", labelled=False)
        size = slide("pool_size", "input size", range(2, LARGEST + 1), 5)
        kernel_size = choose("pool_kernel", "kernel_size", range(1, min(size, 8) + 1), 2)
        stride = choose("pool_stride", "stride", range(1, min(size, 8) + 1), 2)
        padding = choose("pool_padding", "padding", range(kernel_size // 2 + 1), 0)
        dilation = 1
        if kind == MAX and kernel_size > 1:
            fitting = [d for d in (1, 2, 3) if effective_kernel_size(kernel_size, d) <= size + 2 * padding]
            dilation = choose("pool_dilation", "dilation", fitting, 1)
        ceil_mode = st.toggle("ceil_mode", False, key="pool_ceil", bind="query-params")
        layer: MaxPool2d | AvgPool2d | MaxPool1d | AvgPool1d
        if kind == MAX:
            layer = max_layer(axes, kernel_size, dilation, stride=stride, padding=padding, ceil_mode=ceil_mode)
        else:
            layer = average_layer(axes, kernel_size, stride=stride, padding=padding, ceil_mode=ceil_mode)
        return PoolingSettings(layer, choose_input(size, axes))


def max_layer(
    axes: str, kernel_size: int, dilation: int, *, stride: int, padding: int, ceil_mode: bool
) -> MaxPool2d | MaxPool1d:
    """A max-pooling along one axis or two."""
    layer = MaxPool1d if axes == "1-D" else MaxPool2d
    return layer(kernel_size, stride, padding, dilation, ceil_mode=ceil_mode)


def average_layer(axes: str, kernel_size: int, *, stride: int, padding: int, ceil_mode: bool) -> AvgPool2d | AvgPool1d:
    """An average-pooling along one axis or two, with what it counts."""
    counted = st.toggle(
        "count_include_pad",
        True,
        key="pool_counted",
        bind="query-params",
        help="Whether the zeros of the padding count in the divisor.",
    )
    if axes == "1-D":
        return AvgPool1d(kernel_size, stride, padding, ceil_mode, counted)
    divisor = int(number_box("pool_divisor", "divisor_override (0: none)", 0, DIVISORS))
    return AvgPool2d(kernel_size, stride, padding, ceil_mode, counted, divisor or None)


def choose_input(size: int, axes: str) -> Matrix:
    """The numbers that were typed (rows, columns), where they have the size that is set; else an example of it."""
    with st.expander("Type or paste numbers"):
        INPUT.draw(120, placeholder="3 3 2; 0 0 1")
        st.caption("One row a line, or ; between rows. Used while it has the size that is set; empty: an example.")
    own, problem = INPUT.read()
    rows = 1 if axes == "1-D" else size
    example = LECTURE_INPUT if size == 5 else example_input(size)
    if own and len(own[0]) == size:
        own = own[:rows]
    return INPUT.own_or_example(own, problem, example[:rows])
