"""One fixed shuffle of pixels: the same rearrangement for every picture."""

import numpy as np


def fixed_shuffle(num_pixels: int, seed: int) -> np.ndarray:
    """Where each pixel comes from: the numbers 0 ... num_pixels - 1 rearranged, (num_pixels,), always alike for a seed.

    >>> sorted(fixed_shuffle(4, seed=3).tolist())
    [0, 1, 2, 3]
    """
    return np.random.default_rng(seed).permutation(num_pixels)


def shuffled(pictures: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Pictures (..., H, W) with pixel order[i] put at place i, counted row by row; channels stay together.

    Nothing is lost: `shuffled(result, np.argsort(order))` is the picture again.

    >>> shuffled(np.array([[1, 2], [3, 4]]), np.array([3, 2, 1, 0])).tolist()
    [[4, 3], [2, 1]]
    """
    flat = pictures.reshape(*pictures.shape[:-2], -1)
    return flat[..., order].reshape(pictures.shape)
