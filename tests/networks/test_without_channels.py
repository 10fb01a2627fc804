"""Channels switched off: the answer is torch's with those channels zeroed by a hook; the search finds the same."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.networks.activations import Activations
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.survey import survey
from cnnviz.networks.torchvision_networks import built_module
from cnnviz.networks.without_channels import losses, without_channels
from cnnviz.networks.zoo import load_model


def activations_of(module: nn.Module, shape: tuple[int, int, int]) -> Activations:
    image = torch.rand(1, *shape, generator=torch.Generator().manual_seed(0))
    return Activations(survey(module, shape), module, image[0].numpy(), forward(module, image))


def small(name: str) -> Activations:
    """A small trained network and one image."""
    model = load_model(name, download=False)
    settings = model.preprocessing
    return activations_of(model.module, (len(settings.mean), settings.crop_size, settings.crop_size))


def by_hook(found: Activations, module_name: str, channel: int) -> np.ndarray:
    """The scores with one channel of a module's output at zero, as anybody would do it in torch."""

    def silence(_module: nn.Module, _inputs: object, output: torch.Tensor) -> torch.Tensor:
        output = output.clone()
        output[:, channel] = 0
        return output

    handle = found.module.get_submodule(module_name).register_forward_hook(silence)
    try:
        with torch.no_grad():
            scores: np.ndarray = found.module(torch.from_numpy(np.array(found.image))[None])[0].numpy()
    finally:
        handle.remove()
    return scores


# the layer, and the module behind which its values rest
CASES = [("slim_alexnet", "features.3", "features.4"), ("slim_vgg", "features.11", "features.12")]


@pytest.mark.parametrize(("name", "layer", "resting"), CASES)
def test_the_answer_is_that_of_a_hook_that_silences_the_channel(name: str, layer: str, resting: str) -> None:
    found = small(name)
    for channel in (0, 5, 11):
        now = without_channels(found, layer, [channel])
        np.testing.assert_allclose(now.answer.scores, by_hook(found, resting, channel), atol=1e-4)


@pytest.mark.parametrize(("name", "layer", "resting"), CASES)
def test_the_search_gives_for_each_channel_what_it_costs(name: str, layer: str, resting: str) -> None:
    found = small(name)
    best = int(found.answer.scores.argmax())
    *_, last = losses(found, layer, best)
    assert last.done == last.total == len(found[layer])
    assert not np.isnan(last.drops).any()
    for channel in (0, 3, int(last.drops.argmax())):
        cost = found.answer.scores[best] - by_hook(found, resting, channel)[best]
        assert last.drops[channel] == pytest.approx(float(cost), abs=1e-4)


def test_progress_is_told_and_what_is_not_known_yet_is_no_number() -> None:
    found = small("slim_vgg")
    first, second, *_ = losses(found, "features.18", 0)
    assert first.done == 0
    assert np.isnan(first.drops).all()
    assert 0 < second.done <= second.total
    assert not np.isnan(second.drops[: second.done]).any()


def test_behind_a_sum_and_a_normalisation_it_is_the_block_that_is_silent() -> None:
    found = small("slim_resnet")
    layer = "layer2.0.conv1"
    now = without_channels(found, layer, [2])
    np.testing.assert_allclose(now[found.settled(layer)][2], 0)
    *_, last = losses(found, layer, 1)
    assert last.drops[2] == pytest.approx(float(found.answer.scores[1] - now.answer.scores[1]), abs=1e-4)


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "squeezenet1_1", "densenet121"])
def test_networks_with_products_and_branches_are_searched_too(name: str) -> None:
    torch.manual_seed(0)
    module = built_module(name).to_empty(device="cpu").eval()
    with torch.no_grad():
        for key, value in module.state_dict().items():
            if value.is_floating_point():
                value.fill_(1.0) if key.endswith("running_var") else value.normal_(std=0.1)
            else:
                value.zero_()
    found = activations_of(module, (3, 64, 64))
    layer = next(n for n, m in list(module.named_modules())[20:] if isinstance(m, nn.Conv2d))
    now = without_channels(found, layer, [1])
    *_, last = losses(found, layer, 7)
    cost = float(found.answer.scores[7] - now.answer.scores[7])
    assert last.drops[1] == pytest.approx(cost, rel=1e-3, abs=1e-3)


def test_keep_only_and_mean_are_what_they_say() -> None:
    found = small("slim_vgg")
    layer = "features.3"
    rest = found.settled(layer)
    only, mean = (without_channels(found, layer, [1, 4], how) for how in ("only", "mean"))
    assert [bool(channel.any()) for channel in only[rest]] == [
        bool(channel.any()) and place in (1, 4) for place, channel in enumerate(found[rest])
    ]
    np.testing.assert_allclose(mean[rest][4], found[rest][4].mean(), rtol=1e-5)
    np.testing.assert_array_equal(mean[rest][0], found[rest][0])


def test_a_channel_that_there_is_not_is_told() -> None:
    found = small("slim_vgg")
    with pytest.raises(ValueError, match="channels 0 to 15, and 16"):
        without_channels(found, "features.0", [16])
