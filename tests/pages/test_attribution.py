"""Why did it say that?: what is drawn is what the methods give, with its numbers, its checks and its refusals."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.attribution import METHODS
from cnnviz.attribution.question import Partial, Question
from cnnviz.gallery import gallery_picture
from cnnviz.networks.zoo import load_model
from cnnviz.ui.explore.attribution.map import Shown, layer_of
from cnnviz.ui.explore.attribution.query import Query, map_work
from cnnviz.ui.pickers.network import UNTRAINED
from cnnviz.ui.sharing import cached
from tests.pages.test_explore import data_of, opened, words

VGG = {"network": "Slim VGG"}


def overlay(app: AppTest, key: str = "attribution_map") -> tuple[list[dict[str, Any]], list[np.ndarray]]:
    """What the overlay with this key was sent: the headers of its maps, and their values."""
    proto = next(e.proto for e in app.get("bidi_component") if e.proto.id.endswith(f"-{key}"))
    length = int.from_bytes(proto.bytes[:4], "little")
    layers = json.loads(proto.bytes[4 : 4 + length])["layers"]
    at, values = 4 + length, []
    for layer in layers:
        count = int(np.prod(layer["shape"]))
        numbers = np.frombuffer(proto.bytes, "<i2" if layer["bytes"] == 2 else "<i4", count, at)
        values.append(numbers.reshape(layer["shape"]) / 10.0 ** layer["decimals"])
        at += -(-count * layer["bytes"] // 4) * 4
    return layers, values


@pytest.mark.parametrize("method", METHODS)
def test_every_methods_map_is_drawn_as_it_is(method: str) -> None:
    app = opened("attribution", method=METHODS[method].title, **VGG)
    model = load_model("slim_vgg")
    image = model.preprocess(gallery_picture("chelsea").image)
    scores = cached.forward_pass("slim_vgg", gallery_picture("chelsea")).scores
    expected = METHODS[method](model.module, image, int(scores.argmax()))
    (header,), (values,) = overlay(app)
    assert header["title"] == f"{METHODS[method].title}: {model.classes[int(scores.argmax())]}"
    assert header["signed"] == METHODS[method].signed
    np.testing.assert_allclose(values, expected, atol=0.6 * 10.0 ** -header["decimals"])
    assert words(app).count("**It does not show**") == 1


def test_the_class_layer_and_fineness_are_asked_for() -> None:
    app = opened("attribution", network="Slim AlexNet", method="Grad-CAM, signed", cam_layer="features.6")
    app.session_state["class"] = 3
    app.run()
    model = load_model("slim_alexnet")
    image = model.preprocess(gallery_picture("chelsea").image)
    expected = METHODS["signed_grad_cam"](model.module, image, 3, layer="features.6")
    (header,), (values,) = overlay(app)
    np.testing.assert_allclose(values, expected, atol=0.6 * 10.0 ** -header["decimals"])
    app = opened("attribution", method="Integrated gradients", fineness="Finer", **VGG)
    assert "Gradients: all 64" in " ".join(caption.value for caption in app.caption)


@pytest.mark.parametrize(
    "address",
    [
        {"method": "LIME"},
        {"fineness": "Endless", "method": "Occlusion"},
        {"cam_layer": "x"},
        {"class": "inf"},
        {"class": "37"},
        {"attribution_check": "None of these"},
        {"network": "LeNet", "picture": "<b>"},
    ],
)
def test_junk_in_the_address_opens_what_is_there(address: dict[str, str]) -> None:
    assert overlay(opened("attribution", **(VGG | address)))


def test_sums_are_told_with_what_was_promised() -> None:
    told = words(opened("attribution", method="DeepLIFT", **VGG))
    assert "Promised are" in told
    assert "The map has" not in told
    assert "Promised" not in words(opened("attribution", method="Saliency", **VGG))


def test_what_covering_took_away_is_told() -> None:
    assert "costs most: the score falls from" in words(opened("attribution", method="Occlusion", **VGG))


def test_a_method_that_does_not_hold_says_so_instead_of_a_map() -> None:
    app = opened("attribution", method="Layer-wise relevance", network="Slim ResNet")
    assert "does not hold for this network" in app.info[0].value
    assert not [e for e in app.get("bidi_component") if e.proto.id.endswith("-attribution_map")]


def test_an_untrained_network_is_called_so() -> None:
    app = opened("attribution", network="ResNet-18")
    assert [badge for badge in app.markdown if UNTRAINED in badge.value]
    assert "random: its maps show how the method works" in words(app)


def test_the_sanity_check_flags_what_draws_edges() -> None:
    app = opened("attribution", method="Guided backpropagation", attribution_check="Sanity check", **VGG)
    layers, values = overlay(app, "sanity_maps")
    assert len(layers) == 6
    assert layers[0]["title"] == "as it was learnt"
    assert "stays much the same" in app.warning[0].value
    np.testing.assert_allclose(values[0], overlay(app)[1][0], atol=2 * 10.0 ** -layers[0]["decimals"])
    app = opened("attribution", method="Occlusion", attribution_check="Sanity check", **VGG)
    assert not app.warning
    assert "changes as the network forgets" in app.success[0].value


def test_the_curves_and_the_walk_are_shown_when_asked_for() -> None:
    app = opened("attribution", method="DeepLIFT", attribution_check="Take it away", **VGG)
    told = " ".join(caption.value for caption in app.caption)
    assert "lost sooner than in random order" in told
    assert len(app.get("plotly_chart")) == 2
    app = opened("attribution", method="Saliency", attribution_check="Square by square", **VGG)
    assert len(data_of(app, "occlusion_walk")["squares"]) == 49


def test_regions_of_ones_own_are_taken_away_together() -> None:
    app = opened("attribution", method="Feature ablation", regions="0.0.500.500", **VGG)
    (_,), (values,) = overlay(app)
    assert len(np.unique(values)) == 2
    assert len(np.unique(values[:48, :48])) == 1
    assert values[0, 0] != values[60, 60]


def test_a_map_without_evidence_is_a_sentence() -> None:
    query = Query("slim_vgg", gallery_picture("coffee"), 3, "saliency")
    key, work = map_work(query)
    work.start()
    work.wait(20.0)
    assert work.latest is not None
    zeros = np.zeros((96, 96), dtype=np.float32)
    layer = layer_of(Shown(work.latest, zeros, False, key, work), query, 5.0, "Saliency")
    assert layer.absent == "No evidence: every value of this map is zero."
    assert layer.frame is None


def test_two_visitors_with_the_same_question_share_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    whole = METHODS["smoothgrad"]

    def counted(question: Question) -> Iterator[Partial]:
        asked.append("smoothgrad")
        return whole.steps(question)

    monkeypatch.setitem(METHODS, "smoothgrad", replace(whole, steps=counted))
    for picture in ("coffee", "coffee", "rocket"):
        opened("attribution", method="SmoothGrad", picture=picture, **VGG)
    assert len(asked) == 2, "one for each picture"


def test_a_link_brings_the_regions_along() -> None:
    app = opened("attribution", method="Feature ablation", regions="0.0.500.500_600.600.1000.1000", **VGG)
    (_,), (values,) = overlay(app)
    assert len(np.unique(values)) == 3
    told = words(app)
    assert "Covering" in told
    assert "region 2" in told
    assert "rows 0 to 95" not in told


def test_the_sanity_check_has_no_verdict_where_there_is_nothing_to_judge() -> None:
    app = opened("attribution", network="ResNet-18", method="Saliency", attribution_check="Sanity check")
    assert not app.success
    assert not app.warning
    assert "random already" in app.info[0].value


def test_the_walk_has_its_own_number_of_squares() -> None:
    app = opened("attribution", method="SmoothGrad", fineness="Finer", attribution_check="Square by square", **VGG)
    assert len(data_of(app, "occlusion_walk")["squares"]) == 49
    app = opened("attribution", method="Occlusion", fineness="Finer", attribution_check="Square by square", **VGG)
    assert len(data_of(app, "occlusion_walk")["squares"]) == 169


def test_every_suggestion_leads_somewhere() -> None:
    count = len([b for b in opened("attribution", **VGG).button if (b.key or "").startswith("attribution_")])
    assert count == 4
    for number in range(count):
        app = opened("attribution", **VGG)
        [b for b in app.button if (b.key or "").startswith("attribution_")][number].click().run()
        assert not app.exception
        assert overlay(app)
