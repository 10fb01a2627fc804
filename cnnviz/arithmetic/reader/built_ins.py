"""The few functions of Python's own that are read: range, len, int, min and their kin, each within bounds."""

import ast
import operator
from collections.abc import Callable
from typing import Any

from cnnviz.arithmetic.reader.bounded import check_items, is_number, within_bounds
from cnnviz.arithmetic.reader.strings import formatted, words
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    MODULES,
    Arguments,
    Class,
    Container,
    Dotted,
    Example,
    ForeignModule,
    Function,
    Instance,
    KerasTensor,
    Method,
    Opaque,
    Partial,
    Tensor,
    Value,
    kind_of,
)

CONSTANTS: dict[str, Value] = {"__name__": "__main__", "NotImplemented": None, "Ellipsis": Ellipsis, "__file__": ""}
LAZY = ("int", "float", "round", "abs", "max", "min", "len", "bool", "str", "sum", "pow")


def call_built_in(reader: Any, name: str, given: Arguments) -> Value:
    """What one of Python's own functions gives, of those in BUILT_IN."""
    values = given.positional
    unknown = [value for value in values if isinstance(value, Opaque)]
    if unknown and name in LAZY:
        return guessed(reader, name, given, unknown)
    if unknown and name in ("range", "list", "tuple", "enumerate", "zip", "reversed", "sorted", "set", "dict", "map"):
        values = [reader.needed(value, given.line) for value in values]
        if name in ("enumerate", "zip", "list", "tuple", "reversed") and any(isinstance(v, int) for v in values):
            values = [list(range(value)) if isinstance(value, int) else value for value in values]
    try:
        return BUILT_IN[name](reader, values, given)
    except ReadError:
        raise
    except (TypeError, IndexError, ValueError, OverflowError, AttributeError, KeyError):
        raise ReadError(f"{name} is not read with these arguments.", given.line) from None


def guessed(reader: Any, name: str, given: Arguments, unknown: list[Opaque]) -> Value:
    """A number worked out from something that the text does not say."""
    needs = tuple(dict.fromkeys(need for value in unknown for need in value.needs))
    written = f"{name}({unknown[0].what})"
    if written in reader.values:
        return reader.values[written]
    likely = None
    if name == "len" and isinstance(unknown[0].likely, int | float):
        likely = int(unknown[0].likely)
    elif all(value.likely is not None for value in unknown):
        plain = [value.likely if isinstance(value, Opaque) else value for value in given.positional]
        try:
            likely = BUILT_IN[name](reader, plain, given)
        except (ReadError, TypeError, ValueError):
            likely = None
    return Opaque(written, given.line, needs, likely, derived=True)


def ranged(reader: Any, values: list[Value], given: Arguments) -> range:
    """range(...); it is as long as it likes, and whoever goes through it is counted."""
    return range(*(operator.index(value) for value in values))


def length(reader: Any, values: list[Value], given: Arguments) -> Value:
    """len(...)."""
    (value,) = values
    if isinstance(value, Container | ForeignModule):
        return len(value.children)
    if isinstance(value, Instance):
        counts = value.made_by.method("__len__")
        return reader.call(counts.of(value), Arguments(given.line, [])) if counts else len(value.children)
    if isinstance(value, Tensor):
        return value.shape[0]
    if is_number(value):  # what was answered for something whose length is asked
        return value
    return len(value)


def whole(reader: Any, values: list[Value], given: Arguments) -> int:
    """int(...)."""
    if not values:
        return 0
    value = values[0]
    if isinstance(value, str):
        return int(within_bounds(int(value.strip()[:20]), given.line))
    return int(a_number(value))


def a_number(value: Value) -> int | float:
    """The value, if it is a number."""
    if not isinstance(value, int | float):
        raise TypeError
    return value


def chosen(choose: Callable[..., Value]) -> Callable[[Any, list[Value], Arguments], Value]:
    """min(...) or max(...) of numbers."""

    def answer(reader: Any, values: list[Value], given: Arguments) -> Value:
        items = reader.listed(values[0], given.line) if len(values) == 1 else values
        if not items and "default" in given.named:
            return given.named["default"]
        key = given.named.get("key")
        keys = [reader.call(key, Arguments(given.line, [item])) for item in items] if key is not None else items
        if not all(is_number(number) for number in keys):
            raise TypeError
        return items[keys.index(choose(keys))]

    return answer


def added(reader: Any, values: list[Value], given: Arguments) -> Value:
    """sum(...) of numbers, or of feature maps."""
    total = values[1] if len(values) > 1 else given.named.get("start", 0)
    for value in reader.listed(values[0], given.line):
        total = value if total == 0 and not is_number(value) else reader.operate(ast.Add, total, value, given.line)
    return total


def numbered(reader: Any, values: list[Value], given: Arguments) -> Value:
    """enumerate(...)."""
    start = values[1] if len(values) > 1 else given.named.get("start", 0)
    if isinstance(values[0], range):
        check_items(len(values[0]), given.line)
    return reader.charged(list(enumerate(reader.iterate(values[0], given.line), start)), given.line)


def zipped(reader: Any, values: list[Value], given: Arguments) -> Value:
    """zip(...), as long as its shortest part."""
    known = [len(value) for value in values if isinstance(value, list | tuple | range | str)]
    shortest = min(known, default=0)
    check_items(shortest if len(known) == len(values) else 0, given.line)
    parts = [value[:shortest] if isinstance(value, range) else reader.iterate(value, given.line) for value in values]
    return reader.charged(list(zip(*parts, strict=False)), given.line)


def listed(reader: Any, values: list[Value], given: Arguments) -> Value:
    """list(...)."""
    return reader.listed(values[0], given.line) if values else []


def a_dict(reader: Any, values: list[Value], given: Arguments) -> Value:
    """dict(...)."""
    first = values[0] if values else {}
    pairs = dict(first) if isinstance(first, dict) else dict(reader.listed(first, given.line))
    return {**pairs, **given.named}


def in_order(reader: Any, values: list[Value], given: Arguments) -> Value:
    """sorted(...)."""
    items = reader.listed(values[0], given.line)
    key = given.named.get("key")
    keys = [reader.call(key, Arguments(given.line, [item])) for item in items] if key is not None else items
    places = sorted(range(len(items)), key=lambda place: keys[place], reverse=given.named.get("reverse") is True)
    return [items[place] for place in places]


def mapped(reader: Any, values: list[Value], given: Arguments) -> Value:
    """map(function, ...)."""
    rows = zipped(reader, values[1:], given)
    return [reader.call(values[0], Arguments(given.line, list(row))) for row in rows]


def filtered(reader: Any, values: list[Value], given: Arguments) -> Value:
    """filter(function, ...)."""
    test, items = values
    items = reader.listed(items, given.line)
    if test is None:
        return [item for item in items if reader.truth(item, given.line)]
    return [item for item in items if reader.truth(reader.call(test, Arguments(given.line, [item])), given.line)]


def all_or_any(wanted: bool) -> Callable[[Any, list[Value], Arguments], Value]:
    """all(...) or any(...)."""

    def answer(reader: Any, values: list[Value], given: Arguments) -> bool:
        for item in reader.iterate(values[0], given.line):
            reader.charge(1, given.line)
            if reader.truth(item, given.line) == wanted:
                return wanted
        return not wanted

    return answer


def is_instance(reader: Any, values: list[Value], given: Arguments) -> bool:
    """isinstance(...)."""
    value, kinds = values
    kinds = kinds if isinstance(kinds, list | tuple) else [kinds]
    return any(is_of(reader, value, kind) for kind in kinds)


def is_of(reader: Any, value: Value, kind: Value) -> bool:
    """Whether a value is of one class: of Python, of the text, or of the library."""
    if isinstance(value, Opaque):
        value = value.likely
    if isinstance(kind, Class):
        return isinstance(value, Instance) and value.made_by.is_or_extends(kind)
    if isinstance(kind, Dotted) and kind.path.startswith("builtins."):
        plain = {
            "int": int,
            "float": float,
            "str": str,
            "list": list,
            "tuple": tuple,
            "bool": bool,
            "dict": dict,
            "set": set,
            "range": range,
        }
        wanted = plain.get(kind.last)
        return wanted is not None and isinstance(value, wanted)
    if isinstance(kind, Opaque) or kind is None:
        return False
    return bool(reader.dialect.is_kind(value, kind))


def has_attribute(reader: Any, values: list[Value], given: Arguments) -> bool:
    """hasattr(owner, name)."""
    owner, name = values
    if isinstance(owner, Instance):
        return name in owner.attributes or owner.made_by.method(name) is not None or name in owner.inner
    if isinstance(owner, Opaque):
        return False
    try:
        reader.attribute(owner, str(name), given.line)
    except ReadError:
        return False
    return True


def get_attribute(reader: Any, values: list[Value], given: Arguments) -> Value:
    """getattr(owner, name) and getattr(owner, name, default)."""
    owner, name, *default = values
    if not isinstance(name, str):
        raise TypeError
    try:
        return reader.attribute(owner, name, given.line)
    except ReadError:
        if default and not (name.startswith("__") and name.endswith("__")):
            return default[0]
        raise


def set_attribute(reader: Any, values: list[Value], given: Arguments) -> None:
    """setattr(owner, name, value)."""
    owner, name, value = values
    if not isinstance(name, str):
        raise TypeError
    reader.set_attribute(owner, name, value, given.line)


def type_of(reader: Any, values: list[Value], given: Arguments) -> Value:
    """type(value)."""
    value = values[0]
    if isinstance(value, Instance):
        return value.made_by
    return Opaque(f"the type of {kind_of(value)}", given.line)


def is_callable(reader: Any, values: list[Value], given: Arguments) -> bool:
    """callable(value)."""
    return isinstance(values[0], (Dotted, Class, Function, Method, Partial, *MODULES))


def nothing(reader: Any, values: list[Value], given: Arguments) -> None:
    """What only shows or checks something."""


def rounded(reader: Any, values: list[Value], given: Arguments) -> Value:
    """round(...)."""
    digits = values[1] if len(values) > 1 else given.named.get("ndigits")
    return round(a_number(values[0]), digits) if digits is not None else round(a_number(values[0]))


def power(reader: Any, values: list[Value], given: Arguments) -> Value:
    """pow(...)."""
    return reader.operate(ast.Pow, values[0], values[1], given.line)


def a_set(reader: Any, values: list[Value], given: Arguments) -> Value:
    """set(...)."""
    return set(reader.listed(values[0], given.line)) if values else set()


def next_of(reader: Any, values: list[Value], given: Arguments) -> Value:
    """next(...): generators are gone through at once here, so it is their first value."""
    items = reader.listed(values[0], given.line)
    if not items:
        if len(values) > 1:
            return values[1]
        raise TypeError
    return items[0]


def absolute(reader: Any, values: list[Value], given: Arguments) -> Value:
    """abs(...) of a number, or of a feature map."""
    (value,) = values
    if isinstance(value, Tensor | KerasTensor | Example):
        return reader.call(reader.attribute(value, "abs", given.line), Arguments(given.line, []))
    return abs(a_number(value))


BUILT_IN: dict[str, Callable[[Any, list[Value], Arguments], Value]] = {
    "print": nothing,
    "super": nothing,
    "object": nothing,
    "open": nothing,
    "input": nothing,
    "help": nothing,
    "exit": nothing,
    "range": ranged,
    "len": length,
    "int": whole,
    "float": lambda reader, values, given: float(values[0] if isinstance(values[0], str) else a_number(*values)),
    "round": rounded,
    "abs": absolute,
    "pow": power,
    "divmod": lambda reader, values, given: divmod(a_number(values[0]), a_number(values[1])),
    "bool": lambda reader, values, given: bool(values) and reader.truth(values[0], given.line),
    "str": lambda reader, values, given: words(values[0], given.line) if values else "",
    "repr": lambda reader, values, given: words(values[0], given.line),
    "format": lambda reader, values, given: formatted(values[0], (*values[1:], "")[0], given.line),
    "min": chosen(min),
    "max": chosen(max),
    "sum": added,
    "enumerate": numbered,
    "zip": zipped,
    "list": listed,
    "iter": listed,
    "tuple": lambda reader, values, given: tuple(listed(reader, values, given)),
    "reversed": lambda reader, values, given: listed(reader, values, given)[::-1],
    "sorted": in_order,
    "set": a_set,
    "frozenset": a_set,
    "dict": a_dict,
    "map": mapped,
    "filter": filtered,
    "all": all_or_any(False),
    "any": all_or_any(True),
    "next": next_of,
    "isinstance": is_instance,
    "issubclass": lambda reader, values, given: isinstance(values[0], Class) and values[0].is_or_extends(values[1]),
    "hasattr": has_attribute,
    "getattr": get_attribute,
    "setattr": set_attribute,
    "callable": is_callable,
    "type": type_of,
    "id": lambda reader, values, given: Opaque("id", given.line),
    "slice": lambda reader, values, given: slice(*values),
    "property": lambda reader, values, given: values[0],
    **dict.fromkeys(
        (
            "Exception",
            "ValueError",
            "TypeError",
            "NotImplementedError",
            "KeyError",
            "RuntimeError",
            "AssertionError",
            "IndexError",
            "AttributeError",
            "ImportError",
            "StopIteration",
            "DeprecationWarning",
            "UserWarning",
            "ModuleNotFoundError",
            "FileNotFoundError",
            "KeyboardInterrupt",
        ),
        nothing,
    ),
}
