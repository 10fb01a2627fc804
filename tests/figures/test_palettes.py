"""Colours keep their meaning: zero in the middle, more is more, no number is no colour."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.figures.palettes import (
    GAP,
    HATCH_DARK,
    HATCH_LIGHT,
    LEVELS,
    ZERO_LEVEL,
    PaletteName,
    diverging,
    diverging_levels,
    fitting_palette,
    hatched,
    legend,
    sequential,
    sequential_levels,
    table,
)
from cnnviz.ui import component


def lightness(colours: np.ndarray) -> np.ndarray:
    """Relative luminance of sRGB colours (..., 3), as WCAG 2 defines it."""
    linear = np.where(colours <= 10, colours / 255 / 12.92, ((colours / 255 + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def test_every_palette_fits_the_256_colours_of_a_png() -> None:
    palettes: tuple[PaletteName, ...] = ("diverging", "sequential")
    for palette, dark in itertools.product(palettes, (False, True)):
        assert table(palette, dark).shape == (256, 3)
        assert table(palette, dark).dtype == np.uint8
    assert sorted({ZERO_LEVEL, LEVELS - 1, HATCH_DARK, HATCH_LIGHT, GAP}) == [126, 252, 253, 254, 255]


def test_viridis_is_matplotlibs_within_one_percent() -> None:
    colormaps = pytest.importorskip("matplotlib").colormaps
    theirs = colormaps["viridis"](np.linspace(0, 1, LEVELS))[:, :3] * 255
    assert np.abs(table("sequential")[:LEVELS] - theirs).max() <= 2.55


def test_the_sequential_palette_never_gets_darker_beyond_rounding() -> None:
    assert np.diff(lightness(table("sequential")[:LEVELS].astype(float))).min() > -0.001


@pytest.mark.parametrize(("dark", "towards_zero"), [(False, 1), (True, -1)])
def test_the_diverging_palette_changes_evenly_towards_zero_from_both_sides(dark: bool, towards_zero: int) -> None:
    light = lightness(table("diverging", dark)[:LEVELS].astype(float))
    assert (towards_zero * np.diff(light[: ZERO_LEVEL + 1]) >= 0).all()
    assert (towards_zero * np.diff(light[ZERO_LEVEL:]) <= 0).all()
    # Plus and minus of one size are about equally far from the middle, so that neither seems to weigh more.
    assert np.abs(light[:ZERO_LEVEL][::-1] - light[ZERO_LEVEL + 1 : LEVELS]).max() < 0.14


def colourfulness(colours: np.ndarray) -> np.ndarray:
    """How far sRGB colours (..., 3) are from the grey of their lightness: saturation times value, 0 to 1."""
    found: np.ndarray = np.ptp(colours.astype(int), axis=-1) / 255
    return found


@pytest.mark.parametrize("dark", [False, True])
def test_the_larger_a_magnitude_the_more_saturated_its_colour(dark: bool) -> None:
    found = colourfulness(table("diverging", dark)[:LEVELS])
    for half in (found[: ZERO_LEVEL + 1][::-1], found[ZERO_LEVEL:]):
        assert half.argmax() == ZERO_LEVEL
        assert half[-1] > 0.55
        assert np.diff(half).min() > -0.02  # what interpolation between two colours loses


def test_bars_and_tints_in_the_browser_are_as_saturated_as_the_palette() -> None:
    style = (Path(component.__file__).parent / "components/shared/base.css").read_text()
    pairs = re.findall(r"--(?:positive|negative): light-dark\(#(\w{6}), #(\w{6})\);", style)
    assert len(pairs) == 2
    for colour in (colour for pair in pairs for colour in pair):
        assert colourfulness(np.array(list(bytes.fromhex(colour)))) > 0.5


def test_negative_is_blue_and_positive_is_red_on_both_grounds() -> None:
    for dark in (False, True):
        red, _, blue = diverging(np.array([[-0.6, 0.6]]), limit=1.0, dark=dark)[0].astype(int).T
        assert blue[0] > red[0] + 40
        assert red[1] > blue[1] + 40


@given(st.floats(1e-6, 1e6), st.lists(st.floats(-2, 2, width=32), min_size=1, max_size=20))
def test_a_value_and_its_negative_are_equally_far_from_zero(limit: float, fractions: list[float]) -> None:
    values = np.array(fractions) * limit
    up, down = diverging_levels(values, limit).astype(int), diverging_levels(-values, limit).astype(int)
    assert (np.abs((up - ZERO_LEVEL) + (down - ZERO_LEVEL)) <= 1).all()  # one level, where rounding meets a half


@given(
    st.lists(st.floats(-1000, 1000, width=32), min_size=2, max_size=30),
    st.floats(-500, 499),
    st.floats(0, 500),
)
def test_a_larger_value_never_has_a_lower_level(values: list[float], low: float, span: float) -> None:
    ordered = np.sort(np.array(values, dtype=np.float32))
    assert (np.diff(sequential_levels(ordered, low, low + span).astype(int)) >= 0).all()
    assert (np.diff(diverging_levels(ordered, span).astype(int)) >= 0).all()


@pytest.mark.parametrize("limit", [0.0, 1e-45, 1e-12, 1.0, 1e30])
def test_zero_is_the_middle_whatever_the_limit(limit: float) -> None:
    assert diverging_levels(np.zeros(3), limit).tolist() == [ZERO_LEVEL] * 3
    assert diverging(np.zeros((1, 1)), limit).tolist() == [[[247, 247, 247]]]


def test_levels_are_the_nearest_ones() -> None:
    values = np.linspace(-3, 7, 1001)
    expected = np.rint((values + 3) / 10 * (LEVELS - 1))
    assert np.abs(sequential_levels(values, -3, 7) - expected).max() <= 1  # a half may go either way
    assert (sequential_levels(values, -3, 7) == expected).mean() > 0.99


def test_a_range_of_one_value_is_flat_and_not_noise() -> None:
    assert sequential_levels(np.full((4, 4), 7.25), 7.25, 7.25).max() == 0


def test_what_is_no_number_is_hatched_grey_and_the_rest_keeps_its_colour() -> None:
    values = np.array([[0.5, np.nan, 0.5], [-np.inf, np.inf, 0.5]])
    levels = hatched(sequential_levels(values, 0, 1), values)
    assert levels.tolist() == [[126, HATCH_LIGHT, 126], [HATCH_LIGHT, HATCH_DARK, 126]]
    for picture in (diverging(values, 1.0), sequential(values, 0.0, 1.0)):
        assert picture[0, 1, 0] < picture[0, 1, 2]  # a bluish grey of no palette
        assert np.ptp(picture[0, 1].astype(int)) < 16


def test_signed_values_get_the_diverging_palette_and_magnitudes_the_sequential_one() -> None:
    assert fitting_palette(np.array([[0.0, -1e-3]])) == "diverging"
    assert fitting_palette(np.array([[0.0, 1e-3]])) == "sequential"
    assert fitting_palette(np.array([np.nan, 1.0])) == "sequential"
    assert fitting_palette(np.array([np.nan])) == "sequential"


@pytest.mark.parametrize("palette", ["diverging", "sequential"])
def test_the_legend_runs_from_the_lowest_to_the_highest_colour(palette: PaletteName) -> None:
    bar = legend(palette, width=LEVELS, height=3)
    assert bar.shape == (3, LEVELS, 3)
    assert (bar == table(palette)[:LEVELS]).all()
