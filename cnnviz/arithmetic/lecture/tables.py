"""The lecture's tables as data: what it prints, beside what is computed, and where a figure that differs comes from.

What is printed stands here as it is printed. Every number beside it is computed when it is asked for, and so is
whether the two agree: a rounded number agrees when the exact one rounds to it.
"""

from collections.abc import Callable
from math import prod
from typing import NamedTuple

from cnnviz.arithmetic.layers import Conv2d, Linear
from cnnviz.arithmetic.network import Network, Row
from cnnviz.arithmetic.network.architectures import ARCHITECTURES
from cnnviz.arithmetic.network.exports import shape_words
from cnnviz.arithmetic.settings import Shape

SCALES = {"K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9}

# The lecture's table of AlexNet: the name of a line, the shape it prints, the layer of ours that it speaks of.
ALEXNET_TABLE: tuple[tuple[str, Shape, str], ...] = (
    ("INPUT", (3, 227, 227), "input"),
    ("CONV1", (96, 55, 55), "conv1"),
    ("POOL1", (96, 27, 27), "pool1"),
    ("CONV2", (256, 27, 27), "conv2"),
    ("POOL2", (256, 13, 13), "pool2"),
    ("CONV3", (384, 13, 13), "conv3"),
    ("CONV4", (384, 13, 13), "conv4"),
    ("CONV5", (256, 13, 13), "conv5"),
    ("POOL3", (256, 6, 6), "pool3"),
    ("FC6", (4096,), "fc6"),
    ("FC7", (4096,), "fc7"),
    ("FC8", (1000,), "fc8"),
)

# The lecture's table of VGG-16: line (its hyphen does not break), activations and weights as printed, our layer.
VGG16_TABLE: tuple[tuple[str, str, int, str], ...] = (
    ("INPUT", "150K", 0, "input"),
    ("CONV3‑64", "3.2M", 1_728, "conv1_1"),
    ("CONV3‑64", "3.2M", 36_864, "conv1_2"),
    ("POOL2", "800K", 0, "pool1"),
    ("CONV3‑128", "1.6M", 73_728, "conv2_1"),
    ("CONV3‑128", "1.6M", 147_456, "conv2_2"),
    ("POOL2", "400K", 0, "pool2"),
    ("CONV3‑256", "800K", 294_912, "conv3_1"),
    ("CONV3‑256", "800K", 589_824, "conv3_2"),
    ("CONV3‑256", "800K", 589_824, "conv3_3"),
    ("POOL2", "200K", 0, "pool3"),
    ("CONV3‑512", "400K", 1_179_648, "conv4_1"),
    ("CONV3‑512", "400K", 2_359_296, "conv4_2"),
    ("CONV3‑512", "400K", 2_359_296, "conv4_3"),
    ("POOL2", "100K", 0, "pool4"),
    ("CONV3‑512", "100K", 2_359_296, "conv5_1"),
    ("CONV3‑512", "100K", 2_359_296, "conv5_2"),
    ("CONV3‑512", "100K", 2_359_296, "conv5_3"),
    ("POOL2", "25K", 0, "pool5"),
    ("FC", "4096", 102_760_448, "fc6"),
    ("FC", "4096", 16_777_216, "fc7"),
    ("FC", "1000", 4_096_000, "fc8"),
)

RESNET_DEPTHS = (18, 34, 50, 101, 152)
TOP5_ERRORS = {"ResNet-50": 5.25, "VGG-16": 7.1}  # measured on ImageNet by their authors, in percent


class Compared(NamedTuple):
    """One figure of the lecture beside the computed one; `why` says where the printed one comes from if they differ."""

    what: str
    printed: str
    computed: str
    agrees: bool
    why: str = ""


class TableLine(NamedTuple):
    """One line of a table of the lecture: its name, and the columns it prints beside the computed ones."""

    name: str
    cells: tuple[Compared, ...]


def printed_value(printed: str) -> float:
    """The number that an abbreviation stands for.

    >>> printed_value("3.2M"), printed_value("4096")
    (3200000.0, 4096.0)
    """
    scale = SCALES.get(printed[-1], 1)
    return float(printed.rstrip("KMGB").replace(",", "")) * scale


def rounds_to(value: float, printed: str, digits: int = 2) -> bool:
    """Whether the exact value is what is printed, or becomes it when rounded to so many significant digits.

    >>> rounds_to(3_211_264, "3.2M"), rounds_to(25_557_032, "25M")
    (True, False)
    """
    return printed_value(printed) in (value, float(f"{value:.{digits}g}"))


def exact(what: str, printed: int, computed: int, why: str = "") -> Compared:
    """A whole number beside the computed one."""
    return Compared(what, f"{printed:,}", f"{computed:,}", printed == computed, why)


def rounded(what: str, printed: str, computed: int, digits: int = 2, why: str = "") -> Compared:
    """A rounded number beside the exact one."""
    return Compared(what, printed, f"{computed:,}", rounds_to(computed, printed, digits), why)


def alexnet_table(network: Network, input_shape: Shape) -> tuple[TableLine, ...]:
    """The lecture's table of AlexNet beside the shapes of a network with the same layers.

    >>> lines = alexnet_table(ARCHITECTURES["alexnet"].network, (3, 227, 227))
    >>> lines[1].cells[0].computed, all(line.cells[0].agrees for line in lines)
    ('96×55×55', True)
    """
    shapes = {"input": input_shape} | {row.name: row.output_shape for row in network.trace(input_shape)}
    return tuple(
        TableLine(
            name,
            (Compared("output", shape_words(shape), shape_words(shapes[layer]), shape == shapes[layer]),),
        )
        for name, shape, layer in ALEXNET_TABLE
    )


def vgg16_table(network: Network, input_shape: Shape) -> tuple[TableLine, ...]:
    """The lecture's table of VGG-16, activations (rounded) and weights without biases, beside the computed ones.

    >>> line = vgg16_table(ARCHITECTURES["vgg16"].network, (3, 224, 224))[1]
    >>> [(cell.printed, cell.computed, cell.agrees) for cell in line.cells]
    [('3.2M', '3,211,264', True), ('1,728', '1,728', True)]
    """
    rows = {row.name: row for row in network.trace(input_shape)}
    lines = []
    for name, printed_values, printed_weights, layer in VGG16_TABLE:
        values = rows[layer].activation_values if layer in rows else prod(input_shape)
        weights = num_weights(rows[layer]) if layer in rows else 0
        cells = rounded("activations", printed_values, values), exact("weights", printed_weights, weights)
        lines.append(TableLine(name, cells))
    return tuple(lines)


def num_weights(row: Row) -> int:
    """The parameters of a layer without its biases.

    >>> num_weights(trace_of("vgg16")[0])
    1728
    """
    if isinstance(row.layer, Conv2d):
        return prod(row.layer.weight_shape)
    return row.layer.in_features * row.layer.out_features if isinstance(row.layer, Linear) else 0


def depth(network: Network) -> int:
    """How many layers with weights lie one behind the other, as the names of networks count them.

    The convolutions on the skips of a ResNet lie beside the others and are not counted.

    >>> depth(ARCHITECTURES["resnet50"].network), depth(ARCHITECTURES["vgg16"].network)
    (50, 16)
    """
    return sum(isinstance(node.layer, Conv2d | Linear) and "downsample" not in node.name for node in network.nodes)


def trace_of(name: str) -> tuple[Row, ...]:
    """The table of one of `ARCHITECTURES` on the picture it was made for."""
    architecture = ARCHITECTURES[name]
    return architecture.network.trace(architecture.input_shape)


TABLES: dict[str, Callable[[Network, Shape], tuple[TableLine, ...]]] = {
    "alexnet": alexnet_table,
    "alexnet-2012": alexnet_table,
    "vgg16": vgg16_table,
    "vgg16-unpadded": vgg16_table,
}
