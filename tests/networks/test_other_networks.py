"""Networks of torchvision that no page offers: feature maps, neurons and survey are torch's own there as well."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torchvision.models import get_model_builder, get_model_weights, get_weight

from cnnviz.networks.feature_maps import forward, layer_table
from cnnviz.networks.neuron import EXPLAINED, neuron
from cnnviz.networks.preprocess import preprocess
from cnnviz.networks.survey import survey
from cnnviz.networks.torchvision_networks import TORCHVISION
from cnnviz.networks.torchvision_weights import WEIGHTS, published
from cnnviz.networks.zoo import MODELS

NAMES = (
    "mobilenet_v2",
    "efficientnet_b0",
    "densenet121",
    "convnext_tiny",
    "shufflenet_v2_x1_0",
    "inception_v3",
    "googlenet",
)
SIDE = 96


def built(name: str) -> nn.Module:
    torch.manual_seed(0)
    options = {"init_weights": False, "aux_logits": False} if name in ("inception_v3", "googlenet") else {}
    module: nn.Module = get_model_builder(name)(weights=None, **options)
    return module.eval().requires_grad_(False)


def cloned_outputs(module: nn.Module, image: torch.Tensor) -> dict[str, np.ndarray]:
    """What each layer answers, copied before anybody behind it can write over it; a layer's second run as "name_1"."""
    outputs: dict[str, np.ndarray] = {}

    def listen(name: str) -> None:
        calls = 0

        def keep(_layer: nn.Module, _inputs: object, output: torch.Tensor) -> None:
            nonlocal calls
            outputs[f"{name}_{calls}" if calls else name] = output[0].clone().numpy()
            calls += 1

        module.get_submodule(name).register_forward_hook(keep)

    for entry in layer_table(module):
        listen(entry.name)
    with torch.inference_mode():
        outputs["scores"] = module(image)[0].numpy()
    return outputs


@pytest.mark.parametrize("name", NAMES)
def test_maps_neurons_and_shapes_are_those_of_torch(name: str) -> None:
    module, image = built(name), torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    before = {key: value.clone() for key, value in module.state_dict().items()}
    answer = forward(module, image)
    rows = survey(module, (3, SIDE, SIDE)).trace((3, SIDE, SIDE))
    layers = [path for path, layer in module.named_modules() if isinstance(layer, EXPLAINED)]
    for layer in (*layers[:: len(layers) // 8], layers[-1]):
        expect_it_adds_up(module, image, layer, answer.feature_maps.get(layer))
    assert all(torch.equal(before[key], value) for key, value in module.state_dict().items())
    assert not any(layer._forward_hooks or layer._forward_pre_hooks for layer in module.modules())

    assert sum(row.num_params for row in rows) == sum(parameter.numel() for parameter in module.parameters())
    outputs = cloned_outputs(module, image)
    np.testing.assert_array_equal(answer.scores, outputs["scores"])
    assert {*answer.feature_maps} == {key for key, value in outputs.items() if value.ndim == 3}
    for key, maps in answer.feature_maps.items():
        np.testing.assert_array_equal(maps, outputs[key], err_msg=key)
    for row in rows:
        assert row.name not in outputs or row.output_shape == outputs[row.name].shape, row.name


def expect_it_adds_up(module: nn.Module, image: torch.Tensor, layer: str, maps: np.ndarray | None) -> None:
    if maps is None:  # a dense layer that makes a vector
        found = neuron(module, image, layer, 1)
    else:
        is_last = isinstance(module.get_submodule(layer), nn.Linear)  # ConvNeXt's channels stand last there
        maps = np.moveaxis(maps, -1, 0) if is_last else maps
        channel, row, column = (size // 2 for size in maps.shape)
        found = neuron(module, image, layer, channel, row, column)
        assert found.activation == pytest.approx(maps[channel, row, column], abs=1e-5, rel=1e-5), layer
    assert abs(found.result - found.activation) <= 1e-4 * max(1.0, abs(found.activation)), layer
    made = found.products.max() if found.kind == "MaxPool2d" else found.products.sum() + found.bias
    assert made == pytest.approx(found.result, abs=1e-9), layer


@pytest.mark.parametrize("name", WEIGHTS)
def test_what_is_said_of_published_weights_is_what_torchvision_says(name: str) -> None:
    ours, theirs = published(name), get_model_weights(name).IMAGENET1K_V1
    assert ours is not None
    recipe = theirs.transforms()
    assert get_weight(ours.weights_enum) is theirs
    assert ours.weights.url == theirs.url
    assert ours.weights.approx_size == pytest.approx(theirs.meta["_file_size"] * 2**20, abs=1)
    settings = ours.preprocessing
    assert [settings.resize_size] == recipe.resize_size
    assert [settings.crop_size] == recipe.crop_size
    assert (list(settings.mean), list(settings.std)) == (recipe.mean, recipe.std)
    assert settings.bicubic == (recipe.interpolation.value == "bicubic")


def test_every_convolutional_network_can_be_chosen() -> None:
    left_out = {"googlenet", "inception_v3", "regnet_y_128gf"}
    families = ("Vision Transformer", "Swin Transformer", "MaxViT")
    wanted = {name for name, entry in TORCHVISION.items() if entry.family not in families} - left_out
    assert wanted == set(WEIGHTS) | (set(MODELS) & wanted)


def test_a_bicubic_network_is_given_what_torchvision_gives_it() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (300, 410, 3), dtype=np.uint8)
    picture = Image.fromarray(pixels)
    entry = published("efficientnet_b1")
    assert entry is not None
    wanted = get_weight(entry.weights_enum).transforms()(picture).numpy()
    np.testing.assert_allclose(preprocess(picture, entry.preprocessing)[0].numpy(), wanted, atol=1e-6)
