"""Numbers, words and lists within bounds: each is checked before it is made, so that no text can make a huge one."""

import ast
import operator
from collections.abc import Callable

from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import Example, Opaque, Tensor, Value

MAX_NUMBER = 10**18
MAX_ITEMS = 1_000  # in a list
MAX_WORD = 2_000  # letters in a text that is put together

ARITHMETIC: dict[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}
ONLY_WHOLE = (ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift)
COMPARISONS: dict[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def constant(value: Value, line: int) -> Value:
    """A literal, when it is a number within bounds, a word, or None."""
    if isinstance(value, bool) or value is None or value is Ellipsis:
        return value
    if isinstance(value, int | float):
        return within_bounds(value, line)
    if isinstance(value, str):
        return value
    raise ReadError(f"a literal like {repr(value)[:20]} is no setting of a layer.", line)


def calculate(kind: type[ast.operator], left: Value, right: Value, line: int) -> Value:
    """Arithmetic on two numbers within bounds.

    >>> calculate(ast.Mult, 16, 25, line=1)
    400
    >>> calculate(ast.Pow, 9, 387420489, line=1)
    Traceback (most recent call last):
    ...
    cnnviz.arithmetic.reader.syntax.ReadError: line 1: this number grows beyond anything that a layer could have.
    """
    if kind is ast.Pow and (abs(right) > 64 or (isinstance(left, int) and abs(left) ** 0.5 > MAX_NUMBER)):
        raise too_large(line)
    if kind in ONLY_WHOLE and not (isinstance(left, int) and isinstance(right, int) and 0 <= right <= MAX_NUMBER):
        raise ReadError("this operator takes whole numbers.", line)
    if kind is ast.LShift and right > 64:
        raise too_large(line)
    try:
        result = ARITHMETIC[kind](left, right)
    except ZeroDivisionError:
        raise ReadError("this divides by zero.", line) from None
    except OverflowError:
        raise too_large(line) from None
    if isinstance(result, complex):
        raise ReadError("this is no real number.", line)
    return within_bounds(result, line)


def within_bounds(number: Value, line: int) -> Value:
    """The number, when it is not larger than a million million millions, or infinite as a float is."""
    if not abs(number) <= MAX_NUMBER and (isinstance(number, int) or number in (float("inf"), float("-inf"))):
        if isinstance(number, float):
            return number
        raise too_large(line)
    return number


def too_large(line: int) -> ReadError:
    """The sentence for a number out of bounds."""
    return ReadError("this number grows beyond anything that a layer could have.", line)


def check_items(count: int, line: int) -> None:
    """Refuse a list that is longer than any network's."""
    if count > MAX_ITEMS:
        raise ReadError(f"this makes a list of more than {MAX_ITEMS:,} items.", line)


def check_word(length: int, line: int) -> None:
    """Refuse a text that is longer than any name."""
    if length > MAX_WORD:
        raise ReadError(f"this puts together a text of more than {MAX_WORD:,} letters.", line)


def is_number(value: Value) -> bool:
    """Whether this is an int or a float; True and False count as 1 and 0, as in Python."""
    return isinstance(value, int | float)


def is_whole(value: Value) -> bool:
    """Whether this is an int, and not True or False."""
    return isinstance(value, int) and not isinstance(value, bool)


def comparable(value: Value) -> bool:
    """Whether == with this value has an answer that is known from the text."""
    return not isinstance(value, Tensor | Example | Opaque)


def same(left: Value, right: Value, depth: int = 0) -> bool:
    """Whether two values are equal; what is nested deeper than lists in lists in lists is not."""
    if is_number(left) and is_number(right):
        return bool(left == right)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        if depth > 3 or type(left) is not type(right) or len(left) != len(right):
            return False
        return all(same(one, other, depth + 1) for one, other in zip(left, right, strict=True))
    if isinstance(left, dict | set) or isinstance(right, dict | set):
        return left is right or (not left and not right and type(left) is type(right))
    return left is right or (type(left) is type(right) and bool(left == right))
