"""Switch a channel off: both answers are torch's, the ten tiles are those that cost most, any address opens."""

import numpy as np
import pytest

from cnnviz.gallery import gallery_picture
from cnnviz.networks.without_channels import losses, without_channels
from cnnviz.ui.explore.channels_off import HOWS
from cnnviz.ui.explore.neuron.choice import liveliest_channel
from cnnviz.ui.pickers.class_index import percentages
from cnnviz.ui.sharing import cached
from tests.pages.test_explore import canvas, data_of, opened, words

NETWORK = {"network": "Slim VGG"}


def test_the_page_opens_on_a_deep_layer_with_its_liveliest_channel_off() -> None:
    app = opened("channels_off", **NETWORK)
    header, values = canvas(app, "off_maps")
    whole = cached.activations("slim_vgg", gallery_picture("chelsea"))
    (channel,) = [int(box.value) for box in app.number_input if box.key == "off_channel"]
    (layer,) = [str(box.value) for box in app.selectbox if box.key == "off_layer"]
    assert channel == liveliest_channel(whole, layer)
    assert f"channel {channel} is switched" in header["label"]
    assert len(values) == len(whole[layer])
    assert "the whole network" in words(app)


@pytest.mark.parametrize(("how", "word"), [("off", "off"), ("at its mean", "at its mean"), ("keep only it", "alone")])
def test_the_answer_is_that_of_the_network_without_the_channel(how: str, word: str) -> None:
    app = opened("channels_off", **NETWORK, off_layer="features.11", off_channel="7", off_how=how)
    whole = cached.activations("slim_vgg", gallery_picture("chelsea"))
    now = without_channels(whole, "features.11", [7], HOWS[how])
    best = int(whole.answer.scores.argmax())
    said = words(app)
    assert f"from {whole.answer.scores[best]:.3f} to {now.answer.scores[best]:.3f}".replace(" -", " −") in said
    assert f"to {percentages(now.answer.scores)[best]:.2f} %" in said
    assert f"channel 7 {word}" in said


def test_the_tiles_are_the_ten_channels_whose_loss_costs_most() -> None:
    app = opened("channels_off", **NETWORK, off_layer="features.11", **{"class": "3"})
    whole = cached.activations("slim_vgg", gallery_picture("chelsea"))
    *_, last = losses(whole, "features.11", 3)
    tiles = data_of(app, "off_needed")["patches"]["tiles"]
    wanted = np.argsort(-last.drops, kind="stable")[:10]
    assert [tile["name"] for tile in tiles] == [str(channel) for channel in wanted]


def test_a_strange_address_opens_the_page() -> None:
    app = opened("channels_off", **NETWORK, off_layer="no.such", off_channel="9999", off_how="sideways")
    assert not app.exception
    assert "The score of" in words(app)
