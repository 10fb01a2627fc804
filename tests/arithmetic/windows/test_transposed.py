"""A transposed convolution seen both ways, against torch in double precision."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.arithmetic.layers import ConvTranspose2d, ShapeError
from cnnviz.arithmetic.windows import equal_convolution, flipped_weight, stamps, steps, stretch
from tests.arithmetic.random_settings import made_or_reject, number_or_pair, output_shape_or_reject, results, values_of

torch.set_num_threads(1)


@st.composite
def transposed_convolutions(draw):
    """(our layer, torch's module, input), all that torch takes: also padding beyond the kernel."""
    groups = draw(st.integers(1, 3))
    arguments = [groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))]
    chosen = {
        "kernel_size": draw(number_or_pair(1, 3)),
        "stride": draw(number_or_pair(1, 3)),
        "padding": draw(number_or_pair(0, 4)),
        "output_padding": draw(st.just(0) | number_or_pair(0, 2)),
        "dilation": draw(number_or_pair(1, 3)),
        "groups": groups,
        "bias": draw(st.booleans()),
    }
    layer = made_or_reject(ConvTranspose2d, *arguments, **chosen)
    size = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    values = values_of((layer.in_channels, *size), draw(st.integers(0, 99)))
    output_shape_or_reject(layer, values.shape)
    return layer, torch.nn.ConvTranspose2d(*arguments, **chosen).double(), values


def torchs_answer(module, values):
    expected = module(torch.from_numpy(values)[None])[0].detach().numpy()
    return expected, [parameter.detach().numpy() for parameter in module.parameters()]


@settings(max_examples=300, deadline=None)
@given(transposed_convolutions())
def test_the_steps_on_the_stretched_input_give_the_values_torch_gives(case):
    layer, module, values = case
    expected, parameters = torchs_answer(module, values)
    script = steps(layer, values, *parameters)
    np.testing.assert_allclose(results(script, expected.shape), expected, atol=1e-6)
    stretched, weights = stretch(layer, values), flipped_weight(layer, parameters[0])
    inputs, outputs = layer.in_channels // layer.groups, layer.out_channels // layer.groups
    for step in script:
        assert step.products.sum() + step.bias == pytest.approx(step.result)
        first = step.output_index[0] // outputs * inputs
        for (c, m, n), value in np.ndenumerate(step.values):
            row, column = step.rows[m], step.columns[n]
            inside = 0 <= row < stretched.shape[1] and 0 <= column < stretched.shape[2]
            assert value == (stretched[first + c, row, column] if inside else 0)
        np.testing.assert_array_equal(step.products, step.values * weights[step.output_index[0]])


@settings(max_examples=300, deadline=None)
@given(transposed_convolutions())
def test_all_stamps_and_the_bias_cropped_are_the_output(case):
    layer, module, values = case
    expected, parameters = torchs_answer(module, values)
    output = np.zeros(expected.shape)
    if layer.bias:
        output += parameters[1][:, None, None]
    walk = stamps(layer, values, *parameters)
    for stamp in walk:
        for (plane, m, n), product in np.ndenumerate(stamp.products):
            row, column = stamp.rows[m], stamp.columns[n]
            if 0 <= row < output.shape[1] and 0 <= column < output.shape[2]:
                output[stamp.channels[plane], row, column] += product
    np.testing.assert_allclose(output, expected, atol=1e-6)
    assert [stamp.input_index for stamp in walk] == list(np.ndindex(*values.shape))
    assert [stamp.value for stamp in walk] == values.flatten().tolist()


@settings(max_examples=200, deadline=None)
@given(transposed_convolutions())
def test_the_equal_convolution_on_the_stretched_input_is_what_torch_gives(case):
    """torch itself convolves the stretched input, padded or cropped as the equal convolution says."""
    layer, module, values = case
    expected, parameters = torchs_answer(module, values)
    equal = equal_convolution(layer, values.shape)
    stretched, weights = stretch(layer, values), flipped_weight(layer, parameters[0])
    assert stretched.shape[1:] == equal.stretched_size
    (above, below), (left, right) = equal.padding
    bordered = torch.nn.functional.pad(torch.from_numpy(stretched), (left, right, above, below))
    bias = torch.from_numpy(parameters[1]) if layer.bias else None
    answer = torch.nn.functional.conv2d(
        bordered[None], torch.from_numpy(weights), bias, dilation=equal.dilation, groups=equal.groups
    )[0].numpy()
    np.testing.assert_allclose(answer, expected, atol=1e-6)
    assert answer.shape[1:] == equal.output_size


def test_stride_2_puts_one_zero_between_neighbours():
    stretched = stretch(ConvTranspose2d(1, 1, kernel_size=3, stride=2), [[[1, 2], [3, 4]]])
    assert stretched.tolist() == [[[1, 0, 2], [0, 0, 0], [3, 0, 4]]]


def test_the_kernel_lies_flipped_on_the_stretched_input():
    script = steps(ConvTranspose2d(1, 1, kernel_size=2), [[[1]]], [[[[1, 2], [3, 4]]]])
    assert [step.result for step in script] == [1, 2, 3, 4]
    assert [np.argwhere(step.products[0]).tolist() for step in script] == [[[1, 1]], [[1, 0]], [[0, 1]], [[0, 0]]]
    assert (script[0].rows, script[0].columns) == ((-1, 0), (-1, 0))


def test_output_padding_adds_to_the_border_of_one_side_only():
    even = equal_convolution(ConvTranspose2d(1, 1, 3, padding=1), (1, 5, 5))
    assert even.padding == ((1, 1), (1, 1))
    odd = equal_convolution(ConvTranspose2d(1, 1, 3, stride=2, padding=1, output_padding=1), (1, 3, 3))
    assert odd.padding == ((1, 2), (1, 2))


def test_padding_beyond_the_kernel_takes_cells_of_the_stretched_input_away():
    layer = ConvTranspose2d(1, 1, kernel_size=1, padding=1)
    equal = equal_convolution(layer, (1, 3, 3))
    assert equal.padding == ((-1, -1), (-1, -1))
    script = steps(layer, [[[1, 2, 3], [4, 5, 6], [7, 8, 9]]], [[[[1]]]])
    assert [(step.rows, step.columns, step.result) for step in script] == [((1,), (1,), 5)]


def test_a_stamp_that_padding_crops_lies_outside_the_output():
    layer = ConvTranspose2d(1, 1, kernel_size=3, stride=2, padding=1)
    first, second = stamps(layer, [[[1, 10]]], np.ones((1, 1, 3, 3)))
    assert layer.output_shape((1, 1, 2)) == (1, 1, 3)
    assert (first.rows, first.columns) == ((-1, 0, 1), (-1, 0, 1))
    assert (second.rows, second.columns, second.value) == ((-1, 0, 1), (1, 2, 3), 10)


def test_a_stamp_adds_only_to_the_channels_of_its_group():
    walk = stamps(ConvTranspose2d(2, 4, 1, groups=2), [[[1]], [[10]]], [[[[1]], [[2]]], [[[3]], [[4]]]])
    assert [(stamp.channels, stamp.products.ravel().tolist()) for stamp in walk] == [
        ((0, 1), [1, 2]),
        ((2, 3), [30, 40]),
    ]


@pytest.mark.parametrize("walk", [steps, stamps])
@pytest.mark.parametrize(
    ("weight", "bias", "words"),
    [
        (np.ones((3, 2, 2, 2)), None, r"\(in_channels, out_channels / groups, height, width\) = \(2, 3, 2, 2\)"),
        (np.ones((2, 3, 2, 2)), [1, 2], "one per filter"),
        ([[1], [2, 3]], None, "weight must be numbers"),
        (None, None, "ConvTranspose2d needs its weight"),
    ],
)
def test_a_weight_or_bias_that_does_not_fit_is_refused_in_words(walk, weight, bias, words):
    with pytest.raises(ShapeError, match=words):
        walk(ConvTranspose2d(2, 3, 2), np.ones((2, 3, 3)), weight, bias)


@pytest.mark.parametrize("walk", [steps, stamps])
def test_more_products_than_a_page_can_show_are_refused_before_they_are_made(walk):
    with pytest.raises(ShapeError, match="200,000"):
        walk(ConvTranspose2d(1, 1, 3), np.ones((1, 200, 200)), np.ones((1, 1, 3, 3)))


def test_a_stride_beyond_memory_is_refused_before_the_zeros_are_made():
    layer = ConvTranspose2d(1, 1, kernel_size=1, stride=10**6, padding=10**6)
    with pytest.raises(ShapeError, match="smaller stride"):
        steps(layer, np.ones((1, 3, 3)), [[[[1]]]])


def test_a_border_beyond_memory_is_refused_before_it_is_made():
    layer = ConvTranspose2d(1, 1, kernel_size=2, dilation=10**6, padding=5 * 10**5)
    with pytest.raises(ShapeError, match="too large to hold"):
        steps(layer, [[[1]]], np.ones((1, 1, 2, 2)))


@pytest.mark.parametrize("input", [5, [[1, 2], [3, 4]], "abc", np.ones((2, 4, 4)), np.ones((0, 4, 4))])
@pytest.mark.parametrize("walk", [steps, stamps])
def test_an_input_that_is_no_image_for_the_layer_is_refused_in_words(walk, input):
    with pytest.raises(ShapeError):
        walk(ConvTranspose2d(1, 1, 1), input, [[[[1]]]])
