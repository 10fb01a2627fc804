"""Channels in order, and who feeds whom: against torch and by hand."""

import numpy as np
import torch
from torch import nn

from cnnviz.networks.gains import channel_gains, channel_shares
from cnnviz.networks.ranking import NUMBER, ORDERS, path, ranked, similarity, sparsity, strength
from cnnviz.networks.zoo import load_model
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


def test_a_path_leads_both_ways_along_the_channels_that_matter_most() -> None:
    torch.manual_seed(2)
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 5, 3), nn.ReLU(), nn.Conv2d(5, 6, 3))
    activations = activations_of(module.requires_grad_(False), torch.rand(1, 3, 12, 12))
    lively = ranked(activations["3"], "strength")[0]
    found = path(activations, ["0", "2", "4"], "2", lively)
    assert set(found) == {"0", "4"}
    assert np.array_equal(found["0"], channel_shares(activations, "2", lively))
    assert np.array_equal(found["4"], channel_gains(activations, "4", lively))
    last = int(found["4"].argmax())
    ends = path(activations, ["0", "2", "4"], "4", last)
    assert set(ends) == {"0", "2"}
    assert np.array_equal(ends["0"], channel_shares(activations, "2", int(ends["2"].argmax())))


def test_a_path_ends_where_no_channel_gains() -> None:
    torch.manual_seed(2)
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 5, 3), nn.ReLU(), nn.Conv2d(5, 6, 3))
    activations = activations_of(module.requires_grad_(False), torch.rand(1, 3, 12, 12))
    silent = int(activations["3"].reshape(5, -1).max(axis=1).argmin())
    assert activations["3"][silent].max() == 0
    assert path(activations, ["0", "2", "4"], "2", silent) == {}


def test_a_path_goes_on_from_the_stronger_of_two_branches() -> None:
    torch.manual_seed(2)
    activations = activations_of(load_model("squeezenet1_1", download=False).module, torch.randn(1, 3, 96, 96))
    layers = [name for name in activations.explained() if isinstance(activations.module_of(name), nn.Conv2d)]
    chosen = "features.6.squeeze"
    found = path(activations, layers, chosen, 7)
    assert set(found) == {*layers} - {chosen}
    scores = channel_shares(activations, chosen, 7)
    assert np.array_equal(found["features.4.expand1x1"], scores[:64])
    assert np.array_equal(found["features.4.expand3x3"], scores[64:])
    maker, channel = ("features.4.expand1x1", int(scores.argmax()))
    if channel >= 64:
        maker, channel = "features.4.expand3x3", channel - 64
    assert np.array_equal(found["features.4.squeeze"], channel_shares(activations, maker, channel))
    taken = {name: channel_gains(activations, name, 7) for name in ("features.6.expand1x1", "features.6.expand3x3")}
    for name, values in taken.items():
        assert np.array_equal(found[name], values)
    stronger = max(taken, key=lambda name: float(taken[name].max()))
    place = int(taken[stronger].argmax()) + (128 if stronger.endswith("3x3") else 0)
    assert np.array_equal(found["features.7.squeeze"], channel_gains(activations, "features.7.squeeze", place))


def test_a_path_through_a_residual_block_runs_along_the_channels_of_its_sum() -> None:
    torch.manual_seed(2)
    activations = activations_of(load_model("slim_resnet", download=False).module, torch.randn(1, 3, 64, 64))
    layers = ["conv1", "layer1.0.conv1", "layer1.0.conv2", "layer1.1.conv1"]
    found = path(activations, layers, "layer1.1.conv1", 3)
    assert set(found) == {*layers[:3]}
    assert np.array_equal(found["layer1.0.conv2"], channel_shares(activations, "layer1.1.conv1", 3))
    best = int(found["layer1.0.conv2"].argmax())
    assert np.array_equal(found["layer1.0.conv1"], channel_shares(activations, "layer1.0.conv2", best))
