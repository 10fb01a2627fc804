"""The lecture's networks: their parameters as computed elsewhere, and a dense layer that follows a shuffle."""

import numpy as np
import torch
from torch import nn

from cnnviz.arithmetic.network.architectures import sat6_mlp as sat6_mlp_on_paper
from cnnviz.training.classifiers import sat6_convnet, sat6_mlp, shuffle_inputs
from cnnviz.training.shuffling import fixed_shuffle, shuffled


def num_params(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_sat6_mlp_has_the_parameters_of_the_lecture() -> None:
    assert num_params(sat6_mlp(0)) == sat6_mlp_on_paper().num_params == 418_564
    assert num_params(sat6_mlp(0)[1]) == 401_536


def test_both_take_patches_and_give_four_scores() -> None:
    patches = torch.rand(3, 4, 28, 28)
    assert sat6_mlp(0)(patches).shape == sat6_convnet(0)(patches).shape == (3, 4)


def test_a_seed_decides_the_start_and_leaves_the_global_generator_alone() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    first, again, other = sat6_convnet(5), sat6_convnet(5), sat6_convnet(6)
    assert torch.equal(torch.get_rng_state(), before)
    weight, same, different = (network.get_parameter("features.0.weight") for network in (first, again, other))
    assert torch.equal(weight, same)
    assert not torch.equal(weight, different)


def test_starting_weights_are_spread_as_torch_spreads_its_own() -> None:
    ours, torchs = sat6_convnet(0).features[3], nn.Conv2d(32, 16, 5)
    bound = 1 / (32 * 25) ** 0.5
    assert ours.weight.abs().max() <= bound
    assert abs(ours.weight.std() / torchs.weight.std() - 1) < 0.05
    assert ours.bias.abs().max() <= bound


def test_a_dense_network_shuffled_with_its_input_answers_the_same_and_a_convolution_cannot() -> None:
    patches = np.random.default_rng(0).random((5, 4, 28, 28))
    order = fixed_shuffle(784, seed=1)
    whole, torn = torch.from_numpy(patches), torch.from_numpy(shuffled(patches, order))
    network, other = sat6_mlp(2).double(), sat6_mlp(2).double()
    (_, dense, *_) = other
    assert isinstance(dense, nn.Linear)
    shuffle_inputs(dense, order)
    assert torch.allclose(other(torn), network(whole), atol=1e-12)
    assert not torch.allclose(network(torn), network(whole), atol=1e-3)
    convolution = sat6_convnet(2).double()
    assert not torch.allclose(convolution(torn), convolution(whole), atol=1e-3)
