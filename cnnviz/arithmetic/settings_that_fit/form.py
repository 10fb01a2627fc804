"""A layer as it was asked for, number by number as on a form. Whether it fits is found out, not assumed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

from cnnviz.arithmetic.layers import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    Conv2d,
    ConvTranspose2d,
    Linear,
    MaxPool2d,
    ShapeError,
)
from cnnviz.arithmetic.settings import Shape, whole_number
from cnnviz.arithmetic.settings_that_fit.repairs import ON_WIDTH, Repair, Setting, repairs

AskedLayer = Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d | AdaptiveAvgPool2d | Linear

INPUT = ("in_channels", "height", "width")
CHANNELS = ("in_channels", "out_channels")
WINDOW = ("kernel_size", "stride", "padding", "dilation")
KINDS: dict[str, type[AskedLayer]] = {
    kind.__name__: kind for kind in (Conv2d, ConvTranspose2d, MaxPool2d, AvgPool2d, AdaptiveAvgPool2d, Linear)
}
ARGUMENTS = {  # what the call takes besides flags; Linear counts its in_features itself
    "Conv2d": (*CHANNELS, *WINDOW, "groups", "padding_mode"),
    "ConvTranspose2d": (*CHANNELS, *WINDOW, "output_padding", "groups"),
    "MaxPool2d": WINDOW,
    "AvgPool2d": (*WINDOW[:3], "divisor_override"),
    "AdaptiveAvgPool2d": ("output_size",),
    "Linear": ("out_channels",),
}
FLAGS = {
    "Conv2d": ("bias",),
    "ConvTranspose2d": ("bias",),
    "MaxPool2d": ("ceil_mode",),
    "AvgPool2d": ("ceil_mode", "count_include_pad"),
    "AdaptiveAvgPool2d": (),
    "Linear": ("bias",),
}
PER_AXIS = (*WINDOW, "output_padding", "output_size")  # may have a second number, for the width


@dataclass(frozen=True)
class Asked:
    """A kind of layer and its input, in PyTorch's names: numbers, words ('same') and flags (bias).

    A name with _width behind it is that setting along the width, where it has one of its own.

    >>> numbers = {"in_channels": 3, "height": 55, "width": 55, "kernel_size": 3, "stride": 2, "padding": 0}
    >>> asked = Asked("AvgPool2d", {**numbers, "kernel_size_width": 5, "divisor_override": 0}, {"ceil_mode": True})
    >>> asked.layer()
    AvgPool2d(kernel_size=(3, 5), stride=2, padding=0, ceil_mode=True, count_include_pad=True, divisor_override=None)
    """

    kind: str
    settings: Mapping[str, Setting]
    flags: Mapping[str, bool] = field(default_factory=dict)

    @property
    def picture(self) -> tuple[Any, ...]:
        """(channels, height, width) as they were asked for."""
        return tuple(self.settings[name] for name in INPUT)

    @property
    def input_shape(self) -> Shape:
        """The picture; for a dense layer flattened."""
        return (prod(self.picture),) if self.kind == "Linear" else self.picture

    def layer(self) -> AskedLayer:
        """The layer, made for this input; ShapeError in words where a setting is none."""
        if self.kind == "Linear":
            features = prod(whole_number(name, self.settings[name]) for name in INPUT)
            return Linear(features, whole_number("out_features", self.settings["out_channels"]), **self.flags)
        arguments: dict[str, Any] = {name: self.argument(name) for name in ARGUMENTS[self.kind]}
        arguments.update(self.flags)
        return KINDS[self.kind](**arguments)

    def argument(self, name: str) -> Any:
        """A setting as the layer takes it: a (height, width) pair where the two differ, None for no divisor."""
        value = self.settings[name]
        if name == "divisor_override":
            return None if value == 0 else value
        across = self.settings.get(name + ON_WIDTH, value)
        return value if across == value or isinstance(value, str) else (value, across)

    def fits(self, settings: Mapping[str, Setting]) -> bool:
        """Whether a layer with these settings takes an input with these sizes."""
        asked = Asked(self.kind, settings, self.flags)
        try:
            asked.layer().output_shape(asked.input_shape)
        except ShapeError:
            return False
        return True

    def repairs(self) -> list[Repair]:
        """The nearest changes with which it fits."""
        return repairs(self.settings, self.fits, pooling=self.kind in ("MaxPool2d", "AvgPool2d"))
