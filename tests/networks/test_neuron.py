"""One activation adds up: at corners, edges and centre, in every kind of layer, and equals the network's own value."""

import threading
from typing import Literal

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import nn

from cnnviz.networks.feature_maps import feature_maps
from cnnviz.networks.neuron import EXPLAINED, neuron
from cnnviz.networks.zoo import MODELS, load_model


def corners_edges_centre(height: int, width: int) -> list[tuple[int, int]]:
    places = [(0, 0), (0, width - 1), (height - 1, 0), (height - 1, width - 1)]
    return [*places, (0, width // 2), (height // 2, 0), (height // 2, width // 2)]


def expect_sums(module: nn.Module, image: torch.Tensor, name: str, values: np.ndarray) -> None:
    """At seven places of three channels: the products make the value that the layer answered by itself."""
    count, height, width = values.shape
    for channel in {0, count // 2, count - 1}:
        for row, column in corners_edges_centre(height, width):
            found = neuron(module, image, name, channel, row, column)
            shown = found.products.max() if found.kind == "MaxPool2d" else found.products.sum() + found.bias
            tolerance = 1e-4 * max(1.0, float(np.abs(values).max()))
            assert abs(shown - values[channel, row, column]) <= tolerance
            assert abs(found.result - found.activation) <= tolerance
            assert np.isclose(found.activation, values[channel, row, column], rtol=1e-5, atol=tolerance / 100)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([1, 2, 4]),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.one_of(st.integers(0, 2), st.tuples(st.integers(0, 2), st.integers(0, 2)), st.sampled_from(["same", "valid"])),
    st.integers(1, 2),
    st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    st.booleans(),
)
def test_a_convolution_adds_up_whatever_its_settings(
    groups: int,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: int | tuple[int, int] | str,
    dilation: int,
    mode: Literal["zeros", "reflect", "replicate", "circular"],
    bias: bool,
) -> None:
    if padding == "same":
        stride = (1, 1)
    conv = nn.Conv2d(
        4, 8, kernel, stride, padding, dilation, groups=groups, padding_mode=mode, bias=bias
    ).requires_grad_(False)
    module, image = nn.Sequential(conv), torch.randn(1, 4, 9, 8)
    try:
        answered = conv(image)[0].numpy()
    except RuntimeError:
        assume(False)
    expect_sums(module, image, "0", answered)


@pytest.mark.parametrize(
    "layer",
    [
        nn.MaxPool2d(2),
        nn.MaxPool2d(3, stride=2, padding=1),
        nn.MaxPool2d(3, stride=2, ceil_mode=True),
        nn.MaxPool2d(2, dilation=2),
        nn.AvgPool2d(2),
        nn.AvgPool2d(3, stride=2, padding=1),
        nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False),
        nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True),
        nn.AvgPool2d(3, stride=2, ceil_mode=True, count_include_pad=False),
        nn.AvgPool2d(2, divisor_override=3),
        nn.AdaptiveAvgPool2d((3, 4)),
        nn.AdaptiveAvgPool2d((None, 1)),
    ],
    ids=str,
)
def test_a_pooling_gives_its_winner_or_its_mean(layer: nn.Module) -> None:
    image = torch.randn(1, 3, 10, 9)
    expect_sums(nn.Sequential(layer), image, "0", layer(image)[0].numpy())


def test_a_dense_unit_is_a_window_of_everything() -> None:
    module = nn.Sequential(nn.Flatten(), nn.Linear(27, 5)).requires_grad_(False)
    image = torch.randn(1, 3, 3, 3)
    found = neuron(module, image, "1", 4)
    assert found.products.shape == (27, 1, 1)
    assert np.isclose(found.products.sum() + found.bias, module(image)[0, 4], atol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_every_kind_of_layer_of_every_network_adds_up_to_the_activation_itself(name: str) -> None:
    model = load_model(name, download=False)
    torch.manual_seed(5)
    image = torch.randn_like(model.preprocess(picture()))
    before = {key: value.clone() for key, value in model.module.state_dict().items()}
    maps = feature_maps(model.module, image)
    layers = {path: layer for path, layer in model.module.named_modules() if isinstance(layer, EXPLAINED)}
    chosen = list(layers)[:3] + list(layers)[len(layers) // 2 :: 6] + list(layers)[-1:]
    for path in chosen:
        if path in maps:
            expect_some_sums(model.module, image, path, maps[path])
        else:
            found = neuron(model.module, image, path, 1)
            assert abs(found.products.sum() + found.bias - found.activation) <= 1e-4 * max(1, abs(found.activation))
    assert all(torch.equal(before[key], value) for key, value in model.module.state_dict().items())
    assert not any(layer._forward_hooks or layer._forward_pre_hooks for layer in model.module.modules())
    assert not model.module.training


def expect_some_sums(module: nn.Module, image: torch.Tensor, path: str, values: np.ndarray) -> None:
    _, height, width = values.shape
    for row, column in {(0, 0), (height - 1, width // 2), (height // 2, width // 2)}:
        found = neuron(module, image, path, len(values) // 2, row, column)
        assert found.activation == pytest.approx(values[len(values) // 2, row, column], abs=1e-5, rel=1e-5)
        assert abs(found.result - found.activation) <= 1e-4 * max(1.0, abs(found.activation))


def picture() -> Image.Image:
    return Image.new("RGB", (300, 260), (120, 90, 40))


def test_the_window_is_what_the_layer_was_given_also_behind_an_in_place_relu() -> None:
    first, second = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 2, 3, groups=2)
    module = nn.Sequential(first, nn.ReLU(inplace=True), second).requires_grad_(False)
    image = torch.randn(1, 3, 8, 8)
    met = torch.relu(first(image))[0].numpy()
    found = neuron(module, image, "2", channel=1, row=2, column=3)
    assert found.first_channel == 2
    assert np.array_equal(found.window, met[2:4, 2:5, 3:6])
    place = found.ranked_channels[0]
    assert found.channel_sums[place] == np.abs(found.channel_sums).max() * np.sign(found.channel_sums[place])
    channel, row, column = found.strongest(place)
    size = np.abs(found.products[place])
    assert size[row - 2, column - 3] == size.max()
    assert channel == 2 + place


def test_a_layer_that_runs_twice_is_told_apart() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.pool = nn.AvgPool2d(2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.pool(self.pool(x))

    image = torch.arange(48.0).reshape(1, 3, 4, 4)
    assert neuron(Twice(), image, "pool", 0, 0, 0).result == 2.5
    assert neuron(Twice(), image, "pool_1", 0).result == 7.5


@pytest.mark.parametrize(
    ("layer", "place", "words"),
    [
        ("9", (0, 0, 0), 'no layer named "9"'),
        ("1", (0, 0, 0), "is a ReLU: what is taken apart are"),
        ("0", (4, 0, 0), "the channels 0 to 3, and 4 was asked for"),
        ("0", (0, -1, 0), "the rows 0 to 5, and -1 was asked for"),
        ("0", (0, 0, 6), "the columns 0 to 5, and 6 was asked for"),
        ("0_3", (0, 0, 0), "does not run that often"),
    ],
)
def test_what_is_not_there_is_said_in_words(layer: str, place: tuple[int, int, int], words: str) -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    with pytest.raises(ValueError, match=words):
        neuron(module, torch.zeros(1, 3, 8, 8), layer, *place)


def test_an_image_that_does_not_fit_is_refused_in_words() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3))
    with pytest.raises(ValueError, match="One image of shape"):
        neuron(module, torch.zeros(2, 3, 8, 8), "0", 0)
    with pytest.raises(ValueError, match="cannot take an image of shape"):
        neuron(module, torch.zeros(1, 5, 8, 8), "0", 0)


def test_two_threads_with_different_images_see_their_own_activations() -> None:
    module = nn.Sequential(nn.Conv2d(3, 8, 5, padding=2), nn.ReLU(inplace=True), nn.Conv2d(8, 4, 3)).requires_grad_(
        False
    )
    images = [torch.full((1, 3, 24, 24), float(value)) for value in (1, -2)]
    alone = [neuron(module, image, "2", 1, 3, 3).activation for image in images]
    wrong: list[float] = []

    def ask(number: int) -> None:
        for _ in range(40):
            found = neuron(module, images[number], "2", 1, 3, 3)
            if found.activation != alone[number] or abs(found.result - found.activation) > 1e-4:
                wrong.append(found.activation)

    threads = [threading.Thread(target=ask, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert alone[0] != alone[1]
