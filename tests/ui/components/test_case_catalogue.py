"""The catalogue as a control: every case has a page that shows it, and a drawing of its own sizes."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.lecture.cases import CASES, Case
from cnnviz.arithmetic.windows import convolve
from cnnviz.ui.components.case_catalogue import drawing_of
from cnnviz.ui.components.case_catalogue.states import GROUPS, address_of, group_of, states_of

ON_CONVOLUTION = [case for case in CASES.values() if "convolution" in states_of(case)]


def by_key(case: Case) -> str:
    return case.key


@pytest.mark.parametrize("case", CASES.values(), ids=by_key)
def test_every_case_has_a_heading_a_page_and_a_drawing_of_its_sizes(case: Case) -> None:
    assert group_of(case) in GROUPS
    assert all(states_of(case).values())
    drawing = drawing_of(case.key)
    assert drawing["output"] == [case.output_size, case.output_size]
    read = sum(line.count(".") + line.count("x") for line in drawing["kinds"])
    assert read >= case.input_size**2  # what is never read may lie in the padding too


@pytest.mark.parametrize("case", ON_CONVOLUTION, ids=by_key)
def test_the_address_of_a_case_shows_it_on_the_page_convolution(case: Case) -> None:
    page = AppTest.from_file("../../../pages/learn/convolution.py", default_timeout=60)
    for name, value in address_of(states_of(case)["convolution"]).items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    data = [json.loads(element.proto.json) for element in page.get("bidi_component") if element.proto.json]
    (script,) = [one for one in data if isinstance(one, dict) and "steps" in one]
    shown = [[float(cell) for cell in row] for row in script["output"]["planes"][0]["cells"]]
    assert isinstance(case.layer, Conv2d)
    assert case.weights is not None
    weights = [row[::-1] for row in case.weights[::-1]] if case.flip else case.weights
    values, kernel = ([[float(value) for value in row] for row in matrix] for matrix in (case.numbers, weights))
    assert shown == convolve(case.layer, [values], [[kernel]])[0].tolist()


ODD = {"pool_along": "1-D", "pool_dilation": "2", "pool_divisor": "7", "pool_counted": "false", "pool_size": "8"}


@pytest.mark.parametrize("case", [case for case in CASES.values() if "pooling" in states_of(case)], ids=by_key)
def test_a_pooling_case_is_shown_whatever_was_set_before(case: Case) -> None:
    page = AppTest.from_file("../../../pages/learn/pooling.py", default_timeout=60)
    for name, value in (ODD | address_of(states_of(case)["pooling"])).items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    data = [json.loads(element.proto.json) for element in page.get("bidi_component") if element.proto.json]
    (script,) = [one for one in data if isinstance(one, dict) and "steps" in one]
    assert script["output"]["size"] == [case.output_size, case.output_size]
    assert script["axes"] == 2
    if case.expected:
        shown = [[float(cell) for cell in row] for row in script["output"]["planes"][0]["cells"]]
        assert shown == [list(row) for row in case.expected]


def test_each_page_of_the_lesson_on_windows_has_cases_of_its_own() -> None:
    first = [next(iter(states_of(case))) for case in CASES.values()]
    assert {page: first.count(page) for page in first} == {"stride_and_padding": 21, "pooling": 8, "convolution": 1}
