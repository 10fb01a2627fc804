"""The lesson on pooling, used: torch's numbers for every setting, the catalogue's cases, and the moved picture."""

import json
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest

from cnnviz.arithmetic.lecture.cases import CASES
from cnnviz.arithmetic.lecture.kernels import KERNELS
from cnnviz.ui.components.case_catalogue.states import POOLING, address_of, states_of
from cnnviz.ui.components.shifted_picture import AFTER, AVERAGE_POOL, EDGES, MAX_POOL, PATTERNS, shift_script

PAGE = "pages/learn/pooling.py"
HERE = [case for case in CASES.values() if POOLING in states_of(case)]
LECTURE = torch.tensor([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1.0]]).double()


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


def output_of(page: AppTest) -> torch.Tensor:
    return torch.tensor(
        [[float(cell) for cell in row] for row in script_of(page)["output"]["planes"][0]["cells"]], dtype=torch.double
    )


def test_the_lesson_opens_with_two_by_two_maxima_of_the_lectures_input() -> None:
    page = open_page()
    assert output_of(page).tolist() == torch.nn.functional.max_pool2d(LECTURE[None], 2)[0].tolist()


@pytest.mark.parametrize(
    ("query", "layer"),
    [
        ({"pool_kernel": "3", "pool_stride": "1"}, torch.nn.MaxPool2d(3, 1)),
        (
            {"pool_kernel": "3", "pool_stride": "2", "pool_padding": "1", "pool_ceil": "true"},
            torch.nn.MaxPool2d(3, 2, 1, ceil_mode=True),
        ),
        ({"pool_kernel": "2", "pool_stride": "1", "pool_dilation": "2"}, torch.nn.MaxPool2d(2, 1, dilation=2)),
        (
            {"pool_kind": "average", "pool_kernel": "3", "pool_stride": "3", "pool_padding": "1"},
            torch.nn.AvgPool2d(3, 3, 1),
        ),
        (
            {
                "pool_kind": "average",
                "pool_kernel": "3",
                "pool_stride": "3",
                "pool_padding": "1",
                "pool_counted": "false",
            }
            | {"pool_ceil": "true"},
            torch.nn.AvgPool2d(3, 3, 1, ceil_mode=True, count_include_pad=False),
        ),
        ({"pool_kind": "average", "pool_kernel": "2", "pool_divisor": "7"}, torch.nn.AvgPool2d(2, divisor_override=7)),
    ],
)
def test_what_is_drawn_is_what_torch_pools(query: dict[str, str], layer: torch.nn.Module) -> None:
    shown = output_of(open_page(**query))
    torch.testing.assert_close(shown, layer(LECTURE[None])[0], atol=0.0051, rtol=0)


def test_along_one_axis_a_row_is_pooled() -> None:
    script = script_of(open_page(pool_along="1-D", pool_size="6", pool_input="1 5 2 4 3 0"))
    assert script["code"].startswith("MaxPool1d(kernel_size=2")
    assert script["output"]["planes"][0]["cells"] == [["5", "4", "3"]]


@pytest.mark.parametrize("case", HERE, ids=[case.key for case in HERE])
def test_every_case_of_the_catalogue_that_pools_opens_here(case) -> None:
    script = script_of(open_page(**address_of(states_of(case)[POOLING])))
    assert script["output"]["size"] == [case.output_size] * 2
    if case.expected:
        shown = torch.tensor([[float(c) for c in row] for row in script["output"]["planes"][0]["cells"]])
        torch.testing.assert_close(shown, torch.tensor(case.expected, dtype=torch.float32))


def test_the_corner_of_an_average_says_why_it_divides_by_four() -> None:
    page = open_page(pool_kind="average", pool_kernel="3", pool_padding="1", pool_counted="false")
    assert script_of(page)["steps"][0]["why"].startswith("Divided by 4, not 9")


@pytest.mark.parametrize(
    "query",
    [
        {"pool_kind": "median", "pool_kernel": "99", "pool_stride": "-1"},
        {"pool_size": "2", "pool_kernel": "6", "pool_padding": "3", "pool_dilation": "9"},
        {"pool_divisor": "inf", "pool_kind": "average"},
        {"pool_divisor": "-3", "pool_kind": "average"},
        {"pool_input": "a b; c"},
        {"pool_input": "1;" * 5000},
        {"pool_size": "32", "pool_kernel": "1", "pool_stride": "1", "pool_padding": "0"},
        {"pool_pattern": "x", "pool_after": "y", "pool_edges": ""},
        {"pool_along": "3-D", "pool_size": ""},
    ],
)
def test_junk_in_the_address_does_no_harm(query: dict[str, str]) -> None:
    page = open_page(**query)
    assert script_of(page)["steps"]


def test_what_cannot_be_read_is_answered_in_words() -> None:
    assert "is not a number" in open_page(pool_input="1 x").error[0].value


def test_the_picture_that_was_moved_is_mapped_as_torch_maps_it() -> None:
    for edges in EDGES:
        weight = torch.tensor([[float(v) for v in row] for row in KERNELS[EDGES[edges]].weights]).double()[None, None]
        for after in AFTER:
            script = shift_script("stroke", edges, after)
            for shift in script["shifts"]:
                picture, features, last = (
                    torch.tensor([[float(v) for v in row] for row in m]).double() for m in shift["maps"]
                )
                expected = torch.nn.functional.conv2d(picture[None, None], weight, padding=1).relu()[0]
                assert torch.equal(features[None], expected)
                if after == MAX_POOL:
                    expected = torch.nn.functional.max_pool2d(expected, 2)
                elif after == AVERAGE_POOL:
                    expected = torch.nn.functional.avg_pool2d(expected, 2)
                else:
                    expected = torch.nn.functional.conv2d(picture[None, None], weight, stride=2, padding=1).relu()[0]
                torch.testing.assert_close(last[None], expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_feature_map_moves_along_and_the_largest_value_is_kept(pattern: str) -> None:
    script = shift_script(pattern, "all around", MAX_POOL)
    largest = {max(float(v) for row in shift["maps"][2] for v in row) for shift in script["shifts"]}
    assert len(largest) == 1
    for shift in script["shifts"]:
        if shift["across"]:
            _, follows, stays = shift["words"]
            equal, compared = [int(word) for word in follows.split() if word.isdigit()][:2]
            assert equal == compared
            assert "as before" in stays


@pytest.mark.parametrize(
    "query",
    [{"pool_kernel": "3"}, {"pool_stride": "-1"}, {"pool_kernel": "9"}, {"pool_size": "1"}, {"pool_padding": "9"}],
)
def test_the_address_that_a_link_leaves_behind_opens_what_is_shown(query: dict[str, str]) -> None:
    page = open_page(**query)
    again = open_page(**{name: value for name, value in page.query_params.items() if isinstance(value, str)})
    assert output_of(again).tolist() == output_of(page).tolist()
