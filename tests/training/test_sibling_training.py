"""The training of the small networks, on little data: it learns, a seed decides it, and it leaves no trace."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from cnnviz.networks.architecture import Sibling
from cnnviz.networks.zoo import MODELS, build
from cnnviz.training import siblings
from cnnviz.training.examination import Accuracy, read_accuracy
from cnnviz.training.siblings import (
    RECIPES,
    Recipe,
    draw_patches,
    draw_photographs,
    initialize,
    save,
    train,
    train_and_save,
)

LITTLE = Recipe(draw_patches, pictures=1600, learning_rate=3e-3, first_scale=0.1)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


class Elsewhere(Sibling):
    """A sibling whose files are not those of the project."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / self.file_name


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sibling:
    real = MODELS["sat6_convnet"]
    assert isinstance(real, Sibling)
    monkeypatch.setattr(Elsewhere, "folder", tmp_path, raising=False)
    entry = Elsewhere(**vars(real))
    entry.card_path.write_text(real.card_path.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setitem(MODELS, "sat6_convnet", entry)
    return entry


def test_every_network_that_comes_along_has_a_recipe() -> None:
    assert set(RECIPES) == {name for name, entry in MODELS.items() if isinstance(entry, Sibling)}


def test_it_learns_and_reports_as_it_goes() -> None:
    entry = MODELS["sat6_convnet"]
    reports = list(train(build(entry), LITTLE, entry.preprocessing))
    parts = [report.part for report in reports]
    assert len(reports) == siblings.REPORTS
    assert parts == sorted(parts)
    assert parts[-1] == 1
    assert reports[0].loss is not None
    assert reports[-1].loss is not None
    assert reports[-1].loss < 0.6 * reports[0].loss
    assert reports[-1].accuracy is not None
    assert reports[-1].accuracy > 0.6


def test_a_seed_decides_the_weights_and_torchs_generator_is_left_alone() -> None:
    entry = MODELS["slim_alexnet"]
    recipe = Recipe(draw_photographs, pictures=32, learning_rate=1e-3, first_scale=0.1, batch_size=8)
    networks = [build(entry) for _ in range(3)]
    before = torch.get_rng_state()
    for network, seed in zip(networks, (0, 0, 1), strict=True):
        list(train(network, recipe, entry.preprocessing, seed))
    assert torch.equal(torch.get_rng_state(), before)
    first, again, other = (network.state_dict() for network in networks)
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not torch.equal(first["features.0.weight"], other["features.0.weight"])
    assert not networks[0].training
    assert not any(parameter.requires_grad for parameter in networks[0].parameters())


def test_only_the_first_convolution_starts_small() -> None:
    """He et al.: variance 2 / fan_in."""
    network = build(MODELS["slim_resnet"])
    first = initialize(network, first_scale=0.1)
    assert first is network.get_submodule("conv1")
    assert first.weight.std().item() == pytest.approx(0.1 * (2 / (3 * 49)) ** 0.5, rel=0.1)
    deep = network.get_submodule("layer4.1.conv2").weight
    assert deep.std().item() == pytest.approx((2 / (128 * 9)) ** 0.5, rel=0.02)


def test_no_two_batches_of_patches_are_alike() -> None:
    random = np.random.default_rng(0)
    first, second = (draw_patches(4, random)[0] for _ in range(2))
    assert not np.array_equal(first, second)


def test_saved_weights_carry_classes_and_seed(elsewhere: Sibling) -> None:
    network = build(elsewhere)
    save(network, elsewhere)
    with safe_open(elsewhere.path, framework="pt") as file:
        assert json.loads(file.metadata()["classes"]) == list(elsewhere.classes)
        assert file.metadata()["seed"] == str(siblings.SEED)
        for name, tensor in network.state_dict().items():
            assert torch.equal(file.get_tensor(name), tensor)


def test_one_command_trains_saves_and_writes_what_was_reached_into_the_card(
    elsewhere: Sibling, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(RECIPES, "sat6_convnet", LITTLE)
    reached = Accuracy(200, 5, 0.75, 0.25)
    monkeypatch.setattr(siblings, "examine", lambda name, network: reached)
    train_and_save("sat6_convnet")
    assert elsewhere.path.is_file()
    assert read_accuracy(elsewhere) == reached
    assert "100 %" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "words"), [(["lenet"], "no recipe for lenet"), (["--processes=0"], "one")])
def test_a_command_that_makes_no_sense_is_answered_in_words(
    arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["siblings", *arguments])
    with pytest.raises(SystemExit):
        siblings.main()
    assert words in capsys.readouterr().err
