"""Linear, Flatten, BatchNorm2d, Softmax, Add, Concat and the layers that keep the shape, against torch."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.arithmetic.layers import (
    Add,
    BatchNorm2d,
    Concat,
    Dropout,
    Flatten,
    Linear,
    ReLU,
    ShapeError,
    Softmax,
)

SHAPES = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)


@settings(max_examples=200, deadline=None)
@given(in_features=st.integers(1, 5), out_features=st.integers(1, 5), bias=st.booleans(), shape=SHAPES)
def test_linear_acts_on_the_last_axis_as_in_torch(torch_shape, our_shape, in_features, out_features, bias, shape):
    ours = our_shape(lambda: Linear(in_features, out_features, bias), shape)
    assert ours == torch_shape(lambda: torch.nn.Linear(in_features, out_features, bias), shape)
    module = torch.nn.Linear(in_features, out_features, bias)
    assert Linear(in_features, out_features, bias).num_params == sum(p.numel() for p in module.parameters())


@settings(max_examples=300, deadline=None)
@given(start_dim=st.integers(-6, 6), end_dim=st.integers(-6, 6), shape=SHAPES)
def test_flatten_gives_what_torch_gives_unless_it_would_mix_images(torch_shape, our_shape, start_dim, end_dim, shape):
    axes = len(shape) + 1
    mixes_images = start_dim in (0, -axes) and end_dim not in (0, -axes)
    expected = None if mixes_images else torch_shape(lambda: torch.nn.Flatten(start_dim, end_dim), shape)
    assert our_shape(lambda: Flatten(start_dim, end_dim), shape) == expected


@settings(max_examples=60, deadline=None)
@given(num_features=st.integers(1, 4), affine=st.booleans(), shape=SHAPES)
def test_batch_norm2d_gives_what_torch_gives(torch_shape, our_shape, num_features, affine, shape):
    # a shape of four axes is our batch of one image too many; torch sees five axes and refuses it as well
    ours = our_shape(lambda: BatchNorm2d(num_features, affine=affine), shape)
    assert ours == torch_shape(lambda: torch.nn.BatchNorm2d(num_features, affine=affine), shape)
    module = torch.nn.BatchNorm2d(num_features, affine=affine)
    assert BatchNorm2d(num_features, affine=affine).num_params == sum(p.numel() for p in module.parameters())


@settings(max_examples=60, deadline=None)
@given(dim=st.integers(-6, 6), shape=SHAPES)
def test_softmax_keeps_the_shape_and_refuses_axes_that_do_not_exist(torch_shape, our_shape, dim, shape):
    assert our_shape(lambda: Softmax(dim), shape) == torch_shape(lambda: torch.nn.Softmax(dim), shape)


@settings(max_examples=200, deadline=None)
@given(first=SHAPES, second=SHAPES | st.none())
def test_add_gives_the_shape_of_torchs_sum_over_a_batch(first, second):
    second = first if second is None else second
    try:
        ours = Add().output_shape(first, second)
    except ShapeError:
        ours = None
    try:  # a batch of 7, so that an axis cannot be taken for the batch by accident
        theirs = tuple((torch.zeros(7, *first) + torch.zeros(7, *second)).shape[1:])
    except RuntimeError:
        theirs = None
    # torch also adds different numbers of axes where sizes of 1 happen to line up with the batch: refused here
    assert ours == (theirs if len(first) == len(second) else None)


@settings(max_examples=200, deadline=None)
@given(shape=SHAPES, other=st.integers(1, 5), axis=st.integers(0, 3), dim=st.integers(-5, 5))
def test_concat_gives_the_shape_of_torch_cat(shape, other, axis, dim):
    second = tuple(other if place == axis else size for place, size in enumerate(shape))
    try:
        ours = Concat(dim).output_shape(shape, second)
    except ShapeError:
        ours = None
    axes = len(shape) + 1
    try:
        theirs = tuple(torch.cat([torch.zeros(7, *shape), torch.zeros(7, *second)], dim).shape[1:])
    except (RuntimeError, IndexError):
        theirs = None
    assert ours == (None if dim in (0, -axes) else theirs)


@given(shape=SHAPES)
def test_relu_and_dropout_keep_any_shape_and_cost_nothing(shape):
    for layer in (ReLU(), Dropout()):
        assert layer.output_shape(shape) == shape
        assert (layer.num_params, layer.macs(shape)) == (0, 0)


def test_linear_multiplies_every_input_by_every_output():
    assert Linear(9216, 4096).macs((9216,)) == 9216 * 4096
    assert Linear(16, 4, bias=False).macs((10, 16)) == 10 * 16 * 4


@settings(max_examples=40, deadline=None)
@given(in_features=st.integers(1, 9), out_features=st.integers(1, 9), rows=st.integers(1, 5))
def test_the_macs_of_linear_are_half_of_the_operations_that_torch_counts(in_features, out_features, rows):
    with FlopCounterMode(display=False) as counter:
        torch.nn.Linear(in_features, out_features)(torch.zeros(rows, in_features))
    assert Linear(in_features, out_features).macs((rows, in_features)) * 2 == counter.get_total_flops()


def test_a_picture_given_to_linear_is_told_to_be_flattened_first():
    with pytest.raises(ShapeError, match="flatten the input first"):
        Linear(400, 128).output_shape((16, 5, 5))


def test_wrong_features_are_told_with_the_number_that_fits():
    with pytest.raises(ShapeError, match=r"400 features and got 256: use in_features=256"):
        Linear(400, 128).output_shape((256,))
    with pytest.raises(ShapeError, match=r"in_features=256 after a Flatten"):
        Linear(400, 128).output_shape((16, 4, 4))


def test_maps_of_different_sizes_are_told_where_and_by_how_much_they_differ():
    with pytest.raises(ShapeError, match=r"on axis 0 64 and 256 differ by 192"):
        Add().output_shape((64, 56, 56), (256, 56, 56))


def test_three_paths_add_as_two_do():
    assert Add().output_shape((64, 7, 7), (1, 7, 7), (64, 7, 7)) == (64, 7, 7)


@pytest.mark.parametrize("layer", [Add(), Concat()])
def test_joining_nothing_is_refused(layer):
    with pytest.raises(ShapeError):
        layer.output_shape()


@pytest.mark.parametrize("p", [-0.1, 1.5, "half", True, None, float("nan")])
def test_a_share_outside_zero_to_one_is_refused(p):
    with pytest.raises(ShapeError, match=r"^p is"):
        Dropout(p)


@pytest.mark.parametrize("value", [0, -1, 2.0, True, "3", 10**12])
def test_features_that_are_no_sensible_whole_number_are_refused(value):
    for build in (lambda: Linear(value, 3), lambda: Linear(3, value), lambda: BatchNorm2d(value)):
        with pytest.raises(ShapeError, match="features"):
            build()
