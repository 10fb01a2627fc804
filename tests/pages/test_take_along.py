"""What a page gives to take along: files that are the arrays shown, and lines of PyTorch that give the same."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save

from cnnviz.arithmetic.reader import read_network
from cnnviz.attribution import METHODS
from cnnviz.gallery import gallery_picture
from cnnviz.networks.own.network import make_own
from cnnviz.networks.zoo import Model, load_model
from cnnviz.ui.explore.take_along import as_csv, as_npy, attribution_lines, maps_lines, weights_lines
from cnnviz.ui.sharing import cached
from tests.pages.test_explore import opened


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the picture that the lines open."""
    gallery_picture("chelsea").image.save(tmp_path / "picture.png")
    Image.open(tmp_path / "picture.png").save(tmp_path / "picture.jpg", format="PNG")  # the very pixels, by that name
    monkeypatch.chdir(tmp_path)


def run(lines: str, **names: Any) -> dict[str, Any]:
    exec(lines, names)
    return names


@pytest.mark.parametrize("layer", ["features.3.squeeze", "features.12.expand3x3_activation"])
def test_the_lines_give_the_maps_that_are_shown(layer: str, here: None) -> None:
    made = run(maps_lines(cached.model("squeezenet1_1"), layer))["maps"]
    shown = cached.forward_pass("squeezenet1_1", gallery_picture("chelsea")).feature_maps[layer]
    np.testing.assert_allclose(made, shown, atol=1e-5)


def test_a_layer_that_runs_twice_is_told_apart(here: None) -> None:
    made = run(maps_lines(cached.model("slim_resnet"), "layer1.0.relu_1"))["maps"]
    shown = cached.forward_pass("slim_resnet", gallery_picture("chelsea")).feature_maps["layer1.0.relu_1"]
    np.testing.assert_allclose(made, shown, atol=1e-5)


def test_the_lines_give_the_weights_that_are_shown() -> None:
    made = run(weights_lines(cached.model("slim_vgg"), "features.3"))["weights"]
    shown = cached.model("slim_vgg").module.get_submodule("features.3").weight.detach().numpy()
    np.testing.assert_array_equal(made, shown)


@pytest.mark.parametrize(("method", "evaluations", "layer"), [("saliency", 0, ""), ("grad_cam", 0, "features.18")])
def test_the_lines_give_the_attribution_that_is_shown(method: str, evaluations: int, layer: str, here: None) -> None:
    model = cached.model("slim_vgg")
    made = run(attribution_lines(model, method, 3, evaluations, layer))["attribution"]
    image = model.preprocess(gallery_picture("chelsea").image)
    np.testing.assert_allclose(made, METHODS[method](model.module, image, 3, layer=layer), atol=1e-6)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_lines_for_an_own_network_take_the_visitors_module(channels: int, here: None) -> None:
    text = f"net = nn.Sequential(nn.Conv2d({channels}, 4, 3), nn.ReLU())"
    net = run(f"import torch\nfrom torch import nn\n{text}")["net"]
    own = make_own(read_network(text), (channels, 24, 24), weights=save(net.state_dict()))
    model = load_model(own.name)
    assert isinstance(model, Model)
    assert maps_lines(model, "1") == ""
    made = run(maps_lines(model, "0"), net=net)["maps"]
    with torch.no_grad():
        wanted = own.module.get_submodule("0")(model.preprocess(gallery_picture("chelsea").image))[0].numpy()
    np.testing.assert_allclose(made, wanted, atol=1e-5)


def test_the_files_hold_the_values() -> None:
    array = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    np.testing.assert_array_equal(np.load(io.BytesIO(as_npy(array))), array)
    np.testing.assert_array_equal(np.genfromtxt(io.BytesIO(as_csv(array)), delimiter=",").astype(np.float32), array)


@pytest.mark.parametrize("page", ["feature_maps", "filters", "attribution"])
def test_pages_offer_files_and_lines(page: str) -> None:
    app = opened(page, network="Slim VGG", method="Saliency")
    assert any("load_model" in block.value for block in app.code)
