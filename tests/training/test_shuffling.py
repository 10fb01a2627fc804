"""One shuffle for all pictures: nothing is lost, and it can be undone."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.training.shuffling import fixed_shuffle, shuffled


@settings(deadline=None)
@given(height=st.integers(1, 6), width=st.integers(1, 6), channels=st.integers(1, 4), seed=st.integers(0, 999))
def test_a_shuffle_moves_whole_pixels_and_can_be_undone(height: int, width: int, channels: int, seed: int) -> None:
    pictures = np.random.default_rng(seed).random((2, channels, height, width))
    order = fixed_shuffle(height * width, seed)
    torn = shuffled(pictures, order)
    assert torn.shape == pictures.shape
    assert np.array_equal(shuffled(torn, np.argsort(order)), pictures)
    pixels = {tuple(pixel) for pixel in pictures[0].reshape(channels, -1).T}
    assert {tuple(pixel) for pixel in torn[0].reshape(channels, -1).T} == pixels


def test_the_same_seed_is_the_same_shuffle() -> None:
    assert np.array_equal(fixed_shuffle(784, 7), fixed_shuffle(784, 7))
    assert not np.array_equal(fixed_shuffle(784, 7), fixed_shuffle(784, 8))
