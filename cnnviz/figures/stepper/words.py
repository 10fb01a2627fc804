"""One step of a script in words and terms: the lines under a picture, and what a derivation quotes."""

from collections.abc import Sequence
from typing import Literal

from cnnviz.figures.stepper.parts import Script, Step, kernel_of


def signed(text: str) -> str:
    """A number with a real minus sign."""
    return text.replace("-", "−")


def bracketed(text: str) -> str:
    """A number as it stands inside a sum or a product.

    >>> bracketed("-2"), bracketed("3")
    ('(−2)', '3')
    """
    return f"({signed(text)})" if text.startswith("-") else text


def added(texts: Sequence[str]) -> str:
    """Numbers joined by plus signs; the first needs no brackets.

    >>> added(["-1", "-2"])
    '−1 + (−2)'
    """
    return " + ".join([signed(texts[0]), *map(bracketed, texts[1:])])


def step_title(script: Script, index: int) -> str:
    """Which step it is, and where it stands: ``step 2 of 9: output row 1, column 2``."""
    plane, row, column = script["steps"][index]["at"]
    side: Literal["input", "output"] = "input" if script["kind"] == "stamp" else "output"
    name = script[side]["planes"][plane]["name"]
    place = f"place {column + 1}" if script["axes"] == 1 else f"row {row + 1}, column {column + 1}"
    return f"step {index + 1} of {len(script['steps'])}: {side} {name + ', ' if name else ''}{place}"


def step_lines(script: Script, index: int) -> list[str]:
    """The arithmetic of one step, line by line; the shown terms add up to the shown sums."""
    step = script["steps"][index]
    lines = {"max": max_lines, "average": average_lines, "stamp": stamp_lines}.get(script["kind"], sum_lines)
    return lines(script, step)


def window_values(script: Script, step: Step, channel: int) -> list[str]:
    """What the window holds in one channel, row by row, cells beyond the padding left out."""
    cells, kinds = script["input"]["planes"][channel]["cells"], script["input"]["kinds"]
    places = [(row, column) for row in step["rows"] for column in step["columns"]]
    return [cells[row][column] for row, column in places if kinds[row][column] != "b"]


def sum_lines(script: Script, step: Step) -> list[str]:
    """Products, sums per channel, division, bias and activation of a convolution."""
    kernel = kernel_of(script)
    filter = kernel["filters"][step["at"][0]]
    many = len(step["channels"]) > 1
    lines = []
    for number, channel in enumerate(step["channels"]):
        weights = [text for row in filter["planes"][number]["cells"] for text in row]
        values = window_values(script, step, channel)
        terms = " + ".join(f"{bracketed(x)}·{bracketed(w)}" for x, w in zip(values, weights, strict=True))
        name = f"{script['input']['planes'][channel]['name']}: " if many else ""
        lines.append(f"{name}{terms} = {signed(step['sums'][number])}")
    if many:
        lines.append(f"channels added: {added(step['sums'])} = {signed(step['total'])}")
    about = "≈" if step["weighted_rounded"] else "="
    if kernel["divisor"] > 1:
        lines.append(f"{bracketed(step['total'])} / {kernel['divisor']} {about} {signed(step['weighted'])}")
    put = f"{bracketed(step['weighted'])} + {bracketed(filter['bias'])}"
    end = "≈" if step["line_rounded"] else "="
    if script["relu"]:
        lines.append(
            f"y = relu(w·x + b) = relu({put}) {end} relu({signed(step['plus_bias'])}) = {signed(step['result'])}"
        )
    else:
        lines.append(f"y = w·x + b = {put} {end} {signed(step['result'])}")
    return lines


def max_lines(script: Script, step: Step) -> list[str]:
    """The values of the window and its winner."""
    values = ", ".join(map(signed, window_values(script, step, step["channels"][0])))
    lines = [f"max({values}) = {signed(step['result'])}"]
    if step["winner"]:
        row, column = step["winner"]
        lines.append(f"The winner stands at row {row + 1}, column {column + 1} of the window.")
    return lines


def average_lines(script: Script, step: Step) -> list[str]:
    """The values of the window, their sum, what it is divided by and why."""
    values = added(window_values(script, step, step["channels"][0]))
    about = "≈" if step["result_rounded"] else "="
    total = f"{bracketed(step['total'])} / {step['divisor']} {about} {signed(step['result'])}"
    return [f"({values}) / {step['divisor']} = {total}", step["why"]]


def stamp_lines(script: Script, step: Step) -> list[str]:
    """What one input value stamps."""
    _, row, column = step["at"]
    lines = [f"The input {signed(step['value'])} (row {row + 1}, column {column + 1}) stamps the kernel, times it."]
    for number, plane in enumerate(step["planes"]):
        name = script["output"]["planes"][plane]["name"]
        grids = (step[part][number] for part in ("before", "products", "after"))
        places = zip(*([text for line in grid for text in line] for grid in grids), strict=True)
        sums = [f"{signed(old)} + {bracketed(new)} = {signed(total)}" for old, new, total in places]
        lines.append(f"{name + ': ' if name else ''}{', '.join(sums)}")
    return lines
