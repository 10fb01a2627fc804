"""All values of one way through a network hang together: sums, what follows a value, who made it and who uses it."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.networks.activations import Activations, index_at
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.gains import strongest_use
from cnnviz.networks.survey import survey
from cnnviz.networks.zoo import load_model


@pytest.fixture(scope="module")
def resnet() -> Activations:
    module = load_model("resnet18", download=False).module
    torch.manual_seed(3)
    return activations_of(module, torch.randn(1, 3, 96, 96))


@pytest.fixture(scope="module")
def alexnet() -> Activations:
    module = load_model("alexnet", download=False).module
    torch.manual_seed(4)
    return activations_of(module, torch.randn(1, 3, 128, 128))


@pytest.fixture(scope="module")
def squeezenet() -> Activations:
    module = load_model("squeezenet1_1", download=False).module
    torch.manual_seed(6)
    return activations_of(module, torch.randn(1, 3, 101, 96))  # at 101 the last windows of its poolings are not full


def activations_of(module: nn.Module, image: torch.Tensor) -> Activations:
    shape = (image.shape[1], image.shape[2], image.shape[3])
    return Activations(survey(module, shape), module, image[0].numpy(), forward(module, image))


def test_every_node_of_the_table_has_values_of_its_shape(
    resnet: Activations, alexnet: Activations, squeezenet: Activations
) -> None:
    for activations in (resnet, alexnet, squeezenet):
        for row in activations.network.trace(activations.image.shape):
            assert activations[row.name].shape == row.output_shape


def test_the_sum_of_a_residual_block_is_exact(resnet: Activations) -> None:
    sums = [node for node in resnet.network.nodes if node.name.startswith("add")]
    assert len(sums) == 8
    for node in sums:
        (relu,) = [reader.name for reader in resnet.network.nodes if node.name in reader.inputs]
        x, fx = (resnet[name] for name in node.inputs)
        assert np.array_equal(np.maximum(x + fx, 0), resnet[relu])


def test_a_value_is_followed_through_normalisation_sum_and_relu(resnet: Activations) -> None:
    stages = list(resnet.behind("layer2.0.conv2", (3, 5, 6)))
    assert [stage.kind for stage in stages] == ["BatchNorm2d", "Add", "ReLU"]
    for stage in stages:
        assert stage.value == pytest.approx(stage.activation, abs=1e-4)
    assert list(resnet.behind("fc", (7, 0, 0))) == []


def test_the_neuron_of_every_explained_layer_is_the_one_the_door_gives(alexnet: Activations) -> None:
    for name in alexnet.explained():
        maps = alexnet.maps(name)
        index = len(maps) - 1, maps.shape[1] // 2, maps.shape[2] - 1
        found = alexnet.neuron(name, index)
        assert found.activation == maps[index]
        assert abs(found.result - found.activation) <= 1e-4 * max(1, abs(found.activation))


def test_a_dense_unit_behind_a_flattening_sees_maps(alexnet: Activations) -> None:
    found = alexnet.neuron("classifier.1", (5, 0, 0))
    assert found.products.shape == (256, 6, 6)
    assert alexnet.neuron("classifier.4", (5, 0, 0)).products.shape == (4096, 1, 1)


def test_who_made_a_value_and_who_uses_it(resnet: Activations, alexnet: Activations) -> None:
    assert alexnet.makers("features.0") == []
    assert alexnet.makers("features.3") == ["features.2"]
    assert alexnet.makers("classifier.1") == ["avgpool"]
    assert resnet.makers("layer1.1.conv1") == ["layer1.0.conv2", "maxpool"]
    assert [use.name for use in resnet.users("maxpool", (0, 4, 4))] == [
        "layer1.0.conv1", "layer1.1.conv1", "layer2.0.conv1", "layer2.0.downsample.0"
    ]  # fmt: skip


def test_a_use_names_exactly_the_places_whose_windows_hold_the_value(alexnet: Activations) -> None:
    (use,) = alexnet.users("features.3", (10, 3, 0))
    assert use.name == "features.5"  # a max-pooling of 3 × 3 with stride 2
    places = [
        (row, column)
        for row in range(3)
        for column in range(3)
        if 3 in alexnet.neuron("features.5", (10, row, column)).rows
        and 0 in alexnet.neuron("features.5", (10, row, column)).columns
    ]
    assert places == [(row, column) for row in use.rows for column in use.columns]
    assert list(use.channels) == [10]


def test_what_a_unit_sees_is_where_the_gradient_is_not_zero(resnet: Activations) -> None:
    module = load_model("resnet18", download=False).module
    positive = {key: value.abs() if value.is_floating_point() else value for key, value in module.state_dict().items()}
    copy = type(module)(block=type(module.layer1[0]), layers=[2, 2, 2, 2]).eval()
    copy.load_state_dict(positive)
    for name, row, column in (("layer1.1.conv2", 0, 0), ("layer2.0.conv1", 11, 4), ("layer2.1.conv2", 5, 11)):
        image = torch.rand(1, 3, 96, 96, requires_grad=True)
        kept: list[torch.Tensor] = []
        hook = copy.get_submodule(name).register_forward_hook(lambda _l, _i, output, kept=kept: kept.append(output))
        copy(image)
        hook.remove()
        (gradient,) = torch.autograd.grad(kept[0][0, 0, row, column], image)
        lit = gradient[0].abs().sum(0) > 0
        rows, columns = lit.any(1).nonzero().flatten(), lit.any(0).nonzero().flatten()
        seen = resnet.network.seen_pixels((3, 96, 96), name, row, column)
        assert (seen[0].start, seen[0].stop - 1) == (int(rows[0]), int(rows[-1]))
        assert (seen[1].start, seen[1].stop - 1) == (int(columns[0]), int(columns[-1]))


def test_the_neighbourhood_of_a_window_walks_to_the_neurons_own_sum(alexnet: Activations) -> None:
    layer = alexnet.module_of("features.3")
    assert isinstance(layer, nn.Conv2d)
    for index in ((9, 0, 0), (9, 3, 4), (9, 14, 14)):
        found = alexnet.neuron("features.3", index)
        patch, step = alexnet.around(found, channel=7)
        sums = torch.conv2d(torch.tensor(patch)[None, None], layer.weight[9:10, 7:8])[0, 0].flatten()
        assert float(sums[step]) == pytest.approx(found.channel_sums[7], abs=1e-4)


def test_behind_a_concatenation_each_channel_has_one_maker(squeezenet: Activations) -> None:
    name = "features.4.squeeze"
    assert squeezenet.makers(name) == ["features.3.expand1x1 or features.3.expand3x3"]
    given = squeezenet.input_of(name)
    for channel in (0, 63, 64, 127):
        ((maker, index),) = squeezenet.sources(name, (channel, 4, 5))
        assert maker == f"features.3.expand{'1x1' if channel < 64 else '3x3'}"
        assert index == (channel % 64, 4, 5)
        assert max(0.0, squeezenet[maker][index]) == given[channel, 4, 5]
    assert squeezenet.sources("features.0", (2, 3, 3)) == []


def test_neurons_add_up_and_lead_down_and_up_through_a_concatenation(squeezenet: Activations) -> None:
    maps = squeezenet["features.4.squeeze"]
    index = index_at(maps.shape, int(maps.argmax()))
    found = squeezenet.neuron("features.4.squeeze", index)
    assert found.products.shape == (128, 1, 1)
    assert found.result == pytest.approx(found.activation, abs=1e-4)
    for place in (found.ranked_channels[0], 3, 100):
        ((maker, below),) = squeezenet.sources("features.4.squeeze", found.strongest(place))
        assert squeezenet.neuron(maker, below).result == pytest.approx(squeezenet[maker][below], abs=1e-4)
        (use,) = squeezenet.users(maker, below)
        assert use.name == "features.4.squeeze"
        assert use.index == (place, *index[1:])


def test_a_use_behind_a_concatenation_is_where_the_value_changes_something(squeezenet: Activations) -> None:
    name, index = "features.6.expand1x1", (70, 6, 2)
    (use,) = squeezenet.users(name, index)
    joined = torch.tensor(squeezenet.input_of(use.name))[None]
    other = joined.clone()
    other[0, use.index[0], use.index[1], use.index[2]] += 1.0
    layer = squeezenet.module.get_submodule(use.name)
    with torch.inference_mode():
        changed = (layer(other) - layer(joined)).abs()[0] > 0
    assert sorted({(row, column) for _, row, column in changed.nonzero().tolist()}) == [(6, 2)]
    assert use.rows == (6,)
    assert use.columns == (2,)


def test_a_concatenation_on_any_axis_and_of_vectors_is_seen_through() -> None:
    class Branches(nn.Module):
        def __init__(self, dim: int) -> None:
            super().__init__()
            self.dim, self.left, self.right = dim, nn.Conv2d(3, 4, 1), nn.Conv2d(3, 4, 1)
            self.last = nn.Conv2d(8 if dim == 1 else 4, 2, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.last(torch.cat([self.left(x), torch.relu(self.right(x))], self.dim))

    torch.manual_seed(1)
    for dim, index, expected in ((1, (5, 2, 3), (1, 2, 3)), (2, (1, 6, 3), (1, 1, 3)), (-1, (1, 2, 7), (1, 2, 2))):
        found = activations_of(Branches(dim).requires_grad_(False), torch.randn(1, 3, 5, 5))
        assert found.sources("last", index) == [("right", expected)]
        assert found.users("right", expected)[0].index == index
        value = float(found["right"][expected])
        assert max(0.0, value) == found.input_of("last")[index]

    class Vectors(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.left, self.right, self.last = nn.Conv2d(3, 2, 3), nn.Conv2d(3, 3, 3), nn.Linear(8 + 12, 6)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.last(torch.cat([self.left(x).flatten(1), self.right(x).flatten(1)], 1))

    found = activations_of(Vectors().requires_grad_(False), torch.randn(1, 3, 4, 4))
    assert found.sources("last", (13, 0, 0)) == [("right", (1, 0, 1))]
    (use,) = found.users("right", (1, 0, 1))
    assert use.index == (13, 0, 0)
    weights = found.module.get_submodule("last").weight[:, 13] * found["right"][1, 0, 1]
    assert strongest_use(found, use) == (int(weights.argmax()), 0, 0)


def test_what_functions_of_torch_make_follows_from_their_inputs() -> None:
    class Functions(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Conv2d(3, 4, 3), nn.Linear(4, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = nn.functional.relu(self.first(x), inplace=True)
            x = nn.functional.max_pool2d(nn.functional.hardswish(x), 3, 2, ceil_mode=True)
            return self.last(nn.functional.adaptive_avg_pool2d(x, 1).flatten(1))

    torch.manual_seed(3)
    module, image = Functions().requires_grad_(False), torch.randn(1, 3, 10, 10)
    found = activations_of(module, image)
    made = nn.functional.hardswish(torch.relu(module.first(image)))
    np.testing.assert_array_equal(found["hardswish"], made[0])
    pooled = nn.functional.max_pool2d(made, 3, 2, ceil_mode=True)
    np.testing.assert_array_equal(found["max_pool2d"], pooled[0])
    np.testing.assert_allclose(found.input_of("last")[:, 0, 0], pooled.mean((2, 3))[0], atol=1e-6)
    (stage,) = found.behind("first", (1, 2, 2))
    assert stage.kind == "ReLU"
    assert stage.value == max(0.0, float(found["first"][1, 2, 2]))
    ((maker, index),) = found.sources("last", (1, 0, 0))
    assert maker == "first"
    assert found["hardswish"][index] == found["max_pool2d"][1].max()
    assert [use.name for use in found.users("first", (0, 0, 0))] == []  # a function pools it: its place is gone
