"""How questions and derivations are written: grids, code, lines that end in any value, hints."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cnnviz.arithmetic.derivations.lines import Derivation, Line, without_colours
from cnnviz.arithmetic.exercises.forms import Exact, Value, written
from cnnviz.arithmetic.matrix import decimal_places
from cnnviz.arithmetic.network import Network
from cnnviz.arithmetic.network.exports import to_pytorch

COLUMNS = 6  # of all grids together, in the width of a phone


@dataclass(frozen=True)
class Worked(Derivation):
    """A derivation that may end in a fraction, a shape or a grid."""

    result: Any


def worked(title: str, lines: Sequence[tuple[str, str] | str], result: Value) -> Worked:
    """A derivation from its lines, each LaTeX or LaTeX with a note; the first has a left side.

    >>> worked("Sum", ["y = 1 + 2", ("= 3", "Done.")], 3).notes
    ('Done.',)
    """
    return Worked(title, tuple(Line(line) if isinstance(line, str) else Line(*line) for line in lines), result)


def combined(title: str, derivations: Iterable[Derivation], result: Value) -> Worked:
    """Several derivations one under the other; a note that comes again is said once."""
    lines: list[Line] = []
    for line in (line for derivation in derivations for line in derivation.lines):
        known = line.note in [earlier.note for earlier in lines]
        lines.append(Line(line.latex) if known else line)
    return Worked(title, tuple(lines), result)


def hints(idea: str, derivation: Derivation, put_in: int = 1) -> tuple[str, str, str]:
    """What to think of, the formula in letters, and the formula with the numbers put in (the line of that place)."""
    lines = derivation.lines[: put_in + 1]
    formula = next(line for line in reversed(lines) if not line.latex.startswith("="))
    left, note = formula.latex.split("=", 1)[0], formula.note or derivation.lines[0].note
    letters = " ".join(filter(None, (f"${without_colours(formula.latex)}$", note)))
    return idea, letters, f"${without_colours(left + lines[-1].latex)}$"


def tex(value: Exact) -> str:
    r"""A number in LaTeX: thousands set apart, fractions where no decimal ends.

    >>> print(tex(34944), tex(-3), tex(Fraction(1, 9)), tex(Fraction(1, 4)))
    34{,}944 -3 \tfrac{1}{9} 0.25
    """
    if isinstance(value, int):
        return f"{value:,}".replace(",", "{,}")
    fraction = Fraction(value)
    if fraction.denominator > 1 and (decimal_places(fraction) or 9) > 6:
        sign = "-" if fraction < 0 else ""
        return rf"{sign}\tfrac{{{abs(fraction.numerator)}}}{{{fraction.denominator}}}"
    return written(fraction).replace("−", "-").replace(",", "{,}")


def bracketed(value: Exact) -> str:
    """A number as a factor: in brackets where it is below zero."""
    return f"({tex(value)})" if value < 0 else tex(value)


def summed(terms: Sequence[Exact]) -> str:
    """Numbers as a sum, a minus sign in place of a plus where one is below zero.

    >>> summed([1, -2, 3])
    '1 - 2 + 3'
    """
    text = tex(terms[0])
    for term in terms[1:]:
        text += f" - {tex(-term)}" if term < 0 else f" + {tex(term)}"
    return text


def products(factors: Sequence[tuple[Exact, Exact]]) -> str:
    r"""Pairs of numbers multiplied and added up.

    >>> print(products([(1, 2), (-3, 4)]))
    1 \cdot 2 + (-3) \cdot 4
    """
    return " + ".join(rf"{bracketed(one)} \cdot {bracketed(other)}" for one, other in factors)


def matrix(rows: Sequence[Sequence[Exact]]) -> str:
    r"""A grid in LaTeX.

    >>> print(matrix([[1, 2], [3, 4]]))
    \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}
    """
    lines = r" \\ ".join(" & ".join(map(tex, row)) for row in rows)
    return rf"\begin{{bmatrix}} {lines} \end{{bmatrix}}"


def display(*named: tuple[str, Sequence[Sequence[Exact]]]) -> str:
    r"""Grids with what they are called, side by side where a phone has the room, else under one another.

    >>> print(display(("x", [[1, 2]])))
    $$
    x = \begin{bmatrix} 1 & 2 \end{bmatrix}
    $$
    """
    grids = [f"{name} = {matrix(rows)}" for name, rows in named]
    if sum(len(rows[0]) for _, rows in named) > COLUMNS:
        return "\n\n".join(map(block, grids))
    return block(r" \qquad ".join(grids))


def block(latex: str) -> str:
    """A formula on lines of its own, which scrolls where it is too wide."""
    return f"$$\n{latex}\n$$"


def code(text: str) -> str:
    """Python on lines of its own."""
    return f"```python\n{text}\n```"


def sequential(network: Network) -> str:
    """A chain of layers as its nn.Sequential, without the imports."""
    return to_pytorch(network).split("\n", 3)[3].strip()


def paragraphs(*parts: str) -> str:
    """Markdown blocks under one another."""
    return "\n\n".join(filter(None, parts))


def by(shape: Iterable[int]) -> str:
    """A shape as it stands in a sentence.

    >>> by((3, 224, 224))
    '3 × 224 × 224'
    """
    return " × ".join(f"{size:,}" for size in shape)
