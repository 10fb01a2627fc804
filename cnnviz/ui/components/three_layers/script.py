"""What the drawing of the three layers says and shows: which input is joined to which output, by which weight."""

from typing import TypedDict

from cnnviz.arithmetic.settings import counted

GOLDEN_ANGLE = 137.508  # degrees: neighbours in this sequence of hues are far apart, however many there are
KERNEL_HUES = (38, 205, 325, 95, 265)  # of a convolution's few weights, told apart at a glance; orange comes first

Line = tuple[int, int, int]  # output, input, weight; all counted from 0


class Panel(TypedDict):
    """One layer: its name and count, its lines, a hue for each weight, and what to say where one points."""

    title: str
    words: str
    count: str
    formula: str
    lines: list[Line]
    hues: list[int]
    readings: dict[str, str]


class Script(TypedDict):
    """Three layers on the same inputs."""

    inputs: int
    outputs: int
    window: int
    panels: list[Panel]


def three_layers_script(inputs: int, window: int) -> Script:
    """The three layers on `inputs` numbers in a row; windows of `window` neighbours, stride 1, no padding, no biases.

    Each panel holds its lines as (output, input, weight), a hue for every weight, and what to say where one points:
    at "output.2", "input.0" or the line "line.2.3" from input 3 to output 2. In the words, counting starts at 1.

    >>> script = three_layers_script(8, 3)
    >>> [panel["count"] for panel in script["panels"]]
    ['48 weights', '18 weights', '3 weights']
    >>> script["panels"][2]["lines"][:4]
    [(0, 0, 0), (0, 1, 1), (0, 2, 2), (1, 1, 0)]
    """
    outputs = inputs - window + 1
    dense = [(out, into, out * inputs + into) for out in range(outputs) for into in range(inputs)]
    local = [(out, out + tap, out * window + tap) for out in range(outputs) for tap in range(window)]
    shared = [(out, out + tap, tap) for out in range(outputs) for tap in range(window)]
    return {
        "inputs": inputs,
        "outputs": outputs,
        "window": window,
        "panels": [
            panel("Dense", "everything to everything", f"{inputs} inputs · {outputs} outputs", dense),
            panel("Locally connected", "a window each", f"{window} a window · {outputs} windows", local),
            panel("Convolution", "a window each, the same weights", f"{window} for all {outputs} windows", shared),
        ],
    }


def panel(title: str, words: str, formula: str, lines: list[Line]) -> Panel:
    """One layer: its name, its count and where that comes from, its lines, its readings."""
    num_weights = len({weight for _, _, weight in lines})
    is_shared = num_weights < len(lines)
    hues = [
        KERNEL_HUES[weight] if num_weights <= len(KERNEL_HUES) else round(weight * GOLDEN_ANGLE % 360)
        for weight in range(num_weights)
    ]
    return {
        "title": title,
        "words": words,
        "count": counted(num_weights, "weight"),
        "formula": formula,
        "lines": lines,
        "hues": hues,
        "readings": readings(lines, is_shared),
    }


def readings(lines: list[Line], is_shared: bool) -> dict[str, str]:
    """What to say of every output, every input and every line."""
    said = {}
    for out in sorted({out for out, _, _ in lines}):
        inputs = [into for from_out, into, _ in lines if from_out == out]
        whose = ", the same as for every other output" if is_shared else " of its own"
        number = counted(len(inputs), "weight")
        said[f"output.{out}"] = f"Output {out + 1} reads {span('input', inputs)}: {number}{whose}."
    for into in sorted({into for _, into, _ in lines}):
        outputs = [out for out, from_into, _ in lines if from_into == into]
        said[f"input.{into}"] = f"Input {into + 1} reaches {span('output', outputs)}."
    for out, into, weight in lines:
        uses = [line for line in lines if line[2] == weight]
        where = f"from input {into + 1} to output {out + 1}"
        said[f"line.{out}.{into}"] = (
            f"w{weight + 1} is used {len(uses)} times: once for every output."
            if len(uses) > 1
            else f"w{weight + 1} is used once: {where}."
        )
    return said


def span(noun: str, numbers: list[int]) -> str:
    """Neighbours in words, counted from 1.

    >>> span("input", [2, 3, 4]), span("output", [0])
    ('inputs 3 to 5', 'output 1')
    """
    if len(numbers) == 1:
        return f"{noun} {numbers[0] + 1}"
    return f"{noun}s {numbers[0] + 1} to {numbers[-1] + 1}"


def targets(script: Script) -> set[str]:
    """Everything that can be pointed at in at least one panel."""
    return {target for panel in script["panels"] for target in panel["readings"]}
