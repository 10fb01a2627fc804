"""The settings of a convolution over several channels with several filters, as a card.

What is typed lives as text, because text is what a link can carry: planes stand between ``|``, filters between ``||``.
"""

import random
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.matrix import Matrix, MatrixError, read_matrix, write_matrix
from cnnviz.arithmetic.shapes import fitting_paddings
from cnnviz.figures.stepper import Planes, Script, Weight, layer_script
from cnnviz.ui.components.stepper import Numbers
from cnnviz.ui.learn.convolution_settings import MATRIX_ENTRIES, choose_fitting
from cnnviz.ui.learn.filter_weights import FILTERS, OWN, filter_planes
from cnnviz.ui.page.plain_text import plain
from cnnviz.ui.page.valid import keep_valid

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


PLANES = random_planes(7)


@dataclass(frozen=True)
class ChannelSettings:
    """What the card says: a layer, its weights and biases, and the input where it was typed."""

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
        outputs, height, width = self.layer.output_shape(self.input_shape)
        entries = outputs * height * width * self.input_shape[0] * self.input_shape[1] * self.input_shape[2]
        return layer_script(
            self.layer,
            self.input,
            self.weight,
            self.bias,
            relu=self.relu,
            names=self.names,
            grey=grey,
            matrix=entries <= 4 * MATRIX_ENTRIES,
        )


def choose_channels(card: DeltaGenerator, picture: Planes | None = None) -> ChannelSettings:
    """Draw the card and return what it says, over the typed planes or those of a ``picture``."""
    with card:
        channels = len(picture) if picture else choose_count("channels_count", "input channels", (2, 3, 4), 3)
        filters = choose_count("channels_filters", "filters", tuple(range(1, MAX_FILTERS + 1)), 2)
        input = picture or read_planes(channels)
        groups = choose_groups(channels, filters)
        smallest = min(len(input[0]), len(input[0][0]))
        sizes = tuple(size for size in KERNEL_SIZES if size <= smallest)
        kernel_size = choose_count("channels_kernel", "kernel_size", sizes, min(3, sizes[-1]))
        stride = choose_fitting("channels_stride", range(1, 4), label="stride")
        padding = choose_fitting("channels_padding", fitting_paddings(smallest, kernel_size), label="padding")
        layer = Conv2d(channels, filters, kernel_size, stride=stride, padding=padding, groups=groups)
        weight = choose_filters(layer)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            bias = read_biases(filters)
            relu = st.toggle("ReLU", False, key="channels_relu", bind="query-params", width="content")
        if picture is None:
            typed_planes()
    return ChannelSettings(input, layer, weight, bias, relu)


def choose_count(key: str, label: str, options: tuple[int, ...], default: int) -> int:
    """A small number from a row of them."""
    keep_valid(key, options, default)
    value = st.segmented_control(label, options, default=default, required=True, key=key, bind="query-params")
    return default if value is None else value


def choose_groups(channels: int, filters: int) -> int:
    """How many groups the channels and filters are divided into: only those that divide both are offered."""
    fitting = [number for number in range(1, channels + 1) if gcd(channels, filters) % number == 0]
    wanted = st.session_state.get("channels_groups")
    missed = wanted if wanted is not None and wanted not in fitting else None
    keep_valid("channels_groups", fitting, 1)
    value = st.segmented_control(
        "groups", fitting, default=1, required=True, key="channels_groups", bind="query-params"
    )
    groups = 1 if value is None else value
    if missed is not None:
        st.caption(f"{missed} groups do not divide {channels} channels and {filters} filters alike.")
    if groups == 1:
        way = "" if filters % channels == 0 else f" For depthwise take {channels} filters."
        st.caption(f"All channels meet all filters.{way}")
    elif groups == channels:
        st.caption("Depthwise: each filter reads a single channel.")
    else:
        st.caption(f"Each filter reads {channels // groups} of the {channels} channels.")
    return groups


# ---------------------------------------------------------------- filters


def choose_filters(layer: Conv2d) -> Weight:
    """What each filter is: a named one, or the numbers that were typed into its cells."""
    inputs, (size, _) = layer.in_channels // layer.groups, layer.weight_shape[2:]
    own = read_own(layer)
    offered = (*FILTERS, OWN) if own else tuple(FILTERS)
    titles = {name: filter.title for name, filter in FILTERS.items()} | {OWN: "Own numbers"}
    planes = []
    for number in range(layer.out_channels):
        key = f"channels_filter_{number + 1}"
        keep_valid(key, offered, DEFAULT_FILTERS[number])
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


def read_own(layer: Conv2d) -> Weight | None:
    """The weights that were typed into the cells, where they are of the layer's shape; else why they are not shown."""
    text = st.session_state.get("channels_own") or st.query_params.get("channels_own", "")
    if not text:
        return None
    st.session_state["channels_own"] = text
    st.query_params["channels_own"] = text
    _, inputs, height, width = layer.weight_shape
    try:
        weight = tuple(
            tuple(read_matrix(plane, "kernel", max(KERNEL_SIZES)) for plane in filter.split("|"))
            for filter in text[:20_000].split("||")
        )
    except MatrixError as problem:
        st.error(plain(f"The own numbers in the link cannot be read: {problem}"), icon=":material/edit:")
        return None
    shapes = {(len(plane), len(plane[0])) for filter in weight for plane in filter}
    if (
        len(weight) < layer.out_channels
        or {len(filter) for filter in weight} != {inputs}
        or shapes != {(height, width)}
    ):
        st.caption("Own numbers were typed for other sizes. With those sizes “Own numbers” can be chosen again.")
        return None
    return weight[: layer.out_channels]


def write_weight(weight: Weight) -> str:
    """The text of weights: planes between ``|``, filters between ``||``."""
    return " || ".join(" | ".join(write_matrix(plane) for plane in planes) for planes in weight)


# ---------------------------------------------------------------- what is typed


def read_planes(channels: int) -> Planes:
    """The first ``channels`` planes that were typed; where they cannot be read it says why, and those before stay."""
    text = str(st.session_state.get("channels_input") or st.query_params.get("channels_input") or PLANES)
    problem = st.session_state.pop("channels_problem", None)
    try:
        planes = parsed(text, channels)
    except MatrixError as error:
        problem = str(error)
        planes = parsed(st.session_state.get("channels_that_could_be_read", PLANES), channels)
        text = ""
    if text:
        st.session_state["channels_that_could_be_read"] = text
    if problem:
        st.error(plain(f"{problem} Until then, the numbers before are shown."), icon=":material/edit:")
    return planes


def parsed(text: str, channels: int) -> Planes:
    """The first ``channels`` planes of a text; planes that are missing are taken from the example of the same size."""
    words = [word for word in text[:20_000].split("|") if word.strip()]
    if not words:
        raise MatrixError("The input is empty: type planes of numbers with | between them.")
    planes = [read_matrix(word, f"plane of {name}", 12) for word, name in zip(words, NAMES, strict=False)]
    shape = (len(planes[0]), len(planes[0][0]))
    for plane, name in zip(planes, NAMES, strict=False):
        if (len(plane), len(plane[0])) != shape:
            raise MatrixError(
                f"All channels are of one size: {NAMES[0]} is {shape[0]} × {shape[1]}, "
                f"{name} is {len(plane)} × {len(plane[0])}."
            )
    while len(planes) < channels:
        planes.append(tuple(row[::-1] for row in planes[len(planes) - 1][::-1]))
    return tuple(planes[:channels])


def typed_planes() -> None:
    """The text of the planes, to type or paste."""
    with st.expander("Type or paste numbers"):
        st.text_area("Input planes", PLANES, key="channels_input", bind="query-params", height=150)
        st.caption("Rows with ; between them, channels with | between them: R | G | B | NIR.")


def read_biases(filters: int) -> tuple[Fraction, ...]:
    """One bias per filter from a line of text; missing ones are zero."""
    text = st.text_input("biases, one a filter", "0", key="channels_bias", bind="query-params", width=150)
    try:
        (row,) = read_matrix(text or "0", "line of biases", 16)[:1]
    except MatrixError as problem:
        st.error(plain(str(problem)), icon=":material/edit:")
        row = (Fraction(0),)
    return tuple(row[number] if number < len(row) else Fraction(0) for number in range(filters))


def take_numbers(settings: ChannelSettings, numbers: Numbers) -> None:
    """Write what somebody typed into the cells as the text that the page, and its link, carry."""
    is_kernel = numbers["grid"] == "kernel"
    try:
        typed: Matrix = read_matrix(numbers["rows"], "kernel" if is_kernel else "input", 12)
    except MatrixError as problem:
        st.session_state["channels_problem"] = str(problem)
        return
    plane = tuple(tuple(value / numbers["divisor"] for value in row) for row in typed)
    if is_kernel:
        weight = [list(planes) for planes in settings.weight]
        weight[numbers["filter"]][numbers["plane"]] = plane
        st.session_state["channels_own"] = write_weight(tuple(tuple(planes) for planes in weight))
        for number in range(settings.layer.out_channels):
            st.session_state[f"channels_filter_{number + 1}"] = OWN
    else:
        planes = list(settings.input)
        planes[numbers["plane"]] = plane
        st.session_state["channels_input"] = " | ".join(write_matrix(one) for one in planes)
