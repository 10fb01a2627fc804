"""Folders of the test's own, so that no test sees, or touches, the weights of whoever runs it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnviz.networks import transfer
from tests.networks.weights_server import WeightsServer, serving


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The app's own folder, empty; the hub's is empty as well, and no test waits as long as a person would."""
    folder = tmp_path / "own"
    monkeypatch.setenv("CNNVIZ_WEIGHTS_DIR", str(folder))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(transfer, "PAUSES", (0.01, 0.01, 0.01))
    monkeypatch.setattr(transfer, "READ_TIMEOUT", 1.0)
    return folder


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def content() -> bytes:
    return np.random.default_rng(0).bytes(100_000)


@pytest.fixture
def server(content: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[WeightsServer]:
    with serving(content) as served:
        monkeypatch.setenv("CNNVIZ_WEIGHTS_URL", served.url)
        yield served
