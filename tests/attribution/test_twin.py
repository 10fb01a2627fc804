"""A network's twin: the same answers from the same weights, with layers of its own."""

from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.nn import functional

from cnnviz.attribution.twin import convolutions, settled, shared_twin, twin
from cnnviz.networks.zoo import MODELS
from tests.attribution.conftest import Example


class Functions(nn.Module):
    """A forward with functions where others have layers, one layer used twice, and a weight of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.relu, self.scale = nn.Conv2d(3, 3, 1), nn.ReLU(inplace=True), nn.Parameter(torch.rand(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = functional.relu(self.conv(x), inplace=True)
        y += x
        y = self.relu(self.conv(torch.relu(y)) * self.scale)
        return self.relu(-y + 1).flatten(1)


@pytest.mark.parametrize("name", MODELS)
def test_it_answers_the_same_from_the_same_memory(name: str, example: Callable[[str], Example]) -> None:
    module, image = example(name)
    other = twin(module)
    with torch.no_grad():
        torch.testing.assert_close(other(image), module(image))
    own = {weight.data_ptr() for weight in module.parameters()}
    assert {weight.data_ptr() for weight in other.parameters()} <= own
    assert not {id(weight) for weight in module.parameters()} & {id(weight) for weight in other.parameters()}
    targets = [node.target for node in other.graph.nodes if node.op == "call_module"]
    assert len(set(targets)) == len(targets), "a layer is used twice"
    assert not any(getattr(layer, "inplace", False) for layer in other.modules())


def test_functions_become_layers_and_nothing_is_written_over(image: torch.Tensor) -> None:
    module = Functions().eval()
    other = twin(module)
    kept = image.clone()
    with torch.no_grad():
        torch.testing.assert_close(other(image), module(image.clone()))
    assert torch.equal(image, kept)
    assert sum(isinstance(layer, nn.ReLU) for layer in other.modules()) == 4
    assert convolutions(other) == ["conv", "conv_1"]
    assert other.get_submodule("conv").weight.data_ptr() == other.get_submodule("conv_1").weight.data_ptr()


def test_hooks_and_the_wish_for_gradients_stay_with_the_original() -> None:
    module = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU())
    heard: list[str] = []
    module[0].register_forward_hook(lambda *_: heard.append("module"))
    other = twin(module)
    other(torch.zeros(1, 3, 2, 2))
    assert heard == []
    assert all(weight.requires_grad for weight in module.parameters())
    assert not any(weight.requires_grad for weight in other.parameters())


def test_a_forward_that_decides_by_the_picture_is_answered_in_words() -> None:
    class Decides(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x if x.mean() > 0 else -x

    with pytest.raises(ValueError, match="takes a decision"):
        twin(Decides())


@pytest.mark.parametrize(
    ("name", "layer", "last"),
    [
        ("slim_vgg", "features.18", "features.19"),
        ("resnet50", "layer4.2.conv3", "layer4.2.relu_2"),
        ("resnet50", "layer4.2.conv1", "layer4.2.relu"),
        ("slim_resnet", "layer1.1.conv2", "layer1.1.relu_1"),
        ("sat6_convnet", "features.3", "features.4"),
    ],
)
def test_grad_cam_reads_a_convolution_behind_its_block(
    name: str, layer: str, last: str, example: Callable[[str], Example]
) -> None:
    assert settled(twin(example(name)[0]), layer) == last


class InPlace(nn.Module):
    """A forward that writes over what it is given, in every way."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.dense = nn.Conv2d(3, 3, 1), nn.Linear(36, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = functional.leaky_relu(self.conv(x), 0.2, True)
        y = functional.elu(y.mul_(0.5), inplace=True)
        y = functional.dropout(y, 0.5, self.training)
        return self.dense(y.flatten(1))


def test_no_way_of_writing_over_is_left_and_dropout_is_off_also_in_training() -> None:
    module = InPlace().train()
    image = torch.randn(1, 3, 3, 4)
    kept = image.clone()
    other = twin(module)
    with torch.no_grad():
        first, second = other(image), other(image)
    assert torch.equal(first, second)
    assert torch.equal(image, kept)
    torch.testing.assert_close(first, module.eval()(image.clone()).detach())
    assert shared_twin(module) is shared_twin(module)


@pytest.mark.parametrize("change", ["slope", "replaced", "dtype", "number"])
def test_a_shared_twin_is_made_anew_where_the_network_was_changed(change: str) -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.LeakyReLU(0.1), nn.Flatten(), nn.Linear(16, 2)).eval()
    image = torch.randn(1, 3, 4, 4)
    before = shared_twin(module)(image)
    if change == "slope":
        vars(module[1])["negative_slope"] = 0.9
    elif change == "replaced":
        module[1] = nn.Sigmoid()
    elif change == "dtype":
        module.double()
    else:
        module[3].weight = nn.Parameter(torch.ones(2, 16))
    after = shared_twin(module)(image.double() if change == "dtype" else image)
    expected = module(image.double() if change == "dtype" else image)
    torch.testing.assert_close(after, expected.detach())
    assert change == "dtype" or not torch.equal(after, before)


def test_the_last_convolution_is_the_one_that_runs_last() -> None:
    """fx sorts modules by the dots in their names."""

    class Named(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.features = nn.Sequential(nn.Sequential(nn.Conv2d(3, 3, 1)), nn.Sequential(nn.Conv2d(3, 3, 1)))
            self.last = nn.Conv2d(3, 3, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.last(self.features(x))

    assert convolutions(twin(Named())) == ["features.0.0", "features.1.0", "last"]


def test_no_hook_of_any_kind_is_taken_over() -> None:
    module = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU())
    heard: list[str] = []
    module[0].register_forward_pre_hook(lambda *_: heard.append("pre"))
    module[0].register_full_backward_hook(lambda *_: heard.append("back"))
    other = twin(module)
    image = torch.zeros(1, 3, 2, 2, requires_grad=True)
    other(image).sum().backward()
    assert heard == []
