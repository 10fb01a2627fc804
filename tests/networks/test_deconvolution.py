"""Deconvolution equals captum's, is the gradient where there is no ReLU, and leaves the network alone."""

import copy
import threading
import warnings

import numpy as np
import pytest
import torch
from captum.attr import Deconvolution
from torch import nn

from cnnviz.gallery import gallery_picture
from cnnviz.networks.activations import Activations
from cnnviz.networks.deconvolution import deconvolution
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.survey import survey
from cnnviz.networks.zoo import load_model

Index = tuple[int, int, int]


class Block(nn.Module):
    """A residual block with a shortcut of its own and one ReLU, written over what it is given, used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 6, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(6)
        self.conv2, self.bn2 = nn.Conv2d(6, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6)
        self.shortcut = nn.Conv2d(3, 6, 1, stride=2)
        self.relu = nn.ReLU(inplace=True)
        self.last = nn.Conv2d(6, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.last(self.relu(y + self.shortcut(x)))


class SeparateReLUs(Block):
    """The same with a ReLU for each use, as captum needs it."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.load_state_dict(block.state_dict())
        self.relu, self.other = nn.ReLU(), nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.last(self.other(y + self.shortcut(x)))


def settled(module: nn.Module) -> nn.Module:
    """Evaluation mode, with statistics and scales, negative ones among them, that a training could have left."""
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            assert layer.running_mean is not None
            assert layer.running_var is not None
            nn.init.normal_(layer.weight)
            nn.init.normal_(layer.running_mean)
            nn.init.uniform_(layer.running_var, 0.5, 2.0)
    return module.eval().requires_grad_(False)


def activations_of(module: nn.Module, image: torch.Tensor) -> Activations:
    return Activations(survey(module, tuple(image.shape[1:])), module, image[0].numpy(), forward(module, image))


def by_captum(module: nn.Module, image: torch.Tensor, index: Index) -> np.ndarray:
    """captum's deconvolution of one value of the module's output."""

    class Chosen(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out = self.module(x)
            return out[:, index[0], index[1], index[2]][:, None] if out.ndim == 4 else out[:, index[0]][:, None]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = Deconvolution(Chosen()).attribute(image.clone().requires_grad_(), target=0)
    return found[0].detach().numpy()


CHAINS = {
    "pooled": nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1), nn.Conv2d(8, 5, 3), nn.ReLU()
    ),
    "strided": nn.Sequential(
        nn.Conv2d(3, 8, 5, stride=2, padding=2, dilation=2),
        nn.ReLU(),
        nn.Conv2d(8, 6, 3, groups=2, padding=1, padding_mode="reflect"),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.AvgPool2d(2, ceil_mode=True),
    ),
    "dense": nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d((3, 2)),
        nn.Flatten(),
        nn.Linear(24, 10),
        nn.ReLU(),
        nn.Dropout(),
        nn.Linear(10, 7),
    ),
}


@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.parametrize("seed", range(4))
def test_it_equals_captums(name: str, seed: int) -> None:
    torch.manual_seed(seed)
    module = settled(copy.deepcopy(CHAINS[name]))
    for layer in module:
        if hasattr(layer, "reset_parameters") and not isinstance(layer, nn.BatchNorm2d):
            layer.reset_parameters()
    image = torch.randn(1, 3, 17, 16)
    expected = copy.deepcopy(module)
    for layer in module.modules():
        if isinstance(layer, nn.ReLU):
            layer.inplace = True
    found = activations_of(module, image)
    last = found.network.nodes[-1].name
    shape = found.maps(last).shape
    for index in [(0, 0, 0), tuple(size - 1 for size in shape), tuple(size // 2 for size in shape)]:
        sent = deconvolution(found, last, index)
        assert sent.dtype == np.float32
        np.testing.assert_allclose(sent, by_captum(expected, image, index), atol=1e-6)


def test_behind_a_sum_both_ways_are_gone_as_captum_goes_them() -> None:
    torch.manual_seed(0)
    block = Block()
    settled(block)
    image = torch.randn(1, 3, 15, 15)
    found = activations_of(block, image)
    expected = by_captum(settled_copy(block), image, (2, 3, 1))
    sent = deconvolution(found, "last", (2, 3, 1))
    np.testing.assert_allclose(sent, expected, atol=1e-6)
    assert np.abs(sent).max() > 0


def settled_copy(block: Block) -> nn.Module:
    return SeparateReLUs(block).eval().requires_grad_(False)


def test_without_a_relu_it_is_the_gradient() -> None:
    torch.manual_seed(0)
    module = settled(
        nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.MaxPool2d(2), nn.Conv2d(6, 4, 3))
    )
    image = torch.randn(1, 3, 12, 12)
    wanted = image.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(module(wanted)[0, 3, 2, 1], wanted)
    np.testing.assert_allclose(
        deconvolution(activations_of(module, image), "3", (3, 2, 1)), gradient[0].numpy(), atol=1e-6
    )


def test_with_a_relu_it_is_not_the_gradient_the_signal_is_rectified() -> None:
    torch.manual_seed(1)
    module = settled(nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Conv2d(6, 4, 3)))
    image = torch.randn(1, 3, 8, 8)
    sent = deconvolution(activations_of(module, image), "2", (1, 2, 2))
    wanted = image.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(module(wanted)[0, 1, 2, 2], wanted)
    assert np.abs(sent - gradient[0].numpy()).max() > 0.01
    other = deconvolution(activations_of(module, -image), "2", (1, 2, 2))
    np.testing.assert_array_equal(sent, other)  # without a pooling nothing of the picture enters


@pytest.mark.parametrize("name", ["alexnet", "resnet18"])
def test_on_a_whole_network_nothing_lies_outside_the_receptive_field_and_nothing_is_left_behind(name: str) -> None:
    model = load_model(name, download=False)
    image = model.preprocess(gallery_picture("coffee").image)
    before = {key: value.clone() for key, value in model.module.state_dict().items()}
    found = activations_of(model.module, image)
    layer = {"alexnet": "features.8", "resnet18": "layer2.1.conv2"}[name]
    rows, columns = found.network.seen_pixels(image.shape[1:], layer, 1, 6)
    passed: list[str] = []
    sent = deconvolution(found, layer, (3, 1, 6), passed.append)
    assert np.abs(sent[:, rows.start : rows.stop, columns.start : columns.stop]).max() > 0
    sent[:, rows.start : rows.stop, columns.start : columns.stop] = 0
    assert np.abs(sent).max() == 0
    assert passed[0] == layer
    assert all(torch.equal(before[key], value) for key, value in model.module.state_dict().items())
    assert all(parameter.grad is None for parameter in model.module.parameters())
    assert not any(m._forward_hooks or m._backward_hooks or m._forward_pre_hooks for m in model.module.modules())
    assert not any(m.training for m in model.module.modules())


def test_what_is_not_there_is_said_in_words() -> None:
    module = settled(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()))
    found = activations_of(module, torch.randn(1, 3, 8, 8))
    with pytest.raises(ValueError, match="channels 0 to 3, and 4 was"):
        deconvolution(found, "0", (4, 0, 0))
    with pytest.raises(ValueError, match="columns 0 to 5, and 6 was"):
        deconvolution(found, "0", (0, 0, 6))
    with pytest.raises(ValueError, match='no values named "9"'):
        deconvolution(found, "9", (0, 0, 0))


def test_two_threads_on_one_network_and_a_forward_beside_them_do_not_disturb_each_other() -> None:
    torch.manual_seed(2)
    block = settled(Block())
    images = [torch.randn(1, 3, 21, 21) for _ in range(2)]
    found = [activations_of(block, image) for image in images]
    alone = [deconvolution(each, "last", (1, 4, 4)) for each in found]
    maps = [each.answer.feature_maps["relu_1"] for each in found]
    wrong: list[int] = []

    def ask(number: int) -> None:
        for _ in range(25):
            if not np.array_equal(deconvolution(found[number], "last", (1, 4, 4)), alone[number]):
                wrong.append(number)
            if not np.array_equal(forward(block, images[number]).feature_maps["relu_1"], maps[number]):
                wrong.append(10 + number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
