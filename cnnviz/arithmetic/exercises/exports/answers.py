"""The numbers of an exercise as every export needs them: decimals, known mistakes, several spellings."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from cnnviz.arithmetic.exercises import KINDS, Exercise
from cnnviz.arithmetic.exercises.forms import Choice, Entry, Exact
from cnnviz.arithmetic.matrix import decimal_places

PLACES = 9  # decimals of a number that no decimal writes exactly; far beyond every tolerance


class Blank(NamedTuple):
    """One number to fill in, what stands beside it, and the numbers of known mistakes with their sentences."""

    entry: Entry
    known: tuple[tuple[Entry, str], ...]


def title_of(exercise: Exercise) -> str:
    """What the question is called in a list; a seed may be any text, of which only what can be printed is kept."""
    name = "".join(letter for letter in exercise.name if letter.isprintable())
    return f"{KINDS[exercise.kind].title}, level {exercise.level} ({name})"


def decimal(value: Exact) -> str:
    """A number with a point and an ASCII minus, as every system reads it.

    >>> decimal(1024), decimal(Fraction(-5, 4)), decimal(Fraction(1, 3))
    ('1024', '-1.25', '0.333333333')
    """
    places = decimal_places(Fraction(value))
    if places is None or places > PLACES:
        places = PLACES
    scaled = round(Fraction(value) * 10**places)
    digits = str(abs(scaled)).rjust(places + 1, "0")
    sign = "-" if scaled < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def options_of(exercise: Exercise) -> list[tuple[str, str, bool, str]]:
    """(letter, Markdown with the letter in front, whether it is right, what to say to whoever takes it).

    The letter is in the text, because hints and derivations name it and a system may shuffle what it lists.
    """
    form = exercise.problem.form
    assert isinstance(form, Choice)
    sentences = {known.answer: known.sentence for known in exercise.known.values()}
    return [
        (letter, f"**{letter}** {option}", letter == exercise.answer, sentences.get(letter, ""))
        for letter, option in zip(form.letters, form.options, strict=True)
    ]


def blanks(exercise: Exercise) -> list[list[Blank]]:
    """The numbers of the answer in their rows; () for a question with options.

    Of a known mistake each blank gets its own number, where it differs there from the right one and from others.
    """
    form = exercise.problem.form
    right = form.entries(exercise.answer)
    wrong = [(form.narrowed().entries(known.answer), known.sentence) for known in exercise.known.values()]
    rows = []
    for i, row in enumerate(right):
        rows.append([Blank(entry, tuple(known_at(wrong, i, j, entry))) for j, entry in enumerate(row)])
    return rows


def known_at(wrong: list[tuple[Any, str]], i: int, j: int, right: Entry) -> Iterator[tuple[Entry, str]]:
    """The known mistakes at one place."""
    seen = [right.answer]
    for entries, sentence in wrong:
        entry = entries[i][j]
        if entry.answer not in seen and abs(entry.answer - right.answer) > right.tolerance:
            seen.append(entry.answer)
            yield entry, sentence


def spellings(rows: list[list[str]], between: str = "") -> list[str]:
    """Ways to type numbers in rows, for systems that compare letters; `between` is what is usual between them.

    >>> spellings([["96", "55", "55"]], " × ")[:4]
    ['96 × 55 × 55', '96×55×55', '96 x 55 x 55', '96x55x55']
    """
    if len(rows) == 1:
        signs = [between, between.strip()] if between.strip() in ("×", ":") else [between] if between else []
        signs += [" x ", "x"] if between == " × " else []
        found = [sign.join(rows[0]) for sign in (*signs, ", ", ",", " ")]
        return [*found, f"({', '.join(rows[0])})", f"[{', '.join(rows[0])}]"]
    lines = [" ".join(row) for row in rows]
    inner = [f"[{', '.join(row)}]" for row in rows]
    tuples = [f"({', '.join(row)})" for row in rows]
    return ["; ".join(lines), ";".join(lines), f"[{', '.join(inner)}]", f"({', '.join(tuples)})"]
