"""The settings of a convolution over several channels with several filters, as a card.

In typed text, ``|`` separates the planes of channels and ``||`` the filters.
"""

import random
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.matrix import MatrixError, read_matrix, write_matrix
from cnnviz.arithmetic.shapes import fitting_paddings
from cnnviz.figures.stepper import Planes, Script, Weight, layer_script
from cnnviz.ui.components.stepper import Numbers
from cnnviz.ui.learn.drawable import MATRIX_ENTRIES, fits_as_matrix
from cnnviz.ui.learn.filter_weights import FILTERS, OWN, filter_planes
from cnnviz.ui.learn.typed_numbers import TypedMatrix, TypedNumbers
from cnnviz.ui.page.choice import choose
from cnnviz.ui.page.valid import keep_valid, tell_address
from cnnviz.ui.page.visit import address_counts

NAMES = ("R", "G", "B", "NIR")  # as in the lecture's SAT-6 patches: red, green, blue, near infrared
SIDE = 5
MAX_FILTERS = 4
KERNEL_SIZES = (1, 3, 5)
DEFAULT_FILTERS = ("edge_x", "difference", "random", "sum")


def random_planes(seed: int) -> str:
    """The text of four planes of 5 × 5 whole numbers from 0 to 3, always the same for a seed.

    >>> random_planes(0) == random_planes(0), random_planes(0).count("|")
    (True, 3)
    """
    numbers = random.Random(seed)
    rows = [" ".join(str(numbers.randint(0, 3)) for _ in range(SIDE)) for _ in range(SIDE * len(NAMES))]
    return " | ".join("; ".join(rows[start : start + SIDE]) for start in range(0, len(rows), SIDE))


@dataclass(frozen=True)
class TypedPlanes(TypedNumbers[Planes]):
    """The planes of several channels as text, with ``|`` between them."""

    def parse(self, text: str) -> Planes:
        """The planes (channels, rows, columns), the last may be missing; ``MatrixError`` where one is wrong."""
        words = [word for word in text[:20_000].split("|") if word.strip()]
        if not words:
            raise MatrixError("The input is empty: type planes of numbers with | between them.")
        planes = {
            name: read_matrix(word, f"plane of {name}", self.max_side) for word, name in zip(words, NAMES, strict=False)
        }
        sizes = {name: f"{len(plane)} × {len(plane[0])}" for name, plane in planes.items()}
        for name, size in sizes.items():
            if size != sizes[NAMES[0]]:
                raise MatrixError(f"All channels are of one size: {NAMES[0]} is {sizes[NAMES[0]]}, {name} is {size}.")
        return tuple(planes.values())


@dataclass(frozen=True)
class TypedWeights(TypedNumbers[Weight]):
    """The kernels of several filters as text: planes between ``|``, filters between ``||``."""

    def parse(self, text: str) -> Weight:
        """The weights (filters, channels, rows, columns); ``MatrixError`` where a kernel cannot be read."""
        return tuple(
            tuple(read_matrix(plane, self.name, self.max_side) for plane in planes.split("|"))
            for planes in text[:20_000].split("||")
        )


INPUT = TypedPlanes("channels_input", "input", 12, random_planes(7))
WEIGHTS = TypedWeights("channels_own", "kernel", max(KERNEL_SIZES))
BIASES = TypedMatrix("channels_bias", "line of biases", 16, "0")


@dataclass(frozen=True)
class ChannelSettings:
    """What the card says.

    input    planes (channels, rows, columns), typed or of a picture.
    weight   (filters, channels / groups, rows, columns).
    bias     (filters,).
    """

    input: Planes
    layer: Conv2d
    weight: Weight
    bias: tuple[Fraction, ...]
    relu: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the input channels."""
        return NAMES[: self.layer.in_channels]

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of the input."""
        return (len(self.input), len(self.input[0]), len(self.input[0][0]))

    def script(self, *, grey: bool = False) -> Script:
        """The stepper's script; ``grey`` where the input is levels 0 to 255 of a picture."""
        output_shape = self.layer.output_shape(self.input_shape)
        return layer_script(
            self.layer,
            self.input,
            self.weight,
            self.bias,
            relu=self.relu,
            names=self.names,
            grey=grey,
            matrix=fits_as_matrix(self.input_shape, output_shape, 4 * MATRIX_ENTRIES),
        )


def choose_channels(card: DeltaGenerator, picture: Planes | None = None) -> ChannelSettings:
    """Draw the card and return what it says, over the typed planes or those of a ``picture``."""
    settings, typed = card.container(), card.container()
    if picture is None:
        with typed.expander("Type or paste numbers"):
            INPUT.draw(150)
            st.caption("Rows with ; between them, channels with | between them: R | G | B | NIR.")
    with settings:
        channels = len(picture) if picture else choose("channels_count", "input channels", (2, 3, 4), 3)
        filters = choose("channels_filters", "filters", range(1, MAX_FILTERS + 1), 2)
        input = picture or read_input(channels)
        groups = choose_groups(channels, filters)
        smallest = min(len(input[0]), len(input[0][0]))
        kernel_sizes = [size for size in KERNEL_SIZES if size <= smallest]
        kernel_size = choose("channels_kernel", "kernel_size", kernel_sizes, 3)
        stride = choose("channels_stride", "stride", range(1, 4), 1)
        padding = choose("channels_padding", "padding", fitting_paddings(smallest, kernel_size), 0)
        layer = Conv2d(channels, filters, kernel_size, stride=stride, padding=padding, groups=groups)
        weight = choose_filters(layer)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            bias = read_biases(filters)
            relu = st.toggle("ReLU", False, key="channels_relu", bind="query-params", width="content")
    return ChannelSettings(input, layer, weight, bias, relu)


def choose_groups(channels: int, filters: int) -> int:
    """How many groups the channels and filters are divided into: only those that divide both are offered."""
    fitting = [number for number in range(1, channels + 1) if gcd(channels, filters) % number == 0]
    reason = f"It must divide {channels} channels and {filters} filters alike."
    groups = choose("channels_groups", "groups", fitting, 1, reason=reason)
    if groups == 1:
        way = "" if filters % channels == 0 else f" For depthwise take {channels} filters."
        st.caption(f"Each filter reads all channels.{way}")
    elif groups == channels:
        st.caption("Depthwise: each filter reads a single channel.")
    else:
        st.caption(f"Each filter reads {channels // groups} of the {channels} channels.")
    return groups


# ---------------------------------------------------------------- filters


def choose_filters(layer: Conv2d) -> Weight:
    """A list for each filter: named ones, and the numbers typed into the cells. Returns the weights of all filters."""
    inputs, (size, _) = layer.in_channels // layer.groups, layer.weight_shape[2:]
    own = read_own(layer)
    offered = (*FILTERS, OWN) if own else tuple(FILTERS)
    titles = {name: filter.title for name, filter in FILTERS.items()} | {OWN: "Own numbers"}
    planes = []
    for number, key in enumerate(filter_keys(layer)):
        keep_valid(key, offered, DEFAULT_FILTERS[number])
        if st.session_state.get(key, DEFAULT_FILTERS[number]) != DEFAULT_FILTERS[number]:
            tell_address(key, titles[st.session_state[key]])
        name = st.selectbox(
            f"filter {number + 1}",
            offered,
            index=offered.index(DEFAULT_FILTERS[number]),
            key=key,
            bind="query-params",
            format_func=titles.__getitem__,
        )
        if name == OWN and own:
            planes.append(own[number])
        else:
            planes.append(filter_planes(name, inputs, size, seed=number))
    return tuple(planes)


def filter_keys(layer: Conv2d) -> list[str]:
    """The keys of the lists of filters."""
    return [f"channels_filter_{number + 1}" for number in range(layer.out_channels)]


def read_own(layer: Conv2d) -> Weight | None:
    """The weights typed into the cells where they have the layer's shape; else None, and the reason is shown."""
    linked = str(st.query_params.get(WEIGHTS.key, ""))
    text = linked if address_counts() else st.session_state.get(WEIGHTS.key) or linked
    st.session_state[WEIGHTS.key] = text
    if text:  # no widget carries it
        st.query_params[WEIGHTS.key] = text
    weight, problem = WEIGHTS.read()
    WEIGHTS.explain(problem, weight)
    if weight is None:
        return None
    shapes = {(len(filter), len(plane), len(plane[0])) for filter in weight for plane in filter}
    if len(weight) < layer.out_channels or shapes != {layer.weight_shape[1:]}:
        st.caption("Own numbers were typed for other sizes. With those sizes “Own numbers” can be chosen again.")
        return None
    return weight[: layer.out_channels]


# ---------------------------------------------------------------- what is typed


def read_input(channels: int) -> Planes:
    """The first ``channels`` planes that were typed, with planes for those that were not."""
    return completed(INPUT.read_or_explain(), channels)[:channels]


def completed(planes: Planes, channels: int) -> Planes:
    """The planes (channels, rows, columns), and as many more as are missing: each the one before, turned by 180°.

    >>> len(completed((((Fraction(1), Fraction(2)),),), 3))
    3
    """
    full = list(planes)
    while len(full) < channels:
        full.append(tuple(row[::-1] for row in full[-1][::-1]))
    return tuple(full)


def read_biases(filters: int) -> tuple[Fraction, ...]:
    """One bias for each filter from a line of text; missing ones are zero."""
    st.text_input("biases, one per filter", BIASES.default, key=BIASES.key, bind="query-params", width=150)
    values = [value for row in BIASES.read_or_explain() for value in row]
    return tuple([*values, *[Fraction(0)] * filters][:filters])


def take_numbers(settings: ChannelSettings, numbers: Numbers) -> None:
    """Write what somebody typed into the cells as the text that the page, and its link, carry."""
    if numbers["grid"] == "kernel":
        WEIGHTS.take(lambda: weights_text(settings, numbers))
    else:
        INPUT.take(lambda: planes_text(settings, numbers))


def weights_text(settings: ChannelSettings, numbers: Numbers) -> str:
    """The text of all weights with one plane edited; from then on every filter has own numbers."""
    plane, names = WEIGHTS.cells(numbers), filter_keys(settings.layer)
    own = WEIGHTS.last if all(st.session_state.get(name) == OWN for name in names) else None
    weight = [list(planes) for planes in own or settings.weight]
    weight[numbers["filter"]][numbers["plane"]] = plane
    for name in names:
        st.session_state[name] = OWN
    return " || ".join(" | ".join(write_matrix(plane) for plane in planes) for planes in weight)


def planes_text(settings: ChannelSettings, numbers: Numbers) -> str:
    """The text of all planes with one edited; those of channels that are not shown now stay as they are."""
    planes = list(completed(INPUT.last or settings.input, len(settings.input)))
    planes[numbers["plane"]] = INPUT.cells(numbers)
    return " | ".join(write_matrix(plane) for plane in planes)
