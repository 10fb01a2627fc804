"""What every expression needs: steps that are counted, what is unknown, names, attributes, calls, lists."""

import ast
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from cnnviz.arithmetic.network import Span
from cnnviz.arithmetic.reader.arguments import spans_of
from cnnviz.arithmetic.reader.bounded import (
    check_items,
)
from cnnviz.arithmetic.reader.built_ins import BUILT_IN, CONSTANTS
from cnnviz.arithmetic.reader.dialect import Dialect
from cnnviz.arithmetic.reader.methods import METHODS_OF_VALUES
from cnnviz.arithmetic.reader.missing_values import likely_value
from cnnviz.arithmetic.reader.scopes import Scope, refuse_hidden, shortened
from cnnviz.arithmetic.reader.standard_library import PARSER
from cnnviz.arithmetic.reader.syntax import BoundsError, ReadError, did_you_mean
from cnnviz.arithmetic.reader.values import (
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


class Evaluator:
    """Works out expressions. What calling a function of the text means is left to the interpreter built on it."""

    readers: ClassVar[dict[type[ast.expr], Callable[..., Value]]]
    """Each kind of expression that is read; another is refused."""

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
        read = self.readers.get(type(node))
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
            parts: Iterable[Any] = self.dialect.unbound(value, line)
            return parts
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
