"""Grids of numbers as people type them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.arithmetic.lecture.kernels import KERNELS, random_kernel
from cnnviz.arithmetic.matrix import MatrixError, decimal_places, read_matrix, write_matrix, write_number


@pytest.mark.parametrize(
    "text",
    [
        "1 2\n3 4",
        "1,2;3,4",
        "[[1, 2], [3, 4]]",
        " 1  2 ;\n 3\t4 ",
        "[[1,2],\n [3,4]]",
        "1. 2; 3.0 +4",
        "tensor([[1., 2.],\n        [3., 4.]])",
        "np.array([[1, 2], [3, 4]], dtype=float)",
    ],
)
def test_every_usual_way_to_write_a_grid_is_read(text: str) -> None:
    expected: object = ((1, 2), (3, 4))
    assert read_matrix(text) == expected


def test_fractions_and_decimals_are_read_exactly() -> None:
    assert read_matrix("0.1 -1/3 .5 −2") == ((Fraction(1, 10), Fraction(-1, 3), Fraction(1, 2), Fraction(-2)),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        (" ;\n; ", "is empty"),
        ("1 2; 3", "row 1 has 2 numbers, row 2 has 1"),
        ("1 two", "“two” in row 1, column 2"),
        ("1 1/0", "divides by zero"),
        ("1e9", "not a number"),
        ("nan", "not a number"),
        ("99999", "out of range"),
        ("1/99999", "out of range"),
        ("0.000001", "out of range"),
        ("1 " * 17, "at most 16 × 16"),
        ("1\n" * 17, "at most 16 × 16"),
        ("9" * 20_000, "too long"),
        ("<b>1</b>", "not a number"),
    ],
)
def test_what_cannot_be_read_is_answered_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(MatrixError, match=words) as refused:
        read_matrix(text)
    assert str(refused.value).endswith((".", "numbers."))
    assert len(str(refused.value)) < 200


numbers = st.fractions(-9999, 9999, max_denominator=10_000)


@given(st.integers(1, 5).flatmap(lambda width: st.lists(st.tuples(*[numbers] * width), min_size=1, max_size=5)))
def test_what_is_written_is_read_back(rows: list[tuple[Fraction, ...]]) -> None:
    matrix = tuple(rows)
    assert read_matrix(write_matrix(matrix)) == matrix


@given(numbers)
def test_a_number_of_so_many_decimals_is_written_with_as_many(value: Fraction) -> None:
    places = decimal_places(value)
    if places is not None and places <= 6:
        assert Fraction(write_number(value)) == value
        assert len(write_number(value).partition(".")[2]) == places
    else:
        assert write_number(value) == f"{value.numerator}/{value.denominator}"


def test_a_blur_keeps_the_level_and_an_edge_kernel_answers_nothing_to_even_ground() -> None:
    total = {name: sum(sum(row) for row in kernel.weights) for name, kernel in KERNELS.items()}
    assert total["identity"] == total["blur"] == total["sharpen"] == total["emboss"] == 1
    assert total["sobel_x"] == total["sobel_y"] == total["edge"] == 0


def test_sobel_y_is_sobel_x_turned() -> None:
    assert KERNELS["sobel_y"].weights == tuple(zip(*KERNELS["sobel_x"].weights, strict=True))


def test_a_random_kernel_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert random_kernel(3, 5) == random_kernel(3, 5) != random_kernel(3, 6)
