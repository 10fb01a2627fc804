"""Whole network: every convolution is there with its own channels, in order; any address opens."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from torch import nn

from cnnviz.gallery import gallery_picture
from cnnviz.networks.gains import channel_gains, channel_shares
from cnnviz.networks.ranking import ranked
from cnnviz.ui.sharing import cached
from tests.pages.test_explore import data_of, opened

RESNET = {"network": "ResNet-18"}


def overview(app: AppTest) -> dict[str, Any]:
    return data_of(app, "overview")


def test_every_convolution_of_the_main_way_has_a_column_with_its_strongest_channels() -> None:
    columns = overview(opened("whole_network", **RESNET))["columns"]
    model = cached.model("resnet18")
    convolutions = [path for path, layer in model.module.named_modules() if isinstance(layer, nn.Conv2d)]
    assert [column["layer"] for column in columns] == [path for path in convolutions if "downsample" not in path]
    whole = cached.activations("resnet18", gallery_picture("chelsea"))
    assert columns[0]["channels"] == ranked(whole["relu"], "strength")[:6]
    assert columns[0]["shape"] == "64 × 112 × 112"
    assert all(column["box"][1] <= 64 for column in columns)


def test_the_two_branches_of_a_fire_module_stand_side_by_side_and_nothing_else_does() -> None:
    columns = overview(opened("whole_network", network="SqueezeNet 1.1"))["columns"]
    assert [column["layer"] for column in columns if column["beside"]] == [
        f"features.{number}.expand3x3" for number in (3, 4, 6, 7, 9, 10, 11, 12)
    ]
    assert not any(column["beside"] for column in overview(opened("whole_network", network="Slim ResNet"))["columns"])


@pytest.mark.parametrize("order", ["strength", "sparsity", "similarity", "number"])
def test_the_chosen_channel_is_always_among_those_shown(order: str) -> None:
    data = overview(
        opened("whole_network", **RESNET, whole_layer="layer2.0.conv1", whole_channel="77", whole_order=order)
    )
    (column,) = [one for one in data["columns"] if one["layer"] == "layer2.0.conv1"]
    assert 77 in column["channels"]
    assert data["chosen"] == ["layer2.0.conv1", 77]
    if order == "similarity":
        assert column["channels"][0] == 77


def test_a_followed_channel_leads_through_the_layers_to_channels_that_live() -> None:
    address = {"network": "Slim AlexNet", "whole_layer": "features.6", "whole_follow": "true"}
    data = overview(opened("whole_network", **address))
    chosen = data["chosen"][1]
    assert data["path"] == ["features.0", "features.3", "features.6", "features.8", "features.10"]
    firsts = {column["layer"]: column["channels"][0] for column in data["columns"]}
    assert firsts["features.6"] == chosen
    whole = cached.activations("slim_alexnet", gallery_picture("chelsea"))
    fed_by = int(channel_shares(whole, "features.6", chosen).argmax())
    gains = channel_gains(whole, "features.8", chosen)
    assert firsts["features.3"] == fed_by
    assert firsts["features.0"] == int(channel_shares(whole, "features.3", fed_by).argmax())
    assert firsts["features.8"] == int(gains.argmax())
    assert firsts["features.10"] == int(channel_gains(whole, "features.10", int(gains.argmax())).argmax())
    assert all(whole[whole.settled(layer)][first].max() > 0 for layer, first in firsts.items())


def test_a_silent_channel_has_no_path() -> None:
    maps = cached.activations("slim_alexnet", gallery_picture("chelsea"))["features.7"]
    silent = int(maps.reshape(len(maps), -1).max(axis=1).argmin())
    assert maps[silent].max() == 0
    address = {"network": "Slim AlexNet", "whole_layer": "features.6", "whole_follow": "true"}
    assert overview(opened("whole_network", **address, whole_channel=str(silent)))["path"] == ["features.6"]


@pytest.mark.parametrize("scale", ["Each map", "Each layer", "One for all"])
def test_the_colours_say_their_range(scale: str) -> None:
    columns = overview(opened("whole_network", network="AlexNet", whole_scale=scale))["columns"]
    ranges = {column["range"] for column in columns}
    assert len(ranges) == (5 if scale == "Each layer" else 1)


@pytest.mark.parametrize(
    "address", [{"whole_layer": "nothing"}, {"whole_channel": "9999"}, {"whole_order": "<i>"}, {"whole_channel": "inf"}]
)
def test_junk_in_the_address_opens_what_is_there(address: dict[str, str]) -> None:
    data = overview(opened("whole_network", network="AlexNet", **address))
    assert data["chosen"][0] in [column["layer"] for column in data["columns"]]
