"""What a call gives: of a function, a class or a module of the text; what is of a library is asked of the dialect."""

import ast
from collections.abc import Callable
from typing import Any

from cnnviz.arithmetic.reader.arguments import bind
from cnnviz.arithmetic.reader.built_ins import call_built_in
from cnnviz.arithmetic.reader.evaluator import MAX_STEPS
from cnnviz.arithmetic.reader.expressions import Expressions
from cnnviz.arithmetic.reader.flow import Returned
from cnnviz.arithmetic.reader.methods import METHODS_OF_VALUES, call_method_of_value
from cnnviz.arithmetic.reader.scopes import Scope
from cnnviz.arithmetic.reader.standard_library import FIELD, LIBRARY, PARSER, call_library, parser_method
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    MODULES,
    Arguments,
    Class,
    Dotted,
    Function,
    Instance,
    KerasLayer,
    KerasModel,
    Method,
    Opaque,
    Parent,
    Partial,
    Value,
    kind_of,
)

MAX_CALLS = 60  # inside each other


class Caller(Expressions):
    """Calls functions, makes objects, applies modules."""

    def __init__(self, dialect: Any, lines: list[str], values: dict[str, Value] | None = None) -> None:
        super().__init__(dialect, lines, values)
        self.top = Scope()
        self.calls = 0
        self.limit = MAX_STEPS
        self.made: list[Instance] = []  # objects that are not part of another, wherever they were made
        self.making = 0
        self.journal: list[Callable[[], None]] | None = None
        self.call_wanted = ""  # how the class whose arguments are asked for would be called
        self.begun: dict[int, dict[str, Value]] = {}  # the names within the __init__ of each object

    def scope_of_init(self, owner: Value) -> dict[str, Value]:
        """The names within the __init__ of an object, its arguments among them."""
        return self.begun.get(id(owner), {})

    def execute_all(self, statements: list[ast.stmt], scope: Scope) -> None:
        """One statement after the other."""
        raise NotImplementedError

    # Undoing

    def remember(self, owner: Any) -> None:
        """Keep a list or a dict as it is, to be put back when what is followed now has been followed."""
        if self.journal is None:
            return
        if isinstance(owner, list):
            before = list(owner)

            def put_back(owner: Any = owner, before: Any = before) -> None:
                owner[:] = before
        else:
            kept = owner.copy()

            def put_back(owner: Any = owner, before: Any = kept) -> None:
                owner.clear()
                owner.update(before)

        self.charge(len(owner) // 8, 1)
        self.journal.append(put_back)

    def undone(self) -> None:
        """Put everything back that was changed since the journal was opened."""
        for put_back in reversed(self.journal or []):
            put_back()
        self.journal = None

    # Calls

    def call(self, function: Value, arguments: Arguments) -> Value:
        """What a call gives: of a function, class or module of the text, or of the library."""
        if isinstance(function, Function):
            if function.owner is None and function.kind == "class" and function.within is not None:
                function = function.of(function.within)
            return self.call_function(function, arguments)
        if isinstance(function, Dotted):
            return self.call_dotted(function, arguments)
        if isinstance(function, Class):
            return self.make(function, arguments)
        if isinstance(function, Method):
            if isinstance(function.owner, Parent):
                return self.call_parent(function.owner, function.name, arguments)
            if isinstance(function.owner, Instance) and function.owner.made_by.name == PARSER:
                return parser_method(self, function.owner, function.name, arguments)
            if type(function.owner) in METHODS_OF_VALUES:
                return self.charged(
                    call_method_of_value(self, function.owner, function.name, arguments), arguments.line
                )
            return self.dialect.call_method(function, arguments)
        if isinstance(function, MODULES):
            return self.dialect.apply(function, arguments)
        if isinstance(function, Partial):
            before = function.arguments
            together = Arguments(
                arguments.line,
                [*before.positional, *arguments.positional],
                {**before.named, **arguments.named},
                before.spans if not arguments.spans else arguments.spans,
            )
            if before.positional:
                together.spans = {key: span for key, span in together.spans.items() if isinstance(key, str)}
            return self.call(function.function, together)
        if isinstance(function, KerasLayer | KerasModel):
            return self.dialect.call_value(function, arguments)
        if isinstance(function, Opaque):
            return Opaque(f"{function.what}(...)"[:200], arguments.line, function.needs)
        raise ReadError(f"{kind_of(function)} cannot be called.", arguments.line)

    def call_dotted(self, function: Dotted, arguments: Arguments) -> Value:
        """What a call of something by its whole name gives."""
        if function.path.startswith("builtins."):
            return self.charged(call_built_in(self, function.last, arguments), arguments.line)
        if function.path in LIBRARY or function.path.startswith(("math.", "numpy.", "np.", "operator.")):
            given = call_library(self, function.path, arguments)
            if given is not NotImplemented:
                return self.charged(given, arguments.line)
        return self.dialect.call(function, arguments)

    def make(self, kind: Class, arguments: Arguments) -> Value:
        """An object of a class of the text, with its __init__ done."""
        if len(self.made) > 5_000:
            raise ReadError("this makes too many objects.", arguments.line)
        made = Instance(kind, arguments.line, {})
        made.attributes.update(kind.class_values())
        self.made.append(made)
        inside, self.making = self.making, self.making + 1
        try:
            definition = kind.method("__init__")
            if definition is not None:
                self.call_function(definition.of(made), arguments, kind.name)
            elif kind.all_fields():
                self.fill_fields(made, arguments)
            else:
                self.dialect.begin(made, arguments)
        finally:
            self.making = inside
        return made

    def fill_fields(self, made: Instance, arguments: Arguments) -> None:
        """What the __init__ of a dataclass, or of a tuple with names, does."""
        fields, kind = made.made_by.all_fields(), made.made_by
        defaults = kind.class_values()
        bound = bind(kind.name, fields, 0, arguments)
        for name in fields:
            if name in bound:
                made.attributes[name] = bound[name]
            elif name not in defaults:
                raise ReadError(f"{kind.name} needs {name}, which the call leaves out.", arguments.line)
            elif isinstance(defaults[name], Opaque) and defaults[name].what == FIELD:
                factory = defaults[name].likely
                made.attributes[name] = self.call(factory, Arguments(arguments.line, [])) if factory else None
        after = kind.method("__post_init__")
        if after is not None:
            self.call_function(after.of(made), Arguments(arguments.line, []))

    def call_parent(self, parent: Parent, name: str, arguments: Arguments) -> Value:
        """super().name(...)."""
        for base in parent.above.bases:
            definition = base.method(name) if isinstance(base, Class) else None
            if definition is not None:
                return self.call_function(definition.of(parent.owner), arguments)
        if name == "__init__":
            if isinstance(parent.owner, Instance):
                fields = next((b for b in parent.above.bases if isinstance(b, Class) and b.all_fields()), None)
                if fields is not None:
                    self.fill_fields(parent.owner, arguments)
                else:
                    self.dialect.begin(parent.owner, arguments)
            return None
        return self.dialect.inherited(parent.owner, name, arguments)

    def call_function(self, function: Function, arguments: Arguments, name: str = "") -> Value:
        """Go through the statements of a function with its parameters put in; what it returns."""
        definition = function.definition
        self.calls += 1
        if self.calls > MAX_CALLS:
            self.calls = 0
            raise ReadError(f"{function.name} is called within itself again and again.", arguments.line)
        scope = Scope(function.scope if function.scope is not None else self.top, function)
        if name and function.owner is not None:
            self.begun[id(function.owner)] = scope.names
        try:
            self.put_in(function, arguments, scope, name or function.name)
            if isinstance(definition, ast.Lambda):
                return self.evaluate(definition.body, scope)
            try:
                self.execute_all(definition.body, scope)
            except Returned as returned:
                return returned.value if scope.yields is None else scope.yields
            return scope.yields
        finally:
            self.calls = max(0, self.calls - 1)

    def put_in(self, function: Function, arguments: Arguments, scope: Scope, name: str) -> None:
        """Give the parameters of a function their values."""
        signature = function.definition.args
        parameters = [p.arg for p in (*signature.posonlyargs, *signature.args)]
        positional, named = arguments.positional, arguments.named
        if function.owner is not None and function.kind != "static":
            if not parameters and signature.vararg is None:
                raise ReadError(f"{function.name} needs self as its first parameter.", function.definition.lineno)
            positional = [function.owner, *positional]
        every = [*parameters, *(p.arg for p in signature.kwonlyargs)]
        bound = dict(zip(parameters, positional, strict=False))
        if signature.vararg is not None:
            scope.names[signature.vararg.arg] = tuple(positional[len(parameters) :])
        elif len(positional) > len(parameters):
            own = function.owner is not None and function.kind != "static"
            bind(name, parameters[own:], 0, Arguments(arguments.line, positional[own:]))
        rest = {}
        for key, value in named.items():
            if key in every:
                if key in bound:
                    raise ReadError(f"{name} is given {key} twice.", arguments.line)
                bound[key] = value
            elif signature.kwarg is not None:
                rest[key] = value
            else:
                bind(name, every, 0, Arguments(arguments.line, [], {key: value}))
        if signature.kwarg is not None:
            scope.names[signature.kwarg.arg] = rest
        if len(bound) < len(every):
            self.put_in_defaults(function, every, bound, arguments, name)
        scope.names |= bound

    def put_in_defaults(
        self, function: Function, every: list[str], bound: dict[str, Value], arguments: Arguments, name: str
    ) -> None:
        """Give the parameters that a call leaves out their defaults; ReadError names those that have none."""
        missing = [parameter for parameter in every if parameter not in bound]
        defaults = self.defaults_of(function, missing)
        without = [parameter for parameter in missing if parameter not in defaults]
        if without:
            bind(name, without, len(without), Arguments(arguments.line, []))
        bound |= {parameter: defaults[parameter] for parameter in missing}

    def defaults_of(self, function: Function, wanted: list[str]) -> dict[str, Value]:
        """The defaults of some parameters; each is worked out once, as in Python."""
        if function.defaults is None:
            function.defaults = {}
        signature = function.definition.args
        parameters = [p.arg for p in (*signature.posonlyargs, *signature.args)]
        pairs: list[tuple[str, ast.expr | None]] = list(
            zip(parameters[len(parameters) - len(signature.defaults) :], signature.defaults, strict=True)
        )
        pairs += [(p.arg, default) for p, default in zip(signature.kwonlyargs, signature.kw_defaults, strict=True)]
        scope = function.scope if function.scope is not None else self.top
        for parameter, default in pairs:
            if default is not None and parameter in wanted and parameter not in function.defaults:
                function.defaults[parameter] = self.evaluate(default, scope)
        return function.defaults
