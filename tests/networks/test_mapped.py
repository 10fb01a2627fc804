"""Old weights files are converted once, and mapped from then on."""

from pathlib import Path

import pytest
import torch
from torchvision.models import resnet18

from cnnviz.networks.mapped import can_be_mapped, make_mapped_copy, mapped_copy
from cnnviz.networks.zoo import load_model
from tests.networks.test_zoo import save


def test_an_old_file_is_converted_once_and_gives_the_same_answers_mapped(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = resnet18().eval()
    file = save(theirs.state_dict(), own, "resnet18", monkeypatch, False)
    assert mapped_copy(own / file.name) is None
    load_model("resnet18", download=False)
    copy = mapped_copy(own / file.name)
    assert copy is not None
    assert can_be_mapped(copy)
    image = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        assert torch.equal(load_model("resnet18", download=False).module(image), theirs(image))
    assert len(list(own.glob("*.mapped-*"))) == 1


def test_a_damaged_copy_is_made_anew(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = save(resnet18().state_dict(), own, "resnet18", monkeypatch, False)
    load_model("resnet18", download=False)
    (copy,) = own.glob("*.mapped-*")
    copy.write_bytes(copy.read_bytes()[:-1000])
    assert mapped_copy(own / file.name) is None
    assert load_model("resnet18", download=False).trained
    assert mapped_copy(own / file.name) is not None


def test_without_room_for_a_copy_the_old_file_still_serves(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    file = save(resnet18().state_dict(), own, "resnet18", monkeypatch, False)
    monkeypatch.setattr(torch, "save", full)
    assert load_model("resnet18", download=False).trained
    assert mapped_copy(own / file.name) is None
    assert list(own.glob("*.part")) == []


def test_a_copy_that_cannot_be_written_leaves_nothing_behind(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own.parent.joinpath("a file").write_text("in the way")
    monkeypatch.setenv("CNNVIZ_WEIGHTS_DIR", str(own.parent / "a file"))
    make_mapped_copy(Path("vgg16-397923af.pth"), {"weight": torch.zeros(1)})
    assert own.parent.joinpath("a file").read_text() == "in the way"
