"""The lesson on channels and filters, used: its sums are torch's, and what does not fit is answered in words."""

import json
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest

PAGE = "pages/learn/channels_and_filters.py"


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


def tensors(script: dict[str, Any]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Input without its padding, weight, bias and output, as they are drawn."""

    def numbers(planes: list[dict[str, Any]]) -> torch.Tensor:
        return torch.tensor([[[float(c) for c in row] for row in p["cells"]] for p in planes], dtype=torch.double)

    top, left = script["input"]["origin"]
    height, width = script["input"]["size"]
    kernel = script["kernel"]
    weight = torch.stack([numbers(filter["planes"]) for filter in kernel["filters"]]) / kernel["divisor"]
    bias = torch.tensor([float(filter["bias"]) for filter in kernel["filters"]], dtype=torch.double)
    drawn = numbers(script["input"]["planes"])[:, top : top + height, left : left + width]
    return drawn, weight, bias, numbers(script["output"]["planes"])


@pytest.mark.parametrize(
    ("query", "settings"),
    [
        ({}, {}),
        ({"channels_filters": "4", "channels_bias": "1 -2 3 0.5", "channels_padding": "1"}, {"padding": 1}),
        ({"channels_count": "4", "channels_filters": "4", "channels_groups": "4"}, {"groups": 4}),
        (
            {"channels_count": "2", "channels_filters": "4", "channels_groups": "2", "channels_stride": "2"},
            {"groups": 2, "stride": 2},
        ),
        ({"channels_kernel": "1", "channels_filter_1": "Sum of the channels"}, {}),
        ({"channels_show": "On your picture", "channels_filters": "3"}, {}),
        ({"channels_show": "On your picture", "channels_patch_side": "16", "channels_filters": "4"}, {}),
    ],
)
def test_what_is_drawn_is_what_torch_computes(query: dict[str, str], settings: dict[str, int]) -> None:
    script = script_of(open_page(**query))
    input, weight, bias, output = tensors(script)
    expected = torch.nn.functional.conv2d(input[None], weight, bias, **settings)[0]
    torch.testing.assert_close(output, expected, atol=1e-6, rtol=0)
    assert script["groups"] == settings.get("groups", 1)


def test_the_lesson_opens_with_three_channels_and_two_filters() -> None:
    page = open_page()
    script = script_of(page)
    assert [plane["name"] for plane in script["input"]["planes"]] == ["R", "G", "B"]
    assert len(script["kernel"]["filters"]) == 2
    assert "56" in "".join(markdown.value for markdown in page.markdown)  # (3 · 3 · 3 + 1) · 2


def test_a_sixteen_pixel_patch_under_four_filters_has_a_step_for_every_output() -> None:
    page = open_page(channels_show="On your picture", channels_patch_side="16", channels_filters="4")
    script = script_of(page)
    assert len(script["steps"]) == 4 * 14 * 14
    assert len(script["picture"]["filtered"]) == 4


def test_typed_planes_are_stepped_over_and_come_back_with_the_address() -> None:
    page = open_page(channels_input="1 2 3; 4 5 6; 7 8 9 | 0 0 0; 0 1 0; 0 0 0", channels_count="2")
    assert script_of(page)["input"]["planes"][1]["cells"] == [["0", "0", "0"], ["0", "1", "0"], ["0", "0", "0"]]


def test_own_weights_in_the_address_are_shown_as_the_own_filter() -> None:
    own = "1 | 2 | 3 || 0 | 0 | -1"
    page = open_page(
        channels_kernel="1", channels_own=own, channels_filter_1="Own numbers", channels_filter_2="Own numbers"
    )
    filters = script_of(page)["kernel"]["filters"]
    assert [[plane["cells"] for plane in filter["planes"]] for filter in filters] == [
        [[["1"]], [["2"]], [["3"]]],
        [[["0"]], [["0"]], [["-1"]]],
    ]


def test_groups_that_do_not_divide_are_answered_in_words() -> None:
    page = open_page(channels_groups="3")
    words = [caption.value for caption in page.caption]
    assert any("For depthwise take 3 filters" in text for text in words)
    assert script_of(page)["groups"] == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"channels_input": "1 2; 3 4 | 1"}, "All channels are of one size"),
        ({"channels_input": "x"}, "is not a number"),
        ({"channels_bias": "<b>"}, "is not a number"),
        ({"channels_own": "1 2; 3"}, "The rows of the kernel differ in length"),
    ],
)
def test_what_cannot_be_read_is_answered_in_words_and_the_page_goes_on(query: dict[str, str], words: str) -> None:
    page = open_page(**query)
    assert words in " ".join(error.value.replace("\\", "") for error in page.error)
    assert script_of(page)["steps"]


@pytest.mark.parametrize(
    "query",
    [
        {"channels_count": "99", "channels_filters": "-1", "channels_kernel": "7"},
        {"channels_stride": "x", "channels_padding": "99"},
        {"channels_place": "9999.9999", "channels_show": "On your picture"},
        {"channels_filter_1": "nothing", "channels_relu": "perhaps"},
        {"channels_input": "1|" * 5000},
        {"channels_input": "", "channels_bias": ""},
        {"channels_own": "|" * 9000},
        {"channels_patch_side": "1000", "channels_show": "On your picture"},
    ],
)
def test_junk_in_the_address_does_no_harm(query: dict[str, str]) -> None:
    assert script_of(open_page(**query))["steps"]
