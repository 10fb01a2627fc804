"""A layer as it stands on a form, number by number. Whether it fits is found out, not assumed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from math import prod
from typing import Any

from cnnviz.arithmetic.layers import KINDS, Layer, ShapeError
from cnnviz.arithmetic.layers.pooling import Pooling
from cnnviz.arithmetic.settings import Shape, read_shape, whole_number
from cnnviz.arithmetic.settings_that_fit.repairs import ON_WIDTH, Repair, Setting, repairs

INPUT = ("in_channels", "height", "width")
BOXES = {"out_features": "out_channels"}  # arguments that share the box of another

# The kinds that can be filled in, and of each the numbers and words that it is asked for, and its flags.
FORMS: dict[str, type[Layer]] = {name: kind for name, kind in KINDS.items() if kind.form}
FLAGS: dict[str, tuple[str, ...]] = {
    name: tuple(
        setting.name for setting in fields(kind) if setting.name in kind.form and isinstance(setting.default, bool)
    )
    for name, kind in FORMS.items()
}
ARGUMENTS: dict[str, tuple[str, ...]] = {
    name: tuple(BOXES.get(setting, setting) for setting in kind.form if setting not in FLAGS[name])
    for name, kind in FORMS.items()
}


@dataclass(frozen=True)
class LayerForm:
    """A kind of layer and its input, in PyTorch's names: numbers, words ('same') and flags (bias).

    A name with _width behind it is that setting along the width, where it has one of its own.

    >>> numbers = {"in_channels": 3, "height": 55, "width": 55, "kernel_size": 3, "stride": 2, "padding": 0}
    >>> form = LayerForm("AvgPool2d", {**numbers, "kernel_size_width": 5, "divisor_override": 0}, {"ceil_mode": True})
    >>> form.layer()
    AvgPool2d(kernel_size=(3, 5), stride=2, padding=0, ceil_mode=True, count_include_pad=True, divisor_override=None)
    """

    kind: str
    settings: Mapping[str, Setting]
    flags: Mapping[str, bool] = field(default_factory=dict)

    @property
    def picture(self) -> tuple[Any, ...]:
        """(channels, height, width) as they were typed."""
        return tuple(self.settings[name] for name in INPUT)

    @property
    def is_flat(self) -> bool:
        """Whether the layer takes the picture as one row of features."""
        return FORMS[self.kind].counts == "in_features"

    @property
    def input_shape(self) -> Shape:
        """The picture; for a dense layer flattened."""
        return (prod(self.picture),) if self.is_flat else self.picture

    def layer(self) -> Layer:
        """The layer, made for this input; ShapeError in words where a setting is none."""
        kind = FORMS[self.kind]
        arguments: dict[str, Any] = {name: self.argument(name) for name in kind.form if name not in FLAGS[self.kind]}
        if self.is_flat:
            arguments[kind.counts] = prod(whole_number(name, self.settings[name]) for name in INPUT)
        elif kind.counts:
            arguments[kind.counts] = self.settings["in_channels"]
        return kind(**arguments, **self.flags)

    def argument(self, name: str) -> Any:
        """A setting as the layer takes it: a (height, width) pair where the two differ, None for no divisor."""
        value = self.settings[BOXES.get(name, name)]
        if name == "divisor_override":
            return None if value == 0 else value
        across = self.settings.get(name + ON_WIDTH, value)
        return value if across == value or isinstance(value, str) else (value, across)

    def fits(self, settings: Mapping[str, Setting]) -> bool:
        """Whether a layer with these settings takes an input with these sizes."""
        form = LayerForm(self.kind, settings, self.flags)
        try:
            form.layer().output_shape(form.input_shape)
        except ShapeError:
            return False
        return True

    def repairs(self) -> list[Repair]:
        """The nearest changes with which it fits."""
        pooling = issubclass(FORMS[self.kind], Pooling)
        return repairs(self.settings, self.fits, pooling=pooling, more=self.changes())

    def changes(self) -> Iterator[Repair]:
        """What the layer itself would change; nothing where the settings make no layer, or no input."""
        try:
            layer, input_shape = self.layer(), read_shape(self.input_shape)
        except ShapeError:
            return
        for change in layer.changes(input_shape):
            if change.argument in self.settings and isinstance(change.value, int):
                yield {change.argument: change.value}
        for shape in layer.nearest_inputs(input_shape):
            yield {name: size for name, size in zip(INPUT, shape, strict=True) if size != self.settings[name]}
