"""The page of the app, and what its address says, that show the very case an exercise asks about.

The pages take every setting from their address. What stands here are their names for them; the tests open the pages.
"""

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from cnnviz.arithmetic.layers import AvgPool2d, Conv2d, ConvTranspose2d, Layer, MaxPool2d
from cnnviz.arithmetic.matrix import write_matrix
from cnnviz.arithmetic.network import Network
from cnnviz.arithmetic.network.exports import to_pytorch
from cnnviz.arithmetic.settings import Shape, pair

Exact = int | Fraction
Plane = Sequence[Sequence[Exact]]
Planes = Sequence[Plane]


@dataclass(frozen=True)
class Address:
    """A page, by the last part of its address, and what stands behind the question mark.

    `exact` is False where no page takes these numbers: then it is the page that explains the same formula.

    >>> Address("layer_calculator", {"kind": "Conv2d", "k": "3"}).url
    'layer_calculator?kind=Conv2d&k=3'
    """

    page: str
    query: dict[str, str] = field(default_factory=dict)
    exact: bool = True

    @property
    def url(self) -> str:
        """Page and query as one."""
        return f"{self.page}?{urlencode(self.query)}" if self.query else self.page


def said(value: object) -> str:
    """A setting as an address says it.

    >>> said(True), said(0.5), said(Fraction(3, 4)), said("2-D")
    ('true', '0.5', '0.75', '2-D')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return f"{float(value):g}" if isinstance(value, float | Fraction) else str(value)


def address(page: str, settings: dict[str, Any]) -> Address:
    """The address of a page with these settings."""
    return Address(page, {name: said(value) for name, value in settings.items()})


def text_of(plane: Plane) -> str:
    """A grid as the pages read it."""
    return write_matrix(tuple(tuple(Fraction(value) for value in row) for row in plane))


def in_stepper(
    layer: Conv2d, planes: Planes, weights: Sequence[Planes], biases: Sequence[Exact], *, relu: bool, flip: bool = False
) -> Address:
    """Convolution, for one channel and one filter; Channels and filters for more.

    `planes` (channels, height, width), `weights` (filters, channels / groups, kernel height, kernel width).
    """
    stride, padding = pair(layer.stride)[0], layer.padding
    if len(planes) == 1 and len(weights) == 1:
        settings: dict[str, Any] = {
            "along": "2-D",
            "input": text_of(planes[0]),
            "weights": text_of(weights[0][0]),
            "stride": stride,
        }
        settings |= {"padding": padding, "dilation": pair(layer.dilation)[0], "bias": Fraction(biases[0])}
        return address("convolution", settings | {"relu": relu, "flip": flip})
    count, filters = len(planes), len(weights)
    settings = {"channels_count": count, "channels_filters": filters, "channels_groups": layer.groups}
    settings |= {"channels_kernel": pair(layer.kernel_size)[0], "channels_stride": stride, "channels_padding": padding}
    settings |= {f"channels_filter_{number + 1}": "Own numbers" for number in range(filters)}
    settings["channels_own"] = " || ".join(" | ".join(map(text_of, planes)) for planes in weights)
    settings["channels_input"] = " | ".join(map(text_of, planes))
    settings["channels_bias"] = " ".join(said(Fraction(bias)) for bias in biases)
    return address("channels_and_filters", settings | {"channels_relu": relu})


def along_one_axis(
    values: Sequence[Exact], weights: Sequence[Exact], bias: Exact = 0, *, relu: bool = False, flip: bool = False
) -> Address:
    """Convolution, with one row of numbers."""
    settings = {"along": "1-D", "sequence": text_of([values]), "taps": text_of([weights]), "stride": 1, "padding": 0}
    return address("convolution", settings | {"dilation": 1, "bias": Fraction(bias), "relu": relu, "flip": flip})


def in_stamping(layer: ConvTranspose2d, values: Plane, weights: Plane) -> Address:
    """Stride and padding, with a transposed convolution."""
    settings: dict[str, Any] = {"sp_layer": "Transposed convolution", "sp_seen": "Stamping", "sp_axes": True}
    sizes = {"size": (len(values), len(values[0])), "kernel": pair(layer.kernel_size), "stride": pair(layer.stride)}
    assert not isinstance(layer.padding, str)
    sizes |= {"padding": pair(layer.padding), "output_padding": pair(layer.output_padding)}
    for name, (down, across) in (sizes | {"dilation": pair(layer.dilation)}).items():
        settings |= {f"sp_{name}": down, f"sp_{name}_w": across}
    return address("stride_and_padding", settings | {"sp_input": text_of(values), "sp_weights": text_of(weights)})


def in_pooling(layer: MaxPool2d | AvgPool2d, values: Plane) -> Address:
    """Pooling, over a square."""
    window = layer.along[0]
    settings: dict[str, Any] = {"pool_kind": "max" if isinstance(layer, MaxPool2d) else "average", "pool_along": "2-D"}
    settings |= {"pool_size": len(values), "pool_input": text_of(values), "pool_kernel": window.kernel_size}
    settings |= {"pool_stride": window.stride, "pool_padding": window.padding, "pool_ceil": layer.ceil_mode}
    if isinstance(layer, AvgPool2d):
        settings |= {"pool_counted": layer.count_include_pad, "pool_divisor": layer.divisor_override or 0}
    return address("pooling", settings)


LETTERS = {"out_channels": "filters", "out_features": "filters", "kernel_size": "k", "stride": "S", "padding": "P"}
LETTERS |= {"dilation": "D", "output_padding": "A", "groups": "groups", "bias": "with_bias", "ceil_mode": "ceil"}


def in_calculator(layer: Layer, input_shape: Shape) -> Address:
    """Layer calculator, for every kind of layer that it offers."""
    channels, height, width = (*input_shape, 1, 1)[:3]
    settings: dict[str, Any] = {"kind": type(layer).__name__, "C": channels, "H": height, "W": width}
    for argument, letter in LETTERS.items():
        if not layer.takes(argument):
            continue
        value = getattr(layer, argument)
        if argument == "stride" and value is None:
            value = layer.kernel_size  # type: ignore[attr-defined]  # poolings have both
        if value == "same":
            settings["pad"] = value
        elif isinstance(value, tuple):
            settings |= {"axes": True, letter: value[0], f"{letter}_W": value[1]}
        else:
            settings[letter] = value
    if settings.get("axes"):  # then every setting that may differ is asked for twice
        for letter in ("k", "S", "P", "D", "A"):
            if letter in settings:
                settings.setdefault(f"{letter}_W", settings[letter])
    return address("layer_calculator", settings)


def in_builder(network: Network, input_shape: Shape) -> Address:
    """Network builder, whose address carries the text of a network, squeezed."""
    squeezed = zlib.compress(to_pytorch(network).encode(), 9)
    sizes = "x".join(map(str, (*input_shape, 1, 1)[:3])) + ("-flat" if len(input_shape) == 1 else "")
    return Address("network_builder", {"net": base64.urlsafe_b64encode(squeezed).decode().rstrip("="), "input": sizes})
