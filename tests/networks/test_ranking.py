"""Channels in order, and who feeds whom: against torch and by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.networks.ranking import NUMBER, ORDERS, feeding, path, ranked, reading, similarity, sparsity, strength
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


def test_a_path_goes_on_from_the_stronger_of_two_branches() -> None:
    torch.manual_seed(2)
    activations = activations_of(load_model("squeezenet1_1", download=False).module, torch.randn(1, 3, 96, 96))
    layers = [name for name in activations.explained() if isinstance(activations.module_of(name), nn.Conv2d)]
    chosen = "features.6.squeeze"
    found = path(activations, layers, chosen, 7)
    assert set(found) == {*layers} - {chosen}
    scores = feeding(activations, chosen, 7)
    assert np.array_equal(found["features.4.expand1x1"], scores[:64])
    assert np.array_equal(found["features.4.expand3x3"], scores[64:])
    maker, channel = ("features.4.expand1x1", int(scores.argmax()))
    if channel >= 64:
        maker, channel = "features.4.expand3x3", channel - 64
    assert np.array_equal(found["features.4.squeeze"], feeding(activations, maker, channel))
    taken = {name: reading(activations, name, 7) for name in ("features.6.expand1x1", "features.6.expand3x3")}
    for name, values in taken.items():
        assert np.array_equal(found[name], values)
    stronger = max(taken, key=lambda name: float(taken[name].max()))
    place = int(taken[stronger].argmax()) + (128 if stronger.endswith("3x3") else 0)
    assert np.array_equal(found["features.7.squeeze"], reading(activations, "features.7.squeeze", place))


def test_a_path_through_a_residual_block_runs_along_the_channels_of_its_sum() -> None:
    torch.manual_seed(2)
    activations = activations_of(load_model("slim_resnet", download=False).module, torch.randn(1, 3, 64, 64))
    layers = ["conv1", "layer1.0.conv1", "layer1.0.conv2", "layer1.1.conv1"]
    found = path(activations, layers, "layer1.1.conv1", 3)
    assert set(found) == {*layers[:3]}
    assert np.array_equal(found["layer1.0.conv2"], feeding(activations, "layer1.1.conv1", 3))
    best = int(found["layer1.0.conv2"].argmax())
    assert np.array_equal(found["layer1.0.conv1"], feeding(activations, "layer1.0.conv2", best))
