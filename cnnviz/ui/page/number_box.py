"""A box for one number, kept in the page's address as it was typed.

It is a text box: a number box of the browser leaves out what it does not like, so that 3x3 arrives as 33 and −5 as 5.
The text stays as it was typed; what does not fit is answered in words, and the page goes on with the nearest number
that does, or, where no number can be read, with the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import streamlit as st

from cnnviz.arithmetic.matrix import MAX_DENOMINATOR
from cnnviz.ui.page.choice import LAST
from cnnviz.ui.page.number_text import NumberTextError, number_text, read_numbers, without_thousands
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

    def __str__(self) -> str:
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


def number_box(
    key: str, label: str, default: int, numbers: NumberRange, *, shape: Sequence[str] = (), **settings: Any
) -> Fraction:
    """Draw the box and return the number that it stands for, which is always one of ``numbers``.

    ``shape`` names the keys of the boxes that a shape typed or pasted here is written into, its last number into the
    last of them: ``("C", "H", "W")`` takes 3, 224, 224 as well as 224 x 224. A box of a square has its key there
    twice. Code may write a number under the key instead of a text. ``settings`` are those of ``st.text_input``.
    """
    state = st.session_state
    if not isinstance(state.get(key, ""), str | None):
        state[key] = number_text(state[key])
    text = st.text_input(
        label,
        number_text(default),
        key=key,
        bind="query-params",
        autocomplete="off",  # what the browser would offer are numbers typed elsewhere
        on_change=fill_shape,
        args=(key, shape, default),
        **settings,
    )
    words = ""
    try:
        typed = one_number(text or "", shape)
        number = numbers.nearest(typed)
        if number != typed:
            words = f"{label} {text.strip()} does not fit here: it takes {numbers}, so {number_text(number)} is used."
    except NumberTextError as problem:
        number = numbers.nearest(state.get(key + LAST, Fraction(default)))
        words = f"{problem} {label} takes {numbers}; until then {number_text(number)} is used."
    if words:
        st.error(as_plain_text(words), icon=":material/edit:")
    state[key + LAST] = number
    return number


def one_number(text: str, shape: Sequence[str]) -> Fraction:
    """The one number of a text; ``NumberTextError`` where there are several, or none.

    >>> one_number("4,096", ())
    Fraction(4096, 1)
    >>> one_number("3x3", ())
    Traceback (most recent call last):
    cnnviz.ui.page.number_text.NumberTextError: “3x3” has 2 numbers.
    """
    found = read_numbers(text if shape else without_thousands(text))
    if len(found) == 1:
        return found[0]
    written = " ".join(text.split())
    raise NumberTextError(
        f"“{written}” is no shape that fits these boxes." if shape else f"“{written}” has {len(found)} numbers."
    )


def fill_shape(key: str, shape: Sequence[str], default: int) -> None:
    """Write the numbers of a shape, typed under ``key``, each into its box; leave any other text as it is."""
    try:
        numbers = read_numbers(st.session_state.get(key) or "")
    except NumberTextError:
        return
    boxes = boxes_of(numbers, shape)
    if not boxes:
        return
    if key not in boxes:  # a shape without a number for the box it was typed into
        boxes[key] = st.session_state.get(key + LAST, Fraction(default))
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
