"""The script of a convolution: every window, every product as text, every partial sum, worked out once."""

from collections.abc import Sequence
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from cnnviz.arithmetic.layers import Conv2d, ConvTranspose2d
from cnnviz.arithmetic.matrix import Matrix, MatrixError
from cnnviz.arithmetic.settings import counted, pair
from cnnviz.arithmetic.windows import NUMPY_PAD_MODES, steps
from cnnviz.arithmetic.windows import Step as WindowStep
from cnnviz.figures.stepper.grids import input_grid, plane_names, planes_of, unread_note
from cnnviz.figures.stepper.numbers import (
    Planes,
    aligned,
    check_exact,
    count_text,
    ends,
    exact_text,
    is_short,
    places_over,
    shades,
    shown,
    whole,
)
from cnnviz.figures.stepper.parts import Input, Kernel, MatrixScript, OutputGrid, Step, Walk

MAX_STEPS = 1_100  # 16 × 16 outputs of four filters, and a little
MAX_TERMS = 120_000

Weight = tuple[Planes, ...]  # as torch stores it: (out, in / groups, kh, kw), transposed (in, out / groups, kh, kw)


def convolution_script(
    layer: Conv2d | ConvTranspose2d,
    input: Planes,
    weight: Weight,
    bias: Sequence[Fraction],
    *,
    relu: bool,
    flip: bool,
    names: Sequence[str],
    grey: bool,
    matrix: bool,
) -> Walk:
    """The script of ``layer_script`` for a Conv2d, or for a ConvTranspose2d as the convolution it equals."""
    check_length(layer, input)
    values, value_scale = whole(input)
    weights, weight_scale, divisor = whole_weight(weight)
    check_exact(values, weights, prod(weights.shape[1:]))
    stored = weights[:, :, ::-1, ::-1] if flip else weights
    walk = steps(layer, values, stored)
    laid = laid_planes(layer, weight, flip)
    scale = value_scale * (weight_scale if divisor == 1 else 1)
    transposed = isinstance(layer, ConvTranspose2d)
    spread = pair(layer.stride) if transposed else (1, 1)
    grid = input_grid(
        input,
        walk,
        border_sides(layer),
        names=names,
        grey=grey,
        sources=copied_lines(layer, values.shape),
        spread=spread,
    )
    outputs, written = written_steps(walk, layer, bias, scale, divisor, grid["origin"], relu)
    shape = layer.output_shape(values.shape)
    script: Walk = {
        "kind": "transposed" if transposed else "convolution",
        "flipped": flip,
        "input": {**grid, "border": "" if padding_free(layer) else layer.padding_mode},
        "kernel": kernel_grid(layer, laid, bias, divisor),
        "output": output_grid(outputs, shape),
        "note": unread_note(grid),
        "steps": written,
        "matrix": matrix_entries(walk, grid, laid) if matrix else None,
    }
    return script


def whole_weight(weight: Weight) -> tuple[np.ndarray, int, int]:
    """The weight (out, in, kh, kw) as whole numbers, their scale, and what the sum is divided by at the end.

    Where the weights are decimals that end, each product shows them as they are and nothing is divided; else the
    kernel is shown as whole numbers over their common denominator, and each sum is divided by it.
    """
    flat = [plane for planes in weight for plane in planes]
    weights, scale = whole(flat)
    divisor = 1 if ends(flat) else scale
    return weights.reshape(len(weight), len(weight[0]), *weights.shape[1:]), scale, divisor


def laid_planes(layer: Conv2d | ConvTranspose2d, weight: Weight, flip: bool) -> Weight:
    """The kernels (out, in / groups, kh, kw) as they lie on the input: flipped where that is asked for.

    A transposed convolution stores (in, out / groups, kh, kw) and lays its kernels flipped.
    """
    if not isinstance(layer, ConvTranspose2d):
        return tuple(tuple(turned(plane) if flip else plane for plane in planes) for planes in weight)
    per_group, inputs = layer.out_channels // layer.groups, layer.in_channels // layer.groups
    return tuple(
        tuple(
            plane if flip else turned(plane)
            for plane in (weight[o // per_group * inputs + c][o % per_group] for c in range(inputs))
        )
        for o in range(layer.out_channels)
    )


def turned(plane: Matrix) -> Matrix:
    """A kernel flipped in both directions.

    >>> turned(((1, 2), (3, 4)))
    ((4, 3), (2, 1))
    """
    return tuple(row[::-1] for row in plane[::-1])


def check_length(layer: Conv2d | ConvTranspose2d, input: Planes) -> None:
    """Refuse a walk with more steps, or more terms, than a page can hold."""
    shape = layer.output_shape((len(input), len(input[0]), len(input[0][0])))
    terms = prod(shape) * prod(pair(layer.kernel_size)) * (layer.in_channels // layer.groups)
    if prod(shape) > MAX_STEPS:
        raise MatrixError(
            f"The output would be {' × '.join(map(str, shape))} = {prod(shape):,} cells: the stepper walks through "
            f"at most {MAX_STEPS:,} windows. Use a smaller input, fewer filters, less padding or a larger stride."
        )
    if terms > MAX_TERMS:
        raise MatrixError(
            f"That makes {terms:,} products, more than the {MAX_TERMS:,} the stepper holds: "
            "use a smaller kernel, a smaller input or fewer filters."
        )


def border_sides(layer: Conv2d | ConvTranspose2d) -> tuple[tuple[int, int], tuple[int, int]]:
    """The zeros around the drawn input: ((top, bottom), (left, right))."""
    if isinstance(layer, Conv2d):
        return layer.padding_sides()
    vertical, horizontal = (
        (max(0, reach - padding), max(0, reach - padding + extra))
        for reach, padding, extra in zip(
            (
                (size - 1) * dilation
                for size, dilation in zip(pair(layer.kernel_size), pair(layer.dilation), strict=True)
            ),
            pair(layer.padding),
            pair(layer.output_padding),
            strict=True,
        )
    )
    return vertical, horizontal


def padding_free(layer: Conv2d | ConvTranspose2d) -> bool:
    """Whether nothing is drawn around the input."""
    return not any(size for side in border_sides(layer) for size in side)


def copied_lines(layer: Conv2d | ConvTranspose2d, shape: Sequence[int]) -> tuple[list[int], list[int]] | None:
    """For every row and column of the padded input the one it copies; None where padding holds zeros."""
    if layer.padding_mode == "zeros" or padding_free(layer):
        return None
    mode = NUMPY_PAD_MODES[layer.padding_mode]
    rows, columns = (
        np.pad(np.arange(size), sides, mode=mode).tolist()
        for size, sides in zip(shape[1:], border_sides(layer), strict=True)
    )
    return rows, columns


def kernel_grid(layer: Conv2d | ConvTranspose2d, laid: Weight, bias: Sequence[Fraction], divisor: int) -> Kernel:
    """The ``kernel`` of a script: for each filter its planes, shaded alike, and its bias."""
    tints = shades([plane for planes in laid for plane in planes])
    inputs = len(laid[0])
    return {
        "filters": [
            {
                "name": f"filter {number + 1}" if len(laid) > 1 else "",
                "planes": [
                    {
                        "cells": [[exact_text(value * divisor) for value in row] for row in plane],
                        "shade": tints[number * inputs + channel],
                    }
                    for channel, plane in enumerate(planes)
                ],
                "bias": exact_text(bias[number]),
            }
            for number, planes in enumerate(laid)
        ],
        "size": list(pair(layer.kernel_size)),
        "dilation": list(pair(layer.dilation)),
        "divisor": divisor,
    }


def output_grid(outputs: Sequence[Fraction], shape: Sequence[int], names: Sequence[str] = ()) -> OutputGrid:
    """The ``output`` of a script from its values in torch's order; ``rounded`` where two decimals are not enough."""
    channels, height, width = shape
    values = iter(outputs)
    planes = [[[next(values) for _ in range(width)] for _ in range(height)] for _ in range(channels)]
    cells, rounded = aligned(planes)
    return {
        "planes": planes_of(cells, shades(planes), plane_names(channels, names, "filter")),
        "kinds": ["." * width] * height,
        "origin": [0, 0],
        "size": [height, width],
        "rounded": rounded,
    }


def written_steps(
    walk: Sequence[WindowStep],
    layer: Conv2d | ConvTranspose2d,
    bias: Sequence[Fraction],
    scale: int,
    divisor: int,
    origin: Sequence[int],
    relu: bool,
) -> tuple[list[Fraction], list[Step]]:
    """The results, and every step with its terms and sums as text."""
    inputs, per_group = layer.in_channels // layer.groups, layer.out_channels // layer.groups
    # steps multiplied whole numbers: with a divisor, by the weights' numerators, which the scale leaves out
    places = places_over(scale)
    results: list[Fraction] = []
    written: list[Step] = []
    for step in walk:
        group = step.output_index[0] // per_group
        counts = step.products.astype(np.int64)
        sums = [int(total) for total in counts.sum(axis=(1, 2))]
        total = Fraction(sum(sums), scale)
        weighted = total / divisor
        result = weighted + bias[step.output_index[0]]
        results.append(max(Fraction(0), result) if relu else result)
        written.append(
            {
                "at": list(step.output_index),
                "channels": list(range(group * inputs, (group + 1) * inputs)),
                "rows": [row + origin[0] for row in step.rows],
                "columns": [column + origin[1] for column in step.columns],
                "products": [
                    [[count_text(n, scale, places) for n in row] for row in plane] for plane in counts.tolist()
                ],
                "sums": [count_text(total, scale, places) for total in sums],
                "total": exact_text(total),
                "weighted": shown(weighted),
                "weighted_rounded": not is_short(weighted),
                "plus_bias": shown(result),
                "line_rounded": not (is_short(weighted) and is_short(result)),
                "result": shown(results[-1]),
                "result_rounded": not is_short(results[-1]),
            }
        )
        if inputs == 1:
            written[-1]["row_sums"] = [count_text(n, scale, places) for n in counts[0].sum(axis=1).tolist()]
    return results, written


def matrix_entries(walk: Sequence[WindowStep], grid: Input, laid: Weight) -> MatrixScript:
    """The layer as one sparse matrix: for each output the (input column, weight, shade) that are not zero by position.

    A column is the flat index (channel, row, column) of an input value. Through padding that copies, two taps may read
    the same value: their weights are added.
    """
    height, width = grid["size"]
    place = input_places(grid)
    largest = max((abs(value) for planes in laid for plane in planes for row in plane for value in row), default=0)
    inputs = len(laid[0])
    entries = []
    for step in walk:
        merged: dict[int, Fraction] = {}
        first = step_first_channel(step, len(laid), inputs, len(grid["planes"]))
        for channel, plane in enumerate(laid[step.output_index[0]]):
            for row, line in zip(step.rows, plane, strict=True):
                for column, value in zip(step.columns, line, strict=True):
                    at = place(row, column)
                    if at is not None:
                        index = ((first + channel) * height + at[0]) * width + at[1]
                        merged[index] = merged.get(index, Fraction(0)) + value
        entries.append(
            [
                (index, shown(value), max(-1.0, min(1.0, round(float(value / largest), 3))) if largest else 0.0)
                for index, value in sorted(merged.items())
            ]
        )
    return {"columns": len(grid["planes"]) * height * width, "rows": len(entries), "entries": entries}


def step_first_channel(step: WindowStep, filters: int, inputs: int, channels: int) -> int:
    """The first input channel that a step reads: its group's."""
    groups = channels // inputs
    return step.output_index[0] // (filters // groups) * inputs


def input_places(grid: Input) -> Any:
    """A function from a tap's row and column to the input value it reads, or None where it reads a zero."""
    (top, left), kinds, sources, spread = grid["origin"], grid["kinds"], grid["sources"], grid["spread"]

    def place(row: int, column: int) -> tuple[int, int] | None:
        kind = kinds[row + top][column + left]
        if kind == ".":
            return row // spread[0], column // spread[1]
        if kind == "p" and sources:
            return sources["rows"][row + top] - top, sources["columns"][column + left] - left
        return None

    return place


def read_bias(layer: Any, bias: Sequence[Fraction] | None, filters: int) -> Sequence[Fraction]:
    """One bias per filter, zeros where none are given; MatrixError when their number is another."""
    if bias is None:
        return (Fraction(0),) * filters
    if len(bias) != filters:
        raise MatrixError(f"There is one bias per filter: {counted(filters, 'filter')}, but {len(bias)} given.")
    return bias
