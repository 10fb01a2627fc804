"""The words of a lesson: each page's text lives in a ``.md`` file of the same name beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st

from cnnviz.ui.page.choice import forget_wishes
from cnnviz.ui.page.copy_link import link_to_this

TRIED = "suggestions tried"  # in the session: how many


@dataclass(frozen=True)
class Lesson:
    """A lesson's text: its title, the promise under it, and the named slots that the page places.

    ``lesson["Try this"]`` is the Markdown under ``## Try this``; a slot that is not there raises a ``KeyError`` that
    names those that are.
    """

    title: str
    promise: str
    slots: dict[str, str]

    def __getitem__(self, heading: str) -> str:
        if heading not in self.slots:
            raise KeyError(f"The lesson “{self.title}” has no heading “{heading}”; it has {', '.join(self.slots)}.")
        return self.slots[heading]

    def header(self) -> None:
        """Draw the title, the promise and the link to the exact state of the page."""
        with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute", wrap=False):
            st.title(self.title, anchor=False)
            link_to_this(tried=st.session_state.get(TRIED, 0))
        st.markdown(self.promise)

    def line(self) -> None:
        """Draw title, promise and link in one line, for pages whose subject fills the screen."""
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lesson_line"):
            st.title(self.title, anchor=False, width="content")
            st.caption(self.promise, width="stretch")
            link_to_this(tried=st.session_state.get(TRIED, 0))

    def more(self, heading: str, label: str | None = None) -> None:
        """Draw one slot behind an expander, for whoever wants to read on."""
        with st.expander(label or heading):
            st.markdown(self[heading])


def read_lesson(page: str) -> Lesson:
    """The lesson text that stands beside ``page`` (a page passes its own ``__file__``).

    The file's first line is ``# Title``, the paragraph under it is the promise, and every ``## Heading`` opens a slot.
    """
    path = Path(page).with_suffix(".md")
    return _parse(path.read_text(encoding="utf-8"), path.stat().st_mtime)


@lru_cache(maxsize=64)
def _parse(text: str, _modified: float) -> Lesson:
    head, *sections = ("\n" + text).split("\n## ")
    title, _, promise = head.strip().partition("\n")
    slots = {}
    for section in sections:
        heading, _, body = section.partition("\n")
        slots[heading.strip()] = body.strip()
    return Lesson(title.removeprefix("# ").strip(), promise.strip(), slots)


@dataclass(frozen=True)
class Suggestion:
    """One “Try this” line: what it says on the button, and the state it sets (widget key to value)."""

    label: str
    state: dict[str, object]
    icon: str | None = None


def try_this(suggestions: list[Suggestion], key: str, before: Callable[[], None] | None = None) -> None:
    """Draw two or three suggestions as buttons; a click sets the state of the page and leaves the rest alone.

    ``before`` is called first. Wishes that wait until they fit (``choice``) are dropped.
    """

    def apply(suggestion: Suggestion) -> None:
        forget_wishes()
        st.session_state[TRIED] = st.session_state.get(TRIED, 0) + 1
        if before is not None:
            before()
        for name, value in suggestion.state.items():
            st.session_state[name] = value

    with st.container(horizontal=True, key=f"{key}_suggestions", gap="small", vertical_alignment="center"):
        st.markdown("**Try this**", width="content")
        for number, suggestion in enumerate(suggestions):
            st.button(
                suggestion.label,
                key=f"{key}_{number}",
                icon=suggestion.icon,
                on_click=apply,
                args=(suggestion,),
            )
