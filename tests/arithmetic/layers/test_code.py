"""The code of a layer, run: PyTorch's by PyTorch, Keras's by layers of the same names that do what Keras documents."""

from math import ceil
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.nn import functional

from cnnviz.arithmetic.layers import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Linear,
    MaxPool2d,
    ReLU,
    ShapeError,
)
from cnnviz.arithmetic.layers.keras import NotInKeras
from cnnviz.arithmetic.settings import pair

torch.set_num_threads(1)
number_or_pair = st.integers(1, 4) | st.tuples(st.integers(1, 4), st.integers(1, 4))
paddings = st.integers(0, 2) | st.tuples(st.integers(0, 2), st.integers(0, 2))
LAYERS = (
    st.builds(
        Conv2d,
        st.just(4),
        st.just(6),
        number_or_pair,
        stride=st.just(1) | number_or_pair,
        padding=paddings | st.sampled_from(["same", "valid"]),
        dilation=st.just(1) | number_or_pair,
        groups=st.sampled_from([1, 2]),
        bias=st.booleans(),
        padding_mode=st.sampled_from(["zeros", "zeros", "reflect"]),
    )
    | st.builds(
        ConvTranspose2d,
        st.just(4),
        st.just(6),
        number_or_pair,
        stride=number_or_pair,
        padding=paddings,
        output_padding=st.integers(0, 1),
        groups=st.sampled_from([1, 1, 2]),
        bias=st.booleans(),
        dilation=st.sampled_from([1, 1, 2]),
    )
    | st.builds(MaxPool2d, number_or_pair, stride=st.none() | number_or_pair, padding=paddings, ceil_mode=st.booleans())
    | st.builds(
        AvgPool2d,
        number_or_pair,
        stride=st.none() | number_or_pair,
        padding=paddings,
        ceil_mode=st.booleans(),
        count_include_pad=st.booleans(),
        divisor_override=st.none() | st.integers(1, 5),
    )
    | st.builds(AdaptiveAvgPool2d, st.integers(1, 6))
)


@st.composite
def fitting_layers(draw):
    """A layer and an input shape that it takes; hypothesis looks for another where the settings do not go together."""
    try:
        layer = draw(LAYERS)
        shape = (4, draw(st.integers(3, 12)), draw(st.integers(3, 12)))
        layer.output_shape(shape)
    except ShapeError:
        assume(False)
    return layer, shape


def evaluated(layer):
    """The module that PyTorch makes of the code."""
    return eval(layer.code(explicit=True), {"nn": torch.nn})


@settings(max_examples=200, deadline=None)
@given(fitting_layers())
def test_the_pytorch_code_makes_a_layer_with_the_same_output_and_parameters(example):
    layer, shape = example
    module = evaluated(layer)
    assert tuple(module(torch.zeros(1, *shape)).shape[1:]) == layer.output_shape(shape)
    assert sum(parameter.numel() for parameter in module.parameters()) == layer.num_params


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        (Conv2d(3, 96, 11, stride=4), "nn.Conv2d(3, 96, kernel_size=11, stride=4)"),
        (Conv2d(3, 8, (3, 5), padding="same"), "nn.Conv2d(3, 8, kernel_size=(3, 5), padding='same')"),
        (MaxPool2d(3, 2, ceil_mode=True), "nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)"),
        (MaxPool2d(2), "nn.MaxPool2d(kernel_size=2, stride=2)"),
        (AdaptiveAvgPool2d((6, 6)), "nn.AdaptiveAvgPool2d((6, 6))"),
        (Linear(400, 128, bias=False), "nn.Linear(400, 128, bias=False)"),
        (ReLU(), "nn.ReLU()"),
        (BatchNorm2d(64, affine=False), "nn.BatchNorm2d(64, affine=False)"),
    ],
)
def test_what_is_pytorchs_default_is_left_out(layer, code):
    assert layer.code(explicit=True) == code


class KerasLikeTorch:
    """Stands in for `keras` where its code is run: each layer is a function of a (1, C, H, W) tensor.

    Written from Keras's documentation; 'same' with stride 1 adds the odd row at the far end, as TensorFlow does.
    """

    def __init__(self, module):
        self.layers = self
        self.weight: Any = getattr(module, "weight", None)
        self.bias = getattr(module, "bias", None)

    def Sequential(self, layers):
        def run(values):
            for layer in layers:
                values = layer(values)
            return values

        return run

    def Input(self, shape):
        def check(values):
            assert (*values.shape[2:], values.shape[1]) == shape
            return values

        return check

    def ZeroPadding2D(self, padding):
        (above, below), (left, right) = self.sides(padding)
        return lambda values: functional.pad(values, (left, right, above, below))

    def Cropping2D(self, cropping):
        (above, below), (left, right) = self.sides(cropping)
        return lambda values: values[:, :, above : values.shape[2] - below, left : values.shape[3] - right]

    def sides(self, border):
        return [side if isinstance(side, tuple) else (side, side) for side in pair(border)]

    def Conv2D(self, filters, kernel_size, strides=1, padding="valid", dilation_rate=1, groups=1, use_bias=True):
        assert pair(strides) == (1, 1) or pair(dilation_rate) == (1, 1)
        assert use_bias == (self.bias is not None)
        assert self.weight.shape[0] == filters
        assert tuple(self.weight.shape[2:]) == pair(kernel_size)

        def convolve(values):
            if padding == "same":
                assert pair(strides) == (1, 1)
                totals = [d * (k - 1) for d, k in zip(pair(dilation_rate), pair(kernel_size), strict=True)]
                (above, below), (left, right) = ((total // 2, total - total // 2) for total in totals)
                values = functional.pad(values, (left, right, above, below))
            return functional.conv2d(values, self.weight, self.bias, strides, 0, dilation_rate, groups)

        return convolve

    def Conv2DTranspose(self, filters, kernel_size, strides=1, dilation_rate=1, use_bias=True):
        assert pair(strides) == (1, 1) or pair(dilation_rate) == (1, 1)
        assert self.weight.shape[1] == filters
        assert use_bias == (self.bias is not None)
        reaches = [d * (k - 1) + 1 for d, k in zip(pair(dilation_rate), pair(kernel_size), strict=True)]
        longer = tuple(max(s - r, 0) for s, r in zip(pair(strides), reaches, strict=True))

        def spread(values):
            result = functional.conv_transpose2d(values, self.weight, self.bias, strides, 0, longer, 1, dilation_rate)
            sizes = zip(values.shape[2:], pair(strides), reaches, strict=True)
            assert tuple(result.shape[2:]) == tuple(n * s + max(r - s, 0) for n, s, r in sizes)
            return result

        return spread

    def MaxPooling2D(self, pool_size, strides):
        return lambda values: functional.max_pool2d(values, pool_size, strides)

    def AveragePooling2D(self, pool_size, strides=None):
        return lambda values: functional.avg_pool2d(values, pool_size, strides)

    def GlobalAveragePooling2D(self, keepdims):
        return lambda values: values.mean((2, 3), keepdim=keepdims)

    def Rescaling(self, scale):
        return lambda values: values * scale

    def Dense(self, units, use_bias=True):
        assert self.weight.shape[0] == units
        assert use_bias == (self.bias is not None)
        return lambda values: functional.linear(values, self.weight, self.bias)


@settings(max_examples=300, deadline=None)
@given(fitting_layers())
def test_the_keras_code_computes_what_the_pytorch_layer_computes(example):
    layer, shape = example
    try:
        code = layer.keras_code(shape)
    except NotInKeras:
        assume(False)
    module = evaluated(layer)
    values = torch.rand(1, *shape)  # nothing negative: see the note that comes with a padded max-pooling
    with torch.no_grad():
        result = eval(code.split("\n", 1)[1], {"keras": KerasLikeTorch(module)})(values)
        torch.testing.assert_close(result, module(values))


def test_a_padding_that_keras_cannot_say_stands_before_the_layer():
    lines = Conv2d(3, 64, 7, stride=2, padding=3).keras_code((3, 224, 224)).splitlines()
    assert lines[3:5] == [
        "    keras.layers.ZeroPadding2D(3),",
        "    keras.layers.Conv2D(64, kernel_size=7, strides=2),",
    ]


def test_a_padding_that_keeps_the_size_is_called_same():
    assert 'kernel_size=3, padding="same")' in Conv2d(3, 8, 3, padding=1).keras_code((3, 9, 9))
    assert "ZeroPadding2D" not in Conv2d(3, 8, 3, padding=1).keras_code((3, 9, 9))


def test_shapes_are_written_channels_last():
    first, _, third, *_ = Conv2d(3, 8, 3).keras_code((3, 9, 11)).splitlines()
    assert first.startswith("# (9, 11, 3) -> (7, 9, 8)")
    assert third == "    keras.Input((9, 11, 3)),"


def test_a_dense_layer_is_called_dense():
    code = Linear(3136, 128).keras_code((3136,))
    module = torch.nn.Linear(3136, 128)
    values = torch.rand(1, 3136)
    assert "keras.Input((3136,))" in code
    torch.testing.assert_close(KerasLikeTorch(module).Dense(128)(values), module(values))
    assert "keras.layers.Dense(128)," in code


def test_a_padded_max_pooling_says_where_zeros_and_minus_infinity_differ():
    assert "minus infinity" in MaxPool2d(3, 2, padding=1).keras_code((1, 9, 9))
    assert "minus infinity" not in MaxPool2d(3, 2).keras_code((1, 9, 9))


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Conv2d(1, 1, 3, padding=1, padding_mode="circular"), "padding_mode 'circular'"),
        (Conv2d(1, 1, 3, stride=2, dilation=2), "stride together with a dilation"),
        (ConvTranspose2d(2, 2, 3, groups=2), "no groups"),
        (ConvTranspose2d(2, 2, 3, stride=2, output_padding=1), "no output_padding"),
        (MaxPool2d(2, dilation=2), "no dilation"),
        (AvgPool2d(2, ceil_mode=True), "ceil_mode"),
        (AvgPool2d(3, padding=1, count_include_pad=False), "out of the count"),
        (AdaptiveAvgPool2d(4), "does not divide"),
        (BatchNorm2d(2), "BatchNorm2d"),
    ],
)
def test_what_keras_cannot_do_is_said_with_the_setting_in_the_way(layer, words):
    channels = getattr(layer, "in_channels", 2)
    with pytest.raises(NotInKeras, match=words):
        layer.keras_code((channels, 9, 9))


def test_a_layer_that_does_not_fit_has_no_keras_code():
    with pytest.raises(ShapeError):
        Conv2d(3, 8, 7).keras_code((3, 5, 5))


def test_the_rows_that_rounding_up_adds_are_padded():
    code = MaxPool2d(3, 2, ceil_mode=True).keras_code((1, 6, 6))
    assert "ZeroPadding2D(((0, 1), (0, 1)))" in code
    padded = MaxPool2d(3, 2, padding=1, ceil_mode=True).keras_code((1, 6, 6))
    assert "ZeroPadding2D(((1, 2), (1, 2)))" in padded
    assert ceil((6 - 3) / 2) + 1 == MaxPool2d(3, 2, ceil_mode=True).output_shape((1, 6, 6))[1]
