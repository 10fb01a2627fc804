"""QTI 1.2, as Canvas reads it: numerical questions with a range, several blanks, one of four.

IMS Question & Test Interoperability 1.2; Canvas tells its kinds of questions apart by the metadata field question_type.
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from html import escape

from cnnviz.arithmetic.exercises import Exercise
from cnnviz.arithmetic.exercises.exports.answers import Blank, blanks, decimal, options_of, title_of
from cnnviz.arithmetic.exercises.exports.html import Picture, derivation_html, to_html
from cnnviz.arithmetic.exercises.exports.package import Resource, as_xml, packed
from cnnviz.arithmetic.exercises.forms import Entry

NAMESPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
RESPONSE = "response1"
AFTERWARDS = "general_fb"


def to_qti12(exercises: Sequence[Exercise], pictures: Mapping[str, Picture] | None = None) -> bytes:
    """A package of one assessment with all questions."""
    root = ET.Element("questestinterop", xmlns=NAMESPACE)
    assessment = ET.SubElement(root, "assessment", ident="cnnviz", title="cnnviz")
    section = ET.SubElement(assessment, "section", ident="root_section")
    shown = {
        f"pictures/item{number}.{picture.ending}": picture
        for number, exercise in enumerate(exercises, 1)
        if (picture := (pictures or {}).get(exercise.name)) is not None
    }
    for number, exercise in enumerate(exercises, 1):
        source = next((path for path in shown if path.startswith(f"pictures/item{number}.")), "")
        section.append(item(number, exercise, shown[source].html(source) if source else ""))
    resource = Resource("exercises", "imsqti_xmlv1p2", "exercises.xml", as_xml(root), tuple(shown.items()))
    return packed([resource], "IMS Content", "1.1.3")


def item(number: int, exercise: Exercise, picture: str) -> ET.Element:
    """One question."""
    rows = [blank for row in blanks(exercise) for blank in row]
    kinds = ("multiple_choice_question", "numerical_question", "fill_in_multiple_blanks_question")
    kind = kinds[min(len(rows), 2)]
    element = ET.Element("item", ident=f"item{number}", title=title_of(exercise))
    fields = ET.SubElement(ET.SubElement(element, "itemmetadata"), "qtimetadata")
    for label, entry in (("question_type", kind), ("points_possible", "1")):
        one = ET.SubElement(fields, "qtimetadatafield")
        ET.SubElement(one, "fieldlabel").text = label
        ET.SubElement(one, "fieldentry").text = entry
    presentation = ET.SubElement(element, "presentation")
    text = to_html(exercise.problem.question) + picture
    material(presentation, text + (blank_table(exercise) if len(rows) > 1 else ""))
    processing = ET.Element("resprocessing")
    outcomes = ET.SubElement(processing, "outcomes")
    ET.SubElement(outcomes, "decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
    other = condition(processing, "Yes", feedback=AFTERWARDS)
    ET.SubElement(other, "other")
    said: list[tuple[str, str]] = []
    if not rows:
        put_options(presentation, processing, exercise, said)
    elif len(rows) == 1:
        put_number(presentation, processing, rows[0], said)
    else:
        put_blanks(presentation, processing, rows)
    element.append(processing)
    for ident, words in [(AFTERWARDS, derivation_html(exercise.derivation)), *said]:
        feedback = ET.SubElement(element, "itemfeedback", ident=ident)
        material(ET.SubElement(feedback, "flow_mat"), words)
    return element


def material(parent: ET.Element, html: str) -> None:
    """A text that is HTML."""
    ET.SubElement(ET.SubElement(parent, "material"), "mattext", texttype="text/html").text = html


def condition(
    processing: ET.Element, goes_on: str, *, score: str = "", action: str = "Set", feedback: str = ""
) -> ET.Element:
    """What follows from an answer; the element that says from which is given back, still empty."""
    element = ET.SubElement(processing, "respcondition", {"continue": goes_on})
    asked = ET.SubElement(element, "conditionvar")
    if score:
        ET.SubElement(element, "setvar", action=action, varname="SCORE").text = score
    if feedback:
        ET.SubElement(element, "displayfeedback", feedbacktype="Response", linkrefid=feedback)
    return asked


def put_options(
    presentation: ET.Element, processing: ET.Element, exercise: Exercise, said: list[tuple[str, str]]
) -> None:
    """One of some options."""
    response = ET.SubElement(presentation, "response_lid", ident=RESPONSE, rcardinality="Single")
    render = ET.SubElement(response, "render_choice", shuffle="No")
    for letter, markdown, right, sentence in options_of(exercise):
        material(ET.SubElement(render, "response_label", ident=letter), to_html(markdown))
        if sentence:
            said.append((f"{letter}_fb", escape(sentence)))
        if right or sentence:
            asked = condition(
                processing,
                "No" if right else "Yes",
                score="100" if right else "",
                feedback="" if right else f"{letter}_fb",
            )
            ET.SubElement(asked, "varequal", respident=RESPONSE).text = letter


def put_number(presentation: ET.Element, processing: ET.Element, blank: Blank, said: list[tuple[str, str]]) -> None:
    """A number: right where it equals the answer, or lies within the tolerance."""
    response = ET.SubElement(presentation, "response_str", ident=RESPONSE, rcardinality="Single")
    render = ET.SubElement(response, "render_fib", fibtype="Decimal")
    ET.SubElement(render, "response_label", ident="answer1")
    within(condition(processing, "No", score="100"), blank.entry)
    for number, (entry, sentence) in enumerate(blank.known, 1):
        said.append((f"mistake{number}_fb", escape(sentence)))
        within(condition(processing, "Yes", feedback=f"mistake{number}_fb"), entry)


def within(asked: ET.Element, entry: Entry) -> None:
    """Equal, or between both ends of the tolerance, as Canvas writes it."""
    either = ET.SubElement(asked, "or")
    ET.SubElement(either, "varequal", respident=RESPONSE).text = decimal(entry.answer)
    both = ET.SubElement(either, "and")
    ET.SubElement(both, "vargte", respident=RESPONSE).text = decimal(entry.answer - entry.tolerance)
    ET.SubElement(both, "varlte", respident=RESPONSE).text = decimal(entry.answer + entry.tolerance)


def blank_table(exercise: Exercise) -> str:
    """The blanks in their rows, by the names that Canvas puts fields for."""
    number, lines = 0, []
    for row in blanks(exercise):
        cells = []
        for _ in row:
            number += 1
            cells.append(f"<td>[blank{number}]</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><tbody>{''.join(lines)}</tbody></table>"


def put_blanks(presentation: ET.Element, processing: ET.Element, rows: Sequence[Blank]) -> None:
    """Several numbers, each worth its share; Canvas compares letters, so a decimal comma is listed too."""
    for number, blank in enumerate(rows, 1):
        ident = f"response_blank{number}"
        response = ET.SubElement(presentation, "response_lid", ident=ident)
        material(response, f"blank{number}")
        render = ET.SubElement(response, "render_choice")
        text = decimal(blank.entry.answer)
        for place, spelling in enumerate(dict.fromkeys((text, text.replace(".", ","))), 1):
            material(ET.SubElement(render, "response_label", ident=f"{number}_{place}"), spelling)
        asked = condition(processing, "Yes", score=f"{100 / len(rows):.2f}", action="Add")
        ET.SubElement(asked, "varequal", respident=ident).text = f"{number}_1"
