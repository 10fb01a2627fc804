"""The score of a class taken apart: the terms of the last dense layer, and where on the picture they come from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from torch import nn

from cnnviz.arithmetic.layers import Dropout, Flatten, View
from cnnviz.arithmetic.network import INPUT
from cnnviz.networks.activations import Activations, Index


@dataclass(frozen=True)
class ClassScore:
    """score = Σ_i w_i · a_i + b, the last layer's sum for one class (torch.nn.Linear), or for one class less another.

    `weights` w and `activations` a have shape (N,). Of two classes the weights are w − w', the bias is b − b'. `layer`
    is the last layer, `units` the one that made the N values it reads, of shape `shape` (C, H, W). `own` is the score
    that the network itself computed, in float32. Where the values are the means of maps, `maps` (N, H, W) are those.
    """

    layer: str
    units: str
    shape: Index
    weights: np.ndarray
    activations: np.ndarray
    bias: float
    own: float
    maps: np.ndarray | None = None

    @cached_property
    def terms(self) -> np.ndarray:
        """w_i · a_i, (N,) in double precision."""
        return np.asarray(self.weights.astype(np.float64) * self.activations)

    @property
    def score(self) -> float:
        """The terms and the bias added up, in double precision."""
        return float(self.terms.sum()) + self.bias

    @cached_property
    def ranked(self) -> list[int]:
        """The places 0, 1, … of the terms from the largest in magnitude to the smallest."""
        return np.argsort(-np.abs(self.terms), kind="stable").tolist()

    @cached_property
    def class_map(self) -> np.ndarray | None:
        """M(h, w) = Σ_c w_c · A_c(h, w) / (H · W), (H, W) in double precision: its cells and the bias are the score.

        Class activation mapping (Zhou, Khosla, Lapedriza, Oliva and Torralba 2016, arXiv:1512.04150), divided by the
        number of cells so that they add up. None where the last layer does not read the means of maps.
        """
        if self.maps is None:
            return None
        summed = np.tensordot(self.weights.astype(np.float64), self.maps.astype(np.float64), axes=1)
        return np.asarray(summed / summed.size)

    def unit(self, place: int) -> Index:
        """(channel, row, column) in the layer `units` of the value that the term at `place` is made of."""
        channel, row, column = np.unravel_index(place, self.shape)
        return int(channel), int(row), int(column)


def class_score(activations: Activations, class_index: int, less: int | None = None) -> ClassScore:
    """The score of a class for one picture, or, with `less`, how far it is ahead of that class's.

    ValueError, in a sentence, for a class that is not there and for a network that does not end in a dense layer.
    """
    layer, units = last_layer(activations)
    dense, count = activations.module_of(layer), len(activations[layer])
    assert isinstance(dense, nn.Linear)
    for index in (class_index, *([] if less is None else [less])):
        if not 0 <= index < count:
            raise ValueError(f"This network has the classes 0 to {count - 1}, and {index} was asked for.")
    weights, bias, scored = weighed(dense, activations[layer], class_index)
    if less is not None:
        others = weighed(dense, activations[layer], less)
        weights, bias, scored = weights - others[0], bias - others[1], scored - others[2]
    given = activations.given(layer)
    shape = (given.shape[0], given.shape[1], given.shape[2])
    averaged = averaged_maps(activations, layer)
    return ClassScore(layer, units, shape, weights, given.reshape(-1), bias, scored, averaged)


def weighed(dense: nn.Linear, scores: np.ndarray, class_index: int) -> tuple[np.ndarray, float, float]:
    """A class's weights (N,), its bias and its score, in double precision."""
    weights = dense.weight.detach()[class_index].numpy().astype(np.float64)
    bias = float(dense.bias.detach()[class_index]) if dense.bias is not None else 0.0
    return weights, bias, float(scores[class_index])


def last_layer(activations: Activations) -> tuple[str, str]:
    """The dense layer that gives the scores, and the layer that made what it reads. ValueError where there is none."""
    layer = activations.explained()[-1]
    makers = activations.makers(layer)
    if not isinstance(activations.module_of(layer), nn.Linear) or len(makers) != 1:
        raise ValueError(f"The scores of this network are not one dense layer's: its last layer is {layer}.")
    return layer, makers[0]


def averaged_maps(activations: Activations, layer: str) -> np.ndarray | None:
    """The maps (C, H, W) whose means a dense layer reads; None where it reads anything else."""
    source = activations.network[layer].inputs[0]
    while source != INPUT and isinstance(activations.network[source].layer, Flatten | View | Dropout):
        source = activations.network[source].inputs[0]
    if source == INPUT or not isinstance(activations.module_of(source), nn.AdaptiveAvgPool2d):
        return None
    return activations.given(source) if activations[source].shape[1:] == (1, 1) else None
