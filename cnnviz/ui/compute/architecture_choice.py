"""Which architecture is looked at, and how large a picture it is given."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.arithmetic.network import Network, NetworkError
from cnnviz.arithmetic.network.architectures import ARCHITECTURES, LARGEST_SIDE, fitting_sides
from cnnviz.arithmetic.settings import Shape, ShapeError
from cnnviz.networks.torchvision_networks import FAMILIES, TORCHVISION, torchvision_network

PREFIX = "torchvision "  # of the keys of torchvision's networks, which share names with the lecture's
HEADING = "family "  # of the lines in the list that head a family; choosing one takes its first network
LECTURE = "The lecture"
GROUPS = {
    LECTURE: tuple(ARCHITECTURES),
    **{family: tuple(PREFIX + builder for _, builder in networks) for family, (_, networks) in FAMILIES.items()},
}
KEYS = tuple(key for group, keys in GROUPS.items() for key in (HEADING + group, *keys))
FIRST = "vgg16"


@dataclass(frozen=True)
class Chosen:
    """A network, the picture it was made for, and what is special about it; `builder` is torchvision's name, if its."""

    key: str
    description: str
    input_shape: Shape
    network: Network
    builder: str = ""


def choose_architecture() -> Chosen:
    """Draw the list of all architectures; the lecture's need no torch, torchvision's are read with it when chosen."""
    key = st.selectbox(
        "Architecture",
        KEYS,
        index=KEYS.index(FIRST),
        format_func=label,
        key="architecture",
        bind="query-params",
        on_change=take_chosen,
    )
    key = first_of_heading(key)  # a link may name a heading
    if key in ARCHITECTURES:
        entry = ARCHITECTURES[key]
        return Chosen(key, entry.description, entry.input_shape, entry.network)
    builder = key.removeprefix(PREFIX)
    entry_of_torchvision = TORCHVISION[builder]
    with st.spinner("Reading torchvision’s network"):
        network = torchvision_network(builder)
    return Chosen(key, entry_of_torchvision.description, entry_of_torchvision.input_shape, network, builder)


def label(key: str) -> str:
    """What stands in the list, and in the link.

    >>> label("vgg16"), label("torchvision vgg16"), label("family VGG")
    ('VGG-16', 'torchvision: VGG-16', '— VGG, torchvision —')
    """
    if key.startswith(HEADING):
        group = key.removeprefix(HEADING)
        return f"— {group} —" if group == LECTURE else f"— {group}, torchvision —"
    if key in ARCHITECTURES:
        return ARCHITECTURES[key].title
    entry = TORCHVISION[key.removeprefix(PREFIX)]
    return f"torchvision: {entry.title}"


def own_side(key: str) -> int:
    """How wide a picture the architecture was made for."""
    entry = ARCHITECTURES[key] if key in ARCHITECTURES else TORCHVISION[key.removeprefix(PREFIX)]
    return entry.input_shape[-1]


def first_of_heading(key: str) -> str:
    """The network itself; of a heading, the first of its family.

    >>> first_of_heading("family ResNet"), first_of_heading("vgg16")
    ('torchvision resnet18', 'vgg16')
    """
    return GROUPS[key.removeprefix(HEADING)][0] if key.startswith(HEADING) else key


def take_chosen() -> None:
    """A heading stands for its first network; one that was just chosen starts on the picture it was made for."""
    key = st.session_state["architecture"] = first_of_heading(st.session_state["architecture"])
    st.session_state["size"] = own_side(key)


def choose_size(chosen: Chosen) -> Shape:
    """Draw a slider of the square pictures that fit; only words where a single size does."""
    channels, side, _ = chosen.input_shape
    sides = fitting_sides(chosen.network, chosen.input_shape)
    if len(sides) > 1:
        side = st.slider("Pixels a side", sides[0], sides[-1], side, key="size", bind="query-params")
    else:
        st.markdown(f"Pixels a side: **{side}**, and no other size fits.")
    return channels, side, side


def other_sizes(chosen: Chosen) -> list[str]:
    """What happens just outside the sizes that fit, a sentence for each end."""
    channels = chosen.input_shape[0]
    sides = fitting_sides(chosen.network, chosen.input_shape)
    sentences = []
    for side in (sides[0] - 1, sides[-1] + 1):
        if 1 <= side <= LARGEST_SIDE:
            try:
                chosen.network.trace((channels, side, side))
            except NetworkError as problem:
                sentences.append(f"With {channels} × {side} × {side} it stops at {problem}")
            except ShapeError as problem:  # of a forward that asks for sizes itself
                sentences.append(f"With {channels} × {side} × {side} it stops: {problem}")
    if sides[-1] == LARGEST_SIDE:
        sentences.append(f"The slider ends at {LARGEST_SIDE}; larger pictures fit as well.")
    return sentences
