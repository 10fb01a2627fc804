"""Numbers in one line of text: what people paste is read exactly, everything else is refused."""

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.ui.page.number_text import NumberTextError, number_text, read_numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("28", [28]),
        (" 28.0 ", [28]),
        ("1e3", [1000]),
        ("−5", [-5]),  # the typographic minus
        ("–5", [-5]),  # a dash
        ("+0.25", [Fraction(1, 4)]),
        (".5", [Fraction(1, 2)]),
        ("-1/9", [Fraction(-1, 9)]),
        ("3x3", [3, 3]),
        ("3X3", [3, 3]),
        ("224 × 224", [224, 224]),
        ("224*224", [224, 224]),
        ("3, 224, 224", [3, 224, 224]),
        ("(3,224,224)", [3, 224, 224]),
        ("[3; 224; 224]", [3, 224, 224]),
        ("3 224\N{NO-BREAK SPACE}224", [3, 224, 224]),
        ("torch.Size([1, 3, 224, 224])", [1, 3, 224, 224]),
        ("(3,)", [3]),
    ],
)
def test_what_people_paste_is_read_exactly(text: str, numbers: list[int | Fraction]) -> None:
    assert list(read_numbers(text)) == numbers


@pytest.mark.parametrize(
    "text", ["x", "3x", "x3", "½", "٣", "inf", "nan", "1_0", "1e9999", "--3", "5-3", "three", "3 of 4", "<b>3</b>"]
)
def test_what_is_no_number_is_refused_by_its_own_words(text: str) -> None:
    with pytest.raises(NumberTextError, match="is not a number"):
        read_numbers(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "empty"), (" ()\n", "empty"), ("1/0", "divides by zero"), ("9" * 400, "too long"), ("1 " * 90, "too long")],
)
def test_every_other_refusal_says_why(text: str, words: str) -> None:
    with pytest.raises(NumberTextError, match=words):
        read_numbers(text)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(NumberTextError):
        assert read_numbers(text)


@given(st.fractions(-10_000, 10_000, max_denominator=10_000) | st.integers(-(10**12), 10**12))
def test_what_is_written_is_read_back(number: Fraction | int) -> None:
    assert read_numbers(number_text(number)) == (number,)
