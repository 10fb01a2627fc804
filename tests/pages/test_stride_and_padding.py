"""Stride and padding, used: every case of the catalogue against torch, both ways, and wrong settings of each kind."""

import json
from itertools import product
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest

from cnnviz.arithmetic.layers import ConvTranspose2d
from cnnviz.arithmetic.lecture.cases import CASES, Case
from cnnviz.arithmetic.matrix import read_matrix
from cnnviz.ui.components.case_catalogue.states import address_of, states_of

PAGE = "pages/learn/stride_and_padding.py"
HERE = [case for case in CASES.values() if "stride_and_padding" in states_of(case)]
WAYS = ("Stamping", "Equal convolution")


def open_page(**query: object) -> AppTest:
    page = AppTest.from_file(f"../../{PAGE}", default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = str(value)
    page.run()
    assert not page.exception
    return page


def drawn(page: AppTest, key: str) -> dict[str, object]:
    """What the component that is given ``key`` was given to draw."""
    found = [json.loads(element.proto.json) for element in page.get("bidi_component") if element.proto.json]
    (data,) = [data for data in found if isinstance(data, dict) and key in data]
    return data


def output_of(page: AppTest) -> torch.Tensor:
    """The finished output as it is shown, without what is cropped from it."""
    output = drawn(page, "steps")["output"]
    (plane,) = output["planes"]
    kept = [
        [float(cell) for cell, kind in zip(line, kinds, strict=True) if kind != "c"]
        for line, kinds in zip(plane["cells"], output["kinds"], strict=True)
    ]
    return torch.tensor([line for line in kept if line], dtype=torch.float64)


def grid_of(page: AppTest) -> torch.Tensor:
    """The real input cells of the drawn grid."""
    grid = drawn(page, "steps")["input"]
    (plane,) = grid["planes"]
    cells = [
        [float(cell) for cell, kind in zip(line, kinds, strict=True) if kind == "."]
        for line, kinds in zip(plane["cells"], grid["kinds"], strict=True)
    ]
    return torch.tensor([line for line in cells if line], dtype=torch.float64)


def kernel_of(page: AppTest) -> torch.Tensor:
    """The kernel as it is stored: the equal convolution of a transposed one draws it flipped."""
    script = drawn(page, "steps")
    kernel = torch.tensor(
        [[float(cell) for cell in row] for row in script["kernel"]["filters"][0]["planes"][0]["cells"]],
        dtype=torch.float64,
    )
    return kernel.flip(0, 1) if script["kind"] == "transposed" else kernel


def torch_output(module: torch.nn.Module, page: AppTest) -> torch.Tensor:
    module = module.double()
    with torch.no_grad():
        module.weight.copy_(kernel_of(page)[None, None])
        return module(grid_of(page)[None, None])[0, 0]


def torch_layer(case: Case) -> torch.nn.Module:
    layer = case.layer
    settings: dict[str, Any] = {"stride": layer.stride, "padding": layer.padding, "dilation": layer.dilation}
    settings["bias"] = False
    if isinstance(layer, ConvTranspose2d):
        return torch.nn.ConvTranspose2d(1, 1, layer.kernel_size, output_padding=layer.output_padding, **settings)
    return torch.nn.Conv2d(1, 1, layer.kernel_size, **settings)


def words_of(page: AppTest) -> str:
    return " ".join(element.value for element in (*page.error, *page.caption)).replace("\\", "")


# ---------------------------------------------------------------- the catalogue


@pytest.mark.parametrize("case", HERE, ids=lambda case: case.key)
def test_every_case_of_the_catalogue_is_shown_as_torch_computes_it(case: Case) -> None:
    state = address_of(states_of(case)["stride_and_padding"])
    for way in WAYS if isinstance(case.layer, ConvTranspose2d) else WAYS[:1]:
        page = open_page(**state, sp_seen=way)
        assert output_of(page).shape == (case.output_size, case.output_size)
        assert torch.equal(output_of(page), torch_output(torch_layer(case), page))
        if case.expected:
            assert output_of(page).tolist() == [list(row) for row in case.expected]
        assert case.key in drawn(page, "shown")["shown"]


def test_all_thirty_cases_are_offered_and_those_of_other_pages_say_so() -> None:
    groups = drawn(open_page(), "shown")["groups"]
    cases = {case["key"]: case for group in groups for case in group["cases"]}
    assert set(cases) == set(CASES)
    assert {key for key, case in cases.items() if not case["away"]} == {case.key for case in HERE}
    assert cases["numerical_max_pooling"]["away"] == "Pooling"
    assert cases["lecture_true_convolution"]["away"] == "Convolution"


def test_a_setting_that_is_no_case_marks_none() -> None:
    assert drawn(open_page(sp_size=9, sp_kernel=4), "shown")["shown"] == []


# ---------------------------------------------------------------- against torch, beyond the catalogue


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
def test_rows_and_columns_apart_in_every_padding_mode(mode: Any) -> None:
    page = open_page(
        **{"sp_axes": "true", "sp_size": 6, "sp_size_w": 8, "sp_kernel": 3, "sp_kernel_w": 5, "sp_mode": mode},
        **{"sp_stride": 2, "sp_stride_w": 1, "sp_padding": 1, "sp_padding_w": 2, "sp_dilation": 2, "sp_dilation_w": 1},
    )
    module = torch.nn.Conv2d(1, 1, (3, 5), (2, 1), (1, 2), (2, 1), padding_mode=mode, bias=False)
    assert grid_of(page).shape == (6, 8)
    assert torch.equal(output_of(page), torch_output(module, page))


@pytest.mark.parametrize(("kernel", "dilation", "word"), [*product([2, 3, 4], [1, 2], ["valid", "same", "full"])])
def test_the_names_of_padding_mean_what_they_mean_in_torch(kernel: int, dilation: int, word: str) -> None:
    page = open_page(sp_size=7, sp_kernel=kernel, sp_stride=1, sp_dilation=dilation, sp_pad=word)
    padding = word if word != "full" else dilation * (kernel - 1)
    module = torch.nn.Conv2d(1, 1, kernel, padding=padding, dilation=dilation, bias=False)
    assert torch.equal(output_of(page), torch_output(module, page))


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "extra", "dilation"),
    [(4, 4, 2, 1, 0, 1), (3, 2, 3, 0, 2, 1), (4, 3, 2, 0, 1, 2), (2, 5, 4, 4, 3, 1), (1, 3, 1, 1, 0, 1)],
)
def test_both_ways_of_a_transposed_convolution_give_torchs_numbers(
    size: int, kernel: int, stride: int, padding: int, extra: int, dilation: int
) -> None:
    module = torch.nn.ConvTranspose2d(1, 1, kernel, stride, padding, extra, dilation=dilation, bias=False)
    for way in WAYS:
        page = open_page(
            **{"sp_layer": "Transposed convolution", "sp_seen": way, "sp_size": size, "sp_kernel": kernel},
            **{"sp_stride": stride, "sp_padding": padding, "sp_output_padding": extra, "sp_dilation": dilation},
        )
        assert torch.equal(output_of(page), torch_output(module, page))


def test_a_transposed_convolution_is_told_in_words() -> None:
    page = open_page(sp_layer="Transposed convolution", sp_size=3)
    told = " ".join(markdown.value for markdown in page.markdown)
    assert "k − 1 − P = 3 − 1 − 1 = 1 zero" in told
    assert "`Conv2d(1, 1, kernel_size=3, stride=2, padding=1)`, which takes 5 × 5 to 3 × 3" in told
    assert "checkerboard" in told


# ---------------------------------------------------------------- what does not fit


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"sp_stride": "99"}, "stride 99 does not fit here; it stands on 2."),
        ({"sp_kernel": "-3"}, "kernel_size -3 does not fit here; it stands on 3."),
        ({"sp_padding": "9"}, "padding 9 does not fit here; it stands on 1."),
        ({"sp_size": "0"}, "input size 0 does not fit here; it stands on 5."),
        ({"sp_dilation": "two"}, "“two” does not fit here; dilation takes 1 to 3."),
        ({"sp_size": "1e400"}, "“1e400” does not fit here; input size takes 1 to 12."),
        (
            {"sp_mode": "mirror"},
            "“mirror” does not fit here; padding_mode takes zeros, reflect, replicate or",
        ),
        ({"sp_layer": "Dense"}, "“Dense” does not fit here; Layer takes Convolution or Transposed convolution."),
        ({"sp_pad": "same"}, "“same” does not fit here; padding takes number, valid or full."),
        (
            {"sp_layer": "Transposed convolution", "sp_output_padding": "2"},
            "output_padding 2 does not fit here; it stands on 0.",
        ),
        ({"sp_layer": "Transposed convolution", "sp_size": "12"}, ""),
        ({"sp_input": "1 2; 3"}, "row 1 has 2 numbers, row 2 has 1"),
        ({"sp_input": "<script>"}, "is not a number"),
        ({"sp_input": "1 " * 13}, "at most 12 × 12"),
        ({"sp_weights": "1 " * 6}, "at most 5 × 5"),
        ({"sp_weights": "1/0"}, "divides by zero"),
        ({"sp_weights": "1 1; 1 1", "sp_kernel": "3"}, "Own numbers were typed for 2 × 2; they come back"),
        ({"sp_axes": "perhaps"}, ""),
        ({"sp_stride": "", "sp_layer": "", "sp_pad": "", "sp_size": "", "sp_mode": ""}, ""),
        ({"step": "99999", "pin": "input.9.9.9", "view": "x"}, ""),
    ],
)
def test_what_does_not_fit_is_answered_in_words_and_something_is_shown(query: dict[str, str], words: str) -> None:
    page = open_page(**query)
    assert drawn(page, "steps")["steps"]
    assert words in words_of(page)


@pytest.mark.parametrize("size", range(1, 13))
@pytest.mark.parametrize("layer", ["Convolution", "Transposed convolution"])
def test_the_largest_settings_asked_for_always_find_some_that_can_be_drawn(layer: str, size: int) -> None:
    page = open_page(sp_layer=layer, sp_size=size, sp_kernel=5, sp_dilation=3, sp_stride=4, sp_padding=99)
    grid, output = drawn(page, "steps")["input"], drawn(page, "steps")["output"]
    assert max(len(grid["kinds"]), len(output["kinds"])) <= 20


def test_a_setting_that_gave_way_comes_back_when_it_fits_again() -> None:
    page = open_page(sp_padding=2)
    page.segmented_control(key="sp_kernel").select(2).run()
    assert page.session_state["sp_padding"] == 1
    assert "padding 2 does not fit here; it stands on 1." in words_of(page)
    page.segmented_control(key="sp_kernel").select(3).run()
    assert page.session_state["sp_padding"] == 2


def test_a_suggestion_does_not_bring_back_what_gave_way_before() -> None:
    page = open_page(sp_padding=2)
    page.segmented_control(key="sp_kernel").select(2).run()
    page.button(key="sp_0").click().run()
    assert output_of(page).tolist() == [[6, 17, 3], [8, 17, 13], [6, 4, 4]]


def test_what_only_one_kind_of_layer_has_is_kept_for_it() -> None:
    page = open_page(sp_layer="Transposed convolution", sp_output_padding=1)
    page.segmented_control(key="sp_layer").select("Convolution").run()
    page.segmented_control(key="sp_layer").select("Transposed convolution").run()
    assert page.session_state["sp_output_padding"] == 1


# ---------------------------------------------------------------- own numbers


def test_numbers_in_the_address_bring_their_size() -> None:
    page = open_page(sp_input="1 2 3; 4 5 6", sp_weights="1", sp_stride=1, sp_padding=0)
    assert output_of(page).tolist() == [[1, 2, 3], [4, 5, 6]]


def test_typed_numbers_set_their_size_and_can_be_taken_back() -> None:
    page = open_page()
    page.text_area(key="sp_input").input("1 1 1 1; 1 1 1 1; 1 1 1 1; 1 1 1 1").run()
    assert page.session_state["sp_size"] == 4
    assert torch.equal(grid_of(page), torch.ones(4, 4).double())
    page.button(key="sp_input_example").click().run()
    assert page.session_state["sp_input"] == ""
    assert not torch.equal(grid_of(page), torch.ones(4, 4).double())


def test_numbers_that_cannot_be_read_leave_those_before_in_place() -> None:
    page = open_page(sp_input="7 7 7; 7 7 7; 7 7 7")
    page.text_area(key="sp_input").input("7 7 7; 7 seven 7; 7 7 7").run()
    assert "“seven” in row 2, column 2 of the input is not a number" in words_of(page)
    assert torch.equal(grid_of(page), torch.full((3, 3), 7.0).double())


def test_without_own_numbers_five_by_five_is_the_lectures_input() -> None:
    lecture = read_matrix("3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1")
    assert grid_of(open_page()).tolist() == [[float(value) for value in row] for row in lecture]


@pytest.mark.parametrize("number", range(5))
def test_every_suggestion_shows_something(number: int) -> None:
    page = open_page()
    page.button(key=f"sp_{number}").click().run()
    assert not page.exception
    assert drawn(page, "steps")["steps"]


def test_the_checkerboard_is_one_two_and_four() -> None:
    page = open_page()
    page.button(key="sp_4").click().run()
    assert output_of(page)[:3, :5].tolist() == [[1, 1, 2, 1, 2], [1, 1, 2, 1, 2], [2, 2, 4, 2, 4]]
