"""A text box for code: numbered lines, some of them marked, sent to Python a moment after the last key."""

from collections.abc import Callable, Mapping
from typing import Literal, TypedDict

from cnnviz.ui.component import Component, answer, browser_component

Mark = Literal["wrong", "chosen"]

LONGEST = 100_000  # letters; the box takes no more, so that no paste floods the server


class Marked(TypedDict):
    """A line, counted from 1, and how it is marked."""

    line: int
    kind: Mark


class Message(TypedDict):
    """The text with its marks; ``reveal`` is a line to scroll to, ``height`` in pixels, ``longest`` in letters."""

    text: str
    label: str
    marks: list[Marked]
    reveal: int | None
    height: int
    longest: int


class Answers(TypedDict):
    """What was typed."""

    text: str


_component: Component[Message] = browser_component(__file__)


def code_box(
    text: str,
    key: str,
    *,
    label: str,
    marks: Mapping[int, Mark],
    on_text: Callable[[str], None],
    reveal: int | None = None,
    height: int = 320,
) -> None:
    """Draw a text that can be edited; ``on_text`` is called with what was typed.

    ``marks`` says which lines, counted from 1, are "wrong" or "chosen". Where ``text`` differs from what was typed it
    takes its place; the page holds the text, the box only shows it. ``reveal`` is a line that is scrolled into sight
    when it was not the last time.
    """

    def typed() -> None:
        written = answer(key, "text")
        if isinstance(written, str):
            on_text(written[:LONGEST])

    _component(
        key=key,
        data={
            "text": text,
            "label": label,
            "marks": [{"line": line, "kind": kind} for line, kind in sorted(marks.items())],
            "reveal": reveal,
            "height": height,
            "longest": LONGEST,
        },
        on_text_change=typed,
    )
