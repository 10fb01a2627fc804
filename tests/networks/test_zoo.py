"""The table of networks, and how they are loaded."""

import dataclasses
import hashlib
import io
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import nn
from torchvision.models import get_model_builder, get_weight

from cnnviz.networks.architecture import Published
from cnnviz.networks.weights import WeightsFile
from cnnviz.networks.zoo import MODELS, load_model
from tests.networks.weights_server import WeightsServer, status

PUBLISHED = [name for name, entry in MODELS.items() if isinstance(entry, Published)]


def save(state: object, folder: Path, name: str, monkeypatch: pytest.MonkeyPatch, zipped: bool = True) -> WeightsFile:
    """Put a file into the folder under the name its content asks for, and let the table expect it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "unnamed"
    if isinstance(state, bytes):
        path.write_bytes(state)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=zipped)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    file = WeightsFile(f"{name}-{digest[:8]}.pth", "http://127.0.0.1:9/", path.stat().st_size)
    path.rename(folder / file.name)
    entry = MODELS[name]
    assert isinstance(entry, Published)
    monkeypatch.setitem(MODELS, name, dataclasses.replace(entry, weights=file))
    return file


def resnet18(seed: int = 0) -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return get_model_builder("resnet18")(weights=None).eval()


def test_the_table_can_be_read_without_importing_torch() -> None:
    code = "import sys; from cnnviz.networks.zoo import MODELS; print(len(MODELS), 'torch' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert answer.stdout.split() == [str(len(MODELS)), "False"]


@pytest.mark.parametrize("name", PUBLISHED)
def test_name_address_and_size_of_the_weights_are_torchvisions(name: str) -> None:
    theirs = get_weight(MODELS[name].weights_enum)
    file = MODELS[name].weights
    assert file.url == theirs.url
    assert file.name == theirs.url.rsplit("/", 1)[1]
    assert file.sha256_prefix in theirs.url
    assert file.approx_size == pytest.approx(theirs.meta["_file_size"] * 2**20, rel=1e-4)


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_network_of_torchvision_loads_untrained_and_says_so(name: str) -> None:
    model = load_model(name, download=False)
    assert model.trained is False
    assert MODELS[name].weights.name in model.untrained_because
    assert not model.module.training
    assert not any(parameter.requires_grad for parameter in model.module.parameters())
    assert model.classes[285] == "Egyptian cat"
    assert len(model.classes) == 1000
    image = model.preprocess(Image.new("RGB", (300, 200), "teal"))
    with torch.inference_mode():
        scores = model.module(image)
    assert scores.shape == (1, 1000)
    assert bool(scores.isfinite().all())
    assert all(model.module.get_submodule(layer) for layer in MODELS[name].notable_layers)


def test_untrained_weights_are_the_same_each_time_and_random_numbers_are_left_alone() -> None:
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    first, second = (load_model("resnet18", download=False).module.state_dict() for _ in range(2))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(first[key], second[key]) for key in first)
    # He et al.: variance 2 / fan_out.
    assert first["layer4.1.conv2.weight"].std().item() == pytest.approx((2 / (512 * 9)) ** 0.5, rel=0.01)
    assert first["bn1.running_var"].unique().tolist() == [1.0]


def test_a_name_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(
        ValueError, match=r'no network named "ResNet18"\. Did you mean resnet18\? There are: squeezenet1_1, '
    ):
        load_model("ResNet18")


@pytest.mark.parametrize("zipped", [True, False])
def test_weights_on_disk_make_a_trained_network(zipped: bool, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The format from before 2020 as well: torchvision's VGG-16 file still comes in it."""
    theirs = resnet18()
    file = save(theirs.state_dict(), own, "resnet18", monkeypatch, zipped)
    model = load_model("resnet18", download=False)
    assert model.trained
    assert model.weights_path == own / file.name
    assert model.untrained_because == ""
    assert not model.module.training
    assert not any(parameter.requires_grad for parameter in model.module.parameters())
    assert not any(tensor.is_meta for tensor in model.module.state_dict().values())
    image = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        assert torch.equal(model.module(image), theirs(image))


def test_weights_of_before_batches_were_counted_load_too(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = {key: value for key, value in resnet18().state_dict().items() if not key.endswith("num_batches_tracked")}
    save(state, own, "resnet18", monkeypatch)
    model = load_model("resnet18", download=False)
    assert model.trained
    assert model.module.get_submodule("bn1").num_batches_tracked.item() == 0


class Code:
    """What a file of somebody else's may hold: a call that is made when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_weights_file_does_not_run(
    zipped: bool, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "it ran"
    save({"conv1.weight": Code(mark)}, own, "resnet18", monkeypatch, zipped)
    model = load_model("resnet18", download=False)
    assert not mark.exists()
    assert "cannot be read as a PyTorch weights file" in model.untrained_because


def cut_off() -> bytes:
    """The first half of a file, as its hash would say if half of it had been published."""
    file = io.BytesIO()
    torch.save(resnet18().state_dict(), file)
    return file.getvalue()[: len(file.getvalue()) // 2]


def without_last_layer() -> dict[str, torch.Tensor]:
    state = resnet18().state_dict()
    return {key: value for key, value in state.items() if not key.startswith("fc.")}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (without_last_layer, "holds weights of another network: .* not those of ResNet-18"),
        (lambda: {**resnet18().state_dict(), "conv1.weight": torch.zeros(64, 3, 3, 3)}, "weights of another network"),
        (cut_off, "cannot be read as a PyTorch weights file"),
        (lambda: {key: value.half() for key, value in resnet18().state_dict().items()}, "numbers of another type"),
        (lambda: {"epoch": 3}, "not a table of weights"),
        (lambda: b"PK\x03\x04 no more than a beginning", "cannot be read as a PyTorch weights file"),
        (lambda: b"", "cannot be read as a PyTorch weights file"),
        (lambda: {"module": resnet18()}, "cannot be read as a PyTorch weights file"),  # objects are never unpickled
    ],
)
def test_a_file_that_does_not_fit_leaves_the_network_untrained_and_is_told_in_words(
    state: object, words: str, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(state(), own, "resnet18", monkeypatch)
    with pytest.warns(UserWarning, match=words):
        model = load_model("resnet18")
    assert not model.trained
    assert str(own) in model.untrained_because
    assert "weights_only" not in model.untrained_because, "torch's advice would switch the protection off"


def test_missing_weights_are_fetched_when_asked_for(
    server: WeightsServer, tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = save(resnet18().state_dict(), tmp_path / "school", "resnet18", monkeypatch)
    server.content = (tmp_path / "school" / file.name).read_bytes()
    seen: list[object] = []
    model = load_model("resnet18", progress=seen.append)
    assert model.trained
    assert model.weights_path == own / file.name
    assert seen[-1].state == "done"


def test_weights_are_not_fetched_when_not_asked_for(server: WeightsServer) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not load_model("resnet18", download=False).trained
    assert server.requests == []


def test_weights_that_cannot_be_fetched_leave_the_network_untrained_and_warn(server: WeightsServer) -> None:
    server.plan = [status(404)]
    with pytest.warns(UserWarning, match="ResNet-18 is untrained: .* does not have it"):
        model = load_model("resnet18")
    assert not model.trained
    assert "does not have it" in model.untrained_because
