"""The settings of one layer as a card. Any number can be typed; whether it fits is the layer's to say.

The keys, which a link carries, are the formula's letters: C, H and W of the input, k, S, P and D of the window.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import streamlit as st

from cnnviz.arithmetic.layers import AvgPool2d, Conv2d, Linear, MaxPool2d, ShapeError
from cnnviz.arithmetic.repairs import Repair, repairs
from cnnviz.arithmetic.settings import whole_number

KINDS = ("Conv2d", "MaxPool2d", "AvgPool2d", "Linear")
WINDOW = {"kernel_size": "k", "stride": "S", "padding": "P", "dilation": "D"}
KEYS = {"in_channels": "C", "height": "H", "width": "W", **WINDOW, "out_channels": "filters", "groups": "groups"}
DEFAULTS = {"C": 3, "H": 227, "W": 227, "filters": 96, "k": 11, "S": 4, "P": 0, "D": 1, "groups": 1}
INPUT = ("in_channels", "height", "width")
SETTINGS = {  # which numbers each kind of layer has
    "Conv2d": (*INPUT, "out_channels", "kernel_size", "stride", "padding", "dilation", "groups"),
    "MaxPool2d": (*INPUT, "kernel_size", "stride", "padding", "dilation"),
    "AvgPool2d": (*INPUT, "kernel_size", "stride", "padding"),
    "Linear": (*INPUT, "out_channels"),
}
FLAGS = {"Conv2d": "bias", "Linear": "bias", "MaxPool2d": "ceil_mode", "AvgPool2d": "ceil_mode"}


@dataclass(frozen=True)
class LayerSettings:
    """What the card says, in PyTorch's names. Nothing is known yet about whether it fits."""

    kind: str
    numbers: Mapping[str, float]
    bias: bool = True
    ceil_mode: bool = False

    @property
    def picture(self) -> tuple[Any, ...]:
        """(C, H, W) as they were typed."""
        return tuple(self.numbers[name] for name in INPUT)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(C, H, W); for a dense layer flattened."""
        return (prod(self.picture),) if self.kind == "Linear" else self.picture

    def layer(self) -> Conv2d | MaxPool2d | AvgPool2d | Linear:
        """The layer, made for this input; ShapeError in words where a setting is none."""
        numbers: Mapping[str, Any] = self.numbers  # the layer itself says whether they are whole
        if self.kind == "Linear":
            features = prod(whole_number(name, numbers[name]) for name in INPUT)
            return Linear(features, numbers["out_channels"], bias=self.bias)
        window = numbers["kernel_size"], numbers["stride"], numbers["padding"]
        if self.kind == "AvgPool2d":
            return AvgPool2d(*window, ceil_mode=self.ceil_mode)
        if self.kind == "MaxPool2d":
            return MaxPool2d(*window, numbers["dilation"], ceil_mode=self.ceil_mode)
        channels = numbers["in_channels"], numbers["out_channels"]
        return Conv2d(*channels, *window, numbers["dilation"], numbers["groups"], bias=self.bias)

    def fits(self, numbers: Mapping[str, float]) -> bool:
        """Whether a layer with these numbers takes an input with these numbers."""
        asked = LayerSettings(self.kind, numbers, self.bias, self.ceil_mode)
        try:
            asked.layer().output_shape(asked.input_shape)
        except ShapeError:
            return False
        return True

    def repairs(self) -> list[Repair]:
        """The nearest changes with which it fits."""
        return repairs(self.numbers, self.fits, pooling="Pool" in self.kind)

    @property
    def code(self) -> str:
        """The line of PyTorch that makes this layer, leaving out what is PyTorch's default."""
        numbers = self.numbers
        if self.kind == "Linear":
            words = [f"{self.input_shape[0]}", f"{numbers['out_channels']}"]
        elif self.kind == "Conv2d":
            words = [f"{numbers['in_channels']}", f"{numbers['out_channels']}", f"kernel_size={numbers['kernel_size']}"]
        else:
            words = [f"kernel_size={numbers['kernel_size']}", f"stride={numbers['stride']}"]
        defaults = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
        if self.kind != "Conv2d":
            del defaults["stride"]  # PyTorch's default is the kernel size: better said than known
        words += [f"{name}={numbers[name]}" for name in defaults if numbers.get(name, defaults[name]) != defaults[name]]
        words += ["ceil_mode=True"] if self.ceil_mode else []
        words += [] if self.bias else ["bias=False"]
        return f"nn.{self.kind}({', '.join(words)})"


def choose_kind() -> str:
    """The kinds of layer side by side."""
    chosen = st.segmented_control(
        "Layer", KINDS, default=KINDS[0], required=True, key="layer", bind="query-params", label_visibility="collapsed"
    )
    return chosen or KINDS[0]  # a link with an empty layer= chooses none


def choose_settings(kind: str) -> LayerSettings:
    """Draw the settings that this kind of layer has and return what they say.

    Those that only other kinds have stay on the page, folded away: a box that left it would come back with the number
    of the link that the visitor came by, not with the one typed since.
    """
    own = [name for name in SETTINGS[kind] if name not in INPUT]
    st.markdown(":blue[**Input**]")
    numbers = choose_numbers(list(INPUT))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f":orange[**{kind}**]", width="content")
        options = {FLAGS[kind]: choose_flag(FLAGS[kind])}
    numbers |= choose_rows(own, kind)
    with st.expander(f"Not used by {kind}"):
        choose_rows([name for name in KEYS if name not in SETTINGS[kind]], kind)
        choose_flag("ceil_mode" if FLAGS[kind] == "bias" else "bias")
    return LayerSettings(kind, numbers, **options)


def choose_flag(name: str) -> bool:
    """The one setting of the layer that is on or off."""
    if name == "bias":
        return st.toggle("bias", True, key="with_bias", bind="query-params", width="content")
    return st.toggle("ceil_mode", False, key="ceil", bind="query-params", width="content")


def choose_rows(names: list[str], kind: str) -> dict[str, float]:
    """Number boxes, two in a row."""
    numbers: dict[str, float] = {}
    for start in range(0, len(names), 2):
        numbers |= choose_numbers(names[start : start + 2], "out_features" if kind == "Linear" else "filters")
    return numbers


def choose_numbers(names: list[str], out_channels: str = "filters") -> dict[str, float]:
    """A row of number boxes, which take any number: what does not fit is answered in words."""
    labels = {"in_channels": "C", "height": "H", "width": "W", "out_channels": out_channels}
    numbers: dict[str, float] = {}
    with st.container(horizontal=True, wrap=False):
        for name in names:
            key, label = KEYS[name], labels.get(name, name)
            # a box for floats, because one for ints stumbles over an infinite number in the link
            number = st.number_input(
                label, value=float(DEFAULTS[key]), step=1.0, format="%g", key=key, bind="query-params"
            )
            numbers[name] = int(number) if float(number).is_integer() else number
    return numbers


def show_misfit(settings: LayerSettings, problem: ShapeError) -> None:
    """Say why it does not fit, and offer the nearest settings that do, one click each."""
    st.error(str(problem), icon=":material/straighten:")
    offers = settings.repairs()
    st.markdown("It fits with one of these:" if len(offers) > 1 else "It fits with:" if offers else "Start again with:")
    start_again = {name: DEFAULTS[KEYS[name]] for name in settings.numbers}
    with st.container(horizontal=True, gap="small"):
        for number, offer in enumerate(offers or [start_again]):
            words = ", ".join(f"{name} {value:,}" for name, value in offer.items())
            st.button(
                words if offers else "The first layer of AlexNet", key=f"fit_{number}", on_click=take, args=(offer,)
            )


def take(repair: Mapping[str, int]) -> None:
    """Write the numbers into the boxes."""
    for name, value in repair.items():
        st.session_state[KEYS[name]] = value
