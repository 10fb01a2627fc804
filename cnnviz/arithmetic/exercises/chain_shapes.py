"""The shapes through a chain of layers. An error made early is carried forward, and that is said."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

from cnnviz.arithmetic.exercises.addresses import in_builder
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Shapes, Value
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.writing import by, code, paragraphs, sequential, tex, worked
from cnnviz.arithmetic.layers import Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU, ShapeError
from cnnviz.arithmetic.network import Network, chain
from cnnviz.arithmetic.settings import Shape


@dataclass(frozen=True)
class ShapesCase:
    """A chain and what it is given; every layer but the ReLUs is asked for."""

    network: Network
    input_shape: Shape

    @property
    def wanted_layers(self) -> list[tuple[str, Layer]]:
        """The layers asked for, with their names."""
        return [(node.name, node.layer) for node in self.network.nodes if not isinstance(node.layer, ReLU)]

    @property
    def answer(self) -> tuple[Shape, ...]:
        """The shape behind each of them."""
        return tuple(
            row.output_shape for row in self.network.trace(self.input_shape) if not isinstance(row.layer, ReLU)
        )


def draw(stream: Stream, level: int) -> ShapesCase | None:
    """Level 1 three layers; level 2 five, flattened; level 3 strides, dilation, ceil_mode and dense layers."""
    channels, side = stream.pick((1, 3, 4)), stream.whole(20, 64)
    first, second = stream.pick((6, 8, 12, 16, 32)), stream.pick((10, 16, 24, 32, 64))
    kernel_size = stream.pick((3, 5, 7))
    head = [Conv2d(channels, first, kernel_size, padding=stream.whole(0, 2)), ReLU(), MaxPool2d(2)]
    if level == 1:
        return ShapesCase(chain(*head, Conv2d(first, second, 3, padding=stream.whole(0, 1))), (channels, side, side))
    if level == 2:
        body: list[Layer] = [*head, Conv2d(first, second, 3, padding=stream.whole(0, 1)), ReLU(), MaxPool2d(2)]
        return ShapesCase(chain(*body, Flatten()), (channels, side, side))
    body = [
        Conv2d(channels, first, kernel_size, stride=2, padding=stream.whole(0, 2)),
        ReLU(),
        MaxPool2d(3, stride=2, ceil_mode=stream.whole(0, 1) == 1),
        Conv2d(first, second, 3, padding=1, dilation=stream.pick((1, 2))),
        ReLU(),
        Flatten(),
    ]
    width = side + stream.pick((0, 4, 8))
    features = chain(*body).trace((channels, side, width))[-1].output_shape[0]
    return ShapesCase(chain(*body, Linear(features, stream.pick((4, 8, 10)))), (channels, side, width))


def ask(case: ShapesCase) -> Problem:
    """All shapes."""
    rows = "\n".join(f"| {name} | ? |" for name, _ in case.wanted_layers)
    text = paragraphs(
        f"This network is given an input of {by(case.input_shape)}:",
        code(sequential_text(case)),
        "Which shape does each of these layers give? Type one a line, C × H × W; what is flattened is one number.",
        f"| layer | output |\n| --- | --- |\n{rows}",
    )
    form = Shapes(tuple(name for name, _ in case.wanted_layers), tuple(map(len, case.answer)))
    return Problem(text, case.answer, form, lambda typed: carried(case, typed))


def sequential_text(case: ShapesCase) -> str:
    """The code with the layers' names; in_features, which would give the flattened size away, is a question mark."""
    first, *lines, last = sequential(case.network).splitlines()
    lines = [f"{line}  # {node.name}" for line, node in zip(lines, case.network.nodes, strict=True)]
    for place, line in enumerate(lines):
        if "nn.Linear(" in line:
            before, _, after = line.partition("(")
            lines[place] = f"{before}(?,{after.split(',', 1)[1]}"
    return "\n".join([first, *lines, last])


def carried(case: ShapesCase, typed: Any) -> str:
    """Where a wrong table goes wrong, and what follows rightly from its errors."""
    wrong, following, before = [], [], case.input_shape
    for (name, layer), shape, right in zip(case.wanted_layers, typed, case.answer, strict=True):
        if shape != following_shape(layer, before):
            wrong.append(name)
        elif shape != right:
            following.append(name)
        before = shape
    told = f"Look at {' and '.join(wrong)} again."
    if following:
        verb = "follows" if len(following) == 1 else "follow"
        told += f" {' and '.join(following)} {verb} rightly from your own shape before: the error is carried forward."
    return told


def following_shape(layer: Layer, before: Any) -> Shape | None:
    """What a layer gives for a shape that may be wrong; its channels are taken to be those that come."""
    try:
        if isinstance(layer, Linear):
            return (layer.out_features,)
        if isinstance(layer, Conv2d):
            layer = layer.with_settings(in_channels=before[0])
        return layer.output_shape(tuple(before))
    except (ShapeError, IndexError):
        return None


def explain(case: ShapesCase) -> Explained:
    """Layer by layer, with the numbers put in."""
    lines: list[tuple[str, str] | str] = []
    for row in case.network.trace(case.input_shape):
        if isinstance(row.layer, ReLU):
            continue
        derivations = row.layer.shape_derivations(row.input_shape)
        put_in = " , ".join(
            line.latex.removeprefix("=").strip() for derivation in derivations for line in derivation.lines[-3:-2]
        )
        right = r" \times ".join(tex(size) for size in row.output_shape)
        name = row.name.replace("_", r"\_")
        formula = f"{put_in}" + r" \Rightarrow " if put_in and not isinstance(row.layer, Flatten) else ""
        lines.append(rf"\text{{{name}}}&: {formula}{right}")
    lines[0] = (str(lines[0]), "Convolutions give as many maps as they have filters; a pooling keeps the channels.")
    first = case.network.trace(case.input_shape)[0]
    told = (
        "Take one layer after the other: what one gives, the next is given.",
        "Convolution and pooling: ⌊(W − k + 2P) / S⌋ + 1 on each axis. A ReLU changes no shape; flattening multiplies "
        "all sizes.",
        f"The first layer gives {by(first.output_shape)}.",
    )
    return Explained(told, worked("Shapes", lines, case.answer), in_builder(case.network, case.input_shape))


def table(rule: Callable[[Layer, Shape], Shape | None]) -> Callable[[ShapesCase], Value | None]:
    """The table of whoever uses a rule wherever it gives something, and goes on with it; None where it never does."""

    def answer(case: ShapesCase) -> Value | None:
        shapes: list[Shape] = []
        before, used = case.input_shape, False
        for _, layer in case.wanted_layers:
            own = rule(layer, before)
            shape = following_shape(layer, before) if own is None else own
            if shape is None or min(shape) < 1:
                return None
            used = used or own is not None
            shapes.append(shape)
            before = shape
        return tuple(shapes) if used else None

    return answer


def no_padding(layer: Layer, before: Shape) -> Shape | None:
    """The padding of a convolution left out."""
    if not isinstance(layer, Conv2d) or layer.padding == 0:
        return None
    return following_shape(layer.with_settings(padding=0), before)


def channels_of_input(layer: Layer, before: Shape) -> Shape | None:
    """The channels of the input kept."""
    shape = following_shape(layer, before)
    return (before[0], *shape[1:]) if isinstance(layer, Conv2d) and shape is not None else None


def size_unchanged(layer: Layer, before: Shape) -> Shape | None:
    """Convolutions taken to keep the size."""
    shape = following_shape(layer, before)
    if not isinstance(layer, Conv2d) or shape is None or shape[1:] == before[1:]:
        return None
    return (layer.out_channels, *before[1:])


def only_channels(layer: Layer, before: Shape) -> Shape | None:
    """A flattened map as long as it has channels."""
    return (before[0],) if isinstance(layer, Flatten) and len(before) == 3 and prod(before[1:]) > 1 else None


def pooled_up(layer: Layer, before: Shape) -> Shape | None:
    """The size rounded up in a pooling, or down where ceil_mode is set."""
    if not isinstance(layer, MaxPool2d):
        return None
    other = following_shape(layer.with_settings(ceil_mode=not layer.ceil_mode), before)
    return other if other != following_shape(layer, before) else None


CHAIN_SHAPES = Kind(
    title="Shapes of a chain of layers",
    levels=("three layers", "to the flattened map", "strides, dilation and rounding"),
    draw=draw,
    ask=ask,
    explain=explain,
    mistakes={
        "channels_kept": Mistake(
            "The sizes are right, the channels are not: a convolution gives as many maps as it has filters.",
            table(channels_of_input),
        ),
        "no_padding": Mistake("The padding is missing: it makes the input 2P larger.", table(no_padding)),
        "size_kept": Mistake(
            "A convolution keeps the size only if its padding makes up for the kernel: use the formula.",
            table(size_unchanged),
        ),
        "only_channels": Mistake(
            "Flattening lays the whole map out in a row: channels · height · width.", table(only_channels)
        ),
        "pooled_up": Mistake(
            "Look at the rounding of the pooling: down, unless ceil_mode=True says up.", table(pooled_up)
        ),
    },
)
