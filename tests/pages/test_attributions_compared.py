"""Maps side by side: two to four methods, two classes, two networks, on one scale."""

import numpy as np
import pytest

from cnnviz.attribution import METHODS
from cnnviz.attribution.reading import likeness, overlap
from cnnviz.gallery import gallery_picture
from cnnviz.networks.zoo import load_model
from cnnviz.ui.explore.attribution.comparing import area_sums, likeness_words
from cnnviz.ui.sharing import cached
from tests.pages.test_attribution import VGG, overlay
from tests.pages.test_explore import opened, words


def test_methods_are_shares_of_their_magnitude_on_one_scale() -> None:
    app = opened("attributions_compared", **VGG)
    layers, values = overlay(app, "compared_maps")
    model = load_model("slim_vgg")
    image = model.preprocess(gallery_picture("chelsea").image)
    class_index = int(model.module(image).argmax())
    maps = {}
    for header, found in zip(layers, values, strict=True):
        method = next(key for key in METHODS if METHODS[key].title == header["title"])
        maps[header["title"]] = METHODS[method](model.module, image, class_index)
        shares = 100 * area_sums(maps[header["title"]]) / np.abs(maps[header["title"]]).sum()
        np.testing.assert_allclose(found, shares, atol=0.6 * 10.0 ** -header["decimals"])
    assert len(layers) == 4
    assert len({layer["limit"] / 10 ** layer["decimals"] for layer in layers}) == 1
    first, second = (maps[layers[place]["title"]] for place in (0, 1))
    said = f"**{likeness(first, second):.2f}**, {100 * overlap(first, second):.0f} %"
    assert said.replace("-", "−") in words(app)


def test_two_classes_are_in_the_methods_own_unit() -> None:
    app = opened("attributions_compared", compared="Classes", method="DeepLIFT", grain="pixels", other_class="3", **VGG)
    layers, values = overlay(app, "compared_maps")
    model = load_model("slim_vgg")
    assert layers[1]["title"] == model.classes[3]
    expected = METHODS["deep_lift"](model.module, model.preprocess(gallery_picture("chelsea").image), 3)
    np.testing.assert_allclose(values[1], expected, atol=0.6 * 10.0 ** -layers[1]["decimals"])


def test_two_networks_are_each_asked_about_their_own_class_until_one_is_chosen_that_both_know() -> None:
    address = {"compared": "Networks", "picture": "astronaut", "network": "Slim VGG", "other_network": "Slim AlexNet"}
    own = {
        name: cached.model(name).classes[int(cached.forward_pass(name, gallery_picture("astronaut")).scores.argmax())]
        for name in ("slim_vgg", "slim_alexnet")
    }
    assert own["slim_vgg"] != own["slim_alexnet"]
    layers, _ = overlay(opened("attributions_compared", **address), "compared_maps")
    assert [layer["title"] for layer in layers] == [
        f"Slim VGG: {own['slim_vgg']}",
        f"Slim AlexNet: {own['slim_alexnet']}",
    ]
    layers, _ = overlay(opened("attributions_compared", **address, **{"class": "3"}), "compared_maps")
    third = cached.model("slim_vgg").classes[3]
    assert [layer["title"] for layer in layers] == [f"Slim VGG: {third}", f"Slim AlexNet: {third}"]
    other = {**address, "other_network": "Sat6ConvNet", "class": "3"}
    layers, _ = overlay(opened("attributions_compared", **other), "compared_maps")
    land = cached.forward_pass("sat6_convnet", gallery_picture("astronaut")).scores
    assert layers[1]["title"] == f"Sat6ConvNet: {cached.model('sat6_convnet').classes[int(land.argmax())]}"


def test_the_same_class_twice_is_told() -> None:
    app = opened("attributions_compared", compared="Classes", **{"class": "3", "other_class": "3"}, **VGG)
    assert "the same class" in app.info[0].value


def test_a_suggestion_is_in_the_address() -> None:
    app = opened("attributions_compared", **VGG)
    next(button for button in app.button if button.label == "Does the class matter?").click().run()
    assert app.query_params["method"] == "Guided backpropagation"


def test_own_ranges_are_kept_apart() -> None:
    layers, _ = overlay(opened("attributions_compared", range="Each its own", **VGG), "compared_maps")
    assert len({layer["limit"] / 10 ** layer["decimals"] for layer in layers}) == 4


def test_too_few_and_too_many_methods_are_answered_in_words() -> None:
    app = opened("attributions_compared", **VGG)
    app.session_state["compared_methods"] = ["saliency"]
    app.run()
    assert "two methods at least" in app.info[0].value
    app.session_state["compared_methods"] = list(METHODS)[:6]
    app.run()
    assert "The first 4 that were chosen are shown" in app.info[0].value
    assert len(overlay(app, "compared_maps")[0]) == 4
    app.session_state["compared_methods"] = []
    app.run()
    assert not app.exception


def test_a_method_that_does_not_hold_is_left_out_with_its_reason() -> None:
    app = opened(
        "attributions_compared",
        compared="Networks",
        method="Layer-wise relevance",
        network="Slim AlexNet",
        other_network="Slim VGG",
    )
    assert not app.info
    app = opened(
        "attributions_compared", compared="Networks", method="Layer-wise relevance", other_network="Slim ResNet", **VGG
    )
    assert "does not hold for this network" in app.info[0].value
    assert len(overlay(app, "compared_maps")[0]) == 1


@pytest.mark.parametrize(
    "address", [{"compared": "x"}, {"compared_methods": "x"}, {"grain": "x"}, {"other_class": "9e9"}]
)
def test_junk_in_the_address_opens_what_is_there(address: dict[str, str]) -> None:
    assert overlay(opened("attributions_compared", **(VGG | address)), "compared_maps")


def test_every_suggestion_leads_somewhere() -> None:
    for number in range(4):
        app = opened("attributions_compared", **VGG)
        [b for b in app.button if (b.key or "").startswith("compared_try")][number].click().run()
        assert not app.exception
        assert overlay(app, "compared_maps")


def test_maps_of_one_order_whose_peaks_lie_apart_share_nothing_of_the_strongest_tenth() -> None:
    ramp = np.arange(100.0).reshape(10, 10)
    other = ramp.copy()
    other[-1] -= 25  # only the strongest tenth falls behind
    assert likeness(ramp, other) > 0.9
    said = likeness_words(["A", "B"], [ramp, other])
    assert (
        said
        == f"How alike, and how much of the strongest tenth is shared: A and B **{likeness(ramp, other):.2f}**, 0 %."
    )
