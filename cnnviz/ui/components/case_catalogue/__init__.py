"""The canonical cases as small drawings, one click each. Those of another page lead there, state and all."""

from functools import lru_cache
from typing import TypedDict

import streamlit as st

from cnnviz.arithmetic.lecture.cases import CASES, Case
from cnnviz.figures.stepper import layer_script
from cnnviz.ui.component import Component, answer, browser_component
from cnnviz.ui.components.case_catalogue.states import GROUPS, State, address_of, group_of, sizes_of, states_of
from cnnviz.ui.page.choice import forget_wishes
from cnnviz.ui.page.visit import send_to

__all__ = ["show_catalogue"]

PAGES = {"convolution": "Convolution", "stride_and_padding": "Stride and padding", "pooling": "Pooling"}


class Drawing(TypedDict):
    """A case as a small drawing: the kinds of the input's cells line by line, the first window, the output's size."""

    kinds: list[str]
    rows: list[int]
    columns: list[int]
    output: list[int]


class DrawnCase(TypedDict):
    """One case; ``away`` is the title of the page that it leads to, "" for this one."""

    key: str
    title: str
    sizes: str
    away: str
    drawing: Drawing


class CaseGroup(TypedDict):
    """The cases under one heading."""

    title: str
    cases: list[DrawnCase]


class Message(TypedDict):
    """What is drawn, and the keys of the cases that the page shows."""

    groups: list[CaseGroup]
    shown: list[str]


class Answers(TypedDict):
    """The key of the case that was clicked."""

    case: str


_component: Component[Message] = browser_component(__file__)


def show_catalogue(here: str, key: str) -> Case | None:
    """Draw the cases on the page ``here`` (the name of its file) and return the one that its state shows, if any.

    Of several cases that are one setting the last is returned, which has published numbers. Draw it after the page's
    own controls, whose keys say which case is shown.
    """

    def tell_choice() -> None:
        case = CASES.get(str(answer(key, "case")))
        if case is not None:
            choose_case(case, here, key)

    shown = [case for case in CASES.values() if is_shown(case, here)]
    cases = {group: [drawn(case, here) for case in CASES.values() if group_of(case) == group] for group in GROUPS}
    order = sorted(GROUPS, key=lambda group: all(case["away"] for case in cases[group]))  # those of this page first
    groups: list[CaseGroup] = [{"title": group, "cases": cases[group]} for group in order]
    _component(key=key, data={"groups": groups, "shown": [case.key for case in shown]}, on_case_change=tell_choice)
    away = st.session_state.pop(f"{key}_away", None)
    if away in CASES:
        page, state = next(iter(states_of(CASES[away]).items()))
        take(state)  # an address alone would leave what was set there before wherever it asks for the usual value
        send_to(f"pages/learn/{page}.py", address_of(state))
    return shown[-1] if shown else None


def choose_case(case: Case, here: str, key: str) -> None:
    """Set the state of this page, or remember to leave it: a callback cannot."""
    states = states_of(case)
    if here not in states:
        st.session_state[f"{key}_away"] = case.key
        return
    take(states[here])


def take(state: State) -> None:
    """Set the state of a page, and drop the values that wait there until they fit."""
    forget_wishes()
    for name, value in state.items():
        st.session_state[name] = value


def is_shown(case: Case, here: str) -> bool:
    """Whether the widgets of the page show the case; a widget that is not drawn now is not looked at."""
    state: State = states_of(case).get(here, {})
    return bool(state) and all(st.session_state.get(name, value) == value for name, value in state.items())


def drawn(case: Case, here: str) -> DrawnCase:
    """A case as the browser draws it on the page ``here``."""
    states = states_of(case)
    away = "" if here in states else PAGES[next(iter(states))]
    return {
        "key": case.key,
        "title": case.title,
        "sizes": unbroken(sizes_of(case)),
        "away": away,
        "drawing": drawing_of(case.key),
    }


def unbroken(sizes: str) -> str:
    """The text with no line break inside a size.

    >>> unbroken("5 × 5 → 3 × 3").split(" ")
    ['5\\xa0×\\xa05', '→\\xa03\\xa0×\\xa03']
    """
    return sizes.replace(" × ", "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}").replace("→ ", "→\N{NO-BREAK SPACE}")


@lru_cache(maxsize=len(CASES))
def drawing_of(key: str) -> Drawing:
    """What the little drawing shows: the kinds of the input's cells, those never read, the first window, the output.

    >>> drawing_of("no_padding_strides")
    {'kinds': ['.....', '.....', '.....', '.....', '.....'], 'rows': [0, 1, 2], 'columns': [0, 1, 2], 'output': [2, 2]}
    """
    case = CASES[key]
    weight = ((case.weights,),) if case.weights is not None else None
    script = layer_script(case.layer, (case.numbers,), weight)
    grid, first = script["input"], script["steps"][0]
    kinds = [
        "".join("x" if mark == "x" else kind for kind, mark in zip(line, marks, strict=True))
        for line, marks in zip(grid["kinds"], grid["unread"], strict=True)
    ]
    return {"kinds": kinds, "rows": first["rows"], "columns": first["columns"], "output": script["output"]["size"]}
