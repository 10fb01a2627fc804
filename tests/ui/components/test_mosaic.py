"""The message to the canvas holds the maps' own values, all of them or every n-th, and the ranges of all."""

import json
from typing import Any

import numpy as np
import pytest

from cnnviz.figures.palettes import table
from cnnviz.ui.components.mosaic import MAX_MAPS, MAX_VALUES, Palette, decimals, encode, sampling_step

RANDOM = np.random.default_rng(3)


def decoded(message: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read a message as mosaic.js does: its header, and the arrays behind it by name."""
    length = int.from_bytes(message[:4], "little")
    header = json.loads(message[4 : 4 + length])
    assert (4 + length) % 4 == 0  # the browser reads floats only from such places
    count = header["shape"][0]
    height, width = header["picture"] or (0, 0)
    sizes = {"low": 4 * count, "high": 4 * count, "values": 4 * int(np.prod(header["shape"]))}
    sizes |= {"light": 768, "dark": 768, "picture": height * width * 3}
    arrays, at = {}, 4 + length
    for name, size in sizes.items():
        arrays[name] = np.frombuffer(message[at : at + size], np.uint8 if size in (768, height * width * 3) else "<f4")
        at += size
    assert at == len(message)
    return header, arrays


def test_values_arrive_exactly_with_the_range_of_each_map() -> None:
    maps = RANDOM.normal(size=(5, 7, 6)).astype(np.float32)
    header, arrays = decoded(encode(maps, palette="diverging", label="Five maps – größer"))
    assert (header["shape"], header["step"], header["label"]) == ([5, 1, 7, 6], 1, "Five maps – größer")
    assert (arrays["values"].reshape(5, 7, 6) == maps).all()
    assert (arrays["low"] == maps.min(axis=(1, 2))).all()
    assert (arrays["high"] == maps.max(axis=(1, 2))).all()
    assert (arrays["light"].reshape(256, 3) == table("diverging", dark=False)).all()
    assert (arrays["dark"].reshape(256, 3) == table("diverging", dark=True)).all()


def test_large_maps_are_thinned_to_real_cells_and_keep_the_range_of_all() -> None:
    maps = RANDOM.normal(size=(64, 224, 224)).astype(np.float32)
    header, arrays = decoded(encode(maps, palette="diverging"))
    assert (header["step"], header["shape"]) == (3, [64, 1, 75, 75])
    assert (arrays["values"].reshape(64, 75, 75) == maps[:, ::3, ::3]).all()
    assert (arrays["high"] == maps.max(axis=(1, 2))).all()


@pytest.mark.parametrize(
    "shape", [(1, 1, 1, 1), (64, 3, 11, 11), (64, 1, 224, 224), (2048, 1, 7, 7), (512, 1, 1000, 1), (1, 1, 5000, 5000)]
)
def test_what_is_sent_is_bounded(shape: tuple[int, ...]) -> None:
    step = sampling_step(shape)
    assert shape[0] * shape[1] * -(-shape[2] // step) * -(-shape[3] // step) <= MAX_VALUES


def test_more_maps_than_the_canvas_draws_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"at most 2048 maps, not 2049"):
        encode(np.zeros((MAX_MAPS + 1, 1, 1)), palette="sequential")


def test_filters_keep_their_three_colours_and_a_picture_its_pixels() -> None:
    weights = RANDOM.normal(size=(2, 3, 4, 4)).astype(np.float32)
    header, arrays = decoded(encode(weights, palette="rgb"))
    assert header["shape"] == [2, 3, 4, 4]
    assert (arrays["values"].reshape(weights.shape) == weights).all()
    picture = RANDOM.integers(0, 256, size=(10, 12, 3), dtype=np.uint8)
    header, arrays = decoded(encode(weights[0, :1], palette="diverging", picture=picture))
    assert header["picture"] == [10, 12]
    assert (arrays["picture"].reshape(picture.shape) == picture).all()


def test_a_map_of_one_value_has_a_range_that_reaches_to_zero() -> None:
    for value, expected in ((16.63, (0.0, 16.63)), (-2.0, (-2.0, 0.0)), (0.0, (0.0, 0.0))):
        _, arrays = decoded(encode(np.full((1, 1, 1), value, dtype=np.float32), palette="sequential"))
        assert (arrays["low"][0], arrays["high"][0]) == pytest.approx(expected)


@pytest.mark.parametrize("palette", ["diverging", "sequential"])
def test_cells_without_a_number_do_not_spoil_the_range(palette: Palette) -> None:
    maps = np.array([[[np.nan, 2.0], [np.inf, -1.0]]], dtype=np.float32)
    header, arrays = decoded(encode(maps, palette=palette))
    assert (arrays["low"][0], arrays["high"][0]) == (-1.0, 2.0)
    assert header["decimals"] == 3
    assert np.isnan(arrays["values"][0])


def test_four_digits_of_the_largest_value_are_shown() -> None:
    one = np.ones(1)
    assert [decimals(-size * one, 0 * one) for size in (0.05, 0.5, 5, 50, 50_000)] == [5, 4, 3, 2, 0]
    assert decimals(0 * one, 0 * one) == 1
