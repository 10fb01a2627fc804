"""Every window of a convolution, and its whole output at once.

What PyTorch calls convolution is cross-correlation: the kernel is laid on the input as it is, not flipped,

    output[o, i, j] = bias[o] + sum over c, m, n of weight[o, c, m, n] * input[c, i * stride + m, j * stride + n].
"""

from collections.abc import Iterator
from math import prod
from typing import Literal

import numpy as np
import numpy.typing as npt

from cnnviz.arithmetic.layers import Conv2d, ConvTranspose2d
from cnnviz.arithmetic.settings import ShapeError, pair
from cnnviz.arithmetic.windows.step import MAX_VALUES, Array, Step, read_values, weighed_steps, window_taps

NUMPY_PAD_MODES: dict[str, Literal["constant", "reflect", "edge", "wrap"]] = {
    "zeros": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
}


def convolve(layer: Conv2d, input: npt.ArrayLike, weight: npt.ArrayLike, bias: npt.ArrayLike | None = None) -> Array:
    """The whole output (out_channels, height, width) at once, equal to the results of `steps`: for whole pictures.

    One tap of the kernel at a time is laid on all its places together, so memory stays near that of the output.

    >>> convolve(Conv2d(1, 1, kernel_size=2), [[[1, 2], [3, 4]]], weight=[[[[1, 0], [0, 1]]]]).tolist()
    [[[5.0]]]
    """
    values = read_values("The input", input)
    out_channels, height, width = layer.output_shape(values.shape)
    if out_channels * height * width > MAX_VALUES:
        raise ShapeError(
            f"The output {(out_channels, height, width)} is too large to compute at once: "
            "take a smaller input, less padding or fewer filters."
        )
    weights, biases = read_parameters(layer, weight, bias)
    padded = pad(layer, values)
    padded = padded.reshape(layer.groups, layer.in_channels // layer.groups, *padded.shape[1:])
    weights = weights.reshape(layer.groups, out_channels // layer.groups, *weights.shape[1:])
    (down, across), (dilation_down, dilation_across) = pair(layer.stride), pair(layer.dilation)
    output = np.zeros((layer.groups, out_channels // layer.groups, height, width))
    for m, n in np.ndindex(*weights.shape[3:]):
        top, left = m * dilation_down, n * dilation_across
        places = padded[
            :, :, top : top + (height - 1) * down + 1 : down, left : left + (width - 1) * across + 1 : across
        ]
        output += np.einsum("goc,gchw->gohw", weights[:, :, :, m, n], places, optimize=True)
    return output.reshape(out_channels, height, width) + biases[:, None, None]


def convolution_steps(layer: Conv2d, values: Array, weights: Array, biases: Array) -> Iterator[Step]:
    """One step per output value of a convolution.

    `values` (C, H, W), `weights` (out_channels, C / groups, kh, kw), `biases` (out_channels,).
    """
    (above, _), (left, _) = layer.padding_sides()
    rows, columns = convolution_taps(layer, values.shape)
    return weighed_steps(pad(layer, values), (above, left), rows, columns, weights, biases)


def convolution_taps(
    layer: Conv2d, input_shape: tuple[int, ...]
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """(rows, columns) of the taps of all windows, in input coordinates: one tuple per row or column of the output.

    >>> convolution_taps(Conv2d(1, 1, kernel_size=3, padding=1), (1, 2, 3))
    ([(-1, 0, 1), (0, 1, 2)], [(-1, 0, 1), (0, 1, 2), (1, 2, 3)])
    """
    _, *counts = layer.output_shape(input_shape)
    settings = (pair(layer.stride), pair(layer.kernel_size), pair(layer.dilation))
    rows, columns = (
        window_taps(count, -before, *(setting[axis] for setting in settings))
        for axis, (count, (before, _)) in enumerate(zip(counts, layer.padding_sides(), strict=True))
    )
    return rows, columns


def pad(layer: Conv2d, values: Array) -> Array:
    """The input (C, H, W) with the layer's own padding around each channel; ShapeError where memory cannot hold it."""
    sides = layer.padding_sides()
    check_bordered(values.shape, sides)
    # numpy repeats as often as it must; output_shape has already refused what torch would not repeat
    return np.pad(values, ((0, 0), *sides), mode=NUMPY_PAD_MODES[layer.padding_mode])


def check_bordered(shape: tuple[int, ...], sides: tuple[tuple[int, int], tuple[int, int]]) -> None:
    """Refuse a border that memory cannot hold."""
    sizes = zip(shape[1:], sides, strict=True)
    padded_shape = (shape[0], *(size + before + after for size, (before, after) in sizes))
    if prod(padded_shape) > MAX_VALUES:
        raise ShapeError(f"With its padding the input is {padded_shape}, too large to hold: use less padding.")


def read_parameters(
    layer: Conv2d | ConvTranspose2d, weight: npt.ArrayLike | None, bias: npt.ArrayLike | None
) -> tuple[Array, Array]:
    """The weights and biases as arrays of the shapes the layer stores; ShapeError in words otherwise."""
    name = type(layer).__name__
    weights = read_weight(name, layer.weight_shape, weight)
    if bias is None:
        return weights, np.zeros(layer.out_channels)
    biases = read_values("The bias", bias)
    if not layer.bias:
        raise ShapeError(f"This {name} was made with bias=False, and a bias was given: leave one of them out.")
    if biases.shape != (layer.out_channels,):
        raise ShapeError(
            f"The bias has shape {biases.shape}; there is one per filter, so it must be {(layer.out_channels,)}."
        )
    return weights, biases


def read_weight(name: str, shape: tuple[int, ...], weight: npt.ArrayLike | None) -> Array:
    """The weight of a layer of this name as an array of the shape it stores; ShapeError in words otherwise."""
    if weight is None:
        raise ShapeError(f"{name} needs its weight, an array of shape {shape}.")
    weights = read_values("The weight", weight)
    if weights.shape != shape:
        channels = (
            "in_channels, out_channels / groups"
            if name.startswith("ConvTranspose")
            else "out_channels, in_channels / groups"
        )
        axes = "height, width" if len(shape) == 4 else "length"
        raise ShapeError(f"The weight has shape {weights.shape}; this {name} stores ({channels}, {axes}) = {shape}.")
    return weights
