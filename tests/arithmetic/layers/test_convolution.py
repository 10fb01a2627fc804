"""Conv2d and ConvTranspose2d against torch.nn over grids of settings.

Deliberate exceptions, where we refuse and torch does not: channels of 0 and transposed convolutions that leave no
output (torch answers with an empty tensor), negative padding in a padding_mode other than zeros (torch crops), and
numbers above a thousand million.
"""

from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.arithmetic.layers import Conv2d, ConvTranspose2d, ShapeError
from cnnviz.arithmetic.settings import pair


def number_or_pair(low, high):
    number = st.integers(low, high)
    return number | st.tuples(number, number)


def convolutions(low, words, modes, **more):
    """Arguments of a convolution: from 1 up most are sound, from 0 up most are refused."""
    channels = st.sampled_from([6, 12]) if low else st.integers(1, 6)
    padding = number_or_pair(0, 4)
    return st.fixed_dictionaries(
        {
            "in_channels": channels,
            "out_channels": channels,
            "kernel_size": number_or_pair(low, 5),
            "stride": st.just(1) | number_or_pair(low, 4),
            "padding": padding | st.sampled_from(words) if words else padding,
            "dilation": number_or_pair(low, 3),
            "groups": st.integers(1, 3),
            "bias": st.booleans(),
            "padding_mode": st.sampled_from(modes),
        }
        | more
    )


SOUND_MODES = ["zeros", "zeros", "reflect", "replicate", "circular"]
SOUND_CONV2D = convolutions(1, ["same", "valid"], SOUND_MODES)
ANY_CONV2D = convolutions(0, ["same", "valid", "full"], [*SOUND_MODES, "constant"])
SOUND_TRANSPOSED = convolutions(1, [], ["zeros"], output_padding=st.integers(0, 1))
ANY_TRANSPOSED = convolutions(0, [], ["zeros", "zeros", "circular"], output_padding=number_or_pair(-1, 3))
MORE_CHANNELS = st.sampled_from([0, 0, 0, 0, 1])


@settings(max_examples=800, deadline=None)
@given(arguments=SOUND_CONV2D | ANY_CONV2D, height=st.integers(1, 16), width=st.integers(1, 16), more=MORE_CHANNELS)
def test_conv2d_gives_the_shape_torch_gives_and_refuses_what_torch_refuses(
    torch_shape, our_shape, arguments, height, width, more
):
    shape = (arguments["in_channels"] + more, height, width)
    ours = our_shape(lambda: Conv2d(**arguments), shape)
    assert ours == torch_shape(lambda: torch.nn.Conv2d(**arguments), shape)


@settings(max_examples=600, deadline=None)
@given(
    arguments=SOUND_TRANSPOSED | ANY_TRANSPOSED, height=st.integers(1, 9), width=st.integers(1, 9), more=MORE_CHANNELS
)
def test_conv_transpose2d_gives_the_shape_torch_gives_and_refuses_what_torch_refuses(
    torch_shape, our_shape, arguments, height, width, more
):
    shape = (arguments["in_channels"] + more, height, width)
    ours = our_shape(lambda: ConvTranspose2d(**arguments), shape)
    if 0 in pair(arguments["dilation"]):
        assert ours is None  # torch lets it pass for some grouped 1 × 1 kernels, where it means nothing
    else:
        assert ours == torch_shape(lambda: torch.nn.ConvTranspose2d(**arguments), shape)


@pytest.mark.parametrize("padding", [-1, (0, -1)])
@pytest.mark.parametrize("padding_mode", ["zeros", "reflect", "replicate", "circular"])
def test_negative_padding_is_refused_in_every_padding_mode(padding, padding_mode):
    with pytest.raises(ShapeError, match="padding"):
        Conv2d(1, 1, 3, padding=padding, padding_mode=padding_mode)


@settings(max_examples=100, deadline=None)
@given(
    groups=st.integers(1, 4),
    channels=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    kernel_size=number_or_pair(1, 7),
    bias=st.booleans(),
)
def test_convolutions_have_as_many_parameters_as_torch_counts(groups, channels, kernel_size, bias):
    arguments = (groups * channels[0], groups * channels[1], kernel_size)
    for ours, theirs in ((Conv2d, torch.nn.Conv2d), (ConvTranspose2d, torch.nn.ConvTranspose2d)):
        layer = ours(*arguments, groups=groups, bias=bias)
        module = theirs(*arguments, groups=groups, bias=bias, device="meta")
        assert layer.num_params == sum(parameter.numel() for parameter in module.parameters())
        assert layer.weight_shape == tuple(module.weight.shape)


def test_macs_are_output_values_times_the_weights_of_one_filter():
    assert Conv2d(3, 96, 11, stride=4).macs((3, 227, 227)) == 55 * 55 * 96 * 3 * 11 * 11
    assert Conv2d(96, 256, 5, padding=2, groups=2).macs((96, 27, 27)) == 27 * 27 * 256 * 48 * 5 * 5


@settings(max_examples=120, deadline=None)
@given(arguments=SOUND_CONV2D | SOUND_TRANSPOSED, height=st.integers(1, 16), width=st.integers(1, 16))
def test_macs_are_half_of_the_operations_that_torch_counts_while_it_runs(our_shape, arguments, height, width):
    kind = ConvTranspose2d if "output_padding" in arguments else Conv2d
    shape = (arguments["in_channels"], height, width)
    assume(our_shape(lambda: kind(**arguments), shape) is not None)
    module = getattr(torch.nn, kind.__name__)(**arguments, device="meta")
    with FlopCounterMode(display=False) as counter:  # counts a product and its sum as two
        module(torch.zeros(1, *shape, device="meta"))
    assert kind(**arguments).macs(shape) * 2 == counter.get_total_flops()


def test_macs_do_not_change_with_the_bias():
    assert Conv2d(3, 8, 3, bias=False).macs((3, 9, 9)) == Conv2d(3, 8, 3).macs((3, 9, 9))


def test_a_transposed_convolution_does_the_multiplications_of_the_convolution_it_reverses():
    assert ConvTranspose2d(8, 3, 3, stride=2).macs((8, 4, 4)) == Conv2d(3, 8, 3, stride=2).macs((3, 9, 9))


@pytest.mark.parametrize(
    ("size", "kernel_size", "stride", "padding", "dilation", "expected"),
    [
        (4, 3, 1, 0, 1, 2),
        (5, 4, 1, 2, 1, 6),
        (5, 3, 1, 1, 1, 5),
        (5, 3, 1, 2, 1, 7),
        (5, 3, 2, 0, 1, 2),
        (5, 3, 2, 1, 1, 3),
        (6, 3, 2, 1, 1, 3),
        (7, 3, 1, 0, 2, 3),
    ],
)
def test_the_canonical_convolutions_have_their_canonical_sizes(size, kernel_size, stride, padding, dilation, expected):
    layer = Conv2d(1, 1, kernel_size, stride, padding, dilation)
    assert layer.output_shape((1, size, size)) == (1, expected, expected)


@pytest.mark.parametrize(
    ("size", "expected", "settings"),
    [
        (2, 4, (3, 1, 0, 0)),
        (6, 5, (4, 1, 2, 0)),
        (5, 5, (3, 1, 1, 0)),
        (7, 5, (3, 1, 2, 0)),
        (2, 5, (3, 2, 0, 0)),
        (3, 5, (3, 2, 1, 0)),
        (3, 6, (3, 2, 1, 1)),
    ],
)
def test_the_canonical_transposed_convolutions_have_their_canonical_sizes(size, expected, settings):
    assert ConvTranspose2d(1, 1, *settings).output_shape((1, size, size)) == (1, expected, expected)


@pytest.mark.parametrize(
    "value", [True, 3.0, "3", None, float("nan"), 10**12, 10**400, -1, 0, (3,), (3, 3, 3), [3, 2.5]]
)
@pytest.mark.parametrize("name", ["in_channels", "out_channels", "kernel_size", "stride", "dilation", "groups"])
def test_a_setting_that_is_no_sensible_whole_number_is_refused_in_words(name, value):
    arguments = {"in_channels": 4, "out_channels": 4, "kernel_size": 3} | {name: value}
    for layer in (Conv2d, ConvTranspose2d):
        with pytest.raises(ShapeError, match=name):
            layer(**arguments)


@pytest.mark.parametrize(
    "shape", [(), 5, "abc", None, (3, 224), (3, 0, 5), (3, -1, 5), (3, 5.0, 5), (1, 3, 5, 5), (3, True, 5)]
)
def test_an_input_shape_that_is_none_is_refused_in_words(shape):
    with pytest.raises(ShapeError):
        Conv2d(3, 4, 1).output_shape(shape)


def test_a_kernel_too_large_is_told_with_the_axis_how_much_and_what_would_fit():
    with pytest.raises(ShapeError) as refusal:
        Conv2d(1, 1, (3, 7)).output_shape((1, 5, 5))
    assert str(refusal.value) == (
        "Along the width, kernel_size 7 reaches over 7 columns and the input of 5 has 5: 2 too few. "
        "It fits with kernel_size <= 5, or padding >= 1, or an input width >= 7."
    )


def test_wrong_channels_are_told_with_both_numbers():
    with pytest.raises(ShapeError, match=r"made for 1 input channel and got 4: use in_channels=4"):
        Conv2d(1, 32, 5).output_shape((4, 28, 28))


def test_groups_that_do_not_divide_are_told_with_numbers_that_do():
    with pytest.raises(ShapeError, match=r"in_channels is 5, .* 2 groups .*: take 4 channels, or 1 group\."):
        Conv2d(5, 8, 3, groups=2)


def test_same_with_a_stride_is_refused_when_it_is_built():
    with pytest.raises(ShapeError, match="stride 2"):
        Conv2d(3, 8, 3, stride=2, padding="same")


def test_a_list_is_kept_as_a_pair_so_that_layers_compare_and_hash():
    kernel_size: Any = [3, 5]
    assert Conv2d(3, 8, kernel_size) == Conv2d(3, 8, (3, 5))
    assert hash(Conv2d(3, 8, kernel_size)) == hash(Conv2d(3, 8, (3, 5)))
