"""The few functions of Python's own that are read: range, len, int, min and their kin, each within bounds."""

import operator
from collections.abc import Callable

from cnnviz.arithmetic.reader.bounded import check_items, is_number, within_bounds
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import Container, Given, ShapeOf, Size, Value


def call_built_in(name: str, given: Given) -> Value:
    """What one of Python's own functions gives, of the few in BUILT_IN."""
    if given.named and name != "enumerate":
        raise ReadError(f"{name} is read without named arguments only.", given.line)
    try:
        return BUILT_IN[name](given.positional, given)
    except ReadError:
        raise
    except (TypeError, IndexError, ValueError, OverflowError, AttributeError):
        raise ReadError(f"{name} is not read with these arguments.", given.line) from None


def ranged(values: list[Value], given: Given) -> list[int]:
    """range(...) as a list, whose length is checked before it is made."""
    numbers = range(*(operator.index(value) for value in values))
    check_items(len(numbers), given.line)
    return list(numbers)


def measured(values: list[Value], given: Given) -> Value:
    """len(...)."""
    (value,) = values
    if isinstance(value, ShapeOf):
        return Size()
    return len(value.children) if isinstance(value, Container) else len(value)


def plain_number(values: list[Value], given: Given) -> Value:
    """int(...) of a number, or of a size that is only known when the network runs."""
    (value,) = values
    if isinstance(value, Size):
        return value
    return int(a_number(value))


def a_number(value: Value) -> int | float:
    """The value, if it is a number."""
    if not isinstance(value, int | float):
        raise TypeError
    return value


def compared(choose: Callable[..., Value]) -> Callable[[list[Value], Given], Value]:
    """min(...) or max(...) of numbers."""

    def answer(values: list[Value], given: Given) -> Value:
        numbers = values[0] if len(values) == 1 else values
        if not all(is_number(number) for number in numbers):
            raise TypeError
        return choose(numbers)

    return answer


def added(values: list[Value], given: Given) -> Value:
    """sum(...) of numbers."""
    (numbers,) = values
    if not all(is_number(number) for number in numbers):
        raise TypeError
    return within_bounds(sum(numbers), given.line)


def numbered(values: list[Value], given: Given) -> list[Value]:
    """enumerate(...)."""
    (items,) = values
    return list(enumerate(items.children.values() if isinstance(items, Container) else items))


def zipped(values: list[Value], given: Given) -> list[Value]:
    """zip(...)."""
    return list(
        zip(*(value.children.values() if isinstance(value, Container) else value for value in values), strict=False)
    )


def listed(values: list[Value], given: Given) -> list[Value]:
    """list(...) or tuple(...)."""
    (items,) = values or ([],)
    return list(items.children.values() if isinstance(items, Container) else items)


def is_instance(values: list[Value], given: Given) -> bool:
    """isinstance(...) of numbers and words; layers are only asked about while weights are set, which is not read."""
    value, kinds = values
    names = {"int": int, "float": float, "str": str, "list": list, "tuple": tuple, "bool": bool, "dict": dict}
    kinds = kinds if isinstance(kinds, list | tuple) else [kinds]
    return any(isinstance(value, names[kind.last]) for kind in kinds if kind.path.startswith("builtins."))


def as_text(values: list[Value], given: Given) -> str:
    """str(...) of a number or a word."""
    (value,) = values
    if not isinstance(value, int | float | str):
        raise TypeError
    return str(value)


def truth_of(values: list[Value], given: Given) -> bool:
    """bool(...) of a number."""
    (value,) = values
    return bool(a_number(value))


BUILT_IN: dict[str, Callable[[list[Value], Given], Value]] = {
    "print": lambda values, given: None,
    "super": lambda values, given: None,
    "range": ranged,
    "len": measured,
    "int": plain_number,
    "float": lambda values, given: float(a_number(*values)),
    "round": lambda values, given: round(a_number(*values)),
    "abs": lambda values, given: abs(a_number(*values)),
    "bool": truth_of,
    "str": as_text,
    "min": compared(min),
    "max": compared(max),
    "sum": added,
    "enumerate": numbered,
    "zip": zipped,
    "list": listed,
    "tuple": lambda values, given: tuple(listed(values, given)),
    "reversed": lambda values, given: listed(values, given)[::-1],
    "dict": lambda values, given: dict(values[0]) if values else {},
    "isinstance": is_instance,
}
