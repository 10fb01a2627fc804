"""Numbers and lists within bounds: each is checked before it is made, so that no text can make a huge one."""

import ast
import operator
from collections.abc import Callable

from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import Example, Opaque, ShapeOf, Size, Tensor, Value

MAX_NUMBER = 10**12
MAX_ITEMS = 1_000  # in a list

ARITHMETIC: dict[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
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
    if isinstance(value, bool) or value is None:
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
    try:
        result = ARITHMETIC[kind](left, right)
    except ZeroDivisionError:
        raise ReadError("this divides by zero.", line) from None
    except OverflowError:
        raise too_large(line) from None
    if not is_number(result):
        raise ReadError("this is no real number.", line)
    return within_bounds(result, line)


def within_bounds(number: Value, line: int) -> Value:
    """The number, when it is not larger than a million millions."""
    if not abs(number) <= MAX_NUMBER:
        raise too_large(line)
    return number


def too_large(line: int) -> ReadError:
    """The sentence for a number out of bounds."""
    return ReadError("this number grows beyond anything that a layer could have.", line)


def check_items(count: int, line: int) -> None:
    """Refuse a list that is longer than any network's."""
    if count > MAX_ITEMS:
        raise ReadError(f"this makes a list of more than {MAX_ITEMS:,} items.", line)


def is_number(value: Value) -> bool:
    """Whether this is an int or a float; True and False are none here."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_whole(value: Value) -> bool:
    """Whether this is an int."""
    return isinstance(value, int) and not isinstance(value, bool)


def comparable(value: Value) -> bool:
    """Whether == with this value has an answer that is known from the text."""
    return not isinstance(value, Size | ShapeOf | Tensor | Example | Opaque)


def same(left: Value, right: Value) -> bool:
    """Whether two values are equal."""
    return type(left) is type(right) and left == right if not is_number(left) else is_number(right) and left == right
