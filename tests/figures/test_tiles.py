"""A mosaic's pixels are the maps' cells, each in the colour its value has."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnnviz.figures.captions import captioned
from cnnviz.figures.palettes import (
    GAP,
    HATCH_DARK,
    HATCH_LIGHT,
    LEVELS,
    PaletteName,
    diverging_levels,
    sequential_levels,
    table,
)
from cnnviz.figures.tiles import Scale, map_ranges, mosaic

RANDOM = np.random.default_rng(2)


def opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture))


def level_by_loop(maps: np.ndarray, palette: PaletteName, scale: Scale, index: int, row: int, column: int) -> int:
    """The level of one cell, computed the slow and obvious way."""
    ends = []
    for one in maps[index : index + 1] if scale == "each" else maps:
        ends += [one.min(), one.max()]
        if one.min() == one.max():  # one value alone: its range reaches to zero
            ends.append(0.0)
    value = maps[index, row, column]
    if palette == "diverging":
        return int(diverging_levels(np.array([value]), float(np.abs(ends).max()))[0])
    return int(sequential_levels(np.array([value]), float(min(ends)), float(max(ends)))[0])


@settings(deadline=None, max_examples=60)
@given(
    count=st.integers(1, 7),
    height=st.integers(1, 5),
    width=st.integers(1, 5),
    columns=st.integers(1, 8),
    gap=st.integers(0, 2),
    palette=st.sampled_from(["diverging", "sequential"]),
    scale=st.sampled_from(["each", "all"]),
)
def test_every_pixel_is_the_level_of_its_cell_or_a_gap(
    count: int, height: int, width: int, columns: int, gap: int, palette: PaletteName, scale: Scale
) -> None:
    maps = np.random.default_rng(count * 100 + height * 10 + width).normal(size=(count, height, width))
    picture = opened(mosaic(maps, palette, scale, columns=columns, gap=gap))
    columns = min(columns, count)
    rows = -(-count // columns)
    assert picture.mode == "P"
    assert picture.size == (columns * (width + gap) - gap, rows * (height + gap) - gap)
    expected = np.full((picture.height, picture.width), GAP)
    for index in range(count):
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        for row in range(height):
            for column in range(width):
                expected[top + row, left + column] = level_by_loop(maps, palette, scale, index, row, column)
    assert (np.asarray(picture) == expected).all()


def test_the_colours_in_the_file_are_the_palettes_and_gaps_are_transparent() -> None:
    maps = RANDOM.normal(size=(2, 3, 3))
    picture = opened(mosaic(maps, "diverging", "all", columns=2))
    levels = np.asarray(picture)
    pixels = np.asarray(picture.convert("RGBA"))
    assert (pixels[..., :3][levels != GAP] == table("diverging")[levels[levels != GAP]]).all()
    assert (pixels[..., 3] == np.where(levels == GAP, 0, 255)).all()


def test_tile_enlarges_by_whole_multiples() -> None:
    maps = RANDOM.normal(size=(1, 3, 3))
    small, large = np.asarray(opened(mosaic(maps))), np.asarray(opened(mosaic(maps, tile=10)))
    assert large.shape == (12, 12)
    assert (large == small.repeat(4, axis=0).repeat(4, axis=1)).all()


def test_each_map_reaches_both_ends_of_the_palette_and_all_share_one_range() -> None:
    maps = np.array([[[0.0, 1.0]], [[0.0, 100.0]]])
    assert np.asarray(opened(mosaic(maps, scale="each", columns=1, gap=0))).tolist() == [[0, 252], [0, 252]]
    assert np.asarray(opened(mosaic(maps, scale="all", columns=1, gap=0))).tolist() == [[0, 3], [0, 252]]


def test_a_constant_map_is_flat_and_a_map_without_numbers_is_hatched() -> None:
    maps = np.stack([np.full((2, 2), 3.5), np.full((2, 2), np.nan), np.array([[1, np.nan], [np.inf, 3]])])
    levels = np.asarray(opened(mosaic(maps, scale="each", columns=3, gap=0)))
    hatch = [[HATCH_DARK, HATCH_LIGHT], [HATCH_LIGHT, HATCH_DARK]]
    assert (levels[:, :2] == LEVELS - 1).all()  # its one value, in a range that reaches to 0
    assert levels[:, 2:4].tolist() == hatch
    assert levels[:, 4:].tolist() == [[0, HATCH_LIGHT], [HATCH_LIGHT, 252]]


def test_ranges_come_from_the_finite_values_only() -> None:
    low, high = map_ranges(np.array([[[1.0, -2.0]], [[np.nan, 5.0]], [[np.inf, -np.inf]]]))
    assert low.tolist() == [-2.0, 0.0, 0.0]
    assert high.tolist() == [1.0, 5.0, 0.0]


@pytest.mark.parametrize("shape", [(3, 3), (0, 3, 3), (2, 0, 3), (1, 2, 3, 3)])
def test_what_is_no_stack_of_maps_is_refused_in_words(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"shape \(C, H, W\)"):
        mosaic(np.zeros(shape))


def test_a_captioned_picture_keeps_every_pixel_and_adds_words_and_a_legend_below() -> None:
    maps = mosaic(RANDOM.normal(size=(9, 40, 200)), "diverging", columns=3, gap=0)
    page = opened(captioned(maps, "conv1 · 9 channels of 40 × 200 · untrained", "diverging", "−1.5", "1.5"))
    content = np.asarray(opened(maps).convert("RGB"))
    assert (np.asarray(page)[16 : 16 + 120, 16 : 16 + 600] == content).all()
    below = np.asarray(page)[16 + 120 + 8 :]
    assert (below == table("diverging")[0]).all(axis=-1).any()  # the blue end of the legend
    assert (below < 80).all(axis=-1).any()  # dark letters


def test_a_caption_in_letters_the_font_lacks_is_drawn_nevertheless() -> None:
    maps = mosaic(np.zeros((1, 2, 2)))
    assert opened(captioned(maps, "猫.png " * 40, "sequential", "0", "1")).width == 512
