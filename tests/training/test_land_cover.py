"""The drawn patches: what they are, that a seed decides them, and that colour alone hardly tells their classes."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.training.land_cover import CHANNELS, CLASSES, land_cover


def test_patches_have_the_form_of_sat6_and_each_class_its_share() -> None:
    patches, labels = land_cover(42, seed=3)
    assert patches.shape == (42, len(CHANNELS), 28, 28)
    assert patches.dtype == np.float32
    assert labels.dtype == np.int64
    assert sorted(np.bincount(labels).tolist()) == [10, 10, 11, 11]
    levels = 255 * patches.astype(np.float64)
    assert np.allclose(levels, np.rint(levels), atol=1e-4)
    assert patches.min() >= 0
    assert patches.max() <= 1


def test_a_seed_decides_every_pixel() -> None:
    (first, labels), (again, same), (other, _) = land_cover(12, 5), land_cover(12, 5), land_cover(12, 6)
    assert np.array_equal(first, again)
    assert np.array_equal(labels, same)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("count", [0, -1, 100_001])
def test_a_count_that_cannot_be_drawn_is_refused_in_words(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 100,000"):
        land_cover(count)


def test_four_patches_are_one_of_each_class() -> None:
    assert sorted(land_cover(4, 9)[1].tolist()) == [0, 1, 2, 3]


def test_mean_and_spread_of_the_channels_hardly_tell_the_class() -> None:
    """So that only the texture can: a linear classifier on them is far below a half, a convolution near 100 %."""
    patches, labels = land_cover(1200, 0)
    held_out, held_out_labels = land_cover(600, 1)
    features, tests = (
        torch.from_numpy(np.concatenate([some.mean((2, 3)), some.std((2, 3))], axis=1)) for some in (patches, held_out)
    )
    mean, spread = features.mean(0), features.std(0)
    torch.manual_seed(0)
    linear = nn.Linear(features.shape[1], len(CLASSES))
    optimizer = torch.optim.Adam(linear.parameters(), lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        nn.functional.cross_entropy(linear((features - mean) / spread), torch.from_numpy(labels)).backward()
        optimizer.step()
    guesses = linear((tests - mean) / spread).argmax(1).numpy()
    assert (guesses == held_out_labels).mean() < 0.5


def test_all_classes_have_the_same_levels_of_brightness_in_every_patch() -> None:
    patches, labels = land_cover(400, 2)
    spreads = [patches[labels == label].std(axis=(2, 3)).mean() for label in range(len(CLASSES))]
    assert max(spreads) < 1.25 * min(spreads)
