"""The Explore pages show what torch computes on the same network, for any address."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnviz.gallery import gallery_picture
from cnnviz.images import Picture
from cnnviz.networks.architecture import Published
from cnnviz.networks.feature_maps import feature_maps
from cnnviz.networks.zoo import MODELS
from cnnviz.ui.page.plain_text import as_plain_text
from cnnviz.ui.pickers.network import UNTRAINED
from cnnviz.ui.sharing import cached

torch.set_num_threads(1)

EXPLORE = Path(__file__).parents[2] / "pages" / "explore"
PAGES = ("filters", "feature_maps", "prediction")


def opened(page: str, **address: str) -> AppTest:
    """The page as it looks to somebody who follows a link."""
    app = AppTest.from_file(EXPLORE / f"{page}.py", default_timeout=120)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def canvas(app: AppTest, key: str) -> tuple[dict[str, Any], np.ndarray]:
    """What the canvas with this key was sent: the header and the values (C, 1 or 3, H, W)."""
    proto = next(e.proto for e in app.get("bidi_component") if e.proto.id.endswith(f"-{key}"))
    length = int.from_bytes(proto.bytes[:4], "little")
    header = json.loads(proto.bytes[4 : 4 + length])
    count = header["shape"][0]
    values = np.frombuffer(proto.bytes, "<f4", int(np.prod(header["shape"])), offset=4 + length + 8 * count)
    return header, values.reshape(header["shape"])


def colour_ends(app: AppTest, key: str) -> tuple[float, float]:
    """The lowest and the highest value of the colours of the canvas with this key."""
    proto = next(e.proto for e in app.get("bidi_component") if e.proto.id.endswith(f"-{key}"))
    length = int.from_bytes(proto.bytes[:4], "little")
    count = json.loads(proto.bytes[4 : 4 + length])["shape"][0]
    ends = np.frombuffer(proto.bytes, "<f4", 2 * count, offset=4 + length).reshape(2, count)
    return float(ends[0].min()), float(ends[1].max())


def data_of(app: AppTest, key: str) -> dict[str, Any]:
    proto = next(e.proto for e in app.get("bidi_component") if e.proto.id.endswith(f"-{key}"))
    data: dict[str, Any] = json.loads(proto.json)
    return data


def words(app: AppTest) -> str:
    return " ".join(element.value for element in app.markdown)


def test_the_first_layers_filters_are_sent_as_torch_holds_them() -> None:
    app = opened("filters", network="Slim AlexNet")
    header, values = canvas(app, "filters_mosaic")
    weight = cached.model("slim_alexnet").module.get_submodule("features.0").weight
    assert header["palette"] == "rgb"
    assert (values == weight.detach().numpy()).all()
    assert "(32, 3, 11, 11)" in words(app)
    assert "(11·11·3 + 1)·32 = 11,648" in words(app)


def test_deeper_filters_are_shown_for_the_chosen_input_channel() -> None:
    app = opened("filters", network="ResNet-18", convolution="layer2.0.conv1 Conv2d", input_channel="5", filter="100")
    weight = cached.model("resnet18").module.get_submodule("layer2.0.conv1").weight.detach().numpy()
    header, values = canvas(app, "filters_mosaic")
    assert header["palette"] == "diverging"
    assert data_of(app, "filters_mosaic_choice") == {"mosaic": "filters_mosaic", "selected": 100}
    assert (values[:, 0] == weight[:, 5]).all()
    _, enlarged = canvas(app, "filter_enlarged")
    assert (enlarged[0, 0] == weight[100, 5]).all()
    assert (app.dataframe[0].value.to_numpy() == weight[100, 5].astype(float).round(4)).all()
    assert "3·3·64·128 = 73,728" in words(app)  # no bias in a ResNet


@pytest.mark.parametrize(
    ("network", "title"), [(name, MODELS[name].title) for name in MODELS if name not in ("vgg16", "resnet50")]
)
def test_feature_maps_are_the_networks_own_for_the_picture(network: str, title: str) -> None:
    app = opened("feature_maps", network=title, channel="7")
    model = cached.model(network)
    layer = app.selectbox(key="layer").value
    image = model.preprocess(gallery_picture("chelsea").image)
    expected = feature_maps(model.module, image, [layer])[layer]
    header, values = canvas(app, "feature_maps_mosaic")
    assert header["palette"] == "diverging"  # a convolution's own output, before the ReLU
    step = header["step"]
    np.testing.assert_allclose(values[:, 0], expected[:, ::step, ::step], rtol=1e-4, atol=1e-5)
    _, enlarged = canvas(app, "feature_map_enlarged")
    np.testing.assert_allclose(enlarged[0, 0], expected[7], rtol=1e-4, atol=1e-5)
    assert f"{expected.shape}" in words(app)


@pytest.mark.parametrize("page", sorted(path.stem for path in EXPLORE.glob("*.py")))
def test_every_page_opens_with_a_network_of_branches_that_ends_in_a_convolution(page: str) -> None:
    key = "first_network" if page == "two_networks" else "network"
    app = opened(page, **{key: "SqueezeNet 1.1"})
    assert not app.error
    if page != "residual_block":
        assert app.session_state[key] == "squeezenet1_1"
        assert UNTRAINED not in words(app)


def test_every_layer_that_has_maps_can_be_chosen_and_a_relu_is_not_signed() -> None:
    app = opened("feature_maps")
    layers = app.selectbox(key="layer").options
    assert layers[:3] == ["features.0 Conv2d", "features.1 ReLU", "features.2 MaxPool2d"]
    app.selectbox(key="layer").set_value("features.1").run()
    header, values = canvas(app, "feature_maps_mosaic")
    assert header["palette"] == "sequential"
    assert values.min() == 0


def test_a_layer_of_another_network_gives_way_to_the_first_one() -> None:
    app = opened("feature_maps", network="Slim AlexNet", layer="features.3 Conv2d")
    assert app.selectbox(key="layer").value == "features.3"
    app.selectbox(key="network").set_value("resnet18").run()
    assert not app.exception
    assert app.selectbox(key="layer").value == "conv1"


def test_the_prediction_is_torchs_softmax_of_torchs_scores() -> None:
    app = opened("prediction", network="ResNet-18")
    model = cached.model("resnet18")
    with torch.inference_mode():
        scores = model.module(model.preprocess(gallery_picture("chelsea").image))[0]
    probabilities = torch.softmax(scores.double(), dim=0)
    data = data_of(app, "prediction_softmax")
    for row, index in zip(data["rows"], scores.argsort(descending=True)[:5].tolist(), strict=True):
        assert row["name"] == model.classes[index]
        assert abs(row["share"] - 100 * probabilities[index].item()) < 0.02
        assert abs(float(row["score"].replace("−", "-")) - scores[index].item()) < 0.001
    printed = [row["exponential"] for row in data["rows"]] + [data["others"]["exponential"]]
    assert sum(round(float(text) * 10_000) for text in printed) == round(float(data["total"]) * 10_000)


def test_the_normalisation_is_written_with_the_numbers_of_the_picture() -> None:
    app = opened("prediction", network="Slim AlexNet")
    steps = cached.model("slim_alexnet").preprocess(gallery_picture("chelsea").image)[0, :, 48, 48]
    lines = app.code[0].value.splitlines()
    assert len(lines) == 3
    for line, value in zip(lines, steps.tolist(), strict=True):
        division, result = line.replace("−", "-").split(" ≈ ")
        assert float(result) == pytest.approx(value, abs=6e-5)
        assert eval(division.split(maxsplit=1)[1]) == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize("page", PAGES)
def test_an_untrained_network_is_called_so_beside_its_output(page: str) -> None:
    app = opened(page, network="AlexNet")
    badges = [element.value for element in app.markdown if "badge[" in element.value and UNTRAINED in element.value]
    assert bool(badges) == (not cached.model("alexnet").trained)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "address",
    [
        {"network": "lenet", "layer": "<b>x</b>", "convolution": "x", "range": "7", "channel": "-3", "filter": "1e9"},
        {"network": "", "layer": "", "range": "", "channel": "", "filter": "", "input_channel": ""},
        {"convolution": "features.3 Conv2d", "channel": "inf", "filter": "-inf", "input_channel": "1e400"},
        {"convolution": "features.3 Conv2d", "channel": "nan", "filter": "inf", "input_channel": "inf"},
        {"convolution": "features.3 Conv2d", "channel": "2.5", "filter": "2.5", "input_channel": "-inf"},
        {
            "picture": "../../etc/passwd",
            "channel": "99999999999999999999",
            "layer": "features.99 Conv2d",
            "convolution": "?",
        },
    ],
)
def test_a_junk_address_gives_the_page_as_it_starts(page: str, address: dict[str, str]) -> None:
    app = opened(page, **address)
    assert app.selectbox(key="network").value in ("squeezenet1_1", None)  # an empty network= highlights none
    assert page == "prediction" or canvas(app, f"{page}_mosaic")[0]["scale"] == "all"
    assert [number.value for number in app.number_input] == [0] * len(app.number_input)
    assert not {number.key for number in app.number_input} & set(app.query_params)


def test_a_filter_stays_in_the_address_and_the_first_one_is_left_out_of_it() -> None:
    app = opened("filters", filter="7")
    assert app.query_params["filter"] == "7"
    app.button(key="filters_1").click().run()
    assert app.number_input(key="filter").value == 0
    assert "filter" not in app.query_params


def click_all(app: AppTest, check: Callable[[AppTest], None]) -> None:
    for button in [b.key for b in app.button if b.key and "_" in b.key and b.key.rsplit("_", 1)[1].isdigit()]:
        app.button(key=button).click().run()
        assert not app.exception
        check(app)


@pytest.mark.parametrize("page", PAGES)
def test_every_suggestion_leads_somewhere(page: str) -> None:
    app = opened(page)
    seen: set[str] = set()
    click_all(app, lambda app: seen.add(words(app)))
    assert len(seen) >= 3


def test_a_suggested_picture_replaces_the_one_in_the_address() -> None:
    app = opened("prediction", picture="rocket")
    app.button(key="prediction_0").click().run()
    assert app.session_state["picture"].name == "Coffee"


@pytest.mark.parametrize("size", [(1, 10_000), (10_000, 1), (3000, 2), (1, 1)])
@pytest.mark.parametrize("page", ["feature_maps", "prediction"])
def test_pictures_of_extreme_shape_are_looked_at_like_any_other(page: str, size: tuple[int, int]) -> None:
    app = AppTest.from_file(f"../../pages/explore/{page}.py", default_timeout=120)
    app.session_state["picture"] = Picture(Image.new("RGB", size, "teal"), f"{size}", "strip.png")
    app.run()
    assert not app.exception
    assert as_plain_text("strip.png") in words(app)


@pytest.fixture
def trained_resnet18(no_weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A weights file for ResNet-18 on this machine, under a name that carries its own SHA-256."""
    saved = no_weights / "saved.pth"
    torch.save(cached.model("resnet18").module.state_dict(), saved)
    name = f"resnet18-{hashlib.sha256(saved.read_bytes()).hexdigest()[:8]}.pth"
    saved.rename(no_weights / name)
    entry = MODELS["resnet18"]
    assert isinstance(entry, Published)
    monkeypatch.setitem(MODELS, "resnet18", replace(entry, weights=replace(entry.weights, name=name)))


@pytest.mark.usefixtures("trained_resnet18")
@pytest.mark.parametrize("page", PAGES)
def test_a_network_with_its_weights_is_not_called_untrained(page: str) -> None:
    app = opened(page, network="ResNet-18")
    assert cached.model("resnet18").trained
    assert UNTRAINED not in words(app)
    assert not [button for button in app.button if "Download" in button.label]


def test_why_deeper_filters_are_shown_one_by_one_is_told_of_the_network_that_is_shown() -> None:
    for address, said in (
        ({"network": "Slim AlexNet"}, "A filter of features.3 in Slim AlexNet has 32 kernels,"),
        (
            {"network": "Slim ResNet", "convolution": "layer2.0.conv1 Conv2d"},
            "layer2.0.conv1 in Slim ResNet has 16 kernels,",
        ),
        ({"network": "Sat6ConvNet"}, "in Sat6ConvNet has 4 kernels,"),
    ):
        assert said in words(opened("filters", **address))


@pytest.mark.parametrize(
    ("page", "all_of_them", "enlarged", "address"),
    [
        ("filters", "filters_mosaic", "filter_enlarged", {"convolution": "features.3 Conv2d", "filter": "3"}),
        ("filters", "filters_mosaic", "filter_enlarged", {"convolution": "features.0 Conv2d", "filter": "5"}),
        ("feature_maps", "feature_maps_mosaic", "feature_map_enlarged", {"layer": "features.3 Conv2d", "channel": "9"}),
    ],
)
def test_one_value_has_one_colour_as_long_as_there_is_one_range(
    page: str, all_of_them: str, enlarged: str, address: dict[str, str]
) -> None:
    app = opened(page, network="Slim AlexNet", **address)
    ends = colour_ends(app, all_of_them)
    assert colour_ends(app, enlarged) == ends
    own = opened(page, network="Slim AlexNet", range="Each its own", **address)
    values = canvas(own, enlarged)[1]
    assert colour_ends(own, enlarged) == (values.min(), values.max()) != ends


@pytest.mark.parametrize("scale", ["Each map", "Each layer", "One for all"])
def test_the_enlarged_map_of_a_whole_network_has_the_colours_of_the_drawing(scale: str) -> None:
    app = opened(
        "whole_network", network="Slim AlexNet", whole_layer="features.3", whole_channel="9", whole_scale=scale
    )
    whole = cached.activations("slim_alexnet", gallery_picture("chelsea"))
    layers = {
        "Each map": [whole["features.4"][9]],
        "Each layer": [whole["features.4"]],
        "One for all": [whole[f"features.{number}"] for number in (1, 4, 7, 9, 11)],
    }
    expected = min(maps.min() for maps in layers[scale]), max(maps.max() for maps in layers[scale])
    assert colour_ends(app, "whole_enlarged") == expected


def test_all_kernels_of_a_deeper_filter_are_shown_at_once() -> None:
    app = opened("filters", network="Slim VGG", convolution="features.6 Conv2d", filter="5", input_channel="3")
    weight = cached.model("slim_vgg").module.get_submodule("features.6").weight.detach().numpy()
    _, values = canvas(app, "filter_kernels")
    assert (values[:, 0] == weight[5]).all()
    assert data_of(app, "filter_kernels_choice") == {"mosaic": "filter_kernels", "selected": 3}
