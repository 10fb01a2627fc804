"""What the expressions of a pasted text stand for: an evaluator of a listed part of Python, with bounds.

Only what is in the tables below is read. Numbers are checked before they are multiplied, lists before they are joined,
and every step is counted, so that no text can keep the reader busy. There is no torch in here: what a library's names
mean is asked of a dialect.
"""

import ast
from collections.abc import Callable
from typing import Any

from cnnviz.arithmetic.reader.bounded import (
    check_items,
    check_word,
    constant,
    is_whole,
)
from cnnviz.arithmetic.reader.evaluator import MAX_TEXT
from cnnviz.arithmetic.reader.operators import Operators, is_key
from cnnviz.arithmetic.reader.scopes import Scope
from cnnviz.arithmetic.reader.strings import formatted
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    Arguments,
    Class,
    Dotted,
    Example,
    Function,
    Instance,
    Opaque,
    Value,
    kind_of,
)


class Expressions(Operators):
    """Works out every expression. What calling a function of the text means is left to the interpreter built on it."""

    def subscript(self, node: ast.Subscript, scope: Scope, line: int) -> Value:
        """One item, or a slice."""
        owner = self.evaluate(node.value, scope)
        index = self.evaluate(node.slice, scope)
        return self.item(owner, index, line)

    def item(self, owner: Value, index: Value, line: int) -> Value:
        """owner[index]."""
        if isinstance(owner, list | tuple | str | range):
            return self.item_of_list(owner, index, line)
        if isinstance(owner, dict):
            index = self.needed(index, line)
            if is_key(index) and index in owner:
                return owner[index]
            raise ReadError(f"{kind_of(owner)} has no item {kind_of(index)}.", line)
        if isinstance(owner, Opaque):
            what = f"{owner.what}[{index!r}]" if isinstance(index, str | int) else f"{owner.what}[...]"
            return self.unknown(what, line) if owner.needs else Opaque(what[:MAX_TEXT], line)
        if isinstance(owner, Dotted | Class | Function):
            return Opaque(kind_of(owner), line)  # a type: list[int], Optional[nn.Module]
        if isinstance(owner, Example):
            return Example(None)
        if isinstance(owner, Instance):
            reads = owner.made_by.method("__getitem__")
            if reads is not None:
                return self.call(reads.of(owner), Arguments(line, [index]))
            if owner.made_by.fields and is_whole(index):
                return self.item_of_list([owner.attributes[name] for name in owner.made_by.fields], index, line)
        return self.dialect.item(owner, index, line)

    def item_of_list(self, owner: Value, index: Value, line: int) -> Value:
        """One item of a list or a text, or a slice of it."""
        index = self.needed(index, line)
        if isinstance(index, slice):
            return self.charged(owner[index], line)
        if isinstance(index, bool):
            index = int(index)
        if is_whole(index) and -len(owner) <= index < len(owner):
            return owner[index]
        raise ReadError(f"{kind_of(owner)} has no item {kind_of(index)}.", line)

    def slice(self, node: ast.Slice, scope: Scope, line: int) -> slice:
        """start:stop:step of whole numbers."""
        ends = []
        for part in (node.lower, node.upper, node.step):
            end = None if part is None else self.needed(self.evaluate(part, scope), line)
            if not (end is None or is_whole(end)):
                raise ReadError(f"a slice has whole numbers as its ends, and this is {kind_of(end)}.", line)
            ends.append(end)
        if ends[2] == 0:
            raise ReadError("the step of a slice is not 0.", line)
        return slice(*ends)

    def dictionary(self, node: ast.Dict, scope: Scope, line: int) -> Value:
        """A dict; ** among its items is laid out."""
        result: dict[Value, Value] = {}
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.evaluate(value_node, scope)
            if key_node is None:
                if isinstance(value, dict):
                    result |= value
                continue
            key = self.evaluate(key_node, scope)
            if not is_key(key):
                raise ReadError(f"a dict has words or numbers as its keys, and this is {kind_of(key)}.", line)
            result[key] = value
        return result

    def set(self, node: ast.Set, scope: Scope, line: int) -> Value:
        """A set of words or numbers."""
        values = self.items(node.elts, scope)
        if not all(is_key(value) for value in values):
            raise ReadError("a set has words or numbers in it.", line)
        return set(values)

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: Scope, line: int) -> Value:
        """A list comprehension, or a generator, which is gone through at once."""
        values: list[Value] = []
        inner = Scope(scope)

        def add() -> None:
            values.append(self.evaluate(node.elt, inner))
            if len(values) > 100:
                check_items(len(values), line)

        self.generate(node.generators, inner, add, line)
        return set(values) if isinstance(node, ast.SetComp) and all(map(is_key, values)) else values

    def dict_comprehension(self, node: ast.DictComp, scope: Scope, line: int) -> Value:
        """A dict comprehension."""
        result: dict[Value, Value] = {}
        inner = Scope(scope)

        def add() -> None:
            key = self.evaluate(node.key, inner)
            if not is_key(key):
                raise ReadError(f"a dict has words or numbers as its keys, and this is {kind_of(key)}.", line)
            result[key] = self.evaluate(node.value, inner)
            check_items(len(result), line)

        self.generate(node.generators, inner, add, line)
        return result

    def generate(self, loops: list[ast.comprehension], scope: Scope, add: Callable[[], None], line: int) -> None:
        """The loops of a comprehension, the first around the others."""
        if not loops:
            add()
            return
        loop, *others = loops
        if loop.is_async:
            raise ReadError("async is not read.", line)
        for item in self.iterate(self.evaluate(loop.iter, scope), line):
            self.charge(1, line)
            self.assign(loop.target, item, scope)
            if all(self.truth(self.evaluate(test, scope), line) for test in loop.ifs):
                self.generate(others, scope, add, line)

    def text(self, node: ast.JoinedStr, scope: Scope, line: int) -> str:
        """An f-string."""
        pieces = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                spec = "" if part.format_spec is None else self.evaluate(part.format_spec, scope)
                pieces.append(formatted(self.evaluate(part.value, scope), spec, line))
            else:
                pieces.append(str(getattr(part, "value", "")))
            check_word(sum(map(len, pieces)), line)
        return "".join(pieces)


# Everything that is read. What is not here is refused.
READ: dict[type[ast.expr], Callable[[Expressions, Any, Scope, int], Value]] = {
    ast.Constant: lambda reader, node, scope, line: constant(node.value, line),
    ast.Name: Expressions.name,
    ast.Attribute: lambda reader, node, scope, line: reader.attribute(
        reader.evaluate(node.value, scope), node.attr, line
    ),
    ast.Call: Expressions.evaluate_call,
    ast.Tuple: lambda reader, node, scope, line: tuple(reader.items(node.elts, scope)),
    ast.List: lambda reader, node, scope, line: reader.items(node.elts, scope),
    ast.BinOp: lambda reader, node, scope, line: reader.operate(
        type(node.op), reader.evaluate(node.left, scope), reader.evaluate(node.right, scope), line
    ),
    ast.UnaryOp: Expressions.unary,
    ast.Compare: Expressions.compare,
    ast.BoolOp: Expressions.choice,
    ast.IfExp: Expressions.either,
    ast.NamedExpr: Expressions.named,
    ast.Subscript: Expressions.subscript,
    ast.Slice: Expressions.slice,
    ast.Dict: Expressions.dictionary,
    ast.Set: Expressions.set,
    ast.ListComp: Expressions.comprehension,
    ast.SetComp: Expressions.comprehension,
    ast.GeneratorExp: Expressions.comprehension,
    ast.DictComp: Expressions.dict_comprehension,
    ast.JoinedStr: Expressions.text,
    ast.Lambda: lambda reader, node, scope, line: Function(node, scope),
}
Expressions.readers = READ
