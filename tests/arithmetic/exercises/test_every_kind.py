"""What is true of every question, whatever it asks; a kind is examined here from the day it is in the table."""

import re
from collections import Counter
from fractions import Fraction

import pytest

from cnnviz.arithmetic.derivations.lines import without_colours
from cnnviz.arithmetic.exercises import KINDS, LEVELS, TOPICS, ExerciseError, exercise, exercise_about, topic_of
from cnnviz.arithmetic.exercises.forms import Choice, Number, Shapes, written
from tests.arithmetic.exercises.every import EVERY, SEEDS, made, some

QUESTIONS = pytest.mark.parametrize(("kind", "level"), EVERY)


def numbers_of(value):
    """All numbers of an answer."""
    if isinstance(value, tuple):
        return [number for part in value for number in numbers_of(part)]
    return [] if isinstance(value, str) else [Fraction(value)]


def test_ten_thousand_questions_are_looked_at():
    assert SEEDS * len(EVERY) >= 10_000


@QUESTIONS
def test_the_right_answer_is_judged_right_and_is_shown(kind, level):
    for question in made(kind, level):
        verdict = question.check(question.solution)
        assert (verdict.right, verdict.understood) == (True, True), question.name
        assert question.solution in verdict.feedback
        assert question.check(str(question.answer)).right, question.name


@QUESTIONS
def test_every_known_mistake_is_named_and_told_from_the_others(kind, level):
    for question in made(kind, level):
        assert len(question.known) >= KINDS[kind].least
        assert question.answer not in question.mistakes.values()
        assert len(set(question.mistakes.values())) == len(question.mistakes)
        assert not any(question.problem.form.same(wrong, question.answer) for wrong in question.mistakes.values())
        for name, known in question.known.items():
            verdict = question.check(question.problem.form.shown(known.answer))
            assert (verdict.right, verdict.understood, verdict.mistake) == (False, True, name), question.name
            assert verdict.feedback == known.sentence


@QUESTIONS
def test_every_mistake_of_a_kind_can_happen(kind, level):
    seen = {name for one in LEVELS for question in made(kind, one) for name in question.known}
    assert seen == set(KINDS[kind].mistakes)


@QUESTIONS
def test_answers_are_not_negative_ugly_or_trivial(kind, level):
    for question in made(kind, level):
        numbers = numbers_of(question.answer)
        if not KINDS[kind].signed:
            assert min(numbers, default=0) >= 0, question.name
        assert all(abs(number) < 10**9 and number.denominator <= 1000 for number in numbers), question.name
        if len(numbers) == 1 and not KINDS[kind].signed:
            assert numbers[0] > 0, question.name


@QUESTIONS
def test_few_answers_are_zero_or_below(kind, level):
    single = [question.answer for question in made(kind, level) if isinstance(question.answer, int | Fraction)]
    assert sum(answer == 0 for answer in single) <= len(single) / 4
    assert sum(answer < 0 for answer in single) <= len(single) / 2


@QUESTIONS
def test_questions_seldom_repeat_and_no_answer_is_a_safe_guess(kind, level):
    questions = made(kind, level)
    assert len({question.question for question in questions}) >= 0.8 * SEEDS
    _, often = Counter(str(question.answer) for question in questions).most_common(1)[0]
    assert often <= 0.5 * SEEDS


@QUESTIONS
def test_a_seed_gives_the_same_question_again(kind, level):
    for seed in (0, "Ada Lovelace", 2**70):
        one, other = exercise(kind, seed, level), exercise(kind, seed, level)
        assert (one.question, one.answer, one.mistakes, one.hints) == (
            other.question,
            other.answer,
            other.mistakes,
            other.hints,
        )


def test_seeds_give_what_they_gave_before():
    assert exercise("output_size", seed=7, level=2).answer == 37
    assert exercise("neuron_sum", seed=1).answer == 34
    assert exercise("softmax", seed="Ada", level=3).answer == Fraction(121, 250)
    assert exercise("output_map", seed=12, level=3).answer == ((6, 2), (1, 0))


@QUESTIONS
def test_three_hints_lead_on_and_none_is_the_answer(kind, level):
    for question in made(kind, level)[:40]:
        assert len(set(question.hints)) == 3
        assert all(len(hint) > 15 for hint in question.hints)
        form = question.problem.form
        if isinstance(form, Number) and question.answer > 12:
            given = re.findall(r"\d[\d,]*", without_colours(question.question).replace("{,}", ","))
            for hint in question.hints:
                told = re.findall(r"\d[\d,]*(?:\.\d+)?", hint.replace("{,}", ","))
                assert written(question.answer) not in told or written(question.answer) in given, question.name
        elif isinstance(form, Choice):
            assert not any(re.search(rf"\b{question.answer} learns the fewest", hint) for hint in question.hints)


@QUESTIONS
def test_the_derivation_ends_in_the_answer(kind, level):
    for question in made(kind, level):
        derivation = question.derivation
        assert derivation.result == question.answer
        assert derivation.lines
        assert derivation.title
        printed = without_colours(derivation.latex).replace("{,}", ",").replace("-", "−")
        if isinstance(question.problem.form, Number) and Fraction(question.answer).denominator == 1:
            assert written(question.answer) in re.findall(r"−?\d[\d,]*(?:\.\d+)?", printed), question.name
        if isinstance(question.problem.form, Shapes):
            assert all(written(shape[-1]) in printed for shape in question.answer)


@QUESTIONS
def test_braces_fractions_and_formulas_are_closed(kind, level):
    for question in made(kind, level)[:40]:
        texts = [question.question, question.derivation.markdown, *question.hints]
        for text in texts:
            assert text.replace("$$", "").count("$") % 2 == 0, question.name
            plain = text.replace(r"\{", "").replace(r"\}", "")
            assert plain.count("{") == plain.count("}")
            assert plain.count(r"\left") - plain.count(r"\left.") == plain.count(r"\right") - plain.count(
                r"\right."
            ) or (r"\Rightarrow" in plain)
        assert question.question.count("```") % 2 == 0


@QUESTIONS
def test_it_says_what_to_type(kind, level):
    for question in made(kind, level)[:10]:
        assert len(question.problem.form.placeholder) > 5
        assert "None" not in question.question
        assert "Fraction(" not in question.question
        assert not re.search(r"[^$\\]\\[a-z]", re.sub(r"\${1,2}[^$]*\${1,2}", "", question.question))


def test_every_kind_says_what_its_levels_ask():
    for kind in KINDS.values():
        assert len(set(kind.levels)) == 3
        assert kind.title[0].isupper()


def test_sentences_are_sentences():
    for kind in KINDS.values():
        for mistake in kind.mistakes.values():
            assert mistake.sentence[0].isupper()
            assert mistake.sentence.endswith(".")
            assert "!" not in mistake.sentence


def test_every_kind_belongs_to_one_topic_and_topics_stand_on_earlier_ones():
    listed = [kind for topic in TOPICS.values() for kind in topic.kinds]
    assert sorted(listed) == sorted(KINDS)
    names = list(TOPICS)
    for name, topic in TOPICS.items():
        assert all(names.index(below) < names.index(name) for below in topic.stands_on)
    assert topic_of("output_size") == "sizes"


def test_what_there_is_not_is_answered_in_a_sentence():
    with pytest.raises(ExerciseError, match="There is no such kind"):
        exercise("output_sise")
    with pytest.raises(ExerciseError, match="The level is 1, 2 or 3"):
        exercise("output_size", level=4)


def test_a_case_from_elsewhere_is_asked_about_with_the_mistakes_that_can_be_told():
    for question in some():
        again = exercise_about(question.kind, question.case)
        assert (again.question, again.answer, again.mistakes) == (
            question.question,
            question.answer,
            question.mistakes,
        )
