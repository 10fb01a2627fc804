"""Every way that is offered to an output size leads there, for us and for torch, and none within bounds is left out."""

from functools import partial

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnviz.arithmetic.layers import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d, ShapeError
from cnnviz.arithmetic.settings_that_fit.targets import Way, transposed_ways, ways

SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40))
DILATIONS = st.tuples(st.integers(1, 3), st.integers(1, 3))


def numbers(found):
    return [(way.kernel_size, way.stride, way.padding) for way in found]


@settings(max_examples=60, deadline=None)
@given(
    sizes=SIZES,
    kernel_size=st.integers(1, 12),
    stride=st.integers(1, 6),
    padding=st.integers(0, 6),
    dilation=DILATIONS,
    ceil_mode=st.booleans(),
    pooling=st.booleans(),
)
def test_the_way_that_a_layer_went_is_among_those_to_its_output(
    sizes, kernel_size, stride, padding, dilation, ceil_mode, pooling
):
    ceil_mode = ceil_mode and pooling
    window = (kernel_size, stride, padding, dilation)
    assume(pooling or padding <= min(dilation) * (kernel_size - 1))  # more padding than that sees nothing
    try:
        layer = MaxPool2d(*window, ceil_mode=ceil_mode) if pooling else Conv2d(1, 1, *window)
        wanted = layer.output_shape((1, *sizes))[1:]
    except ShapeError:
        assume(False)
    found = ways(sizes, wanted, dilation, pooling=pooling, ceil_mode=ceil_mode)
    if wanted == (1, 1):
        assert any(way.stride <= stride for way in found if (way.kernel_size, way.padding) == (kernel_size, padding))
    else:
        assert Way(kernel_size, stride, padding) in found


@settings(max_examples=25, deadline=None)
@given(sizes=SIZES, wanted=st.tuples(st.integers(1, 12), st.integers(1, 12)), dilation=DILATIONS, data=st.data())
def test_every_way_gives_the_wanted_output_in_torch(torch_shape, sizes, wanted, dilation, data):
    found = ways(sizes, wanted, dilation)
    pooled = ways(sizes, wanted, dilation, pooling=True, ceil_mode=True)
    grown = transposed_ways(sizes, wanted, dilation)
    for way in found:
        window = (way.kernel_size, way.stride, way.padding, dilation)
        assert Conv2d(1, 1, *window).output_shape((1, *sizes)) == (1, *wanted)
    for way in data.draw(st.lists(st.sampled_from(found), max_size=4)) if found else []:
        window = (way.kernel_size, way.stride, way.padding, dilation)
        assert torch_shape(lambda w=window: torch.nn.Conv2d(1, 1, *w), (1, *sizes)) == (1, *wanted)
    for way in data.draw(st.lists(st.sampled_from(pooled), max_size=4)) if pooled else []:
        window = (way.kernel_size, way.stride, way.padding, dilation)
        pooling = partial(torch.nn.MaxPool2d, *window)
        assert torch_shape(lambda make=pooling: make(ceil_mode=True), (1, *sizes)) == (1, *wanted)
    for way in data.draw(st.lists(st.sampled_from(grown), max_size=4)) if grown else []:
        arguments = (1, 1, way.kernel_size, way.stride, way.padding, way.output_padding, 1, True, dilation)
        assert ConvTranspose2d(*arguments).output_shape((1, *sizes)) == (1, *wanted)
        assert torch_shape(lambda a=arguments: torch.nn.ConvTranspose2d(*a), (1, *sizes)) == (1, *wanted)


@settings(max_examples=60, deadline=None)
@given(
    sizes=SIZES,
    kernel_size=st.integers(1, 9),
    stride=st.integers(1, 6),
    padding=st.integers(0, 4),
    extra=st.integers(0, 5),
    dilation=DILATIONS,
)
def test_the_way_that_a_transposed_layer_went_is_among_those_to_its_output(
    sizes, kernel_size, stride, padding, extra, dilation
):
    assume(padding <= min(dilation) * (kernel_size - 1) and extra < max(stride, min(dilation)))
    try:
        layer = ConvTranspose2d(1, 1, kernel_size, stride, padding, extra, dilation=dilation)
        wanted = layer.output_shape((1, *sizes))[1:]
    except ShapeError:
        assume(False)
    assert Way(kernel_size, stride, padding, extra) in transposed_ways(sizes, wanted, dilation)


@pytest.mark.parametrize(
    ("size", "wanted", "first"),
    [
        (227, 55, [(11, 4, 0)]),
        (56, 56, [(1, 1, 0), (3, 1, 1), (5, 1, 2), (7, 1, 3)]),
        (224, 112, [(2, 2, 0), (3, 2, 1), (5, 2, 2), (7, 2, 3)]),
        (224, 56, [(4, 4, 0), (7, 4, 3)]),
        (224, 16, [(14, 14, 0)]),
        (224, 14, [(16, 16, 0)]),
        (224, 7, [(32, 32, 0)]),
        (25, 12, [(3, 2, 0)]),
        (7, 1, [(7, 1, 0)]),
        (6, 1, [(6, 1, 0)]),
        (32, 28, [(5, 1, 0)]),
    ],
)
def test_the_usual_convolutions_come_first(size, wanted, first):
    assert numbers(ways((size, size), (wanted, wanted)))[: len(first)] == first


@pytest.mark.parametrize(
    ("size", "wanted", "first"), [(56, 28, (2, 2, 0)), (55, 27, (3, 2, 0)), (28, 14, (2, 2, 0)), (224, 7, (32, 32, 0))]
)
def test_the_usual_poolings_come_first(size, wanted, first):
    assert numbers(ways((size, size), (wanted, wanted), pooling=True))[0] == first


def test_a_transposed_convolution_doubles_with_kernel_and_stride_2_first_then_4_2_1():
    assert numbers(transposed_ways((28, 28), (56, 56)))[:2] == [(2, 2, 0), (4, 2, 1)]


def test_poolings_never_pad_more_than_half_the_kernel():
    found = ways((13, 13), (7, 7), pooling=True)
    assert found
    assert all(AvgPool2d(*triple).output_shape((1, 13, 13)) == (1, 7, 7) for triple in numbers(found))


def test_a_convolution_does_not_multiply_its_input_by_ten():
    assert ways((20, 20), (200, 200)) == ()
    assert ways((20, 20), (7, 19)) == ()  # no one stride serves both axes
