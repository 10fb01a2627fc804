"""Deletion and insertion: against the definition, and what they say of a good map, a bad one and chance."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.attribution import METHODS
from cnnviz.attribution.curves import POINTS, Curve, Curves, blurred_picture, curves
from cnnviz.attribution.question import question_of
from tests.attribution.conftest import Example


def all_of(module: nn.Module, image: torch.Tensor, class_index: int, attribution: np.ndarray) -> Curves:
    *_, last = curves(question_of(module, image, class_index), attribution)
    return last


def test_each_point_is_the_networks_own_answer(example: Callable[[str], Example]) -> None:
    module, image = example("slim_vgg")
    attribution = METHODS["saliency"](module, image, 4)
    found = all_of(module, image, 4, attribution)
    assert len(np.unique(attribution)) == attribution.size, "no two are equal, so there is one order"
    order = np.argsort(-attribution.ravel(), kind="stable")
    place = 5
    mask = np.zeros(order.size, dtype=bool)
    mask[order[: round(found.deletion.fractions[place] * order.size)]] = True
    covered = torch.from_numpy(mask.reshape(attribution.shape))
    with torch.no_grad():
        deleted = module(torch.where(covered, 0.0, image)).softmax(1)[0, 4]
        inserted = module(torch.where(covered, image, blurred_picture(image))).softmax(1)[0, 4]
        whole, grey = (module(one).softmax(1)[0, 4] for one in (image, torch.zeros_like(image)))
    assert found.deletion.probabilities[place] == pytest.approx(float(deleted), abs=1e-5)
    assert found.insertion.probabilities[place] == pytest.approx(float(inserted), abs=1e-5)
    for curve in (found.deletion, found.random_deletion):
        assert curve.probabilities[0] == pytest.approx(float(whole), abs=1e-5)
        assert curve.probabilities[-1] == pytest.approx(float(grey), abs=1e-5)
    for curve in (found.insertion, found.random_insertion):
        assert curve.probabilities[-1] == pytest.approx(float(whole), abs=1e-5)


def test_a_map_that_is_right_does_better_than_chance_and_its_opposite_worse(linear_network: nn.Sequential) -> None:
    image = torch.randn(1, 3, 12, 10, generator=torch.Generator().manual_seed(3))
    right = METHODS["input_x_gradient"](linear_network, image, 1)
    found, wrong = (all_of(linear_network, image, 1, one) for one in (right, -right))
    assert found.deletion.area < found.random_deletion.area < wrong.deletion.area
    assert found.insertion.area > found.random_insertion.area > wrong.insertion.area


def test_they_grow_point_by_point_and_the_same_way_each_time(
    example: Callable[[str], Example],
) -> None:
    module, image = example("sat6_convnet")
    attribution = METHODS["saliency"](module, image, 0)
    first, second = (list(curves(question_of(module, image, 0), attribution)) for _ in range(2))
    assert sorted({one.done for one in first}) == list(range(1, POINTS + 1))
    assert first == second
    assert first[3].deletion.probabilities == first[-1].deletion.probabilities[: first[3].done]


def test_the_area_is_the_mean_height() -> None:
    assert Curve((0.0, 0.5, 1.0), (1.0, 0.5, 0.0)).area == pytest.approx(0.5)
    assert Curve((0.0, 1.0), (0.2, 0.2)).area == pytest.approx(0.2)
    assert Curve((0.0,), (1.0,)).area == 0.0


def test_a_map_of_another_size_is_answered_in_words(example: Callable[[str], Example]) -> None:
    with pytest.raises(ValueError, match=r"The map has the shape \(2, 2\), the picture \(28, 28\)"):
        next(curves(question_of(*example("sat6_convnet"), 0), np.zeros((2, 2))))


def test_a_map_that_says_nothing_is_no_better_than_chance(linear_network: nn.Sequential) -> None:
    """Equal values are taken in random order, not from the top."""
    image = torch.randn(1, 3, 12, 10, generator=torch.Generator().manual_seed(3))
    found = all_of(linear_network, image, 1, np.zeros((12, 10)))
    assert found.deletion.area == pytest.approx(found.random_deletion.area, abs=0.15)
    assert found.deletion != found.central_deletion


def test_the_middle_is_an_order_of_its_own(example: Callable[[str], Example]) -> None:
    module, image = example("slim_vgg")
    down, across = np.mgrid[:96, :96]
    from_middle = -(((down + 0.5) / 96 - 0.5) ** 2 + ((across + 0.5) / 96 - 0.5) ** 2)
    found = all_of(module, image, 4, from_middle)
    assert found.central_deletion.area == pytest.approx(found.deletion.area, abs=0.02)
    assert found.central_insertion.area == pytest.approx(found.insertion.area, abs=0.02)


@pytest.mark.parametrize("name", ["slim_vgg", "sat6_convnet", "resnet18"])
def test_the_blurred_picture_hides_what_was_there(name: str, example: Callable[[str], Example]) -> None:
    _, image = example(name)
    blurred = blurred_picture(image)
    assert blurred.shape == image.shape

    def roughness(picture: torch.Tensor) -> float:
        return float((picture[..., 1:] - picture[..., :-1]).abs().mean())

    assert roughness(blurred) < 0.5 * roughness(image)
