"""A visitor's own network: made in the Network builder, on every Explore page, private, in words where it cannot be."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save
from streamlit.testing.v1 import AppTest

from cnnviz.arithmetic.reader import read_network
from cnnviz.gallery import gallery_picture
from cnnviz.networks.own.network import Own, make_own
from cnnviz.networks.preprocess import preprocess
from cnnviz.ui.compute.builder.text import packed
from cnnviz.ui.pickers.network import NETWORK_WANTED
from cnnviz.ui.pickers.own_network import KEPT
from tests.pages.test_explore import EXPLORE, canvas, words

BUILDER = EXPLORE.parent / "compute" / "network_builder.py"
PAGES = sorted(path.stem for path in EXPLORE.glob("*.py"))
TEXT = """
net = nn.Sequential(
    nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 12, 3), nn.ReLU(),
    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 3), nn.Softmax(dim=1))
"""
CLASSES = ["cat", "dog", "tree"]


def module() -> torch.nn.Module:
    """The text as Python runs it, without the softmax, with weights of its own."""
    nn = torch.nn
    torch.manual_seed(3)
    layers = [nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 12, 3)]
    return nn.Sequential(*layers, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 3)).eval()


def made(trained: bool = True) -> Own:
    weights = save(module().state_dict()) if trained else None
    return make_own(read_network(TEXT), (3, 32, 32), title="Net", weights=weights, classes=CLASSES)


def opened(page: str, own: Own, **address: str) -> AppTest:
    app = AppTest.from_file(EXPLORE / f"{page}.py", default_timeout=120)
    app.session_state[KEPT] = own
    app.session_state[NETWORK_WANTED] = own.name
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ("two_networks", "residual_block")])
@pytest.mark.parametrize("trained", [True, False])
def test_every_page_takes_it(page: str, trained: bool) -> None:
    app = opened(page, made(trained))
    assert app.selectbox(key="network").value == app.session_state[KEPT].name
    assert ("Net (yours) is untrained (random weights)" in words(app)) is not trained
    assert not app.error


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ("two_networks", "residual_block")])
def test_every_page_takes_one_that_sees_grey_and_ends_in_maps(page: str) -> None:
    text = "nn.Sequential(nn.Conv2d(1, 6, 3), nn.LeakyReLU(0.2), nn.MaxPool2d(2), nn.Conv2d(6, 4, 3))"
    app = opened(page, make_own(read_network(text), (1, 28, 28)))
    assert not app.error


def test_its_maps_are_those_of_the_module_of_the_text() -> None:
    own = made()
    app = opened("feature_maps", own, layer="4 Conv2d")
    _, values = canvas(app, "feature_maps_mosaic")
    image = preprocess(gallery_picture("chelsea").image, own.preprocessing)
    with torch.no_grad():
        wanted = module()[:5](image)[0].numpy()
    np.testing.assert_allclose(values[:, 0], wanted, atol=1e-5)


def test_its_classes_are_named() -> None:
    text = " ".join(option for box in opened("class_score", made()).selectbox for option in box.options)
    assert all(name in text for name in CLASSES)


def test_a_page_that_needs_residual_blocks_says_that_it_has_none() -> None:
    app = opened("residual_block", made())
    assert any("Net (yours) has no residual blocks" in info.value for info in app.info)


def builder(text: str, shape: str) -> AppTest:
    app = AppTest.from_file(BUILDER, default_timeout=60)
    app.query_params["net"], app.query_params["input"] = packed(text), shape
    app.run()
    assert not app.exception
    return app


def test_from_the_builder_one_looks_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    went = []
    monkeypatch.setattr("streamlit.switch_page", lambda page, **_: went.append(page))
    app = builder(TEXT, "3x32x32")
    app.text_area(key="own_classes").set_value("cat\ndog\ntree")
    app.button(key="own_look").click().run()
    assert not app.error
    assert went == ["pages/explore/feature_maps.py"]
    assert app.session_state[KEPT].classes == ("cat", "dog", "tree")
    assert app.session_state[NETWORK_WANTED] == app.session_state[KEPT].name


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("own_classes", "cat\ndog", "2 names for 3 outputs"),
        ("own_mean_3", "0.5", "mean has 1 number;"),
        ("own_std_3", "x", "is not"),
    ],
)
def test_what_does_not_go_together_is_said_and_nothing_is_lost(key: str, typed: str, said: str) -> None:
    app = builder(TEXT, "3x32x32")
    box = app.text_area(key=key) if key == "own_classes" else app.text_input(key=key)
    box.set_value(typed)
    app.button(key="own_look").click().run()
    assert said in " ".join(error.value for error in app.error).replace("\\", "")
    assert KEPT not in app.session_state


def test_what_takes_no_pictures_is_not_offered_to_be_looked_into() -> None:
    app = builder("nn.Sequential(nn.Conv2d(5, 8, 3))", "5x32x32")
    assert "takes 5 channels" in " ".join(info.value for info in app.info)
    assert not [button for button in app.button if button.key == "own_look"]


def test_a_link_with_its_name_opens_another_visitors_page_on_the_first_network() -> None:
    app = AppTest.from_file(Path(EXPLORE) / "prediction.py", default_timeout=120)
    app.query_params["network"] = "Net (yours)"
    app.run()
    assert not app.exception
    assert app.selectbox(key="network").value == "squeezenet1_1"
    assert any("somebody's own network" in info.value.replace("\\", "") for info in app.info)


def test_a_link_to_no_network_says_so() -> None:
    app = AppTest.from_file(Path(EXPLORE) / "prediction.py", default_timeout=120)
    app.query_params["network"] = "<b>Nonsense</b>"
    app.run()
    assert any("is no network that is here" in info.value for info in app.info)
    assert not any("<b>" in info.value for info in app.info)
