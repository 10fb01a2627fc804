"""Each method equals captum's on a copy of the network whose ReLUs are out of place and used once."""

import copy
import warnings
from collections.abc import Callable

import numpy as np
import pytest
import torch
from captum import attr
from captum.attr._utils.lrp_rules import Alpha1_Beta0_Rule, EpsilonRule
from torch import nn
from torch.nn import functional

from cnnviz.attribution import METHODS
from cnnviz.attribution.feature_ablation import grid_regions
from cnnviz.attribution.occlusion import grid
from cnnviz.attribution.twin import twin
from cnnviz.networks.activations import Activations
from cnnviz.networks.deconvolution import deconvolution
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.survey import survey
from tests.attribution.conftest import Example

warnings.filterwarnings("ignore", module="captum")
NETWORKS = ["slim_alexnet", "slim_vgg", "slim_resnet", "sat6_convnet", "resnet18", "squeezenet1_1"]
CLASS = 2


def out_of_place(module: nn.Module) -> nn.Module:
    """A copy that captum can listen to. A ResNet's ReLUs are used twice: there only the twin can be."""
    if any(isinstance(layer, nn.BatchNorm2d) for layer in module.modules()):
        return twin(module)
    other = copy.deepcopy(module)
    for layer in other.modules():
        if isinstance(layer, nn.ReLU):
            layer.inplace = False
    return other


def summed(values: torch.Tensor) -> np.ndarray:
    return values.detach()[0].sum(0).numpy()


def check(ours: np.ndarray, theirs: np.ndarray) -> None:
    np.testing.assert_allclose(ours, theirs, atol=2e-5 * max(1e-3, float(np.abs(theirs).max())), rtol=2e-4)


def last_convolution(module: nn.Module) -> str:
    return [name for name, layer in module.named_modules() if isinstance(layer, nn.Conv2d)][-1]


SETTLED = {
    "slim_alexnet": "features.11",
    "slim_vgg": "features.19",
    "slim_resnet": "layer4.1.relu_1",
    "sat6_convnet": "features.4",
    "resnet18": "layer4.1.relu_1",
    "squeezenet1_1": "classifier.2",
}


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients(name: str, example: Callable[[str], Example]) -> None:
    module, image = example(name)
    other, start = out_of_place(module), image.clone().requires_grad_()
    saliency = attr.Saliency(other).attribute(start, target=CLASS)
    check(METHODS["saliency"](module, image, CLASS), saliency[0].amax(0).numpy())
    check(METHODS["input_x_gradient"](module, image, CLASS), summed(attr.InputXGradient(other).attribute(start, CLASS)))


@pytest.mark.parametrize("name", NETWORKS)
def test_integrated_gradients(name: str, example: Callable[[str], Example]) -> None:
    module, image = example(name)
    theirs = attr.IntegratedGradients(out_of_place(module)).attribute(
        image.clone().requires_grad_(), target=CLASS, n_steps=11, internal_batch_size=4
    )
    check(METHODS["integrated_gradients"](module, image, CLASS, evaluations=11), summed(theirs))


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_sent_back(name: str, example: Callable[[str], Example]) -> None:
    module, image = example(name)
    other, start = out_of_place(module), image.clone().requires_grad_()
    check(METHODS["guided_backprop"](module, image, CLASS), summed(attr.GuidedBackprop(other).attribute(start, CLASS)))
    check(METHODS["deconvolution"](module, image, CLASS), summed(attr.Deconvolution(other).attribute(start, CLASS)))


@pytest.mark.parametrize("name", NETWORKS)
def test_deconvolution_is_the_one_of_the_page_about_a_unit(name: str, example: Callable[[str], Example]) -> None:
    module, image = example(name)
    network = survey(module, (image.shape[1], image.shape[2], image.shape[3]))
    found = Activations(network, module, image[0].numpy(), forward(module, image))
    sent = deconvolution(found, found.explained()[-1], (CLASS, 0, 0))
    check(METHODS["deconvolution"](module, image, CLASS), sent.sum(0))


@pytest.mark.parametrize("name", NETWORKS)
def test_grad_cam(name: str, example: Callable[[str], Example]) -> None:
    module, image = example(name)
    other, start = out_of_place(module), image.clone().requires_grad_()
    cam = attr.LayerGradCam(other, other.get_submodule(SETTLED[name]))
    for method, relu in (("grad_cam", True), ("signed_grad_cam", False)):
        coarse = cam.attribute(start, CLASS, relu_attributions=relu).detach()
        expected = functional.interpolate(coarse, image.shape[2:], mode="bilinear", align_corners=False)
        check(METHODS[method](module, image, CLASS), summed(expected))
    guided = attr.GuidedGradCam(other, other.get_submodule(SETTLED[name]))
    theirs = guided.attribute(start, CLASS, interpolate_mode="bilinear")
    check(METHODS["guided_grad_cam"](module, image, CLASS), summed(theirs))


def test_grad_cam_by_its_formula_at_any_convolution(small_network: nn.Sequential, image: torch.Tensor) -> None:
    maps = functional.relu(small_network[0](image)).detach().requires_grad_()
    score = small_network[2:](maps.clone())[0, CLASS]
    (gradient,) = torch.autograd.grad(score, maps)
    coarse = (gradient.mean((2, 3), keepdim=True) * maps).sum(1, keepdim=True).detach()
    check(METHODS["signed_grad_cam"](small_network, image, CLASS, layer="0"), coarse[0, 0].numpy())
    check(METHODS["grad_cam"](small_network, image, CLASS, layer="0"), coarse[0, 0].clamp(min=0).numpy())


def test_occlusion(example: Callable[[str], Example]) -> None:
    """With squares of 14 pixels next to each other over 98, where captum's even steps are ours."""
    module, image = example("slim_vgg")
    image = functional.interpolate(image, (98, 98))
    assert grid(98, 98, 49)[1] == (range(0, 14), range(14, 28))
    theirs = attr.Occlusion(module).attribute(
        image, (3, 14, 14), (3, 14, 14), baselines=0, target=CLASS, perturbations_per_eval=9
    )
    check(METHODS["occlusion"](module, image, CLASS, evaluations=49), theirs[0, 0].numpy())


@pytest.mark.parametrize(("height", "width", "count"), [(28, 28, 49), (28, 28, 200), (28, 28, 9)])
def test_occlusion_by_its_definition(height: int, width: int, count: int, example: Callable[[str], Example]) -> None:
    module, image = example("sat6_convnet")
    fallen, covered = np.zeros((height, width)), np.zeros((height, width))
    with torch.no_grad():
        score = float(module(image)[0, CLASS])
        for rows, columns in grid(height, width, count):
            other = image.clone()
            other[:, :, rows.start : rows.stop, columns.start : columns.stop] = 0
            fallen[rows.start : rows.stop, columns.start : columns.stop] += score - float(module(other)[0, CLASS])
            covered[rows.start : rows.stop, columns.start : columns.stop] += 1
    check(METHODS["occlusion"](module, image, CLASS, evaluations=count), fallen / covered)


@pytest.mark.parametrize("own", [False, True])
def test_feature_ablation(own: bool, example: Callable[[str], Example]) -> None:
    module, image = example("slim_alexnet")
    height, width = image.shape[2:]
    regions = grid_regions(height, width, 25)
    if own:
        regions = np.zeros((height, width), dtype=int)
        regions[10:40, 20:50], regions[60:, :30] = 7, 3
    theirs = attr.FeatureAblation(module).attribute(
        image, baselines=0, target=CLASS, feature_mask=torch.from_numpy(np.unique(regions, return_inverse=True)[1])
    )
    ours = METHODS["feature_ablation"](module, image, CLASS, evaluations=25, regions=regions if own else None)
    check(ours, theirs[0, 0].numpy())


def test_smoothgrad_is_the_mean_gradient_of_its_noisy_copies(small_network: nn.Sequential, image: torch.Tensor) -> None:
    random = torch.Generator().manual_seed(0)
    noise = torch.randn((6, *image.shape[1:]), generator=random) * 0.15 * (image.max() - image.min())
    gradients = [
        attr.Saliency(out_of_place(small_network)).attribute((image + one).requires_grad_(), CLASS, abs=False)
        for one in noise
    ]
    expected = torch.cat(gradients).mean(0).abs().amax(0).numpy()
    check(METHODS["smoothgrad"](small_network, image, CLASS, evaluations=6), expected)


def test_deep_lift_without_poolings() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Conv2d(6, 4, 3, stride=2), nn.Sigmoid(), nn.AvgPool2d(2), nn.ReLU(),
        nn.Flatten(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 3)
    ).eval()  # fmt: skip
    image = torch.randn(1, 3, 12, 12)
    theirs = attr.DeepLift(module).attribute(image.clone().requires_grad_(), torch.zeros_like(image), target=CLASS)
    check(METHODS["deep_lift"](module, image, CLASS), summed(theirs))


def test_relevance_behind_the_first_convolution() -> None:
    """captum has no rule for colours, so both start with an average of one pixel, which passes everything on."""
    torch.manual_seed(0)

    class Network(nn.Module):  # captum knows no rule for nn.Flatten
        def __init__(self) -> None:
            super().__init__()
            self.features = nn.Sequential(
                nn.AvgPool2d(1), nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 5, 3, stride=2), nn.ReLU(),
                nn.MaxPool2d(2)
            )  # fmt: skip
            self.classifier = nn.Sequential(nn.Linear(20, 8), nn.ReLU(), nn.Linear(8, 4))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.classifier(torch.flatten(self.features(x), 1))

    module, image = Network().eval(), torch.rand(1, 3, 11, 10)
    for layer in module.features:
        if isinstance(layer, nn.Conv2d):
            assert layer.bias is not None
            layer.bias.data.abs_()  # captum keeps negative biases among what excites; the paper does not
    other = copy.deepcopy(module)
    for layer in other.modules():
        if isinstance(layer, nn.Conv2d):
            layer.rule = Alpha1_Beta0_Rule()
        elif isinstance(layer, nn.Linear | nn.MaxPool2d | nn.AvgPool2d):
            layer.rule = EpsilonRule()
    theirs = attr.LRP(other).attribute(image.clone().requires_grad_(), target=CLASS)
    check(METHODS["lrp"](module, image, CLASS), summed(theirs))
