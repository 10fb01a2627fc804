"""Grids of numbers as people type them, read exactly: `1 0 -1`, `0.5`, `1/9`; one row a line, or `;` between rows."""

import re
from collections.abc import Sequence
from fractions import Fraction

Matrix = tuple[tuple[Fraction, ...], ...]

MAX_SIDE = 16
MAX_MAGNITUDE = 10_000
MAX_DENOMINATOR = 10_000

# What stands around the numbers in text pasted from Python: np.array( … , dtype=float)
_CALL = re.compile(r"^\s*(?:torch\.|np\.|numpy\.)?(?:tensor|array)\(|,?\s*(?:dtype|device)=[\w.']+|\)\s*$")
_NUMBER = re.compile(r"[+-]?(\d{1,8}(\.\d{0,8})?|\.\d{1,8})(/\d{1,5})?")
MINUS_SIGNS = str.maketrans(dict.fromkeys("−–‐‑﹣－", "-"))
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d+$)")


class MatrixError(ValueError):
    """A grid that cannot be used; its text is one sentence for the person who typed it."""


def read_matrix(text: str, name: str = "input", max_side: int = MAX_SIDE) -> Matrix:
    """The grid that ``text`` spells, as exact fractions.

    Rows are separated by line ends or ``;``, numbers by blanks or commas. Integers, decimals and fractions are read
    exactly, so that what is shown later adds up. Brackets of a pasted list, array or tensor are ignored.

    Raises ``MatrixError`` for an empty text, a word that is no number, rows of different lengths, a number over
    ±10,000, or more than ``max_side`` rows or columns.

    >>> read_matrix("1 0 -1; 2, 0, -2; 1/2 0 -0.5")[2]
    (Fraction(1, 2), Fraction(0, 1), Fraction(-1, 2))
    >>> read_matrix("1 2; 3")
    Traceback (most recent call last):
    cnnviz.arithmetic.matrix.MatrixError: The rows of the input differ in length: row 1 has 2 numbers, row 2 has 1.
    """
    if len(text) > 40 * MAX_SIDE * MAX_SIDE:
        raise MatrixError(f"The {name} is too long to read: give at most {max_side} rows of {max_side} numbers.")
    text = _CALL.sub(" ", text)
    text = re.sub(r"\]\s*,\s*\[", ";", text).replace("[", " ").replace("]", " ")
    lines = [line.replace(",", " ").split() for line in re.split(r"[;\n]", text)]
    return read_cells([line for line in lines if line], name, max_side)


def read_cells(rows: Sequence[Sequence[str]], name: str = "input", max_side: int = MAX_SIDE) -> Matrix:
    """The grid whose cells (rows, columns) were typed one by one. As each holds one number, its comma is a decimal one.

    Raises ``MatrixError`` as :func:`read_matrix` does.

    >>> read_cells([["0,5", "−1"]])
    ((Fraction(1, 2), Fraction(-1, 1)),)
    """
    if not rows:
        raise MatrixError(f"The {name} is empty: type rows of numbers, for example 1 0 -1.")
    if len(rows) > max_side or max(len(row) for row in rows) > max_side:
        size = f"{len(rows)} × {max(len(row) for row in rows)}"
        raise MatrixError(f"The {name} is {size}: at most {max_side} × {max_side} numbers can be stepped through.")
    matrix = tuple(
        tuple(_read_number(word, name, row, column) for column, word in enumerate(line, 1))
        for row, line in enumerate(rows, 1)
    )
    for row, line in enumerate(matrix, 1):
        if len(line) != len(matrix[0]):
            raise MatrixError(
                f"The rows of the {name} differ in length: "
                f"row 1 has {len(matrix[0])} numbers, row {row} has {len(line)}."
            )
    return matrix


def write_matrix(matrix: Matrix) -> str:
    """The text that :func:`read_matrix` reads back, on one line so that it fits a link.

    >>> write_matrix(read_matrix("1 0.5\\n1/3 -2"))
    '1 0.5; 1/3 -2'
    """
    return "; ".join(" ".join(write_number(value) for value in row) for row in matrix)


def write_number(value: Fraction) -> str:
    """A fraction as people write it: an integer, a decimal where it ends within six digits, else ``1/9``."""
    if value.denominator == 1:
        return str(value.numerator)
    places = decimal_places(value)
    if places is not None and places <= 6:
        return f"{float(value):.{places}f}"
    return f"{value.numerator}/{value.denominator}"


def decimal_places(value: Fraction) -> int | None:
    """How many decimals write ``value`` exactly; ``None`` where no decimal ends (a third, a ninth).

    >>> decimal_places(Fraction(1, 8)), decimal_places(Fraction(3)), decimal_places(Fraction(1, 9))
    (3, 0, None)
    """
    denominator, twos, fives = value.denominator, 0, 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return max(twos, fives) if denominator == 1 else None


def _read_number(word: str, name: str, row: int, column: int) -> Fraction:
    place = f"row {row}, column {column} of the {name}"
    text = _DECIMAL_COMMA.sub(".", word.strip().translate(MINUS_SIGNS))
    if not _NUMBER.fullmatch(text):
        shown = word if len(word) <= 20 else word[:20] + "…"
        raise MatrixError(f"“{shown}” in {place} is not a number; write for example 2, -0.5 or 1/9.")
    whole, _, under = text.partition("/")
    if under and int(under) == 0:
        raise MatrixError(f"“{word}” in {place} divides by zero.")
    value = Fraction(whole) / (int(under) if under else 1)
    if abs(value) > MAX_MAGNITUDE or value.denominator > MAX_DENOMINATOR:
        raise MatrixError(
            f"“{word}” in {place} is out of range: use numbers from -10,000 to 10,000 with up to 4 decimals."
        )
    return value
