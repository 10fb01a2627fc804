"""What a text says when a picture of some shape is fed in: its layers, how far it gets, and what would mend it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from cnnviz.arithmetic.network import Network, NetworkError, Row
from cnnviz.arithmetic.network.exports import to_pytorch
from cnnviz.arithmetic.network.fixes import Fix, Problem, fixes, problems, repaired_text
from cnnviz.arithmetic.reader import ReadError, read_network
from cnnviz.arithmetic.reader.missing_values import likely_value
from cnnviz.arithmetic.reader.program import Program, likely_shapes
from cnnviz.arithmetic.settings import Shape, ShapeError, read_shape, shown
from cnnviz.networks.by_name import by_name

MAX_REPAIRS = 20
MAX_ASKED = 12

Answers = tuple[tuple[str, Any], ...]  # names that a text leaves open, and their values


@dataclass(frozen=True)
class Reading:
    """A text and an input shape, looked at together.

    `refusal` is why the text is no network. `problems` are the layers that do not fit, in order: the first as it is,
    each later one as it would be once those before it were put right. `rows` are the layers up to the first problem.
    `misfit` is what is wrong with the input shape itself. `asked` are the names that the text leaves open, with the
    values that it was read with.
    """

    text: str
    input_shape: Shape
    network: Network | None = None
    refusal: ReadError | None = None
    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()
    misfit: str = ""
    asked: Answers = ()

    @property
    def fits(self) -> bool:
        """Whether there is a network and every layer takes what it is given."""
        return self.network is not None and not self.problems and not self.misfit


@lru_cache(maxsize=64)
def read(text: str, input_shape: tuple[float, ...], answers: Answers = (), choice: str = "") -> Reading:
    """The reading of a text; the same text is read once. What it leaves open gets a likely value, unless answered.

    >>> reading = read("nn.Sequential(nn.Conv2d(1, 32, 5), nn.ReLU())", (4, 28, 28))
    >>> [fix.sentence for fix in reading.problems[0].fixes]
    ['change in_channels to 4', 'feed an input with 1 channel']
    """
    try:
        shape = checked_shape(input_shape)
    except ShapeError as problem:
        return Reading(text, (), misfit=str(problem))
    asked: Answers = ()
    try:
        network, asked = answered(text, shape, answers, choice)
        rows = network.trace(shape)
    except ReadError as refusal:
        return Reading(text, shape, refusal=refusal)
    except NetworkError as problem:
        found = problems(problem.network, shape) or (Problem(problem, fixes(problem)),)
        return Reading(text, shape, problem.network, rows=problem.rows, problems=found, asked=asked)
    except ShapeError as problem:
        return Reading(text, shape, misfit=str(problem))
    return Reading(text, shape, network.at(shape), rows=rows, asked=asked)


def answered(text: str, shape: Shape | None, answers: Answers, choice: str) -> tuple[Network, Answers]:
    """The network, read with the answers and with likely values for what else it leaves open, and both of these."""
    known = dict(answers)
    used: dict[str, Any] = {}
    for _ in range(MAX_ASKED):
        try:
            return read_network(text, shape, values=used, models=by_name, choice=choice or None), tuple(used.items())
        except ReadError as refusal:
            new = [name for name in refusal.needs if name not in used]
            if not new:
                raise
            used |= {name: known.get(name, likely_value(name)) for name in new}
    return read_network(text, shape, values=used, models=by_name, choice=choice or None), tuple(used.items())


def fitting_input(network: Network, given: Shape) -> Shape | None:
    """An input that the whole network takes, where it does not take the one given: by its first layer, and by size."""
    if not isinstance(network.program, Program):
        return None
    named = [network.input_shape] if network.input_shape is not None else []
    for shape in [*named, *likely_shapes(network.program.root)]:
        if shape != given and network.fits(shape):
            return shape
    return None


def checked_shape(sizes: Sequence[float]) -> Shape:
    """The sizes as whole numbers; ShapeError names the one that is none.

    >>> checked_shape((3.0, 224.0, 224.0))
    (3, 224, 224)
    """
    names = ("C", "H", "W") if len(sizes) == 3 else ("The number of features",)
    for name, size in zip(names, sizes, strict=True):
        if not float(size).is_integer() or size < 1:
            raise ShapeError(f"{name} of the input is {shown(size)}; it must be a whole number of at least 1.")
    return read_shape([int(size) for size in sizes])


def same_layers(one: Network, other: Network) -> bool:
    """Whether two networks have the same layers with the same inputs, whatever the layers are called."""
    if len(one.nodes) != len(other.nodes):
        return False
    return [(node.layer.plainest(), positions(one, node.inputs)) for node in one.nodes] == [
        (node.layer.plainest(), positions(other, node.inputs)) for node in other.nodes
    ]


def positions(network: Network, names: Sequence[str]) -> list[int]:
    """The place of each named layer, counted from 0; -1 for the input."""
    places = {node.name: place for place, node in enumerate(network.nodes)}
    return [places.get(name, -1) for name in names]


def written(text: str, fix: Fix, input_shape: Shape) -> str:
    """A text for the network of a fix: the text itself with one argument changed where that can be done, else new.

    What was changed in the text is read again, and kept only when it says what the fix says.
    """
    if fix.network is None:
        return text
    if fix.span is not None:
        try:
            changed = repaired_text(text, fix)
            if same_layers(answered(changed, input_shape, (), "")[0], fix.network):
                return changed
        except (ReadError, ShapeError):
            pass  # the argument cannot be changed where it stands: write the whole network down anew
    return to_pytorch(in_short_form(fix.network))


def in_short_form(network: Network) -> Network:
    """The same network with its layers written as short as they can be."""
    return replace(network, nodes=tuple(replace(node, layer=node.layer.plainest()) for node in network.nodes))


def all_repaired(text: str, input_shape: Shape) -> str | None:
    """The text with the first change to the network made wherever something does not fit; None when that fails."""
    for _ in range(MAX_REPAIRS):
        reading = read(text, input_shape)
        if reading.fits:
            return text
        if not reading.problems:
            return None
        fix = next((fix for fix in reading.problems[0].fixes if fix.network is not None), None)
        if fix is None:
            return None
        text = written(text, fix, input_shape)
    return None
