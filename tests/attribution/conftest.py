"""One thread, no weights of whoever runs the tests, and the networks of MODELS, built once."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import torch
from torch import nn

from cnnviz.gallery import gallery_picture
from cnnviz.networks.zoo import MODELS, load_model


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CNNVIZ_WEIGHTS_DIR", str(tmp_path / "own"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


Example = tuple[nn.Module, torch.Tensor]


@pytest.fixture(scope="session")
def example() -> Callable[[str], Example]:
    """A network of MODELS and the cat as it sees it; those for ImageNet get a small picture, to be quick."""

    @cache
    def of(name: str) -> Example:
        model = load_model(name, download=False)
        image = model.preprocess(gallery_picture("chelsea").image)
        if image.shape[2] > 100:
            image = nn.functional.interpolate(image, (80, 64), mode="bilinear")
        return model.module, image

    assert set(MODELS)
    return of


@pytest.fixture
def image() -> torch.Tensor:
    return torch.randn(1, 3, 12, 10, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def small_network() -> nn.Sequential:
    """Two convolutions, ReLUs in place, a pooling, two dense layers."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 5, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(5, 6, 3),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(6 * 5 * 4, 9),
        nn.ReLU(inplace=True),
        nn.Linear(9, 4),
    ).eval()


@pytest.fixture
def linear_network() -> nn.Sequential:
    """Whose attributions are known: its weights."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 12 * 10, 4)).eval()
