"""Residual blocks: what the shortcut brings, what the block adds, and the network with either switched off.

He, Zhang, Ren, Sun 2015, "Deep Residual Learning for Image Recognition" (arXiv:1512.03385): y = F(x) + x, and a ReLU
behind it. Where the shapes of x and F(x) differ the shortcut is a 1×1 convolution with a BatchNorm, the projection.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cnnviz.arithmetic.layers import Add
from cnnviz.arithmetic.network import INPUT, Network
from cnnviz.networks.activations import Activations
from cnnviz.networks.changed import changed

Off = Literal["", "F", "shortcut"]


@dataclass(frozen=True)
class ResidualBlock:
    """The nodes of one block: its name, the sum, the last of F and the one the shortcut comes from.

    `branches` are the layers of F in order; `projection` those of the shortcut, empty for the identity. `after` is the
    ReLU behind the sum, or the sum itself. `start` is the node whose values both paths begin with.
    """

    name: str
    sum: str
    residual: str
    shortcut: str
    start: str
    branch: tuple[str, ...]
    projection: tuple[str, ...]
    after: str


def residual_blocks(network: Network) -> list[ResidualBlock]:
    """The residual blocks of a network in order; [] for one without sums."""
    return [
        block_of(network, node.name) for node in network.nodes if isinstance(node.layer, Add) and len(node.inputs) == 2
    ]


def block_of(network: Network, sum: str) -> ResidualBlock:
    """The block that ends in a sum: of its two paths F is the longer one."""
    first, second = (path_to(network, source) for source in network[sum].inputs)
    start = next(name for name in first if name in second)  # the last node both paths share
    paths = [tuple(reversed(path[: path.index(start)])) for path in (first, second)]
    branch, projection = sorted(paths, key=len, reverse=True)
    residual = branch[-1]
    shortcut = next(source for source in network[sum].inputs if source != residual)
    readers = [node for node in network.nodes if sum in node.inputs]
    after = readers[0].name if len(readers) == 1 and type(readers[0].layer).__name__ == "ReLU" else sum
    name = branch[0].rpartition(".")[0] or sum
    return ResidualBlock(name, sum, residual, shortcut, start, branch, projection, after)


def path_to(network: Network, name: str) -> list[str]:
    """A node and what is before it, back to the input; behind a sum along its first input."""
    path = [name]
    while path[-1] != INPUT:
        path.append(network[path[-1]].inputs[0])
    return path


def residual_fractions(activations: Activations, block: ResidualBlock) -> np.ndarray:
    """How much of each channel of the sum F brings: Σ|F| / (Σ|F| + Σ|x|), (C,), 0 to 1; ½ where both are silent.

    It says how large the two are, not how important.
    """
    added, passed = (np.abs(activations[name]).sum(axis=(1, 2)) for name in (block.residual, block.shortcut))
    total = added + passed
    parts: np.ndarray = np.divide(added, total, out=np.full_like(added, 0.5), where=total > 0)
    return parts


def share(activations: Activations, block: ResidualBlock) -> float:
    """The same over all channels: Σ|F| / (Σ|F| + Σ|x|), 0 to 1."""
    added, passed = (float(np.abs(activations[name]).sum()) for name in (block.residual, block.shortcut))
    return added / (added + passed) if added + passed else 0.5


def switched_off(activations: Activations, block: ResidualBlock, off: Off) -> Activations:
    """The same picture's way with F, or the shortcut, of one block taken as zero; as it was for ""."""
    if not off:
        return activations
    left = block.shortcut if off == "F" else block.residual
    return changed(activations, {block.sum: activations[left]})


def changes(before: Activations, after: Activations, names: list[str]) -> list[float]:
    """How far each layer's values moved: ‖after − before‖ / ‖before‖, 0 for untouched ones."""
    found = []
    for name in names:
        old = before[name].astype(np.float64)
        size = float(np.linalg.norm(old))
        moved = float(np.linalg.norm(after[name].astype(np.float64) - old))
        found.append(moved / size if size else float(moved > 0))
    return found
