"""Names and what they stand for, from the innermost function of a text to its top."""

from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    Function,
    Value,
)


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


def refuse_hidden(name: str, line: int) -> None:
    """Refuse the names that lead into the machinery of Python."""
    if name.startswith("__"):
        raise ReadError(
            f"{shortened(name)} is part of Python's machinery, which no network needs; it is not read.", line
        )


def shortened(name: str) -> str:
    """A name for a sentence, cut when it is very long."""
    return name if len(name) <= 40 else name[:37] + "..."
