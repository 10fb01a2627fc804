"""The convolution lesson, used: numbers typed, kernels chosen, junk in the address."""

import json
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest

from cnnviz.ui.learn.convolution_settings import LECTURE_INPUT

PAGE = "pages/learn/convolution.py"


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(f"../../{PAGE}", default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def script_of(page: AppTest) -> dict[str, Any]:
    """What the stepper was given to draw."""
    scripts = [json.loads(element.proto.json) for element in page.get("bidi_component") if element.proto.json]
    (script,) = [script for script in scripts if isinstance(script, dict) and "steps" in script]
    return script


def output_of(page: AppTest) -> list[list[str]]:
    return script_of(page)["output"]["planes"][0]["cells"]


def test_the_lesson_opens_on_the_lecture_example_with_its_right_result() -> None:
    page = open_page()
    assert output_of(page) == [["12", "12", "17"], ["10", "17", "19"], ["9", "6", "14"]]
    assert page.session_state["preset"] == "lecture"


def test_stride_and_padding_change_the_output() -> None:
    page = open_page(stride="2", padding="1")
    assert output_of(page) == [["6", "17", "3"], ["8", "17", "13"], ["6", "4", "4"]]


def test_a_named_kernel_writes_its_weights_into_the_address() -> None:
    page = open_page()
    page.selectbox(key="preset").select("identity").run()
    assert output_of(page) == [["0", "1", "3"], ["1", "2", "2"], ["0", "0", "2"]]
    assert page.query_params["weights"] == "0 0 0; 0 1 0; 0 0 0"


def test_the_same_address_opens_the_same_state() -> None:
    page = open_page(input="1 2; 3 4", weights="1 0; 0 -1", relu="false", bias="0.5")
    assert output_of(page) == [["-2.50"]]
    assert page.session_state["preset"] == "own"


def test_a_random_kernel_can_be_drawn_again() -> None:
    page = open_page()
    page.selectbox(key="preset").select("random").run()
    first = page.session_state["weights"]
    page.button[0].click().run()
    assert page.session_state["weights"] != first


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"input": "1 2; 3"}, "row 1 has 2 numbers, row 2 has 1"),
        ({"input": "<script>"}, "is not a number"),
        ({"weights": "one"}, "is not a number"),
        ({"weights": "1 " * 9}, "at most 7 × 7"),
    ],
)
def test_what_cannot_be_read_is_answered_in_words_and_the_lecture_stays(query: dict[str, str], words: str) -> None:
    page = open_page(**query)
    assert words in page.error[0].value
    assert page.get("bidi_component")


@pytest.mark.parametrize(
    "query",
    [
        {"stride": "99", "padding": "-1", "dilation": "x"},
        {"step": "999999999"},
        {"step": "-3"},
        {"bias": "inf"},
        {"bias": "1e99"},
        {"relu": "maybe"},
        {"show": "nothing"},
        {"preset": "junk"},
        {"weights": "0 0 0; 0 0 0; 0 0 0"},
        {"input": "5"},
        {"along": "3-D"},
        {"along": "1-D", "sequence": "x y"},
        {"along": "1-D", "taps": "1 2; 3 4", "stride": "9"},
        {"flip": "perhaps"},
        {"padding": "2", "padding_mode": "mirror"},
        {"padding": "2", "padding_mode": "reflect", "input": "1 2; 3 4", "weights": "1 1 1; 1 1 1; 1 1 1"},
    ],
)
def test_junk_in_the_address_does_no_harm(query: dict[str, str]) -> None:
    page = open_page(**query)
    assert script_of(page)["steps"]


def test_flipping_gives_the_convolution_and_both_results_stand_side_by_side() -> None:
    page = open_page(flip="true")
    assert output_of(page) == [["18", "20", "19"], ["10", "9", "17"], ["11", "8", "14"]]
    tables = [markdown.value for markdown in page.markdown if "---:|" in markdown.value]
    assert "| 12 | 12 | 17 |" in tables[0]
    assert "| 18 | 20 | 19 |" in tables[1]


def test_the_padding_mode_is_what_torch_pads_with() -> None:
    page = open_page(padding="2", padding_mode="circular", relu="false")
    lecture = torch.tensor([[float(v) for v in row.split()] for row in LECTURE_INPUT.split(";")]).double()
    module = torch.nn.Conv2d(1, 1, 3, padding=2, padding_mode="circular", bias=False).double()
    with torch.no_grad():
        module.weight.copy_(torch.tensor([[[[0, 1, 2], [2, 2, 0], [0, 1, 2]]]]))
        expected = module(lecture[None, None])[0, 0]
    assert [[float(cell) for cell in row] for row in output_of(page)] == expected.tolist()
    page.segmented_control(key="padding").select(0).run()
    assert script_of(page)["input"]["border"] == ""


def test_in_one_dimension_a_row_slides_and_two_dimensions_are_not_lost() -> None:
    page = open_page(along="1-D", relu="false", sequence="1 2 4 8", taps="1 -1")
    assert output_of(page) == [["-1", "-2", "-4"]]
    assert script_of(page)["code"] == "Conv1d(1, 1, kernel_size=2)"
    page.segmented_control(key="along").select("2-D").run()
    assert output_of(page)[0] == ["12", "12", "17"]


def test_the_matrix_of_the_layer_comes_along_while_it_can_be_seen() -> None:
    assert script_of(open_page())["matrix"]["columns"] == 25
    large = "; ".join(["1 2 3 4 5 6 7 8 9 1 2 3"] * 12)
    assert script_of(open_page(input=large, padding="2"))["matrix"] is None


def test_a_kernel_larger_than_the_input_offers_only_paddings_that_fit() -> None:
    page = open_page(input="1 2; 3 4", weights="1 1 1 1 1; 1 1 1 1 1; 1 1 1 1 1; 1 1 1 1 1; 1 1 1 1 1")
    assert script_of(page)["input"]["origin"] == [2, 2]
    assert output_of(page) == [["10", "10"], ["10", "10"]]


def test_the_picture_tab_steps_over_a_patch_of_the_picture() -> None:
    page = open_page(show="On your picture", patch="20.30")
    script = script_of(page)
    assert script["input"]["grey"]
    assert len(script["steps"]) == 36


@pytest.mark.parametrize("place", ["99999.1", "a.b", "1", "-5.2", "9999.9999"])
def test_junk_as_the_place_of_the_patch_does_no_harm(place: str) -> None:
    assert script_of(open_page(show="On your picture", patch=place))["steps"]
