"""What does a unit look for?: patches, ascent and deconvolution are those of the libraries; any address is answered."""

from base64 import b64decode
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnviz.gallery import GALLERY, gallery_picture
from cnnviz.images import read_picture
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.feature_visualization import Goal, ascend
from cnnviz.networks.preprocess import preprocess_steps
from cnnviz.networks.top_patches import index_patches
from cnnviz.networks.zoo import MODELS
from cnnviz.ui.explore.unit import ascent as unit_ascent
from cnnviz.ui.explore.unit.picture_set import MAX_OWN, OWN, smaller
from cnnviz.ui.page.plain_text import as_plain_text
from cnnviz.ui.pickers.network import UNTRAINED
from cnnviz.ui.sharing import cached
from tests.pages.test_explore import data_of, opened, words

torch.set_num_threads(1)

ALEXNET = {"network": "AlexNet"}


def button(app: AppTest, key: str) -> Any:
    return next(button for button in app.button if button.key == key)


def unit_of(app: AppTest) -> tuple[str, int]:
    (channel,) = [n for n in app.number_input if n.key == "seek_channel"]
    (layer,) = [s for s in app.selectbox if s.key == "seek_layer"]
    return layer.value, int(channel.value)


def captions(app: AppTest) -> str:
    return " ".join(element.value for element in app.caption)


def test_the_tiles_are_the_nine_strongest_patches_of_the_gallery() -> None:
    app = opened("visualize_a_unit", **ALEXNET, seek_layer="features.3", seek_channel="17")
    pictures = [gallery_picture(key) for key in GALLERY]
    patches = index_patches(cached.model("alexnet"), pictures).patches("features.3", 17)
    tiles = data_of(app, "seek_patches")["patches"]["tiles"]
    assert [tile["value"] for tile in tiles] == [f"{patch.value:.4g}".replace("-", "−") for patch in patches]
    assert [tile["name"] for tile in tiles] == [pictures[patch.picture].name for patch in patches]
    assert len(tiles) == 9
    assert f"row {patches[0].row}, column {patches[0].column}; 51 × 51 pixels" in tiles[0]["words"]
    assert UNTRAINED in words(app)


def test_what_is_0_or_below_excites_nothing_and_is_left_out() -> None:
    pictures = [gallery_picture(key) for key in GALLERY]
    model = cached.model("slim_alexnet")
    found = index_patches(model, pictures)
    counts = {channel: sum(one.value > 0 for one in found.patches("classifier.6", channel)) for channel in range(37)}
    channel = next(channel for channel, count in counts.items() if 0 < count < 9)
    address = {"network": "Slim AlexNet", "seek_layer": "classifier.6"}
    app = opened("visualize_a_unit", **address, seek_channel=str(channel))
    tiles = data_of(app, "seek_patches")["patches"]["tiles"]
    assert len(tiles) == counts[channel]
    assert not any(tile["value"].startswith("−") for tile in tiles)
    assert "Places where its value is 0 or below are left out" in captions(app)


def test_a_unit_that_makes_the_score_of_a_class_is_named_after_it() -> None:
    for network, layer in (("Slim AlexNet", "classifier.6"), ("SqueezeNet 1.1", "classifier.1"), ("ResNet-18", "fc")):
        name = next(key for key, entry in MODELS.items() if entry.title == network)
        said = f"It makes the score of **{as_plain_text(cached.model(name).classes[7])}**."
        assert said in words(opened("visualize_a_unit", network=network, seek_layer=layer, seek_channel="7"))
        assert said in words(opened("one_neuron", network=network, neuron_layer=layer, neuron_channel="7"))
    assert "makes the score" not in words(opened("one_neuron", network="Slim AlexNet", neuron_layer="classifier.4"))


def test_a_link_opens_the_unit_that_it_was_made_on() -> None:
    app = opened("visualize_a_unit", **ALEXNET, seek_layer="features.3", seek_channel="17.0", seek_row="5.0")
    assert unit_of(app) == ("features.3", 17)
    assert data_of(app, "seek_sent")["sent"]["at"][0] == 5


def test_it_opens_on_the_liveliest_channel_in_the_middle_of_the_network() -> None:
    app = opened("visualize_a_unit", **ALEXNET)
    layer, channel = unit_of(app)
    assert layer == MODELS["alexnet"].notable_layers[2]
    maps = forward(
        cached.model("alexnet").module, cached.model("alexnet").preprocess(gallery_picture("chelsea").image)
    ).feature_maps[layer]
    assert channel == maps.reshape(len(maps), -1).max(axis=1).argmax()
    best = np.unravel_index(maps[channel].argmax(), maps[channel].shape)
    assert data_of(app, "seek_sent")["sent"]["at"] == [int(place) for place in best]


@pytest.mark.parametrize("name", MODELS)
def test_every_network_is_seen_from_all_three_sides(name: str) -> None:
    app = opened("visualize_a_unit", network=MODELS[name].title)
    layer, channel = unit_of(app)
    assert layer in MODELS[name].notable_layers
    pictures = [gallery_picture(key) for key in GALLERY]
    model = cached.model(name)
    patches = index_patches(model, pictures).patches(layer, channel)
    tiles = data_of(app, "seek_patches")["patches"]["tiles"]
    assert [tile["name"] for tile in tiles] == [pictures[patch.picture].name for patch in patches if patch.value > 0]
    assert len(data_of(app, "seek_sent")["sent"]["parts"]) == 2
    assert (UNTRAINED in words(app)) == (not model.trained)


def test_the_frame_is_the_receptive_field_and_a_place_moves_it() -> None:
    app = opened(
        "visualize_a_unit", **ALEXNET, seek_layer="features.3", seek_channel="17", seek_row="0", seek_column="26"
    )
    sent = data_of(app, "seek_sent")["sent"]
    assert sent["at"] == [0, 26]
    assert sent["field"] == [0, pytest.approx(190 / 224), pytest.approx(33 / 224), pytest.approx(34 / 224)]
    assert "51 × 51 pixels" in sent["parts"][0]["caption"]


def test_start_climbs_to_the_end_and_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_ascent, "STEPS", 12)
    app = opened("visualize_a_unit", **ALEXNET, seek_layer="features.0", seek_channel="3")
    assert data_of(app, "seek_ascent")["ascent"]["source"] == ""
    assert button(app, "seek_stop").disabled
    button(app, "seek_start").click().run()
    assert not app.exception
    ascent = data_of(app, "seek_ascent")["ascent"]
    assert ascent["source"].startswith("data:image/jpeg")
    assert ascent["points"][0] == [0, 0]
    assert ascent["points"][-1] == [1, 1]
    assert "Step 12 of 12" in captions(app)
    assert button(app, "seek_stop").disabled
    assert button(app, "seek_start").label == "12 steps more"
    button(app, "seek_start").click().run()
    assert "Step 24 of 24" in captions(app)


def test_the_picture_is_that_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_ascent, "STEPS", 6)
    app = opened("visualize_a_unit", **ALEXNET, seek_layer="features.0", seek_channel="3", seek_seed="5")
    button(app, "seek_start").click().run()
    *_, last = ascend(cached.model("alexnet").module, Goal("features.0", 3, seed=5), steps=6)
    assert f"**{last.value:.4g}**" in captions(app)
    shown = np.asarray(Image.open(BytesIO(b64decode(data_of(app, "seek_ascent")["ascent"]["source"].split(",")[1]))))
    assert np.abs(shown.astype(float) - last.picture).mean() < 3  # it is sent as JPEG


def test_another_unit_starts_from_nothing_and_the_first_is_still_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_ascent, "STEPS", 3)
    app = opened("visualize_a_unit", **ALEXNET, seek_layer="features.0", seek_channel="3")
    button(app, "seek_start").click().run()
    for channel, is_there in ((4.0, False), (3.0, True)):
        (chosen,) = [n for n in app.number_input if n.key == "seek_channel"]
        chosen.set_value(channel).run()
        assert (data_of(app, "seek_ascent")["ascent"]["source"] != "") == is_there


@pytest.mark.parametrize("number", range(4))
def test_every_suggestion_leads_to_a_unit_that_is_there(number: int) -> None:
    app = opened("visualize_a_unit", **ALEXNET)
    button(app, f"seek_{number}").click().run()
    assert not app.exception
    layer, _ = unit_of(app)
    if number == 2:
        assert layer == "classifier.6"
        assert data_of(app, "seek_sent")["sent"]["field"] == [0.0, 0.0, 1.0, 1.0]
    if number == 3:
        assert [toggle.value for toggle in app.toggle] == [False, False]


@pytest.mark.parametrize(
    "address",
    [
        {"seek_layer": "features.99"},
        {"seek_layer": "<script>", "seek_channel": "inf"},
        {"seek_channel": "-inf", "seek_row": "inf", "seek_column": "nan"},
        {"seek_channel": "1e400", "seek_seed": "inf"},
        {"seek_channel": "999999999999999999999", "seek_row": "2.5"},
        {"seek_channel": "", "seek_row": "", "seek_seed": "", "seek_layer": ""},
        {"seek_objective": "nothing", "seek_frequencies": "maybe"},
        {"seek_layer": "classifier.6", "seek_channel": "1000", "seek_row": "5"},
        {"network": "ResNet-18", "seek_layer": "features.3", "seek_channel": "500"},
    ],
    ids=str,
)
def test_junk_in_the_address_opens_a_unit_that_is_there(address: dict[str, str]) -> None:
    app = opened("visualize_a_unit", **(ALEXNET | address))
    layer, channel = unit_of(app)
    name = "resnet18" if address.get("network") else "alexnet"
    assert layer in dict(cached.model(name).module.named_modules())
    assert channel >= 0
    assert data_of(app, "seek_sent")["sent"]["parts"]


def png(colour: str, size: tuple[int, int] = (60, 50)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def with_own(*files: tuple[str, bytes, str]) -> AppTest:
    """The page on "Your pictures" with files sent to it."""
    app = opened("visualize_a_unit", **ALEXNET, seek_layer="features.0", seek_channel="8")  # plain colours excite it
    (chosen,) = [control for control in app.segmented_control if control.key == "seek_set"]
    chosen.set_value("Your pictures").run()
    assert not app.exception
    (uploader,) = app.file_uploader
    uploader.set_value(list(files)).run()
    assert not app.exception
    return app


def test_own_pictures_are_searched_and_wrong_files_are_named_and_left_out() -> None:
    app = with_own(
        ("red.png", png("red"), "image/png"),
        ("note.png", b"this is no picture", "image/png"),
        ("blue.png", png("blue"), "image/png"),
        ("again.png", png("red"), "image/png"),
    )
    assert {tile["name"] for tile in data_of(app, "seek_patches")["patches"]["tiles"]} == {"red.png", "blue.png"}
    (told,) = [error.value for error in app.error]
    assert "note" in told
    assert "Out of 2 pictures" in captions(app)
    assert len(app.session_state[OWN]) == 2


def test_two_hundred_are_the_most() -> None:
    app = opened("visualize_a_unit", **ALEXNET, seek_layer="features.0", seek_channel="3")
    one = read_picture(png("green"), "one.png")
    app.session_state[OWN] = (one,) * (MAX_OWN - 1)
    (chosen,) = [control for control in app.segmented_control if control.key == "seek_set"]
    chosen.set_value("Your pictures").run()
    (uploader,) = app.file_uploader
    uploader.set_value([(f"{n}.png", png(f"#0000{n:02x}"), "image/png") for n in range(3)]).run()
    assert not app.exception
    assert len(app.session_state[OWN]) == MAX_OWN
    assert any("2 more are left out" in error.value for error in app.error)


def test_a_large_picture_is_kept_small_and_the_networks_for_imagenet_see_the_same() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (700, 900, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    large = read_picture(file.getvalue(), "large.png")
    small = smaller(large)
    assert min(small.image.size) == 256
    assert small.sha256 != large.sha256
    before, after = (preprocess_steps(picture.image).normalised for picture in (large, small))
    assert np.array_equal(before, after)
    tiny = read_picture(png("red"), "tiny.png")
    assert smaller(tiny) is tiny


def test_without_own_pictures_it_asks_for_some() -> None:
    app = opened("visualize_a_unit", **ALEXNET)
    (chosen,) = [control for control in app.segmented_control if control.key == "seek_set"]
    chosen.set_value("Your pictures").run()
    assert data_of(app, "seek_patches")["patches"]["tiles"] == []
    assert "No pictures of yours yet" in captions(app)


def test_every_part_says_what_it_shows_and_that_the_weights_are_random() -> None:
    app = opened("visualize_a_unit", **ALEXNET)
    text = words(app)
    for sentence in ("not what other pictures would do", "not what it", "not that they alone"):
        assert sentence in text
    assert "random weights" in text
