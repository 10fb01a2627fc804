"""True outputs of layers, and no trace left on the network."""

import threading

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models import get_model_builder

from cnnviz.networks.feature_maps import feature_maps, forward, layer_table
from cnnviz.networks.zoo import MODELS, build


def small_network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(4, 2, 3), nn.Flatten(), nn.Linear(72, 5)
    ).eval()


class TwiceActivated(nn.Module):
    """One ReLU behind two convolutions, as in a residual block."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2, self.relu = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 4, 1), nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu(self.conv1(x))
        return self.relu(self.conv2(x) + x).flatten(1)


@pytest.fixture
def image() -> torch.Tensor:
    return torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", MODELS)
def test_every_map_is_what_the_network_without_in_place_layers_gives(name: str) -> None:
    torch.manual_seed(0)
    module = build(MODELS[name]).eval()
    settings = MODELS[name].preprocessing
    image = torch.randn(1, len(settings.channels), *(min(settings.crop_size, 96),) * 2)
    ours = forward(module, image)

    for layer in module.modules():  # a copy without in-place layers would take twice the memory
        if isinstance(layer, nn.ReLU):
            layer.inplace = False
    theirs: dict[str, torch.Tensor] = {}

    def listen(layer_name: str) -> None:
        def keep(_layer: nn.Module, _inputs: object, output: torch.Tensor) -> None:
            calls = sum(key == layer_name or key.startswith(f"{layer_name}_") for key in theirs)
            # `out += identity` writes over the last normalisation's output, so copy here as well.
            theirs[layer_name if not calls else f"{layer_name}_{calls}"] = output.clone()

        module.get_submodule(layer_name).register_forward_hook(keep)

    for entry in layer_table(module):
        listen(entry.name)
    with torch.inference_mode():
        scores = module(image)
    maps = {key: output for key, output in theirs.items() if output.ndim == 4}
    assert list(ours.feature_maps) == list(maps)
    for key, output in maps.items():
        np.testing.assert_array_equal(ours.feature_maps[key], output[0].numpy(), err_msg=key)
    np.testing.assert_array_equal(ours.scores, scores[0].numpy())


def test_a_convolution_keeps_its_negative_values_behind_an_in_place_relu(image: torch.Tensor) -> None:
    module = small_network()
    maps = feature_maps(module, image)
    expected = module[0](image).detach().numpy()[0]
    np.testing.assert_array_equal(maps["0"], expected)
    np.testing.assert_array_equal(maps["1"], expected.clip(min=0))


def test_layers_without_maps_are_left_out(image: torch.Tensor) -> None:
    assert list(feature_maps(small_network(), image)) == ["0", "1", "2"]


def test_a_layer_that_runs_twice_is_told_apart(image: torch.Tensor) -> None:
    maps = feature_maps(TwiceActivated().eval(), image)
    assert list(maps) == ["conv1", "relu", "conv2", "relu_1"]
    np.testing.assert_array_equal(maps["relu"], maps["conv1"].clip(min=0))
    np.testing.assert_allclose(maps["relu_1"], (maps["conv2"] + maps["relu"]).clip(min=0), rtol=1e-6)


def test_a_second_run_is_not_mistaken_for_a_layer_of_that_name(image: torch.Tensor) -> None:
    class WithLayerCalledRelu1(TwiceActivated):
        def __init__(self) -> None:
            super().__init__()
            self.relu_1 = nn.Sigmoid()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.relu_1(super().forward(x).reshape(1, 4, 8, 8))

    maps = feature_maps(WithLayerCalledRelu1().eval(), image)
    assert list(maps) == ["conv1", "relu", "conv2", "relu_2", "relu_1"]
    np.testing.assert_allclose(maps["relu_1"], 1 / (1 + np.exp(-maps["relu_2"])), rtol=1e-6)


def test_only_the_layers_asked_for_are_given_in_the_order_asked(image: torch.Tensor) -> None:
    assert list(feature_maps(TwiceActivated().eval(), image, layers=["relu_1", "conv1"])) == ["relu_1", "conv1"]


def test_a_block_can_be_asked_for_as_well_as_a_layer() -> None:
    module = nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(inplace=True)), nn.ReLU())
    maps = feature_maps(module, torch.randn(1, 3, 4, 4), layers=["0", "0.1"])
    np.testing.assert_array_equal(maps["0"], maps["0.1"])


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ("conv3", r'no layer named "conv3". Close to it: conv\d, conv\d\.'),
        ("features.7", r"The first are: conv1, conv2, relu\."),
        ("relu_2", r'no output named "relu_2": layer "relu" does not run that often'),
    ],
)
def test_a_layer_that_is_not_there_is_answered_in_words(layer: str, words: str, image: torch.Tensor) -> None:
    with pytest.raises(ValueError, match=words):
        feature_maps(TwiceActivated().eval(), image, layers=[layer])


def test_a_layer_without_maps_is_answered_in_words(image: torch.Tensor) -> None:
    with pytest.raises(ValueError, match=r'Layer "4" makes no feature maps: its output has shape \(1, 5\)'):
        feature_maps(small_network(), image, layers=["4"])


@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 3, 8, 8)])
def test_anything_but_one_image_is_answered_in_words(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"One image of shape \(1, 3, H, W\) is needed, not"):
        feature_maps(small_network(), torch.zeros(shape))


def hooks_of(module: nn.Module) -> int:
    return sum(len(layer._forward_hooks) for layer in module.modules())


@pytest.mark.parametrize("height", [8, 9])  # 9 does not fit the linear layer: the network fails in the middle
def test_nothing_is_left_behind_on_the_network(height: int) -> None:
    module = small_network()
    module.train()
    module[1].eval()
    before = [(layer.training, layer) for layer in module.modules()]
    gradients = [parameter.requires_grad for parameter in module.parameters()]
    image = torch.randn(1, 3, height, 8, requires_grad=True)
    if height == 8:
        feature_maps(module, image)
    else:
        with pytest.raises(ValueError, match="cannot take an image of shape"):
            feature_maps(module, image)
    assert hooks_of(module) == 0
    assert [(layer.training, layer) for layer in module.modules()] == before
    assert [parameter.requires_grad for parameter in module.parameters()] == gradients
    assert all(parameter.grad is None for parameter in module.parameters())
    assert torch.is_grad_enabled()
    assert image.grad is None


def test_a_network_in_training_mode_does_not_remember_the_picture(image: torch.Tensor) -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)).train()
    feature_maps(module, image)
    assert module[1].num_batches_tracked.item() == 0
    assert module[1].training


def test_arrays_are_float32_and_cannot_be_written_to(image: torch.Tensor) -> None:
    result = forward(small_network(), image)
    for array in (*result.feature_maps.values(), result.scores):
        assert array.dtype == np.float32
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_arrays_are_copies_of_their_own() -> None:
    image = torch.ones(1, 3, 2, 2)
    maps = feature_maps(nn.Sequential(nn.Identity()), image)
    image.zero_()
    assert maps["0"].min() == 1


def test_every_layer_is_announced_as_soon_as_it_ran(image: torch.Tensor) -> None:
    announced: list[str] = []
    maps = forward(small_network(), image, on_layer=announced.append).feature_maps
    assert announced == list(maps)


def test_whoever_is_told_of_a_layer_can_end_the_inference(image: torch.Tensor) -> None:
    def stop(_layer: str) -> None:
        raise InterruptedError

    module = small_network()
    with pytest.raises(InterruptedError):
        forward(module, image, on_layer=stop)
    assert hooks_of(module) == 0
    assert list(feature_maps(module, image)) == ["0", "1", "2"], "the next one is not locked out"


def test_two_threads_on_one_network_get_each_their_own_maps() -> None:
    module = small_network()
    images = [torch.full((1, 3, 8, 8), float(value)) for value in range(6)]
    expected = [feature_maps(module, image) for image in images]
    results: dict[int, dict[str, np.ndarray]] = {}

    def work(number: int) -> None:
        for _ in range(20):
            results[number] = feature_maps(module, images[number])
            for name, array in expected[number].items():
                np.testing.assert_array_equal(results[number][name], array)

    failures: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(len(images))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(results) == len(images)


def test_a_second_call_on_one_network_waits_for_the_first(image: torch.Tensor) -> None:
    """Else the first would switch a network in training mode back while the second still runs."""
    module = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)).train()
    second_began = threading.Event()
    second = threading.Thread(target=lambda: forward(module, image, on_layer=lambda _layer: second_began.set()))
    overlapped = []

    def start_second(layer: str) -> None:
        if layer == "0":
            second.start()
            overlapped.append(second_began.wait(0.2))

    forward(module, image, on_layer=start_second)
    second.join()
    assert overlapped == [False]
    assert second_began.is_set()
    assert module[1].num_batches_tracked.item() == 0


def test_someone_elses_run_of_the_same_network_is_not_listened_to(image: torch.Tensor) -> None:
    module = small_network()
    other = torch.full((1, 3, 8, 8), 7.0)

    def run_elsewhere(layer: str) -> None:
        if layer == "1":
            thread = threading.Thread(target=lambda: module(other))
            thread.start()
            thread.join()

    maps = forward(module, image, on_layer=run_elsewhere).feature_maps
    assert list(maps) == ["0", "1", "2"]
    np.testing.assert_array_equal(maps["0"], module[0](image).detach().numpy()[0])


def test_the_layer_table_lists_layers_and_channels_without_running_them() -> None:
    with torch.device("meta"):
        module = get_model_builder("alexnet")(weights=None)
    table = {entry.name: entry for entry in layer_table(module)}
    assert table["features.0"].kind == "Conv2d"
    assert table["features.0"].num_channels == 64
    assert table["features.1"].num_channels is None
    assert "features" not in table
