"""One activation of a network, taken apart: its window, its weights, their products, and the sum they make."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any

import numpy as np
import torch
from torch import nn

from cnnviz.arithmetic.windows.convolution import NUMPY_PAD_MODES
from cnnviz.networks.feature_maps import find_layer, refuse_image
from cnnviz.networks.order import descending
from cnnviz.networks.watching import evaluating, lock_of

NOWHERE = -1  # the source of a padded place that holds no value of the input
SUMS = (nn.Conv2d, nn.Linear)
POOLS = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d)
EXPLAINED = (*SUMS, *POOLS)


@dataclass(frozen=True)
class Neuron:
    """One value of one map, and everything it was made from.

    `index` is (channel, row, column). `rows` and `columns` of the layer's input are those the window stands on, from
    `first_channel` on; numbers outside `input_shape` (C, H, W) are padding. `window` (C / groups, kh, kw) holds the
    values met there, padding included; `weights` has the same shape, None for a pooling, which has none. `products` are
    window × weight in double precision; of an average each value over `divisor`, of a maximum the values themselves.
    `result` is what they make with the bias; `activation` is what the network itself computed, in float32.
    """

    layer: str
    kind: str
    index: tuple[int, int, int]
    input_shape: tuple[int, int, int]
    first_channel: int
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    window: np.ndarray
    weights: np.ndarray | None
    products: np.ndarray
    bias: float
    result: float
    activation: float
    divisor: int = 1

    @cached_property
    def channel_sums(self) -> np.ndarray:
        """What each input channel adds, (C / groups,) in double precision; the largest of each, for a maximum."""
        by_channel = self.products.reshape(len(self.products), -1)
        sums: np.ndarray = by_channel.max(axis=1) if self.kind == "MaxPool2d" else by_channel.sum(axis=1)
        return sums

    @cached_property
    def ranked_channels(self) -> list[int]:
        """The places 0, 1, … of `products` from the one that matters most to the one that matters least."""
        return descending(np.abs(self.channel_sums))

    @property
    def is_padding(self) -> np.ndarray:
        """Which places of the window lie beyond the input: bool (kh, kw)."""
        _, height, width = self.input_shape
        down = np.array([not 0 <= row < height for row in self.rows])
        across = np.array([not 0 <= column < width for column in self.columns])
        outside: np.ndarray = down[:, None] | across[None, :]
        return outside

    def strongest(self, place: int) -> tuple[int, int, int]:
        """Of one input channel (its place in `products`) the value that matters most: (channel, row, column)."""
        size = np.abs(np.where(self.is_padding, 0.0, self.products[place]))
        if self.kind == "MaxPool2d":
            size = np.where(self.is_padding, -inf, self.products[place])
        row, column = np.unravel_index(int(size.argmax()), size.shape)
        _, height, width = self.input_shape
        inside = min(max(self.rows[row], 0), height - 1), min(max(self.columns[column], 0), width - 1)
        return self.first_channel + place, *inside


def neuron(module: nn.Module, image: torch.Tensor, layer: str, channel: int, row: int = 0, column: int = 0) -> Neuron:
    """One activation of a convolution, a pooling or a dense layer for one image, down to its products.

    `image` has shape (1, 3, H, W); `layer` is the name of an nn.Conv2d, nn.Linear, nn.MaxPool2d, nn.AvgPool2d or
    nn.AdaptiveAvgPool2d ("pool_1" for the second time that "pool" runs). A unit of a dense layer is (unit, 0, 0), and
    its input (features, 1, 1); of one that runs at every place of maps whose channels stand last, as in ConvNeXt, it
    is (unit, row, column), and its input is turned to (features, H, W). The network runs as far as the layer, in
    evaluation mode, and is left as it was.

    Raises ValueError, in a sentence, for another shape of image, a layer that is not there or of another kind, and for
    a place outside the layer's maps.

    >>> conv = nn.Conv2d(3, 4, kernel_size=3, padding=1)
    >>> found = neuron(nn.Sequential(conv), torch.ones(1, 3, 8, 8), "0", channel=2, row=0, column=7)
    >>> found.products.shape, found.rows, found.columns
    ((3, 3, 3), (-1, 0, 1), (6, 7, 8))
    >>> abs(found.result - found.activation) < 1e-4
    True
    """
    refuse_image(image)
    found, number = find_layer(module, layer)
    given, output = input_and_output(module, found, number, image, layer)
    values, answered = as_maps(given), as_maps(output)
    return explain(layer, found, values, answered, (channel, row, column))


def explain(
    name: str, layer: nn.Module, given: np.ndarray, answered: np.ndarray, index: tuple[int, int, int]
) -> Neuron:
    """`neuron` where the layer's input (C, H, W) and output (C', H', W') are at hand already.

    The input of a dense layer may have any shape with as many values as it has features; or it is (H, W, C), the output
    (H, W, C'), and the layer runs at every place.
    """
    at_every_place = isinstance(layer, nn.Linear) and given.shape[-1:] == (layer.in_features,) and given.ndim == 3
    if at_every_place and answered.shape != (layer.out_features, 1, 1):
        given, answered = np.moveaxis(given, -1, 0), np.moveaxis(answered, -1, 0)
    for axis, place, size in zip(("channels", "rows", "columns"), index, answered.shape, strict=True):
        if not 0 <= place < size:
            raise ValueError(f"{name} has the {axis} 0 to {size - 1}, and {place} was asked for.")
    make = next((make for kind, make in MAKERS if isinstance(layer, kind)), None)
    if make is None:
        raise ValueError(
            f"{name} is a {type(layer).__name__}: what is taken apart are convolutions, poolings and dense layers."
        )
    return make(name, layer, given, float(answered[index]), index)


def of_convolution(
    name: str, layer: nn.Conv2d, given: np.ndarray, activation: float, index: tuple[int, int, int]
) -> Neuron:
    """The window of `given` (C, H, W) times the kernel of its filter, plus the bias (torch.nn.Conv2d)."""
    channel = index[0]
    per_group = layer.in_channels // layer.groups
    first = channel // (layer.out_channels // layer.groups) * per_group
    sides = padding_sides(layer)
    rows, columns = (window_taps(layer, axis, index[1 + axis], given.shape[1 + axis]) for axis in (0, 1))
    held = [
        [int(sources(size, side, layer.padding_mode)[tap + side[0]]) for tap in taps]
        for size, side, taps in zip(given.shape[1:], sides, (rows, columns), strict=True)
    ]
    window = gathered(given[first : first + per_group], held[0], held[1], empty=0.0)
    weights = layer.weight.detach()[channel].numpy()
    return summed(name, layer, given, activation, index, first, (rows, columns), window, weights)


def of_dense(name: str, layer: nn.Linear, given: np.ndarray, activation: float, index: tuple[int, int, int]) -> Neuron:
    """A dense unit (torch.nn.Linear): its window is all of `given` (C, H, W), or all channels at its own place."""
    unit, row, column = index
    taps = tuple(range(given.shape[1])), tuple(range(given.shape[2]))
    window = given
    if given.size != layer.in_features:
        taps, window = ((row,), (column,)), given[:, row : row + 1, column : column + 1]
    weights = layer.weight.detach()[unit].numpy().reshape(window.shape)
    return summed(name, layer, given, activation, index, 0, taps, window, weights)


def summed(
    name: str,
    layer: nn.Conv2d | nn.Linear,
    given: np.ndarray,
    activation: float,
    index: tuple[int, int, int],
    first: int,
    taps: tuple[tuple[int, ...], tuple[int, ...]],
    window: np.ndarray,
    weights: np.ndarray,
) -> Neuron:
    """The neuron of a weighted sum; `given` (C, H, W), `window` and `weights` (C / groups, rows, columns)."""
    products = window.astype(np.float64) * weights
    bias = float(layer.bias.detach()[index[0]]) if layer.bias is not None else 0.0
    shape = (given.shape[0], given.shape[1], given.shape[2])
    total = float(products.sum()) + bias
    kind = type(layer).__name__
    return Neuron(name, kind, index, shape, first, *taps, window, weights, products, bias, total, activation)


def of_pooling(
    name: str,
    layer: nn.MaxPool2d | nn.AvgPool2d | nn.AdaptiveAvgPool2d,
    given: np.ndarray,
    activation: float,
    index: tuple[int, int, int],
) -> Neuron:
    """The largest value of a window, or the sum of its values over a divisor (torch.nn.MaxPool2d, AvgPool2d)."""
    channel = index[0]
    shape = (given.shape[0], given.shape[1], given.shape[2])
    rows, columns = (pooling_taps(layer, axis, index[1 + axis], shape[1 + axis]) for axis in (0, 1))
    held = [
        [tap if 0 <= tap < size else NOWHERE for tap in taps]
        for size, taps in zip(shape[1:], (rows, columns), strict=True)
    ]
    is_max = isinstance(layer, nn.MaxPool2d)
    window = gathered(given[channel : channel + 1], held[0], held[1], empty=-inf if is_max else 0.0)
    divisor = 1 if isinstance(layer, nn.MaxPool2d) else average_divisor(layer, (rows, columns), shape)
    products = window.astype(np.float64) / divisor
    result = float(products.max() if is_max else products.sum())
    kind = type(layer).__name__
    return Neuron(
        name, kind, index, shape, channel, rows, columns, window, None, products, 0.0, result, activation, divisor
    )


MAKERS: tuple[tuple[type[nn.Module] | tuple[type[nn.Module], ...], Callable[..., Neuron]], ...] = (
    (nn.Conv2d, of_convolution),
    (nn.Linear, of_dense),
    (POOLS, of_pooling),
)


def window_taps(layer: nn.Module, axis: int, place: int, size: int) -> tuple[int, ...]:
    """The rows (axis 0) or columns (axis 1) of an input of `size` that the window at `place` stands on.

    Numbers outside 0 to size - 1 are padding. ValueError for a layer without windows.

    >>> window_taps(nn.Conv2d(1, 1, 3, stride=2, padding=1), 0, 0, 8), window_taps(nn.MaxPool2d(2), 1, 3, 8)
    ((-1, 0, 1), (6, 7))
    """
    if isinstance(layer, nn.Conv2d):
        start = place * layer.stride[axis] - padding_sides(layer)[axis][0]
        return tuple(start + tap * layer.dilation[axis] for tap in range(layer.kernel_size[axis]))
    if isinstance(layer, POOLS):
        return pooling_taps(layer, axis, place, size)
    if isinstance(layer, nn.Linear):
        return tuple(range(size))
    raise ValueError(f"A {type(layer).__name__} has no windows.")


def pooling_taps(
    layer: nn.MaxPool2d | nn.AvgPool2d | nn.AdaptiveAvgPool2d, axis: int, place: int, size: int
) -> tuple[int, ...]:
    """The rows (axis 0) or columns (axis 1) that the window at `place` stands on."""
    if isinstance(layer, nn.AdaptiveAvgPool2d):
        count = both(layer.output_size)[axis] or size  # None keeps the size
        return tuple(range(place * size // count, -(-(place + 1) * size // count)))
    start = place * both(layer.stride)[axis] - both(layer.padding)[axis]
    dilation = both(layer.dilation)[axis] if isinstance(layer, nn.MaxPool2d) else 1
    return tuple(start + tap * dilation for tap in range(both(layer.kernel_size)[axis]))


def average_divisor(
    layer: nn.AvgPool2d | nn.AdaptiveAvgPool2d, taps: tuple[tuple[int, ...], ...], shape: tuple[int, int, int]
) -> int:
    """What an average divides by: its values, those of the padding where they count, or the divisor it is given."""
    if isinstance(layer, nn.AvgPool2d) and layer.divisor_override:
        return int(layer.divisor_override)
    counts = []
    for axis, (axis_taps, size) in enumerate(zip(taps, shape[1:], strict=True)):
        border = 0
        if isinstance(layer, nn.AvgPool2d) and layer.count_include_pad:
            border = both(layer.padding)[axis]
        counts.append(sum(-border <= tap < size + border for tap in axis_taps))
    return counts[0] * counts[1]


def both(setting: Any) -> tuple[Any, ...]:
    """A setting for the height and the width."""
    return tuple(setting) if isinstance(setting, tuple | list) else (setting, setting)


def padding_sides(layer: nn.Conv2d) -> tuple[tuple[int, int], tuple[int, int]]:
    """((above, below), (left, right)): rows and columns of padding on each side.

    >>> padding_sides(nn.Conv2d(1, 1, kernel_size=4, padding="same"))
    ((1, 2), (1, 2))
    """
    if layer.padding == "valid":
        return (0, 0), (0, 0)
    if isinstance(layer.padding, str):  # "same"
        totals = [layer.dilation[axis] * (layer.kernel_size[axis] - 1) for axis in (0, 1)]
        return (totals[0] // 2, totals[0] - totals[0] // 2), (totals[1] // 2, totals[1] - totals[1] // 2)
    height, width = layer.padding
    return (int(height), int(height)), (int(width), int(width))


def sources(size: int, sides: tuple[int, int], mode: str) -> np.ndarray:
    """Which row or column of the input each padded one holds, (before + size + after,); -1 for zeros.

    >>> sources(3, (2, 1), "zeros").tolist(), sources(3, (2, 1), "reflect").tolist()
    ([-1, -1, 0, 1, 2, -1], [2, 1, 0, 1, 2, 1])
    """
    places = np.arange(size)
    if mode == "zeros":
        return np.pad(places, sides, constant_values=NOWHERE)
    return np.pad(places, sides, mode=NUMPY_PAD_MODES[mode])


def gathered(given: np.ndarray, rows: list[int], columns: list[int], empty: float) -> np.ndarray:
    """The values (C, kh, kw) at these rows and columns; `empty` where there are none."""
    window: np.ndarray = given[:, np.maximum(rows, 0)][:, :, np.maximum(columns, 0)].copy()
    window[:, np.array(rows) == NOWHERE] = empty
    window[:, :, np.array(columns) == NOWHERE] = empty
    return window


def neighbourhood(layer: nn.Conv2d, plane: np.ndarray, index: tuple[int, int, int]) -> tuple[np.ndarray, int]:
    """Of one input channel (H, W) what lies under a neuron's window and those next to it, padding included.

    Also which step of a walk over that patch is the neuron's own.
    """
    sides, own, starts = padding_sides(layer), [], []
    for axis, size in enumerate(plane.shape):
        held = sources(size, sides[axis], layer.padding_mode)
        reach = layer.dilation[axis] * (layer.kernel_size[axis] - 1) + 1
        last = (len(held) - reach) // layer.stride[axis]
        at = index[1 + axis]
        first, behind = max(0, at - 1), min(last, at + 1)
        own.append((at - first, behind - first + 1))
        starts.append(held[first * layer.stride[axis] : behind * layer.stride[axis] + reach].tolist())
    patch = gathered(plane[None], starts[0], starts[1], empty=0.0)[0]
    (down, _), (across, columns) = own
    return patch, down * columns + across


class _Enough(Exception):
    """Ends a forward once the layer has answered."""


def input_and_output(
    module: nn.Module, layer: nn.Module, number: int, image: torch.Tensor, name: str
) -> tuple[torch.Tensor, torch.Tensor]:
    """What the layer is given the `number`-th time it runs, and what it answers, for an image (1, 3, H, W).

    Copies without the batch axis, (C, H, W) or (features,). ValueError where the network cannot take the image, or the
    layer does not run that often.
    """
    owner, times, met = threading.get_ident(), 0, []

    def before(_layer: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if threading.get_ident() == owner and times == number:
            met.append(inputs[0].detach()[0].clone())

    def behind(_layer: nn.Module, _inputs: object, output: torch.Tensor) -> None:
        nonlocal times
        if threading.get_ident() != owner:
            return
        if times == number:
            met.append(output.detach()[0].clone())
            raise _Enough
        times += 1

    with lock_of(module), evaluating(module), torch.inference_mode():
        handles = [layer.register_forward_pre_hook(before), layer.register_forward_hook(behind)]
        try:
            module(image)
        except _Enough:
            return met[0], met[1]
        except RuntimeError as error:
            raise ValueError(
                f"This network cannot take an image of shape {tuple(image.shape)}: one of its layers refuses it."
            ) from error
        finally:
            for handle in handles:
                handle.remove()
    raise ValueError(f'There is no output named "{name}": the layer does not run that often.')


def as_maps(values: torch.Tensor) -> np.ndarray:
    """Values as maps (C, H, W) in float32; a vector as maps of one value each."""
    array = values.to(device="cpu", dtype=torch.float32).numpy()
    if array.ndim == 1:
        return array[:, None, None]
    if array.ndim != 3:
        raise ValueError(f"Maps of shape (channels, height, width) are taken apart, not {tuple(array.shape)}.")
    return array
