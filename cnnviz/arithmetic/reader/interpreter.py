"""What the statements of a pasted text do: names are given values, classes are noted, loops run.

Nothing reaches Python's own machinery. What changes while a forward is followed can be undone, so that the same
objects are followed again for another input.
"""

import ast
from collections.abc import Callable
from typing import Any

from cnnviz.arithmetic.reader.bounded import check_items
from cnnviz.arithmetic.reader.calls import Caller
from cnnviz.arithmetic.reader.expressions import Scope, refuse_hidden
from cnnviz.arithmetic.reader.flow import Broken, Continued, Raised, Returned
from cnnviz.arithmetic.reader.library_texts import WRITTEN, parsed
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

INNER_STEPS = 3_000  # of a loop at the top of a text that makes no layer
WITHOUT_LAYERS = {"requires_grad", "requires_grad_", "append", "setattr", "add_module", "register_module", "extend"}
GONE_THROUGH = {"modules", "named_modules", "parameters", "named_parameters"}


class Interpreter(Caller):
    """Reads a text from top to bottom. `found` holds the networks made at its top level with their names."""

    def __init__(self, dialect: Any, lines: list[str], values: dict[str, Value] | None = None) -> None:
        super().__init__(dialect, lines, values)
        self.classes: list[Class] = []
        self.functions: list[Function] = []
        self.found: dict[Value, str] = {}
        self.passed_over: ReadError | None = None
        self.initialising: dict[int, bool] = {}
        self.making_layers: dict[int, bool] = {}
        self.library = Scope()

    # The top of a text

    def run(self, tree: ast.Module) -> None:
        """Read the whole text. A statement at its top that names no layer may be about data or training: where that one
        cannot be read, the first complaint is kept in `passed_over`, for a text in which no network is found.
        """
        for statement in tree.body:
            self.run_one(statement)

    def run_one(self, statement: ast.stmt) -> None:
        """Read one statement at the top; what is in a block is read as if it stood there by itself."""
        needs = dict(self.needs)
        about = self.is_about_layers(statement)
        try:
            if isinstance(statement, ast.With | ast.Try):
                self.run_block(statement)
            elif isinstance(statement, ast.If):
                known = self.truth(self.evaluate(statement.test, self.top), statement.lineno)
                self.needs = self.needs if about else needs
                for inner in statement.body if known else statement.orelse:
                    self.run_one(inner)
            elif isinstance(statement, ast.For | ast.While) and not about:
                self.run_loop(statement)
            else:
                self.execute(statement, self.top)
        except Returned:
            raise ReadError("there is a return outside of any function.", statement.lineno) from None
        except (Broken, Continued):
            raise ReadError("there is a break or a continue outside of any loop.", statement.lineno) from None
        except ReadError as problem:
            if about:
                raise
            self.needs = needs
            self.passed_over = self.passed_over or problem

    def run_block(self, statement: ast.With | ast.Try) -> None:
        """The statements of a with, or of a try as if all went well."""
        if isinstance(statement, ast.With):
            for item in statement.items:
                if isinstance(item.optional_vars, ast.Name):
                    self.assign(item.optional_vars, Opaque("a context", statement.lineno), self.top)
            bodies = [statement.body]
        else:
            bodies = [statement.body, statement.orelse, statement.finalbody]
        for inner in (inner for body in bodies for inner in body):
            self.run_one(inner)

    def run_loop(self, statement: ast.For | ast.While) -> None:
        """A loop at the top that makes no layers: it counts something, or it trains; then it ends before long."""
        before, self.steps = self.steps, max(self.steps, self.limit - INNER_STEPS)
        start = self.steps
        try:
            self.execute(statement, self.top)
        finally:
            self.steps = before + self.steps - start

    def is_about_layers(self, statement: ast.stmt) -> bool:
        """Whether a statement defines something, or names a layer or a class of the text: then it must be read."""
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            return True
        makers = self.dialect.maker_names() | {kind.name for kind in self.classes}
        makers |= {function.name for function in self.functions if self.makes_layers(function)}
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
                if name in makers:
                    return True
            elif isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "nn" and node.attr[:1].isupper():
                return not node.attr.endswith("Loss")
        return False

    def makes_layers(self, function: Function) -> bool:
        """Whether a function of the text names layers and gives something back."""
        known = self.making_layers.get(id(function))
        if known is None:
            nodes = list(ast.walk(function.definition))
            names = {getattr(node, "id", "") or getattr(node, "attr", "") for node in nodes}
            returns = any(isinstance(node, ast.Return) and node.value is not None for node in nodes)
            known = returns and bool(names & (self.dialect.maker_names() | {kind.name for kind in self.classes}))
            self.making_layers[id(function)] = known
        return known

    def written(self, name: str) -> Value:
        """A class of a well-known library of which this reader has a text of its own; read when first named."""
        if name not in self.library.names:
            for statement in parsed(WRITTEN[name]).body:
                self.execute(statement, self.library)
            self.classes = [kind for kind in self.classes if kind.scope is not self.library]
        return self.library.names[name]

    def note(self, value: Value, name: str) -> None:
        """Remember a network that stands at the top of the text, under the name that it was last given."""
        if isinstance(value, MODULES) or self.dialect.is_network(value):
            known = self.found.pop(value, "")
            if name:  # what had the name before is out of reach now
                self.found = {other: label for other, label in self.found.items() if label != name}
            self.found[value] = name or known

    # Statements

    def execute(self, node: ast.stmt, scope: Scope) -> None:
        """Do what one statement says."""
        self.steps += 1
        if self.steps > self.limit:
            self.step(node)
        do = STATEMENTS.get(type(node))
        if do is None:
            raise ReadError(f"{type(node).__name__} is not read; write the layers out plainly.", node.lineno)
        do(self, node, scope)

    def execute_all(self, statements: list[ast.stmt], scope: Scope) -> None:
        """One statement after the other."""
        for statement in statements:
            self.execute(statement, scope)

    def do_assign(self, node: ast.Assign, scope: Scope) -> None:
        """name = value."""
        value = self.evaluate(node.value, scope)
        for target in node.targets:
            self.assign(target, value, scope)

    def do_annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        """name: kind = value."""
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value, scope), scope)

    def do_expression(self, node: ast.Expr, scope: Scope) -> None:
        """A call by itself; yield collects what a generator gives."""
        if isinstance(node.value, ast.Yield | ast.YieldFrom):
            self.do_yield(node.value, scope)
            return
        if isinstance(node.value, ast.Constant):
            return  # a docstring
        value = self.evaluate(node.value, scope)
        if scope is self.top:
            self.note(value, "")

    def do_yield(self, node: ast.Yield | ast.YieldFrom, scope: Scope) -> None:
        """One more value of a generator, or all of another."""
        holder: Scope | None = scope
        while holder is not None and holder.called is None:
            holder = holder.parent
        if holder is None:
            raise ReadError("there is a yield outside of any function.", node.lineno)
        value = None if node.value is None else self.evaluate(node.value, scope)
        holder.yields = holder.yields or []
        holder.yields += [value] if isinstance(node, ast.Yield) else self.listed(value, node.lineno)
        check_items(len(holder.yields), node.lineno)

    def do_return(self, node: ast.Return, scope: Scope) -> None:
        """return value."""
        raise Returned(None if node.value is None else self.evaluate(node.value, scope))

    def do_if(self, node: ast.If, scope: Scope) -> None:
        """if, elif, else."""
        self.execute_all(node.body if self.truth(self.evaluate(node.test, scope), node.lineno) else node.orelse, scope)

    def do_for(self, node: ast.For, scope: Scope) -> None:
        """A for loop over a list, a range, a dict or a container."""
        if self.only_initialises(node):
            return
        try:
            for item in self.iterate(self.evaluate(node.iter, scope), node.lineno):
                self.charge(1, node.lineno)
                self.assign(node.target, item, scope)
                try:
                    self.execute_all(node.body, scope)
                except Continued:
                    continue
        except Broken:
            return
        self.execute_all(node.orelse, scope)

    def only_initialises(self, node: ast.For) -> bool:
        """Whether a loop goes through modules or parameters and does nothing but set their first values."""
        known = self.initialising.get(id(node))
        if known is None:
            called = node.iter.func if isinstance(node.iter, ast.Call) else None
            known = isinstance(called, ast.Attribute) and called.attr in GONE_THROUGH
            if known:
                names = {getattr(part, "attr", "") or getattr(part, "id", "") for part in ast.walk(node)}
                returns = any(isinstance(part, ast.Return | ast.AugAssign) for part in ast.walk(node))
                known = not (names & WITHOUT_LAYERS) and not returns
            self.initialising[id(node)] = known
        return known

    def do_while(self, node: ast.While, scope: Scope) -> None:
        """A while loop; the steps of the whole text end one that does not end by itself."""
        try:
            while self.truth(self.evaluate(node.test, scope), node.lineno):
                self.charge(1, node.lineno)
                try:
                    self.execute_all(node.body, scope)
                except Continued:
                    continue
        except Broken:
            return
        self.execute_all(node.orelse, scope)

    def do_augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        """x += y and its kin. A list grows in place, as in Python."""
        target: Any = node.target
        old = self.evaluate(target, scope)
        new = self.evaluate(node.value, scope)
        if isinstance(old, list) and isinstance(node.op, ast.Add):
            more = self.listed(new, node.lineno)
            check_items(len(old) + len(more), node.lineno)
            self.remember(old)
            old += more
        else:
            self.assign(target, self.operate(type(node.op), old, new, node.lineno), scope)

    def do_function(self, node: ast.FunctionDef, scope: Scope) -> None:
        """def: a function, with its decorators where they change nothing."""
        function = Function(node, scope)
        value = scope.names[node.name] = self.decorated(function, node, scope)
        if scope is self.top and value is not None:
            self.functions.append(function)

    def decorated(self, function: Function, node: ast.FunctionDef, scope: Scope) -> Value:
        """The function behind its decorators: those of libraries change no shape; those of the text are called."""
        result: Value = function
        for written in reversed(node.decorator_list):
            name = getattr(written, "id", "") or getattr(written, "attr", "")
            if name in ("staticmethod", "classmethod", "property", "cached_property"):
                function.kind = {"staticmethod": "static", "classmethod": "class"}.get(name, "property")
                continue
            if name in ("setter", "deleter"):
                continue
            if isinstance(written, ast.Call) and getattr(written.func, "attr", "") == "add_to_class" and written.args:
                kind = self.evaluate(written.args[0], scope)
                if isinstance(kind, Class):
                    function.within = kind
                    kind.methods[node.name] = function
                return None
            known, decorator = scope.find(name) if isinstance(written, ast.Name) else (False, None)
            if known and isinstance(decorator, Function):
                result = self.call(decorator, Arguments(node.lineno, [result]))
        return result

    def do_class(self, node: ast.ClassDef, scope: Scope) -> None:
        """class: its methods, and the plain values among its statements."""
        if any(keyword.arg == "metaclass" and "ABC" not in ast.dump(keyword.value) for keyword in node.keywords):
            raise ReadError("a class with a metaclass is not read.", node.lineno)
        bases = [self.evaluate(base, scope) for base in node.bases]
        decorators = {getattr(getattr(part, "func", part), "id", "") for part in node.decorator_list}
        decorators |= {getattr(getattr(part, "func", part), "attr", "") for part in node.decorator_list}
        made = Class(node.name, node.lineno, {}, {}, bases, scope=scope)
        inner = Scope(scope)
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef):
                function = Function(statement, scope, None, made)
                inner.names[statement.name] = self.decorated(function, statement, inner)
                made.methods[statement.name] = function
                continue
            try:
                self.execute(statement, inner)
            except ReadError as problem:
                self.passed_over = self.passed_over or problem
        named = any(getattr(base, "path", "").endswith("NamedTuple") for base in bases)
        if "dataclass" in decorators or named:
            annotated = [getattr(part.target, "id", "") for part in node.body if isinstance(part, ast.AnnAssign)]
            made.fields = tuple(annotated)
        made.constants = {name: value for name, value in inner.names.items() if name not in made.methods}
        scope.names[node.name] = made
        self.classes.append(made)

    def do_import(self, node: ast.Import, scope: Scope) -> None:
        """import name."""
        for alias in node.names:
            path = alias.name if alias.asname else alias.name.partition(".")[0]
            scope.names[alias.asname or path] = self.dialect.named(Dotted(path), node.lineno)

    def do_import_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        """from module import name."""
        for alias in node.names:
            if alias.name != "*":
                path = f"{'.' * node.level}{node.module or ''}.{alias.name}"
                scope.names[alias.asname or alias.name] = self.dialect.named(Dotted(path), node.lineno)

    def do_with(self, node: ast.With, scope: Scope) -> None:
        """with: its statements."""
        for item in node.items:
            if item.optional_vars is not None:
                self.assign(item.optional_vars, Opaque("a context", node.lineno), scope)
        self.execute_all(node.body, scope)

    def do_raise(self, node: ast.Raise, scope: Scope) -> None:
        """raise: the text refuses its own settings."""
        raise Raised("with these settings the text itself raises an error here.", node.lineno)

    def do_try(self, node: ast.Try, scope: Scope) -> None:
        """try: its statements; where the text itself raises there, those of the first except."""
        try:
            self.execute_all(node.body, scope)
            self.execute_all(node.orelse, scope)
        except Raised:
            if not node.handlers:
                raise
            self.execute_all(node.handlers[0].body, scope)
        finally:
            self.execute_all(node.finalbody, scope)

    def do_assert(self, node: ast.Assert, scope: Scope) -> None:
        """assert: what does not hold raises; what only a picture, or the batch, decides is passed over."""
        self.saw_batch, needs = False, dict(self.needs)
        try:
            holds = self.truth(self.evaluate(node.test, scope), node.lineno)
        except ReadError:
            return
        finally:
            asked, self.needs = self.needs != needs, needs
        if not holds and not self.saw_batch and not asked:
            raise Raised("with these settings the text's own assert does not hold.", node.lineno)

    def do_global(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        """global and nonlocal names."""
        scope.outer |= set(node.names)

    def do_delete(self, node: ast.Delete, scope: Scope) -> None:
        """del: a name, or an attribute that holds a layer."""
        for target in node.targets:
            if isinstance(target, ast.Name):
                scope.names.pop(target.id, None)
            elif isinstance(target, ast.Attribute):
                owner = self.evaluate(target.value, scope)
                if isinstance(owner, Instance):
                    self.remember(owner.attributes)
                    owner.attributes.pop(target.attr, None)
            elif isinstance(target, ast.Subscript):
                owner, index = self.evaluate(target.value, scope), self.evaluate(target.slice, scope)
                if isinstance(owner, list | dict):
                    self.remember(owner)
                    self.item(owner, index, node.lineno)
                    del owner[index]

    def do_match(self, node: ast.Match, scope: Scope) -> None:
        """match: values, names, several of them, and _."""
        subject = self.evaluate(node.subject, scope)
        for case in node.cases:
            if self.matches(case.pattern, subject, scope) and (
                case.guard is None or self.truth(self.evaluate(case.guard, scope), node.lineno)
            ):
                self.execute_all(case.body, scope)
                return

    def matches(self, pattern: ast.pattern, subject: Value, scope: Scope) -> bool:
        """Whether a value matches a pattern."""
        if isinstance(pattern, ast.MatchValue):
            return self.truth(self.holds(ast.Eq(), subject, self.evaluate(pattern.value, scope), 1), 1)
        if isinstance(pattern, ast.MatchSingleton):
            return subject is pattern.value
        if isinstance(pattern, ast.MatchOr):
            return any(self.matches(part, subject, scope) for part in pattern.patterns)
        if isinstance(pattern, ast.MatchAs):
            if pattern.pattern is not None and not self.matches(pattern.pattern, subject, scope):
                return False
            if pattern.name is not None:
                scope.names[pattern.name] = subject
            return True
        raise ReadError("of the patterns of match, values and names are read.", pattern.lineno)

    # Giving values

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


STATEMENTS: dict[type[ast.stmt], Callable[[Interpreter, Any, Scope], None]] = {
    ast.Assign: Interpreter.do_assign,
    ast.AnnAssign: Interpreter.do_annotated,
    ast.Expr: Interpreter.do_expression,
    ast.Return: Interpreter.do_return,
    ast.If: Interpreter.do_if,
    ast.For: Interpreter.do_for,
    ast.While: Interpreter.do_while,
    ast.AugAssign: Interpreter.do_augmented,
    ast.FunctionDef: Interpreter.do_function,
    ast.ClassDef: Interpreter.do_class,
    ast.Import: Interpreter.do_import,
    ast.ImportFrom: Interpreter.do_import_from,
    ast.With: Interpreter.do_with,
    ast.Raise: Interpreter.do_raise,
    ast.Try: Interpreter.do_try,
    ast.Assert: Interpreter.do_assert,
    ast.Global: Interpreter.do_global,
    ast.Nonlocal: Interpreter.do_global,
    ast.Delete: Interpreter.do_delete,
    ast.Match: Interpreter.do_match,
    ast.Pass: lambda reader, node, scope: None,
    ast.Break: lambda reader, node, scope: raise_it(Broken()),
    ast.Continue: lambda reader, node, scope: raise_it(Continued()),
}


def raise_it(problem: Exception) -> None:
    """raise, as an expression."""
    raise problem
