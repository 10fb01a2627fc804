"""Where memory and parameters of a network sit: a line per layer with a bar for each. Point at a line to read it."""

from collections.abc import Sequence
from typing import TypedDict

from cnnviz.arithmetic.network import Node
from cnnviz.arithmetic.network.memory import Share, halves, num_values
from cnnviz.arithmetic.num_bytes import FLOAT32_BYTES, readable_bytes
from cnnviz.ui.component import Component, browser_component
from cnnviz.ui.components.network_drawing.script import by, percent, settings_words


class DrawnLine(TypedDict):
    """One line: its texts, its bars in per cent, which of them are heavy, and what is said of it."""

    name: str
    shape: str
    values: str
    params: str
    memory_bar: float
    params_bar: float
    heavy_memory: bool
    heavy_params: bool
    reading: list[str]


class Total(TypedDict):
    """What all lines have together."""

    values: str
    params: str


class Message(TypedDict):
    """The lines with their sums, and what they show in a sentence."""

    finding: str
    lines: list[DrawnLine]
    total: Total


_component: Component[Message] = browser_component(__file__)


def show_memory_bars(lines: Sequence[Share], key: str) -> None:
    """Draw the lines (see `cnnviz.arithmetic.network.memory.memory_shares`) with their sums."""
    _component(key=key, data=memory_bars_data(lines))


def memory_bars_data(lines: Sequence[Share]) -> Message:
    """Every word and number that is drawn. Bars are percentages of the longest in their column.

    >>> data = memory_bars_data([Share("input", (3136,), 3136, 0, 0), Share("fc1", (128,), 128, 401536, 401408)])
    >>> data["lines"][1]["values"], data["lines"][1]["memory_bar"], data["total"]["params"]
    ('128', 4.08, '401,536')
    """
    values, num_params = num_values(lines), sum(line.num_params for line in lines)
    most_values, most_params = max(line.values for line in lines), max(line.num_params for line in lines)
    return {
        "finding": finding(lines),
        "lines": [
            {
                "name": line.name,
                "shape": by(line.output_shape),
                "values": f"{line.values:,}",
                "params": f"{line.num_params:,}",
                "memory_bar": bar(line.values, most_values),
                "params_bar": bar(line.num_params, most_params),
                "heavy_memory": 10 * line.values >= values,
                "heavy_params": 10 * line.num_params >= num_params > 0,
                "reading": reading(line, values, num_params),
            }
            for line in lines
        ],
        "total": {"values": f"{values:,}", "params": f"{num_params:,}"},
    }


def reading(line: Share, values: int, num_params: int) -> list[str]:
    """What is said of a line that is pointed at: its memory, then its parameters and its work."""
    product = f"{by(line.output_shape)} = " if len(line.output_shape) > 1 and len(line.rows) <= 1 else ""
    what = f"{len(line.rows)} layers: " if line.rows else ""
    if len(line.rows) == 1:
        row = line.rows[0]
        what = f"{settings_words(Node(row.name, row.layer, row.inputs))}: "
    memory = f"{what}{product}{line.values:,} values, {readable_bytes(line.values * FLOAT32_BYTES)}"
    learned = f"{line.num_params:,} parameters" if line.num_params else "no parameters"
    share = f" ({percent(100 * line.num_params / num_params)} of all)" if line.num_params else ""
    work = f", {line.macs:,} MACs" if line.macs else ""
    return [f"{memory} ({percent(100 * line.values / values)} of all)", f"{learned}{share}{work}"]


def finding(lines: Sequence[Share]) -> str:
    """What the bars show, in a sentence."""
    front, back = halves(lines)
    sentence = f"Half of the memory is in the first {front} of {len(lines)} lines"
    return f"{sentence}, half of the parameters in the last {back}." if back else f"{sentence}."


def bar(number: int, most: int) -> float:
    """The length of a bar in percent of the longest."""
    return round(100 * number / most, 2) if most else 0
