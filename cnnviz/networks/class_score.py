"""The score of a class taken apart: the terms of the sum that makes it, and where on the picture they come from.

Networks end in one of two ways. In a dense layer: its sum is the score, and where it reads the means of maps the same
sum can be taken place by place. Or in a convolution of 1 × 1 with one map a class, often with a ReLU behind it: the
mean of a class's map is the score (Lin, Chen, Yan 2013, "Network In Network", arXiv:1312.4400, section 3.2).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from torch import nn

from cnnviz.arithmetic.layers import AdaptiveAvgPool2d, AvgPool2d, Dropout, Flatten, Pointwise, ReLU, View
from cnnviz.arithmetic.network import INPUT
from cnnviz.networks.activations import Activations, Index
from cnnviz.networks.order import descending
from cnnviz.networks.refusal import Refusal

QUIET = ("Identity", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout")  # they do nothing while a network answers


@dataclass(frozen=True)
class ClassScore:
    """score = Σ_i w_i · a_i + b: the last layer's sum for one class, or that of two dense sums, one less the other.

    `weights` w and `activations` a have shape (N,); the a_i come from the input of `layer`, and as maps they have the
    `shape` (C, H, W). `own` is the score that the network itself computed, in float32. Where the values are the means
    of maps, `maps` (N, H, W) are those.

    Where a convolution makes a map for each class and a ReLU stands in front of their mean, only the places count
    where the class's map is above zero, `open_places` (H, W): elsewhere `maps` are zero here, the means are those of
    what is left, and the `bias` is the convolution's own times the share of those places.
    """

    layer: str
    shape: Index
    weights: np.ndarray
    activations: np.ndarray
    bias: float
    own: float
    maps: np.ndarray | None = None
    open_places: np.ndarray | None = None

    @property
    def is_cut(self) -> bool:
        """Whether the ReLU cuts the class's map in any place."""
        return self.open_places is not None and not self.open_places.all()

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
        return descending(np.abs(self.terms))

    @cached_property
    def class_map(self) -> np.ndarray | None:
        """M(h, w) = Σ_c w_c · A_c(h, w) / (H · W), (H, W) in double precision; with `beside_map` they are the score.

        Class activation mapping (Zhou, Khosla, Lapedriza, Oliva and Torralba 2016, arXiv:1512.04150), divided by the
        number of cells so that they add up. Where a ReLU cuts them the open cells hold the bias as well. None where
        the last layer does not read the means of maps.
        """
        if self.maps is None:
            return None
        summed = np.tensordot(self.weights.astype(np.float64), self.maps.astype(np.float64), axes=1)
        if self.open_places is not None and self.open_places.any():
            summed += self.bias / self.open_places.mean() * self.open_places
        return np.asarray(summed / summed.size)

    @property
    def beside_map(self) -> float | None:
        """The bias, which stands in no cell of the map; None where the cells hold it."""
        return None if self.open_places is not None else self.bias

    def index(self, place: int) -> Index:
        """(channel, row, column) in the layer's input of the value that the term at `place` is made of."""
        channel, row, column = np.unravel_index(place, self.shape)
        return int(channel), int(row), int(column)


@dataclass(frozen=True)
class Lead:
    """How far a class is ahead of another where a ReLU cuts their maps, each in other places: no one sum makes it.

    `beside_map` is None as in both of them: the cells hold all of it.
    """

    first: ClassScore
    second: ClassScore

    @property
    def score(self) -> float:
        """The difference of the two."""
        return self.first.score - self.second.score

    @property
    def class_map(self) -> np.ndarray | None:
        """The difference of the two maps, cell by cell, (H, W): its cells add up to the score."""
        first, second = self.first.class_map, self.second.class_map
        return None if first is None or second is None else first - second

    beside_map: None = None


def class_score(activations: Activations, class_index: int, less: int | None = None) -> ClassScore | Lead:
    """The score of a class for one picture, or, with `less`, how far it is ahead of that class's.

    Refusal, in a sentence, for a class that is not there and for a network that ends in neither of the two ways.
    """
    layer, taken_apart = ending(activations)
    count = len(activations.answer.scores)
    for index in (class_index, *([] if less is None else [less])):
        if not 0 <= index < count:
            raise Refusal(f"This network has the classes 0 to {count - 1}, and {index} was asked for.")
    first = taken_apart(activations, layer, class_index)
    if less is None:
        return first
    second = taken_apart(activations, layer, less)
    return Lead(first, second) if first.is_cut or second.is_cut else difference(first, second)


def difference(first: ClassScore, second: ClassScore) -> ClassScore:
    """Two sums over the same values as one: the second's weights and bias are subtracted from the first's."""
    return ClassScore(
        first.layer,
        first.shape,
        first.weights - second.weights,
        first.activations,
        first.bias - second.bias,
        first.own - second.own,
        first.maps,
        first.open_places,
    )


Ending = Callable[[Activations, str, int], ClassScore]


def ending(activations: Activations) -> tuple[str, Ending]:
    """The layer whose sum makes the scores, and how it is taken apart. Refusal where there is none."""
    last = behind_nothing(activations, activations.network.nodes[-1].name)
    if isinstance(activations.module_of(last), nn.Linear):
        return last, dense_score
    if last == INPUT or not is_mean(activations, last):
        raise Refusal(no_sum(activations, last))
    before = behind_nothing(activations, activations.network[last].inputs[0])
    if before != INPUT and isinstance(activations.network[before].layer, ReLU):
        before = behind_nothing(activations, activations.network[before].inputs[0])
    if before == INPUT or not is_pointwise_convolution(activations, before):
        raise Refusal(no_sum(activations, before))
    return before, map_score


def no_sum(activations: Activations, name: str) -> str:
    """Why there are no terms to be shown, in a sentence."""
    maker = "the picture" if name == INPUT else f"{name} ({type(activations.network[name].layer).__name__})"
    return (
        f"The scores of this network come from {maker}, which cannot be taken apart here: that needs a dense layer at "
        "the end, or a convolution of 1 × 1 with one map for each class, whose mean is the score."
    )


def behind_nothing(activations: Activations, name: str) -> str:
    """The node whose values these are, before steps that change none of them: dropout, a flattening, the identity."""
    while name != INPUT:
        layer = activations.network[name].layer
        changes_nothing = isinstance(layer, Pointwise) and layer.function in QUIET
        if not (isinstance(layer, Flatten | View | Dropout) or changes_nothing):
            return name
        name = activations.network[name].inputs[0]
    return name


def is_mean(activations: Activations, name: str) -> bool:
    """Whether a node is the mean of each whole map."""
    layer, (source, *_) = activations.network[name].layer, activations.network[name].inputs
    if activations[source].ndim != 3 or activations[name].shape[1:] != (1, 1):
        return False
    if isinstance(layer, AvgPool2d):  # one window, and nothing but the map in it
        sides = layer.kernel_size if isinstance(layer.kernel_size, tuple) else (layer.kernel_size,) * 2
        return sides == activations[source].shape[1:] and layer.padding in (0, (0, 0)) and not layer.divisor_override
    return type(layer) is AdaptiveAvgPool2d


def is_pointwise_convolution(activations: Activations, name: str) -> bool:
    """Whether a node is a convolution whose every output is a sum over the channels at its own place."""
    module = activations.module_of(name)
    if not isinstance(module, nn.Conv2d):
        return False
    one = module.kernel_size == module.stride == (1, 1) and module.groups == 1
    return one and activations[name].shape[1:] == activations.input_of(name).shape[1:]


def dense_score(activations: Activations, layer: str, class_index: int) -> ClassScore:
    """The sum of a dense layer (torch.nn.Linear); its values may be the means of maps."""
    dense, values = activations.module_of(layer), activations.input_of(layer)
    assert isinstance(dense, nn.Linear)
    weights = dense.weight.detach()[class_index].numpy().astype(np.float64)
    bias = float(dense.bias.detach()[class_index]) if dense.bias is not None else 0.0
    own = float(activations[layer][class_index])
    source = behind_nothing(activations, activations.network[layer].inputs[0])
    maps = activations.input_of(source) if source != INPUT and is_mean(activations, source) else None
    return ClassScore(layer, shape_of(values), weights, values.reshape(-1), bias, own, maps)


def map_score(activations: Activations, layer: str, class_index: int) -> ClassScore:
    """The mean of a class's map, made by a convolution of 1 × 1 (torch.nn.Conv2d), as a sum over its input channels.

    With a ReLU score = 1/(H·W) Σ_(h,w) max(0, Σ_c w_c · A_c(h, w) + b). Where the inner sum is above zero the ReLU
    changes nothing, elsewhere it leaves nothing; with the sums swapped score = Σ_c w_c · mean_c + b · share: mean_c is
    that of A_c with zeros in the places that are cut, share how many places are left. Without a ReLU none is cut.
    """
    convolution, maps = activations.module_of(layer), activations.input_of(layer)
    assert isinstance(convolution, nn.Conv2d)
    weights = convolution.weight.detach()[class_index, :, 0, 0].numpy().astype(np.float64)
    bias = float(convolution.bias.detach()[class_index]) if convolution.bias is not None else 0.0
    own = float(activations.answer.scores[class_index])
    open_places = None
    if any(layer in node.inputs and isinstance(node.layer, ReLU) for node in activations.network.nodes):
        open_places = activations[layer][class_index] > 0
        maps, bias = maps * open_places, bias * float(open_places.mean())
    means = maps.mean(axis=(1, 2), dtype=np.float64)
    return ClassScore(layer, (len(maps), 1, 1), weights, means, bias, own, maps, open_places)


def shape_of(values: np.ndarray) -> Index:
    """(C, H, W)."""
    channels, height, width = values.shape
    return channels, height, width


def origin(activations: Activations, score: ClassScore, place: int) -> tuple[str, Index] | None:
    """The neuron that made the value of a term, (layer, index); None where that is the picture.

    Of the mean of a map it is the pooling's, where the pooling is a layer in front of a dense one, else the map's
    strongest place.
    """
    index = score.index(place)
    if score.maps is not None and activations.input_of(score.layer).shape[1:] != (1, 1):
        row, column = np.unravel_index(int(score.maps[place].argmax()), score.maps.shape[1:])
        index = place, int(row), int(column)
    return next(iter(activations.sources(score.layer, index)), None)
