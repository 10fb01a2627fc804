"""Where a network's memory and its parameters sit: which outputs are counted, and what they add up to.

Counted are the input and the outputs of layers with weights, of poolings and of what joins paths; on demand also those
that work value by value (ReLU, normalisations) or that move values (padding), for these can be computed in place or
inside the next layer. A flattening keeps nothing: it is another way to look at the same values.
"""

from collections.abc import Iterable, Sequence
from math import prod
from typing import NamedTuple

from cnnviz.arithmetic.layers import Meeting
from cnnviz.arithmetic.layers.layer import Role
from cnnviz.arithmetic.network import INPUT, Row
from cnnviz.arithmetic.settings import Shape

COUNTED: tuple[Role, ...] = ("weights", "pool", "join")

SHELVES = ("features", "classifier")  # parts of names that hold a whole network's layers, and are no block


class Share(NamedTuple):
    """One line of "where does it sit": a layer or a block, the values it keeps, the parameters it learns, its MACs.

    `rows` are those whose outputs are counted in it; `output_shape` is that of the last.
    """

    name: str
    output_shape: Shape
    values: int
    num_params: int
    macs: int
    rows: tuple[Row, ...] = ()


def memory_shares(
    rows: Sequence[Row], input_shape: Shape, every: bool = False, blocks: bool = False
) -> tuple[Share, ...]:
    """The input and the layers that keep values, in order; sums over them are sums over the network.

    Parameters of a layer that is not counted (a normalisation) are counted with the one before it. With `every` ReLUs
    and normalisations are lines too; with `blocks` the layers of one block are one line (see `blocks_of`).

    >>> from cnnviz.arithmetic.network.architectures import ARCHITECTURES
    >>> rows = ARCHITECTURES["vgg16"].network.trace((3, 224, 224))
    >>> num_values(memory_shares(rows, (3, 224, 224))), num_values(memory_shares(rows, (3, 224, 224), every=True))
    (15237608, 28793320)
    """
    lines = [Share(INPUT, tuple(input_shape), prod(input_shape), 0, 0)]
    names = blocks_of(rows) if blocks else [row.name for row in rows]
    for name, row in zip(names, rows, strict=True):
        kept = not row.layer.is_view and (every or row.layer.role in COUNTED)
        if not kept or name == lines[-1].name:
            last = lines[-1]
            lines[-1] = last._replace(
                output_shape=row.output_shape if kept else last.output_shape,
                values=last.values + kept * row.activation_values,
                num_params=last.num_params + row.num_params,
                macs=last.macs + row.macs,
                rows=(*last.rows, row) if kept else last.rows,
            )
        else:
            lines.append(Share(name, row.output_shape, row.activation_values, row.num_params, row.macs, (row,)))
    return tuple(lines)


def blocks_of(rows: Sequence[Row]) -> list[str]:
    """For each layer the block it belongs to, which is its own name where it stands alone.

    A layer whose name says nothing (an addition or a pooling that was written as a function) belongs to the block
    around it: to the one before it if it joins paths, or if the block goes on behind it.

    >>> from cnnviz.arithmetic.network.architectures import ARCHITECTURES
    >>> blocks_of(ARCHITECTURES["resnet18"].network.trace((3, 224, 224)))[2:6]
    ['relu', 'maxpool', 'layer1.0', 'layer1.0']
    """
    blocks = []
    current = ""
    for place, row in enumerate(rows):
        if "." in row.name:
            current = block_of(row.name)
        inside = current and (isinstance(row.layer, Meeting) or next_block(rows, place, current) == current)
        blocks.append(current if "." in row.name or inside else row.name)
    return blocks


def next_block(rows: Sequence[Row], place: int, current: str) -> str:
    """The block of the next layer whose name tells it; a join closes the current one."""
    for row in rows[place + 1 :]:
        if "." in row.name:
            return block_of(row.name)
        if isinstance(row.layer, Meeting):
            return current
    return ""


def block_of(name: str) -> str:
    """The block that a dotted name tells: the first part, with the second where that is a number or the first a shelf.

    >>> [block_of(name) for name in ("layer1.0.conv1", "features.denseblock1.denselayer2.conv1", "Mixed_5b.branch1x1")]
    ['layer1.0', 'features.denseblock1', 'Mixed_5b']
    """
    first, second = name.split(".")[:2]
    return f"{first}.{second}" if second.isdigit() or first in SHELVES else first


def has_blocks(rows: Sequence[Row]) -> bool:
    """Whether any layer stands in a block."""
    return blocks_of(rows) != [row.name for row in rows]


def num_values(lines: Iterable[Share]) -> int:
    """How many values all lines keep."""
    return sum(line.values for line in lines)


def halves(lines: Sequence[Share]) -> tuple[int, int]:
    """How many lines from the front keep half of all values, and how many from the back learn half of all parameters.

    >>> from cnnviz.arithmetic.network.architectures import ARCHITECTURES
    >>> rows = ARCHITECTURES["vgg16"].network.trace((3, 224, 224))
    >>> halves(memory_shares(rows, (3, 224, 224)))
    (5, 3)
    """
    front = count_to_half([line.values for line in lines])
    back = count_to_half([line.num_params for line in reversed(lines)])
    return front, back


def count_to_half(numbers: Iterable[int]) -> int:
    """How many of the numbers, from the first on, make up half of their sum.

    >>> count_to_half([3, 1, 1, 1])
    1
    """
    numbers = list(numbers)
    reached = count = 0
    for number in numbers:
        if 2 * reached >= sum(numbers):
            break
        reached += number
        count += 1
    return count
