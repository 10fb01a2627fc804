"""The sanity check: weights forgotten from the top, on a network that others still use."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.attribution import METHODS
from cnnviz.attribution.reading import colour_limit, likeness, no_evidence, overlap, telling_region
from cnnviz.attribution.sanity import Check, Stage, forget, sanity, stages, weighted
from cnnviz.attribution.twin import twin
from cnnviz.networks.zoo import MODELS
from tests.attribution.conftest import Example


def last(method: str, module: nn.Module, image: torch.Tensor, class_index: int) -> Check:
    *_, check = sanity(METHODS[method], module, image, class_index)
    return check


@pytest.mark.parametrize("name", [name for name in MODELS if name != "vgg16"])
def test_it_forgets_layer_upon_layer_and_the_shared_network_nothing(
    name: str, example: Callable[[str], Example]
) -> None:
    module, image = example(name)
    before = {key: value.clone() for key, value in module.state_dict().items()}
    check = last("saliency", module, image, 1)
    found = check.stages
    assert len(found) == check.total
    assert [stage.randomised for stage in found] == [0, *stages(found[0].layers)]
    assert found[-1].randomised == found[0].layers == len(weighted(twin(module)))
    assert found[0].likeness == 1.0
    np.testing.assert_array_equal(found[0].attribution, METHODS["saliency"](module, image, 1))
    assert all(stage.likeness < 1 for stage in found[1:])
    scores = [stage.score for stage in found if stage.score]  # 0 where a ReLU at the end leaves nothing of it
    assert len(set(scores)) == len(scores) >= len(found) // 2, "each is asked of other weights"
    for key, value in module.state_dict().items():
        assert torch.equal(value, before[key])


def test_methods_of_one_pass_are_drawn_three_times(example: Callable[[str], Example]) -> None:
    module, image = example("sat6_convnet")
    stage = last("saliency", module, image, 1).stages[-1]
    assert len(set(stage.likenesses)) == 3
    assert stage.likeness == pytest.approx(np.mean(stage.likenesses))
    assert len(last("occlusion", module, image, 1).stages[-1].likenesses) == 1


def test_others_get_their_turn_in_the_middle_of_a_map(example: Callable[[str], Example], monkeypatch: Any) -> None:
    monkeypatch.setattr("cnnviz.attribution.question.LARGEST_BATCH", 4)
    reports = list(sanity(METHODS["occlusion"], *example("slim_vgg"), 1))
    assert len(reports) > 10 * len(reports[-1].stages)
    counts = [len(report.stages) for report in reports]
    assert counts == sorted(counts)
    assert max(report.held_bytes for report in reports) > 1_000_000
    assert reports[-1].held_bytes == 0


def test_a_layers_random_weights_are_as_large_as_its_own(example: Callable[[str], Example]) -> None:
    other = twin(example("slim_resnet")[0])
    conv, norm = other.get_submodule("layer2.0.conv1"), other.get_submodule("layer2.0.bn1")
    assert isinstance(conv, nn.Conv2d)
    assert isinstance(norm, nn.BatchNorm2d)
    old, scales = conv.weight.clone(), norm.weight.clone()
    taken = forget(other, "layer2.0.conv1", torch.Generator().manual_seed(0))
    assert taken == old.nbytes
    forget(other, "layer2.0.bn1", torch.Generator().manual_seed(0))
    assert float(conv.weight.std()) == pytest.approx(float(old.std()), rel=0.05)
    assert abs(float(torch.corrcoef(torch.stack([old.ravel(), conv.weight.ravel()]))[0, 1])) < 0.1
    assert torch.equal(norm.weight.sort().values, scales.sort().values)
    assert not torch.equal(norm.weight, scales)


def test_a_huge_dense_layer_is_shuffled_and_takes_no_memory(
    example: Callable[[str], Example],
) -> None:
    other = twin(example("alexnet")[0])
    layer = other.get_submodule("classifier.4")
    assert isinstance(layer, nn.Linear)
    inputs = torch.randn(1, layer.in_features)
    before = layer(inputs)
    assert forget(other, "classifier.4", torch.Generator().manual_seed(0)) == 0
    shuffled = other.get_submodule("classifier.4")
    assert shuffled.layer.weight.data_ptr() == layer.weight.data_ptr()
    expected = layer.weight[shuffled.outputs][:, shuffled.inputs.argsort()] @ inputs[0] + layer.bias[shuffled.outputs]
    torch.testing.assert_close(shuffled(inputs)[0], expected, rtol=1e-3, atol=1e-4)
    assert abs(float(torch.corrcoef(torch.cat([before, shuffled(inputs)]))[0, 1])) < 0.1


def test_what_draws_edges_is_flagged_and_what_follows_the_network_is_not(
    example: Callable[[str], Example],
) -> None:
    module, image = example("slim_vgg")
    assert any(stage.is_unchanged for stage in last("guided_backprop", module, image, 4).stages)
    assert not any(stage.is_unchanged for stage in last("occlusion", module, image, 4).stages)


def test_a_map_that_knows_nothing_of_the_network_stays_as_it_is(
    example: Callable[[str], Example],
) -> None:
    from dataclasses import replace

    from cnnviz.attribution.question import Partial, Question

    def brightness(question: Question) -> "list[Partial]":
        return [Partial(question.image[0].numpy(), 1, 1)]

    module, image = example("sat6_convnet")
    *_, check = sanity(replace(METHODS["saliency"], steps=lambda one: iter(brightness(one))), module, image, 0)
    assert [stage.likeness for stage in check.stages] == [1.0] * check.total
    flagged = [2 * stage.randomised >= stage.layers for stage in check.stages]
    assert [stage.is_unchanged for stage in check.stages] == flagged
    assert not check.stages[1].is_unchanged, "with little forgotten it may stay"


@pytest.mark.parametrize(
    ("randomised", "alike", "flagged"),
    [(10, 0.49, False), (10, 0.5, True), (5, 0.74, False), (5, 0.8, True), (4, 1, False)],
)
def test_from_when_a_method_is_flagged(randomised: int, alike: float, flagged: bool) -> None:
    assert Stage("x", randomised, 10, np.zeros((1, 1)), (alike,), 0.0).is_unchanged == flagged


def test_a_method_that_does_not_hold_is_answered_in_words(example: Callable[[str], Example]) -> None:
    with pytest.raises(ValueError, match="does not hold"):
        next(sanity(METHODS["lrp"], *example("slim_resnet"), 0))


def test_likeness_is_the_rank_correlation_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(0)
    for _ in range(20):
        first, second = random.integers(-4, 5, (2, 6, 7)).astype(float)
        second += random.choice([0, 1]) * first
        expected = stats.spearmanr(np.abs(first).ravel(), np.abs(second).ravel()).statistic
        assert likeness(first, second) == pytest.approx(expected, abs=1e-9)


def test_a_flat_map_is_like_nothing() -> None:
    assert likeness(np.ones((3, 3)), np.eye(3)) == 0.0
    assert overlap(np.ones((3, 3)), np.eye(3)) == overlap(np.eye(3), np.zeros((3, 3))) == 0.0


def test_where_the_peaks_lie_apart_maps_that_agree_on_the_rest_overlap_little() -> None:
    first = np.arange(10_000.0)
    second = first.copy()
    second[8000:9000], second[9000:] = first[9000:], first[8000:9000]  # the strongest tenth and the next change places
    assert likeness(first, second) > 0.95
    assert overlap(first, second) == 0.0


def test_the_overlap_is_the_share_of_common_pixels_among_the_strongest_tenth() -> None:
    random = np.random.default_rng(1)
    for size in (7, 100, 961):
        first, second = random.permutation(size).astype(float) + 1, random.permutation(size).astype(float) + 1
        count = max(1, round(size / 10))
        common = set(np.argsort(first)[-count:].tolist()) & set(np.argsort(second)[-count:].tolist())
        assert overlap(first, -second) == overlap(second, first) == pytest.approx(len(common) / count)
        assert overlap(first, first * 3) == 1.0


def test_pixels_of_one_value_share_the_places_in_the_tenth() -> None:
    block, corner = np.zeros((10, 10)), np.zeros((10, 10))
    block[:4, :5] = 1.0  # 20 equal pixels for 10 places
    corner[:2, :5] = 2.0
    assert overlap(block, block) == 1.0
    assert overlap(block, corner) == 0.5


@pytest.mark.parametrize(
    ("attribution", "words"),
    [
        (np.zeros((5, 5)), "every value of this map is zero"),
        (np.full((5, 5), np.nan), "grew beyond what can be computed"),
        (np.eye(5) * 1e-12, "as small as the rounding"),
        (np.full((5, 5), 0.3), "the same value everywhere"),
        (np.eye(5) * 1e-5, ""),
        (-np.eye(5), ""),
    ],
)
def test_a_map_without_evidence_says_so(attribution: np.ndarray, words: str) -> None:
    told = no_evidence(attribution, score=2.0)
    assert (words in told) if words else told == ""


def test_the_most_telling_region_is_found_wherever_it_lies() -> None:
    random = np.random.default_rng(1)
    for _ in range(50):
        attribution = random.normal(size=(random.integers(3, 30), random.integers(3, 30)))
        region = telling_region(attribution)
        counted = attribution.clip(min=0)
        height, width = len(region.rows), len(region.columns)
        best = max(
            counted[row : row + height, column : column + width].sum()
            for row in range(attribution.shape[0] - height + 1)
            for column in range(attribution.shape[1] - width + 1)
        )
        found = counted[region.rows.start : region.rows.stop, region.columns.start : region.columns.stop].sum()
        assert found == pytest.approx(best)
        assert region.share == pytest.approx(best / counted.sum())


def test_where_nothing_speaks_for_the_class_magnitudes_tell_the_region() -> None:
    attribution = np.zeros((9, 9))
    attribution[0, 0] = -3.0
    assert telling_region(attribution).rows == range(0, 3)
    assert telling_region(np.zeros((9, 9))).share == 0.0


def test_single_pixels_do_not_make_all_others_faint() -> None:
    attribution = np.full((100, 100), 0.1)
    attribution[3, 3] = 50.0
    assert colour_limit(attribution) == pytest.approx(0.1)
    assert colour_limit(np.zeros((4, 4))) == 0.0
    single = np.zeros((100, 100))
    single[0, 0] = 2.0
    assert colour_limit(single) == 2.0


def test_a_layer_is_found_in_the_order_it_runs() -> None:
    class Backwards(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.last, self.first = nn.Linear(4, 2), nn.Linear(3, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.last(self.first(x))

    assert weighted(twin(Backwards())) == ["last", "first"]
