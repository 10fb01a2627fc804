"""The methods of Python's own values that are read: lists, dicts, sets, tuples, words, numbers."""

from collections.abc import Callable
from typing import Any

from cnnviz.arithmetic.reader.bounded import check_items, same
from cnnviz.arithmetic.reader.strings import WORD_METHODS, filled_places
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import Arguments, Value, kind_of

LIST = {"append", "extend", "insert", "pop", "remove", "index", "count", "copy", "clear", "reverse", "sort", "tolist"}
DEQUE = {"appendleft", "popleft"}
TUPLE = {"index", "count", "numel", "tolist"}
DICT = {"items", "keys", "values", "update", "get", "pop", "setdefault", "copy", "clear", "popitem", "move_to_end"}
SET = {"add", "update", "discard", "remove", "union", "intersection", "difference", "copy"}
NUMBER = {"item", "is_integer", "bit_length", "long", "int", "float", "sqrt", "tolist"}
METHODS_OF_VALUES: dict[type, set[str]] = {
    list: LIST | DEQUE,
    tuple: TUPLE,
    dict: DICT,
    set: SET,
    str: {*WORD_METHODS, "format"},
    int: NUMBER,
    float: NUMBER,
    range: {"index", "count"},
}
CHANGES = {
    "append", "extend", "insert", "pop", "remove", "clear", "reverse", "sort", "update", "setdefault", "add", "discard",
    "appendleft", "popleft", "popitem", "move_to_end",
}  # fmt: skip


def call_method_of_value(reader: Any, owner: Value, name: str, given: Arguments) -> Value:
    """What a method of one of Python's own values gives; what it changes can be undone."""
    line = given.line
    if name in CHANGES and isinstance(owner, list | dict | set):
        reader.remember(owner)
    try:
        if isinstance(owner, list):
            return list_method(reader, owner, name, given)
        if isinstance(owner, dict):
            return dict_method(reader, owner, name, given)
        if isinstance(owner, set):
            return set_method(reader, owner, name, given)
        if isinstance(owner, str):
            if name == "format":
                return filled_places(owner, given.positional, given.named, line)
            return WORD_METHODS[name](owner, line, *given.positional)
        if isinstance(owner, tuple | range):
            return list(owner) if name == "tolist" else getattr(owner, name)(*given.positional)
        if name == "sqrt":
            return float(owner) ** 0.5
        return owner if name in ("item", "long", "int", "float", "tolist") else getattr(owner, name)()
    except ReadError:
        raise
    except (TypeError, ValueError, IndexError, KeyError, AttributeError, OverflowError):
        raise ReadError(f"{name} of {kind_of(owner)} is not read with these arguments.", line) from None


def list_method(reader: Any, owner: list[Value], name: str, given: Arguments) -> Value:
    """append, extend, pop and their kin."""
    values = given.positional
    if name == "append":
        (value,) = values
        check_items(len(owner) + 1, given.line)
        owner.append(value)
        return None
    if name == "extend":
        more = reader.listed(values[0], given.line)
        check_items(len(owner) + len(more), given.line)
        owner.extend(more)
        return None
    if name in ("insert", "appendleft"):
        check_items(len(owner) + 1, given.line)
        owner.insert(*values) if name == "insert" else owner.insert(0, values[0])
        return None
    if name == "popleft":
        return owner.pop(0)
    if name in ("index", "count", "remove"):
        places = [place for place, item in enumerate(owner) if same(item, values[0])]
        if name == "count":
            return len(places)
        if not places:
            raise ReadError(f"{kind_of(values[0])} is not in the list.", given.line)
        return places[0] if name == "index" else owner.pop(places[0]) and None
    if name == "sort":
        owner.sort(reverse=given.named.get("reverse") is True)
        return None
    if name == "tolist":
        return list(owner)
    return getattr(owner, name)(*values)


def dict_method(reader: Any, owner: dict[Value, Value], name: str, given: Arguments) -> Value:
    """items, get, update and their kin."""
    values = given.positional
    if name in ("items", "keys", "values"):
        return reader.charged(list(getattr(owner, name)()), given.line)
    if name == "update":
        for more in values:
            owner.update(more if isinstance(more, dict) else dict(more))
        owner.update(given.named)
        check_items(len(owner), given.line)
        return None
    if name == "move_to_end":
        owner[values[0]] = owner.pop(values[0])
        return None
    if name in ("get", "pop", "setdefault"):
        key, *rest = values
        rest = rest or list(given.named.values())
        if name == "pop" and key not in owner and not rest:
            raise ReadError(f"the dict has no item {kind_of(key)}.", given.line)
        return getattr(owner, name)(key, rest[0] if rest else None)
    return getattr(owner, name)(*values)


def set_method(reader: Any, owner: set[Value], name: str, given: Arguments) -> Value:
    """add, union and their kin."""
    if name in ("update", "union", "intersection", "difference"):
        return getattr(owner, name)(*(set(reader.listed(value, given.line)) for value in given.positional))
    check_items(len(owner) + 1, given.line)
    return getattr(owner, name)(*given.positional)


Handler = Callable[[Any, Value, str, Arguments], Value]
