"""Every value of one picture's way through a network, and how they hang together: who made a value, who uses it.

The names are those of `survey`: the layers' own, and "add", "add_1", "flatten" for what functions do. `ForwardPass`
holds what layers answered; sums and reshapes follow from them without running the network again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter

import numpy as np
from torch import nn

from cnnviz.arithmetic.derivations.rounding import enough_digits, fixed, printed, significant
from cnnviz.arithmetic.layers import Add, BatchNorm1d, BatchNorm2d, Concat, Flatten, ReLU, View
from cnnviz.arithmetic.layers.layer import KeepsShape
from cnnviz.arithmetic.layers.sources import Parameter
from cnnviz.arithmetic.network import INPUT, Network, Node
from cnnviz.networks.feature_maps import ForwardPass, find_layer
from cnnviz.networks.functions import concatenated_axis, put_together
from cnnviz.networks.neuron import EXPLAINED, Neuron, explain, neighbourhood, window_taps

Index = tuple[int, int, int]
DECIMALS = 4  # of the values in formulas
# What hands on each value by itself: a layer behind them that reads a place reads it in the layer before them.
KEEPS_PLACES = (KeepsShape, BatchNorm2d, BatchNorm1d, Add, Concat, Flatten, View)


@dataclass(frozen=True)
class Stage:
    """What happens to a value behind its layer: `kind` "BatchNorm2d", "ReLU" or "Add", and what comes out.

    `formula` has the numbers put in. `value` is worked out from them; `activation` is the network's own.
    """

    name: str
    kind: str
    formula: str
    value: float
    activation: float


@dataclass(frozen=True)
class Use:
    """A layer that reads a value: in how many places of each of its maps, and of how many maps.

    `index` is where in the layer's input the value stands: behind a concatenation its channel has another number.
    """

    name: str
    kind: str
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    channels: range
    index: Index = (0, 0, 0)


@dataclass(frozen=True)
class Activations:
    """A network's table, its module, one image (C, H, W), and what the layers answered to it.

    `replaced` holds the values of nodes that are not those of the answer: see `networks.changed`.
    """

    network: Network
    module: nn.Module
    image: np.ndarray
    answer: ForwardPass
    replaced: Mapping[str, np.ndarray] = field(default_factory=dict)
    # what functions made of them, worked out once: a sum of sums would ask for the first again and again
    _made: dict[str, np.ndarray] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __getitem__(self, name: str) -> np.ndarray:
        """The values of a node, (C, H, W), or (N,) behind a flattening; KeyError for a name that is not there."""
        if name == INPUT:
            return self.image
        if name in self.replaced:
            return self.replaced[name]
        for kept in (self.answer.feature_maps, self.answer.vectors):
            if name in kept:
                return kept[name]
        node = self._nodes[name]
        if isinstance(node.layer, Parameter):
            learned: nn.Parameter = attrgetter(name)(self.module)
            return learned.detach().numpy().reshape(node.layer.shape)
        if name not in self._made:
            made = put_together(node.layer, [self[source] for source in node.inputs])
            if made is None:
                raise KeyError(name)
            self._made[name] = made
        return self._made[name]

    @cached_property
    def _nodes(self) -> dict[str, Node]:
        return {node.name: node for node in self.network.nodes}

    def module_of(self, name: str) -> nn.Module | None:
        """The module that makes a node's values; None for what a function does."""
        try:
            return find_layer(self.module, name)[0]
        except ValueError:
            return None

    def explained(self) -> list[str]:
        """The layers whose values can be taken apart: convolutions, poolings, dense layers, in order."""
        return list(self._explained)

    @cached_property
    def _explained(self) -> tuple[str, ...]:
        return tuple(node.name for node in self.network.nodes if isinstance(self.module_of(node.name), EXPLAINED))

    def maps(self, name: str) -> np.ndarray:
        """The values of a node as maps (C, H, W); a vector as maps of one value each."""
        values = self[name]
        return values[:, None, None] if values.ndim == 1 else values

    def input_of(self, name: str) -> np.ndarray:
        """What a layer is given, as maps (C, H, W); in front of a dense layer as the maps that were flattened."""
        flattened = self._flattened(name)
        values = self.maps(self._nodes[name].inputs[0])
        return values if flattened is None else values.reshape(self.maps(flattened).shape)

    def _flattened(self, name: str) -> str | None:
        """The node whose maps were flattened for a layer; None where the last step before it is no flattening."""
        source = self._nodes[name].inputs[0]
        while source != INPUT and self[source].ndim == 1 and self._nodes[source].layer.keeps_shape:
            source = self._nodes[source].inputs[0]
        if source != INPUT and self[source].ndim == 1 and isinstance(self._nodes[source].layer, Flatten | View):
            return self._nodes[source].inputs[0]
        return None

    def neuron(self, name: str, index: Index) -> Neuron:
        """The value at (channel, row, column) taken apart; see `networks.neuron`. Nothing is run again."""
        layer = self.module_of(name)
        if layer is None:
            raise ValueError(f'This network has no layer named "{name}".')
        return explain(name, layer, self.input_of(name), self.maps(name), index)

    def around(self, neuron: Neuron, channel: int) -> tuple[np.ndarray, int]:
        """One input channel (rows, columns) under a neuron's window and those next to it, and which step is its own.

        Raises ValueError where the neuron is not one of a convolution.
        """
        layer = self.module_of(neuron.layer)
        if not isinstance(layer, nn.Conv2d):
            raise ValueError(f"{neuron.layer} is no convolution.")
        return neighbourhood(layer, self.input_of(neuron.layer)[channel], neuron.index)

    def behind(self, name: str, index: Index, value: float | None = None) -> Iterator[Stage]:
        """What BatchNorm, ReLU and the sum of a residual block make of a value, until a layer looks at neighbours.

        The value is the network's own, or the one that is given, worked out more exactly.
        """
        return (stage for stage in self._stages(name, index, value) if stage.formula)

    def handed_on(self, name: str) -> list[Node]:
        """The nodes behind a layer that make something of each of its values by itself, in order; see `behind`."""
        return [self._nodes[stage.name] for stage in self._stages(name, (0,) * 3)]

    def _stages(self, name: str, index: Index, value: float | None = None) -> Iterator[Stage]:
        value = float(self.maps(name)[index]) if value is None else value
        while True:
            readers = [node for node in self.network.nodes if name in node.inputs]
            if len(readers) != 1:
                return
            stage = self._stage(readers[0], name, index, value)
            if stage is None:
                return
            yield stage
            name, value = stage.name, stage.value

    def _stage(self, node: Node, before: str, index: Index, value: float) -> Stage | None:
        module, maps = self.module_of(node.name), self.maps(node.name)
        kind = type(module).__name__ if module is not None else type(node.layer).__name__
        if isinstance(module, nn.BatchNorm2d):
            out, formula = normalised(module, index[0], value)
        elif isinstance(node.layer, ReLU):
            out, formula = max(0.0, value), f"max(0, {fixed(value, DECIMALS)})"
        elif isinstance(module, nn.Dropout | nn.Identity):
            out, formula = value, ""  # does nothing while the network answers
        elif isinstance(node.layer, Add) and len(set(node.inputs)) == 2:
            other = next(source for source in node.inputs if source != before)
            if self.maps(other).shape != maps.shape:  # one value added to many
                return None
            shortcut = float(self.maps(other)[index])
            out = value + shortcut
            added = printed(fixed(out, DECIMALS)) - printed(
                fixed(value, DECIMALS)
            )  # rounded up or down, to give the sum
            formula = f"{fixed(value, DECIMALS)} + {bracketed(fixed(added, DECIMALS))}"
        else:
            return None
        return Stage(node.name, kind, formula, out, float(maps[index]))

    def settled(self, name: str) -> str:
        """The node where a layer's values rest before another layer looks at them: behind BatchNorm, sum and ReLU."""
        stages = list(self.behind(name, (0,) * 3))
        return stages[-1].name if stages else name

    def makers(self, name: str) -> list[str]:
        """Who made what a layer is given, one name a path; [] where that is the picture.

        Behind a sum there are several paths: those of F(x) and of the shortcut. Behind a concatenation one name stands
        for all, "a or b": which of them made a value its channel says, see `sources`.
        """
        return list(dict.fromkeys(self._makers(self._nodes[name].inputs)))

    def _makers(self, nodes: Sequence[str]) -> list[str]:
        found: list[str] = []
        for name in nodes:
            if name in self._explained:
                found.append(name)
            elif name != INPUT and isinstance(self._nodes[name].layer, Concat):
                found += either(self._makers(self._nodes[name].inputs))
            elif name != INPUT:
                found += self._makers(self._nodes[name].inputs)
        return found

    def sources(self, name: str, index: Index) -> list[tuple[str, Index]]:
        """The values that made the one at `index` of a layer's input: (explained layer, index) each, one a path.

        Through BatchNorm, ReLU and sums the place stays, through a concatenation the channel changes, and of what a
        function pooled the largest value is named. [] where the picture is what the layer is given.
        """
        flattened = self._flattened(name)
        return self._sources(self._nodes[name].inputs[0] if flattened is None else flattened, index)

    def _sources(self, name: str, index: Index) -> list[tuple[str, Index]]:
        if name == INPUT:
            return []
        if name in self._explained:
            return [(name, index)]
        node, found = self._nodes[name], []
        if isinstance(node.layer, Concat):
            axis = concatenated_axis(node.layer, self[name].ndim)
            part, number = part_of([self[source].shape[axis] for source in node.inputs], index[axis])
            return self._sources(node.inputs[part], moved(index, axis, number))
        for source in node.inputs:
            maps = self.maps(source)
            place = index
            if isinstance(node.layer, Flatten | View):
                place = index_at(maps.shape, int(np.ravel_multi_index(index, self.maps(name).shape)))
            elif maps.shape[1:] != self.maps(name).shape[1:]:
                row, column = np.unravel_index(int(maps[index[0]].argmax()), maps.shape[1:])
                place = index[0], int(row), int(column)
            found += self._sources(source, place)
        return found

    def unit_at(self, name: str, down: float, across: float) -> tuple[int, int]:
        """The row and column whose field is centred nearest to a point of the image, given as shares of its sides."""
        (row,) = [row for row in self.network.trace(self.image.shape) if row.name == name]
        found = []
        for axis, share in enumerate((down, across)):
            count = self.maps(name).shape[1 + axis]
            field = row.receptive_field[axis] if row.receptive_field is not None else None
            if field is None or not field.stride:
                found.append(min(int(share * count), count - 1))
                continue
            pixel = share * self.image.shape[1 + axis]
            at = round(float((pixel - field.offset - float(field.size) / 2) / float(field.stride)))
            found.append(min(max(at, 0), count - 1))
        return found[0], found[1]

    def users(self, name: str, index: Index) -> list[Use]:
        """The layers that read the value at (channel, row, column), through whatever leaves it in its place."""
        explained = set(self._explained)
        found: list[Use] = []
        waiting, met = [(name, index)], {name}
        while waiting:
            before, at = waiting.pop(0)
            for node in self.network.nodes:
                if before not in node.inputs or node.name in met:
                    continue
                met.add(node.name)
                if node.name in explained:
                    use = self._use(node.name, at)
                    found += [use] if use.rows and use.columns else []  # a stride may step over it
                elif isinstance(node.layer, KEEPS_PLACES):
                    waiting.append((node.name, self._carried(node, before, at)))
        return found

    def _carried(self, node: Node, before: str, index: Index) -> Index:
        """Where in a node's values stands what stood at `index` of one of its inputs."""
        if isinstance(node.layer, Concat):
            axis = concatenated_axis(node.layer, self[before].ndim)
            first = sum(self[source].shape[axis] for source in node.inputs[: node.inputs.index(before)])
            return moved(index, axis, first + index[axis])
        if isinstance(node.layer, Flatten | View):
            return index_at(self.maps(node.name).shape, int(np.ravel_multi_index(index, self.maps(before).shape)))
        return index

    def _use(self, name: str, index: Index) -> Use:
        layer, maps = self.module_of(name), self.maps(name)
        if self._flattened(name) is not None:
            index = index_at(self.input_of(name).shape, index[0])
        channel, row, column = index
        channels = range(len(maps))
        if isinstance(layer, nn.Conv2d):
            per_group = layer.out_channels // layer.groups
            group = channel // (layer.in_channels // layer.groups)
            channels = range(group * per_group, (group + 1) * per_group)
        elif not isinstance(layer, nn.Linear):
            channels = range(channel, channel + 1)
        assert layer is not None  # it is one of those that are explained
        sizes = self.input_of(name).shape[1:]
        rows, columns = (
            tuple(at for at in range(maps.shape[1 + axis]) if place in window_taps(layer, axis, at, sizes[axis]))
            for axis, place in enumerate((row, column))
        )
        return Use(name, type(layer).__name__, rows, columns, channels, index)


def either(names: Sequence[str]) -> list[str]:
    """Several names as one; of many the first and the last.

    >>> either(["a", "b"]), either(["a", "b", "c", "d"]), either([])
    (['a or b'], ['one of 4 layers, a to d'], [])
    """
    if not names:
        return []
    return [" or ".join(names) if len(names) < 3 else f"one of {len(names)} layers, {names[0]} to {names[-1]}"]


def part_of(counts: Sequence[int], number: int) -> tuple[int, int]:
    """Of parts that stand one behind the other, so long each: which part a number falls into, and its number there.

    >>> part_of([64, 128], 63), part_of([64, 128], 64)
    ((0, 63), (1, 0))
    """
    for place, count in enumerate(counts):
        if number < count:
            return place, number
        number -= count
    raise ValueError(f"There are the numbers 0 to {sum(counts) - 1}, and {sum(counts) + number} was asked for.")


def moved(index: Index, axis: int, number: int) -> Index:
    """The index with another number on one axis."""
    channel, row, column = (number if place == axis else own for place, own in enumerate(index))
    return channel, row, column


def index_at(shape: Sequence[int], position: int) -> Index:
    """(channel, row, column) of the value at a position of the flattened maps (C, H, W)."""
    channel, row, column = np.unravel_index(position, tuple(shape))
    return int(channel), int(row), int(column)


def normalised(layer: nn.BatchNorm2d, channel: int, value: float) -> tuple[float, str]:
    """γ · (value − μ) / √(σ² + ε) + β with the statistics that were learnt (torch.nn.BatchNorm2d), and its formula."""
    assert layer.running_mean is not None
    assert layer.running_var is not None
    mean, variance = float(layer.running_mean[channel]), float(layer.running_var[channel])
    scale = float(layer.weight.detach()[channel]) if layer.affine else 1.0
    shift = float(layer.bias.detach()[channel]) if layer.affine else 0.0
    root = (variance + layer.eps) ** 0.5
    result = scale * (value - mean) / root + shift

    def write(digits: int) -> tuple[str, float]:
        held = fixed(value, digits)
        a, m, v, b = (significant(one, digits) for one in (scale, mean, variance, shift))
        made = printed(a) * (printed(held) - printed(m)) / (printed(v) + layer.eps) ** 0.5 + printed(b)
        return f"{a} · ({held} − {bracketed(m)}) / √({v} + {layer.eps:g}) + {bracketed(b)}", made

    return result, enough_digits(write, fixed(result, DECIMALS))


def number(value: float) -> str:
    """Four digits that count, with a real minus sign.

    >>> number(-0.012345), number(0.0), number(12.3456)
    ('−0.01235', '0', '12.35')
    """
    return significant(value, 4)


def bracketed(text: str) -> str:
    """A printed number behind a sign: in brackets where it is negative."""
    return f"({text})" if text.startswith("−") else text
