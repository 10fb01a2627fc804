"""Old weights files are converted once, and mapped from then on."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
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


def put_copy(own: Path, name: str, make: Callable[[Path], object]) -> Path:
    """A file that is called a converted copy, and whose name fits its content, whatever that is."""
    made = own / "made"
    make(made)
    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    return made.rename(own / f"{Path(name).stem}.mapped-{digest[:16]}.pth")


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_bytes(b"not a weights file"),
        lambda path: torch.save({"epoch": 3}, path),
        lambda path: torch.save({"conv1.weight": torch.zeros(64, 3, 3, 3)}, path),
        lambda path: torch.save({"conv1.weight": resnet18()}, path),
    ],
    ids=["bytes", "table", "shapes", "pickle"],
)
def test_a_copy_that_is_none_is_passed_over_and_made_anew(
    make: Callable[[Path], object], own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = save(resnet18().state_dict(), own, "resnet18", monkeypatch, False)
    wrong = put_copy(own, file.name, make)
    assert load_model("resnet18", download=False).trained
    assert not wrong.exists()
    assert mapped_copy(own / file.name) is not None


def test_once_it_is_converted_the_numbers_are_no_longer_held_in_memory(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(resnet18().state_dict(), own, "resnet18", monkeypatch, False)
    model = load_model("resnet18", download=False)
    (copy,) = own.glob("*.mapped-*")
    assert model.trained
    maps = Path("/proc/self/maps")
    if maps.exists():
        assert str(copy) in maps.read_text()


CONVERT = """
import sys, time, torch
from pathlib import Path
from cnnviz.networks.mapped import make_mapped_copy

def half(_state, part):
    part.write_bytes(b"half of it")
    print("half", flush=True)
    time.sleep(120)

torch.save = half
make_mapped_copy(Path(sys.argv[1]), {})
"""


def test_a_process_that_is_killed_while_it_converts_leaves_nothing_in_the_way(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = save(resnet18().state_dict(), own, "resnet18", monkeypatch, False)
    command = [sys.executable, "-c", CONVERT, str(own / file.name)]
    victim = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    try:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "half\n"
        assert load_model("resnet18", download=False).trained, "while another process writes, the old file serves"
        assert [part.read_bytes() for part in own.glob("*.part")] == [b"half of it"]
        assert mapped_copy(own / file.name) is None
    finally:
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait(20)
    (own / f"{Path(file.name).stem}.mapped.77.part").write_bytes(b"of an earlier one")
    assert load_model("resnet18", download=False).trained
    assert mapped_copy(own / file.name) is not None
    assert list(own.glob("*.part")) == []
