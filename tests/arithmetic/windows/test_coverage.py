"""Where windows lie, against the taps of the layer and what torch's own gradient touches."""

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnviz.arithmetic.layers import AdaptiveAvgPool2d, Conv2d, ConvTranspose2d, Linear, MaxPool2d, ShapeError
from cnnviz.arithmetic.windows.coverage import MAX_SIZE, coverage
from cnnviz.ui.components.window_brackets import MAX_CELLS, coverage_script


@settings(max_examples=80, deadline=None)
@given(
    size=st.integers(1, 30),
    kernel_size=st.integers(1, 6),
    stride=st.integers(1, 6),
    padding=st.integers(0, 4),
    dilation=st.integers(1, 3),
)
def test_the_cells_that_are_read_are_those_that_the_output_depends_on(size, kernel_size, stride, padding, dilation):
    layer = Conv2d(1, 1, kernel_size, stride, padding, dilation)
    try:
        shape = layer.output_shape((1, size, size))
    except ShapeError:
        assume(False)
    along = coverage(layer, (1, size, size), axis=1)
    values = torch.zeros(1, 1, size, size, requires_grad=True)
    weight = torch.ones(1, 1, kernel_size, kernel_size)
    torch.nn.functional.conv2d(values, weight, None, stride, padding, dilation).sum().backward()
    touched = values.grad.abs().sum((0, 1, 2)) > 0
    assert [along.is_read(cell) for cell in range(size)] == touched.tolist() or not touched.any()
    assert len(along.windows) == shape[2]


def test_why_25_gives_12():
    along = coverage(MaxPool2d(2), (1, 25, 25), axis=1)
    assert len(along.windows) == 12
    assert [cell for cell in range(25) if not along.is_read(cell)] == [24]
    assert "25 columns, 12 windows; 1 column of the input is read by none" in along.sentence


def test_a_window_that_ceil_mode_adds_stands_out_beyond_the_padding():
    along = coverage(MaxPool2d(3, 2, padding=1, ceil_mode=True), (1, 12, 12), axis=0)
    assert [along.role(cell) for cell in (-1, 0, 11, 12, 13)] == ["padding", "input", "input", "padding", "beyond"]
    assert along.stop == 14


def test_the_odd_row_of_same_padding_lies_at_the_far_end():
    along = coverage(Conv2d(1, 1, 4, padding="same"), (1, 9, 9), axis=0)
    assert (along.start, along.padded_stop) == (-1, 11)


def test_adaptive_windows_share_rows_where_the_sizes_do_not_divide():
    along = coverage(AdaptiveAvgPool2d(3), (1, 7, 7), axis=0)
    assert along.windows == ((0, 3), (2, 5), (4, 7))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (ConvTranspose2d(1, 1, 2, stride=2), (1, 5, 5)),
        (Linear(25, 5), (25,)),
        (MaxPool2d(2), (1, MAX_SIZE + 1, MAX_SIZE + 1)),
        (AdaptiveAvgPool2d(10**9), (1, 5, 5)),
    ],
)
def test_what_has_no_windows_or_too_many_is_not_laid_out(layer, shape):
    assert coverage(layer, shape, axis=1) is None


@settings(max_examples=200, deadline=None)
@given(
    size=st.integers(1, 300),
    kernel_size=st.integers(1, 40),
    stride=st.integers(1, 12),
    padding=st.integers(0, 5),
)
def test_brackets_lie_over_the_cells_of_their_windows_and_never_over_one_another(size, kernel_size, stride, padding):
    try:
        along = coverage(Conv2d(1, 1, kernel_size, stride, padding), (1, size, size), axis=1)
    except ShapeError:
        assume(False)
    assert along is not None
    script = coverage_script(along)
    if script is None:
        assert kernel_size > MAX_CELLS // 2
        return
    assert len(script["cells"]) <= MAX_CELLS + 1
    taken: set[tuple[int, int]] = set()
    for bracket in script["brackets"]:
        covered = script["cells"][bracket["first"] : bracket["last"] + 1]
        first, behind = along.windows[bracket["index"]]
        assert [cell["number"] for cell in covered] == list(range(first, behind))
        places = {(bracket["lane"], place) for place in range(bracket["first"], bracket["last"] + 1)}
        assert not places & taken
        taken |= places
