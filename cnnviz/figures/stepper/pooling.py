"""The script of a pooling layer: the winner of every window, or its sum and what that is divided by."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cnnviz.arithmetic.layers import AvgPool2d, MaxPool2d
from cnnviz.arithmetic.matrix import MatrixError
from cnnviz.arithmetic.settings import pair
from cnnviz.arithmetic.windows import Step as WindowStep
from cnnviz.arithmetic.windows import steps
from cnnviz.figures.stepper.convolving import MAX_STEPS, output_grid
from cnnviz.figures.stepper.grids import input_grid, plane_names, unread_note
from cnnviz.figures.stepper.numbers import Planes, check_exact, exact_text, is_short, shown, whole
from cnnviz.figures.stepper.parts import OutputGrid, Step, Walk


def pooling_script(layer: MaxPool2d | AvgPool2d, input: Planes, *, names: Sequence[str], grey: bool) -> Walk:
    """The script of ``layer_script`` for a pooling layer: each channel is pooled by itself, and nothing is learned."""
    values, scale = whole(input)
    window = pair(layer.kernel_size)
    check_exact(values, values[:, :0], window[0] * window[1])
    shape = layer.output_shape(values.shape)
    if shape[0] * shape[1] * shape[2] > MAX_STEPS:
        raise MatrixError(
            f"The output would be {' × '.join(map(str, shape))} cells: the stepper walks through at most "
            f"{MAX_STEPS:,} windows. Use a smaller input or a larger stride."
        )
    walk = steps(layer, values)
    is_max = isinstance(layer, MaxPool2d)
    down, across = pair(layer.padding)
    grid = input_grid(
        input, walk, ((down, down), (across, across)), names=names, grey=grey, pad_text="−∞" if is_max else "0"
    )
    results: list[Fraction | None] = []
    written: list[Step] = []
    for step in walk:
        script: Step = {
            "at": list(step.output_index),
            "channels": [step.output_index[0]],
            "rows": [row + grid["origin"][0] for row in step.rows],
            "columns": [column + grid["origin"][1] for column in step.columns],
        }
        results.append((write_highest if is_max else write_mean)(script, layer, step, scale, values.shape[1:]))
        written.append(script)
    output = output_grid(
        [Fraction(0) if value is None else value for value in results], shape, plane_names(shape[0], names)
    )
    write_empty_windows(output, written, results)
    return {
        "kind": "max" if is_max else "average",
        "flipped": False,
        "input": {**grid, "border": "zeros" if down or across else ""},
        "kernel": None,
        "output": output,
        "note": unread_note(grid),
        "steps": written,
        "matrix": None,
    }


def write_highest(script: Step, layer: Any, step: WindowStep, scale: int, size: tuple[int, ...]) -> Fraction | None:
    """Write the largest value of a window and where it stands in the window; None where the window holds none."""
    script["winner"], script["result_rounded"] = None, False
    if step.winner is None:
        script["result"] = "−∞"
        return None
    result = Fraction(round(step.result), scale)
    script["winner"], script["result"] = (step.winner[0], step.winner[1]), exact_text(result)
    return result


def write_mean(script: Step, layer: Any, step: WindowStep, scale: int, size: tuple[int, ...]) -> Fraction:
    """Write the sum of a window, what it is divided by and why."""
    total = Fraction(round(float(step.values.sum())), scale)
    divisor = step.divisor or 1
    result = total / divisor
    script["total"], script["divisor"] = exact_text(total), divisor
    script["why"] = divisor_reason(layer, step, divisor, size)
    script["result"], script["result_rounded"] = shown(result), not is_short(result)
    return result


def divisor_reason(layer: AvgPool2d, step: WindowStep, divisor: int, size: tuple[int, ...]) -> str:
    """Why the sum is divided by just that number, in a sentence."""
    cells = len(step.rows) * len(step.columns)
    inside = sum(0 <= row < size[0] for row in step.rows) * sum(0 <= column < size[1] for column in step.columns)
    if layer.divisor_override:
        return f"Divided by {divisor}, because divisor_override says so."
    if divisor == cells:
        if inside == cells:
            return f"Divided by {divisor}: all {cells} cells of the window lie in the input."
        return f"Divided by {divisor}, though only {inside} of the {cells} cells lie in the input: padding counts."
    if divisor == inside and not layer.count_include_pad:
        return f"Divided by {divisor}, not {cells}: count_include_pad=False counts only the cells inside the input."
    return (
        f"Divided by {divisor}, not {cells}: with ceil_mode the window reaches {cells - divisor} cells beyond the "
        "padding, and those never count."
    )


def write_empty_windows(output: OutputGrid, written: list[Step], results: list[Fraction | None]) -> None:
    """Write minus infinity where a window holds padding alone, as torch does."""
    for step, result in zip(written, results, strict=True):
        if result is None:
            plane, row, column = step["at"]
            output["planes"][plane]["cells"][row][column] = "−∞"
