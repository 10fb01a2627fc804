"""Looking for weights on this machine."""

import hashlib
import os
import sys
import tempfile
import types
from pathlib import Path

import pytest
import torch

from cnnviz.networks import weights
from cnnviz.networks.weights import WeightsFile, damaged_copies, find, hub_folder, missing_sentence, own_folder
from tests.networks.weights_server import weights_file


def put(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def test_a_file_is_found_in_our_folder_before_the_hubs(content: bytes, own: Path, hub: Path) -> None:
    file = weights_file(content)
    in_hub = put(hub, file.name, content)
    assert find(file) == in_hub
    in_ours = put(own, file.name, content)
    assert find(file) == in_ours


def test_a_file_that_is_nowhere_is_not_found_and_the_sentence_says_where_to_put_it(content: bytes, own: Path) -> None:
    file = WeightsFile("tiny-00000000.pth", "http://127.0.0.1:9/", 46_830_571)
    assert find(file) is None
    assert missing_sentence(file) == (
        f"The weights file tiny-00000000.pth (47 MB) is not on this machine. Put it into {own}."
    )


def test_a_damaged_file_in_the_hubs_folder_is_left_alone_and_named(content: bytes, hub: Path) -> None:
    file = weights_file(content)
    damaged = put(hub, file.name, content[:-1])
    assert find(file) is None
    assert damaged_copies(file) == [damaged]
    assert str(damaged) in missing_sentence(file)
    assert damaged.read_bytes() == content[:-1]


def test_a_file_that_the_app_may_not_read_is_not_called_damaged(
    content: bytes, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = weights_file(content)
    path = put(own, file.name, content)

    def closed(path: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", closed)
    assert find(file) is None
    assert missing_sentence(file).startswith(f"{path} (0.1 MB) is there, but the app is not allowed to read it.")


def test_a_file_that_is_replaced_by_a_good_one_is_checked_again(content: bytes, own: Path) -> None:
    file = weights_file(content)
    put(own, file.name, b"wrong")
    assert find(file) is None
    put(own, file.name, content)
    assert find(file) is not None


def test_a_file_that_did_not_change_is_read_only_once(
    content: bytes, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = weights_file(content)
    put(own, file.name, content)
    calls = []
    digest = hashlib.file_digest

    def counted(stream: object, name: str) -> object:
        calls.append(name)
        return digest(stream, name)  # type: ignore[arg-type]

    monkeypatch.setattr(weights.hashlib, "file_digest", counted)
    assert find(file) == find(file)
    assert len(calls) == 1


def test_a_folder_of_the_files_name_is_not_the_file(content: bytes, own: Path) -> None:
    file = weights_file(content)
    (own / file.name).mkdir(parents=True)
    assert find(file) is None
    assert damaged_copies(file) == []


def test_a_name_without_a_hash_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"resnet18\.pth does not carry its SHA-256"):
        _ = WeightsFile("resnet18.pth", "", 1).sha256_prefix


@pytest.mark.parametrize(
    "changes",
    [
        {"TORCH_HOME": "/srv/torch"},
        {"TORCH_HOME": None, "XDG_CACHE_HOME": "/srv/caches"},
        {"TORCH_HOME": None, "XDG_CACHE_HOME": None},
        {"TORCH_HOME": "~/torch"},
    ],
)
def test_the_hubs_folder_is_the_one_torch_would_use(
    changes: dict[str, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in changes.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    theirs = Path(torch.hub.get_dir()) / "checkpoints"
    assert hub_folder() == theirs
    half_imported = types.ModuleType("torch.hub")
    monkeypatch.setitem(sys.modules, "torch.hub", half_imported)
    assert hub_folder() == theirs
    monkeypatch.delitem(sys.modules, "torch.hub")
    assert hub_folder() == theirs


def test_a_folder_that_torch_was_told_is_looked_into(tmp_path: Path, content: bytes) -> None:
    file = weights_file(content)
    before = torch.hub.get_dir()
    torch.hub.set_dir(tmp_path / "told")
    try:
        assert find(file) is None
        there = put(tmp_path / "told" / "checkpoints", file.name, content)
        assert find(file) == there
    finally:
        torch.hub._hub_dir = None
    assert torch.hub.get_dir() == before


def test_our_folder_is_the_platforms_place_for_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNNVIZ_WEIGHTS_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "/srv/caches")
    monkeypatch.setattr(weights.sys, "platform", "linux")
    assert own_folder() == Path("/srv/caches/cnnviz/weights")
    monkeypatch.setattr(weights.sys, "platform", "darwin")
    assert own_folder() == Path.home() / "Library" / "Caches" / "cnnviz" / "weights"
    monkeypatch.setattr(weights.sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", os.path.join("C:", "Local"))
    assert own_folder() == Path("C:", "Local", "cnnviz", "weights")


def test_a_user_without_a_home_has_a_folder_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs under a number nobody has a name for."""

    def homeless(_path: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", homeless)
    for name in ("CNNVIZ_WEIGHTS_DIR", "XDG_CACHE_HOME", "TORCH_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delitem(sys.modules, "torch.hub")
    monkeypatch.setattr(weights.sys, "platform", "linux")
    temporary = Path(tempfile.gettempdir())
    assert own_folder() == temporary / ".cache" / "cnnviz" / "weights"
    assert hub_folder() == temporary / ".cache" / "torch" / "hub" / "checkpoints"
