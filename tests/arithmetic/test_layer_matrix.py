"""A layer's matrix times the flat input is the flat output that torch gives; windows as columns are torch's unfold."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.arithmetic.layer_matrix import im2col, layer_matrix
from cnnviz.arithmetic.layers import (
    AvgPool1d,
    AvgPool2d,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Linear,
    MaxPool1d,
    MaxPool2d,
    ShapeError,
)
from tests.arithmetic.random_settings import made_or_reject, number_or_pair, output_shape_or_reject, values_of

torch.set_num_threads(1)

PADDING_MODES = st.sampled_from(["zeros", "reflect", "replicate", "circular"])


def check_against(module, layer, values):
    """Our matrix, with the module's parameters, gives the module's output."""
    shape = output_shape_or_reject(layer, values.shape)
    expected = module(torch.from_numpy(values)[None])[0].detach().numpy()
    assert expected.shape == shape
    parameters = [parameter.detach().numpy() for parameter in module.parameters()]
    matrix = layer_matrix(layer, values.shape, *parameters[:1])
    bias = np.repeat(parameters[1], expected[0].size) if len(parameters) > 1 else 0
    np.testing.assert_allclose(matrix @ values.flatten() + bias, expected.flatten(), atol=1e-6)


@settings(max_examples=200, deadline=None)
@given(
    groups=st.integers(1, 3),
    channels=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    kernel_size=number_or_pair(1, 3),
    stride=st.just(1) | number_or_pair(1, 3),
    padding=number_or_pair(0, 3) | st.sampled_from(["same", "valid"]),
    dilation=number_or_pair(1, 2),
    padding_mode=PADDING_MODES,
    size=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    seed=st.integers(0, 99),
)
def test_a_convolution_is_its_matrix(groups, channels, size, seed, **settings):
    if settings["padding"] == "same":
        settings["stride"] = 1
    arguments = (groups * channels[0], groups * channels[1])
    layer = Conv2d(*arguments, groups=groups, **settings)
    module = torch.nn.Conv2d(*arguments, groups=groups, dtype=torch.float64, **settings)
    check_against(module, layer, values_of((layer.in_channels, *size), seed))


@settings(max_examples=200, deadline=None)
@given(
    groups=st.integers(1, 3),
    channels=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    kernel_size=number_or_pair(1, 3),
    stride=number_or_pair(1, 3),
    padding=number_or_pair(0, 3),
    output_padding=st.just(0) | number_or_pair(0, 2),
    dilation=number_or_pair(1, 2),
    size=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    seed=st.integers(0, 99),
)
def test_a_transposed_convolution_is_its_matrix(groups, channels, size, seed, **settings):
    arguments = (groups * channels[0], groups * channels[1])
    layer = made_or_reject(ConvTranspose2d, *arguments, groups=groups, **settings)
    module = torch.nn.ConvTranspose2d(*arguments, groups=groups, dtype=torch.float64, **settings)
    check_against(module, layer, values_of((layer.in_channels, *size), seed))


@settings(max_examples=200, deadline=None)
@given(
    kernel_size=number_or_pair(1, 4),
    stride=st.none() | number_or_pair(1, 5),
    padding=number_or_pair(0, 2),
    ceil_mode=st.booleans(),
    count_include_pad=st.booleans(),
    divisor_override=st.none() | st.integers(1, 5),
    size=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    seed=st.integers(0, 99),
)
def test_an_average_pooling_is_its_matrix(size, seed, **settings):
    layer = made_or_reject(AvgPool2d, **settings)
    check_against(torch.nn.AvgPool2d(**settings), layer, values_of((2, *size), seed))


@settings(max_examples=200, deadline=None)
@given(
    groups=st.integers(1, 3),
    channels=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    kernel_size=st.integers(1, 4),
    stride=st.integers(1, 3),
    padding=st.integers(0, 3),
    dilation=st.integers(1, 3),
    padding_mode=PADDING_MODES,
    length=st.integers(1, 9),
    seed=st.integers(0, 99),
)
def test_a_convolution_along_a_sequence_is_its_matrix(groups, channels, length, seed, **settings):
    arguments = (groups * channels[0], groups * channels[1])
    layer = Conv1d(*arguments, groups=groups, **settings)
    module = torch.nn.Conv1d(*arguments, groups=groups, dtype=torch.float64, **settings)
    check_against(module, layer, values_of((layer.in_channels, length), seed))


def test_an_average_pooling_along_a_sequence_is_its_matrix():
    settings = {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True, "count_include_pad": False}
    check_against(torch.nn.AvgPool1d(**settings), AvgPool1d(**settings), values_of((2, 6), 0))


@settings(max_examples=100, deadline=None)
@given(
    groups=st.integers(1, 2),
    kernel_size=number_or_pair(1, 3),
    stride=number_or_pair(1, 3),
    padding=number_or_pair(0, 2),
    dilation=number_or_pair(1, 2),
    size=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    seed=st.integers(0, 99),
)
def test_the_transposed_convolution_has_the_transposed_matrix(groups, size, seed, stride, **settings):
    """Of a convolution whose windows come out even, so that nothing of its input is lost: its transpose leads back."""
    direct = Conv2d(2 * groups, groups, stride=stride, groups=groups, **settings)
    transposed = ConvTranspose2d(groups, 2 * groups, stride=stride, groups=groups, **settings)
    weight = values_of(direct.weight_shape, seed)
    small = (groups, *size)
    large = output_shape_or_reject(transposed, small)
    assert direct.output_shape(large) == small
    np.testing.assert_array_equal(
        layer_matrix(transposed, small, weight), layer_matrix(direct, large, weight).transpose()
    )


@settings(max_examples=200, deadline=None)
@given(
    channels=st.integers(1, 3),
    kernel_size=number_or_pair(1, 3),
    stride=number_or_pair(1, 3),
    padding=number_or_pair(0, 2),
    dilation=number_or_pair(1, 2),
    size=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    seed=st.integers(0, 99),
)
def test_the_windows_as_columns_are_torchs_unfold(channels, size, seed, **settings):
    layer = Conv2d(channels, 1, **settings)
    values = values_of((channels, *size), seed)
    output_shape_or_reject(layer, values.shape)
    expected = torch.nn.functional.unfold(torch.from_numpy(values)[None], **settings)[0].numpy()
    np.testing.assert_array_equal(im2col(layer, values), expected)


@settings(max_examples=100, deadline=None)
@given(
    groups=st.integers(1, 3),
    padding=st.integers(0, 2),
    padding_mode=PADDING_MODES,
    stride=st.integers(1, 2),
    seed=st.integers(0, 99),
)
def test_a_convolution_is_one_product_of_matrices_per_group(groups, seed, **settings):
    layer = Conv2d(2 * groups, 3 * groups, 2, groups=groups, bias=False, **settings)
    module = torch.nn.Conv2d(2 * groups, 3 * groups, 2, groups=groups, bias=False, dtype=torch.float64, **settings)
    values = values_of((2 * groups, 4, 5), seed)
    expected = module(torch.from_numpy(values)[None])[0].detach().numpy()
    columns = im2col(layer, values).reshape(groups, 2 * 2 * 2, -1)
    weights = module.weight.detach().numpy().reshape(groups, 3, -1)
    np.testing.assert_allclose((weights @ columns).reshape(expected.shape), expected, atol=1e-6)


def test_the_windows_of_a_sequence_are_columns_too():
    assert im2col(Conv1d(1, 1, 2, padding=1), [[5, 7]]).tolist() == [[0, 5, 7], [5, 7, 0]]


def test_a_convolutions_matrix_repeats_few_weights_and_is_zero_elsewhere():
    matrix = layer_matrix(Conv2d(1, 1, 2), (1, 3, 3), [[[[1, 2], [3, 4]]]])
    assert matrix.tolist() == [
        [1, 2, 0, 3, 4, 0, 0, 0, 0],
        [0, 1, 2, 0, 3, 4, 0, 0, 0],
        [0, 0, 0, 1, 2, 0, 3, 4, 0],
        [0, 0, 0, 0, 1, 2, 0, 3, 4],
    ]


def test_taps_that_read_the_same_value_through_padding_add_their_weights():
    layer = Conv1d(1, 1, 3, padding=1, padding_mode="circular")
    assert layer_matrix(layer, (1, 2), [[[1, 10, 100]]]).tolist() == [[10, 101], [101, 10]]


def test_a_batch_of_channels_of_many_groups_stays_in_its_blocks():
    matrix = layer_matrix(Conv2d(2, 2, 1, groups=2), (2, 1, 1), [[[[5]]], [[[7]]]])
    assert matrix.tolist() == [[5, 0], [0, 7]]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layer_matrix(MaxPool2d(2), (1, 4, 4)), "MaxPool2d is no matrix.*not linear"),  # type: ignore[arg-type]
        (lambda: layer_matrix(MaxPool1d(2), (1, 4)), "MaxPool1d is no matrix.*not linear"),  # type: ignore[arg-type]
        (lambda: layer_matrix(Linear(4, 2), (4,)), "not a Linear"),  # type: ignore[arg-type]
        (lambda: layer_matrix(Conv2d(1, 1, 3), (1, 40, 40), np.ones((1, 1, 3, 3))), "at most 1,000,000"),
        (lambda: layer_matrix(Conv2d(1, 1, 3000, padding=1500), (1, 3, 3), None), "take a smaller kernel"),
        (lambda: layer_matrix(Conv2d(1, 1, 3), (1, 2, 2), np.ones((1, 1, 3, 3))), "1 too few"),
        (lambda: layer_matrix(Conv2d(1, 1, 1), (1, 2, 2)), "Conv2d needs its weight"),
        (lambda: layer_matrix(Conv1d(1, 1, 1), (1, 2)), "Conv1d needs its weight"),
        (lambda: layer_matrix(ConvTranspose2d(1, 1, 1), (1, 2, 2)), "ConvTranspose2d needs its weight"),
        (lambda: layer_matrix(AvgPool2d(1), (1, 2, 2), [1]), "AvgPool2d has nothing to learn"),
        (lambda: layer_matrix(AvgPool1d(1), (1, 2), [1]), "AvgPool1d has nothing to learn"),
        (
            lambda: layer_matrix(ConvTranspose2d(1, 1, 1, stride=10**6, padding=10**6), (1, 3, 3), [[[[1]]]]),
            "smaller stride",
        ),
        (
            lambda: layer_matrix(
                Conv2d(1, 1, 1, stride=10**6, padding=10**6, padding_mode="replicate"), (1, 1, 1), [[[[1]]]]
            ),
            "too large to hold",
        ),
        (lambda: im2col(MaxPool2d(2), np.ones((1, 4, 4))), "not of a MaxPool2d"),  # type: ignore[arg-type]
        (lambda: im2col(Conv2d(3, 1, 9), np.ones((3, 224, 224))), "too many to lay out"),
        (lambda: im2col(Conv2d(1, 1, 1), [[1, 2]]), r"\(channels, height, width\)"),
    ],
)
def test_what_is_no_matrix_or_too_large_is_refused_in_words(make, words):
    with pytest.raises(ShapeError, match=words):
        make()
