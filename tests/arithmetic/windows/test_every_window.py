"""Every step against torch in double precision, and against what the lecture prints."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.arithmetic.layers import AvgPool2d, Conv2d, Linear, MaxPool2d, ShapeError
from cnnviz.arithmetic.windows import convolve, steps
from tests.arithmetic.random_settings import (
    grown_to_fit,
    number_or_pair,
    output_shape_or_reject,
    results,
    up_to_half,
    values_of,
)

LECTURE_INPUT = [[[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]]
LECTURE_KERNEL = [[[[0, 1, 2], [2, 2, 0], [0, 1, 2]]]]

torch.set_num_threads(1)


@settings(max_examples=200, deadline=None)
@given(
    groups=st.integers(1, 4),
    channels=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    kernel_size=number_or_pair(1, 3),
    stride=st.just(1) | number_or_pair(1, 3),
    padding=number_or_pair(0, 3) | st.sampled_from(["same", "valid"]),
    dilation=number_or_pair(1, 2),
    bias=st.booleans(),
    padding_mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    size=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    seed=st.integers(0, 99),
)
def test_convolution_steps_and_convolve_give_the_values_torch_gives(groups, channels, bias, size, seed, **settings):
    if settings["padding"] == "same":
        settings["stride"] = 1
    arguments = (groups * channels[0], groups * channels[1])
    layer = Conv2d(*arguments, groups=groups, bias=bias, **settings)
    values = values_of((layer.in_channels, *size), seed)
    shape = output_shape_or_reject(layer, values.shape)
    module = torch.nn.Conv2d(*arguments, groups=groups, bias=bias, dtype=torch.float64, **settings)
    expected = module(torch.from_numpy(values)).detach().numpy()
    parameters = [parameter.detach().numpy() for parameter in module.parameters()]
    script = steps(layer, values, *parameters)
    np.testing.assert_allclose(results(script, shape), expected, atol=1e-6)
    np.testing.assert_allclose(convolve(layer, values, *parameters), expected, atol=1e-6)
    for step in script:
        assert step.products.sum() + step.bias == pytest.approx(step.result)


@settings(max_examples=50, deadline=None)
@given(channels=st.integers(2, 6), filters=st.integers(1, 3), size=st.integers(3, 6), seed=st.integers(0, 99))
def test_in_a_depthwise_convolution_every_filter_sees_one_channel(channels, filters, size, seed):
    arguments = {"kernel_size": 3, "padding": 1, "groups": channels}
    layer = Conv2d(channels, channels * filters, **arguments)
    values = values_of((channels, size, size), seed)
    module = torch.nn.Conv2d(channels, channels * filters, dtype=torch.float64, **arguments)
    expected = module(torch.from_numpy(values)).detach().numpy()
    script = steps(layer, values, module.weight, module.bias)
    np.testing.assert_allclose(results(script, expected.shape), expected, atol=1e-6)
    for step in script:
        output, i, j = step.output_index
        assert step.values.shape == (1, 3, 3)
        assert step.values[0, 1, 1] == values[output // filters, i, j]


@settings(max_examples=300, deadline=None)
@given(
    kernel_size=number_or_pair(1, 4),
    stride=st.none() | number_or_pair(1, 6),
    padding=number_or_pair(0, 2),
    dilation=number_or_pair(1, 4),
    ceil_mode=st.booleans(),
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    seed=st.integers(0, 99),
)
def test_max_pooling_steps_give_the_values_torch_gives(size, seed, **settings):
    settings["padding"] = up_to_half(settings["kernel_size"], settings["padding"])
    size = grown_to_fit(size, settings["kernel_size"], settings["padding"], settings["dilation"])
    layer = MaxPool2d(**settings)
    values = values_of((2, *size), seed)
    shape = layer.output_shape(values.shape)
    expected, places = torch.nn.MaxPool2d(**settings, return_indices=True)(torch.from_numpy(values))
    script = steps(layer, values)
    np.testing.assert_allclose(results(script, shape), expected.numpy(), atol=1e-6)
    for step, place in zip(script, places.flatten().tolist(), strict=True):
        if step.winner is not None:
            row, column = step.rows[step.winner[0]], step.columns[step.winner[1]]
            assert (row, column) == divmod(place, size[1])
            assert values[step.output_index[0], row, column] == step.result


@settings(max_examples=300, deadline=None)
@given(
    kernel_size=number_or_pair(1, 4),
    stride=st.none() | number_or_pair(1, 6),
    padding=number_or_pair(0, 2),
    ceil_mode=st.booleans(),
    count_include_pad=st.booleans(),
    divisor_override=st.none() | st.integers(1, 5),
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    seed=st.integers(0, 99),
)
def test_average_pooling_steps_give_the_values_torch_gives(size, seed, **settings):
    settings["padding"] = up_to_half(settings["kernel_size"], settings["padding"])
    size = grown_to_fit(size, settings["kernel_size"], settings["padding"])
    layer = AvgPool2d(**settings)
    values = values_of((2, *size), seed)
    shape = layer.output_shape(values.shape)
    expected = torch.nn.AvgPool2d(**settings)(torch.from_numpy(values)).numpy()
    script = steps(layer, values)
    np.testing.assert_allclose(results(script, shape), expected, atol=1e-6)
    for step in script:
        assert step.products.sum() / step.divisor == pytest.approx(step.result)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (Conv2d(1, 1, 3), [[12, 12, 17], [10, 17, 19], [9, 6, 14]]),
        (Conv2d(1, 1, 3, stride=2, padding=1), [[6, 17, 3], [8, 17, 13], [6, 4, 4]]),
    ],
)
def test_the_lectures_example_has_the_lectures_result(layer, expected):
    script = steps(layer, LECTURE_INPUT, LECTURE_KERNEL)
    assert results(script, (3, 3)).tolist() == expected


def test_the_lectures_example_with_its_kernel_flipped_is_the_true_convolution():
    flipped = np.array(LECTURE_KERNEL)[:, :, ::-1, ::-1]
    assert convolve(Conv2d(1, 1, 3), LECTURE_INPUT, flipped).tolist() == [[[18, 20, 19], [10, 9, 17], [11, 8, 14]]]


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (AvgPool2d(3, stride=1), [[1.67, 1.67, 1.67], [1.00, 1.22, 1.78], [1.11, 0.78, 1.33]]),
        (MaxPool2d(3, stride=1), [[3, 3, 3], [3, 3, 3], [3, 2, 3]]),
    ],
)
def test_pooling_the_lectures_input_has_its_canonical_result(layer, expected):
    assert results(steps(layer, LECTURE_INPUT), (3, 3)).round(2).tolist() == expected


def test_a_step_says_where_its_taps_lie_and_the_padding_holds_zeros():
    first = steps(Conv2d(1, 1, 3, stride=2, padding=1), LECTURE_INPUT, LECTURE_KERNEL, bias=[0.5])[0]
    assert (first.output_index, first.rows, first.columns) == ((0, 0, 0), (-1, 0, 1), (-1, 0, 1))
    assert first.values.tolist() == [[[0, 0, 0], [0, 3, 3], [0, 0, 0]]]
    assert first.products.tolist() == [[[0, 0, 0], [0, 6, 0], [0, 0, 0]]]
    assert (first.bias, first.result) == (0.5, 6.5)


def test_steps_come_channel_by_channel_row_by_row():
    script = steps(Conv2d(1, 2, 2), [[[1, 2, 3], [4, 5, 6], [7, 8, 9]]], np.ones((2, 1, 2, 2)))
    expected = [(c, i, j) for c in range(2) for i in range(2) for j in range(2)]
    assert [step.output_index for step in script] == expected


def test_each_group_sees_only_its_own_channels():
    values = np.array([[[1.0]], [[10.0]], [[100.0]], [[1000.0]]])
    script = steps(Conv2d(4, 2, 1, groups=2), values, np.ones((2, 2, 1, 1)))
    assert [step.values.ravel().tolist() for step in script] == [[1, 10], [100, 1000]]
    assert [step.result for step in script] == [11, 1100]


def test_padding_never_wins_a_max_pooling_even_over_negative_values():
    step = steps(MaxPool2d(2, padding=1), [[[-5.0]]])[0]
    assert (step.result, step.winner) == (-5.0, (1, 1))
    assert np.isneginf(step.values).sum() == 3


def test_a_max_pooling_window_with_no_input_at_all_has_no_winner():
    script = steps(MaxPool2d(3, stride=10, padding=1, dilation=5, ceil_mode=True), [[[1.0] * 9] * 3])
    assert [(step.result, step.winner) for step in script] == [(-np.inf, None)]


def test_an_average_divides_by_what_it_counts():
    values = np.ones((1, 2, 2))
    assert steps(AvgPool2d(2, padding=1), values)[0].divisor == 4
    assert steps(AvgPool2d(2, padding=1, count_include_pad=False), values)[0].divisor == 1
    assert steps(AvgPool2d(2, padding=1, divisor_override=3), values)[0].divisor == 3
    assert [step.divisor for step in steps(AvgPool2d(2, ceil_mode=True), np.ones((1, 2, 3)))] == [4, 2]


def test_the_parameters_of_a_torch_module_serve_as_they_are():
    module = torch.nn.Conv2d(1, 1, 2)
    values = torch.rand(1, 2, 2)
    result = steps(Conv2d(1, 1, 2), values, module.weight, module.bias)[0].result
    assert result == pytest.approx(module(values).item(), abs=1e-6)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "needs its weight"),
        ({"weight": np.ones((1, 1, 2, 3))}, r"shape \(1, 1, 2, 3\).*\(1, 1, 2, 2\)"),
        ({"weight": np.ones((1, 1, 2, 2)), "bias": [1, 2]}, "one per filter"),
        ({"weight": "abc"}, "weight must be numbers"),
        ({"weight": [[1], [2, 3]]}, "weight must be numbers"),
    ],
)
def test_a_weight_or_bias_that_does_not_fit_is_refused_in_words(arguments, words):
    with pytest.raises(ShapeError, match=words):
        steps(Conv2d(1, 1, 2), np.ones((1, 3, 3)), **arguments)


def test_a_bias_for_a_layer_without_one_is_refused():
    with pytest.raises(ShapeError, match="bias=False"):
        steps(Conv2d(1, 1, 1, bias=False), [[[1]]], [[[[1]]]], bias=[1])


def test_pooling_takes_no_weight():
    with pytest.raises(ShapeError, match="nothing to learn"):
        steps(MaxPool2d(2), np.ones((1, 4, 4)), weight=np.ones((1, 1, 2, 2)))


@pytest.mark.parametrize("input", [5, [1, 2], [[1, 2], [3, 4]], "abc", np.ones((1, 1, 4, 4)), np.ones((0, 4, 4))])
def test_an_input_that_is_no_image_is_refused_in_words(input):
    with pytest.raises(ShapeError):
        steps(Conv2d(1, 1, 1), input, [[[[1]]]])


def test_more_products_than_a_page_can_show_are_refused_before_they_are_made():
    with pytest.raises(ShapeError, match="products"):
        steps(Conv2d(3, 1, 3), np.ones((3, 224, 224)), np.ones((1, 3, 3, 3)))


def test_padding_beyond_memory_is_refused_before_it_is_made():
    layer = Conv2d(1, 1, 1, stride=10**6, padding=10**6)
    for compute in (steps, convolve):
        with pytest.raises(ShapeError, match="too large to hold"):
            compute(layer, [[[1.0]]], [[[[1.0]]]])


@pytest.mark.parametrize(
    ("layer", "weight"), [(MaxPool2d(1), None), (AvgPool2d(1), None), (Conv2d(1, 1, 1), [[[[1]]]])], ids=str
)
def test_the_input_is_not_changed_and_not_shared(layer, weight):
    values = np.ones((1, 2, 2))
    script = steps(layer, values, weight)
    script[0].values[:] = 7
    assert values.sum() == 4
    assert script[0].products.sum() == 1


def test_two_filters_share_no_window():
    first, second = steps(Conv2d(1, 2, 1), [[[1]]], np.ones((2, 1, 1, 1)))
    first.values[:] = 7
    assert second.values.sum() == 1


def test_a_layer_without_windows_is_refused_by_name():
    with pytest.raises(ShapeError, match="Linear has no such windows"):
        steps(Linear(4, 2), np.ones((1, 2, 2)))  # type: ignore[arg-type]
