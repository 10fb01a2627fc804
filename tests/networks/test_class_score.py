"""A class's score taken apart adds up to torch's own, and so do the cells of its map where there is one."""

from functools import lru_cache

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.gallery import gallery_picture
from cnnviz.networks.activations import Activations
from cnnviz.networks.class_score import class_score
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.survey import survey
from cnnviz.networks.zoo import MODELS, load_model

RESNETS = [name for name in MODELS if "resnet" in name]


def looked_at(module: nn.Module, image: torch.Tensor) -> Activations:
    shape = (image.shape[1], image.shape[2], image.shape[3])
    return Activations(survey(module, shape), module, image[0].numpy(), forward(module, image))


@lru_cache(maxsize=1)
def of_coffee(name: str) -> tuple[Activations, np.ndarray]:
    """A network's values for the cup of coffee, and the scores torch computes without anything of ours."""
    model = load_model(name, download=False)
    image = model.preprocess(gallery_picture("coffee").image)
    with torch.inference_mode():
        scores = model.module(image)[0].double().numpy()
    return looked_at(model.module, image), scores


def some_classes(scores: np.ndarray) -> list[int]:
    return sorted({0, len(scores) - 1, len(scores) // 2, int(scores.argmax()), int(scores.argmin())})


@pytest.mark.parametrize("name", MODELS)
def test_the_terms_and_the_bias_are_torchs_score(name: str) -> None:
    activations, scores = of_coffee(name)
    for index in some_classes(scores):
        found = class_score(activations, index)
        assert abs(float(found.terms.sum()) + found.bias - scores[index]) <= 1e-4
        assert abs(found.own - scores[index]) <= 1e-4
        sizes = np.abs(found.terms[found.ranked])
        assert (sizes[:-1] >= sizes[1:]).all()
        less = class_score(activations, index, int(scores.argmax()))
        assert abs(less.score - (scores[index] - scores.max())) <= 1e-4


@pytest.mark.parametrize("name", RESNETS)
def test_the_cells_of_the_map_and_the_bias_are_the_score(name: str) -> None:
    activations, scores = of_coffee(name)
    module = activations.module
    maps = torch.tensor(activations[activations.network["avgpool"].inputs[0]])[None].double().requires_grad_()
    dense = nn.Linear(module.fc.in_features, module.fc.out_features).double()
    dense.load_state_dict(module.fc.state_dict())
    for index in some_classes(scores):
        found = class_score(activations, index)
        assert found.class_map is not None
        assert found.class_map.shape == maps.shape[2:]
        assert float(found.class_map.sum()) + found.bias == pytest.approx(found.score, abs=1e-5)
        assert float(found.class_map.sum()) + found.bias == pytest.approx(scores[index], abs=1e-4)
        # torch's own answer: how much each value of the last maps makes of the score, by its gradient
        (gradient,) = torch.autograd.grad(dense(maps.mean((2, 3)))[0, index], maps)
        np.testing.assert_allclose(found.class_map, (gradient * maps)[0].sum(0).detach().numpy(), atol=1e-9)


@pytest.mark.parametrize("name", [name for name in MODELS if name not in (*RESNETS, "vgg16")])
def test_behind_dense_layers_there_is_no_map(name: str) -> None:
    activations, _ = of_coffee(name)
    assert class_score(activations, 0).class_map is None


def test_a_term_names_the_unit_it_is_made_of() -> None:
    torch.manual_seed(5)
    flat = nn.Sequential(nn.Conv2d(3, 4, kernel_size=3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 5, 7)).eval()
    activations = looked_at(flat, torch.randn(1, 3, 8, 7))
    found = class_score(activations, 6)
    assert found.units == "0"
    assert found.class_map is None  # each place has a weight of its own: no mean is read
    for place in (0, 17, 119):
        value = float(activations.maps("0")[found.unit(place)])
        assert max(0.0, value) == pytest.approx(float(found.activations[place]))


def test_a_mean_counts_only_where_nothing_but_a_dense_layer_follows() -> None:
    bent = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.ReLU(), nn.Linear(4, 2)).eval()
    plain = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)).eval()
    assert class_score(looked_at(bent, torch.randn(1, 3, 8, 8)), 0).class_map is None
    assert class_score(looked_at(plain, torch.randn(1, 3, 8, 8)), 0).class_map is not None


def test_what_cannot_be_answered_is_said_in_a_sentence() -> None:
    activations, _ = of_coffee("slim_resnet")
    with pytest.raises(ValueError, match="has the classes 0 to 36, and 37 was asked for"):
        class_score(activations, 37)
    with pytest.raises(ValueError, match="-1 was asked for"):
        class_score(activations, 0, less=-1)
    maps_only = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    with pytest.raises(ValueError, match="not one dense layer's: its last layer is 1"):
        class_score(looked_at(maps_only, torch.randn(1, 3, 8, 8)), 0)
