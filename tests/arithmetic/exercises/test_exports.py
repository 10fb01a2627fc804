"""Every export, read back: the questions, the numbers, the tolerances, what is said to whom, and the formulas."""

import contextlib
import html
import io
import json
import re
import xml.etree.ElementTree as ET
from fractions import Fraction
from typing import Any

import pytest

from cnnviz.arithmetic.derivations.lines import without_colours
from cnnviz.arithmetic.exercises import exercise
from cnnviz.arithmetic.exercises.exports import (
    Picture,
    to_gift,
    to_markdown,
    to_moodle_xml,
    to_notebook,
    to_qti,
)
from cnnviz.arithmetic.exercises.exports.html import to_html
from cnnviz.arithmetic.exercises.forms import Choice, Number, Shapes
from tests.arithmetic.exercises.every import some
from tests.arithmetic.exercises.readers import bare, read_gift, read_moodle, read_package, run_12, run_21

QUESTIONS = some()
NAMES = [question.name for question in QUESTIONS]
PICTURE = Picture(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", 'A kernel, "w", on an input.')


def near(text, number):
    """Whether a decimal is a number, as nearly as it can be written."""
    return abs(Fraction(text) - number) < Fraction(1, 10**8)


def entries_of(question, value):
    """The numbers of an answer, flat."""
    return [entry for row in question.problem.form.entries(value) for entry in row]


def formulas_of(question):
    """Every formula of a question's text."""
    return [without_colours(found).strip() for found in re.findall(r"\$\$?([^$]+)\$\$?", question.problem.question)]


def same_numbers(answers, question):
    """That imported answers are a number, its tolerance and its mistakes."""
    (right,) = entries_of(question, question.answer)
    assert answers[0].worth == 1
    assert near(answers[0].text, right.answer)
    assert answers[0].tolerance == right.tolerance
    expected: dict[str, Any] = {}
    for known in question.known.values():
        ((wrong,),) = question.problem.form.narrowed().entries(known.answer)
        if abs(wrong.answer - right.answer) > right.tolerance:
            expected.setdefault(wrong.answer, (wrong.tolerance, known.sentence))
    assert len(answers) == 1 + len(expected)
    for answer, (value, (tolerance, sentence)) in zip(answers[1:], expected.items(), strict=True):
        assert answer.worth == 0
        assert near(answer.text, value)
        assert abs(answer.tolerance - tolerance) < Fraction(1, 10**8)
        assert answer.said == sentence


# ---------------------------------------------------------------- GIFT


@pytest.fixture(scope="module")
def gift():
    """Each question with what became of it in GIFT: one question, or one a line of a table."""
    found: dict[str, list[Any]] = {}
    for one in read_gift(to_gift(QUESTIONS)):
        found.setdefault(re.search(r"\((\S+-\d-\d+)\)", one.name)[1], []).append(one)
    return found


def test_gift_holds_every_question(gift):
    assert list(gift) == NAMES
    for question in QUESTIONS:
        parts = len(question.problem.form.names) if isinstance(question.problem.form, Shapes) else 1
        assert len(gift[question.name]) == parts


def test_gift_numbers_tolerances_and_mistakes_are_ours(gift):
    for question in QUESTIONS:
        for one in gift[question.name]:
            if isinstance(question.problem.form, Number):
                assert one.kind == "numerical"
                same_numbers(one.answers, question)
            elif isinstance(question.problem.form, Choice):
                assert one.kind == "multichoice"
                right = [answer.text for answer in one.answers if answer.worth == 1]
                assert right[0].startswith(f"<p><strong>{question.answer}</strong>")
                assert len(one.answers) == 4
                assert {answer.said for answer in one.answers} - {""} == {k.sentence for k in question.known.values()}


def test_every_gift_spelling_of_several_numbers_is_one_that_we_read_too(gift):
    for question in QUESTIONS:
        form = question.problem.form
        if not isinstance(form, Number | Choice | Shapes):
            (one,) = gift[question.name]
            assert one.kind == "shortanswer"
            assert len(one.answers) >= 4
            assert all(question.check(answer.text).right for answer in one.answers), question.name
        if isinstance(form, Shapes):
            lines = [one.answers[0].text for one in gift[question.name]]
            assert question.check("\n".join(lines)).right


def test_gift_texts_formulas_and_solutions_survive(gift):
    for question in QUESTIONS:
        for one in gift[question.name]:
            assert one.text.startswith(to_html(question.problem.question))
            feedback = html.unescape(one.feedback)
            assert without_colours(question.derivation.latex) in feedback
            assert all(formula in html.unescape(one.text) for formula in formulas_of(question))


# ---------------------------------------------------------------- Moodle XML


@pytest.fixture(scope="module")
def moodle():
    category, imported = read_moodle(to_moodle_xml(QUESTIONS, category="Week 6"))
    assert category == "$course$/top/Week 6"
    return dict(zip(NAMES, imported, strict=True))


def test_moodle_numbers_tolerances_and_mistakes_are_ours(moodle):
    for question in QUESTIONS:
        one = moodle[question.name]
        if isinstance(question.problem.form, Number):
            assert one.kind == "numerical"
            same_numbers(one.answers, question)
            assert one.judged(Fraction(question.answer)).worth == 1


def test_moodle_fields_of_several_numbers_are_ours(moodle):
    for question in QUESTIONS:
        one = moodle[question.name]
        if isinstance(question.problem.form, Number | Choice):
            continue
        assert one.kind == "cloze"
        rights = entries_of(question, question.answer)
        assert len(one.entries) == len(rights)
        for place, (answers, right) in enumerate(zip(one.entries, rights, strict=True)):
            assert answers[0].worth == 1
            assert near(answers[0].text, right.answer)
            numbers = {entries_of(question, known.answer)[place].answer for known in question.known.values()}
            assert len(answers) - 1 == len(numbers - {right.answer})
            for answer in answers[1:]:
                assert answer.worth == 0
                assert answer.said in {known.sentence for known in question.known.values()}


def test_moodle_options_hints_formulas_and_solutions_survive(moodle):
    for question in QUESTIONS:
        one = moodle[question.name]
        if isinstance(question.problem.form, Choice):
            assert one.kind == "multichoice"
            assert [answer.worth for answer in one.answers] == [letter == question.answer for letter in "ABCD"]
        assert one.text.startswith(to_html(question.problem.question))
        assert without_colours(question.derivation.latex) in html.unescape(one.feedback)
        assert len(one.hints) == 3
        assert all(formula in html.unescape(one.text) for formula in formulas_of(question))


def test_moodle_carries_the_picture_in_the_question():
    question = QUESTIONS[0]
    _, (one,) = read_moodle(to_moodle_xml([question], {question.name: PICTURE}))
    assert one.files == {"picture.svg": PICTURE.base64}
    assert 'src="@@PLUGINFILE@@/picture.svg" alt="A kernel, &quot;w&quot;, on an input."' in one.text


# ---------------------------------------------------------------- QTI 1.2


@pytest.fixture(scope="module")
def canvas():
    _, files = read_package(to_qti(QUESTIONS, version="1.2"))
    root = bare(ET.fromstring(files["exercises.xml"]))
    return dict(zip(NAMES, root.iter("item"), strict=True))


def kind_of(item):
    entries = {f.findtext("fieldlabel"): f.findtext("fieldentry") for f in item.iter("qtimetadatafield")}
    return entries["question_type"]


def test_canvas_judges_numbers_as_we_do(canvas):
    for question in QUESTIONS:
        item = canvas[question.name]
        if isinstance(question.problem.form, Number):
            assert kind_of(item) == "numerical_question"
            (entry,) = entries_of(question, question.answer)
            inside = entry.tolerance * Fraction(999, 1000)  # the ninth decimal of an end may be rounded
            beyond = entry.tolerance * Fraction(1001, 1000) + Fraction(1, 1000)
            for number, score in ((0, 100), (inside, 100), (-inside, 100), (beyond, 0), (-beyond, 0)):
                assert run_12(item, {"response1": entry.answer + number})[0] == pytest.approx(score), question.name
            assert abs(entry.answer) >= Fraction(1, 10**4) or entry.answer == 0


def test_canvas_says_what_we_say_to_a_known_mistake(canvas):
    for question in QUESTIONS:
        if isinstance(question.problem.form, Number | Choice):
            for known in question.known.values():
                value = known.answer
                if not isinstance(value, str) and question.problem.form.same(value, question.answer):
                    continue
                if not isinstance(value, str) and Fraction(value).denominator > 10**6:
                    continue
                text = value if isinstance(value, str) else Fraction(str(round(float(value), 9)))
                score, said = run_12(canvas[question.name], {"response1": text})
                assert score == 0
                assert known.sentence in [html.unescape(words) for words in said], question.name


def test_canvas_judges_options_and_blanks_as_we_do(canvas):
    for question in QUESTIONS:
        item = canvas[question.name]
        if isinstance(question.problem.form, Choice):
            assert kind_of(item) == "multiple_choice_question"
            for letter in "ABCD":
                assert run_12(item, {"response1": letter})[0] == (100 if letter == question.answer else 0)
        elif not isinstance(question.problem.form, Number):
            assert kind_of(item) == "fill_in_multiple_blanks_question"
            rights = entries_of(question, question.answer)
            blanks = [response.get("ident") for response in item.iter("response_lid")]
            assert blanks == [f"response_blank{number}" for number in range(1, len(rights) + 1)]
            text = item.findtext("presentation/material/mattext")
            assert all(f"[blank{number}]" in text for number in range(1, len(rights) + 1))
            labels = {label.get("ident"): label.findtext(".//mattext") for label in item.iter("response_label")}
            responses = dict(zip(blanks, (f"{number}_1" for number in range(1, len(rights) + 1)), strict=True))
            assert [labels[label] for label in responses.values()] == [str_of(entry.answer) for entry in rights]
            assert run_12(item, responses)[0] == pytest.approx(100, abs=0.5)
            assert run_12(item, responses | {blanks[0]: "other"})[0] < 100


def str_of(number):
    """A number as Canvas compares it: the shortest decimal."""
    return f"{float(number):.9f}".rstrip("0").rstrip(".")


# ---------------------------------------------------------------- QTI 2.1

# Of the information model: what may stand in what, and which attributes must be there.
CHILDREN = {
    "assessmentItem": ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback"],
    "responseDeclaration": ["correctResponse"],
    "outcomeDeclaration": ["defaultValue"],
    "correctResponse": ["value"],
    "defaultValue": ["value"],
    "itemBody": ["p", "pre", "ul", "table", "choiceInteraction"],
    "choiceInteraction": ["simpleChoice"],
    "simpleChoice": ["strong", "code"],
    "responseProcessing": ["responseCondition"],
    "responseCondition": ["responseIf", "responseElseIf", "responseElse"],
    "responseIf": ["equal", "and", "match", "setOutcomeValue"],
    "responseElseIf": ["equal", "and", "match", "setOutcomeValue"],
    "responseElse": ["setOutcomeValue"],
    "setOutcomeValue": ["baseValue"],
    "and": ["equal"],
    "equal": ["variable", "baseValue"],
    "match": ["variable", "baseValue"],
    "modalFeedback": ["p"],
    "p": ["code", "strong", "img", "textEntryInteraction"],
    "pre": ["code"],
    "ul": ["li"],
    "li": ["strong", "code"],
    "table": ["thead", "tbody"],
    "thead": ["tr"],
    "tbody": ["tr"],
    "tr": ["th", "td"],
    "td": ["textEntryInteraction"],
}
REQUIRED = {
    "assessmentItem": {"identifier", "title", "adaptive", "timeDependent"},
    "responseDeclaration": {"identifier", "cardinality", "baseType"},
    "outcomeDeclaration": {"identifier", "cardinality", "baseType"},
    "choiceInteraction": {"responseIdentifier", "shuffle", "maxChoices"},
    "simpleChoice": {"identifier"},
    "textEntryInteraction": {"responseIdentifier"},
    "modalFeedback": {"outcomeIdentifier", "identifier", "showHide"},
    "setOutcomeValue": {"identifier"},
    "variable": {"identifier"},
    "baseValue": {"baseType"},
    "equal": {"toleranceMode"},
    "img": {"src", "alt"},
}


@pytest.fixture(scope="module")
def package():
    return read_package(to_qti(QUESTIONS))


@pytest.fixture(scope="module")
def items(package):
    _, files = package
    return {name: bare(ET.fromstring(files[f"items/item{number}.xml"])) for number, name in enumerate(NAMES, 1)}


def test_qti_items_keep_the_rules_of_the_information_model(items):
    for item in items.values():
        places = [CHILDREN["assessmentItem"].index(child.tag) for child in item]
        assert places == sorted(places)
        declared = {one.get("identifier") for one in item.findall("responseDeclaration")}
        outcomes = {one.get("identifier") for one in item.findall("outcomeDeclaration")}
        for element in item.iter():
            assert set(element.attrib) >= REQUIRED.get(element.tag, set()), element.tag
            for child in element:
                assert child.tag in CHILDREN.get(element.tag, []), f"{child.tag} in {element.tag}"
            if element.tag in ("itemBody", "tr", "tbody", "table", "assessmentItem", "responseIf"):
                assert not (element.text or "").strip()
        problem = {one.get("responseIdentifier") for one in item.iter() if one.get("responseIdentifier")}
        assert problem == declared
        assert {one.get("identifier") for one in item.iter("variable")} <= declared
        assert {one.get("identifier") for one in item.iter("setOutcomeValue")} <= outcomes
        feedback = [one.get("identifier") for one in item.findall("modalFeedback")]
        assert len(set(feedback)) == len(feedback)
        for one in item.iter("setOutcomeValue"):
            if one.get("identifier") == "FEEDBACK":
                assert one[0].text in feedback
        for identifier in [*declared, *outcomes, *feedback]:
            assert re.fullmatch(r"[A-Za-z_][\w.-]*", identifier)


def test_qti_judges_every_answer_as_we_do(items):
    for question in QUESTIONS:
        item = items[question.name]
        assert run_21(item, responses_of(question, question.answer)) == {"SCORE": 1, "FEEDBACK": "SOLUTION"}
        feedback = {one.get("identifier"): "".join(one.itertext()) for one in item.findall("modalFeedback")}
        for known in question.known.values():
            if not question.problem.form.same(known.answer, question.answer):
                outcomes = run_21(item, responses_of(question, known.answer))
                assert outcomes["SCORE"] == 0
                assert feedback[outcomes["FEEDBACK"]] == known.sentence
        assert without_colours(question.derivation.latex) in feedback["SOLUTION"]


def responses_of(question, value):
    """What a person would have answered, by the names of the responses; numbers as they can be written."""
    entries = entries_of(question, value)
    if not entries:
        return {"RESPONSE": value}
    numbers = [Fraction(str(round(float(entry.answer), 9))) for entry in entries]
    if len(numbers) == 1:
        return {"RESPONSE": numbers[0]}
    return {f"RESPONSE_{place}": number for place, number in enumerate(numbers, 1)}


def test_qti_tolerances_are_ours(items):
    for question in QUESTIONS:
        if isinstance(question.problem.form, Number):
            (entry,) = entries_of(question, question.answer)
            first = next(items[question.name].iter("equal"))
            if entry.tolerance:
                assert first.get("toleranceMode") == "absolute"
                assert [Fraction(side) for side in first.get("tolerance").split()] == [entry.tolerance] * 2
            else:
                assert first.get("toleranceMode") == "exact"


def test_qti_formulas_survive(items):
    for question in QUESTIONS:
        text = "".join(items[question.name].find("itemBody").itertext())
        assert all(formula in text for formula in formulas_of(question))


def test_a_package_lists_its_test_its_items_and_its_pictures(package):
    manifest, files = package
    test = bare(ET.fromstring(files["test.xml"]))
    assert [one.get("href") for one in test.iter("assessmentItemRef")] == [
        f"items/item{number}.xml" for number in range(1, len(QUESTIONS) + 1)
    ]
    assert {one.get("type") for one in manifest.iter("resource")} == {"imsqti_test_xmlv2p1", "imsqti_item_xmlv2p1"}
    for version, path in (("2.1", "pictures/item1.svg"), ("1.2", "pictures/item1.svg")):
        _, shown = read_package(to_qti(QUESTIONS[:2], {QUESTIONS[0].name: PICTURE}, version=version))
        assert shown[path] == PICTURE.data


def test_the_same_exercises_give_the_same_bytes():
    assert to_qti(QUESTIONS[:3]) == to_qti(QUESTIONS[:3])
    with pytest.raises(ValueError, match=r"1\.2 and 2\.1"):
        to_qti(QUESTIONS[:1], version="3")


# ---------------------------------------------------------------- Markdown and notebook


def test_markdown_has_every_question_and_the_solutions_on_demand():
    plain, solved = to_markdown(QUESTIONS), to_markdown(QUESTIONS, solutions=True)
    for number, question in enumerate(QUESTIONS, 1):
        assert f"## {number}. " in plain
        assert without_colours(question.question) in plain
        assert f"**Answer:** {question.solution}" in solved
        assert question.derivation.markdown in solved
    assert plain.count("**Answer:** ___") == len(QUESTIONS)
    assert "data:image/svg+xml;base64," in to_markdown(QUESTIONS[:1], {NAMES[0]: PICTURE})


@pytest.fixture(scope="module")
def checker():
    """What the notebook's first cell defines, run with nothing but Python."""
    notebook = json.loads(to_notebook(QUESTIONS))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    namespace: dict[str, Any] = {}
    exec(cells[0], namespace)
    return namespace["check"], cells[1:]


def verdict_of(check, number, answer):
    """(whether it is right, what was printed)."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        right = check(f"Question {number}", answer)
    return right, printed.getvalue()


def test_the_notebook_judges_every_answer_as_we_do(checker):
    check, _ = checker
    for number, question in enumerate(QUESTIONS, 1):
        form = question.problem.form
        assert verdict_of(check, number, question.answer)[0], question.name
        if not isinstance(form, Number) or not (form.tolerance or form.share):
            assert verdict_of(
                check, number, question.solution.replace(",", "").replace(" bytes", "").replace(" pixels", "")
            )[0]
        for known in question.known.values():
            if not form.same(known.answer, question.answer):
                right, sentence = verdict_of(check, number, known.answer)
                assert not right
                assert known.sentence in sentence or isinstance(form, Number), question.name


def test_the_notebook_counts_what_lies_within_the_tolerance(checker):
    check, _ = checker
    for number, question in enumerate(QUESTIONS, 1):
        if isinstance(question.problem.form, Number) and (margin := question.problem.form.margin(question.answer)):
            for share, right in ((0.9, True), (-0.9, True), (1.2, False), (-1.2, False)):
                answer = float(question.answer + margin * Fraction(share))
                assert verdict_of(check, number, answer)[0] is right, (question.name, share)


@pytest.mark.parametrize("answer", [None, "", "many", object(), "1/0", [], {}, float("nan"), float("inf")])
def test_the_notebook_answers_anything_in_a_sentence(checker, answer):
    check, _ = checker
    for number in range(1, len(QUESTIONS) + 1, 5):
        right, sentence = verdict_of(check, number, answer)
        assert not right
        assert sentence.strip().endswith(".")


def test_the_notebook_has_a_cell_to_fill_for_each_question_and_no_answer_in_it(checker):
    _, cells = checker
    assert len(cells) == len(QUESTIONS)
    assert all(f'check("Question {number}", answer)' in cell for number, cell in enumerate(cells, 1))
    notebook = json.loads(to_notebook(QUESTIONS))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in notebook["cells"]:
        keys = {"cell_type", "id", "metadata", "source"}
        assert set(cell) == keys | ({"execution_count", "outputs"} if cell["cell_type"] == "code" else set())
    solution = exercise("num_params", seed=5).solution
    assert solution not in to_notebook([exercise("num_params", seed=5)])
    assert solution in to_notebook([exercise("num_params", seed=5)], solutions=True)


def test_a_name_typed_as_a_seed_does_no_harm_in_any_export():
    question = exercise("softmax", seed="Zoë <b>&amp;</b> ::{#=~}\x00\n../../etc", level=1)
    (one,) = read_gift(to_gift([question]))
    assert one.kind == "numerical"
    _, (two,) = read_moodle(to_moodle_xml([question], {question.name: PICTURE}))
    assert two.name == one.name
    for version in ("1.2", "2.1"):
        _, files = read_package(to_qti([question], {question.name: PICTURE}, version=version))
        assert not any(".." in path for path in files)
    assert json.loads(to_notebook([question]))
