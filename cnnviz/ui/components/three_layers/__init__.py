"""Three layers on the same inputs, line by line: dense, locally connected, convolution. A colour is a weight.

Python sends every line, its weight and every sentence; the browser draws them and lights what is pointed at, in all
three at once.
"""

from typing import TypedDict

import streamlit as st

from cnnviz.ui.component import Component, answer, browser_component
from cnnviz.ui.components.three_layers.script import Script, targets, three_layers_script


class Message(Script):
    """The three layers, and what is chosen: a unit or a line, as the script names it."""

    at: str


class Answers(TypedDict):
    """What was chosen."""

    at: str


_component: Component[Message] = browser_component(__file__)


def show_three_layers(inputs: int, window: int, key: str) -> None:
    """Draw the three layers on so many inputs; what is clicked stays lit and stands in the address under ``key``.

    A suggestion lights a unit or a line by writing it under ``<key>_wanted``.
    """
    script = three_layers_script(inputs, window)
    if f"{key}_wanted" in st.session_state:  # a suggestion wrote it
        st.query_params[key] = st.session_state.pop(f"{key}_wanted")
    wanted = str(st.query_params.get(key, ""))
    at = wanted if wanted in targets(script) else f"output.{script['outputs'] // 2}"

    def chosen() -> None:
        target = answer(key, "at")
        if isinstance(target, str):
            st.query_params[key] = target

    _component(key=key, data={**script, "at": at}, on_at_change=chosen)
