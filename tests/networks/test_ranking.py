"""Channels in order, and who feeds whom: against torch and by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.networks.ranking import NUMBER, ORDERS, feeding, path, ranked, reading, similarity, sparsity, strength
from tests.networks.test_activations import activations_of


def test_the_orders_put_the_right_channel_first() -> None:
    maps = np.zeros((4, 3, 3), dtype=np.float32)
    maps[0] = 0.5
    maps[1, 1, 1] = 3.0
    maps[2] = -2.0
    maps[3] = 0.4
    assert ranked(maps, "strength")[0] == 2
    assert ranked(maps, "sparsity")[0] == 1
    assert ranked(maps, "similarity", 3)[:2] == [0, 3]
    assert ranked(maps, NUMBER) == [0, 1, 2, 3]
    assert all(sorted(ranked(maps, order)) == [0, 1, 2, 3] for order in ORDERS)


def test_silent_maps_and_maps_of_one_cell_have_numbers_too() -> None:
    maps = np.zeros((2, 1, 1), dtype=np.float32)
    for found in (strength(maps), sparsity(maps), similarity(maps, 0)):
        assert found.tolist() == [0, 0]


@pytest.mark.parametrize("groups", [1, 2])
def test_a_channel_that_feeds_nothing_can_be_cut_and_one_that_feeds_cannot(groups: int) -> None:
    torch.manual_seed(1)
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 6, 3, groups=groups)).requires_grad_(False)
    last = module[2]
    assert isinstance(last, nn.Conv2d)
    activations = activations_of(module, torch.rand(1, 3, 9, 9))
    given = torch.tensor(activations["1"])[None]
    for channel in range(6):
        found = feeding(activations, "2", channel)
        for input_channel in range(4):
            only = torch.zeros_like(given)
            only[:, input_channel] = given[:, input_channel]
            part = torch.conv2d(only, last.weight, groups=groups)[0, channel].abs().mean()
            assert float(part) <= found[input_channel] * 49 / 25 + 1e-5  # a bound, for windows inside the 7 × 7 map
            assert (found[input_channel] == 0) == (float(part) == 0)
            assert reading(activations, "2", input_channel)[channel] == pytest.approx(
                0 if float(part) == 0 else float(last.weight[channel, input_channel % (4 // groups)].abs().sum()),
                abs=1e-5,
            )


def test_a_path_leads_both_ways_along_the_channels_that_matter_most() -> None:
    torch.manual_seed(2)
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 5, 3), nn.ReLU(), nn.Conv2d(5, 6, 3))
    activations = activations_of(module.requires_grad_(False), torch.rand(1, 3, 12, 12))
    found = path(activations, ["0", "2", "4"], "2", 3)
    assert set(found) == {"0", "4"}
    assert np.array_equal(found["0"], feeding(activations, "2", 3))
    assert np.array_equal(found["4"], reading(activations, "4", 3))
    ends = path(activations, ["0", "2", "4"], "4", 1)
    assert set(ends) == {"0", "2"}
    assert np.array_equal(ends["0"], feeding(activations, "2", int(ends["2"].argmax())))
