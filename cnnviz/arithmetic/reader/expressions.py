"""What the expressions of a pasted text stand for: an evaluator of a listed part of Python, with bounds.

Only what is in the tables below is read. Numbers are checked before they are multiplied, lists before they are joined,
and every step is counted, so that no text can keep the reader busy. There is no torch in here: what a library's names
mean is asked of a dialect.
"""

import ast
from collections.abc import Callable, Iterable
from typing import Any

from cnnviz.arithmetic.network import Span
from cnnviz.arithmetic.reader.arguments import spans_of
from cnnviz.arithmetic.reader.bounded import (
    ARITHMETIC,
    COMPARISONS,
    calculate,
    check_items,
    check_word,
    comparable,
    constant,
    is_number,
    is_whole,
    same,
)
from cnnviz.arithmetic.reader.built_ins import BUILT_IN, CONSTANTS
from cnnviz.arithmetic.reader.dialect import Dialect
from cnnviz.arithmetic.reader.methods import METHODS_OF_VALUES
from cnnviz.arithmetic.reader.missing_values import likely_value
from cnnviz.arithmetic.reader.standard_library import PARSER
from cnnviz.arithmetic.reader.strings import filled_in, formatted
from cnnviz.arithmetic.reader.syntax import BoundsError, ReadError, did_you_mean
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
    LayerModule,
    Method,
    Opaque,
    ParameterTensor,
    Parent,
    Tensor,
    Value,
    kind_of,
)

MAX_STEPS = 30_000  # a ResNet-152 takes 4,600
MAX_TEXT = 200

MAPS = (Tensor, ParameterTensor, KerasTensor)
NOT_READ = {"Await": "await", "Yield": "yield in an expression", "YieldFrom": "yield from", "Starred": "a star here"}
SHOWN_ATTRIBUTES = ("__class__", "__name__", "__doc__", "__version__")  # of those with two underscores


class Scope:
    """Names and what they stand for: those of a function, and behind them those around it."""

    __slots__ = ("called", "names", "outer", "parent", "yields")

    def __init__(self, parent: "Scope | None" = None, called: Function | None = None) -> None:
        self.names: dict[str, Value] = {}
        self.parent = parent
        self.called = called  # the function whose names these are, with self and the class it is written in
        self.outer: set[str] = set()  # global and nonlocal names
        self.yields: list[Value] | None = None

    def find(self, name: str) -> tuple[bool, Value]:
        """(whether the name is known, its value)."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return True, scope.names[name]
            scope = scope.parent
        return False, None

    def method(self) -> Function | None:
        """The method within which this is, if any."""
        scope: Scope | None = self
        while scope is not None:
            if scope.called is not None and scope.called.within is not None:
                return scope.called
            scope = scope.parent
        return None


class Evaluator:
    """Works out expressions. What calling a function of the text means is left to the interpreter built on it."""

    def __init__(self, dialect: Dialect, lines: list[str], values: dict[str, Value] | None = None) -> None:
        self.dialect: Any = dialect
        self.lines = lines
        self.values = values or {}
        self.needs: dict[str, int] = {}  # what has to be asked for, and the line that wants it
        self.steps = 0
        self.limit = MAX_STEPS
        self.saw_batch = False
        self.known_spans: dict[ast.Call, dict[int | str, Span]] = {}

    def step(self, node: ast.AST) -> int:
        """Count a step; the line of the node."""
        line: int = getattr(node, "lineno", 1)
        self.charge(1, line)
        return line

    def charge(self, steps: int, line: int) -> None:
        """Count steps; ReadError when there are too many."""
        self.steps += steps
        if self.steps > self.limit:
            raise BoundsError("reading this takes too many steps; a network is made with fewer.", line)

    def charged(self, value: Value, line: int = 1) -> Value:
        """The value; a long list counts as several steps."""
        if isinstance(value, list | tuple | str | dict | set):
            self.charge(len(value) // 8, line)
        return value

    def evaluate(self, node: ast.expr, scope: Scope) -> Value:
        """What an expression stands for; ReadError for anything that is not in the table at the end of this file."""
        self.steps += 1
        if self.steps > self.limit:
            self.step(node)
        read = READ.get(type(node))
        if read is None:
            what = NOT_READ.get(type(node).__name__, "this expression")
            raise ReadError(f"{what} is not read; write the layers out plainly.", node.lineno)
        return read(self, node, scope, node.lineno)

    # What is not in the text

    def unknown(self, what: str, line: int) -> Value:
        """Something that the text does not say: what was answered, or a stand-in that is asked for when needed."""
        if what in self.values:
            return self.values[what]
        return Opaque(what[:MAX_TEXT], line, (what[:MAX_TEXT],), likely_value(what))

    def needed(self, value: Value, line: int) -> Value:
        """A value that a layer depends on; one that the text does not say is noted, and a likely one stands in."""
        if not isinstance(value, Opaque):
            return value
        if not value.needs:
            raise ReadError(f"a layer here depends on {value.what[:80]}, which is not known from the text.", line)
        for name in value.needs:
            self.needs.setdefault(name, line)
        return value.likely

    def truth(self, value: Value, line: int) -> bool:
        """Whether a condition holds; ReadError when that is only known while the network runs."""
        if value is True or value is False or value is None:
            return bool(value)
        if isinstance(value, Opaque):
            return bool(self.needed(value, line))
        if isinstance(value, Tensor | Example | KerasTensor):
            raise ReadError(f"a choice here depends on {kind_of(value)}, which only a picture decides.", line)
        if isinstance(value, Container):
            return bool(value.children)
        if isinstance(value, Instance):
            return self.truth_of_instance(value, line)
        if isinstance(value, Dotted | Class | Function | Method | LayerModule | ForeignModule | ParameterTensor):
            return True
        return bool(value)

    def truth_of_instance(self, value: Instance, line: int) -> bool:
        """True, unless its class says how long it is."""
        counts = value.made_by.method("__len__")
        return counts is None or bool(self.call(counts.of(value), Arguments(line, [])))

    # Names, attributes, calls

    def name(self, node: ast.Name, scope: Scope, line: int) -> Value:
        """What a name stands for."""
        names = scope.names
        if node.id in names:
            return names[node.id]
        known, value = scope.find(node.id)
        if known:
            return value
        if node.id in BUILT_IN:
            return Dotted(f"builtins.{node.id}")
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]
        if node.id in self.values:
            return self.values[node.id]
        if node.id in self.dialect.aliases:
            return Dotted(self.dialect.aliases[node.id])
        thing = self.dialect.bare(node.id)
        if thing is not None:
            return thing
        refuse_hidden(node.id, line)
        special = self.dialect.unsaid(node.id)
        if special is not None:
            return special
        self.charge(300, line)
        offer = did_you_mean(node.id, [*self.dialect.known_names(), *scope.names], cutoff=0.85)
        if offer != ".":
            raise ReadError(f"{shortened(node.id)} is not defined in this text{offer}", line)
        return self.unknown(node.id, line)

    def attribute(self, owner: Value, name: str, line: int) -> Value:
        """What `owner.name` stands for; only what a class of the text, or this reader, put there."""
        if isinstance(owner, Instance):
            attributes = owner.attributes
            if name in attributes:
                return attributes[name]
            method = owner.made_by.method(name)
            if method is not None:
                bound = method.of(owner)
                return self.call(bound, Arguments(line, [])) if method.kind == "property" else bound
            if name in owner.inner:
                return owner.inner[name]
        if isinstance(owner, Parent) or (isinstance(owner, Instance) and owner.made_by.name == PARSER):
            return Method(owner, name)
        if name in SHOWN_ATTRIBUTES:
            return self.shown_attribute(owner, name, line)
        if name.startswith("__") and name.endswith("__"):
            refuse_hidden(name, line)
        if isinstance(owner, Opaque):
            what = f"{owner.what}.{name}"
            return self.unknown(what, line) if owner.needs else Opaque(what[:MAX_TEXT], line)
        if isinstance(owner, Dotted):
            return self.dialect.named(Dotted(f"{owner.path}.{name}"[:MAX_TEXT]), line)
        if isinstance(owner, Class):
            return self.class_attribute(owner, name, line)
        if type(owner) in METHODS_OF_VALUES and name in METHODS_OF_VALUES[type(owner)]:
            return Method(owner, name)
        return self.dialect.attribute(owner, name, line)

    def shown_attribute(self, owner: Value, name: str, line: int) -> Value:
        """The class of an object and the name of a class: what texts print."""
        if name == "__class__" and isinstance(owner, Instance):
            return owner.made_by
        if name == "__name__" and isinstance(owner, Class | Function):
            return owner.name
        if name == "__name__" and isinstance(owner, Dotted):
            return owner.last
        if name == "__class__" and isinstance(owner, LayerModule):
            return Dotted(f"torch.nn.{type(owner.layer).__name__}")
        if isinstance(owner, Opaque | Dotted):
            return Opaque(name, line)
        raise ReadError(f"{name} of {kind_of(owner)} is not read.", line)

    def class_attribute(self, owner: Class, name: str, line: int) -> Value:
        """A value or a method that stands in a class."""
        values = owner.class_values()
        if name in values:
            return values[name]
        method = owner.method(name)
        if method is not None:
            return method.of(owner) if method.kind == "class" else method
        if owner.library_base():
            return Opaque(f"{owner.name}.{name}"[:MAX_TEXT], line)
        raise ReadError(f"{owner.name} has no {shortened(name)} here{did_you_mean(name, values)}", line)

    def evaluate_call(self, node: ast.Call, scope: Scope, line: int) -> Value:
        """What a call gives."""
        function = self.evaluate(node.func, scope)
        if isinstance(function, Dotted):
            if function.path == "builtins.print":
                return None
            if function.path == "builtins.super":
                return self.parent(node, scope, line)
        spans = self.known_spans.get(node)
        if spans is None:
            spans = self.known_spans[node] = spans_of(node, self.lines)
        arguments = Arguments(line, self.items(node.args, scope), {}, spans)
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, scope)
            if keyword.arg is None:
                if isinstance(value, Opaque):
                    value = self.needed(value, line) or {}
                if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
                    raise ReadError(f"** is followed by {kind_of(value)}, not by a dict of names.", line)
                arguments.named |= value
            else:
                arguments.named[keyword.arg] = value
        if isinstance(function, Opaque):
            what = f"{function.what}(...)"
            return Opaque(what[:MAX_TEXT], line, function.needs and (what[:MAX_TEXT],), likely_value(function.what))
        return self.call(function, arguments)

    def parent(self, node: ast.Call, scope: Scope, line: int) -> Parent:
        """super(), and super(Class, self)."""
        method = scope.method()
        if method is None or method.within is None:
            raise ReadError("super() is only read within a method.", line)
        above, owner = method.within, method.owner
        if node.args:
            named = self.evaluate(node.args[0], scope)
            above = named if isinstance(named, Class) else above
            owner = self.evaluate(node.args[1], scope) if len(node.args) > 1 else owner
        return Parent(owner, above)

    def call(self, function: Value, arguments: Arguments) -> Value:
        """What a call with arguments that were worked out gives."""
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Give a value to a name, or to several."""
        raise NotImplementedError

    # Lists

    def items(self, nodes: list[ast.expr], scope: Scope) -> list[Value]:
        """The values of a list, a starred list among them laid out."""
        values: list[Value] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                values += self.listed(self.evaluate(node.value, scope), node.lineno)
            else:
                values.append(self.evaluate(node, scope))
        if len(values) > 100:
            check_items(len(values), nodes[0].lineno)
        return values

    def listed(self, value: Value, line: int) -> list[Value]:
        """The values that a loop over this one goes through, as a list within bounds."""
        values = self.iterate(value, line)
        if isinstance(values, range):
            check_items(len(values), line)
        result = list(values)
        check_items(len(result), line)
        self.charge(len(result) // 8, line)
        return result

    def iterate(self, value: Value, line: int) -> Iterable[Value]:
        """The values that a loop over this one goes through."""
        if isinstance(value, range):
            return value
        if isinstance(value, list | tuple | dict | str):
            return list(value)
        if isinstance(value, set):
            return sorted(value, key=str)
        if isinstance(value, Opaque):
            return self.iterate(self.needed(value, line) or (), line)
        if isinstance(value, Container):
            return list(value.children if value.kind == "ModuleDict" else value.children.values())
        if isinstance(value, Instance):
            return self.iterate_instance(value, line)
        if isinstance(value, ForeignModule) and value.kind in ("Sequential", "ModuleList"):
            return list(value.children.values())
        if isinstance(value, Tensor):
            return self.dialect.unbound(value, line)
        raise ReadError(f"one cannot go through {kind_of(value)} one by one.", line)

    def iterate_instance(self, value: Instance, line: int) -> Iterable[Value]:
        """The layers in one that is a list of layers, the fields of a tuple with names."""
        if value.inner or value.made_by.library_base().endswith(("Sequential", "ModuleList", "ModuleDict")):
            keys = value.made_by.library_base().endswith("ModuleDict")
            return list(value.children if keys else value.children.values())
        if value.made_by.fields:
            return [value.attributes[name] for name in value.made_by.fields if name in value.attributes]
        steps = value.made_by.method("__iter__")
        if steps is not None:
            return self.iterate(self.call(steps.of(value), Arguments(line, [])), line)
        raise ReadError(f"one cannot go through {kind_of(value)} one by one.", line)

    # Operators

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

    # Parts of lists

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


def is_key(value: Value) -> bool:
    """Whether a value can be a key of a dict: a word, a number, None, a name of a library, or a tuple of such."""
    if isinstance(value, tuple):
        return len(value) < 20 and all(is_key(item) and not isinstance(item, tuple) for item in value)
    return isinstance(value, str | int | float | Dotted) or value is None or isinstance(value, (Class, *MODULES))


def of_words_and_numbers(value: Value) -> bool:
    """Whether a text or a list consists of numbers and words alone."""
    return isinstance(value, str) or all(isinstance(item, int | float | str) for item in value)


def refuse_hidden(name: str, line: int) -> None:
    """Refuse the names that lead into the machinery of Python."""
    if name.startswith("__"):
        raise ReadError(
            f"{shortened(name)} is part of Python's machinery, which no network needs; it is not read.", line
        )


def shortened(name: str) -> str:
    """A name for a sentence, cut when it is very long."""
    return name if len(name) <= 40 else name[:37] + "..."


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
    ast.NamedExpr: Evaluator.named,
    ast.Subscript: Evaluator.subscript,
    ast.Slice: Evaluator.slice,
    ast.Dict: Evaluator.dictionary,
    ast.Set: Evaluator.set,
    ast.ListComp: Evaluator.comprehension,
    ast.SetComp: Evaluator.comprehension,
    ast.GeneratorExp: Evaluator.comprehension,
    ast.DictComp: Evaluator.dict_comprehension,
    ast.JoinedStr: Evaluator.text,
    ast.Lambda: lambda reader, node, scope, line: Function(node, scope),
}
