"""What the methods promise: sums that add up, and closed forms on networks whose attributions are known."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.attribution import METHODS
from cnnviz.attribution.integrated_gradients import places_on_the_way
from cnnviz.attribution.occlusion import grid
from cnnviz.attribution.question import Partial, question_of, spread_out
from cnnviz.networks.zoo import MODELS
from tests.attribution.conftest import Example

CLASS = 1


def last(method: str, module: nn.Module, image: torch.Tensor, evaluations: int | None = None) -> Partial:
    return list(METHODS[method].partials(module, image, CLASS, evaluations=evaluations))[-1]


def weights_of(network: nn.Sequential) -> torch.Tensor:
    return network[1].weight.detach()[CLASS].reshape(3, 12, 10)


@pytest.mark.parametrize(
    "method", ["input_x_gradient", "integrated_gradients", "deep_lift", "lrp", "guided_backprop", "deconvolution"]
)
def test_of_a_linear_network_each_value_is_its_weight_times_its_pixel(
    method: str, linear_network: nn.Sequential, image: torch.Tensor
) -> None:
    weights = weights_of(linear_network)
    expected = weights if method in ("guided_backprop", "deconvolution") else weights * image[0]
    if method == "lrp":  # the bias keeps a share: a w / (z + b), times the score z + b
        expected = weights * image[0]
    np.testing.assert_allclose(METHODS[method](linear_network, image, CLASS), expected.sum(0), rtol=1e-4, atol=1e-6)


def test_of_a_linear_network_saliency_is_the_largest_weight_also_with_noise(
    linear_network: nn.Sequential, image: torch.Tensor
) -> None:
    expected = weights_of(linear_network).abs().amax(0)
    for method in ("saliency", "smoothgrad"):
        np.testing.assert_allclose(METHODS[method](linear_network, image, CLASS), expected, rtol=1e-5, atol=1e-7)


def test_of_a_linear_network_covering_takes_away_what_the_pixels_bring(
    linear_network: nn.Sequential, image: torch.Tensor
) -> None:
    brought = (weights_of(linear_network) * image[0]).sum(0)
    regions = np.arange(120).reshape(12, 10) // 20
    expected = np.zeros((12, 10))
    for region in range(6):
        expected[regions == region] = brought[torch.from_numpy(regions == region)].sum()
    found = METHODS["feature_ablation"](linear_network, image, CLASS, regions=regions)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    answer = last("occlusion", linear_network, image, evaluations=16)
    score = float(linear_network(image).detach()[0, CLASS])
    for window in answer.windows:
        fallen = brought[window.rows.start : window.rows.stop, window.columns.start : window.columns.stop].sum()
        assert score - window.score == pytest.approx(float(fallen), abs=1e-5)


def test_of_a_linear_network_gradient_shap_is_the_difference_from_the_baselines(
    linear_network: nn.Sequential, image: torch.Tensor
) -> None:
    low, high = image.amin((2, 3), keepdim=True), image.amax((2, 3), keepdim=True)
    expected = (weights_of(linear_network) * (image - (low + high) / 3)[0]).sum(0)
    found = METHODS["gradient_shap"](linear_network, image, CLASS, evaluations=9)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_deep_lift_adds_up_on_every_network(name: str, example: Callable[[str], Example]) -> None:
    module, image = example(name)
    answer = last("deep_lift", module, image)
    with torch.no_grad():
        difference = float((module(image) - module(torch.zeros_like(image)))[0, CLASS])
    assert answer.adds_up_to == pytest.approx(difference, abs=1e-5 + 1e-4 * abs(difference))
    size = float(np.abs(answer.values).sum())
    assert float(answer.values.sum(dtype=np.float64)) == pytest.approx(difference, abs=1e-5 * size + 1e-6)


@pytest.mark.parametrize("name", ["slim_alexnet", "slim_vgg", "slim_resnet", "sat6_convnet"])
def test_integrated_gradients_come_closer_to_their_promise(name: str, example: Callable[[str], Example]) -> None:
    module, image = example(name)
    missed = []
    for evaluations in (4, 128):
        answer = last("integrated_gradients", module, image, evaluations=evaluations)
        assert answer.adds_up_to is not None
        missed.append(abs(float(answer.values.sum()) - answer.adds_up_to))
    assert answer.adds_up_to is not None
    assert missed[1] <= max(missed[0], 0.02)
    assert missed[1] < 0.05 * max(1.0, abs(answer.adds_up_to))


def test_gradient_shap_comes_close_to_its_promise(example: Callable[[str], Example]) -> None:
    module, image = example("slim_vgg")
    answer = last("gradient_shap", module, image, evaluations=600)
    assert answer.adds_up_to is not None
    assert float(answer.values.sum()) == pytest.approx(answer.adds_up_to, rel=0.1)


@pytest.mark.parametrize("name", ["slim_alexnet", "slim_vgg", "alexnet", "vgg16"])
def test_relevance_is_conserved_where_there_are_no_biases(name: str, example: Callable[[str], Example]) -> None:
    module, image = example(name)
    kept = {key: value.clone() for key, value in module.state_dict().items() if key.endswith("bias")}
    for value in dict(module.named_parameters()).values():
        if value.ndim == 1:
            value.zero_()
    try:
        answer = last("lrp", module, image)
    finally:
        for key, value in kept.items():
            module.state_dict()[key].copy_(value)
    assert answer.adds_up_to is not None
    assert float(answer.values.sum()) == pytest.approx(answer.adds_up_to, rel=1e-3)


def test_relevance_of_one_convolution_by_its_formula() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(2, 2, 3, bias=False), nn.Flatten())
    image = torch.randn(1, 2, 3, 3)
    weights = module[0].weight.detach()[CLASS]
    low, high = image[0].amin((1, 2), keepdim=True), image[0].amax((1, 2), keepdim=True)
    brought = image[0] * weights - low * weights.clamp(min=0) - high * weights.clamp(max=0)
    expected = brought / brought.sum() * float(module(image)[0, CLASS])
    np.testing.assert_allclose(METHODS["lrp"](module, image, CLASS), expected.sum(0), rtol=1e-4, atol=1e-6)


def test_guided_backpropagation_passes_nothing_negative(small_network: nn.Sequential, image: torch.Tensor) -> None:
    """By hand: each ReLU's gradient passes where the value and the gradient are positive."""
    values = [image]
    for layer in small_network:
        values.append(nn.functional.relu(values[-1]) if isinstance(layer, nn.ReLU) else layer(values[-1].clone()))
    back = nn.functional.one_hot(torch.tensor([CLASS]), 4).float()
    for layer, given in reversed(list(zip(small_network, values, strict=False))):
        if isinstance(layer, nn.ReLU):
            back = back.clamp(min=0) * (given > 0)
        else:
            start = given.detach().requires_grad_()
            (back,) = torch.autograd.grad(layer(start), start, back)
    found = METHODS["guided_backprop"](small_network, image, CLASS)
    np.testing.assert_allclose(found, back[0].sum(0), rtol=1e-4, atol=1e-6)


def test_half_of_the_places_already_stand_for_all(example: Callable[[str], Example]) -> None:
    assert sorted(spread_out(11)) == list(range(11))
    places, weights = places_on_the_way(64)
    assert weights.sum() == pytest.approx(1)
    half = places[spread_out(64)[:32]]
    assert abs(half.mean() - 0.5) < 0.02


@pytest.mark.parametrize("draws", [18, 72, 288])
def test_gradient_shap_of_a_square_is_its_closed_form(draws: int) -> None:
    """Of Σ x² the mean over α of (x − x₀) · 2 (x₀ + α (x − x₀)) is x² − x₀²."""

    class Squares(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (x * x).flatten(1).sum(1, keepdim=True)

    image = torch.randn(1, 3, 6, 5, generator=torch.Generator().manual_seed(0))
    low, high = image.amin((2, 3), keepdim=True), image.amax((2, 3), keepdim=True)
    expected = (image**2 - (low**2 + high**2) / 3)[0].sum(0)
    found = METHODS["gradient_shap"](Squares(), image, 0, evaluations=draws)
    np.testing.assert_allclose(found, expected, atol=30 / draws)
    assert float(found.sum()) == pytest.approx(float(expected.sum()), abs=300 / draws)


@pytest.mark.parametrize(("height", "width", "count"), [(28, 28, 49), (224, 224, 729), (96, 40, 169), (5, 3, 49)])
def test_squares_cover_every_pixel(height: int, width: int, count: int) -> None:
    met = np.zeros((height, width), dtype=int)
    for rows, columns in grid(height, width, count):
        assert 0 <= rows.start < rows.stop <= height
        assert 0 <= columns.start < columns.stop <= width
        met[rows.start : rows.stop, columns.start : columns.stop] += 1
    assert met.min() >= 1


def test_batches_stay_within_their_memory(example: Callable[[str], Example]) -> None:
    module, image = example("vgg16")
    large = nn.functional.interpolate(image, (224, 224))
    assert question_of(module, large, 0).batch_size == 1
    assert question_of(*example("sat6_convnet"), 0).batch_size == 16
