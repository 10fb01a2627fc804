"""The three counts against torch, and the squares drawn of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.arithmetic.layers import Conv2d
from cnnviz.ui.learn.parameter_counts import Sizes, finding, local_derivation
from cnnviz.ui.learn.scaled_squares import Amount, squares


def num_params(layer: nn.Module) -> int:
    return sum(parameter.numel() for parameter in layer.parameters())


def test_the_lecture_compares_401536_with_a_few_hundred() -> None:
    sizes = Sizes(28, 4, 128, 16, 3)
    assert sizes.dense.num_params == num_params(nn.Linear(28 * 28 * 4, 128)) == 401_536
    assert sizes.convolution.num_params == num_params(nn.Conv2d(4, 16, 3)) == 592
    assert num_params(nn.Linear(28 * 28 * 4, 128, bias=False)) == 401_408


@settings(deadline=None)
@given(side=st.integers(12, 20), channels=st.integers(1, 4), filters=st.integers(1, 4), k=st.sampled_from([1, 3, 5, 7]))
def test_unshared_weights_are_one_filter_for_every_place(side: int, channels: int, filters: int, k: int) -> None:
    places = (side - k + 1) ** 2
    shared = num_params(nn.Conv2d(channels, filters, k))
    assert local_derivation(Conv2d(channels, filters, k), (channels, side, side)).result == shared * places


@pytest.mark.parametrize(
    ("dense", "convolution", "words"),
    [
        (401_536, 592, "The dense layer learns 678 times as many"),
        (145, 1000, "The convolution learns 6.9 times as many"),
        (100, 101, "about as many"),
    ],
)
def test_the_ratio_is_said_the_right_way_round(dense: int, convolution: int, words: str) -> None:
    assert words in finding(dense, convolution)


def test_areas_are_to_scale_and_say_where_one_is_not() -> None:
    large, small = squares([Amount("a", 400, "one"), Amount("b", 100, "two")])
    assert large.side**2 / small.side**2 == 4
    tiny = squares([Amount("a", 10**9, "one"), Amount("b", 1, "two")])[1]
    assert tiny.note == "two, drawn too large"
