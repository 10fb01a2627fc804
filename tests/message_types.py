"""The messages between Python and the browser as types for JavaScript: messages.d.ts beside each component.

The TypedDicts of a component's ``__init__.py`` are written as interfaces, so that a field renamed on one side alone is
an error of the other's type checker. ``python -m tests.message_types`` writes the files; a test sees that they are new.
"""

import importlib
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from tests.browser.catalogue import COMPONENTS, ROOT

HEAD = "// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.\n"
PLAIN = {str: "string", bool: "boolean", int: "number", float: "number", bytes: "Uint8Array", type(None): "null"}


def typescript(hint: Any) -> str:
    """A type as TypeScript writes it.

    >>> typescript(list[tuple[int, str | None]]), typescript(Mapping[str, Literal["a", "b"]])
    ('[number, string | null][]', 'Record<string, "a" | "b">')
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in PLAIN:
        return PLAIN[hint]
    if is_typeddict(hint):
        return str(hint.__name__)
    if origin is Literal:
        return " | ".join(f'"{value}"' if isinstance(value, str) else str(value).lower() for value in arguments)
    if origin in (Union, types.UnionType):
        return " | ".join(dict.fromkeys(typescript(argument) for argument in arguments))
    if origin in (list, Sequence) or (origin is tuple and arguments[-1] is Ellipsis):
        inner = typescript(arguments[0])
        return f"({inner})[]" if " | " in inner and not inner.endswith(("]", ">")) else f"{inner}[]"
    if origin is tuple:
        return f"[{', '.join(typescript(argument) for argument in arguments)}]"
    if origin in (dict, Mapping):
        return f"Record<string, {typescript(arguments[1])}>"
    raise TypeError(f"{hint!r} has no type in TypeScript here.")


def fields(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Name -> (type, whether it may be missing) of a TypedDict."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: (get_args(hint)[0] if get_origin(hint) is NotRequired else hint, name in kind.__optional_keys__)
        for name, hint in hints.items()
    }


def inside(hint: Any) -> Iterator[Any]:
    """Every TypedDict that a type holds, itself among them."""
    if is_typeddict(hint):
        yield hint
        for other, _ in fields(hint).values():
            yield from inside(other)
    for argument in get_args(hint):
        yield from inside(argument)


def interface(kind: Any) -> str:
    """One TypedDict as an interface."""
    known = fields(kind).items()
    lines = [f"  {name}{'?' if may_miss else ''}: {typescript(hint)};\n" for name, (hint, may_miss) in known]
    inner = f"\n{''.join(lines)}" if lines else ""
    return f"export interface {kind.__name__} {{{inner}}}\n"


def declarations(module: Any) -> str:
    """The file for one component."""
    own = [kind for kind in vars(module).values() if is_typeddict(kind)]
    kinds = {kind.__name__: kind for hint in own for kind in inside(hint)}
    return "\n".join([HEAD, *(interface(kinds[name]) for name in sorted(kinds))])


def files() -> dict[Path, str]:
    """Each component's file and what has to stand in it."""
    return {
        ROOT / name.replace(".", "/") / "messages.d.ts": declarations(importlib.import_module(name))
        for name in COMPONENTS.values()
    }


if __name__ == "__main__":
    for file, text in files().items():
        file.write_text(text, encoding="utf-8")
