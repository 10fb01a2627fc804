"""Rounded numbers that still add up."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from cnnviz.arithmetic.derivations.rounding import rounded_together

numbers = st.lists(st.floats(-1000, 1000), max_size=40)


def exact(text: str) -> Decimal:
    return Decimal(text.replace("−", "-"))


@given(numbers, st.integers(0, 6))
def test_the_texts_add_up_and_each_is_a_neighbour_of_its_value(values: list[float], decimals: int) -> None:
    texts, total = rounded_together(values, decimals)
    unit = Decimal(1).scaleb(-decimals)
    assert sum(map(exact, texts), Decimal(0)) == exact(total)
    assert all(abs(exact(text) - Decimal(value)) < unit for text, value in zip(texts, values, strict=True))
    assert abs(exact(total) - sum(map(Decimal, values), Decimal(0))) <= unit / 2 + Decimal("1e-20")


@given(numbers, numbers)
def test_parts_of_a_part_add_up_to_the_text_it_has_already(first: list[float], second: list[float]) -> None:
    (told, _), _ = rounded_together([float(sum(map(Fraction, part))) for part in (first, second)], 3)
    texts, total = rounded_together(first, 3, told)
    assert sum(map(exact, texts), Decimal(0)) == exact(total) == exact(told)
    assert all(abs(exact(text) - Decimal(value)) <= Decimal("0.001") for text, value in zip(texts, first, strict=True))
