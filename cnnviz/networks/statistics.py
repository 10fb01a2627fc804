"""What the values of a layer are like: mean, spread and share of zeros of each channel, and channels that stay dead."""

from dataclasses import dataclass

import numpy as np

from cnnviz.networks.top_patches import PatchIndex


@dataclass(frozen=True)
class ChannelStatistics:
    """Of each channel (C,): the mean, the standard deviation, the share of zeros (0 to 1), the lowest, the highest."""

    mean: np.ndarray
    spread: np.ndarray
    zeros: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray


def channel_statistics(maps: np.ndarray) -> ChannelStatistics:
    """The statistics of maps (C, H, W), computed in double precision.

    >>> found = channel_statistics(np.array([[[0.0, 2.0], [0.0, 2.0]]]))
    >>> found.mean.tolist(), found.spread.tolist(), found.zeros.tolist()
    ([1.0], [1.0], [0.5])
    """
    flat = maps.reshape(len(maps), -1)
    mean = flat.mean(axis=1, dtype=np.float64)
    return ChannelStatistics(
        mean=mean,
        spread=flat.std(axis=1, dtype=np.float64),
        zeros=1 - np.count_nonzero(flat, axis=1) / flat.shape[1],
        lowest=flat.min(axis=1).astype(np.float64),
        highest=flat.max(axis=1).astype(np.float64),
    )


def dead_channels(index: PatchIndex, layer: str) -> list[int]:
    """The channels of an indexed layer that no picture of the set makes positive: behind a ReLU they never say a word.

    For a layer without normalisation between it and its ReLU that is exact; else a channel may come alive behind it.
    """
    return [int(channel) for channel in np.flatnonzero(index.layers[layer].values[:, 0] <= 0)]
