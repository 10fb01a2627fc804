"""Every method on every network: a map, of the class that was asked for, and nothing left behind."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.attribution import METHODS
from cnnviz.networks.zoo import MODELS
from tests.attribution.conftest import Example

PAIRS = [(method, name) for name in MODELS for method in METHODS]
FEW = 3  # evaluations, where there is a choice


def state_of(module: nn.Module) -> list[object]:
    """Everything that a method could leave behind on a network."""
    return [
        [(layer.training, getattr(layer, "inplace", None)) for layer in module.modules()],
        [len(layer._forward_hooks) + len(layer._forward_pre_hooks) for layer in module.modules()],
        [len(layer._backward_hooks) + len(layer._backward_pre_hooks) for layer in module.modules()],
        [(weight.requires_grad, weight.grad is None, weight.data_ptr()) for weight in module.parameters()],
        [float(value.double().sum()) for value in module.state_dict().values()],
        [sorted(vars(layer)) for layer in module.modules()],
    ]


def few(method: str) -> int | None:
    return FEW if METHODS[method].evaluations else None


@pytest.mark.parametrize(("method", "name"), PAIRS)
def test_it_gives_a_map_of_the_class_and_leaves_network_and_picture_as_they_were(
    method: str, name: str, example: Callable[[str], Example]
) -> None:
    module, image = example(name)
    before, kept = state_of(module), image.clone()
    with torch.no_grad():
        scores = module(image)[0]
    likeliest, other = int(scores.argmax()), int(scores.argmin())
    refused = METHODS[method].refusal(module)
    if refused:
        assert method == "lrp"
        assert "resnet" in name
        with pytest.raises(ValueError, match="does not hold for this network"):
            METHODS[method](module, image, likeliest)
        return
    first, second = maps = [
        METHODS[method](module, image, class_index, evaluations=few(method)) for class_index in (likeliest, other)
    ]
    for found in maps:
        assert found.shape == tuple(image.shape[2:])
        assert found.dtype == np.float32
        assert np.isfinite(found).all()
        if not METHODS[method].signed:
            assert found.min() >= 0
    assert not np.array_equal(first, second), "it does not depend on the class"
    assert state_of(module) == before
    assert torch.equal(image, kept)
    assert image.grad is None
    assert not image.requires_grad
    with torch.no_grad():
        assert torch.equal(module(image)[0], scores)


@pytest.mark.parametrize("method", METHODS)
def test_two_sessions_at_once_get_what_each_gets_alone(method: str, example: Callable[[str], Example]) -> None:
    import threading

    module, image = example("slim_alexnet")
    images = [image, image.flip(3), image.flip(2), image.roll(20, 3)]
    answers: dict[int, np.ndarray] = {}

    def ask(number: int) -> None:
        torch.set_num_threads(1)  # it counts for one thread, and the last digits hang on it
        answers[number] = METHODS[method](module, images[number], 3, evaluations=few(method))

    def asked(*groups: range) -> list[np.ndarray]:
        """What each is answered, where those of a group ask at once."""
        for group in groups:
            threads = [threading.Thread(target=ask, args=(number,)) for number in group]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return [answers.pop(number) for number in range(len(images))]

    alone = asked(*(range(number, number + 1) for number in range(len(images))))
    for found, expected in zip(asked(range(len(images))), alone, strict=True):
        np.testing.assert_array_equal(found, expected)
    assert not np.array_equal(alone[0], alone[1])


@pytest.mark.parametrize("method", METHODS)
def test_a_network_in_training_mode_stays_in_it_and_remembers_nothing(method: str) -> None:
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.Flatten(), nn.Dropout(), nn.Linear(144, 3)
    ).train()
    before = state_of(module)
    image = torch.randn(1, 3, 8, 8)
    if METHODS[method].refusal(module):
        with pytest.raises(ValueError, match="does not hold"):
            METHODS[method](module, image, 1)
    else:
        first, second = (METHODS[method](module, image, 1, evaluations=few(method)) for _ in range(2))
        np.testing.assert_array_equal(first, second)  # dropout would make them differ
    assert state_of(module) == before


@pytest.mark.parametrize("method", [name for name in METHODS if METHODS[name].evaluations])
def test_answers_grow_towards_the_whole_and_can_be_left_at_any_time(
    method: str, example: Callable[[str], Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnnviz.attribution import question

    monkeypatch.setattr(question, "LARGEST_BATCH", 1)
    module, image = example("sat6_convnet")
    answers = METHODS[method].partials(module, image, 1, evaluations=9)
    first, second = next(answers), next(answers)
    assert 0 < first.done < second.done < second.total
    assert not second.is_finished
    answers.close()
    assert sum(len(layer._forward_hooks) for layer in module.modules()) == 0
    everything = list(METHODS[method].partials(module, image, 1, evaluations=9))
    assert everything[-1].is_finished
    assert [one.done for one in everything] == sorted(one.done for one in everything)
    np.testing.assert_array_equal(
        METHODS[method].map_of(everything[-1].values), METHODS[method](module, image, 1, evaluations=9)
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"class_index": 37}, "tells 37 classes, 0 to 36, not 37"),
        ({"class_index": -1}, "not -1"),
        ({"image": torch.zeros(3, 96, 96)}, "One image of shape"),
        ({"image": torch.zeros(1, 5, 96, 96)}, "cannot take an image of shape"),
        ({"layer": "features.1"}, '"features.1" is no convolution of this network. There are: features.0'),
        ({"evaluations": 0}, "at least 1 of its"),
        ({"regions": np.zeros((3, 3), dtype=int)}, r"regions have the shape \(3, 3\)"),
        ({"regions": np.full((96, 96), np.nan)}, "Regions are whole numbers"),
    ],
)
def test_what_does_not_fit_is_answered_in_words(
    changes: dict[str, object], words: str, example: Callable[[str], Example]
) -> None:
    module, image = example("slim_alexnet")
    question: dict[str, object] = {"module": module, "image": image, "class_index": 0} | changes
    with pytest.raises(ValueError, match=words):
        METHODS["occlusion"](**question)  # type: ignore[arg-type]


def test_a_network_without_convolutions_has_no_grad_cam(linear_network: nn.Module, image: torch.Tensor) -> None:
    for method in ("grad_cam", "signed_grad_cam", "guided_grad_cam"):
        with pytest.raises(ValueError, match="this network has none"):
            METHODS[method](linear_network, image, 0)


@pytest.mark.parametrize("layer", [nn.GroupNorm(2, 4), nn.LPPool2d(2, 2), nn.Softmax2d()])
def test_a_layer_without_a_rule_is_refused_by_those_that_need_one(layer: nn.Module) -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 1), layer, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)).eval()
    for method in ("deep_lift", "lrp"):
        with pytest.raises(ValueError, match=f"knows no rule .*{type(layer).__name__}"):
            METHODS[method](module, torch.randn(1, 3, 4, 4), 0)
    assert METHODS["integrated_gradients"](module, torch.randn(1, 3, 4, 4), 0).shape == (4, 4)


def test_memory_that_runs_out_is_not_taken_for_a_picture_that_does_not_fit(
    example: Callable[[str], Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, image = example("sat6_convnet")

    def out_of_memory(*_: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(torch.autograd, "grad", out_of_memory)
    with pytest.raises(MemoryError, match="allocate memory"):
        METHODS["saliency"](module, image, 0)


def test_a_network_of_double_numbers_is_asked_in_them(small_network: nn.Sequential, image: torch.Tensor) -> None:
    single = METHODS["integrated_gradients"](small_network, image, 1)
    double = METHODS["integrated_gradients"](small_network.double(), image, 1)
    np.testing.assert_allclose(double, single, atol=1e-5)
