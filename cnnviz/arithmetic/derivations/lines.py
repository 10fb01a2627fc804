r"""The lines a student would write: the formula, the numbers put in, each simplification, the result.

Every line is LaTeX that KaTeX can set. Numbers carry the role they play as a colour name, as in
\textcolor{input}{227}; who draws them puts in the colours (roles: input, kernel, output, padding).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

COLOURED = re.compile(r"\\textcolor\{\w+\}\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
REACH = r"\textcolor{kernel}{R}"
NAMES = {"H": "height", "W": "width"}


@dataclass(frozen=True)
class Line:
    """One line of a derivation. The first has a left side; the others begin with the = sign. The note is plain text."""

    latex: str
    note: str = ""


@dataclass(frozen=True)
class Derivation:
    """A formula, its numbers put in, its result."""

    title: str
    lines: tuple[Line, ...]
    result: int

    @property
    def latex(self) -> str:
        """All lines as one block, one under the other at their first = sign, colours still by role."""
        rows = [line.latex.replace("=", "&=", 1) for line in self.lines]
        return r"\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}"

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes of all lines that have one."""
        return tuple(line.note for line in self.lines if line.note)

    @property
    def markdown(self) -> str:
        """The derivation to copy into a notebook or a hand-in: Markdown with $$, without colours."""
        return "\n\n".join([f"**{self.title}**", f"$$\n{without_colours(self.latex)}\n$$", *self.notes])


def without_colours(latex: str) -> str:
    r"""The LaTeX with every \textcolor{role}{...} replaced by its content.

    >>> print(without_colours(r"\textcolor{input}{C_{\text{in}}} + \textcolor{output}{34{,}944}"))
    C_{\text{in}} + 34{,}944
    """
    return COLOURED.sub(r"\1", latex)


def number(value: int, role: str = "") -> str:
    r"""A number with thousands set apart, in the colour of its role.

    >>> print(number(34944), number(3, "input"))
    34{,}944 \textcolor{input}{3}
    """
    digits = f"{value:,}".replace(",", "{,}")
    return coloured(role, digits) if role else digits


def coloured(role: str, latex: str) -> str:
    """LaTeX in the colour of a role."""
    return rf"\textcolor{{{role}}}{{{latex}}}"


def output_symbol(symbol: str) -> str:
    """H_out or W_out in the colour of outputs."""
    return coloured("output", rf"{symbol}_{{\text{{out}}}}")


C_IN = coloured("input", r"C_{\text{in}}")
C_OUT = coloured("output", r"C_{\text{out}}")


def named(symbol: str, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with `symbol =` in front of the first."""
    return (Line(f"{symbol} = {lines[0].latex}", lines[0].note), *lines[1:])


def once_if_equal(height: Derivation, width: Derivation, title: str) -> tuple[Derivation, ...]:
    """One derivation, told in columns, where height and width are the same sum; else both."""
    if [line.latex.replace("H", "W") for line in height.lines] == [line.latex for line in width.lines] and (
        [in_columns(note) for note in height.notes] == list(width.notes)
    ):
        return (Derivation(title, width.lines, width.result),)
    return height, width


def in_columns(note: str) -> str:
    """A note about rows as it reads for columns."""
    for row, column in (("row", "column"), ("height", "width"), ("H/O", "W/O"), ("H + ", "W + "), ("· H", "· W")):
        note = note.replace(row, column)
    return note
