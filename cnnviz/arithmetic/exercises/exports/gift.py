"""GIFT, which Moodle and others read: numbers with their tolerance, known mistakes as answers of 0 %.

Moodle's importer (question/format/gift/format.php) decides what is escaped: backslash, : # = ~ { } and line ends. Where
-> stands in an answer it takes the question for a matching one.
"""

from collections.abc import Mapping, Sequence

from cnnviz.arithmetic.exercises import Exercise
from cnnviz.arithmetic.exercises.exports.answers import Blank, blanks, decimal, options_of, spellings, title_of
from cnnviz.arithmetic.exercises.exports.html import Picture, derivation_html, to_html
from cnnviz.arithmetic.exercises.forms import Numbers, Shapes

ESCAPED = {"\\": r"\\", ":": r"\:", "#": r"\#", "=": r"\=", "~": r"\~", "{": r"\{", "}": r"\}", "\n": r"\n"}
ESCAPES = str.maketrans(ESCAPED)


def to_gift(exercises: Sequence[Exercise], pictures: Mapping[str, Picture] | None = None) -> str:
    """All questions as one GIFT file. `pictures` go with the exercises of these names.

    What has several numbers becomes a short answer with its spellings; a table of shapes one question for each line.

    >>> from cnnviz.arithmetic.exercises import exercise
    >>> to_gift([exercise("neuron_sum", seed=1)]).split("{#")[1].splitlines()[1].strip()
    '=%100%34:0#'
    """
    pictures = pictures or {}
    questions = [question for exercise in exercises for question in written(exercise, pictures.get(exercise.name))]
    return "\n\n".join(questions) + "\n"


def written(exercise: Exercise, picture: Picture | None) -> list[str]:
    """The questions that an exercise becomes: one, or one for each line of a table."""
    text = to_html(exercise.problem.question) + (picture.html() if picture else "")
    title, rows = title_of(exercise), blanks(exercise)
    form = exercise.problem.form
    if not rows:
        answers = [option(*line[1:]) for line in options_of(exercise)]
        return [question(title, text, "", answers, exercise)]
    if isinstance(form, Shapes):
        return [
            question(
                f"{title}: {name}", f"{text}<p>Give the shape for {name} only.</p>", *typed([row], " × "), exercise
            )
            for name, row in zip(form.names, rows, strict=True)
        ]
    between = form.between if isinstance(form, Numbers) else ""
    return [question(title, text, *typed(rows, between), exercise)]


def typed(rows: list[list[Blank]], between: str) -> tuple[str, list[str]]:
    """The sign of the kind of question, and its answers: one number is numerical, more are letters to compare."""
    if len(rows) == 1 and len(rows[0]) == 1:
        blank = rows[0][0]
        answers = [f"=%100%{decimal(blank.entry.answer)}:{decimal(blank.entry.tolerance)}#"]
        answers += [
            f"=%0%{decimal(entry.answer)}:{decimal(entry.tolerance)}#{escaped(sentence)}"
            for entry, sentence in blank.known
        ]
        return "#", answers
    right = [[decimal(blank.entry.answer) for blank in row] for row in rows]
    return "", [f"=%100%{escaped(spelling)}#" for spelling in spellings(right, between)]


def option(markdown: str, right: bool, sentence: str) -> str:
    """One of the options."""
    return f"{'=' if right else '~'}{escaped(to_html(markdown))}#{escaped(sentence)}"


def question(title: str, text: str, sign: str, answers: list[str], exercise: Exercise) -> str:
    """One question; its derivation is what everybody reads afterwards."""
    lines = "\n".join(f"\t{answer}" for answer in answers)
    told = f"####[html]{escaped(derivation_html(exercise.derivation))}"
    return f"::{escaped(title)}::[html]{escaped(text)}{{{sign}\n{lines}\n\t{told}\n}}"


def escaped(text: str) -> str:
    """Text with nothing in it that GIFT would take for a sign of its own."""
    return text.replace("->", "→").translate(ESCAPES)
