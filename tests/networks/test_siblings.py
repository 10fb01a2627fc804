"""The networks that are trained here: their files, what their cards say of them, and that their filters were learnt."""

import hashlib
import json
import socket
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open

from cnnviz.gallery import gallery_picture
from cnnviz.networks.architecture import INCLUDED_FOLDER, Included, Sibling
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.photograph_classes import PHOTOGRAPHS
from cnnviz.networks.survey import survey
from cnnviz.networks.zoo import MODELS, build, load_model
from cnnviz.training.examination import Accuracy, examine, read_accuracy, write_accuracy

SIBLINGS = {name: entry for name, entry in MODELS.items() if isinstance(entry, Sibling)}
ON_PHOTOGRAPHS = [name for name in SIBLINGS if name != "sat6_convnet"]
INCLUDED = {name: entry for name, entry in MODELS.items() if isinstance(entry, Included)}
SHAPES = dict.fromkeys(ON_PHOTOGRAPHS, (3, 96, 96)) | {"sat6_convnet": (4, 28, 28)}


def first_weights(name: str) -> np.ndarray:
    model = load_model(name)
    weights: np.ndarray = model.module.get_submodule(MODELS[name].notable_layers[0]).weight.numpy()
    return weights


def spectral_concentration(weights: np.ndarray) -> float:
    """Share of a filter's spectral energy in its strongest frequencies, the mean over filters (C_out, C_in, kh, kw).

    The channels' energies are added, their means taken out first. Strongest are a tenth of the frequencies: six of the
    66 that a kernel of 11 × 11 has. What is 1 for a plain wave is small for noise, which has all frequencies alike.
    """
    centred = weights - weights.mean(axis=(2, 3), keepdims=True)
    energy = (abs(np.fft.rfft2(centred)) ** 2).sum(axis=1).reshape(len(weights), -1)
    strongest = np.sort(energy, axis=1)[:, -max(1, energy.shape[1] // 10) :]
    return float((strongest.sum(axis=1) / energy.sum(axis=1)).mean())


def test_those_that_come_along_are_first_in_the_table() -> None:
    assert [*MODELS][: len(INCLUDED)] == [*INCLUDED]


@pytest.mark.parametrize("name", SIBLINGS)
def test_it_loads_trained_without_any_connection(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("a network that comes along asked for a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    model = load_model(name)
    assert model.trained
    assert model.untrained_because == ""
    assert model.weights_path == SIBLINGS[name].path
    assert not model.module.training
    assert not any(parameter.requires_grad for parameter in model.module.parameters())
    assert all(model.module.get_submodule(layer) for layer in SIBLINGS[name].notable_layers)
    image = model.preprocess(gallery_picture("coffee").image)
    assert image.shape == (1, *SHAPES[name])
    assert image.dtype == torch.float32
    scores = model.module(image)
    assert scores.shape == (1, len(model.classes))
    assert bool(scores.isfinite().all())


@pytest.mark.parametrize("name", SIBLINGS)
def test_the_survey_follows_it_and_agrees_with_torch(name: str) -> None:
    module = load_model(name).module
    network = survey(module, SHAPES[name])
    assert network.num_params == sum(parameter.numel() for parameter in module.parameters())
    rows = {row.name: row for row in network.trace(SHAPES[name])}
    maps = forward(module, torch.zeros(1, *SHAPES[name])).feature_maps
    convolutions = [path for path, layer in module.named_modules() if isinstance(layer, torch.nn.Conv2d)]
    assert all(rows[path].output_shape == maps[path].shape for path in convolutions)
    assert any(" + " in row.name or "add" in row.name for row in rows.values()) == (name == "slim_resnet")


@pytest.mark.parametrize("name", ON_PHOTOGRAPHS)
@pytest.mark.parametrize("side", [96, 224, 131])
def test_inputs_of_other_sizes_run_too(name: str, side: int) -> None:
    module = load_model(name).module
    assert forward(module, torch.zeros(1, 3, side, side)).scores.shape == (37,)


def test_the_near_infrared_of_a_photograph_is_the_mean_of_its_colours() -> None:
    picture = gallery_picture("chelsea").image
    image = load_model("sat6_convnet").preprocess(picture)[0]
    torch.testing.assert_close(image[3], image[:3].mean(dim=0), atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", SIBLINGS)
def test_the_file_is_safetensors_of_float32_and_names_the_classes_of_the_table(name: str) -> None:
    entry = SIBLINGS[name]
    expected = build(entry).state_dict()
    with safe_open(entry.path, framework="pt") as file:
        assert tuple(json.loads(file.metadata()["classes"])) == entry.classes
        assert file.metadata()["seed"] == "0"
        assert set(file.keys()) == set(expected)
        assert all(tuple(file.get_slice(key).get_shape()) == tuple(expected[key].shape) for key in expected)
        assert all(file.get_tensor(key).dtype == expected[key].dtype for key in expected)


def test_all_together_are_not_heavy() -> None:
    assert sum(path.stat().st_size for path in INCLUDED_FOLDER.iterdir()) <= 8_000_000


@pytest.mark.parametrize("name", SIBLINGS)
def test_the_accuracy_in_the_card_is_what_the_network_reaches(name: str) -> None:
    """Another processor rounds otherwise, so that a few pictures may be answered differently."""
    said = read_accuracy(SIBLINGS[name])
    reached = examine(name, load_model(name).module, said.count, said.seed)
    assert said.count >= 1000
    assert reached.right == pytest.approx(said.right, abs=0.005)
    assert reached.constant == pytest.approx(said.constant, abs=0.0006)
    assert reached.right > 2 * reached.constant, "more than the most frequent answer"
    assert (said.photograph is None) == (reached.photograph is None)
    if said.photograph is not None:
        assert reached.photograph == pytest.approx(said.photograph, abs=0.005)


def test_an_untrained_network_does_not_reach_it() -> None:
    network = build(SIBLINGS["slim_alexnet"]).eval()
    assert examine("slim_alexnet", network, 400).right < 0.2


@pytest.mark.parametrize("name", SIBLINGS)
def test_the_card_says_data_limits_and_how_it_was_trained(name: str) -> None:
    text = SIBLINGS[name].card_path.read_text(encoding="utf-8")
    for heading in ("Data", "Task", "Held-out accuracy", "Training", "What it cannot do"):
        assert f"\n## {heading}\n" in text
    assert "make train" in text


def test_a_card_keeps_everything_but_its_accuracy_when_it_is_examined_anew(tmp_path: Path) -> None:
    class Elsewhere(Sibling):
        @property
        def path(self) -> Path:
            return tmp_path / self.file_name

    entry = Elsewhere(**vars(SIBLINGS["slim_vgg"]))
    text = SIBLINGS["slim_vgg"].card_path.read_text(encoding="utf-8")
    entry.card_path.write_text(text, encoding="utf-8")
    said = read_accuracy(entry)
    write_accuracy(entry, Accuracy(1234, 7, 0.123, 0.101, 0.456))
    assert read_accuracy(entry) == Accuracy(1234, 7, 0.123, 0.101, 0.456)
    write_accuracy(entry, said)
    assert entry.card_path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ON_PHOTOGRAPHS)
def test_whole_photographs_of_the_gallery_are_known_upright(name: str) -> None:
    """Most of what it sees there it was trained on: this is what the Prediction page opens with, not an accuracy."""
    model = load_model(name)
    answers = {}
    for key in PHOTOGRAPHS:
        picture = gallery_picture(key).image
        scores = forward(model.module, model.preprocess(picture)).scores
        answers[key] = model.classes[int(scores.argmax())]
    assert answers["chelsea"] == "Cat, upright"
    known = [key for key, answer in answers.items() if answer.startswith(gallery_picture(key).name)]
    assert len(known) >= 8, answers


@pytest.mark.parametrize(
    ("name", "times", "most"),
    [("slim_alexnet", 2.5, 0.9), ("slim_resnet", 2, 0.9), ("sat6_convnet", 1.5, 0.6), ("slim_vgg", 1.2, 0)],
)
def test_first_filters_are_structured_and_random_ones_are_not(name: str, times: float, most: float) -> None:
    """On the mean `times` the concentration of random filters, and for more than `most` of them above 99 % of those.

    Of the six frequencies of a 3 × 3 kernel one holds a third of the energy by chance: less can be told from it.
    """
    trained = first_weights(name)
    random = np.random.default_rng(0).standard_normal((1000, *trained.shape[1:]))
    each, by_chance = (np.array([spectral_concentration(one[None]) for one in some]) for some in (trained, random))
    assert each.mean() > times * by_chance.mean()
    assert (each > np.quantile(by_chance, 0.99)).mean() > most


def test_a_plain_wave_is_concentrated_and_noise_is_not() -> None:
    rows, columns = np.mgrid[:11, :11]
    wave = np.cos(2 * np.pi * (2 * rows + columns) / 11)[None, None]
    assert spectral_concentration(wave) == pytest.approx(1)
    assert spectral_concentration(np.random.default_rng(0).standard_normal((100, 3, 11, 11))) < 0.3


def test_the_files_that_come_along_are_those_of_the_table_and_their_cards() -> None:
    expected = {entry.path.name for entry in INCLUDED.values()} | {entry.card_path.name for entry in INCLUDED.values()}
    assert {path.name for path in INCLUDED_FOLDER.iterdir()} == expected
    digests = {hashlib.sha256(entry.path.read_bytes()).hexdigest() for entry in INCLUDED.values()}
    assert len(digests) == len(INCLUDED)


def test_a_damaged_file_leaves_the_network_untrained_and_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Elsewhere(Sibling):
        @property
        def path(self) -> Path:
            return tmp_path / self.file_name

    entry = Elsewhere(**vars(SIBLINGS["slim_alexnet"]))
    monkeypatch.setitem(MODELS, "slim_alexnet", entry)
    entry.path.write_bytes(SIBLINGS["slim_alexnet"].path.read_bytes()[:1000])
    model = load_model("slim_alexnet", download=False)
    assert not model.trained
    assert "cannot be read as a safetensors file" in model.untrained_because
    entry.path.write_bytes(SIBLINGS["slim_vgg"].path.read_bytes())
    model = load_model("slim_alexnet", download=False)
    assert "weights of another network" in model.untrained_because
    assert model.preprocess(Image.new("RGB", (50, 40))).shape == (1, 3, 96, 96)
