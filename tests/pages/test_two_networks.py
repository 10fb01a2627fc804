"""Two networks: each half shows its own network's answer, map and field; any address opens."""

import pytest

from cnnviz.gallery import gallery_picture
from cnnviz.ui.explore.neuron.choice import liveliest_channel
from cnnviz.ui.sharing import cached
from tests.pages.test_explore import canvas, data_of, opened

BOTH = {"first_network": "AlexNet", "second_network": "ResNet-18"}


def test_each_half_shows_its_own_network() -> None:
    app = opened("two_networks", **BOTH, first_layer="features.3", second_layer="layer2.0.conv1", second_channel="7")
    picture = gallery_picture("chelsea")
    for side, name, layer in (("first", "alexnet", "features.3"), ("second", "resnet18", "layer2.0.conv1")):
        activations = cached.activations(name, picture)
        channel = 7 if side == "second" else liveliest_channel(activations, layer)
        header, values = canvas(app, f"{side}_map")
        assert f"Channel {channel} of {layer}" in header["label"]
        assert (values[0, 0] == activations[layer][channel]).all()
        scores = data_of(app, f"{side}_softmax")["rows"]
        assert float(scores[0]["score"].replace("−", "-")) == pytest.approx(activations.answer.scores.max(), abs=1e-4)
    assert any("sees" in caption.value and "224 × 224 pixels" in caption.value for caption in app.caption)


@pytest.mark.parametrize(
    "address",
    [
        {"first_network": "LeNet"},
        {"second_layer": "x"},
        {"first_channel": "-1"},
        {"first_channel": "abc"},
        {"second_channel": "inf"},
    ],
)
def test_junk_in_the_address_opens_what_is_there(address: dict[str, str]) -> None:
    app = opened("two_networks", **(BOTH | address))
    assert canvas(app, "first_map")
    assert canvas(app, "second_map")


def test_every_suggestion_works() -> None:
    count = len([button for button in opened("two_networks", **BOTH).button if (button.key or "").startswith("two")])
    assert count == 3
    for number in range(count):
        app = opened("two_networks", **BOTH)
        [button for button in app.button if (button.key or "").startswith("two")][number].click().run()
        assert not app.exception
