"""The stepper: a kernel walking over an input, cell by cell, in the browser. Stepping makes no trip to the server."""

from collections.abc import Callable
from typing import Any, TypedDict

import streamlit as st

from cnnviz.ui.component import browser_component
from cnnviz.ui.stepper.script import convolution_script

__all__ = ["Numbers", "convolution_script", "start_step", "stepper"]

_component = browser_component(__file__, "drawing.js")


class Numbers(TypedDict):
    """What somebody typed into the cells: which grid, its rows as text, and what each number is divided by."""

    grid: str
    rows: str
    divisor: int


def stepper(
    script: dict[str, Any],
    key: str,
    *,
    start: int = 0,
    on_numbers: Callable[[Numbers], None] | None = None,
    linked: bool = False,
    autoplay: bool = False,
    plain: bool = False,
) -> None:
    """Draw the stepper for a script of :func:`convolution_script`.

    ``start`` is the step it opens on, counted from 0. ``on_numbers`` makes the cells editable and is called with what
    was typed. ``linked`` keeps the step in the page's address and takes the keyboard when the page opens.
    ``autoplay`` lets it walk round and round (not for those who asked for reduced motion); ``plain`` leaves out the
    arithmetic.
    """

    def changed() -> None:
        numbers = st.session_state[key].get("numbers")
        if on_numbers is not None and isinstance(numbers, dict):
            on_numbers(Numbers(grid=numbers["grid"], rows=numbers["rows"], divisor=numbers["divisor"]))

    _component(
        key=key,
        data={
            **script,
            "start": start,
            "editable": on_numbers is not None,
            "linked": linked,
            "focus": linked,
            "autoplay": autoplay,
            "loop": autoplay,
            "plain": plain,
        },
        on_numbers_change=changed,
    )


def start_step() -> int:
    """The step that the page's address asks for, counted from 0; the first where it asks for nonsense."""
    asked = str(st.query_params.get("step", "1"))
    return int(asked) - 1 if asked.isdecimal() and 0 < len(asked) < 5 and int(asked) > 0 else 0
