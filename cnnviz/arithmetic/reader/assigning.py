"""Names, attributes and items are given values."""

import ast
from typing import Any

from cnnviz.arithmetic.reader.bounded import check_items
from cnnviz.arithmetic.reader.calls import Caller
from cnnviz.arithmetic.reader.scopes import Scope, refuse_hidden
from cnnviz.arithmetic.reader.syntax import ReadError, UnfitError
from cnnviz.arithmetic.reader.values import (
    MODULES,
    Arguments,
    Class,
    Container,
    Dotted,
    Function,
    Instance,
    Opaque,
    Value,
    kind_of,
)


class Assigning(Caller):
    """Gives values to what stands left of =. `found` holds the networks made at the top of a text with their names."""

    def __init__(self, dialect: Any, lines: list[str], values: dict[str, Value] | None = None) -> None:
        super().__init__(dialect, lines, values)
        self.classes: list[Class] = []
        self.functions: list[Function] = []
        self.found: dict[Value, str] = {}
        self.passed_over: ReadError | None = None
        self.initialising: dict[int, bool] = {}
        self.making_layers: dict[int, bool] = {}
        self.library = Scope()

    def note(self, value: Value, name: str) -> None:
        """Remember a network that stands at the top of the text, under the name that it was last given."""
        if isinstance(value, MODULES) or self.dialect.is_network(value):
            known = self.found.pop(value, "")
            if name:  # what had the name before is out of reach now
                self.found = {other: label for other, label in self.found.items() if label != name}
            self.found[value] = name or known

    def assign(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Give a value to a name, to an attribute, to an item of a list or dict, or to several names."""
        if isinstance(target, ast.Name):
            self.assign_name(target, value, scope)
        elif isinstance(target, ast.Attribute):
            if target.attr.endswith("__"):
                refuse_hidden(target.attr, target.lineno)
            self.set_attribute(self.evaluate(target.value, scope), target.attr, value, target.lineno)
        elif isinstance(target, ast.Tuple | ast.List):
            self.unpack(target, value, scope)
        elif isinstance(target, ast.Subscript):
            owner, index = self.evaluate(target.value, scope), self.evaluate(target.slice, scope)
            self.assign_item(owner, index, value, target.lineno)
        else:
            raise ReadError("this cannot be given a value here.", target.lineno)

    def assign_name(self, target: ast.Name, value: Value, scope: Scope) -> None:
        """name = value; what the text does not say is asked for under the name that it is given."""
        name = target.id
        if name.startswith("__"):
            refuse_hidden(name, target.lineno)
        if isinstance(value, Opaque) and not value.derived and name in self.values:
            value = self.values[name]
        elif isinstance(value, Opaque) and not value.derived and scope is self.top:
            value = self.unknown(name, target.lineno)
        if name in scope.outer:
            holder = scope.parent
            while holder is not None and name not in holder.names and holder.parent is not None:
                holder = holder.parent
            scope = holder or scope
        scope.names[name] = value
        if scope is self.top:
            self.note(value, name)

    def set_attribute(self, owner: Value, name: str, value: Value, line: int) -> None:
        """owner.name = value."""
        if isinstance(owner, Instance):
            self.remember(owner.attributes)
            owner.attributes[name] = value
        elif isinstance(owner, Class):
            owner.constants[name] = value
        elif not isinstance(owner, Opaque | Dotted | Function):
            self.dialect.set_attribute(owner, name, value, line)

    def unpack(self, target: ast.Tuple | ast.List, value: Value, scope: Scope) -> None:
        """a, b = value, and a, *b = value."""
        line, names = target.lineno, target.elts
        if isinstance(value, Opaque) and not isinstance(value.likely, list | tuple):
            for name in names:
                self.assign(name.value if isinstance(name, ast.Starred) else name, value, scope)
            return
        values = self.listed(value, line)
        starred = [place for place, name in enumerate(names) if isinstance(name, ast.Starred)]
        if starred and len(values) >= len(names) - 1:
            place = starred[0]
            behind = len(names) - place - 1
            middle = values[place : len(values) - behind]
            values = [*values[:place], middle, *values[len(values) - behind :]]
        if len(values) != len(names):
            raise UnfitError(f"{len(values)} values are given to {len(names)} names.", line)
        for name, part in zip(names, values, strict=True):
            self.assign(name.value if isinstance(name, ast.Starred) else name, part, scope)

    def assign_item(self, owner: Value, index: Value, value: Value, line: int) -> None:
        """owner[index] = value."""
        index = self.needed(index, line) if isinstance(owner, list | dict | Container) else index
        if isinstance(owner, list):
            if isinstance(index, int) and -len(owner) <= index < len(owner):
                self.remember(owner)
                owner[index] = value
            elif isinstance(index, slice):
                more = self.listed(value, line)
                check_items(len(owner) + len(more), line)
                self.remember(owner)
                owner[index] = more
            else:
                raise ReadError(f"{kind_of(owner)} has no item {kind_of(index)}.", line)
        elif isinstance(owner, dict):
            if not isinstance(index, str | int | float | tuple | Dotted) and index is not None:
                raise ReadError(f"{kind_of(owner)} has no item {kind_of(index)}.", line)
            check_items(len(owner) + 1, line)
            self.remember(owner)
            owner[index] = value
        elif isinstance(owner, Instance) and owner.made_by.method("__setitem__"):
            method = owner.made_by.method("__setitem__")
            self.call(method.of(owner), Arguments(line, [index, value]))  # type: ignore[union-attr]
        elif not isinstance(owner, Opaque | Dotted):
            self.dialect.set_item(owner, index, value, line)
