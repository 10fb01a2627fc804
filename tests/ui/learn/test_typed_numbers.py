"""Typed numbers: what cannot be read is explained, and the numbers before go on."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest


def app() -> None:
    import streamlit as st

    from cnnviz.ui.learn.typed_numbers import TypedMatrix

    for typed in (TypedMatrix("own", "input", 4), TypedMatrix("usual", "kernel", 4, "1 2; 3 4")):
        typed.draw(100)
        numbers, problem = typed.read()
        typed.explain(problem, numbers)
        st.session_state[f"{typed.key}_numbers"] = numbers and [[float(value) for value in row] for row in numbers]
        cells = st.session_state.get("cells")
        st.button(f"edit {typed.key}", on_click=typed.take_cells, args=(cells,))


def opened(cells: dict[str, Any] | None = None, **query: str) -> AppTest:
    page = AppTest.from_function(app, default_timeout=30)
    page.session_state["cells"] = {"divisor": 1, **(cells or {})}
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def errors(page: AppTest) -> str:
    return " ".join(error.value for error in page.error).replace("\\", "")


def edit(page: AppTest, key: str) -> None:
    next(button for button in page.button if button.label == f"edit {key}").click().run()
    assert not page.exception


def test_an_empty_text_asks_for_the_example_where_there_is_no_usual_one() -> None:
    page = opened(usual="")
    assert page.session_state["own_numbers"] is None
    assert "The kernel is empty" in errors(page)
    assert "Until then, the kernel shows the usual numbers." in errors(page)


def test_a_text_that_cannot_be_read_leaves_the_numbers_before() -> None:
    page = opened(own="5 6")
    page.text_area(key="own").input("5 six").run()
    assert page.session_state["own_numbers"] == [[5, 6]]
    assert "“six” in row 1, column 2 of the input is not a number" in errors(page)
    assert "Until then, the input shows the numbers before." in errors(page)


def test_edited_cells_become_the_text_with_their_divisor() -> None:
    page = opened({"cells": [["1", "2"], ["3", "4"]], "divisor": 9})
    edit(page, "usual")
    assert page.session_state["usual"] == "1/9 2/9; 1/3 4/9"


@pytest.mark.parametrize(("key", "shown"), [("own", "example numbers"), ("usual", "the usual numbers")])
def test_a_cell_that_cannot_be_read_leaves_the_text_and_is_named_once(key: str, shown: str) -> None:
    page = opened({"cells": [["1", "2"], ["3", "x"]]})
    before = page.session_state[key]
    edit(page, key)
    assert page.session_state[key] == before
    assert "“x” in row 2, column 2" in errors(page)
    assert f"shows {shown}." in errors(page)
    page.run()
    assert not page.error


def lesson() -> None:
    import streamlit as st

    from cnnviz.ui.learn.channel_settings import choose_channels, take_numbers

    settings = choose_channels(st.container())
    st.session_state["settings"] = settings

    def edit_two_planes() -> None:
        for grid, plane in (("input", 0), ("input", 1), ("kernel", 0), ("kernel", 1)):
            numbers = {"grid": grid, "plane": plane, "filter": 0, "cells": [[f"{plane + 7}"]], "divisor": 1}
            take_numbers(settings, numbers)  # type: ignore[arg-type]

    st.button("edit", on_click=edit_two_planes)


def test_two_planes_edited_at_once_are_both_taken_and_hidden_ones_stay() -> None:
    page = AppTest.from_function(lesson, default_timeout=60)
    query = {"channels_input": "1 | 2 | 3", "channels_count": "2", "channels_filters": "1", "channels_kernel": "1"}
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    next(button for button in page.button if button.label == "edit").click().run()
    assert not page.exception
    assert page.session_state["channels_input"] == "7 | 8 | 3"
    settings = page.session_state["settings"]
    assert settings.input == (((7,),), ((8,),))
    assert settings.weight == ((((7,),), ((8,),)),)
