"""Modules surveyed without running them, against what torch itself does when the module runs."""

import threading
from typing import Any

import pytest
import torch
import torchvision
from torch import nn
from torch.nn import functional

from cnnviz.arithmetic.layers import Add, Concat, Conv2d
from cnnviz.arithmetic.network import totals
from cnnviz.networks.survey import SurveyError, survey
from cnnviz.networks.torchvision_networks import TORCHVISION, built_module

NAMES = ["alexnet", "vgg16", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152"]
MACS = {"alexnet": 714_188_480, "vgg16": 15_470_264_320, "resnet50": 4_089_184_256}


def built(name):
    with torch.device("meta"):
        return getattr(torchvision.models, name)().eval()


def hooked(module, shape):
    """What torch says when the module runs: the output shapes of its layers, and an independent count of their MACs."""
    shapes: dict[str, list[tuple[int, ...]]] = {}
    macs: dict[str, int] = {}

    def keep(name):
        def hook(layer, given, output):
            shapes.setdefault(name, []).append(tuple(output.shape[1:]))
            if isinstance(layer, nn.Conv2d | nn.Linear):
                places = output.numel() // layer.weight.shape[0]  # each multiplies every weight once
                macs[name] = macs.get(name, 0) + places * layer.weight.numel()

        return hook

    for name, layer in module.named_modules():
        if not list(layer.children()):
            layer.register_forward_hook(keep(name))
    with torch.no_grad():
        module(torch.zeros(1, *shape, device=next(module.parameters()).device))
    return shapes, macs


@pytest.mark.parametrize(
    "name", [*NAMES, "vgg16_bn", "densenet121", "squeezenet1_1", "mobilenet_v2", "resnext50_32x4d"]
)
def test_a_network_of_torchvision_has_torchs_shapes_parameters_and_macs(name):
    module = built(name)
    rows = survey(module, (3, 224, 224)).trace((3, 224, 224))
    assert totals(rows).num_params == sum(p.numel() for p in module.parameters())
    shapes, macs = hooked(module, (3, 224, 224))
    ours: dict[str, list[tuple[int, ...]]] = {}
    for row in rows:
        if row.module in shapes:
            ours.setdefault(row.module, []).append(row.output_shape)
    assert ours == shapes
    assert {row.name: row.macs for row in rows if row.macs} == macs
    if name in MACS:
        assert totals(rows).macs == MACS[name]


@pytest.mark.parametrize(("name", "blocks"), [("resnet18", 8), ("resnet34", 16), ("resnet50", 16), ("resnet152", 50)])
def test_every_block_of_a_resnet_has_its_addition(name, blocks):
    network = survey(built(name), (3, 224, 224))
    additions = [node for node in network.nodes if isinstance(node.layer, Add)]
    assert len(additions) == blocks
    assert all(len(node.inputs) == 2 for node in additions)


class Everything(nn.Module):
    """What forwards do beside calling layers."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, padding=1)
        self.mix = nn.Conv2d(6, 6, (3, 1), padding=(1, 0), groups=3, bias=False)
        self.fc = nn.Linear(12, 4)

    def forward(self, x, scale=2.0, mask=None):
        x = functional.relu(self.conv(x), inplace=True) * scale
        y = self.mix(x)
        y += self.mix(y)
        x = torch.cat([x, y], 1)
        x = functional.avg_pool2d(functional.dropout(x, training=self.training), 2)
        x = functional.adaptive_avg_pool2d(x, (1, 1))
        x = torch.flatten(x, 1).reshape(x.shape[0], -1)
        return torch.log_softmax(self.fc(x.view(-1, 12)), dim=1)


def test_functions_of_a_forward_become_layers():
    module = Everything().eval()
    network = survey(module, (3, 8, 8))
    assert [node.name for node in network.nodes] == [
        "conv", "relu", "mix", "mix_1", "add", "cat", "dropout", "avg_pool2d", "adaptive_avg_pool2d",
        "flatten", "fc", "log_softmax",
    ]  # fmt: skip
    assert network["mix"].layer == network["mix_1"].layer == Conv2d(6, 6, (3, 1), padding=(1, 0), groups=3, bias=False)
    assert network["mix_1"].module == "mix"
    assert network["cat"].layer == Concat(1)
    assert network["cat"].inputs == ("relu", "add")
    rows = network.trace((3, 8, 8))
    assert rows[-1].output_shape == (4,)
    assert totals(rows).num_params == sum(p.numel() for p in module.parameters())


def test_the_module_is_left_as_it_was():
    module = Everything()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    survey(module, (3, 8, 8))
    assert module.training
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert not any(layer._forward_hooks for layer in module.modules())


def test_the_input_shape_is_kept_and_the_lines_are_none():
    input_shape: Any = [3, 8, 8]
    network = survey(nn.Sequential(nn.Conv2d(3, 4, 3)), input_shape)
    assert network.input_shape == (3, 8, 8)
    assert network.nodes[0].line is None


@pytest.mark.parametrize(
    "layer", [nn.Conv2d(3, 4, 3, padding="same"), nn.Softmax2d(), nn.Unflatten(1, (1, 3)), nn.GELU()]
)
def test_a_single_layer_is_a_network(layer):
    with torch.no_grad():
        expected = tuple(layer(torch.zeros(1, 3, 8, 8)).shape[1:])
    if not isinstance(layer, nn.Unflatten):
        assert survey(layer, (3, 8, 8)).trace((3, 8, 8))[-1].output_shape == expected


class Chooses(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


class OwnWeight(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(3, 3, 1, 1))

    def forward(self, x):
        return functional.conv2d(x, self.weight)


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        (Chooses(), "a choice depends on the values of the picture"),
        (nn.Sequential(nn.AdaptiveLogSoftmaxWithLoss(3, 5, [2])), "is not a layer whose arithmetic is known here"),
        (nn.Sequential(), "does not give back a feature map"),
    ],
)
def test_what_cannot_be_surveyed_is_named_in_a_sentence(module, sentence):
    with pytest.raises(SurveyError) as caught:
        survey(module, (3, 8, 8))
    assert sentence in str(caught.value)


def test_a_weight_that_a_forward_uses_itself_is_counted_where_it_is_used():
    (row,) = survey(OwnWeight(), (3, 8, 8)).trace((3, 8, 8))
    assert (row.layer, row.num_params, row.output_shape) == (Conv2d(3, 3, 1, bias=False), 9, (3, 8, 8))


class Tokens(nn.Module):
    """Patches of a picture, of which every one looks at every other; it asks for the sizes of its input."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 16, 4, 4)
        self.attention = nn.MultiheadAttention(16, 4, batch_first=True)
        self.head = nn.Linear(16, 5)

    def forward(self, x):
        batch, _, height, width = x.shape
        x = self.patch(x).reshape(batch, 16, (height // 4) * (width // 4)).transpose(1, 2)
        x = x + self.attention(x, x, x, need_weights=False)[0]
        return self.head(x.mean(1))


@pytest.mark.parametrize("side", [8, 32])
def test_a_forward_that_asks_for_sizes_is_followed_again_for_another_input(side):
    module = Tokens()
    network = survey(module, (3, 16, 16))
    rows = network.trace((3, side, side))
    assert [row.output_shape for row in rows if row.name == "attention"] == [((side // 4) ** 2, 16)]
    assert network.num_params == sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("name", sorted(TORCHVISION))
def test_every_network_of_torchvision_is_surveyed_with_its_parameters(name):
    entry = TORCHVISION[name]
    module = built_module(name)
    network = survey(module, entry.input_shape)
    assert network.num_params == sum(p.numel() for p in module.parameters())
    rows = network.trace(entry.input_shape)
    assert rows[-1].output_shape == (1000,)
    assert totals(rows).num_params + network.unused_params == network.num_params


def test_the_table_has_every_classification_network_of_torchvision():
    assert set(TORCHVISION) == set(torchvision.models.list_models(module=torchvision.models))


def test_other_threads_go_on_using_their_networks_meanwhile():
    used, image = torchvision.models.resnet18().eval(), torch.zeros(1, 3, 32, 32)
    problems, stop = [], threading.Event()

    def use():
        while not stop.is_set():
            try:
                with torch.no_grad():
                    assert used(image).shape == (1, 1000)
            except Exception as problem:
                problems.append(problem)
                return

    user = threading.Thread(target=use)
    user.start()
    module = built("resnet101")
    try:
        for _ in range(10):
            survey(module, (3, 64, 64))
    finally:
        stop.set()
        user.join()
    assert problems == []


def test_two_surveys_at_once_leave_torch_as_it_was():
    before = (nn.Module.__call__, nn.Module.__getattr__)
    module, counts = built("resnet50"), []
    threads = [threading.Thread(target=lambda: counts.append(survey(module, (3, 64, 64)).num_params)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [25_557_032] * 4
    assert (nn.Module.__call__, nn.Module.__getattr__) == before
