"""The grids a window walks over, as they are drawn: the input with all that surrounds it, and what is never read."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from cnnviz.arithmetic.settings import counted
from cnnviz.arithmetic.windows import Step
from cnnviz.figures.stepper.numbers import Planes, exact_text, shades
from cnnviz.figures.stepper.parts import Cells, Input, Plane

HUES = {"R": "red", "G": "green", "B": "blue", "NIR": "infrared"}
GREY_LEVELS = Fraction(255)


@dataclass(frozen=True)
class Border:
    """How many rows and columns are drawn around the input."""

    top: int
    bottom: int
    left: int
    right: int


def border_of(steps: Sequence[Step], height: int, width: int, padding: Sequence[tuple[int, int]]) -> Border:
    """The border that holds the padding ((top, bottom), (left, right)) and every cell that a window reaches."""
    (top, bottom), (left, right) = padding
    rows, columns = reached_lines(steps)
    return Border(
        max(top, -min(rows, default=0)),
        max(bottom, max(rows, default=0) + 1 - height),
        max(left, -min(columns, default=0)),
        max(right, max(columns, default=0) + 1 - width),
    )


def reached_lines(steps: Sequence[Step]) -> tuple[set[int], set[int]]:
    """The rows and the columns that any window reads. A cell is read where both meet."""
    return {row for step in steps for row in step.rows}, {column for step in steps for column in step.columns}


def plane_names(count: int, names: Sequence[str], word: str = "channel") -> list[str]:
    """The given names where there are as many, else ``channel 1``, ``channel 2``; a single one needs none.

    >>> plane_names(2, ("R", "G")), plane_names(2, ()), plane_names(1, ())
    (['R', 'G'], ['channel 1', 'channel 2'], [''])
    """
    if len(names) == count:
        return list(names)
    return [""] if count == 1 else [f"{word} {number + 1}" for number in range(count)]


def planes_of(texts: Sequence[Cells], tints: Sequence[list[list[float | None]]], names: Sequence[str]) -> list[Plane]:
    """Planes as the stepper takes them: name, hue, cells as text and shades."""
    return [
        {"name": name, "hue": HUES.get(name, ""), "cells": cells, "shade": shade}
        for cells, shade, name in zip(texts, tints, names, strict=True)
    ]


def input_grid(
    input: Planes,
    steps: Sequence[Step],
    padding: Sequence[tuple[int, int]],
    *,
    names: Sequence[str] = (),
    grey: bool = False,
    pad_text: str = "0",
    sources: tuple[list[int], list[int]] | None = None,
    spread: tuple[int, int] = (1, 1),
) -> Input:
    """The input as it is drawn, with its border: the ``input`` of a script.

    ``padding`` is ((top, bottom), (left, right)); what a window reaches beyond it counts as "b". ``pad_text`` is what a
    padding cell holds, unless ``sources`` gives for every padded row and column the input's row and column that it
    copies. ``spread`` draws neighbours that far apart, with zeros between, for a transposed convolution. With no
    ``steps`` nothing is marked as unread.
    """
    height, width = (len(input[0]) - 1) * spread[0] + 1, (len(input[0][0]) - 1) * spread[1] + 1
    border = border_of(steps, height, width, padding)
    rows, columns = (
        range(-border.top, height + border.bottom),
        range(-border.left, width + border.right),
    )
    kinds = ["".join(kind_of(row, column, (height, width), padding, spread) for column in columns) for row in rows]
    tints = shades(input, GREY_LEVELS if grey else None)
    written = [[[exact_text(value) for value in line] for line in plane] for plane in input]
    fixed = {"p": "0" if sources else pad_text, "b": "", "z": "0"}

    def source(row: int, column: int, kind: str) -> tuple[int, int] | None:
        if kind == ".":
            return row // spread[0], column // spread[1]
        if kind == "p" and sources:
            return sources[0][row + padding[0][0]], sources[1][column + padding[1][0]]
        return None

    cells: list[list[list[str]]] = [[] for _ in input]
    shade: list[list[list[float | None]]] = [[] for _ in input]
    for row, line in zip(rows, kinds, strict=True):
        places = [source(row, column, kind) for column, kind in zip(columns, line, strict=True)]
        for channel in range(len(input)):
            cells[channel].append(
                [written[channel][at[0]][at[1]] if at else fixed[kind] for at, kind in zip(places, line, strict=True)]
            )
            shade[channel].append([tints[channel][at[0]][at[1]] if at else None for at in places])
    read_rows, read_columns = reached_lines(steps) if steps else (set(rows), set(columns))
    return {
        "planes": planes_of(cells, shade, plane_names(len(input), names)),
        "kinds": kinds,
        "unread": [
            "".join(".x"[not (row in read_rows and column in read_columns)] for column in columns) for row in rows
        ],
        "origin": [border.top, border.left],
        "size": [len(input[0]), len(input[0][0])],
        "spread": list(spread),
        "sources": None
        if sources is None
        else {"rows": [row + border.top for row in sources[0]], "columns": [at + border.left for at in sources[1]]},
        "grey": grey,
        "border": "",
    }


def kind_of(
    row: int, column: int, size: tuple[int, int], padding: Sequence[tuple[int, int]], spread: tuple[int, int]
) -> str:
    """The letter of a drawn cell: "." input, "z" a zero put between, "p" padding, "b" beyond the padding."""
    inside = [0 <= at < length for at, length in zip((row, column), size, strict=True)]
    if all(inside):
        return "." if row % spread[0] == 0 and column % spread[1] == 0 else "z"
    padded = [
        -before <= at < length + after for at, length, (before, after) in zip((row, column), size, padding, strict=True)
    ]
    return "p" if all(padded) else "b"


def unread_note(grid: Input) -> str:
    """What the striped cells are, in a sentence; empty where every cell is read."""
    unread = grid["unread"]
    rows = ["." not in line for line in unread]
    columns = ["." not in [line[at] for line in unread] for at in range(len(unread[0]))]
    left_rows, left_columns = trailing(rows), trailing(columns)
    sentences = []
    if left_rows or left_columns:
        parts = [counted(left, word) for left, word in ((left_rows, "row"), (left_columns, "column")) if left]
        verb = "is" if left_rows + left_columns == 1 else "are"
        sentences.append(f"The striped {' and '.join(parts)} at the end {verb} never reached: no further window fits.")
    if any(rows[: len(rows) - left_rows]) or any(columns[: len(columns) - left_columns]):
        sentences.append("The striped lines in between are stepped over: no window reads them.")
    return " ".join(sentences)


def trailing(flags: list[bool]) -> int:
    """How many flags at the end are set.

    >>> trailing([True, False, True, True])
    2
    """
    return next((count for count, flag in enumerate(reversed(flags)) if not flag), len(flags))
