"""Residual blocks: the sum is exact, and a block with a part switched off equals a network built without it."""

import copy
import threading

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.networks.activations import Activations
from cnnviz.networks.changed import changed
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.residual import changes, residual_blocks, residual_fractions, switched_off
from cnnviz.networks.survey import survey
from cnnviz.networks.zoo import MODELS, build, load_model
from tests.networks.test_activations import activations_of


@pytest.fixture(scope="module", params=["resnet18", "resnet50"])
def resnet(request: pytest.FixtureRequest) -> Activations:
    torch.manual_seed(8)
    return activations_of(load_model(request.param, download=False).module, torch.randn(1, 3, 64, 64))


def test_every_block_is_found_with_its_two_paths(resnet: Activations) -> None:
    blocks = residual_blocks(resnet.network)
    assert len(blocks) in (8, 16)
    assert [block.name for block in blocks[:3]] == [
        "layer1.0",
        "layer1.1",
        "layer1.2" if len(blocks) == 16 else "layer2.0",
    ]
    for block in blocks:
        assert np.array_equal(resnet[block.residual] + resnet[block.shortcut], resnet[block.sum])
        assert np.array_equal(np.maximum(resnet[block.sum], 0), resnet[block.after])
        assert bool(block.projection) == any(f"{block.name}.downsample" in name for name in resnet.explained())
        if not block.projection:
            assert block.shortcut == block.start


@pytest.mark.parametrize("name", MODELS)
def test_the_table_says_of_every_network_whether_it_has_blocks(name: str) -> None:
    settings = MODELS[name].preprocessing
    with torch.device("meta"):
        network = survey(build(MODELS[name]), (len(settings.mean), settings.crop_size, settings.crop_size))
    assert bool(residual_blocks(network)) == MODELS[name].has_residual_blocks


def test_a_network_without_sums_has_no_blocks() -> None:
    torch.manual_seed(8)
    assert residual_blocks(activations_of(nn.Sequential(nn.Conv2d(3, 2, 3)), torch.randn(1, 3, 8, 8)).network) == []


@pytest.mark.parametrize("number", [0, 2, -1])
def test_f_switched_off_is_the_network_whose_last_normalisation_gives_zero(resnet: Activations, number: int) -> None:
    block = residual_blocks(resnet.network)[number]
    without = copy.deepcopy(resnet.module)
    last = without.get_submodule(block.residual)
    assert isinstance(last, nn.BatchNorm2d)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    expected = forward(without, torch.tensor(resnet.image)[None])
    off = switched_off(resnet, block, "F")
    np.testing.assert_allclose(off.answer.scores, expected.scores, rtol=1e-4, atol=1e-4)
    for name in (block.after, list(expected.feature_maps)[-1]):
        np.testing.assert_allclose(off[name], expected.feature_maps[name], rtol=1e-4, atol=1e-4)


def test_the_shortcut_switched_off_leaves_f_alone(resnet: Activations) -> None:
    block = residual_blocks(resnet.network)[1]
    off = switched_off(resnet, block, "shortcut")
    assert np.array_equal(off[block.after], np.maximum(resnet[block.residual], 0))
    assert not np.array_equal(off.answer.scores, resnet.answer.scores)
    assert switched_off(resnet, block, "") is resnet


def test_what_is_put_back_as_it_was_changes_nothing(resnet: Activations) -> None:
    block = residual_blocks(resnet.network)[0]
    same = changed(resnet, {block.sum: resnet[block.sum]})
    np.testing.assert_allclose(same.answer.scores, resnet.answer.scores, rtol=1e-4, atol=1e-4)
    names = [later.after for later in residual_blocks(resnet.network)]
    assert max(changes(resnet, same, names)) < 1e-5
    off = changes(resnet, switched_off(resnet, block, "F"), names)
    assert min(off) > 0


def test_the_shares_are_those_of_the_magnitudes(resnet: Activations) -> None:
    block = residual_blocks(resnet.network)[3]
    found = residual_fractions(resnet, block)
    f, x = (np.abs(resnet[name][5]).sum() for name in (block.residual, block.shortcut))
    assert found[5] == pytest.approx(f / (f + x))
    assert found.min() >= 0
    assert found.max() <= 1


def test_what_is_not_there_or_of_another_shape_is_refused_in_words(resnet: Activations) -> None:
    with pytest.raises(ValueError, match='no layer named "nothing"'):
        changed(resnet, {"nothing": np.zeros(3)})
    with pytest.raises(ValueError, match="conv1 has values of shape"):
        changed(resnet, {"conv1": np.zeros((2, 2, 2), dtype=np.float32)})


def test_the_shared_module_is_left_alone_while_others_run_it(resnet: Activations) -> None:
    block = residual_blocks(resnet.network)[0]
    expected = switched_off(resnet, block, "F").answer.scores
    torch.manual_seed(9)
    other = torch.randn_like(torch.tensor(resnet.image))[None]
    alone = forward(resnet.module, other).scores
    wrong: list[str] = []
    done: list[str] = []

    def run() -> None:
        for _ in range(5):
            if not np.allclose(forward(resnet.module, other).scores, alone, atol=1e-4, rtol=1e-4):
                wrong.append("the whole network")
        done.append("run")

    def switch() -> None:
        for _ in range(5):
            if not np.allclose(switched_off(resnet, block, "F").answer.scores, expected, atol=1e-4, rtol=1e-4):
                wrong.append("the switched one")
        done.append("switch")

    threads = [threading.Thread(target=target) for target in (run, switch)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert sorted(done) == ["run", "switch"]  # none of them broke off
