"""Answers as people type them: `1 024`, `1,024`, `3/9`, `2^10`, `0,5`, `6.2·10⁷`, full-width digits, a real minus sign.

What can be read in two ways (1,024 is a thousand here and little more than one there) gives both, the likelier first.
A text is only read, never evaluated: its length, its digits and its powers are bounded before anything is computed.
"""

import re
import unicodedata
from fractions import Fraction

MAX_LETTERS = 600
MAX_DIGITS = 30

SUPERSCRIPTS = {"⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9"}
SUPERSCRIPTS |= {"⁻": "-", "⁺": "+"}
RAISED = re.compile(f"[{''.join(SUPERSCRIPTS)}]+")
OTHERS = str.maketrans("−–—‒⁄÷٫٬’⋅∙", "----//.,'··")

NUMERAL = r"[0-9.,][0-9.,'_ ]*"
POWER = re.compile(rf"(?:({NUMERAL}) ?[·×x*] ?)?({NUMERAL})(?:\^|\*\*) ?\(?([+-]?[0-9]{{1,4}})\)?")
EXPONENT = re.compile(rf"({NUMERAL})[eE]([+-]?[0-9]{{1,4}})")
RATIO = re.compile(rf"({NUMERAL})/ ?({NUMERAL})")
GROUPED = re.compile(r"[0-9]{1,3}(?:[ '_][0-9]{3})+(?:[.,][0-9]*)?")

Readings = tuple[Fraction, ...]


class AnswerError(ValueError):
    """A text that is no answer to the question; its message says what to type. It costs no try."""


def normalised(text: str) -> str:
    """The text in plain signs: ASCII digits, - for every minus, ^ before what is raised, one blank between words.

    >>> normalised("  ２×１０⁵ "), normalised("−½")
    ('2×10^5', '-1/2')
    """
    if len(text) > MAX_LETTERS:
        raise AnswerError("That is too long for an answer: type only the result.")
    text = RAISED.sub(lambda raised: "^" + "".join(SUPERSCRIPTS[letter] for letter in raised[0]), text)
    letters = (str(unicodedata.decimal(letter, letter)) for letter in unicodedata.normalize("NFKC", text))
    lines = "".join(letters).translate(OTHERS).splitlines()
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def read_number(text: str, unit: str = "") -> Readings:
    """Everything that the text may mean, exactly, the likeliest first; AnswerError where it is no number.

    A unit behind it may be left out, and a sign such as = before it too.

    >>> [str(value) for text in ("1 024", "3/9", "2^10", "−5", "67 %") for value in read_number(text)]
    ['1024', '1/3', '1024', '-5', '67/100']
    >>> [str(value) for value in read_number("1,024")]
    ['1024', '128/125']
    """
    plain = normalised(text).removeprefix("=").removeprefix("≈").removeprefix("~").strip()
    if not plain:
        raise AnswerError("Type a number.")
    for word in filter(None, (unit, unit.removesuffix("s"))):
        plain = plain.removesuffix(word).strip()
    negative = plain.startswith("-")
    plain = plain.removeprefix("-").removeprefix("+").strip()
    percent = plain.endswith("%")
    plain = plain.removesuffix("%").strip()
    if len(plain) > 1:
        plain = plain.removesuffix(".")
    found = unsigned(plain)
    return tuple((-value if negative else value) / (100 if percent else 1) for value in found)


def unsigned(text: str) -> Readings:
    """A numeral, a fraction, a power or a number times a power."""
    if match := RATIO.fullmatch(text):
        below = numeral(match[2])
        if 0 in below:
            raise AnswerError("A fraction cannot have 0 below its line.")
        return tuple(above / value for above in numeral(match[1]) for value in below)
    if match := POWER.fullmatch(text):
        return scaled(numeral(match[1] or "1"), numeral(match[2]), int(match[3]))
    if match := EXPONENT.fullmatch(text):
        return scaled(numeral(match[1]), (Fraction(10),), int(match[2]))
    return numeral(text)


def scaled(numbers: Readings, bases: Readings, exponent: int) -> Readings:
    """Numbers times a power, refused before it is computed where it is beyond all answers."""
    largest = max((*bases, Fraction(1)))
    smallest = min(base if base else Fraction(1) for base in bases)
    if abs(exponent) * len(str(int(max(largest, 1 / smallest)))) > 2 * MAX_DIGITS:
        raise AnswerError("That power is out of all range here.")
    if exponent < 0 and 0 in bases:
        raise AnswerError("A power of 0 with an exponent below 0 is no number.")
    return tuple(number * base**exponent for number in numbers for base in bases)


def numeral(text: str) -> Readings:
    """Digits with the signs that people set between them, read in every way that makes sense.

    >>> [str(value) for text in ("12'345.5", "0,25", "1.234,5", "1_000") for value in numeral(text)]
    ['24691/2', '1/4', '2469/2', '1000']
    """
    text = text.strip()
    if sum(letter.isdigit() for letter in text) > MAX_DIGITS:
        raise AnswerError(f"That has more than {MAX_DIGITS} digits; no answer here is so long.")
    if GROUPED.fullmatch(text):
        text = re.sub(r"[ '_]", "", text)
    if not re.fullmatch(r"[0-9.,]*[0-9][0-9.,]*", text):
        raise AnswerError("Type the result as a number, such as 1,024 or 0.25 or 3/9 or 2^10.")
    signs = [letter for letter in text if letter in ".,"]
    if not signs:
        return (Fraction(text),)
    if len(set(signs)) == 2:  # the last one is the decimal sign, the others set thousands apart
        whole, _, decimals = text.rpartition(signs[-1])
        if signs.count(signs[-1]) == 1 and in_thousands(whole, signs[0]):
            return (Fraction(f"{whole.replace(signs[0], '')}.{decimals or 0}"),)
    elif len(signs) > 1:
        if in_thousands(text, signs[0]):
            return (Fraction(text.replace(signs[0], "")),)
    else:
        before, _, after = text.partition(signs[0])
        decimal = Fraction(f"{before or 0}.{after or 0}")
        if not in_thousands(text, signs[0]):
            return (decimal,)
        thousands = Fraction(before + after)
        return (thousands, decimal) if signs[0] == "," else (decimal, thousands)
    raise AnswerError("The points and commas in that number do not make sense: type it as 1,024 or 0.25.")


def in_thousands(text: str, sign: str) -> bool:
    """Whether the sign stands between groups of three digits."""
    return re.fullmatch(rf"[1-9][0-9]{{0,2}}(?:{re.escape(sign)}[0-9]{{3}})+", text) is not None


def read_numbers(text: str, count: int) -> tuple[int | Fraction, ...]:
    """So many numbers side by side, as shapes are written: `96×55×55`, `(96, 55, 55)`, `96 55 55`.

    >>> read_numbers("1,024×7×7", 3), read_numbers("torch.Size([96, 55, 55])", 3)
    ((1024, 7, 7), (96, 55, 55))
    """
    plain = re.sub(r"torch\.Size|tuple|[()\[\]{}]", " ", normalised(text)).strip().rstrip(",").strip()
    if count == 1:
        words = [plain]
    elif re.search(r"[×x*·]", plain):
        words = re.split(r" ?[×x*·] ?", plain)
    elif re.search(r",\s", plain):
        words = re.split(r"\s?,\s+", plain)
    else:
        words = re.split(r"[,;\s]+", plain)
    if len(words) != count:
        batch = ", without the batch" if len(words) == count + 1 and words[0] == "1" else ""
        raise AnswerError(f"Type {count} numbers{batch}, such as {' × '.join(map(str, range(2, count + 2)))}.")
    readings = [read_number(word) for word in words]
    chosen = (next((value for value in found if value.denominator == 1), found[0]) for found in readings)
    return tuple(int(value) if value.denominator == 1 else value for value in chosen)
