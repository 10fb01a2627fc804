"""A Jupyter notebook with cells to fill and a checker that needs nothing but Python.

The notebook holds no answer one can read: the checker compares the hash of what is typed with hashes of what is right
and of what known mistakes give. Where a tolerance is given, numbers are rounded before they are hashed: to the
tolerance's own digits and one more, or to two figures for an estimate. Whoever wants to can try all numbers; it is for
practice, not for an exam.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor

from cnnviz.arithmetic.derivations.lines import without_colours
from cnnviz.arithmetic.exercises import KINDS, Exercise
from cnnviz.arithmetic.exercises.exports.html import Picture
from cnnviz.arithmetic.exercises.exports.markdown import solution
from cnnviz.arithmetic.exercises.forms import Entry, Form, Number, Value

CHECKER = '''\
import hashlib
import re
from fractions import Fraction


def numbers(answer):
    """All numbers of an answer as fractions, in order: of a number, a text, a list of lists, an array."""
    if isinstance(answer, str):
        text = answer.replace("\\u2212", "-")
        return [Fraction(word.replace(" ", "")) for word in re.findall(r"-?\\d+(?:\\.\\d+)?(?: ?/ ?\\d+)?", text)]
    if hasattr(answer, "tolist"):
        answer = answer.tolist()
    if isinstance(answer, (list, tuple)):
        return [number for part in answer for number in numbers(part)]
    return [Fraction(str(answer))]


def digest(salt, words):
    return hashlib.sha256(f"{salt} {words}".encode()).hexdigest()[:16]


def keys(answer, rounding):
    if isinstance(answer, str) and re.fullmatch(r"\\s*\\(?[A-Fa-f]\\)?\\.?\\s*", answer):
        return [answer.strip(" ().").upper()]
    found = numbers(answer)
    if len(found) == 1 and rounding == "figures" and found[0]:
        size = len(str(abs(int(found[0])))) - 2
        step = Fraction(10) ** size
        return [str(round(found[0] / step) * step)]
    if len(found) == 1 and rounding:
        step = Fraction(rounding)
        return [str(round(found[0] / step) * step)]
    return [" ".join(map(str, found))]


def check(question, answer):
    """Say whether the answer is right, and what went wrong where that is known."""
    entry = QUESTIONS[question]
    try:
        words = keys(answer, entry["rounding"])
    except (ValueError, ZeroDivisionError, TypeError):
        print(f"{question}: type a number, several numbers in order, or a letter.")
        return False
    for word in words:
        if digest(entry["salt"], word) in entry["right"]:
            print(f"{question}: right.")
            return True
        for key, sentence in entry["known"].items():
            if digest(entry["salt"], word) == key:
                print(f"{question}: {sentence}")
                return False
    print(f"{question}: not yet. Try again, or take a hint.")
    return False
'''


def to_notebook(
    exercises: Sequence[Exercise],
    pictures: Mapping[str, Picture] | None = None,
    *,
    title: str = "Exercises",
    solutions: bool = False,
) -> str:
    """The notebook as JSON (nbformat 4.5). With `solutions` each question is followed by its answer and derivation.

    >>> from cnnviz.arithmetic.exercises import exercise
    >>> json.loads(to_notebook([exercise("neuron_sum", seed=1)]))["nbformat"]
    4
    """
    table = {f"Question {number}": entry(exercise) for number, exercise in enumerate(exercises, 1)}
    cells = [
        markdown(f"# {title}\n\nRun the next cell first. Then type each answer into its cell and run that."),
        code(f"QUESTIONS = {json.dumps(table, indent=1, ensure_ascii=False)}\n\n{CHECKER}"),
    ]
    for number, exercise in enumerate(exercises, 1):
        picture = (pictures or {}).get(exercise.name)
        shown = f"\n\n![{picture.alt}]({picture.data_uri})" if picture is not None else ""
        name = KINDS[exercise.kind].title
        cells.append(markdown(f"## Question {number}: {name}\n\n{without_colours(exercise.question)}{shown}"))
        cells.append(code(f'answer = None  # {exercise.problem.form.placeholder}\ncheck("Question {number}", answer)'))
        cells += [
            markdown(f"<details><summary>Hint {place}</summary>\n\n{hint}\n\n</details>")
            for place, hint in enumerate(exercise.hints, 1)
        ]
        if solutions:
            cells.append(markdown(solution(exercise)))
    for place, cell in enumerate(cells):
        cell["id"] = f"cell-{place}"
    language = {"name": "python"}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": language},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def markdown(text: str) -> dict[str, object]:
    """A cell to read."""
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def code(text: str) -> dict[str, object]:
    """A cell to run."""
    source = text.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


def entry(exercise: Exercise) -> dict[str, object]:
    """What the checker knows of one question: a salt, the rounding, hashes of what is right and of known mistakes."""
    salt, rounding = exercise.name, rounding_of(exercise)
    form = exercise.problem.form
    right = [digest(salt, word) for word in accepted(form, exercise.answer, rounding)]
    known: dict[str, str] = {}
    for mistake in exercise.known.values():
        for word in accepted(form.narrowed(), mistake.answer, rounding):
            if digest(salt, word) not in right:
                known.setdefault(digest(salt, word), mistake.sentence)
    return {"salt": salt, "rounding": rounding, "right": right, "known": known}


def digest(salt: str, words: str) -> str:
    """The hash that the checker compares."""
    return hashlib.sha256(f"{salt} {words}".encode()).hexdigest()[:16]


def rounding_of(exercise: Exercise) -> str:
    """To what numbers are rounded before they are compared: a step, two figures, or not at all."""
    form = exercise.problem.form
    if not isinstance(form, Number):
        return ""
    if form.share:
        return "figures"
    return str(form.tolerance / 10) if form.tolerance else ""


def accepted(form: Form, value: Value, rounding: str) -> list[str]:
    """All texts that count as an answer once it is rounded."""
    entries = [entry for row in form.entries(value) for entry in row]
    if not entries:
        return [str(value)]
    if not rounding:
        return [" ".join(str(Fraction(entry.answer)) for entry in entries)]
    if rounding == "figures":
        return list(dict.fromkeys(map(str, figures(entries[0]))))
    step, entry = Fraction(rounding), entries[0]
    low, high = ceil((entry.answer - entry.tolerance) / step), floor((entry.answer + entry.tolerance) / step)
    return [str(place * step) for place in range(low, high + 1)]


def figures(entry: Entry) -> Iterator[Fraction]:
    """Every number of two figures within the tolerance."""
    low, high = entry.answer - entry.tolerance, entry.answer + entry.tolerance
    step = Fraction(10) ** (len(str(int(abs(low)))) - 2)
    place = ceil(low / step)
    while place * step <= high:
        yield place * step
        place += 1
        if place * step >= 100 * step:
            step, place = step * 10, place // 10
