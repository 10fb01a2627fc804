"""Every case of the catalogue is asked of torch, and so is what its sentence says."""

from dataclasses import fields

import numpy as np
import pytest
import torch

from cnnviz.arithmetic.layers import ConvTranspose2d, MaxPool2d
from cnnviz.arithmetic.lecture.cases import CASES, GUIDE, LECTURE, ROUNDING, example_input, example_kernel
from cnnviz.arithmetic.shapes import output_size, uncovered
from cnnviz.arithmetic.windows import equal_convolution, steps
from tests.arithmetic.random_settings import results

# as conv_arithmetic's README and figures have them: input, kernel, stride, padding, dilation -> output
DIRECT = {
    "no_padding_no_strides": (4, 3, 1, 0, 1, 2),
    "arbitrary_padding_no_strides": (5, 4, 1, 2, 1, 6),
    "same_padding_no_strides": (5, 3, 1, 1, 1, 5),
    "full_padding_no_strides": (5, 3, 1, 2, 1, 7),
    "no_padding_strides": (5, 3, 2, 0, 1, 2),
    "padding_strides": (5, 3, 2, 1, 1, 3),
    "padding_strides_odd": (6, 3, 2, 1, 1, 3),
    "dilation": (7, 3, 1, 0, 2, 3),
}
# input, kernel, stride, padding, output_padding -> output
TRANSPOSED = {
    "no_padding_no_strides_transposed": (2, 3, 1, 0, 0, 4),
    "arbitrary_padding_no_strides_transposed": (6, 4, 1, 2, 0, 5),
    "same_padding_no_strides_transposed": (5, 3, 1, 1, 0, 5),
    "full_padding_no_strides_transposed": (7, 3, 1, 2, 0, 5),
    "no_padding_strides_transposed": (2, 3, 2, 0, 0, 5),
    "padding_strides_transposed": (3, 3, 2, 1, 0, 5),
    "padding_strides_odd_transposed": (3, 3, 2, 1, 1, 6),
}
NUMERICAL = (
    "numerical_no_padding_no_strides",
    "numerical_padding_strides",
    "numerical_average_pooling",
    "numerical_max_pooling",
)


def numbers_of(case):
    """(input (1, H, W), weight (1, 1, kh, kw) as laid by the layer, or None)."""
    weights = None if case.weights is None else np.array(case.weights, dtype=float)[None, None]
    if weights is not None and case.flip:
        weights = weights[:, :, ::-1, ::-1].copy()
    return np.array(case.numbers, dtype=float)[None], weights


def walk(case):
    values, weights = numbers_of(case)
    return steps(case.layer, values, weights)


def torchs_answer(case):
    values, weights = numbers_of(case)
    layer = case.layer
    settings = {field.name: getattr(layer, field.name) for field in fields(layer)}
    settings = {name: value for name, value in settings.items() if name not in ("bias", "return_indices")}
    if weights is None:
        return getattr(torch.nn, type(layer).__name__)(**settings)(torch.from_numpy(values))[0].numpy()
    module = getattr(torch.nn, type(layer).__name__)(**settings, bias=False, dtype=torch.float64)
    module.weight.data = torch.from_numpy(weights)
    return module(torch.from_numpy(values))[0].detach().numpy()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_case_has_the_size_and_the_numbers_torch_gives(case):
    expected = torchs_answer(case)
    assert np.array(case.numbers).shape == (case.input_size, case.input_size)
    assert expected.shape == (case.output_size, case.output_size)
    np.testing.assert_allclose(results(walk(case), expected.shape), expected, atol=1e-6)
    if case.expected is not None:
        assert expected.round(2).tolist() == np.array(case.expected, dtype=float).tolist()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_case_says_what_it_is_and_what_to_look_at(case):
    assert case.source in (GUIDE, LECTURE, ROUNDING)
    assert case.title
    assert case.shows.endswith(".")
    assert case.title not in [other.title for other in CASES.values() if other is not case]
    assert (case.weights is None) == ("Pool" in type(case.layer).__name__)


@pytest.mark.parametrize("key", DIRECT)
def test_the_direct_cases_of_the_guide_are_all_there(key):
    case = CASES[key]
    layer = case.layer
    settings = (case.input_size, layer.kernel_size, layer.stride, layer.padding, layer.dilation, case.output_size)
    assert (case.source, settings) == (GUIDE, DIRECT[key])


@pytest.mark.parametrize("key", TRANSPOSED)
def test_the_transposed_cases_of_the_guide_are_all_there(key):
    case = CASES[key]
    layer = case.layer
    assert isinstance(layer, ConvTranspose2d)
    settings = (case.input_size, layer.kernel_size, layer.stride, layer.padding, layer.output_padding, case.output_size)
    assert (case.source, settings) == (GUIDE, TRANSPOSED[key])


def test_the_guide_has_fifteen_drawn_and_four_numerical_cases():
    assert [key for key, case in CASES.items() if case.source == GUIDE] == [*DIRECT, *TRANSPOSED, *NUMERICAL]
    assert all(CASES[key].expected is not None for key in NUMERICAL)


def test_the_ceil_mode_cases_are_those_that_tools_get_wrong():
    found = {
        (case.input_size, case.layer.kernel_size, case.layer.stride, case.output_size)
        for case in CASES.values()
        if isinstance(case.layer, MaxPool2d) and case.layer.ceil_mode
    }
    assert found == {(32, 1, 2, 16), (10, 1, 2, 5), (32, 8, 4, 7), (4, 3, 3, 2)}


def test_in_the_odd_case_one_row_is_never_reached():
    assert uncovered(6, 3, stride=2, padding=1) == 1
    assert max(row for step in walk(CASES["padding_strides_odd"]) for row in step.rows) == 5  # and padding lies on 6


def test_stride_two_keeps_every_second_result_of_the_worked_example():
    assert [step.result for step in walk(CASES["lecture_stride"])] == [12, 17, 9, 14]


def test_padding_one_leaves_the_worked_example_in_the_middle():
    grid = results(walk(CASES["lecture_padding"]), (5, 5))
    assert grid[1:4, 1:4].tolist() == [list(row) for row in CASES["lecture_example"].expected]


def test_the_true_convolution_changes_seven_of_nine_results():
    straight, flipped = (np.array(CASES[key].expected) for key in ("lecture_example", "lecture_true_convolution"))
    assert (straight != flipped).sum() == 7


def test_five_cells_of_the_first_window_are_padding_in_the_second_numerical_case():
    first = walk(CASES["numerical_padding_strides"])[0]
    assert 9 - sum(row >= 0 for row in first.rows) * sum(column >= 0 for column in first.columns) == 5


def test_one_value_wins_several_windows_of_the_numerical_max_pooling():
    places = [
        (step.rows[step.winner[0]], step.columns[step.winner[1]]) for step in walk(CASES["numerical_max_pooling"])
    ]
    assert max(places.count(place) for place in places) >= 2


def test_the_first_window_of_full_padding_sees_one_input_cell():
    first = walk(CASES["full_padding_no_strides"])[0]
    assert (first.rows, first.columns) == ((-2, -1, 0), (-2, -1, 0))


@pytest.mark.parametrize(
    ("key", "border"),
    [
        ("no_padding_no_strides_transposed", 2),
        ("same_padding_no_strides_transposed", 1),
        ("full_padding_no_strides_transposed", 0),
        ("padding_strides_transposed", 1),
    ],
)
def test_the_borders_of_the_equal_convolutions_are_those_the_sentences_say(key, border):
    case = CASES[key]
    assert isinstance(case.layer, ConvTranspose2d)
    equal = equal_convolution(case.layer, (1, case.input_size, case.input_size))
    assert equal.padding == ((border, border), (border, border))


def test_five_and_six_both_shrink_to_three():
    assert output_size(5, 3, stride=2, padding=1) == output_size(6, 3, stride=2, padding=1) == 3


def test_the_last_window_of_the_ceil_mode_case_reaches_two_rows_beyond():
    last = walk(CASES["ceil_mode_one_more"])[-1]
    assert last.rows == (3, 4, 5)
    assert output_size(4, 3, stride=3) == 1


def test_examples_are_small_numbers_and_a_flip_changes_the_kernel():
    for size in range(2, 17):
        numbers = {value for row in example_input(size) for value in row}
        assert numbers <= set(range(5))
        assert len(numbers) > 2
    for size in (2, 3, 4, 5):
        kernel = np.array(example_kernel(size), dtype=float)
        assert kernel.shape == (size, size)
        assert (kernel != kernel[::-1, ::-1]).any()


def test_the_lectures_cases_are_all_there():
    assert [key for key, case in CASES.items() if case.source == LECTURE] == [
        "lecture_example",
        "lecture_true_convolution",
        "lecture_stride",
        "lecture_padding",
        "lecture_formula",
        "lecture_max_pooling",
        "lecture_average_pooling",
    ]
