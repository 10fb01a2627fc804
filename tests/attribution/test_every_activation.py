"""Every method on a network of every activation: the value that its definition gives, or a sentence that says why not.

Each network stands three times: with layers, with layers that write over what they are given, and with functions.
"""

import copy
import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from captum import attr
from captum.attr._utils.lrp_rules import Alpha1_Beta0_Rule, EpsilonRule, IdentityRule
from torch import nn
from torch.nn import functional

from cnnviz.attribution import METHODS
from cnnviz.attribution.feature_ablation import grid_regions
from cnnviz.attribution.gradient_shap import baselines, places_of
from cnnviz.attribution.occlusion import grid
from cnnviz.networks.activations import Activations
from cnnviz.networks.deconvolution import deconvolution
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.survey import survey

warnings.filterwarnings("ignore", module="captum")

CLASS, FEW, SEED = 1, 9, 3
LAYERS: dict[str, Callable[..., nn.Module]] = {
    "ReLU": nn.ReLU,
    "ReLU6": nn.ReLU6,
    "LeakyReLU": nn.LeakyReLU,
    "ELU": nn.ELU,
    "GELU": lambda inplace=False: nn.GELU(),
    "SiLU": nn.SiLU,
    "Hardswish": nn.Hardswish,
    "Mish": nn.Mish,
    "Sigmoid": lambda inplace=False: nn.Sigmoid(),
    "Tanh": lambda inplace=False: nn.Tanh(),
    "Softplus": lambda inplace=False: nn.Softplus(),
    "PReLU": lambda inplace=False: nn.PReLU(),
}
FUNCTIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "ReLU": functional.relu,
    "ReLU6": lambda x: functional.relu6(x, inplace=True),
    "LeakyReLU": lambda x: functional.leaky_relu(x, 0.01, True),
    "ELU": lambda x: functional.elu_(x),
    "GELU": lambda x: functional.gelu(input=x),
    "SiLU": functional.silu,
    "Hardswish": functional.hardswish,
    "Mish": functional.mish,
    "Sigmoid": torch.sigmoid,
    "Tanh": lambda x: x.tanh_(),
    "Softplus": lambda x: functional.softplus(x, beta=1),
}
RECTIFIERS = ("ReLU", "ReLU6")
FOR_RECTIFIERS = ("guided_backprop", "guided_grad_cam", "deconvolution", "lrp")
PAIRS = [(method, name) for method in METHODS for name in LAYERS]
HELD = [(method, name) for method, name in PAIRS if name in RECTIFIERS or method not in FOR_RECTIFIERS]
REFUSED = [pair for pair in PAIRS if pair not in HELD]


class Network(nn.Module):
    """Two convolutions and two dense layers with the same activation behind each but the last; scores beyond 6."""

    def __init__(self, activation: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 5, 3, padding=1), nn.Conv2d(5, 4, 3, stride=2)
        self.pool = nn.AvgPool2d(2)
        self.dense1, self.dense2 = nn.Linear(4 * 2 * 2, 6), nn.Linear(6, 3)
        self.bends = [activation] * 3

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first, second, third = self.bends
        x = self.pool(second(self.conv2(first(self.conv1(x)))))
        return self.dense2(third(self.dense1(torch.flatten(x, 1))))


class Layered(Network):
    """With a layer at each place."""

    def __init__(self, layer: Callable[..., nn.Module], inplace: bool) -> None:
        super().__init__(nn.Identity())
        self.act1, self.act2, self.act3 = (layer(inplace=inplace) for _ in range(3))
        self.bends = [self.act1, self.act2, self.act3]


def weighed(network: Network) -> Network:
    """With weights that are the same for all forms, so large that some values lie above 6 and many below 0."""
    random = torch.Generator().manual_seed(SEED)
    for name in ("conv1", "conv2", "dense1", "dense2"):
        for weight in getattr(network, name).parameters():
            weight.data = torch.randn(weight.shape, generator=random) * (1.5 if name == "conv1" else 0.5)
    network.conv2.bias.data.abs_()  # captum's LRP keeps negative ones among what excites; the paper does not
    return network.eval()


def layered(name: str, inplace: bool = False) -> Layered:
    network = Layered(LAYERS[name], inplace)
    weighed(network)
    return network


@pytest.fixture
def image() -> torch.Tensor:
    return torch.randn(1, 3, 12, 11, generator=torch.Generator().manual_seed(2))


def example(method: str, network: nn.Module, image: torch.Tensor) -> np.ndarray:
    return METHODS[method](network, image, CLASS, evaluations=FEW if METHODS[method].evaluations else None)


# ------------------------------------------------------------------ the definitions, written down once more


def gradient_of_score(network: nn.Module, image: torch.Tensor) -> torch.Tensor:
    image = image.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(network(image)[0, CLASS], image)
    return gradient[0]


def steps_of(network: Layered) -> list[nn.Module]:
    return [
        network.conv1, network.act1, network.conv2, network.act2, network.pool, nn.Flatten(),
        network.dense1, network.act3, network.dense2,
    ]  # fmt: skip


def values_on_the_way(network: Layered, image: torch.Tensor) -> list[torch.Tensor]:
    values = [image]
    with torch.no_grad():
        for step in steps_of(network):
            values.append(step(values[-1]))
    return values


def back(network: Layered, image: torch.Tensor, at_activation: Callable[..., torch.Tensor]) -> torch.Tensor:
    """Handed back step by step: transposes, and at an activation a rule of (layer, given, made, sent)."""
    values = values_on_the_way(network, image)
    sent = functional.one_hot(torch.tensor([CLASS]), 3).float()
    steps = list(zip(steps_of(network), values, values[1:], strict=False))
    for step, given, made in reversed(steps):
        if step in (network.act1, network.act2, network.act3):
            sent = at_activation(step, given, made, sent)
        else:
            (sent,) = torch.autograd.functional.vjp(step, given, sent)[1:]
    return sent[0]


def guided(layer: nn.Module, given: torch.Tensor, _made: torch.Tensor, sent: torch.Tensor) -> torch.Tensor:
    """Where the rectifier let the value through unbent, and what is sent is positive."""
    open_to = (given > 0) & (given < 6) if isinstance(layer, nn.ReLU6) else given > 0
    return sent * open_to * (sent > 0)


def deconvolved(_layer: nn.Module, _given: torch.Tensor, _made: torch.Tensor, sent: torch.Tensor) -> torch.Tensor:
    return sent * (sent > 0)


def grad_cam_of(network: Layered, image: torch.Tensor, relu: bool = True) -> np.ndarray:
    """By captum, at the last activation among the maps."""
    coarse = attr.LayerGradCam(network, network.act2).attribute(image, target=CLASS, relu_attributions=relu).detach()
    return functional.interpolate(coarse, image.shape[2:], mode="bilinear", align_corners=False)[0, 0].numpy()


def integrated(network: nn.Module, image: torch.Tensor) -> np.ndarray:
    values = attr.IntegratedGradients(network).attribute(image.clone().requires_grad_(), target=CLASS, n_steps=FEW)
    return values.detach()[0].sum(0).numpy()


def smoothed(network: nn.Module, image: torch.Tensor) -> np.ndarray:
    random = torch.Generator().manual_seed(0)
    noise = torch.randn((FEW, *image.shape[1:]), generator=random) * 0.15 * (image.max() - image.min())
    return torch.stack([gradient_of_score(network, image + one) for one in noise]).mean(0).abs().amax(0).numpy()


def expected_gradients(network: nn.Module, image: torch.Tensor) -> np.ndarray:
    starts, random = baselines(image), torch.Generator().manual_seed(0)
    total = torch.zeros_like(image[0])
    for draw, place in enumerate(places_of(FEW, len(starts), random)):
        start = starts[draw % len(starts)][None]
        total += ((image - start) * gradient_of_score(network, start + place * (image - start)))[0] / FEW
    return total.sum(0).numpy()


def occluded(network: nn.Module, image: torch.Tensor) -> np.ndarray:
    height, width = image.shape[2:]
    fallen, covered = np.zeros((height, width)), np.zeros((height, width))
    with torch.no_grad():
        score = float(network(image)[0, CLASS])
        for rows, columns in grid(height, width, FEW):
            other, where = image.clone(), np.s_[rows.start : rows.stop, columns.start : columns.stop]
            other[0, :, where[0], where[1]] = 0
            fallen[where] += score - float(network(other)[0, CLASS])
            covered[where] += 1
    return fallen / covered


def ablated(network: nn.Module, image: torch.Tensor) -> np.ndarray:
    regions = torch.from_numpy(grid_regions(image.shape[2], image.shape[3], FEW))
    values = attr.FeatureAblation(network).attribute(image, baselines=0, target=CLASS, feature_mask=regions)
    return values[0, 0].numpy()


def rescaled(network: Layered, image: torch.Tensor) -> np.ndarray:
    """DeepLIFT: Δout / Δin at each activation, between the picture and a grey one."""
    grey = pairwise(values_on_the_way(network, torch.zeros_like(image)))
    compared = {id(step): pair for step, pair in zip(steps_of(network), grey, strict=True)}

    def slope(layer: nn.Module, given: torch.Tensor, made: torch.Tensor, sent: torch.Tensor) -> torch.Tensor:
        grey_given, grey_made = compared[id(layer)]
        return sent * (made - grey_made) / (given - grey_given)

    return (image[0] * back(network, image, slope)).sum(0).numpy()


def relevance(network: Layered, image: torch.Tensor) -> np.ndarray:
    """By captum behind the first convolution, in whose place stands an average of one pixel; by the formula in it."""
    other: Any = copy.deepcopy(network)
    other.conv1 = nn.AvgPool2d(1)
    for layer in (other.conv1, other.pool, other.dense1, other.dense2):
        layer.rule = EpsilonRule()
    for layer in (other.act1, other.act2, other.act3):
        layer.rule = IdentityRule()
    other.conv2.rule = Alpha1_Beta0_Rule()
    given = network.conv1(image).detach()
    sent = attr.LRP(other).attribute(given.clone().requires_grad_(), target=CLASS).detach()
    weight = network.conv1.weight.detach()
    low, high = (values.expand_as(image) for values in (image.amin((2, 3), True), image.amax((2, 3), True)))

    def through(values: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        return functional.conv2d(values, weights, padding=1)

    parts = [(image, weight), (-low, weight.clamp(min=0)), (-high, weight.clamp(max=0))]
    whole = sum((through(values, weights) for values, weights in parts), torch.zeros_like(given))
    share = sent / (whole + 1e-9 * torch.where(whole < 0, -1.0, 1.0))
    found = [values * functional.conv_transpose2d(share, weights, padding=1) for values, weights in parts]
    return sum(found, torch.zeros_like(image))[0].sum(0).numpy()


DEFINITIONS: dict[str, Callable[[Layered, torch.Tensor], np.ndarray]] = {
    "grad_cam": grad_cam_of,
    "signed_grad_cam": lambda network, image: grad_cam_of(network, image, relu=False),
    "occlusion": occluded,
    "integrated_gradients": integrated,
    "saliency": lambda network, image: gradient_of_score(network, image).abs().amax(0).numpy(),
    "smoothgrad": smoothed,
    "input_x_gradient": lambda network, image: (image[0] * gradient_of_score(network, image)).sum(0).numpy(),
    "guided_backprop": lambda network, image: back(network, image, guided).sum(0).numpy(),
    "guided_grad_cam": lambda network, image: grad_cam_of(network, image) * back(network, image, guided).sum(0).numpy(),
    "deconvolution": lambda network, image: back(network, image, deconvolved).sum(0).numpy(),
    "feature_ablation": ablated,
    "gradient_shap": expected_gradients,
    "deep_lift": rescaled,
    "lrp": relevance,
}


def check(found: np.ndarray, expected: np.ndarray) -> None:
    size = float(np.abs(expected).max())
    assert size > 1e-4, "an empty map would agree with anything"
    np.testing.assert_allclose(found, expected, atol=1e-4 * size, rtol=1e-3)


# ------------------------------------------------------------------ what is true


def test_every_method_is_asked_and_the_networks_bend_their_values(image: torch.Tensor) -> None:
    assert set(DEFINITIONS) == set(METHODS)
    for name in LAYERS:
        given = values_on_the_way(layered(name), image)[1]
        assert (given > 6).any()
        assert (given < -3).any()
        assert (given.abs() < 1).any()


@pytest.mark.parametrize(("method", "name"), HELD)
def test_it_is_what_its_definition_gives(method: str, name: str, image: torch.Tensor) -> None:
    network = layered(name)
    check(example(method, network, image), DEFINITIONS[method](network, image))


@pytest.mark.parametrize(("method", "name"), HELD)
def test_in_place_and_as_a_function_it_is_the_same(method: str, name: str, image: torch.Tensor) -> None:
    expected = example(method, layered(name), image)
    check(example(method, layered(name, inplace=True), image), expected)
    if name in FUNCTIONS:
        check(example(method, weighed(Network(FUNCTIONS[name])), image), expected)


@pytest.mark.parametrize(("method", "name"), REFUSED)
def test_what_has_no_rule_is_refused_in_words(method: str, name: str, image: torch.Tensor) -> None:
    forms: list[nn.Module] = [layered(name), layered(name, inplace=True)]
    if name in FUNCTIONS:
        forms.append(weighed(Network(FUNCTIONS[name])))
    for network in forms:
        told = METHODS[method].refusal(network)
        assert name in told
        assert "rule" in told
        assert told.endswith(".")
        with pytest.raises(ValueError, match=f"no rule.*{name}"):
            example(method, network, image)


@pytest.mark.parametrize("method", ["guided_backprop", "deconvolution"])
@pytest.mark.parametrize("name", RECTIFIERS)
def test_behind_a_rectifier_it_is_not_the_plain_gradient(method: str, name: str, image: torch.Tensor) -> None:
    network = layered(name)
    gradient = gradient_of_score(network, image).sum(0).numpy()
    found = example(method, network, image)
    assert np.abs(found - gradient).max() > 0.1 * np.abs(gradient).max()


def test_above_its_limit_guided_backpropagation_passes_nothing_through_relu6(image: torch.Tensor) -> None:
    one, other = (example("guided_backprop", layered(name), image) for name in RECTIFIERS)
    assert not np.allclose(one, other, rtol=0.05)


HAND_MADE: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "clamp": lambda x: x.clamp(min=0),
    "maximum": lambda x: torch.maximum(x, torch.zeros_like(x)),
    "where": lambda x: torch.where(x > 0, x, x * 0.1),
    "abs": torch.abs,
    "GLU": lambda x: functional.glu(torch.cat([x, x], 1), 1),
    "prelu": lambda x: functional.prelu(x, torch.tensor([0.2])),
}


@pytest.mark.parametrize("name", HAND_MADE)
def test_what_bends_values_in_a_way_of_its_own_is_not_passed_over_in_silence(name: str, image: torch.Tensor) -> None:
    network = weighed(Network(HAND_MADE[name]))
    for method in FOR_RECTIFIERS:
        with pytest.raises(ValueError, match=r"no rule|Nothing can be handed back"):
            example(method, network, image)


@pytest.mark.parametrize("layer", [nn.Hardtanh(0, 4), nn.ReLU6()])
def test_a_rectifier_with_a_limit_is_one(layer: nn.Module, image: torch.Tensor) -> None:
    network = weighed(Layered(lambda inplace: layer, inplace=False))
    assert METHODS["guided_backprop"].refusal(network) == ""
    assert METHODS["guided_backprop"].refusal(weighed(Layered(lambda inplace: nn.Hardtanh(), inplace=False))) != ""


@pytest.mark.parametrize("name", LAYERS)
def test_the_page_about_a_unit_does_the_same_or_refuses(name: str, image: torch.Tensor) -> None:
    network = nn.Sequential(*steps_of(layered(name))).requires_grad_(False)

    def sent() -> np.ndarray:
        found = Activations(survey(network, (3, 12, 11)), network, image[0].numpy(), forward(network, image))
        return deconvolution(found, "8", (CLASS, 0, 0)).sum(0)

    if name in RECTIFIERS:
        check(sent(), example("deconvolution", network, image))
    else:
        with pytest.raises(ValueError, match=f"Deconvolution has no rule for {name}|{name} is not a layer"):
            sent()
