"""The derivation of a step as Markdown: the sizes with the numbers put in, the terms, the sums, the whole output."""

import ast
from typing import Any

from cnnviz.arithmetic.layers import KINDS
from cnnviz.figures.stepper.parts import Script
from cnnviz.figures.stepper.runnable import input_planes
from cnnviz.figures.stepper.words import signed, step_lines, step_title


def step_markdown(script: Script, index: int, title: str = "") -> str:
    """What a student would hand in for one step: Markdown with formulas in $$."""
    layer = layer_of(script["code"])
    flat = layer.as_2d() if hasattr(layer, "as_2d") else layer
    height, width = script["input"]["size"]
    shape = (len(script["input"]["planes"]), height, width)
    along_one = script["axes"] == 1
    given = (shape[0], shape[2]) if along_one else shape
    parts = [f"# {title or script['code']}", f"`nn.{script['code']}` on an input of {' × '.join(map(str, given))}"]
    derivations = flat.shape_derivations(shape)
    parts += [derivation.markdown for derivation in (derivations[-1:] if along_one else derivations)]
    if script["kernel"] is not None:
        parts.append(flat.num_params_derivation().markdown)
    if script["flipped"]:
        parts.append("The kernel is flipped before it is laid on the input: a convolution, not a cross-correlation.")
    parts.append(f"## {step_title(script, index).capitalize()}")
    parts.append("  \n".join(escaped(line) for line in step_lines(script, index)))
    grids = (("Input", script["input"], input_planes(script)), ("Output", script["output"], output_planes(script)))
    for heading, grid, planes in grids:
        parts.append(f"## {heading}")
        names = [plane["name"] for plane in grid["planes"]]
        for name, plane in zip(names, planes, strict=True):
            parts.append((f"{name}:\n\n" if name else "") + table(plane))
    if script["output"]["rounded"]:
        parts.append("The output is rounded to two decimals.")
    return "\n\n".join(parts) + "\n"


def layer_of(code: str) -> Any:
    """The layer that a line such as ``Conv2d(3, 4, kernel_size=3)`` names. The line is read, never run.

    >>> layer_of("MaxPool2d(kernel_size=2, stride=2)").kernel_size
    2
    """
    call = ast.parse(code, mode="eval").body
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Name)
    arguments = [ast.literal_eval(argument) for argument in call.args]
    named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords if keyword.arg}
    return KINDS[call.func.id](*arguments, **named)


def output_planes(script: Script) -> list[list[list[str]]]:
    """The output, cropped as the layer's own is."""
    output = script["output"]
    (top, left), (height, width) = output["origin"], output["size"]
    return [[row[left : left + width] for row in plane["cells"][top : top + height]] for plane in output["planes"]]


def table(rows: list[list[str]]) -> str:
    """A grid as a Markdown table with an empty head."""
    head = "|" + " |" * len(rows[0]) + "\n|" + " ---: |" * len(rows[0])
    return "\n".join([head, *("| " + " | ".join(map(signed, row)) + " |" for row in rows)])


def escaped(line: str) -> str:
    """A line whose * and _ and | are no markup."""
    return "".join(f"\\{letter}" if letter in "*_|`<>" else letter for letter in line)
