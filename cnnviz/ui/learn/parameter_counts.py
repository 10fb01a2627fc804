"""How many weights a dense, a locally connected and a convolutional layer learn on one picture, with derivations."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.arithmetic.derivations.lines import C_IN, Derivation, Line, coloured, number
from cnnviz.arithmetic.layers import Conv2d, Linear
from cnnviz.arithmetic.settings import Shape
from cnnviz.ui.learn.scaled_squares import Amount, show_scaled_squares
from cnnviz.ui.page.choice import choose
from cnnviz.ui.page.derivations import copy_derivations, show_derivation
from cnnviz.ui.page.number_box import NumberRange, number_box

KERNEL_SIZES = (1, 3, 5, 7, 11)
IMAGE = ("why_channels", "why_side", "why_side")  # the boxes that the shape of a square picture fills


@dataclass(frozen=True)
class Sizes:
    """A square picture of ``side`` × ``side`` pixels, and the sizes of the layers on it."""

    side: int
    channels: int
    units: int
    filters: int
    kernel_size: int

    @property
    def input_shape(self) -> Shape:
        return (self.channels, self.side, self.side)

    @property
    def dense(self) -> Linear:
        return Linear(self.channels * self.side**2, self.units)

    @property
    def convolution(self) -> Conv2d:
        return Conv2d(self.channels, self.filters, self.kernel_size)


def choose_sizes() -> Sizes:
    """The boxes of the card, which open on the lecture's numbers."""
    side = number_box("why_side", "Image side", 28, NumberRange(12, 512), shape=IMAGE)
    channels = number_box("why_channels", "Channels", 4, NumberRange(1, 64), shape=IMAGE)
    units = number_box("why_units", "Hidden units (dense)", 128, NumberRange(1, 4096))
    filters = number_box("why_filters", "Filters (convolution)", 16, NumberRange(1, 512))
    kernel_size = choose("why_kernel", "Kernel size", KERNEL_SIZES, 3)
    return Sizes(int(side), int(channels), int(units), int(filters), kernel_size)


def show_counts(sizes: Sizes) -> None:
    """The three counts as areas with their ratio in words."""
    dense, convolution = sizes.dense, sizes.convolution
    local = local_derivation(convolution, sizes.input_shape).result
    _, height, width = convolution.output_shape(sizes.input_shape)
    filters = sizes.filters
    show_scaled_squares(
        [
            Amount("Dense", dense.num_params, f"Linear({dense.in_features}, {dense.out_features})"),
            Amount("Locally connected", local, f"{filters} · {height} · {width} windows, own weights"),
            Amount("Convolution", convolution.num_params, convolution_words(convolution)),
        ],
        finding(dense.num_params, convolution.num_params),
    )


def show_count_derivations(sizes: Sizes) -> None:
    """Where the three numbers come from, and what a dense layer with the outputs of the convolution would need."""
    derivations = [
        titled("Dense", sizes.dense.num_params_derivation()),
        local_derivation(sizes.convolution, sizes.input_shape),
        titled("Convolution", sizes.convolution.num_params_derivation()),
    ]
    for column, derivation in zip(st.columns(3), derivations, strict=True):
        with column:
            show_derivation(derivation)
    same_job = sizes.convolution.dense_derivation(sizes.input_shape)
    with st.expander("The same outputs from a dense layer"):
        filters, height, width = sizes.convolution.output_shape(sizes.input_shape)
        st.markdown(
            f"{sizes.units:,} hidden units are {sizes.units:,} outputs. The convolution gives "
            f"{filters:,} · {height} · {width} = {filters * height * width:,}. For as many, a dense layer needs:"
        )
        show_derivation(same_job)
    copy_derivations([*derivations, same_job])


def local_derivation(layer: Conv2d, input_shape: Shape) -> Derivation:
    """How many parameters the layer would learn if every window of every filter had weights and a bias of its own.

    >>> local_derivation(Conv2d(4, 16, 3), (4, 28, 28)).result
    400192
    """
    filters, height, width = layer.output_shape(input_shape)
    k = layer.weight_shape[-1]
    window = k * k * layer.in_channels + 1
    result = filters * height * width * window
    kernel = coloured("kernel", "k")
    places = " \\cdot ".join(number(size, "output") for size in (filters, height, width))
    squared = rf"{number(k, 'kernel')} \cdot {number(k, 'kernel')}"
    lines = (
        Line(
            rf"\text{{parameters}} = \left({kernel} \cdot {kernel} \cdot {C_IN} + 1\right) \cdot \text{{places}}",
            "As a convolution, but each place of the output has weights and a bias of its own.",
        ),
        Line(rf"= \left({squared} \cdot {number(layer.in_channels, 'input')} + 1\right) \cdot {places}"),
        Line(rf"= {number(window)} \cdot {number(filters * height * width)}"),
        Line(f"= {number(result)}"),
    )
    return Derivation("Locally connected", lines, result)


def titled(title: str, derivation: Derivation) -> Derivation:
    """The same lines under another title."""
    return Derivation(title, derivation.lines, derivation.result)


def convolution_words(layer: Conv2d) -> str:
    """The layer as PyTorch writes it."""
    return f"Conv2d({layer.in_channels}, {layer.out_channels}, kernel_size={layer.kernel_size})"


def finding(dense: int, convolution: int) -> str:
    """The ratio in words.

    >>> finding(401_536, 592)
    'The dense layer learns 678 times as many numbers as the convolution.'
    """
    more, fewer = ("dense layer", "convolution") if dense >= convolution else ("convolution", "dense layer")
    ratio = max(dense, convolution) / min(dense, convolution)
    if ratio < 1.05:
        return "Here both learn about as many numbers."
    words = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"
    return f"The {more} learns {words} times as many numbers as the {fewer}."
