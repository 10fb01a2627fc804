"""Stride and padding, used: every case of the catalogue, a transposed convolution both ways, what does not fit."""

import json
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest

from cnnviz.arithmetic.catalogue import CASES
from cnnviz.arithmetic.layers import Conv2d
from cnnviz.ui.catalogue import address_of, page_of

PAGE = "pages/learn/stride_and_padding.py"
HERE = [case for case in CASES.values() if page_of(case) == "stride_and_padding"]


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(f"../../{PAGE}", default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def script_of(page: AppTest) -> dict[str, Any]:
    scripts = [json.loads(element.proto.json) for element in page.get("bidi_component") if element.proto.json]
    (script,) = [script for script in scripts if isinstance(script, dict) and "steps" in script]
    return script


def shown_output(script: dict[str, Any]) -> list[list[float]]:
    """The output without what is cropped from it."""
    (top, left), (height, width) = script["output"]["origin"], script["output"]["size"]
    cells = script["output"]["planes"][0]["cells"]
    return [[float(cell) for cell in row[left : left + width]] for row in cells[top : top + height]]


def test_all_fifteen_drawn_cases_live_here_and_the_numeric_ones_somewhere() -> None:
    drawn = [case for case in HERE if case.input is None and "guide" in case.source.lower()]
    assert len(drawn) == 15
    assert {page_of(case) for case in CASES.values()} == {"stride_and_padding", "convolution", "pooling"}


@pytest.mark.parametrize("case", HERE, ids=[case.key for case in HERE])
def test_every_case_of_the_catalogue_shows_what_torch_computes_and_is_marked(case) -> None:
    page = open_page(**{key: str(value) for key, value in address_of(case).items()})
    script = script_of(page)
    input = torch.tensor([[float(v) for v in row] for row in case.numbers], dtype=torch.double)[None, None]
    weight = torch.tensor([[float(v) for v in row] for row in case.weights], dtype=torch.double)[None, None]
    layer = case.layer
    if isinstance(layer, Conv2d):
        expected = torch.nn.functional.conv2d(
            input, weight, stride=layer.stride, padding=layer.padding, dilation=layer.dilation
        )
    else:
        expected = torch.nn.functional.conv_transpose2d(
            input, weight, stride=layer.stride, padding=layer.padding, output_padding=layer.output_padding
        )
        assert script["kind"] == "stamp"
    assert shown_output(script) == expected[0, 0].tolist()
    assert script["output"]["size"] == [case.output_size] * 2
    assert page.button(key=f"case_{case.key}").proto.type == "primary"


@pytest.mark.parametrize("case", HERE, ids=[case.key for case in HERE])
def test_one_click_in_the_catalogue_opens_the_case(case) -> None:
    page = open_page(sp_size="7", sp_kernel="2", sp_stride="3")
    page.button(key=f"case_{case.key}").click().run()
    assert not page.exception
    assert script_of(page)["output"]["size"] == [case.output_size] * 2


def test_the_equal_convolution_gives_the_same_numbers_as_the_stamps() -> None:
    query = {"sp_kind": "Transposed", "sp_stride": "2", "sp_size": "3", "sp_padding": "1", "sp_extra": "1"}
    stamped = script_of(open_page(**query))
    equal = script_of(open_page(**query, sp_shown="Equal convolution"))
    assert equal["kind"] == "transposed"
    assert shown_output(stamped) == shown_output(equal)


def test_height_and_width_can_be_set_apart() -> None:
    page = open_page(sp_apart="true", sp_size="4", sp_size_w="7", sp_kernel_w="2", sp_stride_w="2")
    script = script_of(page)
    assert script["input"]["size"] == [4, 7]
    assert script["window"] == [3, 2]
    assert script["output"]["size"] == [2, 3]


def test_own_numbers_are_used_while_they_have_the_size_that_is_set() -> None:
    page = open_page(sp_size="2", sp_kernel="1", sp_input="1 2; 3 4", sp_weights="10")
    assert shown_output(script_of(page)) == [[10, 20], [30, 40]]
    page.segmented_control(key="sp_size").select(3).run()
    assert any("was typed is 2 × 2" in caption.value for caption in page.caption)
    page.segmented_control(key="sp_size").select(2).run()
    assert shown_output(script_of(page)) == [[10, 20], [30, 40]]


def test_what_cannot_be_read_is_answered_in_words() -> None:
    page = open_page(sp_input="1 x")
    assert "is not a number" in page.error[0].value
    assert script_of(page)["steps"]


@pytest.mark.parametrize(
    "query",
    [
        {"sp_size": "99", "sp_kernel": "-1", "sp_stride": "x", "sp_padding": "1e9"},
        {"sp_kind": "Sideways", "sp_shown": "Nothing"},
        {"sp_kind": "Transposed", "sp_size": "1", "sp_kernel": "1", "sp_padding": "4", "sp_extra": "9"},
        {"sp_size": "2", "sp_kernel": "5", "sp_dilation": "3"},
        {"sp_mode": "mirror", "sp_padding": "2"},
        {"sp_mode": "reflect", "sp_padding": "2", "sp_size": "2"},
        {"sp_input": "1;" * 4000, "sp_weights": "a"},
        {"sp_apart": "maybe", "sp_size_w": "0"},
        {"sp_size": "", "sp_kind": ""},
    ],
)
def test_junk_in_the_address_does_no_harm(query: dict[str, str]) -> None:
    assert script_of(open_page(**query))["steps"]
