"""What the statements of a pasted text do: names are given values, classes are noted, loops over short lists run.

Calls of the text's own functions and classes go through here too; nothing reaches Python's own machinery.
"""

import ast
from typing import Any

from cnnviz.arithmetic.reader.arguments import bind
from cnnviz.arithmetic.reader.bounded import check_items, is_whole
from cnnviz.arithmetic.reader.dialect import Dialect
from cnnviz.arithmetic.reader.expressions import Evaluator, Scope, refuse_call, refuse_decorators, refuse_hidden
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    MODULES,
    Class,
    Container,
    Dotted,
    Function,
    Given,
    Instance,
    LayerModule,
    Method,
    Opaque,
    Parent,
    ShapeOf,
    Size,
    Tensor,
    Value,
    kind_of,
)

MAX_CALLS = 20  # inside each other
MODULE_BASES = ("Module", "Sequential", "ModuleList")

STATEMENTS_NOT_READ = {
    "While": "a while loop is",
    "Try": "try is",
    "Global": "global is",
    "Nonlocal": "nonlocal is",
    "Delete": "del is",
    "Break": "break is",
    "Continue": "continue is",
    "AsyncFor": "async is",
    "AsyncWith": "async is",
    "AsyncFunctionDef": "an async function is",
    "Match": "match is",
}


class Returned(Exception):
    """The value of a return on its way out."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class Interpreter(Evaluator):
    """Reads a text from top to bottom. `found` holds the networks made at its top level, the last one last."""

    def __init__(self, dialect: Dialect, lines: list[str]) -> None:
        super().__init__(dialect, lines)
        self.top = Scope()
        self.classes: list[Class] = []
        self.found: list[Value] = []
        self.passed_over: ReadError | None = None
        self.calls = 0

    def run(self, tree: ast.Module) -> None:
        """Read the whole text. A statement at its top that names no layer may be about data or training: where that one
        cannot be read, the first complaint is kept in `passed_over`, for a text in which no network is found.
        """
        for statement in tree.body:
            try:
                self.execute(statement, self.top)
            except Returned:
                raise ReadError("there is a return outside of any function.", statement.lineno) from None
            except ReadError as problem:
                if self.is_about_layers(statement):
                    raise
                self.passed_over = self.passed_over or problem

    def is_about_layers(self, statement: ast.stmt) -> bool:
        """Whether a statement defines something, or names a layer or a class of the text: then it must be read."""
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            return True
        makers = {*self.dialect.maker_names(), *(kind.name for kind in self.classes)}
        parts = [statement] if not hasattr(statement, "body") else []  # loops and conditions at the top are training
        names = (getattr(part, "id", "") or getattr(part, "attr", "") for node in parts for part in ast.walk(node))
        return any(name in makers for name in names)

    def execute(self, node: ast.stmt, scope: Scope) -> None:
        """Do what one statement says."""
        line = self.step(node)
        if isinstance(node, ast.Assign):
            value = self.evaluate(node.value, scope)
            for target in node.targets:
                self.assign(target, value, scope)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self.assign(node.target, self.evaluate(node.value, scope), scope)
        elif isinstance(node, ast.Expr):
            self.note(self.evaluate(node.value, scope), scope)
        elif isinstance(node, ast.Return):
            raise Returned(None if node.value is None else self.evaluate(node.value, scope))
        elif isinstance(node, ast.If):
            self.execute_all(node.body if self.truth(self.evaluate(node.test, scope), line) else node.orelse, scope)
        elif isinstance(node, ast.For):
            self.loop(node, scope, line)
        elif isinstance(node, ast.AugAssign):
            self.augment(node, scope, line)
        else:
            self.execute_rarer(node, scope, line)

    def execute_rarer(self, node: ast.stmt, scope: Scope, line: int) -> None:
        """The other half of `execute`."""
        if isinstance(node, ast.FunctionDef):
            refuse_decorators(node)
            scope.names[node.name] = Function(node)
        elif isinstance(node, ast.ClassDef):
            self.define(node, scope)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                path = alias.name if alias.asname else alias.name.partition(".")[0]
                scope.names[alias.asname or path] = Dotted(path)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name != "*":
                    scope.names[alias.asname or alias.name] = Dotted(f"{node.module or ''}.{alias.name}")
        elif isinstance(node, ast.With):
            self.execute_all(node.body, scope)
        elif isinstance(node, ast.Raise):
            raise ReadError("with these settings the text itself raises an error here.", line)
        elif not isinstance(node, ast.Pass | ast.Assert):
            what = STATEMENTS_NOT_READ.get(type(node).__name__, "this statement is")
            raise ReadError(f"{what} not read; write the layers out plainly.", line)

    def execute_all(self, statements: list[ast.stmt], scope: Scope) -> None:
        """One statement after the other."""
        for statement in statements:
            self.execute(statement, scope)

    def loop(self, node: ast.For, scope: Scope, line: int) -> None:
        """A for loop over a list of a known length."""
        if node.orelse:
            raise ReadError("else after a loop is not read.", line)
        for item in self.iterate(self.evaluate(node.iter, scope), line):
            self.assign(node.target, item, scope)
            self.execute_all(node.body, scope)

    def augment(self, node: ast.AugAssign, scope: Scope, line: int) -> None:
        """x += y and its kin. A list grows in place, as in Python."""
        target: Any = node.target
        old = self.evaluate(target, scope)
        new = self.evaluate(node.value, scope)
        if isinstance(old, list) and isinstance(node.op, ast.Add):
            more = self.iterate(new, line)
            check_items(len(old) + len(more), line)
            old += more
        else:
            self.assign(target, self.operate(type(node.op), old, new, line), scope)

    def assign(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Give a value to a name, to an attribute of self, to an item of a list or dict, or to several names."""
        line = target.lineno
        if isinstance(target, ast.Name):
            refuse_hidden(target.id, line)
            scope.names[target.id] = value
            if scope is self.top:
                self.note(value, scope)
        elif isinstance(target, ast.Attribute):
            refuse_hidden(target.attr, line)
            owner = self.evaluate(target.value, scope)
            if isinstance(owner, Instance):
                owner.attributes[target.attr] = value
            elif not isinstance(owner, Opaque):
                raise ReadError(f"{kind_of(owner)} is not given attributes here.", line)
        elif isinstance(target, ast.Tuple | ast.List):
            self.unpack(target, value, scope)
        elif isinstance(target, ast.Subscript):
            self.assign_item(target, value, scope)
        else:
            raise ReadError("this cannot be given a value here.", line)

    def unpack(self, target: ast.Tuple | ast.List, value: Value, scope: Scope) -> None:
        """a, b = value."""
        line, names = target.lineno, target.elts
        if isinstance(value, ShapeOf):
            values: list[Value] = [Size(batch=value.start + place == 0) for place in range(len(names))]
        elif isinstance(value, Opaque):
            values = [value] * len(names)
        else:
            values = self.iterate(value, line)
        if len(values) != len(names):
            raise ReadError(f"{len(values)} values are given to {len(names)} names.", line)
        for name, part in zip(names, values, strict=True):
            self.assign(name, part, scope)

    def assign_item(self, target: ast.Subscript, value: Value, scope: Scope) -> None:
        """owner[index] = value."""
        owner, index = self.evaluate(target.value, scope), self.evaluate(target.slice, scope)
        if isinstance(owner, Opaque):
            return
        if isinstance(owner, Container):
            index = place_name(owner, index)
            owner = owner.children
        in_list = isinstance(owner, list) and is_whole(index) and -len(owner) <= index < len(owner)
        if not in_list and not (isinstance(owner, dict) and isinstance(index, str | int)):
            raise ReadError(f"{kind_of(owner)} has no item {kind_of(index)}.", target.lineno)
        owner[index] = value

    def note(self, value: Value, scope: Scope) -> None:
        """Remember a network that stands at the top of the text."""
        if scope is self.top and (isinstance(value, MODULES) or self.dialect.is_network(value)):
            self.found = [*(other for other in self.found if other is not value), value]

    def define(self, node: ast.ClassDef, scope: Scope) -> None:
        """Note a class: its methods, and the plain values among its statements."""
        refuse_decorators(node)
        if node.keywords:
            raise ReadError("a class with a metaclass is not read.", node.lineno)
        bases = [self.evaluate(base, scope) for base in node.bases]
        methods, inner = {}, Scope(scope)
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef):
                refuse_decorators(statement)
                methods[statement.name] = statement
            else:
                self.execute(statement, inner)
        made = Class(node.name, node.lineno, methods, inner.names, bases)
        scope.names[node.name] = made
        self.classes.append(made)

    def call(self, function: Value, given: Given) -> Value:
        """What a call gives: of a function, class or module of the text, or of the library."""
        if isinstance(function, Dotted):
            return self.dialect.call(function, given)
        if isinstance(function, Function):
            return self.call_function(function, given)
        if isinstance(function, Class):
            return self.make(function, given)
        if isinstance(function, Method) and isinstance(function.owner, Parent):
            return self.call_parent(function.owner, function.name, given)
        if isinstance(function, MODULES):
            return self.apply(function, given)
        if isinstance(function, Method):
            return self.dialect.call_method(function, given)
        raise ReadError(f"{kind_of(function)} cannot be called.", given.line)

    def make(self, kind: Class, given: Given) -> Instance:
        """An object of a class of the text, with its __init__ done."""
        if not kind.library_base().endswith(MODULE_BASES):
            raise ReadError(
                f"{kind.name} is no nn.Module: its class line should read {kind.name}(nn.Module).", kind.line
            )
        made = Instance(kind, given.line, kind.plain_values())
        definition = kind.method("__init__")
        if definition is not None:
            self.call_function(Function(definition, made), given, within=owner_class(kind, "__init__"), name=kind.name)
        else:
            self.initialise(made, given)
        return made

    def initialise(self, made: Instance, given: Given) -> None:
        """What the __init__ of the library's class does: nn.Sequential takes its layers, nn.Module takes nothing."""
        if made.made_by.library_base().endswith("Module"):
            return
        for name, child in self.dialect.children(given).items():
            made.attributes[name] = child

    def call_parent(self, parent: Parent, name: str, given: Given) -> Value:
        """super().name(...)."""
        for base in parent.above.bases:
            definition = base.method(name) if isinstance(base, Class) else None
            if definition is not None:
                within = owner_class(base, name)
                return self.call_function(Function(definition, parent.owner), given, within=within)
        if name == "__init__":
            self.initialise(parent.owner, given)
            return None
        if name == "forward" and parent.owner.made_by.library_base().endswith("Sequential"):
            return self.in_turn(list(parent.owner.children.values()), given)
        raise ReadError(f"the class above has no {name} that is read here.", given.line)

    def call_function(self, function: Function, given: Given, within: Class | None = None, name: str = "") -> Value:
        """Go through the statements of a function with its parameters put in; what it returns."""
        definition, owner = function
        self.calls += 1
        if self.calls > MAX_CALLS:
            raise ReadError(f"{definition.name} is called within itself again and again.", given.line)
        scope = Scope(self.top, owner, within)
        self.put_in(definition, owner, given, scope, name or definition.name)
        try:
            self.execute_all(definition.body, scope)
        except Returned as returned:
            return returned.value
        finally:
            self.calls -= 1
        return None

    def put_in(
        self, definition: ast.FunctionDef, owner: Instance | None, given: Given, scope: Scope, name: str
    ) -> None:
        """Give the parameters of a function their values."""
        signature = definition.args
        parameters = [*signature.posonlyargs, *signature.args]
        defaults: dict[str, ast.expr] = dict(
            zip(
                [p.arg for p in parameters[len(parameters) - len(signature.defaults) :]],
                signature.defaults,
                strict=True,
            )
        )
        defaults |= {
            p.arg: default
            for p, default in zip(signature.kwonlyargs, signature.kw_defaults, strict=True)
            if default is not None
        }
        if owner is not None:
            if not parameters:
                raise ReadError(f"{definition.name} needs self as its first parameter.", definition.lineno)
            scope.names[parameters.pop(0).arg] = owner
        names = [p.arg for p in parameters]
        positional, named = given.positional, given.named
        if signature.vararg is not None:
            scope.names[signature.vararg.arg] = tuple(positional[len(names) :])
            positional = positional[: len(names)]
        every = [*names, *(p.arg for p in signature.kwonlyargs)]
        if signature.kwarg is not None:
            scope.names[signature.kwarg.arg] = {key: value for key, value in named.items() if key not in every}
            named = {key: value for key, value in named.items() if key in every}
        required = [parameter for parameter in every if parameter not in defaults]
        optional = [parameter for parameter in every if parameter in defaults]
        bound = bind(name, every, 0, Given(given.line, positional, named))
        missing = [parameter for parameter in required if parameter not in bound]
        if missing:
            bind(name, missing, len(missing), Given(given.line, [], {}))
        for parameter in optional:
            if parameter not in bound:
                refuse_call(defaults[parameter])
                bound[parameter] = self.evaluate(defaults[parameter], self.top)
        scope.names |= bound

    def apply(self, module: Value, given: Given) -> Value:
        """What a module makes of what it is given."""
        if self.dialect.is_example(given):
            return self.dialect.tried(module, given)
        if isinstance(module, LayerModule):
            return self.dialect.put_layer(module, given)
        if isinstance(module, Container):
            if module.kind != "Sequential":
                raise ReadError(f"an nn.{module.kind} only holds layers; call them one by one in a loop.", given.line)
            return self.in_turn(list(module.children.values()), given)
        definition = module.made_by.method("forward")
        if definition is not None:
            return self.call_function(Function(definition, module), given, owner_class(module.made_by, "forward"))
        if module.made_by.library_base().endswith("Sequential"):
            return self.in_turn(list(module.children.values()), given)
        raise ReadError(
            f"{module.made_by.name} has no forward, which would say how its layers are joined.", module.made_by.line
        )

    def in_turn(self, modules: list[Value], given: Given) -> Value:
        """What comes out when modules are applied one behind the other."""
        for module in modules:
            if not isinstance(module, MODULES):
                raise ReadError(f"{kind_of(module)} stands where a layer should be.", given.line)
            self.step(ast.Pass(lineno=given.line))
            given = Given(given.line, [self.call(module, given)], {})
        if len(given.positional) != 1 or not isinstance(given.positional[0], Tensor):
            raise ReadError("an nn.Sequential takes one feature map.", given.line)
        return given.positional[0]


def place_name(container: Container, index: Value) -> Value:
    """The name of a child that is asked for by its place."""
    names = list(container.children)
    return names[index] if is_whole(index) and -len(names) <= index < len(names) else index


def owner_class(kind: Class, method: str) -> Class:
    """The class in which a method is written, which need not be the one that it is called on."""
    if method in kind.methods:
        return kind
    inherited = (owner_class(base, method) for base in kind.bases if isinstance(base, Class) and base.method(method))
    return next(inherited, kind)
