"""Pages are opened as on a machine without weights, whatever this one has."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the app's weights, which is also what the fixture gives; torch hub's is empty too."""
    folder = tmp_path / "weights"
    folder.mkdir()
    monkeypatch.setenv("CNNVIZ_WEIGHTS_DIR", str(folder))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr("torch.hub._hub_dir", None)
    return folder
