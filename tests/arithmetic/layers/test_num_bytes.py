"""Bytes of outputs and parameters, against the storage that torch takes for them."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.arithmetic.layers import Add, Conv2d, Linear, MaxPool2d, ShapeError
from cnnviz.arithmetic.num_bytes import readable_bytes


@pytest.mark.parametrize(
    ("layer", "module", "shape"),
    [
        (Conv2d(3, 8, 3, stride=2), torch.nn.Conv2d(3, 8, 3, stride=2), (3, 9, 11)),
        (MaxPool2d(2), torch.nn.MaxPool2d(2), (5, 8, 8)),
        (Linear(40, 7), torch.nn.Linear(40, 7), (40,)),
    ],
)
def test_bytes_are_those_that_torch_stores(layer, module, shape):
    assert layer.activation_bytes(shape) == module(torch.zeros(1, *shape)).nbytes


def test_a_sum_of_two_paths_takes_the_memory_of_one():
    assert Add().activation_bytes((64, 56, 56), (64, 56, 56)) == 64 * 56 * 56 * 4


def test_an_input_that_does_not_fit_has_no_memory():
    with pytest.raises(ShapeError):
        Conv2d(3, 8, 7).activation_bytes((3, 5, 5))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.00 kB"),
        (9_994, "9.99 kB"),
        (9_996, "10.0 kB"),
        (553_430_176, "553 MB"),
        (999_499_999, "999 MB"),
        (999_500_000, "1.00 GB"),
        (10**30, "1,000,000,000,000 EB"),
    ],
)
def test_bytes_are_told_with_three_figures(number, words):
    assert readable_bytes(number) == words


@given(st.integers(1000, 10**17))
def test_what_is_told_is_within_half_of_its_last_figure(number):
    size, unit = readable_bytes(number).split()
    scale = {"kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15}[unit]
    last_figure = 10 ** -(len(size) - size.index(".") - 1) if "." in size else 1
    assert abs(float(size) * scale - number) <= 0.5001 * last_figure * scale
