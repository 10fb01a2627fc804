"""A class's score taken apart adds up to torch's own, and so do the cells of its map where there is one."""

import copy
from functools import lru_cache

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torchvision.models import get_model_builder

from cnnviz.gallery import gallery_picture
from cnnviz.networks.activations import Activations, Index
from cnnviz.networks.class_score import ClassScore, Lead, class_score, origin
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.refusal import Refusal
from cnnviz.networks.survey import survey
from cnnviz.networks.zoo import MODELS, load_model

RESNETS = [name for name, entry in MODELS.items() if entry.has_residual_blocks]
SQUEEZENET = "squeezenet1_1"


def looked_at(module: nn.Module, image: torch.Tensor) -> Activations:
    shape = (image.shape[1], image.shape[2], image.shape[3])
    return Activations(survey(module, shape), module, image[0].numpy(), forward(module, image))


@lru_cache(maxsize=1)
def of_coffee(name: str) -> tuple[Activations, np.ndarray]:
    """A network's values for the cup of coffee, and the scores torch computes without anything of ours."""
    return of_picture(name, gallery_picture("coffee").image)


def of_picture(name: str, picture: Image.Image) -> tuple[Activations, np.ndarray]:
    model = load_model(name, download=False)
    image = model.preprocess(picture)
    with torch.inference_mode():
        scores = model.module(image)[0].double().numpy()
    return looked_at(model.module, image), scores


def one_sum(activations: Activations, class_index: int, less: int | None = None) -> ClassScore:
    found = class_score(activations, class_index, less)
    assert isinstance(found, ClassScore)
    return found


def map_of(score: ClassScore | Lead) -> np.ndarray:
    assert score.class_map is not None
    return score.class_map


def maps_of(score: ClassScore) -> np.ndarray:
    assert score.maps is not None
    return score.maps


def origin_of(activations: Activations, score: ClassScore, place: int) -> tuple[str, Index]:
    found = origin(activations, score, place)
    assert found is not None
    return found


def some_classes(scores: np.ndarray) -> list[int]:
    return sorted({0, len(scores) - 1, len(scores) // 2, int(scores.argmax()), int(scores.argmin())})


@pytest.mark.parametrize("name", MODELS)
def test_the_terms_and_the_bias_are_torchs_score(name: str) -> None:
    activations, scores = of_coffee(name)
    for index in some_classes(scores):
        found = one_sum(activations, index)
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
    dense = copy.deepcopy(module.get_submodule("fc")).double()
    for index in some_classes(scores):
        found = one_sum(activations, index)
        assert map_of(found).shape == maps.shape[2:]
        assert float(map_of(found).sum()) + found.bias == pytest.approx(found.score, abs=1e-5)
        assert float(map_of(found).sum()) + found.bias == pytest.approx(scores[index], abs=1e-4)
        # torch's own answer: how much each value of the last maps makes of the score, by its gradient
        (gradient,) = torch.autograd.grad(dense(maps.mean((2, 3)))[0, index], maps)
        np.testing.assert_allclose(map_of(found), (gradient * maps)[0].sum(0).detach().numpy(), atol=1e-9)


def through_the_last_convolution(activations: Activations, class_index: int) -> tuple[np.ndarray, np.ndarray]:
    """SqueezeNet's maps before its last convolution times how the score changes with each value, and the class's map.

    Both are torch's own: the gradient, and what the convolution and the ReLU behind it give.
    """
    module = activations.module
    maps = torch.tensor(activations.input_of("classifier.1"))[None].double().requires_grad_()
    convolution = copy.deepcopy(module.classifier[1]).double()
    class_map = torch.relu(convolution(maps))[0, class_index]
    (gradient,) = torch.autograd.grad(class_map.mean(), maps)
    return (gradient * maps)[0].detach().numpy(), class_map.detach().numpy()


@pytest.mark.parametrize("picture", ["coffee", "black"])
def test_a_map_for_each_class_is_its_score_place_by_place_and_channel_by_channel(picture: str) -> None:
    """Of the coffee every class has something left of its map, of a black picture some have nothing."""
    image = Image.new("RGB", (64, 64)) if picture == "black" else gallery_picture(picture).image
    activations, scores = of_picture(SQUEEZENET, image)
    maps = activations["classifier.2"]
    in_part = [index for index in range(1000) if 0 < (maps[index] > 0).mean() < 1]
    silent = [index for index in range(1000) if not maps[index].any()]
    assert len(in_part) >= 3
    assert bool(silent) == (picture == "black")
    for index in (*some_classes(scores), *in_part[:3], *silent[:1]):
        found = one_sum(activations, index)
        shares, class_map = through_the_last_convolution(activations, index)
        np.testing.assert_allclose(map_of(found), class_map / class_map.size, atol=1e-6)
        np.testing.assert_allclose(found.terms, shares.sum(axis=(1, 2)), atol=1e-6)
        assert map_of(found).sum() == pytest.approx(found.score, abs=1e-9)
        assert found.score == pytest.approx(scores[index], abs=1e-4)
        assert found.beside_map is None
        assert maps_of(found).mean(axis=(1, 2)) == pytest.approx(found.activations, rel=1e-5, abs=1e-6)


def test_a_lead_is_one_sum_only_where_neither_map_is_cut() -> None:
    activations, scores = of_coffee(SQUEEZENET)
    cut = (activations["classifier.2"] <= 0).any(axis=(1, 2))
    first, second = np.flatnonzero(cut & (scores > 0))[:2].tolist()
    lead = class_score(activations, first, second)
    assert isinstance(lead, Lead)
    assert lead.score == pytest.approx(scores[first] - scores[second], abs=1e-4)
    assert map_of(lead).sum() == pytest.approx(lead.score, abs=1e-9)
    torch.manual_seed(2)
    head = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()).requires_grad_(False)
    nn.init.constant_(head.get_parameter("0.bias"), 50.0)  # nothing is cut
    activations = looked_at(head, torch.randn(1, 3, 5, 6))
    lead = one_sum(activations, 3, 1)
    expected = activations.answer.scores[3] - activations.answer.scores[1]
    assert lead.score == pytest.approx(float(expected), abs=1e-4)
    assert map_of(lead).sum() == pytest.approx(lead.score, abs=1e-9)


@pytest.mark.parametrize("side", [101, 96])  # at 101 SqueezeNet's poolings have a last window that is not full
def test_the_map_is_as_large_as_the_last_maps_also_where_poolings_round_up(side: int) -> None:
    module = load_model(SQUEEZENET, download=False).module
    torch.manual_seed(7)
    image = torch.randn(1, 3, side, 83)
    activations = looked_at(module, image)
    with torch.inference_mode():
        scores = module(image)[0].numpy()
    for index in (int(scores.argmax()), 17):
        found = one_sum(activations, index)
        assert map_of(found).shape == activations["classifier.2"].shape[1:]
        assert map_of(found).sum() == pytest.approx(scores[index], abs=1e-4)


def efficientnet_head(built: nn.Module) -> nn.Sequential:
    """The last layers of an EfficientNet behind two convolutions that make as many maps as it reads."""
    body = [nn.Conv2d(3, 8, 3, stride=2), nn.SiLU(inplace=True), nn.Conv2d(8, 1280, 1), nn.SiLU(inplace=True)]
    return nn.Sequential(*body, built.get_submodule("avgpool"), nn.Flatten(), built.get_submodule("classifier"))


HEADS = {
    "mobilenet_v2": lambda built: built,
    "mnasnet0_5": lambda built: built,
    "densenet121": lambda built: built,
    "googlenet": lambda built: built,
    "efficientnet_b0": efficientnet_head,
}


@pytest.mark.parametrize("name", HEADS)
def test_heads_of_pooling_flattening_dropout_and_one_dense_layer_are_read(name: str) -> None:
    torch.manual_seed(9)
    options = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
    module = HEADS[name](get_model_builder(name)(weights=None, **options)).eval().requires_grad_(False)
    image = torch.randn(1, 3, 64, 64)
    activations = looked_at(module, image)
    scores = module(image)[0].double().numpy()
    found = one_sum(activations, 3)
    assert map_of(found).shape == maps_of(found).shape[1:]
    assert map_of(found).sum() + (found.beside_map or 0.0) == pytest.approx(found.score, abs=1e-5)
    assert found.score == pytest.approx(scores[3], abs=1e-4)
    layer, index = origin_of(activations, found, found.ranked[0])
    assert activations.maps(layer)[index] == activations.neuron(layer, index).activation


@pytest.mark.parametrize("relu", [nn.ReLU(inplace=True), nn.Identity()])
@pytest.mark.parametrize("pooling", [nn.AdaptiveAvgPool2d(1), nn.AvgPool2d((5, 6))])
def test_a_mean_of_class_maps_is_read_whatever_pools_it(relu: nn.Module, pooling: nn.Module) -> None:
    torch.manual_seed(4)
    convolutions = [nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Dropout(), nn.Conv2d(4, 7, 1)]
    module = nn.Sequential(*convolutions, relu, pooling, nn.Flatten()).eval().requires_grad_(False)
    image = torch.randn(1, 3, 7, 8)
    found = one_sum(looked_at(module, image), 2)
    assert found.score == pytest.approx(float(module(image)[0, 2]), abs=1e-5)
    assert map_of(found).sum() + (found.beside_map or 0.0) == pytest.approx(found.score, abs=1e-9)
    assert (found.beside_map is None) == isinstance(relu, nn.ReLU)


@pytest.mark.parametrize("name", ["slim_alexnet", "slim_vgg", "sat6_convnet", "alexnet"])
def test_behind_dense_layers_there_is_no_map(name: str) -> None:
    activations, _ = of_coffee(name)
    assert class_score(activations, 0).class_map is None


def test_a_term_names_the_unit_it_is_made_of() -> None:
    torch.manual_seed(5)
    flat = nn.Sequential(nn.Conv2d(3, 4, kernel_size=3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 5, 7)).eval()
    activations = looked_at(flat, torch.randn(1, 3, 8, 7))
    found = one_sum(activations, 6)
    assert found.class_map is None  # each place has a weight of its own: no mean is read
    for place in (0, 17, 119):
        layer, index = origin_of(activations, found, place)
        assert layer == "0"
        assert max(0.0, float(activations.maps("0")[index])) == pytest.approx(float(found.activations[place]))


def test_a_term_of_a_class_map_names_the_strongest_place_of_the_branch_that_made_its_channel() -> None:
    activations, scores = of_coffee(SQUEEZENET)
    found = one_sum(activations, int(scores.argmax()))
    for channel in (0, 255, 256, 511):
        layer, index = origin_of(activations, found, channel)
        assert layer == f"features.12.expand{'1x1' if channel < 256 else '3x3'}"
        assert index[0] == channel % 256
        assert max(0.0, activations[layer][index]) == maps_of(found)[channel].max()


def test_a_network_of_one_layer_reads_the_picture_which_no_unit_made() -> None:
    activations = looked_at(nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 4, 2)), torch.randn(1, 3, 4, 4))
    found = one_sum(activations, 0)
    assert found.score == pytest.approx(float(activations.answer.scores[0]), abs=1e-5)
    assert origin(activations, found, 5) is None


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
    pool, flat = nn.AdaptiveAvgPool2d(1), nn.Flatten()
    for last, ends in {
        r"0 \(Conv2d\)": [nn.Conv2d(3, 4, 3), pool, flat],
        r"2 \(AdaptiveMaxPool2d\)": [nn.Conv2d(3, 4, 1), nn.ReLU(), nn.AdaptiveMaxPool2d(1), flat],
        r"2 \(Softmax\)": [flat, nn.Linear(192, 4), nn.Softmax(1)],
        "the picture": [pool, flat],
    }.items():
        with pytest.raises(Refusal, match=f"come from {last}, which cannot be taken apart"):
            class_score(looked_at(nn.Sequential(*ends).eval(), torch.randn(1, 3, 8, 8)), 0)
