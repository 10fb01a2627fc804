"""Operators and comparisons between values of a pasted text."""

import ast

from cnnviz.arithmetic.reader.bounded import (
    ARITHMETIC,
    COMPARISONS,
    calculate,
    check_items,
    check_word,
    comparable,
    is_number,
    is_whole,
    same,
)
from cnnviz.arithmetic.reader.evaluator import MAPS, Evaluator
from cnnviz.arithmetic.reader.scopes import Scope
from cnnviz.arithmetic.reader.strings import filled_in
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    MODULES,
    Arguments,
    Class,
    Container,
    Dotted,
    Example,
    Instance,
    Opaque,
    Tensor,
    Value,
    kind_of,
)


class Operators(Evaluator):
    """Works out arithmetic, comparisons and choices."""

    def operate(self, kind: type[ast.operator], left: Value, right: Value, line: int) -> Value:
        """What an arithmetic operator gives; the size of the result is bounded before it is worked out."""
        if type(left) is int and type(right) is int and kind in ARITHMETIC:
            return calculate(kind, left, right, line)
        if isinstance(left, MAPS) or isinstance(right, MAPS):
            return self.dialect.operate(kind, left, right, line)
        if isinstance(left, Opaque) or isinstance(right, Opaque):
            return self.operate_unknown(kind, left, right, line)
        if isinstance(left, Example) or isinstance(right, Example):
            return Example(None)
        if kind is ast.Mod and isinstance(left, str):
            return filled_in(left, right, line)
        if kind is ast.MatMult or kind not in ARITHMETIC:
            raise ReadError("of the operators, + - * / // % ** & | ^ << and >> are read.", line)
        if is_number(left) and is_number(right):
            return calculate(kind, left, right, line)
        if kind is ast.Add and type(left) is type(right) and isinstance(left, list | tuple | str):
            return self.concatenated(left, right, line)
        if kind is ast.Mult:
            several, count = (left, right) if isinstance(left, list | tuple | str) else (right, left)
            if isinstance(several, list | tuple | str) and isinstance(count, int):
                size = len(several) * max(count, 0)
                (check_word if isinstance(several, str) else check_items)(size, line)
                return self.charged(several * count, line)
        if kind is ast.BitOr and isinstance(left, dict) and isinstance(right, dict):
            return left | right
        if kind in (ast.BitOr, ast.BitAnd, ast.Sub) and isinstance(left, set) and isinstance(right, set):
            return ARITHMETIC[kind](left, right)
        special = self.operate_special(kind, left, right, line)
        if special is not NotImplemented:
            return special
        raise ReadError(f"{kind_of(left)} and {kind_of(right)} cannot be put together like this.", line)

    def concatenated(self, left: Value, right: Value, line: int) -> Value:
        """Two lists, or two texts, one behind the other."""
        (check_word if isinstance(left, str) else check_items)(len(left) + len(right), line)
        return self.charged(left + right, line)

    def operate_special(self, kind: type[ast.operator], left: Value, right: Value, line: int) -> Value:
        """Types in annotations (int | None), two nn.Sequentials joined, operators that a class defines."""
        if kind is ast.BitOr and isinstance(left, Dotted | Class | None.__class__):
            return Opaque("a type", line)
        if kind is ast.Add and isinstance(left, Container) and isinstance(right, Container):
            return self.dialect.concatenated(left, right)
        names = {ast.Add: "__add__", ast.Sub: "__sub__", ast.Mult: "__mul__", ast.Div: "__truediv__"}
        if isinstance(left, Instance) and kind in names:
            method = left.made_by.method(names[kind])
            if method is not None:
                return self.call(method.of(left), Arguments(line, [right]))
        return NotImplemented

    def operate_unknown(self, kind: type[ast.operator], left: Value, right: Value, line: int) -> Value:
        """Arithmetic with something that the text does not say: likely where all parts are."""
        needs: tuple[str, ...] = ()
        parts = []
        for part in (left, right):
            if isinstance(part, Opaque):
                needs += tuple(name for name in part.needs if name not in needs)
                part = part.likely
            parts.append(part)
        if isinstance(parts[0], int) and isinstance(parts[1], tuple):  # a size, where it turns out that there are two
            parts[0] = (parts[0], parts[0])
        try:
            likely = None if None in parts else self.operate(kind, parts[0], parts[1], line)
        except ReadError:
            likely = None
        what = left.what if isinstance(left, Opaque) else right.what
        return Opaque(what, line, needs, likely, derived=True)

    def unary(self, node: ast.UnaryOp, scope: Scope, line: int) -> Value:
        """A sign, or not."""
        value = self.evaluate(node.operand, scope)
        if isinstance(node.op, ast.Not):
            return not self.truth(value, line)
        if is_number(value):
            if isinstance(node.op, ast.Invert):
                return ~value if isinstance(value, int) else self.operate(ast.BitXor, value, -1, line)
            return -value if isinstance(node.op, ast.USub) else +value
        if isinstance(value, MAPS):
            return self.dialect.operate(ast.Mult, value, -1, line)
        if isinstance(value, Opaque):
            return self.operate_unknown(ast.Mult, value, -1, line)
        if isinstance(value, Example):
            return value
        raise ReadError(f"{kind_of(value)} cannot have this sign.", line)

    def compare(self, node: ast.Compare, scope: Scope, line: int) -> Value:
        """Comparisons of numbers and words; `is`; `in` a list, a dict or a text."""
        left = self.evaluate(node.left, scope)
        for comparison, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(right_node, scope)
            holds = self.holds(comparison, left, right, line)
            if isinstance(holds, Opaque | Tensor) and len(node.ops) == 1:
                return holds
            if not self.truth(holds, line):
                return False
            left = right
        return True

    def holds(self, comparison: ast.cmpop, left: Value, right: Value, line: int) -> Value:
        """Whether one comparison holds."""
        if isinstance(comparison, ast.Is | ast.IsNot):
            result = left is right or (isinstance(left, Dotted) and left == right)
            return result != isinstance(comparison, ast.IsNot)
        unknown = next((value for value in (left, right) if isinstance(value, Opaque)), None)
        if unknown is not None:
            sides = [value.likely if isinstance(value, Opaque) else value for value in (left, right)]
            needs = tuple(name for value in (left, right) if isinstance(value, Opaque) for name in value.needs)
            likely = None not in sides and self.truth(self.holds(comparison, sides[0], sides[1], line), line)
            return Opaque(unknown.what, line, needs, likely, derived=True)
        if isinstance(comparison, ast.In | ast.NotIn):
            return self.contains(right, left, line) == isinstance(comparison, ast.In)
        if isinstance(left, MAPS) or isinstance(right, MAPS):
            return self.dialect.compared(left, right, line)
        if isinstance(comparison, ast.Eq | ast.NotEq) and comparable(left) and comparable(right):
            return same(left, right) == isinstance(comparison, ast.Eq)
        if is_number(left) and is_number(right):
            return COMPARISONS[type(comparison)](left, right)
        if (
            isinstance(left, str | tuple | list)
            and type(left) is type(right)
            and of_words_and_numbers(left)
            and of_words_and_numbers(right)
        ):
            try:
                return COMPARISONS[type(comparison)](left, right)
            except TypeError:
                pass
        raise ReadError(f"whether {kind_of(left)} and {kind_of(right)} compare so is not known here.", line)

    def contains(self, whole: Value, part: Value, line: int) -> bool:
        """Whether `part in whole`."""
        if isinstance(whole, str):
            return isinstance(part, str) and part in whole
        if isinstance(whole, dict | set):
            return is_key(part) and part in whole
        if isinstance(whole, range):
            return is_whole(part) and part in whole
        if isinstance(whole, Container) and whole.kind == "ModuleDict":
            return part in whole.children
        return any(same(part, item) for item in self.iterate(whole, line))

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

    def named(self, node: ast.NamedExpr, scope: Scope, line: int) -> Value:
        """(name := value)."""
        value = self.evaluate(node.value, scope)
        self.assign(node.target, value, scope)
        return value


def of_words_and_numbers(value: Value) -> bool:
    """Whether a text or a list consists of numbers and words alone."""
    return isinstance(value, str) or all(isinstance(item, int | float | str) for item in value)


def is_key(value: Value) -> bool:
    """Whether a value can be a key of a dict: a word, a number, None, a name of a library, or a tuple of such."""
    if isinstance(value, tuple):
        return len(value) < 20 and all(is_key(item) and not isinstance(item, tuple) for item in value)
    return isinstance(value, str | int | float | Dotted) or value is None or isinstance(value, (Class, *MODULES))
