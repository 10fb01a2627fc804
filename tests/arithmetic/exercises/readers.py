"""Readers of what is exported, written from the rules of the systems that import it, not from our exporters.

GIFT and Moodle XML: Moodle's question/format/gift and question/format/xml, and the pattern of its cloze fields.
QTI 1.2: a response is processed condition by condition, as Canvas does with its kinds of questions. QTI 2.1: the
expressions and response rules of the information model, as far as they are used.
"""

import html
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

FRACTIONS = {"100", "90", "80", "75", "70", "66.66667", "60", "50", "40", "33.33333", "30", "25", "20", "10", "5", "0"}


@dataclass
class Answer:
    """One answer that an imported question knows: what it is worth, and what is said."""

    worth: float
    text: str
    tolerance: Fraction = Fraction(0)
    said: str = ""

    def takes(self, number):
        """Whether a typed number counts as it."""
        return abs(Fraction(self.text) - number) <= self.tolerance


@dataclass
class Imported:
    """A question as it arrives."""

    name: str
    kind: str
    text: str
    answers: list[Any] = field(default_factory=list)
    entries: list[Any] = field(default_factory=list)
    feedback: str = ""
    hints: list[Any] = field(default_factory=list)
    files: dict[str, Any] = field(default_factory=dict)

    def judged(self, number):
        """The first answer that takes a number, as Moodle looks for it."""
        return next((answer for answer in self.answers if answer.takes(number)), None)


# ---------------------------------------------------------------- GIFT

PLACEHOLDERS = {r"\:": "&&058;", r"\#": "&&035;", r"\=": "&&061;", r"\{": "&&123;", r"\}": "&&125;"}
PLACEHOLDERS |= {r"\~": "&&126;", r"\n": "&&010"}


def before(text):
    """Escaped signs put out of the way; a doubled backslash first."""
    text = text.replace("\\\\", "&&092;")
    for sign, placeholder in PLACEHOLDERS.items():
        text = text.replace(sign, placeholder)
    return text.replace("&&092;", "\\")


def after(text):
    """They come back."""
    for sign, placeholder in PLACEHOLDERS.items():
        text = text.replace(placeholder, {"n": "\n"}.get(sign[1], sign[1]))
    return text.strip()


def read_gift(text):
    """Every question of a GIFT file."""
    return [gift_question(part) for part in re.split(r"\n\s*\n", text.strip())]


def gift_question(part):
    lines = [line for line in part.splitlines() if not line.strip().startswith("//")]
    rest = before("\n".join(lines).strip())
    assert rest.startswith("::")
    name, rest = rest[2:].split("::", 1)
    start, end = rest.index("{"), rest.index("}")
    inside = rest[start + 1 : end].strip()
    assert rest[end + 1 :].strip() == "", "what stands behind the answers would make it a missing word"
    inside, _, feedback = inside.rpartition("####")
    question = Imported(after(name), "", formatted(rest[:start]), feedback=formatted(feedback))
    if inside.startswith("#"):
        question.kind = "numerical"
        question.answers = [gift_number(one) for one in inside[1:].split("=") if one.strip()]
    elif "~" in inside:
        question.kind = "multichoice"
        for one in filter(str.strip, inside.replace("=", "~=").split("~")):
            words, _, said = one.strip().partition("#")
            question.answers.append(
                Answer(float(words.startswith("=")), formatted(words.lstrip("=")), said=after(said))
            )
    else:
        assert "->" not in inside, "Moodle would take it for a matching question"
        question.kind = "shortanswer"
        for one in filter(str.strip, inside.split("=")):
            worth, words = weight(one.strip())
            words, _, said = words.partition("#")
            question.answers.append(Answer(worth, after(words), said=after(said)))
    return question


def weight(text):
    """%50% in front of an answer."""
    found = re.match(r"%(-?\d{1,3})%", text)
    return (float(found[1]) / 100, text[found.end() :]) if found else (1.0, text)


def gift_number(text):
    worth, rest = weight(text.strip())
    number, _, said = rest.partition("#")
    value, _, tolerance = number.strip().partition(":")
    return Answer(worth, value, Fraction(tolerance or 0), after(said))


def formatted(text):
    """A text that says its format."""
    text = text.strip()
    if text.startswith("["):
        form, _, text = text[1:].partition("]")
        assert form == "html"
    return after(text)


# ---------------------------------------------------------------- Moodle XML

CLOZE = re.compile(r"\{(\d*):(NUMERICAL|NM):((?:[^}\\]|\\.)*)\}")
ALTERNATIVE = re.compile(r"(=|%-?\d+%)?(-?\d+(?:\.\d+)?)(?::(\d+(?:\.\d+)?))?(?:#((?:[^~\\]|\\.)*))?$")


def read_moodle(text):
    """The category, and every question of a Moodle XML file."""
    root = ET.fromstring(text)
    assert root.tag == "quiz"
    head, *questions = root
    assert head.get("type") == "category"
    return head.findtext("category/text"), [moodle_question(element) for element in questions]


def moodle_question(element):
    problem = element.find("questiontext")
    assert problem.get("format") == "html"
    question = Imported(
        element.findtext("name/text"),
        element.get("type"),
        problem.findtext("text"),
        feedback=element.findtext("generalfeedback/text"),
        hints=[hint.findtext("text") for hint in element.findall("hint")],
        files={file.get("name"): file.text for file in problem.findall("file")},
    )
    for answer in element.findall("answer"):
        assert answer.get("fraction") in FRACTIONS
        question.answers.append(
            Answer(
                float(answer.get("fraction")) / 100,
                answer.findtext("text"),
                Fraction(answer.findtext("tolerance") or 0),
                html.unescape(answer.findtext("feedback/text") or ""),
            )
        )
    if question.kind == "cloze":
        question.entries = [cloze_answers(found[3]) for found in CLOZE.finditer(question.text)]
    return question


def cloze_answers(inside):
    """The alternatives of one field."""
    answers = []
    for part in re.split(r"(?<!\\)~", inside):
        found = ALTERNATIVE.match(part)
        assert found, part
        worth = {"=": 1.0, None: 0.0}.get(found[1], 0.0)
        said = re.sub(r"\\([}#~/\"\\])", r"\1", html.unescape(found[4] or ""))
        answers.append(Answer(worth, found[2], Fraction(found[3] or 0), said))
    return answers


# ---------------------------------------------------------------- QTI


def read_package(data):
    """The files of a package that its manifest lists, and nothing else."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = bare(ET.fromstring(files.pop("imsmanifest.xml")))
    listed = {file.get("href") for file in manifest.iter("file")}
    assert listed == set(files)
    names = {resource.get("identifier") for resource in manifest.iter("resource")}
    assert {other.get("identifierref") for other in manifest.iter("dependency")} <= names
    assert all(resource.get("href") in files for resource in manifest.iter("resource"))
    return manifest, files


def bare(root):
    """The elements without their namespace."""
    for element in root.iter():
        element.tag = element.tag.partition("}")[2] or element.tag
    return root


def run_12(item, responses):
    """(score, feedback shown) after the conditions of a QTI 1.2 item, for typed responses by their names."""
    score, said = 0.0, []
    feedback = {one.get("ident"): one.findtext(".//mattext") for one in item.findall("itemfeedback")}
    for condition in item.findall("resprocessing/respcondition"):
        if all(holds_12(test, responses) for test in condition.find("conditionvar")):
            for setting in condition.findall("setvar"):
                assert setting.get("varname") == "SCORE"
                score = float(setting.text) + (score if setting.get("action") == "Add" else 0)
            said += [feedback[shown.get("linkrefid")] for shown in condition.findall("displayfeedback")]
            if condition.get("continue") == "No":
                break
    return score, said


def holds_12(test, responses):
    """Whether a test of a condition holds."""
    if test.tag == "other":
        return True
    if test.tag in ("or", "and"):
        return {"or": any, "and": all}[test.tag](holds_12(part, responses) for part in test)
    given = responses[test.get("respident")]
    if test.tag == "varequal":
        return str(given) == test.text or (
            number_or_none(given) is not None and number_or_none(given) == number_or_none(test.text)
        )
    return Fraction(given) >= Fraction(test.text) if test.tag == "vargte" else Fraction(given) <= Fraction(test.text)


def number_or_none(text):
    try:
        return Fraction(text)
    except ValueError:
        return None


def run_21(item, responses):
    """The outcomes of a QTI 2.1 item, for responses by their names."""
    outcomes = {"SCORE": Fraction(0), "FEEDBACK": None}
    for condition in item.find("responseProcessing"):
        assert condition.tag == "responseCondition"
        for branch in condition:
            rules = list(branch)
            if branch.tag == "responseElse" or value_21(rules.pop(0), responses):
                for rule in rules:
                    assert rule.tag == "setOutcomeValue"
                    outcomes[rule.get("identifier")] = value_21(rule[0], responses)
                break
    return outcomes


def value_21(expression, responses):
    """The value of an expression."""
    parts = [value_21(part, responses) for part in expression]
    if expression.tag == "variable":
        return responses[expression.get("identifier")]
    if expression.tag == "baseValue":
        return Fraction(expression.text) if expression.get("baseType") == "float" else expression.text
    if expression.tag == "and":
        return all(parts)
    if expression.tag == "match":
        return parts[0] == parts[1]
    assert expression.tag == "equal"
    if expression.get("toleranceMode") == "exact":
        return parts[0] == parts[1]
    below, above = map(Fraction, expression.get("tolerance").split())
    return parts[1] - below <= parts[0] <= parts[1] + above
