"""Sizes along one axis, what the floor leaves out, and the settings that still fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.arithmetic.settings_that_fit.repairs import repairs
from cnnviz.arithmetic.shapes import (
    effective_kernel_size,
    fitting_dilations,
    fitting_kernel_sizes,
    fitting_paddings,
    nearest_fits,
    output_size,
    same_padding,
    smallest_size,
    uncovered,
)

SIZE, KERNEL, PADDING, DILATION = st.integers(1, 20), st.integers(1, 9), st.integers(0, 4), st.integers(1, 4)


def fits(size, kernel_size, padding, dilation):
    return output_size(size, kernel_size, 1, padding, dilation) >= 1


@pytest.mark.parametrize(
    ("size", "kernel_size", "stride", "expected"), [(32, 1, 2, 16), (10, 1, 2, 5), (32, 8, 4, 7), (4, 3, 3, 2)]
)
def test_ceil_mode_gives_its_canonical_sizes(size, kernel_size, stride, expected):
    assert output_size(size, kernel_size, stride, ceil_mode=True) == expected


def test_ceil_mode_leaves_out_a_window_that_would_start_in_the_far_padding():
    assert output_size(4, 2, stride=3, padding=1) == 2
    assert output_size(4, 2, stride=3, padding=1, ceil_mode=True) == 2  # rounding up alone would say 3
    assert output_size(3, 2, stride=2, padding=1, ceil_mode=True) == 2


@given(size=SIZE, kernel_size=KERNEL, stride=st.integers(1, 6), padding=PADDING, dilation=DILATION, ceil=st.booleans())
def test_uncovered_rows_are_those_that_no_window_reaches(size, kernel_size, stride, padding, dilation, ceil):
    if not fits(size, kernel_size, padding, dilation):
        return
    windows = output_size(size, kernel_size, stride, padding, dilation, ceil)
    last_tap = max(i * stride + dilation * (kernel_size - 1) for i in range(windows))
    expected = sum(row > last_tap for row in range(size + 2 * padding))
    assert uncovered(size, kernel_size, stride, padding, dilation, ceil) == expected


def test_one_row_of_padding_is_left_over_in_the_odd_canonical_case():
    assert uncovered(6, 3, stride=2, padding=1) == 1


@given(kernel_size=KERNEL, dilation=DILATION, size=SIZE)
def test_same_padding_keeps_the_size(kernel_size, dilation, size):
    before, after = same_padding(kernel_size, dilation)
    assert size + before + after - effective_kernel_size(kernel_size, dilation) + 1 == size
    assert 0 <= after - before <= 1


@given(size=SIZE, kernel_size=KERNEL, padding=PADDING, dilation=DILATION)
def test_fitting_settings_are_exactly_those_that_fit(size, kernel_size, padding, dilation):
    assert list(fitting_kernel_sizes(size, padding, dilation)) == [
        k for k in range(1, 60) if fits(size, k, padding, dilation)
    ]
    paddings = [p for p in range(effective_kernel_size(kernel_size, dilation)) if fits(size, kernel_size, p, dilation)]
    assert list(fitting_paddings(size, kernel_size, dilation)) == paddings
    assert list(fitting_paddings(size, kernel_size, dilation, pooling=True)) == [
        p for p in range(kernel_size // 2 + 1) if fits(size, kernel_size, p, dilation)
    ]
    if kernel_size > 1:
        assert list(fitting_dilations(size, kernel_size, padding)) == [
            d for d in range(1, 60) if fits(size, kernel_size, padding, d)
        ]
    smallest = smallest_size(kernel_size, padding, dilation)
    assert fits(smallest, kernel_size, padding, dilation)
    assert smallest == 1 or not fits(smallest - 1, kernel_size, padding, dilation)


@given(size=SIZE, kernel_size=KERNEL, padding=PADDING, dilation=DILATION)
def test_nearest_fits_change_one_setting_by_the_least_that_is_enough(size, kernel_size, padding, dilation):
    asked = {"size": size, "kernel_size": kernel_size, "padding": padding, "dilation": dilation}
    offers = nearest_fits(size, kernel_size, padding, dilation)
    assert (offers == ()) == fits(**asked)
    for offer in offers:
        step = 1 if offer.value < asked[offer.setting] else -1
        assert fits(**{**asked, offer.setting: offer.value})
        assert not fits(**{**asked, offer.setting: offer.value + step})


def window_fits(settings):
    pairs = [(settings[axis], settings["kernel_size"], settings["padding"], 1) for axis in ("height", "width")]
    return settings["stride"] >= 1 and settings["padding"] >= 0 and all(fits(*pair) for pair in pairs)


def test_a_repair_serves_both_axes():
    settings = {"height": 5, "width": 9, "kernel_size": 11, "stride": 1, "padding": 0}
    assert repairs(settings, window_fits) == [{"kernel_size": 5}, {"padding": 3}, {"height": 11, "width": 11}]


def test_numbers_out_of_bounds_are_brought_back_together_and_nothing_else_is_touched():
    settings = {"height": 5, "width": 5, "kernel_size": 3, "stride": 0, "padding": -2}
    assert repairs(settings, window_fits) == [{"stride": 1, "padding": 0}]


def test_a_repair_of_a_misfit_also_brings_numbers_back_into_bounds():
    settings = {"height": 5, "width": 5, "kernel_size": 7, "stride": 0, "padding": 0}
    assert {"stride": 1, "kernel_size": 5} in repairs(settings, window_fits)


def test_settings_that_fit_need_no_repair():
    assert repairs({"height": 5, "width": 5, "kernel_size": 3, "stride": 1, "padding": 0}, window_fits) == []


def test_groups_are_repaired_by_groups_that_divide_or_channels_that_are_divided():
    settings = {"in_channels": 64, "out_channels": 96, "groups": 5}
    offers = repairs(settings, lambda s: s["in_channels"] % s["groups"] == s["out_channels"] % s["groups"] == 0)
    assert offers == [{"groups": 4}]


def test_one_channel_count_that_the_groups_do_not_divide_moves_to_the_nearest_that_they_do():
    settings = {"in_channels": 64, "out_channels": 97, "groups": 4}
    offers = repairs(settings, lambda s: s["in_channels"] % s["groups"] == s["out_channels"] % s["groups"] == 0)
    assert offers == [{"groups": 1}, {"out_channels": 96}]


def test_a_number_far_out_of_bounds_is_the_one_that_changes():
    settings = {"height": 9, "width": 9, "kernel_size": 10**12, "stride": 1, "padding": 0}
    assert repairs(settings, window_fits) == [{"kernel_size": 9}]


def test_a_fraction_is_repaired_by_the_nearest_whole_number():
    settings = {"height": 9, "width": 9, "kernel_size": 3.7, "stride": 1, "padding": 0}
    assert repairs(settings, lambda s: isinstance(s["kernel_size"], int)) == [{"kernel_size": 4}]
