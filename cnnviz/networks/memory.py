"""How much memory a network will take, worked out before it is taken; and which errors say that there was not enough.

The numbers were measured with torch 2.15 on a CPU, VGG-16, ResNet-50 and AlexNet: weights from a file that can be
mapped are not the process's own, random ones are; and an inference takes little more than the values of all layers.
"""

import errno
from math import prod
from pathlib import Path

from cnnviz.arithmetic.network import Network
from cnnviz.networks.architecture import Included, Published
from cnnviz.networks.mapped import can_be_mapped, mapped_copy
from cnnviz.networks.own.network import Own

FLOAT = 4  # bytes
FORWARD = 1.3  # times the layers' values: a picture's way through, its maps kept; the gradient of one unit
BACK = 3.5  # the most that a method of attribution takes for one picture; that is DeepLIFT


def weights_bytes(entry: Included | Published) -> int:
    """What the weights of a network take; a file holds little else. One in half precision takes twice its size."""
    if isinstance(entry, Published):
        return entry.weights.approx_size
    return entry.path.stat().st_size if entry.path.is_file() else 0


def loading_bytes(entry: Included | Published | Own, path: Path | None) -> int:
    """What loading takes of the process's own memory: random weights all of it, a file that can be mapped nothing.

    `path` is the file that was found, None where there is none. One in the old format is read whole, to be converted.
    A visitor's own network is in memory already.
    """
    if isinstance(entry, Own):
        return 0
    if isinstance(entry, Published) and path is not None and (can_be_mapped(path) or mapped_copy(path) is not None):
        return 0
    return weights_bytes(entry)


def activation_bytes(network: Network, shape: tuple[int, ...]) -> int:
    """What the values of all layers take for one image of this shape (C, H, W).

    >>> from cnnviz.arithmetic.layers import Conv2d, ReLU
    >>> from cnnviz.arithmetic.network import chain
    >>> activation_bytes(chain(Conv2d(3, 8, kernel_size=3), ReLU()), (3, 12, 12))  # two times 8 · 10 · 10 values
    6400
    """
    return FLOAT * sum(prod(row.output_shape) for row in network.trace(shape))


def ran_out(error: BaseException) -> bool:
    """Whether an error says that there was no memory left; torch has no class of its own for that.

    >>> ran_out(RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate ..."))
    True
    >>> ran_out(RuntimeError("Given groups=1, expected input to have 3 channels"))
    False
    """
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    told = str(error).lower()
    signs = ("can't allocate memory", "cannot allocate memory", "not enough memory", "bad_alloc", "bad allocation")
    return isinstance(error, RuntimeError) and any(sign in told for sign in signs)


def refuse_lack_of_memory(error: BaseException) -> None:
    """In the handling of an error that may mean anything: MemoryError where it means that there was no memory left."""
    if ran_out(error):
        raise MemoryError(str(error)) from error
