"""The statistics of a layer are torch's; dead channels are those that no picture makes positive."""

import numpy as np
import torch

from cnnviz.gallery import gallery_picture
from cnnviz.networks.feature_maps import feature_maps
from cnnviz.networks.statistics import channel_statistics, dead_channels
from cnnviz.networks.top_patches import index_patches
from cnnviz.networks.zoo import load_model


def test_statistics_are_those_of_torch() -> None:
    maps = torch.relu(torch.randn(5, 7, 9, generator=torch.Generator().manual_seed(0)))
    found, flat = channel_statistics(maps.numpy()), maps.flatten(1).double()
    np.testing.assert_allclose(found.mean, flat.mean(1), rtol=1e-6)
    np.testing.assert_allclose(found.spread, flat.std(1, correction=0), rtol=1e-6)
    np.testing.assert_allclose(found.zeros, (flat == 0).double().mean(1))
    np.testing.assert_allclose(found.lowest, flat.amin(1))
    np.testing.assert_allclose(found.highest, flat.amax(1))


def test_dead_channels_are_those_that_no_picture_makes_positive() -> None:
    model = load_model("slim_vgg", download=False)
    pictures = [gallery_picture(key) for key in ("chelsea", "coffee")]
    index = index_patches(model, pictures)
    for layer in ("features.3", "features.18"):
        largest = np.max(
            [feature_maps(model.module, model.preprocess(p.image), [layer])[layer].max(axis=(1, 2)) for p in pictures],
            axis=0,
        )
        assert dead_channels(index, layer) == np.flatnonzero(largest <= 0).tolist()
