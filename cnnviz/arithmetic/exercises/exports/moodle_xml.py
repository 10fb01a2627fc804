"""Moodle XML: numerical questions with tolerances, hints and feedback; several numbers as an embedded answers (cloze).

Moodle's importer (question/format/xml/format.php) reads an answer's fraction only where it is one of a fixed list; 100
and 0 are. What a cloze field looks like: question/type/multianswer/questiontype.php.
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from html import escape

from cnnviz.arithmetic.exercises import Exercise
from cnnviz.arithmetic.exercises.exports.answers import Blank, blanks, decimal, options_of, title_of
from cnnviz.arithmetic.exercises.exports.html import Picture, derivation_html, inline_html, to_html

PENALTY = "0.3333333"  # what Moodle takes off for each try, as its own default


def to_moodle_xml(
    exercises: Sequence[Exercise], pictures: Mapping[str, Picture] | None = None, category: str = "cnnviz"
) -> str:
    """All questions as one Moodle XML file, in a category. `pictures` go with the exercises of these names.

    >>> from cnnviz.arithmetic.exercises import exercise
    >>> ET.fromstring(to_moodle_xml([exercise("macs", seed=1)]))[1].get("type")
    'numerical'
    """
    quiz = ET.Element("quiz")
    head = ET.SubElement(quiz, "question", type="category")
    texted(head, "category", f"$course$/top/{category}")
    for exercise in exercises:
        put(quiz, exercise, (pictures or {}).get(exercise.name))
    ET.indent(quiz, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(quiz, encoding="unicode") + "\n"


def put(quiz: ET.Element, exercise: Exercise, picture: Picture | None) -> None:
    """One question."""
    rows = blanks(exercise)
    one = len(rows) == 1 and len(rows[0]) == 1
    kind = "multichoice" if not rows else "numerical" if one else "cloze"
    question = ET.SubElement(quiz, "question", type=kind)
    texted(question, "name", title_of(exercise))
    body = to_html(exercise.problem.question) + (cloze(rows) if kind == "cloze" else "")
    text = texted(question, "questiontext", body, "html")
    if picture is not None:
        name = f"picture.{picture.ending}"
        text[0].text = body + picture.html(f"@@PLUGINFILE@@/{name}")
        ET.SubElement(text, "file", name=name, path="/", encoding="base64").text = picture.base64
    texted(question, "generalfeedback", derivation_html(exercise.derivation), "html")
    ET.SubElement(question, "penalty").text = PENALTY
    ET.SubElement(question, "hidden").text = "0"
    if kind == "multichoice":
        ET.SubElement(question, "single").text = "true"
        ET.SubElement(question, "shuffleanswers").text = "false"
        ET.SubElement(question, "answernumbering").text = "none"
        for _, markdown, right, sentence in options_of(exercise):
            answered(question, to_html(markdown), right, sentence, "html")
    if kind == "numerical":
        blank = rows[0][0]
        number(question, blank.entry.answer, blank.entry.tolerance, True, "")
        for entry, sentence in blank.known:
            number(question, entry.answer, entry.tolerance, False, sentence)
    if kind != "cloze":
        ET.SubElement(question, "defaultgrade").text = "1"
    for hint in exercise.hints:
        texted(question, "hint", f"<p>{inline_html(hint)}</p>", "html")


def texted(parent: ET.Element, tag: str, text: str, form: str = "") -> ET.Element:
    """An element with a text in it."""
    element = ET.SubElement(parent, tag, {"format": form} if form else {})
    ET.SubElement(element, "text").text = text
    return element


def answered(question: ET.Element, text: str, right: bool, sentence: str, form: str) -> ET.Element:
    """An answer, what it is worth, and what is said to whoever gives it."""
    answer = ET.SubElement(question, "answer", fraction="100" if right else "0", format=form)
    ET.SubElement(answer, "text").text = text
    texted(answer, "feedback", escape(sentence), "html")
    return answer


def number(question: ET.Element, value: object, tolerance: object, right: bool, sentence: str) -> None:
    """A number that may be answered, give or take its tolerance."""
    answer = answered(question, decimal(value), right, sentence, "moodle_auto_format")  # type: ignore[arg-type]
    ET.SubElement(answer, "tolerance").text = decimal(tolerance)  # type: ignore[arg-type]


def cloze(rows: list[list[Blank]]) -> str:
    """A table of fields to fill in; a row that has a name begins with it."""
    lines = []
    for row in rows:
        name = f"<th>{escape(row[0].entry.label)}</th>" if len(rows) > 1 and row[0].entry.label else ""
        lines.append(f"<tr>{name}{''.join(f'<td>{entry_text(blank)}</td>' for blank in row)}</tr>")
    return f"<table><tbody>{''.join(lines)}</tbody></table>"


def entry_text(blank: Blank) -> str:
    """One field: the right number, the known wrong ones with their sentences."""
    right = f"={decimal(blank.entry.answer)}:{decimal(blank.entry.tolerance)}"
    known = [
        f"%0%{decimal(entry.answer)}:{decimal(entry.tolerance)}#{cloze_escaped(sentence)}"
        for entry, sentence in blank.known
    ]
    return f"{{1:NUMERICAL:{'~'.join([right, *known])}}}"


def cloze_escaped(sentence: str) -> str:
    """A sentence in a cloze field, where } # ~ and / have a backslash before them."""
    for sign in "}#~/":
        sentence = sentence.replace(sign, f"\\{sign}")
    return escape(sentence, quote=False)
