"""Numbers as people type or paste them into one line: 28, −5, 1/9, 3x3, (3, 224, 224)."""

import re
from fractions import Fraction

from cnnviz.arithmetic.matrix import MINUS_SIGNS, write_number

MAX_LENGTH = 60
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3}|/\d+)?"
_NUMBERS = re.compile(rf"{_NUMBER}(?:(?:\s*[,;x×*]\s*|\s+){_NUMBER})*", re.ASCII | re.IGNORECASE)
_WITH_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+", re.ASCII)
_WITH_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_BRACKETS = str.maketrans(dict.fromkeys("()[]", " "))


class NumberTextError(ValueError):
    """A text that holds no number; the message is a sentence for the person who typed it."""


def read_numbers(text: str) -> tuple[Fraction, ...]:
    """The numbers in one line of text, exactly: integers, decimals, powers such as 1e3, fractions such as 1/9.

    Several numbers are separated by blanks, commas, semicolons, x, × or *. Round and square brackets and the words
    torch.Size around a shape are ignored. All minus signs are read, also the typographic one. Raises
    ``NumberTextError`` for an empty text and for everything else.

    >>> [int(number) for number in read_numbers("torch.Size([3, 224, 224])")]
    [3, 224, 224]
    >>> read_numbers("3x3"), read_numbers("−1/9")
    ((Fraction(3, 1), Fraction(3, 1)), (Fraction(-1, 9),))
    >>> read_numbers("many")
    Traceback (most recent call last):
    cnnviz.ui.page.number_text.NumberTextError: “many” is not a number.
    """
    if len(text) > MAX_LENGTH:
        raise NumberTextError(f"“{text[:20]}…” is too long to read.")
    line = " ".join(text.translate(MINUS_SIGNS).removeprefix("torch.Size").translate(_BRACKETS).split()).rstrip(" ,")
    if not line:
        raise NumberTextError("The box is empty.")
    if not _NUMBERS.fullmatch(line):
        raise NumberTextError(f"“{' '.join(text.split())}” is not a number.")
    return tuple(_read_number(word) for word in re.findall(_NUMBER, line, re.ASCII | re.IGNORECASE))


def one_number(text: str, otherwise: str = "") -> Fraction:
    """The one number of a text; ``NumberTextError`` where there is none, or where there are several.

    Its comma is a decimal one, or stands between thousands, as this app writes them. ``otherwise`` is said of several
    numbers in place of how many they are; commas are then between the numbers of a shape.

    >>> one_number("4,096"), one_number("0,5")
    (Fraction(4096, 1), Fraction(1, 2))
    >>> one_number("3x3")
    Traceback (most recent call last):
    cnnviz.ui.page.number_text.NumberTextError: “3x3” has 2 numbers.
    """
    line = text.translate(MINUS_SIGNS).strip()
    if not otherwise and _WITH_THOUSANDS.fullmatch(line):
        line = line.replace(",", "")
    elif not otherwise and _WITH_DECIMAL_COMMA.fullmatch(line):
        line = line.replace(",", ".")
    else:
        line = text
    found = read_numbers(line)
    if len(found) == 1:
        return found[0]
    raise NumberTextError(f"“{' '.join(text.split())}” {otherwise or f'has {len(found)} numbers'}.")


def number_text(value: float | Fraction) -> str:
    """The text that ``read_numbers`` reads as this number.

    >>> number_text(28.0), number_text(1234567), number_text(Fraction(1, 9)), number_text(0.25)
    ('28', '1234567', '1/9', '0.25')
    """
    return write_number(Fraction(str(value)))


def _read_number(word: str) -> Fraction:
    whole, _, under = word.partition("/")
    if under and int(under) == 0:
        raise NumberTextError(f"“{word}” divides by zero.")
    return Fraction(whole) / int(under or 1)
