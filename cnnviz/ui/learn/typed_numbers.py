"""Numbers that somebody types, pastes, or edits cell by cell. They live as text: that is what a link can carry."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

from cnnviz.arithmetic.matrix import Matrix, MatrixError, read_cells, read_matrix, write_matrix
from cnnviz.ui.components.stepper import Numbers
from cnnviz.ui.page.choice import LAST
from cnnviz.ui.page.plain_text import as_plain_text

Read = TypeVar("Read")
PROBLEM = "_problem"  # ends the key of the sentence about a single cell that could not be read


@dataclass(frozen=True)
class TypedNumbers(ABC, Generic[Read]):
    """A text area for numbers, kept under ``key``; ``name`` is what sentences call them.

    A grid has at most ``max_side`` rows and columns. Without a ``default``, an empty text asks for the page's example.
    """

    key: str
    name: str
    max_side: int
    default: str = ""

    @abstractmethod
    def parse(self, text: str) -> Read:
        """The numbers that a text spells; ``MatrixError`` where it cannot be read."""

    def draw(self, height: int, **settings: Any) -> None:
        """Draw the text area, ``height`` pixels high; ``settings`` are those of ``st.text_area``."""
        label = self.name.capitalize()
        st.text_area(label, self.default, key=self.key, bind="query-params", height=height, **settings)

    def read(self) -> tuple[Read | None, str]:
        """The numbers typed, and "". Where they cannot be read, those typed before, and the reason.

        None stands for the page's example. Call it once in a run, after ``draw``.
        """
        state = st.session_state
        text = str(state.get(self.key) or "")
        problem = str(state.pop(self.key + PROBLEM, ""))  # of a single cell: the text is still the one before it
        try:
            numbers = self.parse(text) if text.strip() or self.default else None
        except MatrixError as error:
            problem = str(error)
            numbers = self.parse(self.default) if self.last is None and self.default else self.last
        state[self.key + LAST] = numbers
        return numbers, problem

    def explain(self, problem: str, shown: Read | None) -> None:
        """Show why the numbers cannot be read, if there is a reason, and say what is ``shown`` in their place."""
        if not problem:
            return
        what = "example numbers" if shown is None else "the numbers before"
        if self.default and shown == self.parse(self.default):
            what = "the usual numbers"
        words = f"{problem} Until then, the {self.name} shows {what}."
        st.error(as_plain_text(words), icon=":material/edit:")

    def read_or_explain(self) -> Read:
        """The numbers typed, or those typed before, with the reason shown. Only where there is a ``default``."""
        numbers, problem = self.read()
        self.explain(problem, numbers)
        assert numbers is not None  # else the default would have been read
        return numbers

    def cells(self, numbers: Numbers) -> Matrix:
        """One plane (rows, columns) edited cell by cell, in fractions; ``MatrixError`` where a cell is no number."""
        typed = read_cells(numbers["cells"], self.name, self.max_side)
        return tuple(tuple(value / numbers["divisor"] for value in row) for row in typed)

    @property
    def last(self) -> Read | None:
        """The numbers that could be read last."""
        numbers: Read | None = st.session_state.get(self.key + LAST)
        return numbers

    def take(self, rewrite: Callable[[], str]) -> None:
        """Take over the text that ``rewrite`` makes of edited cells; where that fails, keep the text and say why."""
        state = st.session_state
        try:
            state[self.key] = rewrite()
            state[self.key + LAST] = self.parse(state[self.key])  # the next plane may be edited before the page runs
        except MatrixError as problem:
            state[self.key + PROBLEM] = str(problem)


@dataclass(frozen=True)
class TypedMatrix(TypedNumbers[Matrix]):
    """A text area for one grid of numbers (rows, columns)."""

    def parse(self, text: str) -> Matrix:
        """The grid that the text spells; ``MatrixError`` where it cannot be read."""
        return read_matrix(text, self.name, self.max_side)

    def take_cells(self, numbers: Numbers) -> None:
        """Write what somebody typed into the cells of the stepper as the text that the page, and its link, carry."""
        self.take(lambda: write_matrix(self.cells(numbers)))

    def own_or_example(self, own: Matrix | None, problem: str, example: Matrix) -> Matrix:
        """The own numbers where they have the size of the example (rows, columns), else the example; with the reason.

        ``own`` and ``problem`` are what ``read`` returned.
        """
        fits = own is not None and (len(own), len(own[0])) == (len(example), len(example[0]))
        self.explain(problem, own if fits else None)
        if own is None:
            return example
        if not fits:
            st.caption(f"Own numbers were typed for {len(own)} × {len(own[0])}; they come back with that size.")
            return example
        icon = ":material/restart_alt:"
        st.button("Example numbers", key=f"{self.key}_example", icon=icon, type="tertiary", on_click=self.clear)
        return own

    def clear(self) -> None:
        """Back to the example numbers."""
        st.session_state[self.key] = ""
