"""What units gain from a value or a channel: the network run again without it says the same."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.networks.activations import Activations, Index, index_at
from cnnviz.networks.changed import changed
from cnnviz.networks.gains import channel_gains, channel_shares, strongest_use
from cnnviz.networks.zoo import load_model
from tests.networks.test_activations import activations_of


def of(name: str) -> Activations:
    torch.manual_seed(3)
    return activations_of(load_model(name, download=False).module, torch.randn(1, 3, 64, 64))


@pytest.fixture(scope="module")
def resnet() -> Activations:
    return of("slim_resnet")


@pytest.fixture(scope="module")
def vgg() -> Activations:
    return of("slim_vgg")


def lost(found: Activations, layer: str, place: Any, value: float = 0.0) -> np.ndarray:
    """By how much each unit of a layer is smaller, behind what follows it, where its input has another value."""
    source = found.network[layer].inputs[0]
    values = found[source].copy()
    values[place] = value
    rested = found.settled(layer)
    less: np.ndarray = found[rested] - changed(found, {source: values})[rested]
    return less


def strongest_of(maps: np.ndarray) -> Index:
    return index_at(maps.shape, int(maps.argmax()))


def test_up_leads_to_the_unit_that_loses_most_without_the_value(vgg: Activations, resnet: Activations) -> None:
    ways = ((vgg, "features.6", "features.8"), (vgg, "features.2", "features.3"), (resnet, "layer2.0.conv1", None))
    for found, layer, user in (*ways, (resnet, "layer1.1.conv1", "layer1.1.conv2")):
        (use,) = found.users(layer, strongest_of(found[layer]))
        assert user in (None, use.name)
        unit, without = strongest_use(found, use), lost(found, use.name, use.index)
        assert unit is not None
        assert without[unit] == pytest.approx(without.max(), abs=1e-4)
        assert found[found.settled(use.name)][unit] > 0  # never one that the ReLU cuts


def test_through_a_max_pooling_up_leads_to_the_cell_that_wins_because_of_the_value(vgg: Activations) -> None:
    pool = "features.2"
    maps = vgg["features.1"][:, :8, :8]
    wins = 0
    for index in np.ndindex(4, 8, 8):
        channel, row, column = index
        (use,) = vgg.users("features.0", (channel, row, column))
        unit = strongest_use(vgg, use)
        window = maps[channel, row // 2 * 2 : row // 2 * 2 + 2, column // 2 * 2 : column // 2 * 2 + 2]
        is_alone_ahead = (window >= maps[index]).sum() == 1
        assert unit == ((channel, row // 2, column // 2) if is_alone_ahead else None)
        wins += unit is not None
        if unit is not None:
            assert vgg[pool][unit] == maps[index]
    assert 0 < wins < 4 * 16 + 1


def test_a_value_that_the_relu_makes_0_leads_nowhere(vgg: Activations) -> None:
    silent = index_at(vgg["features.6"].shape, int(vgg["features.6"].argmin()))
    assert vgg["features.6"][silent] < 0
    (use,) = vgg.users("features.6", silent)
    assert strongest_use(vgg, use) is None


def test_a_negative_value_raises_what_reads_it_with_negative_weights() -> None:
    module = nn.Sequential(nn.Conv2d(3, 2, 1), nn.Conv2d(2, 3, 1)).requires_grad_(False)
    with torch.no_grad():
        module[0].weight.fill_(-1.0)
        module[1].weight.copy_(torch.tensor([[0.5, 2.0], [-1.0, 0.0], [-0.25, 1.0]])[..., None, None])
    found = activations_of(module, torch.ones(1, 3, 2, 2))
    (use,) = found.users("0", (0, 1, 1))
    assert strongest_use(found, use) == (1, 1, 1)


def test_of_an_average_every_place_gains_alike_and_the_middle_one_is_gone_to() -> None:
    torch.manual_seed(2)
    found = activations_of(nn.Sequential(nn.Conv2d(3, 2, 1), nn.AvgPool2d(3, 1)), torch.rand(1, 3, 7, 7))
    for channel, value in enumerate(found["0"][:, 3, 3]):
        (use,) = found.users("0", (channel, 3, 3))
        assert len(use.rows) == len(use.columns) == 3
        assert strongest_use(found, use) == ((channel, 2, 2) if value > 0 else None)


def test_a_channel_gains_what_it_loses_without_the_one_it_reads(vgg: Activations, resnet: Activations) -> None:
    for found, layer in (
        (vgg, "features.3"),
        (vgg, "features.8"),
        (resnet, "layer2.0.conv2"),
        (resnet, "layer1.0.conv2"),
    ):
        for channel in (0, 7, 15):
            expected = lost(found, layer, channel).mean(axis=(1, 2))
            np.testing.assert_allclose(channel_gains(found, layer, channel), expected, atol=1e-5)


def test_what_the_channels_add_makes_the_part_that_the_relu_lets_through(vgg: Activations) -> None:
    for channel in (2, 31):
        shares = channel_shares(vgg, "features.3", channel)
        is_open = vgg["features.4"][channel] > 0
        bias = float(vgg.module.get_submodule("features.3").bias[channel]) * is_open.mean()
        assert shares.sum() + bias == pytest.approx(vgg["features.4"][channel].mean(), abs=1e-5)


@pytest.mark.parametrize("padding_mode", ["zeros", "reflect", "circular"])
def test_channels_of_other_groups_bring_and_gain_nothing(padding_mode: Any) -> None:
    torch.manual_seed(1)
    last = nn.Conv2d(4, 6, 3, groups=2, padding=1, padding_mode=padding_mode)
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), last, nn.BatchNorm2d(6)).eval().requires_grad_(False)
    with torch.no_grad():
        module[3].weight.copy_(torch.tensor([1.0, -2.0, 0.5, 1.0, -1.0, 3.0]))
        module[3].running_var.copy_(torch.tensor([0.5, 1.0, 2.0, 3.0, 0.2, 1.5]))
    found = activations_of(module, torch.rand(1, 3, 9, 9))
    for channel in range(4):
        expected = lost(found, "2", channel).mean(axis=(1, 2))
        assert ((expected == 0) == (np.arange(6) // 3 != channel // 2)).all()
        np.testing.assert_allclose(channel_gains(found, "2", channel), expected, atol=1e-6)
        for reader in range(6):  # without a ReLU both are the same
            assert channel_shares(found, "2", reader)[channel] == pytest.approx(expected[reader], abs=1e-6)
    with pytest.raises(ValueError, match="is no convolution"):
        channel_shares(found, "3", 0)
