"""What the stepper shows, worked out once: every window, every term as text, every sum. The browser only draws it.

Numbers are carried as whole numbers over a common denominator while ``windows.steps`` multiplies and adds them, so the
printed terms add up to the printed sum exactly; a result that no short decimal can write is printed with ``≈``.
"""

from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.matrix import Matrix, MatrixError, decimal_places, write_number
from cnnviz.arithmetic.windows import steps

EXACT = 2**53  # float64 holds every whole number up to here, so sums of products below it are exact
MAX_CELLS = 500
SHOWN_DECIMALS = 2
TERM_DECIMALS = 6


def convolution_script(
    input: Matrix,
    kernel: Matrix,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    bias: Fraction = Fraction(0),
    relu: bool = True,
    grey: bool = False,
) -> dict[str, Any]:
    """The stepper's data for ``y = relu(w·x + b)`` over one channel: JSON-ready, numbers already written out.

    ``input`` (H, W) and ``kernel`` (kh, kw) are exact fractions from ``read_matrix``. ``grey`` draws the input as grey
    levels 0 to 255. Keys: ``input``, ``kernel`` and ``output`` grids (``cells`` as text, ``shade`` from -1 to 1),
    ``steps`` in scanning order, ``padding``, and ``uncovered`` (rows, columns the last window leaves over).

    Raises ``ShapeError`` where the kernel does not fit, ``MatrixError`` where the numbers have too many digits to add
    up exactly or the output has more than 500 cells.
    """
    layer = Conv2d(1, 1, (len(kernel), len(kernel[0])), stride=stride, padding=padding, dilation=dilation)
    _, height, width = layer.output_shape((1, len(input), len(input[0])))
    if height * width > MAX_CELLS:
        raise MatrixError(
            f"The output would be {height} × {width}: the stepper walks through at most {MAX_CELLS} windows. "
            "Use a smaller input, less padding or a larger stride."
        )
    values, value_scale = _whole(input)
    weights, weight_scale = _whole(kernel)
    if np.abs(values).max() * np.abs(weights).max() * weights.size > EXACT:
        raise MatrixError("These numbers have too many digits to be added up exactly: use fewer decimals.")

    divisor = 1 if _ends(kernel) else weight_scale
    outputs: list[Fraction] = []
    script_steps: list[dict[str, Any]] = []
    for step in steps(layer, values[None], weights[None, None]):
        terms = [[Fraction(round(p), value_scale * weight_scale // divisor) for p in row] for row in step.products[0]]
        window = [[Fraction(round(v), value_scale) for v in row] for row in step.values[0]]
        weighted = sum((sum(row, Fraction(0)) for row in terms), Fraction(0)) / divisor
        outputs.append(max(Fraction(0), weighted + bias) if relu else weighted + bias)
        script_steps.append(
            {
                "at": [step.output_index[1], step.output_index[2]],
                "rows": [row + padding for row in step.rows],
                "columns": [column + padding for column in step.columns],
                "values": [[write_number(value) for value in row] for row in window],
                **_sums(terms, _places(value_scale * (weight_scale if divisor == 1 else 1)), weighted, bias, relu),
            }
        )

    padded = _padded(input, padding)
    last = script_steps[-1]
    return {
        "padding": padding,
        "input": {"cells": padded, "shade": _shade(input, 255 if grey else None), "grey": grey},
        "kernel": {
            "cells": [[write_number(value * divisor) for value in row] for row in kernel],
            "shade": _shade(kernel),
            "divisor": divisor,
        },
        "output": _output_grid([outputs[row * width : (row + 1) * width] for row in range(height)]),
        "steps": script_steps,
        "uncovered": [len(padded) - 1 - last["rows"][-1], len(padded[0]) - 1 - last["columns"][-1]],
        "relu": relu,
        "bias": write_number(bias),
    }


def _output_grid(grid: list[list[Fraction]]) -> dict[str, Any]:
    """The output as text, all cells with the same decimals, and whether any of them had to be rounded."""
    values = [value for row in grid for value in row]
    places = 0 if all(value.denominator == 1 for value in values) else SHOWN_DECIMALS
    rounded = any((value * 10**places).denominator != 1 for value in values)
    return {"cells": _aligned(grid, places), "shade": _shade(grid), "rounded": rounded}


def _sums(terms: list[list[Fraction]], places: int, weighted: Fraction, bias: Fraction, relu: bool) -> dict[str, Any]:
    """The products and the lines under them: their sums, the division where there is one, the bias, the activation."""
    row_sums = [sum(row, Fraction(0)) for row in terms]
    result = weighted + bias
    return {
        "products": _aligned(terms, places),
        "row_sums": _aligned([row_sums], places)[0],
        "total": write_number(sum(row_sums, Fraction(0))),
        "weighted": _shown(weighted),
        "weighted_rounded": not _is_short(weighted),
        "plus_bias": _shown(result),
        "result": _shown(max(Fraction(0), result) if relu else result),
        "result_rounded": not _is_short(result),
    }


def _whole(matrix: Matrix) -> tuple[np.ndarray, int]:
    """The matrix as whole numbers (float64) over one common denominator."""
    scale = lcm(*(value.denominator for row in matrix for value in row))
    if scale > 10**6:
        raise MatrixError("These fractions have no common denominator below 1,000,000: use simpler ones, such as 1/9.")
    return np.array([[float(value * scale) for value in row] for row in matrix]), scale


def _ends(matrix: Matrix) -> bool:
    """Whether every number is a decimal that ends soon; else the common denominator is divided by at the end."""
    places = [decimal_places(value) for row in matrix for value in row]
    return all(place is not None and place <= 4 for place in places)


def _places(scale: int) -> int:
    return min(decimal_places(Fraction(1, scale)) or 0, TERM_DECIMALS)


def _is_short(value: Fraction) -> bool:
    places = decimal_places(value)
    return places is not None and places <= TERM_DECIMALS


def _shown(value: Fraction) -> str:
    return write_number(value) if _is_short(value) else f"{float(value):.{SHOWN_DECIMALS}f}"


def _aligned(grid: list[list[Fraction]], places: int) -> list[list[str]]:
    """Every number of a grid with the same decimals, so that a column of them can be read; no ``-0.00``."""
    return [[f"{float(round(value, places)):.{places}f}" for value in row] for row in grid]


def _padded(matrix: Matrix, padding: int) -> list[list[str]]:
    width = len(matrix[0]) + 2 * padding
    border = [["0"] * width for _ in range(padding)]
    side = ["0"] * padding
    return [*border, *([*side, *(write_number(value) for value in row), *side] for row in matrix), *border]


def _shade(matrix: Matrix | list[list[Fraction]], limit: int | None = None) -> list[list[float]]:
    """How strongly each cell is tinted: value over the largest magnitude (or over ``limit``), from -1 to 1."""
    largest = Fraction(limit) if limit else max(abs(value) for row in matrix for value in row)
    return [[round(float(value / largest), 3) if largest else 0.0 for value in row] for row in matrix]
