"""QTI 2.1: one item for each exercise, a test that holds them, known mistakes as modal feedback.

IMS Question & Test Interoperability Assessment Test, Section and Item Information Model 2.1 (2012).
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from fractions import Fraction

from cnnviz.arithmetic.exercises import Exercise
from cnnviz.arithmetic.exercises.exports.answers import blanks, decimal, options_of, title_of
from cnnviz.arithmetic.exercises.exports.html import Picture, derivation_html, inline_html, to_html
from cnnviz.arithmetic.exercises.exports.package import Resource, as_xml, packed
from cnnviz.arithmetic.exercises.forms import Entry, Form

NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
AFTERWARDS = "SOLUTION"


def to_qti21(exercises: Sequence[Exercise], pictures: Mapping[str, Picture] | None = None) -> bytes:
    """A package of a test with one item for each exercise."""
    items = []
    for number, exercise in enumerate(exercises, 1):
        picture = (pictures or {}).get(exercise.name)
        shown = ((f"pictures/item{number}.{picture.ending}", picture),) if picture is not None else ()
        extra = shown[0][1].html(f"../{shown[0][0]}") if shown else ""
        data = as_xml(item(f"item{number}", exercise, extra))
        items.append(Resource(f"item{number}", "imsqti_item_xmlv2p1", f"items/item{number}.xml", data, shown))
    test = ET.Element("assessmentTest", xmlns=NAMESPACE, identifier="cnnviz", title="cnnviz")
    part = ET.SubElement(test, "testPart", identifier="part", navigationMode="nonlinear", submissionMode="individual")
    section = ET.SubElement(part, "assessmentSection", identifier="section", title="cnnviz", visible="true")
    for resource in items:
        ET.SubElement(section, "assessmentItemRef", identifier=resource.identifier, href=resource.path)
    names = tuple(resource.identifier for resource in items)
    whole = Resource("test", "imsqti_test_xmlv2p1", "test.xml", as_xml(test), (), names)
    return packed([whole, *items], "IMS Content", "1.1.4")


def item(identifier: str, exercise: Exercise, picture: str) -> ET.Element:
    """One question: what may be answered, what is shown, how it is judged, what is said."""
    root = ET.Element("assessmentItem", xmlns=NAMESPACE, identifier=identifier, title=title_of(exercise))
    root.attrib |= {"adaptive": "false", "timeDependent": "false"}
    rows = [[blank.entry for blank in row] for row in blanks(exercise)]
    names = declare(root, exercise, [entry for row in rows for entry in row])
    put_outcomes(root)
    body = ET.SubElement(root, "itemBody")
    put_html(body, to_html(exercise.problem.question) + picture)
    if rows:
        put_entries(body, rows, names)
    else:
        choice = ET.SubElement(body, "choiceInteraction", responseIdentifier=names[0], shuffle="false", maxChoices="1")
        for letter, markdown, _, _ in options_of(exercise):
            put_inline(ET.SubElement(choice, "simpleChoice", identifier=letter), inline_html(markdown))
    put_processing(root, exercise, names)
    for number, known in enumerate(exercise.known.values(), 1):
        said(root, f"MISTAKE_{number}", f"<p>{inline_html(known.sentence)}</p>")
    said(root, AFTERWARDS, derivation_html(exercise.derivation))
    return root


def declare(root: ET.Element, exercise: Exercise, entries: list[Entry]) -> list[str]:
    """What may be answered, and what is right; the names of the responses."""
    if not entries:
        put_declaration(root, "RESPONSE", "identifier", str(exercise.answer))
        return ["RESPONSE"]
    names = ["RESPONSE"] if len(entries) == 1 else [f"RESPONSE_{number}" for number in range(1, len(entries) + 1)]
    for name, entry in zip(names, entries, strict=True):
        put_declaration(root, name, "float", decimal(entry.answer))
    return names


def put_declaration(root: ET.Element, name: str, base: str, right: str) -> None:
    """One response."""
    element = ET.SubElement(root, "responseDeclaration", identifier=name, cardinality="single", baseType=base)
    ET.SubElement(ET.SubElement(element, "correctResponse"), "value").text = right


def put_outcomes(root: ET.Element) -> None:
    """The score, and which feedback is shown."""
    score = ET.SubElement(root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    ET.SubElement(ET.SubElement(score, "defaultValue"), "value").text = "0"
    ET.SubElement(root, "outcomeDeclaration", identifier="FEEDBACK", cardinality="single", baseType="identifier")


def put_entries(body: ET.Element, rows: list[list[Entry]], names: list[str]) -> None:
    """The fields in their rows; a row that has a name begins with it."""
    waiting = iter(names)
    table = ET.SubElement(ET.SubElement(body, "table"), "tbody")
    for row in rows:
        line = ET.SubElement(table, "tr")
        if len(rows) > 1 and row[0].label:
            ET.SubElement(line, "th").text = row[0].label
        for _ in row:
            cell = ET.SubElement(line, "td")
            ET.SubElement(cell, "textEntryInteraction", responseIdentifier=next(waiting), expectedLength="12")


def put_processing(root: ET.Element, exercise: Exercise, names: list[str]) -> None:
    """Right: one point. A known mistake: its feedback. Anything else: the solution."""
    processing = ET.SubElement(root, "responseProcessing")
    chain = ET.SubElement(processing, "responseCondition")
    branch = ET.SubElement(chain, "responseIf")
    put_test(branch, exercise.problem.form, exercise.answer, names)
    set_outcome(branch, "SCORE", "float", "1")
    set_outcome(branch, "FEEDBACK", "identifier", AFTERWARDS)
    for number, known in enumerate(exercise.known.values(), 1):
        branch = ET.SubElement(chain, "responseElseIf")
        put_test(branch, exercise.problem.form.narrowed(), known.answer, names)
        set_outcome(branch, "FEEDBACK", "identifier", f"MISTAKE_{number}")
    set_outcome(ET.SubElement(chain, "responseElse"), "FEEDBACK", "identifier", AFTERWARDS)


def put_test(branch: ET.Element, form: Form, value: object, names: list[str]) -> None:
    """Whether the responses are this answer."""
    entries = [entry for row in form.entries(value) for entry in row]
    if not entries:
        match = ET.SubElement(branch, "match")
        ET.SubElement(match, "variable", identifier=names[0])
        ET.SubElement(match, "baseValue", baseType="identifier").text = str(value)
        return
    parent = ET.SubElement(branch, "and") if len(entries) > 1 else branch
    for name, entry in zip(names, entries, strict=True):
        equal = ET.SubElement(parent, "equal", tolerance_of(entry.tolerance))
        ET.SubElement(equal, "variable", identifier=name)
        ET.SubElement(equal, "baseValue", baseType="float").text = decimal(entry.answer)


def tolerance_of(tolerance: Fraction) -> dict[str, str]:
    """How near a number must be: exactly, or within an absolute tolerance on both sides."""
    if not tolerance:
        return {"toleranceMode": "exact"}
    return {"toleranceMode": "absolute", "tolerance": f"{decimal(tolerance)} {decimal(tolerance)}"}


def set_outcome(branch: ET.Element, name: str, base: str, value: str) -> None:
    """Set an outcome."""
    element = ET.SubElement(branch, "setOutcomeValue", identifier=name)
    ET.SubElement(element, "baseValue", baseType=base).text = value


def said(root: ET.Element, identifier: str, html: str) -> None:
    """Words that are shown once the outcome FEEDBACK names them."""
    feedback = ET.SubElement(
        root, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier=identifier, showHide="show"
    )
    put_html(feedback, html)


def put_html(parent: ET.Element, html: str) -> None:
    """XHTML as elements of the item's own namespace."""
    for child in ET.fromstring(f"<div>{html}</div>"):
        child.tail = None
        parent.append(child)


def put_inline(parent: ET.Element, html: str) -> None:
    """A line of XHTML, text and elements."""
    root = ET.fromstring(f"<div>{html}</div>")
    parent.text = root.text
    parent.extend(root)
