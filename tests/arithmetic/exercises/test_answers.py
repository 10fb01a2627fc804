"""What people type: read where it makes sense, answered in a sentence where it does not, and never by a traceback."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnnviz.arithmetic.exercises import exercise
from cnnviz.arithmetic.exercises.forms import Choice, Grid, Number, Numbers, Shapes
from cnnviz.arithmetic.exercises.reading import AnswerError, read_number, read_numbers
from tests.arithmetic.exercises.every import some

HOSTILE = [
    "",
    "   ",
    "nan",
    "NaN",
    "inf",
    "-inf",
    "1e999999999",
    "9^9999",
    "9**9**9",
    "2^-9999",
    "1/0",
    "0/0",
    "0^-1",
    "1" * 31,
    "9" * 10_000,
    "1 " * 5_000,
    "((((" * 200,
    "<b>55</b>",
    "<script>alert(1)</script>",
    "$\\frac{1}{2}$",
    "**55**",
    "`55`",
    "=HYPERLINK(1)",
    "__import__('os')",
    "55; DROP TABLE answers",
    "\x00",
    "\ud800",
    "\u202e55",
    "五十五",
    "Ⅻ",
    "5 5 5 5 5 5 5 5",
    "A\nB",
    "[[[[[1]]]]]",
    "None",
    "True",
    "1,2,3",
    "1.2.3",
    "--5",
    "0x10",
    "²",
    ".",
    ",",
    "/",
    "^",
    "×",
]


def values(text, unit=""):
    return [str(value) for value in read_number(text, unit)]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1024", 1024),
        ("1 024", 1024),
        ("1,024", 1024),
        ("1'024", 1024),
        ("1’024", 1024),
        ("1_024", 1024),
        ("1\u00a0024", 1024),
        ("1\u202f024", 1024),
        ("1,048,576", 1048576),
        ("1.048.576", 1048576),
        ("2^10", 1024),
        ("2**10", 1024),
        ("2¹⁰", 1024),
        ("1.024e3", 1024),
        ("6.2·10^7", 62_000_000),
        ("6.2 × 10⁷", 62_000_000),
        ("10^6", 1_000_000),
        ("3/9", Fraction(1, 3)),
        ("3 / 9", Fraction(1, 3)),
        ("3⁄9", Fraction(1, 3)),
        ("½", Fraction(1, 2)),
        ("0.25", Fraction(1, 4)),
        ("0,25", Fraction(1, 4)),
        (".5", Fraction(1, 2)),
        ("1.234,5", Fraction(2469, 2)),
        ("1,234.5", Fraction(2469, 2)),
        ("-5", -5),
        ("−5", -5),
        ("–5", -5),
        ("－５", -5),
        ("５５", 55),
        ("٥٥", 55),
        ("= 55", 55),
        ("≈ 0.67", Fraction(67, 100)),
        ("67 %", Fraction(67, 100)),
        ("55.", 55),
        ("+7", 7),
    ],
)
def test_a_number_is_read_as_it_is_meant(text, meant):
    assert read_number(text)[0] == meant


def test_what_can_be_read_in_two_ways_is_read_in_both():
    assert values("1,024") == ["1024", "128/125"]
    assert values("1.024") == ["128/125", "1024"]
    assert values("0.024") == ["3/125"]
    memory = exercise("activation_memory", seed=1)
    assert memory.check(f"{memory.answer:,}".replace(",", ".")).right or memory.answer >= 10**6


def test_a_unit_may_stand_behind_a_number():
    assert values("1 024 bytes", "bytes") == ["1024"]
    assert values("1 byte", "bytes") == ["1"]


@pytest.mark.parametrize(
    "text",
    [
        "96×55×55",
        "96 × 55 × 55",
        "96x55x55",
        "96*55*55",
        "(96, 55, 55)",
        "[96, 55, 55]",
        "96, 55, 55",
        "96,55,55",
        "96 55 55",
        "torch.Size([96, 55, 55])",
        "９６×５５×５５",
    ],
)
def test_a_shape_is_read_in_every_usual_way(text):
    assert read_numbers(text, 3) == (96, 55, 55)
    assert Numbers(("C", "H", "W")).read(text) == ((96, 55, 55),)


def test_a_shape_of_another_length_says_how_many_numbers_are_wanted():
    with pytest.raises(AnswerError, match="Type 3 numbers"):
        read_numbers("55×55", 3)
    with pytest.raises(AnswerError, match="without the batch"):
        read_numbers("(1, 96, 55, 55)", 3)


@pytest.mark.parametrize(
    "text", ["1 2; -3 0.5", "1 2\n−3 1/2", "[[1, 2], [-3, 0.5]]", "((1, 2), (-3, 0.5))", "１ 2; -3 .5"]
)
def test_a_grid_is_read_in_every_usual_way(text):
    assert Grid(2, 2).read(text) == (((1, 2), (-3, Fraction(1, 2))),)


def test_a_grid_of_another_size_says_both_sizes():
    with pytest.raises(AnswerError, match=r"2 × 2 numbers.*1 × 3 were read"):
        Grid(2, 2).read("1 2 3")


def test_shapes_are_read_one_a_line():
    form = Shapes(("conv", "flatten"), (3, 1))
    assert form.read("32×28×28\n25,088") == (((32, 28, 28), (25088,)),)
    assert form.read("((32, 28, 28), (25088,))") == (((32, 28, 28), (25088,)),)


@pytest.mark.parametrize("text", ["B", "b", "(b)", "b)", "Ｂ", " B. "])
def test_an_option_is_named_by_its_letter(text):
    assert Choice(("x", "y", "z")).read(text) == ("B",)


def test_a_size_typed_for_both_axes_is_one_number():
    assert Number().read("55×55") == (55,)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_hostile_answers_get_a_sentence_and_cost_no_try_where_they_are_none(text):
    for question in some():
        verdict = question.check(text)
        assert not verdict.right
        assert verdict.feedback.endswith((".", "…"))
        assert len(verdict.feedback) < 400
        if text in HOSTILE[:34]:
            assert not verdict.understood


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"[-−]?[0-9 .,'^*/·×eE()]{1,40}", fullmatch=True))
@example("0^0")
@example("0^-0")
@example("00,000")
@example("1,000^30")
def test_no_text_breaks_the_judging(text):
    for question in some()[::7]:
        verdict = question.check(text)
        assert isinstance(verdict.feedback, str)
        assert verdict.feedback
        assert verdict.understood or not verdict.right


def test_within_the_tolerance_counts_and_beyond_it_does_not():
    softmax = exercise("softmax", seed=3)
    near, far = softmax.answer + Fraction(9, 1000), softmax.answer + Fraction(15, 1000)
    assert softmax.check(f"{float(near):.3f}").right
    assert not softmax.check(f"{float(far):.3f}").right
    estimate = exercise("estimate", seed=3)
    assert estimate.check(str(round(estimate.answer * 1.4))).right
    assert not estimate.check(str(round(estimate.answer * 1.6))).right


def test_what_is_right_of_a_wrong_answer_is_said():
    shape = next(question for question in some() if question.kind == "output_size" and question.level == 3)
    channels, height, _ = shape.answer
    assert "Of it C and H are right." in shape.check(f"{channels}×{height}×7").feedback
    grid = next(question for question in some() if question.kind == "output_map")
    (first, _), *rest = grid.answer
    typed = "; ".join(" ".join(map(str, row)) for row in ((first, 99), *rest))
    assert "3 of its 4 numbers are right." in grid.check(typed).feedback


def test_an_error_in_a_chain_is_carried_forward_and_that_is_said():
    chain = exercise("chain_shapes", seed=3, level=2)
    answer: Any = chain.answer
    names, shapes = chain.problem.form.names, [list(shape) for shape in answer]
    channels, side = shapes[0][0], shapes[0][1] + 4
    typed = [f"{channels}×{side}×{side}", f"{channels}×{side // 2}×{side // 2}"]
    typed += ["×".join(map(str, shape)) for shape in shapes[2:]]
    feedback = chain.check("\n".join(typed)).feedback
    assert f"Look at {names[0]}" in feedback
    assert f"{names[1]} follows rightly from your own shape before: the error is carried forward." in feedback
