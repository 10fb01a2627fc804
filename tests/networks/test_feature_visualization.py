"""Gradient ascent climbs, is the same each time, and leaves a shared network as it was."""

import threading

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from cnnviz.networks.feature_maps import feature_maps
from cnnviz.networks.feature_visualization import (
    Ascent,
    AscentStep,
    Goal,
    ascend,
    colour_directions,
    one_over_frequency,
)
from cnnviz.networks.preprocess import Preprocessing, normalise
from cnnviz.networks.zoo import load_model

SMALL = Preprocessing(resize_size=40, crop_size=40)


def small_network(seed: int = 0, channels: int = 3) -> nn.Module:
    torch.manual_seed(seed)
    return (
        nn.Sequential(
            nn.Conv2d(channels, 8, 5, padding=2),
            nn.BatchNorm2d(8),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 6, 3),
            nn.ReLU(inplace=True),
            nn.AdaptiveAvgPool2d(4),
            nn.Flatten(),
            nn.Linear(96, 5),
        )
        .eval()
        .requires_grad_(False)
    )


@pytest.mark.parametrize(
    ("weights", "colour"), [((1, 1, 1), "white"), ((-1, -1, -1), "black"), ((1, -1, 0), "red"), ((0, -1, 1), "blue")]
)
def test_a_unit_that_sums_colours_is_shown_that_colour(weights: tuple[int, int, int], colour: str) -> None:
    conv = nn.Conv2d(3, 1, 3).requires_grad_(False)
    conv.weight[:] = torch.tensor(weights)[None, :, None, None]
    *_, last = ascend(nn.Sequential(conv), Goal("0", 0), SMALL, steps=120)
    red, green, blue = last.picture.reshape(-1, 3).mean(axis=0)
    if colour == "white":
        assert min(red, green, blue) > 195
    elif colour == "black":
        assert max(red, green, blue) < 60
    elif colour == "red":
        assert red > 128 > green + 40
    else:
        assert blue > green + 60


@pytest.mark.parametrize(
    "goal",
    [
        Goal("4", 2),
        Goal("4", 2, objective="unit"),
        Goal("4", 2, frequencies=False),
        Goal("4", 2, robust=False, seed=5),
        Goal("8", 3),
        Goal("3", 1),
    ],
    ids=str,
)
def test_the_objective_grows_and_is_that_of_the_picture_shown(goal: Goal) -> None:
    module = small_network()
    steps = list(ascend(module, goal, SMALL, steps=40, every=10))
    assert [step.step for step in steps] == [0, 10, 20, 30, 40]
    assert steps[-1].value > steps[0].value + 0.05
    for step in (steps[0], steps[-1]):
        assert step.picture.shape == (40, 40, 3)
        assert step.picture.dtype == np.uint8
    if goal.layer != "8":
        image = torch.from_numpy(normalise(as_image(steps[-1]), SMALL).copy())[None]
        shown = feature_maps(module, image, [goal.layer])[goal.layer][goal.channel]
        middle = shown[shown.shape[0] // 2, shown.shape[1] // 2]
        expected = middle if goal.objective == "unit" else shown.mean()
        assert steps[-1].value == pytest.approx(expected, abs=0.02)  # the picture shown is rounded to whole colours


def as_image(step: AscentStep) -> Image.Image:
    return Image.fromarray(step.picture)


def test_the_same_goal_gives_the_same_pictures_and_another_seed_others() -> None:
    module = small_network()
    *_, once = ascend(module, Goal("4", 1), SMALL, steps=8)
    *_, twice = ascend(module, Goal("4", 1), SMALL, steps=8)
    *_, other = ascend(module, Goal("4", 1, seed=1), SMALL, steps=8)
    assert (once.picture == twice.picture).all()
    assert once.value == twice.value
    assert (once.picture != other.picture).any()


@pytest.mark.parametrize("name", ["alexnet", "resnet18"])
def test_a_shared_network_is_left_as_it_was(name: str) -> None:
    module = load_model(name, download=False).module
    before = {key: value.clone() for key, value in module.state_dict().items()}
    layer = {"alexnet": "features.3", "resnet18": "layer2.0.conv1"}[name]
    random_state = torch.get_rng_state()
    reports = ascend(module, Goal(layer, 4), steps=4, every=2)
    values = [next(reports).value, next(reports).value]
    reports.close()  # somebody stopped it
    assert values[1] > values[0]
    assert torch.equal(torch.get_rng_state(), random_state)
    assert all(torch.equal(before[key], value) for key, value in module.state_dict().items())
    assert all(parameter.grad is None and not parameter.requires_grad for parameter in module.parameters())
    assert not any(layer._forward_hooks or layer._backward_hooks for layer in module.modules())
    assert not any(layer.training for layer in module.modules())
    assert torch.is_grad_enabled()


def test_a_network_in_training_mode_and_with_gradients_learns_nothing_from_it() -> None:
    module = small_network().train().requires_grad_(True)
    mean = module[1].running_mean.clone()
    list(ascend(module, Goal("4", 0), SMALL, steps=3))
    assert module.training
    assert module[1].training
    assert torch.equal(module[1].running_mean, mean)
    assert all(parameter.grad is None for parameter in module.parameters())


def test_a_network_for_four_channels_and_another_size_is_climbed_too() -> None:
    four = Preprocessing(resize_size=28, crop_size=28, mean=(0.4,) * 4, std=(0.2,) * 4)
    *_, last = ascend(small_network(channels=4), Goal("4", 1), four, steps=6)
    assert last.picture.shape == (28, 28, 3)


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        (Goal("9", 0), 'no layer named "9"'),
        (Goal("4", 6), "channels 0 to 5, and 6 was asked for"),
        (Goal("4", -1), "channels 0 to 5, and -1 was asked for"),
        (Goal("4_2", 0), "does not run that often"),
    ],
)
def test_what_is_not_there_is_said_in_words(goal: Goal, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        next(ascend(small_network(), goal, SMALL))


def test_damaged_weights_and_a_wrong_size_are_said_in_words() -> None:
    module = small_network()
    module[4].weight[:] = float("nan")
    with pytest.raises(ValueError, match="no number"):
        next(ascend(module, Goal("4", 0), SMALL))
    with pytest.raises(ValueError, match="cannot take an image of shape"):
        next(ascend(small_network(channels=5), Goal("4", 0), SMALL))


def test_the_start_is_grey_noise_and_frequencies_fall_as_in_photographs() -> None:
    module = small_network()
    first = Ascent(module, Goal("4", 0), SMALL).report().picture.astype(float)
    assert abs(first.mean() - 127.5) < 3
    assert 0 < first.std() < 20
    scale = one_over_frequency(16)
    assert float(scale[0, 1] / scale[0, 4]) == pytest.approx(4)
    assert torch.linalg.matrix_rank(colour_directions(3)) == 3


def test_two_threads_on_one_network_climb_to_their_own_pictures_beside_a_forward() -> None:
    module = small_network()
    goals = [Goal("4", 1), Goal("0", 5, robust=False)]
    alone = [list(ascend(module, goal, SMALL, steps=12))[-1] for goal in goals]
    image = torch.randn(1, 3, 40, 40)
    maps = feature_maps(module, image)
    found: dict[int, AscentStep] = {}
    wrong: list[str] = []

    def climb(number: int) -> None:
        *_, found[number] = ascend(module, goals[number], SMALL, steps=12)

    def look() -> None:
        for _ in range(30):
            again = feature_maps(module, image)
            wrong.extend(name for name in maps if not np.array_equal(maps[name], again[name]))

    threads = [threading.Thread(target=climb, args=(number,)) for number in (0, 1)] + [threading.Thread(target=look)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert all((found[number].picture == alone[number].picture).all() for number in (0, 1))
