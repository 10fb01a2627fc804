"""MaxPool2d, AvgPool2d and AdaptiveAvgPool2d against torch.nn over grids of settings.

Deliberate exceptions, where we refuse and torch does not: a negative divisor_override and an output_size of 0.
"""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.arithmetic.layers import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d, ShapeError


def number_or_pair(low, high):
    number = st.integers(low, high)
    return number | st.tuples(number, number)


def poolings(low, **more):
    """Arguments of a pooling: from 1 up most are sound, from 0 up most are refused."""
    return st.fixed_dictionaries(
        {
            "kernel_size": number_or_pair(low, 8),
            "stride": st.none() | number_or_pair(low, 9),
            "padding": number_or_pair(0, 2) if low else number_or_pair(-1, 5),
            "ceil_mode": st.booleans(),
        }
        | more
    )


MAX_POOLINGS = poolings(1, dilation=number_or_pair(1, 4)) | poolings(0, dilation=number_or_pair(0, 4))
AVG_POOLINGS = poolings(1, count_include_pad=st.booleans()) | poolings(0, divisor_override=st.integers(0, 3))


@settings(max_examples=1000, deadline=None)
@given(arguments=MAX_POOLINGS, height=st.integers(1, 20), width=st.integers(1, 20))
def test_max_pool2d_gives_the_shape_torch_gives_and_refuses_what_torch_refuses(
    torch_shape, our_shape, arguments, height, width
):
    shape = (2, height, width)
    ours = our_shape(lambda: MaxPool2d(**arguments), shape)
    assert ours == torch_shape(lambda: torch.nn.MaxPool2d(**arguments), shape)


@settings(max_examples=600, deadline=None)
@given(arguments=AVG_POOLINGS, height=st.integers(1, 20), width=st.integers(1, 20))
def test_avg_pool2d_gives_the_shape_torch_gives_and_refuses_what_torch_refuses(
    torch_shape, our_shape, arguments, height, width
):
    shape = (2, height, width)
    ours = our_shape(lambda: AvgPool2d(**arguments), shape)
    assert ours == torch_shape(lambda: torch.nn.AvgPool2d(**arguments), shape)


@settings(max_examples=60, deadline=None)
@given(
    output_size=st.none() | st.integers(1, 9) | st.tuples(*[st.none() | st.integers(1, 9)] * 2),
    height=st.integers(1, 12),
    width=st.integers(1, 12),
)
def test_adaptive_avg_pool2d_gives_the_shape_torch_gives(torch_shape, our_shape, output_size, height, width):
    shape = (2, height, width)
    ours = our_shape(lambda: AdaptiveAvgPool2d(output_size), shape)
    assert ours == torch_shape(lambda: torch.nn.AdaptiveAvgPool2d(output_size), shape)


@pytest.mark.parametrize("layer", [MaxPool2d(2), AvgPool2d(2), AdaptiveAvgPool2d(2)])
def test_pooling_has_no_parameters_and_multiplies_nothing(layer):
    assert layer.num_params == 0
    assert layer.macs((8, 10, 10)) == 0


def test_pooling_without_a_stride_steps_by_its_kernel():
    assert MaxPool2d((2, 5)).output_shape((1, 10, 10)) == (1, 5, 2)


def test_padding_of_more_than_half_the_kernel_is_refused_with_both_ways_out():
    with pytest.raises(ShapeError, match=r"use padding <= 1, or kernel_size >= 4"):
        MaxPool2d(3, padding=2)


def test_a_dilated_kernel_allows_no_more_padding_than_half_of_the_undilated_one():
    with pytest.raises(ShapeError, match="more than half"):
        MaxPool2d(3, padding=2, dilation=5)


def test_a_window_too_large_is_told_with_what_would_fit():
    with pytest.raises(
        ShapeError, match=r"3 too few\. It fits with kernel_size <= 4, or padding >= 2, or an input height >= 7"
    ):
        MaxPool2d(7, stride=1).output_shape((1, 4, 9))


@pytest.mark.parametrize("value", [True, 2.0, "2", -1, 10**12])
@pytest.mark.parametrize("name", ["kernel_size", "stride", "padding"])
def test_a_pooling_setting_that_is_no_sensible_whole_number_is_refused_in_words(name, value):
    arguments = {"kernel_size": 3} | {name: value}
    for layer in (MaxPool2d, AvgPool2d):
        with pytest.raises(ShapeError, match=name):
            layer(**arguments)


@pytest.mark.parametrize("output_size", [0, -1, None, (1,), (1, 2, 3), "7", 2.5, True])
def test_an_adaptive_output_size_that_is_none_is_refused_in_words(output_size):
    with pytest.raises(ShapeError, match="output_size"):
        AdaptiveAvgPool2d(output_size)
