"""What an answer looks like: a number, several numbers, a grid, one of four. Each reads and writes its own."""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from cnnviz.arithmetic.exercises.reading import AnswerError, normalised, read_number, read_numbers
from cnnviz.arithmetic.matrix import MatrixError, decimal_places, read_matrix

Exact = int | Fraction
Row = tuple[Exact, ...]
Rows = tuple[Row, ...]
Value = Exact | Row | Rows | str

LETTERS = "ABCDEF"


@dataclass(frozen=True)
class Entry:
    """One number to fill in: what stands beside it, what is right, and how far off it may be."""

    label: str
    answer: Exact
    tolerance: Fraction = Fraction(0)


class Form(ABC):
    """How an answer is typed."""

    @property
    @abstractmethod
    def placeholder(self) -> str:
        """In a few words what to type."""

    @abstractmethod
    def read(self, text: str) -> tuple[Value, ...]:
        """What the text may mean, the likeliest first; AnswerError, with a sentence, where it is no such answer."""

    @abstractmethod
    def shown(self, value: Any) -> str:
        """The answer as it is written in a sentence; `read` takes it back."""

    @abstractmethod
    def entries(self, value: Any) -> tuple[tuple[Entry, ...], ...]:
        """The numbers of the answer, row by row; () where it is not made of numbers."""

    def same(self, typed: Any, value: Any) -> bool:
        """Whether what was typed counts as the value."""
        return bool(typed == value)

    def nearly(self, typed: Any, value: Any) -> str:
        """What of a wrong answer is right, in a sentence; nothing where there are no parts."""
        return ""

    def listed(self) -> str:
        """What there is to choose from, as Markdown behind the question."""
        return ""

    def narrowed(self) -> "Form":
        """The form in which known mistakes are compared."""
        return self


@dataclass(frozen=True)
class Number(Form):
    """One number; within the tolerance it counts, or within a share of itself. `unit` may be typed behind it."""

    tolerance: Fraction = Fraction(0)
    unit: str = ""
    share: Fraction = Fraction(0)

    @property
    def placeholder(self) -> str:
        """A number, in its unit."""
        return f"a number of {self.unit}" if self.unit else "a number"

    def read(self, text: str) -> tuple[Value, ...]:
        """One number; a size written for both axes, as 55 × 55, is one too."""
        both = re.split(r" ?[×x*] ?", normalised(text))
        if len(both) == 2 and both[0] == both[1] and "^" not in text:
            text = both[0]
        return read_number(text, self.unit)

    def shown(self, value: Exact) -> str:
        """With its unit."""
        return f"{written(value)} {self.unit}".strip()

    def entries(self, value: Exact) -> tuple[tuple[Entry, ...], ...]:
        """The one."""
        return ((Entry("", value, self.margin(value)),),)

    def same(self, typed: Any, value: Any) -> bool:
        """Within the tolerance."""
        return bool(abs(typed - value) <= self.margin(value))

    def narrowed(self) -> "Number":
        """An estimate has to be nearer to a known mistake than to the right answer, to be taken for one."""
        return replace(self, share=self.share / 5)

    def margin(self, value: Exact) -> Fraction:
        """How far off an answer may be."""
        return max(self.tolerance, abs(self.share * Fraction(value)))


@dataclass(frozen=True)
class Numbers(Form):
    """Several whole numbers in a fixed order: a shape, rows and columns, first and last."""

    labels: tuple[str, ...]
    between: str = " × "

    @property
    def placeholder(self) -> str:
        """The labels in their order."""
        return self.between.join(self.labels)

    def read(self, text: str) -> tuple[Value, ...]:
        """So many numbers."""
        return (read_numbers(text.replace(self.between.strip(), " × "), len(self.labels)),)

    def shown(self, value: Row) -> str:
        """With × or another word between them."""
        return self.between.join(map(written, value))

    def entries(self, value: Row) -> tuple[tuple[Entry, ...], ...]:
        """Side by side."""
        return (tuple(Entry(label, number) for label, number in zip(self.labels, value, strict=True)),)

    def nearly(self, typed: Row, value: Row) -> str:
        """Which of them are right."""
        right = [label for label, one, other in zip(self.labels, typed, value, strict=True) if one == other]
        return f"Of it {' and '.join(right)} {'is' if len(right) == 1 else 'are'} right." if right else ""


@dataclass(frozen=True)
class Grid(Form):
    """Rows of numbers, as a whole small output map."""

    rows: int
    columns: int

    @property
    def placeholder(self) -> str:
        """Its size and how it is typed."""
        return f"{self.rows} rows of {self.columns} numbers, such as 1 2; 3 4"

    def read(self, text: str) -> tuple[Value, ...]:
        """Rows on lines of their own, or with ; between them; brackets as in Python do no harm."""
        plain = re.sub(r"Fraction\((-?\d+), (\d+)\)", r"\1/\2", normalised(text))  # as Python shows one
        plain = plain.replace("(", "[").replace(")", "]")
        try:
            matrix = read_matrix(plain, "answer")
        except MatrixError as problem:
            raise AnswerError(str(problem)) from None
        if (len(matrix), len(matrix[0])) != (self.rows, self.columns):
            raise AnswerError(
                f"The answer has {self.rows} × {self.columns} numbers, rows of columns, and "
                f"{len(matrix)} × {len(matrix[0])} were read: type one row a line, or ; between rows."
            )
        return (matrix,)

    def shown(self, value: Rows) -> str:
        """With ; between the rows."""
        return "; ".join(" ".join(map(written, row)) for row in value)

    def entries(self, value: Rows) -> tuple[tuple[Entry, ...], ...]:
        """In their places."""
        return tuple(
            tuple(Entry(f"row {i}, column {j}", number) for j, number in enumerate(row, 1))
            for i, row in enumerate(value, 1)
        )

    def nearly(self, typed: Rows, value: Rows) -> str:
        """How many of them are right."""
        pairs = [pair for rows in zip(typed, value, strict=True) for pair in zip(*rows, strict=True)]
        right = sum(one == other for one, other in pairs)
        return f"{right} of its {len(pairs)} numbers {'is' if right == 1 else 'are'} right." if right else ""


@dataclass(frozen=True)
class Shapes(Form):
    """One shape for each of several layers, one a line; `axes` says how many numbers each has."""

    names: tuple[str, ...]
    axes: tuple[int, ...]

    @property
    def placeholder(self) -> str:
        """How many lines."""
        return f"{len(self.names)} shapes, one a line, such as 32 × 28 × 28"

    def read(self, text: str) -> tuple[Value, ...]:
        """One shape a line, or ; between them; or a tuple of tuples, as Python shows it."""
        lines = [line for line in re.split(r"[;\n]|[)\]] ?, ?(?=[(\[\d])", normalised(text)) if line.strip()]
        if len(lines) != len(self.names):
            raise AnswerError(f"Type {len(self.names)} shapes, one a line, and {len(lines)} were read.")
        return (tuple(read_numbers(line, axes) for line, axes in zip(lines, self.axes, strict=True)),)

    def shown(self, value: Rows) -> str:
        """With ; between the shapes."""
        return "; ".join(" × ".join(map(written, shape)) for shape in value)

    def entries(self, value: Rows) -> tuple[tuple[Entry, ...], ...]:
        """A row for each layer."""
        return tuple(
            tuple(Entry(name if axis == 0 else "", size) for axis, size in enumerate(shape))
            for name, shape in zip(self.names, value, strict=True)
        )


@dataclass(frozen=True)
class Choice(Form):
    """One of some options, named by their letters. The options are Markdown, as the question is."""

    options: tuple[str, ...]

    @property
    def letters(self) -> str:
        """A, B, C and so on, as many as there are options."""
        return LETTERS[: len(self.options)]

    @property
    def placeholder(self) -> str:
        """The letters."""
        return f"a letter from {self.letters[0]} to {self.letters[-1]}"

    def read(self, text: str) -> tuple[Value, ...]:
        """A letter, also as (b) or b."""
        letter = normalised(text).strip("().: ").upper()
        if len(letter) != 1 or letter not in self.letters:
            raise AnswerError(f"Type one letter, {', '.join(self.letters[:-1])} or {self.letters[-1]}.")
        return (letter,)

    def shown(self, value: str) -> str:
        """The letter."""
        return value

    def listed(self) -> str:
        """Every option on a line of its own."""
        return "".join(f"\n\n**{letter}** {option}" for letter, option in zip(self.letters, self.options, strict=True))

    def entries(self, value: str) -> tuple[tuple[Entry, ...], ...]:
        """None."""
        return ()


def written(value: Exact) -> str:
    """A number as it stands in a sentence: thousands set apart, a real minus sign, a fraction where no decimal ends.

    >>> written(34944), written(Fraction(-1, 4)), written(Fraction(5, 9)), written(Fraction(6))
    ('34,944', '−0.25', '5/9', '6')
    """
    if isinstance(value, int):
        return f"{value:,}".replace("-", "−")
    fraction = Fraction(value)
    sign, size = "−" if fraction < 0 else "", abs(fraction)
    if size.denominator == 1:
        return f"{sign}{size.numerator:,}"
    places = decimal_places(size)
    if places is None or places > 6:
        return f"{sign}{size.numerator}/{size.denominator}"
    return f"{sign}{float(size):,.{places}f}"


def exact(value: float | Exact) -> Exact:
    """An int where it is whole, else a fraction: what numpy computed from small numbers is exact.

    >>> exact(12.0), exact(0.5)
    (12, Fraction(1, 2))
    """
    fraction = Fraction(value)
    return fraction.numerator if fraction.denominator == 1 else fraction


def exact_rows(values: Sequence[Sequence[float | Exact]]) -> Rows:
    """A grid of exact numbers."""
    return tuple(tuple(exact(value) for value in row) for row in values)
