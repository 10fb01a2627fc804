"""The top of a pasted text, from its first statement to its last."""

import ast

from cnnviz.arithmetic.reader.flow import Broken, Continued, Returned
from cnnviz.arithmetic.reader.library_texts import WRITTEN, parsed
from cnnviz.arithmetic.reader.statements import Statements
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    Function,
    Opaque,
    Value,
)

INNER_STEPS = 3_000  # of a loop at the top of a text that makes no layer


class Interpreter(Statements):
    """Reads a text from top to bottom. `found` holds the networks made at its top level with their names."""

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
