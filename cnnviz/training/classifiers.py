"""The lecture's two classifiers for patches of four channels, with starting weights that only their seed decides."""

import math
from typing import TypeVar

import numpy as np
import torch
from torch import nn
from torch.nn.utils import skip_init

from cnnviz.networks.slim import Sat6ConvNet

CHANNELS, SIDE, NUM_CLASSES = 4, 28, 4
Network = TypeVar("Network", bound=nn.Module)


def sat6_mlp(seed: int, hidden_units: int = 128) -> nn.Sequential:
    """The lecture's Sat6MLP: the patch flattened to 3136 values, three dense layers, ReLU between.

    Takes (N, 4, 28, 28), gives scores (N, 4).

    >>> sum(parameter.numel() for parameter in sat6_mlp(seed=0).parameters())
    418564
    """
    network = nn.Sequential(
        nn.Flatten(),
        skip_init(nn.Linear, CHANNELS * SIDE * SIDE, hidden_units),
        nn.ReLU(),
        skip_init(nn.Linear, hidden_units, hidden_units),
        nn.ReLU(),
        skip_init(nn.Linear, hidden_units, NUM_CLASSES),
    )
    return initialize(network, seed)


def sat6_convnet(seed: int) -> Sat6ConvNet:
    """The lecture's Sat6ConvNet, made to fit, with starting weights of this seed.

    Takes (N, 4, 28, 28), gives scores (N, 4).

    >>> sum(parameter.numel() for parameter in sat6_convnet(seed=0).parameters())
    57460
    """
    with torch.device("meta"):  # so that torch's own start draws no random numbers
        network = Sat6ConvNet(NUM_CLASSES)
    return initialize(network.to_empty(device="cpu"), seed)


def initialize(network: Network, seed: int) -> Network:
    """Write starting weights as torch's own layers draw them (uniform, ± 1 / √ inputs), and return the network.

    They come from a generator of their own, because other visitors use torch's global one.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, nn.Linear | nn.Conv2d):
                bound = 1 / math.sqrt(layer.weight[0].numel())
                for parameter in layer.parameters():
                    parameter.uniform_(-bound, bound, generator=generator)
    return network


def shuffle_inputs(layer: nn.Linear, order: np.ndarray) -> None:
    """Rearrange the weights (outputs, C · H · W) of a dense layer as `shuffled` rearranges the pixels of its patches.

    Afterwards the layer gives for a shuffled patch what it gave for the patch. `order` (H · W,) has one entry for each
    pixel and serves every channel.
    """
    with torch.no_grad():
        channels = layer.weight.reshape(len(layer.weight), -1, len(order))
        layer.weight.copy_(channels[:, :, torch.from_numpy(order)].reshape(layer.weight.shape))
