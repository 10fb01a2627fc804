"""A box for one number, kept in the page's address as it was typed.

It is a text box: a number box of the browser leaves out what it does not like, so that 3x3 arrives as 33 and −5 as 5.
The text stays as it was typed; what does not fit is answered in words, and the page goes on with the nearest number
that does, or, where no number can be read, with the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, overload

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.arithmetic.matrix import MAX_DENOMINATOR
from cnnviz.ui.page.choice import LAST
from cnnviz.ui.page.number_text import NumberTextError, number_text, one_number, read_numbers
from cnnviz.ui.page.plain_text import as_plain_text


@dataclass(frozen=True)
class NumberRange:
    """The numbers that a box takes, both ends among them.

    >>> print(NumberRange(1, 4096))
    a whole number from 1 to 4,096
    >>> print(NumberRange(-100, 100, is_whole=False))
    a number from −100 to 100, such as 2, −0.5 or 1/9
    """

    least: int
    most: int
    is_whole: bool = True
    name: str = ""  # what the words call them, if not by their ends

    def __str__(self) -> str:
        if self.name:
            return self.name
        ends = f"from {self.least:,} to {self.most:,}".replace("-", "−")
        return f"a whole number {ends}" if self.is_whole else f"a number {ends}, such as 2, −0.5 or 1/9"

    def nearest(self, number: Fraction) -> Fraction:
        """The number of the range that is nearest; four decimals where it is written with more.

        >>> NumberRange(1, 64).nearest(Fraction("2.5")), NumberRange(1, 64).nearest(Fraction("1e300"))
        (Fraction(2, 1), Fraction(64, 1))
        """
        bounded = min(max(number, Fraction(self.least)), Fraction(self.most))
        if self.is_whole:
            return Fraction(round(bounded))
        return bounded if bounded.denominator <= MAX_DENOMINATOR else Fraction(round(bounded * 10**4), 10**4)


# For boxes whose misfits are answered elsewhere, by the layer that does not take them: any number passes.
ANY_NUMBER = NumberRange(-(10**15), 10**15, is_whole=False, name="a whole number")


@overload
def number_box(
    key: str,
    label: str,
    default: float,
    numbers: NumberRange,
    *,
    shape: Sequence[str] = (),
    words: DeltaGenerator | None = None,
    **settings: Any,
) -> Fraction: ...


@overload
def number_box(
    key: str,
    label: str,
    default: None,
    numbers: NumberRange,
    *,
    shape: Sequence[str] = (),
    words: DeltaGenerator | None = None,
    **settings: Any,
) -> Fraction | None: ...


def number_box(
    key: str,
    label: str,
    default: float | None,
    numbers: NumberRange,
    *,
    shape: Sequence[str] = (),
    words: DeltaGenerator | None = None,
    **settings: Any,
) -> Fraction | None:
    """Draw the box and return the number that it stands for, which is always one of ``numbers``.

    ``shape`` names the keys of the boxes that a shape typed or pasted here is written into, its last number into the
    last of them: ``("C", "H", "W")`` takes 3, 224, 224 as well as 224 x 224. A box of a square has its key there
    twice. Code may write a number under the key instead of a text. Only with the ``default`` None the box may be
    empty, and stands for None then. What does not fit is said below the box, or in the container ``words``: of a box
    in a row it needs the width of the row. ``settings`` are those of ``st.text_input``.
    """
    state = st.session_state
    if not isinstance(state.get(key, ""), str | None):
        state[key] = number_text(state[key])
    text = st.text_input(
        label,
        "" if default is None else number_text(default),
        key=key,
        autocomplete="off",  # what the browser would offer are numbers typed elsewhere
        on_change=fill_shape,
        args=(key, shape, default),
        **{"bind": "query-params", **settings},
    )
    if default is None and not (text or "").strip():
        state.pop(key + LAST, None)
        return None
    answer = ""
    number: Fraction | None
    try:
        typed = one_number(text or "", "is no shape that fits these boxes" if shape else "")
        number = numbers.nearest(typed)
        if number != typed:
            answer = f"{label} {text.strip()} does not fit here: it takes {numbers}, so {number_text(number)} is used."
    except NumberTextError as problem:
        last = state.get(key + LAST, None if default is None else Fraction(default))
        number = None if last is None else numbers.nearest(last)
        used = "nothing" if number is None else number_text(number)
        answer = f"{problem} {label} takes {numbers}; until then {used} is used."
    if answer:
        (words or st).error(as_plain_text(answer), icon=":material/edit:")
    state[key + LAST] = number
    return number


def fill_shape(key: str, shape: Sequence[str], default: float | None) -> None:
    """Write the numbers of a shape, typed under ``key``, each into its box; leave any other text as it is."""
    try:
        numbers = read_numbers(st.session_state.get(key) or "")
    except NumberTextError:
        return
    boxes = boxes_of(numbers, shape)
    if not boxes:
        return
    if key not in boxes:  # a shape without a number for the box it was typed into
        boxes[key] = st.session_state.get(key + LAST) or Fraction(default or 0)
    for name, number in boxes.items():
        st.session_state[name] = number_text(number)


def boxes_of(numbers: Sequence[Fraction], shape: Sequence[str]) -> dict[str, Fraction]:
    """Which number of a shape goes into which box; empty where they do not fit. A leading 1 may be the batch.

    >>> image = ("channels", "side", "side")
    >>> boxes_of((3, 224, 224), image), boxes_of((1, 3, 224, 224), image), boxes_of((224, 112), image)
    ({'channels': 3, 'side': 224}, {'channels': 3, 'side': 224}, {})
    """
    if len(numbers) == len(shape) + 1 and numbers[0] == 1:
        numbers = numbers[1:]
    if not 1 < len(numbers) <= len(shape):
        return {}
    boxes = list(zip(shape[-len(numbers) :], numbers, strict=True))
    return dict(boxes) if all(dict(boxes)[name] == number for name, number in boxes) else {}
