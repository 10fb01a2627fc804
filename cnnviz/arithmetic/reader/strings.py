"""Texts that are put together: f-strings, format, %, and the methods of words. No width makes a long one."""

import re
from collections.abc import Callable

from cnnviz.arithmetic.reader.bounded import check_word, is_number
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import Class, Dotted, Function, Opaque, Value, kind_of

SPEC = re.compile(r"(?:.?[<>=^])?[+\- ]?#?0?(\d{0,3})[_,]?(?:\.(\d{1,2}))?[bdeEfFgGnosxX%]?")
PERCENT = re.compile(r"%(?:\((\w+)\))?([-+ 0#]*\d{0,2}(?:\.\d{1,2})?)([diouxXeEfFgGrs%])")
PLACE = re.compile(r"\{\{|\}\}|\{([A-Za-z0-9_]*)(?:!r|!s)?(?::([^{}]*))?\}")


def words(value: Value, line: int, depth: int = 0) -> str:
    """A value as str(value) shows it; of what is no number and no word a name."""
    if isinstance(value, str):
        return value
    if is_number(value) or value is None:
        return str(value)
    if isinstance(value, list | tuple) and len(value) < 50 and depth < 3:
        inside = ", ".join(repr(item) if isinstance(item, str) else words(item, line, depth + 1) for item in value)
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if isinstance(value, Class | Function):
        return value.name
    if isinstance(value, Dotted | Opaque):
        return kind_of(value)
    return f"<{kind_of(value)}>"


def formatted(value: Value, spec: Value, line: int) -> str:
    """format(value, spec), with a width of three digits at most.

    >>> formatted(3, "02d", line=1), formatted(0.25, ".1f", line=1)
    ('03', '0.2')
    """
    text = words(value, line)
    if not isinstance(spec, str) or not spec:
        return text
    if not SPEC.fullmatch(spec):
        raise ReadError(f"the format {spec[:20]!r} is not read.", line)
    try:
        return format(value if is_number(value) else text, spec)
    except (ValueError, TypeError):
        return text


def filled_in(template: str, values: Value, line: int) -> str:
    """template % values.

    >>> filled_in("conv%d_%s", (2, "bn"), line=1)
    'conv2_bn'
    """
    rest = list(values) if isinstance(values, tuple) else [values]

    def piece(match: re.Match[str]) -> str:
        name, flags, kind = match.groups()
        if kind == "%":
            return "%"
        value = values.get(name) if name and isinstance(values, dict) else rest.pop(0) if rest else None
        if kind in "rs" or not is_number(value):
            return words(value, line)
        return f"%{flags}{kind}" % value

    left = PERCENT.sub("", template)
    if "%" in left:
        raise ReadError(f"the text {template[:40]!r} has a % that is not read.", line)
    result = PERCENT.sub(piece, template)
    check_word(len(result), line)
    return result


def filled_places(template: str, positional: list[Value], named: dict[str, Value], line: int) -> str:
    """template.format(...): places are named or counted, and lead to nothing inside a value.

    >>> filled_places("conv{}_{name}", [2], {"name": "bn"}, line=1)
    'conv2_bn'
    """
    rest = iter(positional)

    def piece(match: re.Match[str]) -> str:
        if match.group() in ("{{", "}}"):
            return match.group()[0]
        name, spec = match.group(1), match.group(2) or ""
        if not name:
            value = next(rest, None)
        elif name.isdecimal():
            value = positional[int(name)] if int(name) < len(positional) else None
        else:
            value = named.get(name)
        return formatted(value, spec, line)

    if re.search(r"[{}]", PLACE.sub("", template)):
        raise ReadError(f"the text {template[:40]!r} has a place in it that is not read.", line)
    result = PLACE.sub(piece, template)
    check_word(len(result), line)
    return result


def concatenated(text: str, values: Value, line: int) -> str:
    """text.join(words)."""
    items = [words(item, line) for item in values]
    check_word(sum(map(len, items)) + len(text) * len(items), line)
    return text.join(items)


def replaced(text: str, old: str, new: str, line: int) -> str:
    """text.replace(old, new)."""
    check_word(len(text) + text.count(old) * len(new), line)
    return text.replace(old, new)


def method_of_words(name: str) -> Callable[..., Value]:
    """A method of words that makes none longer, with one argument at most."""

    def method(text: str, line: int, *parts: Value) -> Value:
        return getattr(text, name)(*parts[:1])

    return method


# method of a word -> what it gives, from the word, the arguments and the line
WORD_METHODS: dict[str, Callable[..., Value]] = {
    **{
        name: method_of_words(name)
        for name in ("lower", "upper", "title", "capitalize", "isdigit", "isalpha", "isupper", "islower", "isnumeric",
                     "strip", "lstrip", "rstrip", "startswith", "endswith", "find", "count", "removeprefix",
                     "removesuffix")
    },
    "split": lambda text, line, *parts: text.split(*parts[:2]),
    "rsplit": lambda text, line, *parts: text.rsplit(*parts[:2]),
    "partition": lambda text, line, part: text.partition(part),
    "join": lambda text, line, values: concatenated(text, values, line),
    "replace": lambda text, line, old, new: replaced(text, old, new, line),
    "zfill": lambda text, line, width: text.zfill(min(width, 99)),
    "ljust": lambda text, line, width: text.ljust(min(width, 99)),
    "rjust": lambda text, line, width: text.rjust(min(width, 99)),
    "center": lambda text, line, width: text.center(min(width, 99)),
}  # fmt: skip
