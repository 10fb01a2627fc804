"""What the expressions of a pasted text stand for: an interpreter of a small, listed part of Python, with bounds.

Only what is in the tables below is read. Numbers are checked before they are multiplied, lists before they are joined,
and every step is counted, so that no text can keep the reader busy.
"""

import ast
from collections.abc import Callable
from typing import Any

from cnnviz.arithmetic.network import Span
from cnnviz.arithmetic.reader.arguments import spans_of
from cnnviz.arithmetic.reader.bounded import (
    ARITHMETIC,
    COMPARISONS,
    calculate,
    check_items,
    comparable,
    constant,
    is_number,
    is_whole,
    same,
)
from cnnviz.arithmetic.reader.built_ins import BUILT_IN, call_built_in
from cnnviz.arithmetic.reader.dialect import Dialect
from cnnviz.arithmetic.reader.syntax import ReadError, did_you_mean
from cnnviz.arithmetic.reader.values import (
    Class,
    Container,
    Dotted,
    Example,
    Function,
    Given,
    Instance,
    Method,
    Opaque,
    Parent,
    ShapeOf,
    Size,
    Tensor,
    Value,
    kind_of,
)

MAX_STEPS = 20_000  # a ResNet-152 takes 7,000
MAX_TEXT = 200

NOT_READ = {
    "Lambda": "a lambda",
    "JoinedStr": "an f-string",
    "DictComp": "a dict comprehension",
    "SetComp": "a set comprehension",
    "GeneratorExp": "a generator expression",
    "NamedExpr": "an assignment within an expression",
    "Await": "await",
    "Yield": "yield",
    "YieldFrom": "yield",
    "Set": "a set",
    "Starred": "a star here",
}


class Scope:
    """Names and what they stand for: those of a function, and behind them those of the whole text."""

    def __init__(self, parent: "Scope | None" = None, owner: Instance | None = None, within: Class | None = None):
        self.names: dict[str, Value] = {}
        self.parent = parent
        self.owner = owner  # self, in a method
        self.within = within  # the class whose method this is

    def find(self, name: str) -> tuple[bool, Value]:
        """(whether the name is known, its value)."""
        if name in self.names:
            return True, self.names[name]
        return self.parent.find(name) if self.parent is not None else (False, None)


class Evaluator:
    """Works out expressions. What calling a function of the text means is left to the interpreter built on it."""

    def __init__(self, dialect: Dialect, lines: list[str]) -> None:
        self.dialect = dialect
        self.lines = lines
        self.steps = 0
        self.known_spans: dict[ast.Call, dict[int | str, Span]] = {}

    def step(self, node: ast.AST) -> int:
        """Count a step; the line of the node."""
        self.steps += 1
        line: int = getattr(node, "lineno", 1)
        if self.steps > MAX_STEPS:
            raise ReadError("reading this takes too many steps; a network is made with fewer.", line)
        return line

    def charged(self, value: Value) -> Value:
        """The value; a long list counts as several steps."""
        if isinstance(value, list | tuple | str):
            self.steps += len(value) // 8
        return value

    def evaluate(self, node: ast.expr, scope: Scope) -> Value:
        """What an expression stands for; ReadError for anything that is not in the table at the end of this file."""
        line = self.step(node)
        read = READ.get(type(node))
        if read is None:
            what = NOT_READ.get(type(node).__name__, "this expression")
            raise ReadError(f"{what} is not read; write the layers out plainly.", line)
        return read(self, node, scope, line)

    def choice(self, node: ast.BoolOp, scope: Scope, line: int) -> Value:
        """and, or."""
        value: Value = None
        for part in node.values:
            value = self.evaluate(part, scope)
            if self.truth(value, line) == isinstance(node.op, ast.Or):
                break
        return value

    def either(self, node: ast.IfExp, scope: Scope, line: int) -> Value:
        """a if condition else b."""
        return self.evaluate(node.body if self.truth(self.evaluate(node.test, scope), line) else node.orelse, scope)

    def name(self, node: ast.Name, scope: Scope, line: int) -> Value:
        """What a name stands for."""
        known, value = scope.find(node.id)
        if known:
            return value
        if node.id in BUILT_IN:
            return Dotted(f"builtins.{node.id}")
        if node.id in self.dialect.aliases:
            return Dotted(self.dialect.aliases[node.id])
        thing = self.dialect.bare(node.id)
        if thing is not None:
            return thing
        if node.id == "__name__":
            return "__main__"
        refuse_hidden(node.id, line)
        known_names = [*self.dialect.known_names(), *(scope.parent or scope).names, *scope.names]
        raise ReadError(f"{shortened(node.id)} is not defined in this text{did_you_mean(node.id, known_names)}", line)

    def attribute(self, owner: Value, name: str, line: int) -> Value:
        """What `owner.name` stands for; only what a class of the text, or this reader, put there."""
        if isinstance(owner, Parent):
            return Method(owner, name)
        refuse_hidden(name, line)
        if isinstance(owner, Opaque):
            return Opaque(f"{owner.what}.{name}"[:MAX_TEXT], line)
        if isinstance(owner, Dotted):
            return Dotted(f"{owner.path}.{name}"[:MAX_TEXT])
        if isinstance(owner, Instance) and name in owner.attributes:
            return owner.attributes[name]
        if isinstance(owner, Class) and name in owner.plain_values():
            return owner.plain_values()[name]
        method = owner.made_by.method(name) if isinstance(owner, Instance) else None
        if method is not None:
            return Function(method, owner)
        return self.dialect.attribute(owner, name, line)

    def evaluate_call(self, node: ast.Call, scope: Scope, line: int) -> Value:
        """What a call gives."""
        function = self.evaluate(node.func, scope)
        if isinstance(function, Opaque):
            return Opaque(f"{function.what}(...)", line)
        if isinstance(function, Dotted) and function.path == "builtins.print":
            return None
        if isinstance(function, Dotted) and function.path == "builtins.super":
            if scope.owner is None or scope.within is None:
                raise ReadError("super() is only read within a method.", line)
            return Parent(scope.owner, scope.within)
        given = Given(line, self.items(node.args, scope), {}, self.spans(node))
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, scope)
            if keyword.arg is None:
                if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
                    raise ReadError(f"** is followed by {kind_of(value)}, not by a dict of names.", line)
                given.named |= value
            else:
                given.named[keyword.arg] = value
        if isinstance(function, Dotted) and function.path.startswith("builtins."):
            return self.charged(call_built_in(function.last, given))
        return self.call(function, given)

    def spans(self, node: ast.Call) -> dict[int | str, Span]:
        """Where the arguments of a call stand; asked once for each, as blocks are made many times."""
        if node not in self.known_spans:
            self.known_spans[node] = spans_of(node, self.lines)
        return self.known_spans[node]

    def call(self, function: Value, given: Given) -> Value:
        """What a call with arguments that were worked out gives."""
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Give a value to a name, or to several."""
        raise NotImplementedError

    def items(self, nodes: list[ast.expr], scope: Scope) -> list[Value]:
        """The values of a list, a starred list among them laid out."""
        values: list[Value] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                values += self.iterate(self.evaluate(node.value, scope), node.lineno)
            else:
                values.append(self.evaluate(node, scope))
            check_items(len(values), node.lineno)
        return values

    def iterate(self, value: Value, line: int) -> list[Value]:
        """The values that a loop over this one goes through."""
        if isinstance(value, Container):
            return list(value.children if value.kind == "ModuleDict" else value.children.values())
        if isinstance(value, Instance) and value.made_by.library_base().endswith("Sequential"):
            return list(value.children.values())
        if isinstance(value, ShapeOf):
            return [Size()]  # of unknown number: one stands for all
        if isinstance(value, list | tuple | dict | str):
            check_items(len(value), line)
            return list(value)
        raise ReadError(f"one cannot go through {kind_of(value)} one by one.", line)

    def operate(self, kind: type[ast.operator], left: Value, right: Value, line: int) -> Value:
        """What an arithmetic operator gives; the size of the result is bounded before it is worked out."""
        if isinstance(left, Opaque) or isinstance(right, Opaque):
            return left if isinstance(left, Opaque) else right
        if isinstance(left, Tensor | Example) or isinstance(right, Tensor | Example):
            return self.dialect.operate(kind, left, right, line)
        if isinstance(left, Size) or isinstance(right, Size):
            return Size()
        if kind not in ARITHMETIC:
            raise ReadError("of the operators, + - * / // % and ** are read.", line)
        if is_number(left) and is_number(right):
            return calculate(kind, left, right, line)
        joins = kind is ast.Add and any(isinstance(left, t) and isinstance(right, t) for t in (list, tuple, str))
        if joins:
            check_items(len(left) + len(right), line)
            return self.charged(left + right)
        if kind is ast.Mult and isinstance(left, list | tuple) and isinstance(right, int):
            check_items(len(left) * max(right, 0), line)
            return self.charged(left * right)
        raise ReadError(f"{kind_of(left)} and {kind_of(right)} cannot be put together like this.", line)

    def unary(self, node: ast.UnaryOp, scope: Scope, line: int) -> Value:
        """A sign, or not."""
        value = self.evaluate(node.operand, scope)
        if isinstance(node.op, ast.Not):
            return not self.truth(value, line)
        if is_number(value) and isinstance(node.op, ast.USub | ast.UAdd):
            return -value if isinstance(node.op, ast.USub) else value
        if isinstance(value, Size):
            return Size()
        raise ReadError(f"{kind_of(value)} cannot have this sign.", line)

    def compare(self, node: ast.Compare, scope: Scope, line: int) -> bool:
        """Comparisons of numbers and words; `is` with None, True and False; `in` a list."""
        left = self.evaluate(node.left, scope)
        for comparison, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(right_node, scope)
            if isinstance(comparison, ast.Is | ast.IsNot):
                holds = (left is right) != isinstance(comparison, ast.IsNot)
            elif isinstance(comparison, ast.In | ast.NotIn):
                holds = any(same(left, item) for item in self.iterate(right, line)) == isinstance(comparison, ast.In)
            elif isinstance(comparison, ast.Eq | ast.NotEq) and comparable(left) and comparable(right):
                holds = same(left, right) == isinstance(comparison, ast.Eq)
            elif is_number(left) and is_number(right):
                holds = COMPARISONS[type(comparison)](left, right)
            else:
                raise ReadError(f"whether {kind_of(left)} and {kind_of(right)} compare so is not known here.", line)
            if not holds:
                return False
            left = right
        return True

    def truth(self, value: Value, line: int) -> bool:
        """Whether a condition holds; ReadError when that is only known while the network runs."""
        if isinstance(value, Size | ShapeOf | Tensor | Example | Opaque | Dotted):
            raise ReadError(f"a choice here depends on {kind_of(value)}, which is not known from the text.", line)
        if isinstance(value, Container):
            return bool(value.children)
        return bool(value)

    def subscript(self, node: ast.Subscript, scope: Scope, line: int) -> Value:
        """One item, or a slice."""
        owner = self.evaluate(node.value, scope)
        if isinstance(owner, Opaque | Dotted):
            return Opaque(kind_of(owner), line)
        if isinstance(node.slice, ast.Slice):
            ends = [
                None if part is None else self.evaluate(part, scope) for part in (node.slice.lower, node.slice.upper)
            ]
            if node.slice.step is not None or not all(end is None or is_whole(end) for end in ends):
                raise ReadError("of the slices, those with whole numbers and no step are read.", line)
            return self.charged(sliced(owner, ends[0], ends[1], line))
        index = self.evaluate(node.slice, scope)
        if isinstance(owner, ShapeOf) and is_whole(index):
            return Size(batch=owner.start + index == 0 and index >= 0)
        if isinstance(owner, Container) and isinstance(index, str) and index in owner.children:
            return owner.children[index]
        if isinstance(owner, dict) and isinstance(index, str | int) and index in owner:
            return owner[index]
        if isinstance(owner, list | tuple | Container) and is_whole(index):
            items = list(owner.children.values()) if isinstance(owner, Container) else owner
            if -len(items) <= index < len(items):
                return items[index]
        raise ReadError(f"{kind_of(owner)} has no item {kind_of(index)}.", line)

    def dictionary(self, node: ast.Dict, scope: Scope, line: int) -> dict[Value, Value]:
        """A dict with words or numbers for keys."""
        result = {}
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            key = None if key_node is None else self.evaluate(key_node, scope)
            if not isinstance(key, str | int):
                raise ReadError("of the dicts, those with words or numbers as keys are read.", line)
            result[key] = self.evaluate(value_node, scope)
        return result

    def comprehension(self, node: ast.ListComp, scope: Scope, line: int) -> list[Value]:
        """A list comprehension over one plain loop."""
        loop = node.generators[0]
        if len(node.generators) > 1 or loop.is_async or not isinstance(loop.target, ast.Name | ast.Tuple):
            raise ReadError("of the list comprehensions, those with one plain loop are read.", line)
        values = []
        inner = Scope(scope, scope.owner, scope.within)
        for item in self.iterate(self.evaluate(loop.iter, scope), line):
            self.assign(loop.target, item, inner)
            if all(self.truth(self.evaluate(test, inner), line) for test in loop.ifs):
                values.append(self.evaluate(node.elt, inner))
            check_items(len(values), line)
        return values


def refuse_hidden(name: str, line: int) -> None:
    """Refuse the names that lead into the machinery of Python."""
    if name.startswith("__"):
        raise ReadError(
            f"{shortened(name)} is part of Python's machinery, which no network needs; it is not read.", line
        )


def shortened(name: str) -> str:
    """A name for a sentence, cut when it is very long."""
    return name if len(name) <= 40 else name[:37] + "..."


def sliced(owner: Value, start: int | None, stop: int | None, line: int) -> Value:
    """Part of a list, of an nn.Sequential or of a shape."""
    if isinstance(owner, list | tuple | str):
        return owner[start:stop]
    if isinstance(owner, Container):
        return Container(owner.kind, owner.line, dict(list(owner.children.items())[start:stop]))
    if isinstance(owner, ShapeOf) and start is not None and start >= 0 and stop is None:
        return ShapeOf(owner.start + start)
    raise ReadError(f"{kind_of(owner)} cannot be sliced like this.", line)


def refuse_decorators(node: ast.FunctionDef | ast.ClassDef) -> None:
    """A decorator can turn a function into anything."""
    if node.decorator_list:
        raise ReadError(
            f"{node.name} has a decorator (@), which is not read; leave it out if the network is the same without.",
            node.decorator_list[0].lineno,
        )


def refuse_call(default: ast.expr) -> None:
    """A default value that calls something would be made once and shared; networks do not need that."""
    if any(isinstance(part, ast.Call) for part in ast.walk(default)):
        raise ReadError("a default value that calls something is not read; put a plain value there.", default.lineno)


# Everything that is read. What is not here is refused.
READ: dict[type[ast.expr], Callable[[Evaluator, Any, Scope, int], Value]] = {
    ast.Constant: lambda reader, node, scope, line: constant(node.value, line),
    ast.Name: Evaluator.name,
    ast.Attribute: lambda reader, node, scope, line: reader.attribute(
        reader.evaluate(node.value, scope), node.attr, line
    ),
    ast.Call: Evaluator.evaluate_call,
    ast.Tuple: lambda reader, node, scope, line: tuple(reader.items(node.elts, scope)),
    ast.List: lambda reader, node, scope, line: reader.items(node.elts, scope),
    ast.BinOp: lambda reader, node, scope, line: reader.operate(
        type(node.op), reader.evaluate(node.left, scope), reader.evaluate(node.right, scope), line
    ),
    ast.UnaryOp: Evaluator.unary,
    ast.Compare: Evaluator.compare,
    ast.BoolOp: Evaluator.choice,
    ast.IfExp: Evaluator.either,
    ast.Subscript: Evaluator.subscript,
    ast.Dict: Evaluator.dictionary,
    ast.ListComp: Evaluator.comprehension,
}
