"""What the statements of a pasted text do: names are given values, classes are noted, loops run.

Nothing reaches Python's own machinery. What changes while a forward is followed can be undone, so that the same
objects are followed again for another input.
"""

import ast
from collections.abc import Callable
from typing import Any

from cnnviz.arithmetic.reader.assigning import Assigning
from cnnviz.arithmetic.reader.bounded import check_items
from cnnviz.arithmetic.reader.flow import Broken, Continued, Raised, Returned
from cnnviz.arithmetic.reader.scopes import Scope
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    Arguments,
    Class,
    Dotted,
    Function,
    Instance,
    Opaque,
    Tensor,
    Value,
)

WITHOUT_LAYERS = {"requires_grad", "requires_grad_", "append", "setattr", "add_module", "register_module", "extend"}


GONE_THROUGH = {"modules", "named_modules", "parameters", "named_parameters"}


class Statements(Assigning):
    """Does what statements say."""

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
        if isinstance(value, Tensor) and value.source:  # of use only where it works in place
            self.dialect.pass_over("a step whose result is not used", node.lineno)
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


STATEMENTS: dict[type[ast.stmt], Callable[[Statements, Any, Scope], None]] = {
    ast.Assign: Statements.do_assign,
    ast.AnnAssign: Statements.do_annotated,
    ast.Expr: Statements.do_expression,
    ast.Return: Statements.do_return,
    ast.If: Statements.do_if,
    ast.For: Statements.do_for,
    ast.While: Statements.do_while,
    ast.AugAssign: Statements.do_augmented,
    ast.FunctionDef: Statements.do_function,
    ast.ClassDef: Statements.do_class,
    ast.Import: Statements.do_import,
    ast.ImportFrom: Statements.do_import_from,
    ast.With: Statements.do_with,
    ast.Raise: Statements.do_raise,
    ast.Try: Statements.do_try,
    ast.Assert: Statements.do_assert,
    ast.Global: Statements.do_global,
    ast.Nonlocal: Statements.do_global,
    ast.Delete: Statements.do_delete,
    ast.Match: Statements.do_match,
    ast.Pass: lambda reader, node, scope: None,
    ast.Break: lambda reader, node, scope: raise_it(Broken()),
    ast.Continue: lambda reader, node, scope: raise_it(Continued()),
}


def raise_it(problem: Exception) -> None:
    """raise, as an expression."""
    raise problem
