"""What could be changed so that a layer of a network fits: in the layer, in the network, or in what is fed in."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from cnnviz.arithmetic.layers import ConvTranspose2d, Flatten, Linear, Meeting, Upsample
from cnnviz.arithmetic.network import Network, NetworkError, Node, Span, add, replace_layer
from cnnviz.arithmetic.settings import Shape, ShapeError, counted, pair

MAX_SIDE = 512  # inputs searched for one that fits
MAX_PROBLEMS = 5  # told at once; each costs a search for its repairs
MAX_ANSWERS = 15_000  # layers asked in one search; less than a tenth of a second


@dataclass(frozen=True)
class Fix:
    """One change after which the layer fits, as a sentence and in every form in which it can be made.

    `network` is the changed network, None where the input is to be changed, which is then `input_shape`. `argument` and
    `replacement` are what to write in the layer's call, and `span` where that stands in the text that was read: None
    where the change is none of a single argument, or the argument is written with names that others use too.
    """

    sentence: str
    network: Network | None = None
    input_shape: Shape | None = None
    argument: str | None = None
    replacement: str | None = None
    span: Span | None = None


def fixes(error: NetworkError) -> tuple[Fix, ...]:
    """Everything that would make the layer of the error fit, the likeliest first; empty when nothing was found.

    >>> from cnnviz.arithmetic.layers import Conv2d, MaxPool2d
    >>> from cnnviz.arithmetic.network import chain
    >>> layers = [Conv2d(1, 32, 5), MaxPool2d(2), Conv2d(32, 16, 5), MaxPool2d(2), Flatten(), Linear(16 * 5 * 5, 128)]
    >>> try:
    ...     chain(*layers).trace((1, 28, 28))
    ... except NetworkError as error:
    ...     [fix.sentence for fix in fixes(error)]
    ['change in_features to 256', 'feed an input of 32 × 32 (32 to 35 fit)']
    """
    found = [*layer_fixes(error), *channel_fixes(error), *flatten_fixes(error), *skip_fixes(error)]
    if not any(fix.input_shape for fix in found):
        found += size_fixes(error)
    return tuple(found)


class Problem(NamedTuple):
    """A layer that does not fit, and what could be changed so that it does, the likeliest first."""

    error: NetworkError
    fixes: tuple[Fix, ...]

    @property
    def fixed(self) -> Network | None:
        """The network after the first fix that changes it; None where none is known."""
        return next((fix.network for fix in self.fixes if fix.network is not None), None)


def problems(network: Network, input_shape: Shape) -> tuple[Problem, ...]:
    """Everything that does not fit: each is found after the one before was put right by its first fix.

    The search ends where no fix of the network itself is known, or after five; what is fed in stays as it is.
    """
    found: list[Problem] = []
    while len(found) < MAX_PROBLEMS:
        try:
            network.trace(input_shape)
            break
        except NetworkError as error:
            found.append(Problem(error, fixes(error)))
            if found[-1].fixed is None:
                break
            network = found[-1].fixed
    return tuple(found)


def repaired_text(text: str, fix: Fix) -> str:
    """The text that the network was read from with the fix written into it; ShapeError when it has no place there.

    >>> fix = Fix("change in_features to 256", replacement="256", span=Span(1, 10, 1, 16))
    >>> repaired_text("nn.Linear(16*5*5, 128)", fix)
    'nn.Linear(256, 128)'
    """
    if fix.span is None or fix.replacement is None:
        raise ShapeError(f"To {fix.sentence}, write it into the text where the number comes from.")
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first, last = fix.span.line - 1, fix.span.end_line - 1
    if last >= len(lines):
        raise ShapeError("The text is no longer the one that the network was read from.")
    changed = lines[first][: fix.span.column] + fix.replacement + lines[last][fix.span.end_column :]
    return "\n".join([*lines[:first], changed, *lines[last + 1 :]])


def layer_fixes(error: NetworkError) -> Iterator[Fix]:
    """What the layer itself says it could change: of each argument the first value with which it fits."""
    layer, spans = error.node.layer, dict(error.node.spans)
    mended: set[str] = set()
    for argument, value, sentence, written in layer.changes(error.input_shapes[0]):
        if argument in mended:
            continue
        try:
            changed = layer.with_settings(**{argument: value})
            changed.output_shape(*error.input_shapes)
        except ShapeError:
            continue  # then the layer makes no sense, or still does not take what comes
        mended.add(argument)
        yield Fix(
            sentence or f"change {argument} to {value!r}",
            network=replace_layer(error.network, error.name, changed),
            argument=argument,
            replacement=written or repr(value),
            span=spans.get(argument),
        )


def channel_fixes(error: NetworkError) -> Iterator[Fix]:
    """Another number of channels in what is fed in, where the layer counts those and takes it straight from there."""
    layer = error.node.layer
    wanted: int = getattr(layer, layer.counts, 0)
    channels = (wanted, *error.input_shape[1:])
    if len(channels) != 3 or layer.counted_in(error.input_shapes[0]) in (None, wanted):
        return
    if error.network.fits(channels, until=error.name):
        yield Fix(f"feed an input with {counted(wanted, 'channel')}", input_shape=channels)


def flatten_fixes(error: NetworkError) -> Iterator[Fix]:
    """A flattening before a dense layer that is given a map."""
    layer, shape = error.node.layer, error.input_shapes[0]
    if not isinstance(layer, Linear) or len(shape) != 3:
        return
    flat = add(error.network, Flatten(), after=error.node.inputs[0])
    sentence = "flatten first"
    if prod(shape) != layer.in_features:
        flat = replace_layer(flat, error.name, layer.with_settings(in_features=prod(shape)))
        sentence = f"flatten first and change in_features to {prod(shape)}"
    if flat.fits(error.input_shape, until=error.name):
        yield Fix(sentence, network=flat)


def skip_fixes(error: NetworkError) -> Iterator[Fix]:
    """Where a map that was doubled again meets the odd one that it was halved from: a row and a column more on its way.

    Halving 25 gives 12, doubling gives 24: a transposed convolution makes up for it by its output_padding, an Upsample
    by naming the size.
    """
    shapes = error.input_shapes
    if not isinstance(error.node.layer, Meeting) or any(len(shape) != 3 for shape in shapes):
        return
    height, width = (max(shape[axis] for shape in shapes) for axis in (1, 2))
    for source, shape in zip(error.node.inputs, shapes, strict=True):
        node = resizing_before(error, source)
        if node is None or shape[1:] == (height, width):
            continue
        value, layer = (height, width), node.layer
        if isinstance(layer, ConvTranspose2d):
            down, across = pair(layer.output_padding)
            value = down + height - shape[1], across + width - shape[2]
        settings = (
            {"output_padding": value} if isinstance(layer, ConvTranspose2d) else {"size": value, "scale_factor": None}
        )
        try:
            changed = layer.with_settings(**settings)
        except ShapeError:
            continue  # more rows than the stride can make up for
        network = replace_layer(error.network, node.name, changed)
        if network.fits(error.input_shape, until=error.name):
            written = repr(value[0] if value[0] == value[1] else value)
            yield Fix(f"change {next(iter(settings))} of {node.name} to {written}", network=network)


def resizing_before(error: NetworkError, name: str) -> Node | None:
    """The transposed convolution or the Upsample that a map comes from, by way of layers that keep its size."""
    rows = {row.name: row for row in error.rows}
    while name in rows:
        row, node = rows[name], error.network[name]
        if isinstance(node.layer, ConvTranspose2d | Upsample):
            return node
        if len(node.inputs) != 1 or row.input_shape[1:] != row.output_shape[1:]:
            return None
        name = node.inputs[0]
    return None


def size_fixes(error: NetworkError) -> Iterator[Fix]:
    """The nearest square input with which the whole network fits, or all of it up to this layer."""
    if len(error.input_shape) != 3:
        return
    channels, height, width = error.input_shape
    for until in ("", error.name):
        sides = fitting_sides(error.network, channels, until)
        if sides:
            side = min(sides, key=lambda side: (abs(side - max(height, width)), side))
            run = run_around(sides, side)
            yield Fix(
                f"feed an input of {side} × {side} ({size_words(run)})",
                input_shape=(channels, side, side),
            )
            return


def fitting_sides(network: Network, channels: int, until: str) -> list[int]:
    """Every square input, up to a bound, that the network takes."""
    largest = min(MAX_SIDE, MAX_ANSWERS // max(1, len(network.nodes)))
    return [side for side in range(1, largest + 1) if network.fits((channels, side, side), until)]


def run_around(sides: list[int], side: int) -> range:
    """The unbroken run of sides around one of them."""
    known = set(sides)
    first = last = side
    while first - 1 in known:
        first -= 1
    while last + 1 in known:
        last += 1
    return range(first, last + 1)


def size_words(run: range) -> str:
    """Which sides of a run fit; the last that was tried stands for all larger ones."""
    if run[-1] == MAX_SIDE:
        return f"{run[0]} and more fit"
    return f"{run[0]} to {run[-1]} fit" if len(run) > 1 else "no other near it fits"
