"""`make weights`: fetched once, gone on with, checked, and told in words, from a server of the test's own."""

import dataclasses
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnviz.networks import fetch_weights
from cnnviz.networks.architecture import Published
from cnnviz.networks.mapped import mapped_copy
from cnnviz.networks.weights import WeightsFile, own_folder
from cnnviz.networks.zoo import MODELS, build
from tests.networks.weights_server import WeightsServer, cut_after, status, weights_file

ROOT = Path(__file__).parents[2]


@pytest.fixture
def content() -> bytes:
    """In today's format as far as one sees from outside: a zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data", np.random.default_rng(0).bytes(100_000))
    return file.getvalue()


@pytest.fixture
def file(content: bytes, monkeypatch: pytest.MonkeyPatch) -> WeightsFile:
    """A small file in the place of ResNet-18's."""
    small = weights_file(content, "resnet18")
    entry = fetch_weights.FETCHED["resnet18"]
    assert isinstance(entry, Published)
    monkeypatch.setitem(fetch_weights.FETCHED, "resnet18", dataclasses.replace(entry, weights=small))
    return small


def test_without_a_name_it_is_every_network_that_does_not_come_along() -> None:
    assert [*fetch_weights.FETCHED] == ["alexnet", "vgg16", "resnet18", "resnet50"]


def test_weights_are_fetched_once_and_then_left_alone(
    server: WeightsServer, file: WeightsFile, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetch_weights.main(["resnet18", "resnet18"]) == 0
    assert (own_folder() / file.name).read_bytes() == content
    assert len(server.requests) == 1
    assert f"ResNet-18: {own_folder() / file.name}, 0.1 MB, checked." in capsys.readouterr().out
    assert fetch_weights.main(["resnet18"]) == 0
    assert len(server.requests) == 1
    assert "is here and whole" in capsys.readouterr().out


def test_what_was_cut_off_is_gone_on_with_by_the_next_call(
    server: WeightsServer, file: WeightsFile, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    server.plan = [cut_after(40_000), status(404)]
    assert fetch_weights.main(["resnet18"]) == 1
    assert "ResNet-18: " in capsys.readouterr().err
    assert not (own_folder() / file.name).exists()
    assert fetch_weights.main(["resnet18"]) == 0
    assert server.requests[-1]["Range"] == "bytes=40000-"
    assert (own_folder() / file.name).read_bytes() == content


def test_one_that_cannot_be_had_does_not_keep_the_others_back(
    server: WeightsServer, file: WeightsFile, capsys: pytest.CaptureFixture[str]
) -> None:
    server.plan = [status(404)]
    assert fetch_weights.main(["alexnet", "resnet18"]) == 1
    told = capsys.readouterr()
    assert "AlexNet: " in told.err
    assert "does not have it (HTTP 404)" in told.err
    assert "checked." in told.out


def test_a_file_in_the_old_format_gets_the_copy_that_can_be_mapped(
    server: WeightsServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = io.BytesIO()
    torch.save(build(MODELS["resnet18"]).state_dict(), old, _use_new_zipfile_serialization=False)
    server.content = old.getvalue()
    entry = MODELS["resnet18"]
    assert isinstance(entry, Published)
    entry = dataclasses.replace(entry, weights=weights_file(server.content, "resnet18"))
    monkeypatch.setitem(MODELS, "resnet18", entry)
    monkeypatch.setitem(fetch_weights.FETCHED, "resnet18", entry)
    assert fetch_weights.main(["resnet18"]) == 0
    assert "a copy is made that all processes can share" in capsys.readouterr().out
    assert mapped_copy(own_folder() / entry.weights.name) is not None
    assert fetch_weights.main(["resnet18"]) == 0
    assert "a copy is made" not in capsys.readouterr().out


def test_a_bar_in_a_terminal_says_how_far_it_is(
    server: WeightsServer, file: WeightsFile, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert fetch_weights.main(["resnet18"]) == 0
    assert f"{file.name}: 0.1 MB of 0.1 MB, 100 %" in capsys.readouterr().out.replace("checking", "")


def test_a_network_that_needs_no_fetching_is_answered_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        fetch_weights.main(["squeezenet1_1", "lenet"])
    assert "no weights are fetched for squeezenet1_1, lenet; they are for alexnet, " in capsys.readouterr().err


def test_a_person_who_stops_it_is_told_that_nothing_is_lost(
    file: WeightsFile, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(fetch_weights, "fetch", interrupted)
    assert fetch_weights.main(["resnet18"]) == 130
    assert "What arrived is kept" in capsys.readouterr().err


def test_make_calls_it_with_the_names_and_it_needs_no_torch() -> None:
    assert "-m cnnviz.networks.fetch_weights $(NAMES)" in (ROOT / "Makefile").read_text(encoding="utf-8")
    code = "import sys, cnnviz.networks.fetch_weights; print('torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert answer.stdout.strip() == "False"
