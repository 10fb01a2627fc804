"""The line of a network that does not fit, and the number that repairs it."""

from dataclasses import dataclass
from functools import cached_property

from cnnviz.arithmetic.exercises.addresses import in_builder
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Form, Number, Numbers, Value
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.writing import by, code, paragraphs, tex, worked
from cnnviz.arithmetic.layers import Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU
from cnnviz.arithmetic.network import Network, NetworkError, chain
from cnnviz.arithmetic.settings import Shape


@dataclass(frozen=True)
class MisfitCase:
    """A chain of which one line, counted from 1, does not fit; the number that its argument should have."""

    layers: tuple[Layer, ...]
    input_shape: Shape
    line: int
    right: int
    wanted: str

    @cached_property
    def network(self) -> Network:
        """As it is written."""
        return chain(*self.layers)

    @property
    def argument(self) -> str:
        """Which argument is wrong."""
        return self.layers[self.line - 1].counts

    @property
    def answer(self) -> Value:
        """The line, the number, or both."""
        if self.wanted == "both":
            return self.line, self.right
        return self.line if self.wanted == "line" else self.right

    @cached_property
    def before(self) -> tuple[Shape, ...]:
        """The shapes in front of each line up to the wrong one."""
        try:
            rows = self.network.trace(self.input_shape)
        except NetworkError as error:
            rows = error.rows
        return (self.input_shape, *(row.output_shape for row in rows))


def draw(stream: Stream, level: int) -> MisfitCase | None:
    """Level 1 the line; level 2 the number of a dense layer; level 3 both."""
    channels, side = stream.pick((1, 3, 4)), stream.whole(16, 40)
    first, second = stream.pick((6, 8, 16, 32)), stream.pick((10, 12, 16, 24))
    hidden, classes = stream.pick((32, 64, 84, 120)), stream.pick((4, 5, 10))
    kernel_size, padding = stream.pick((3, 5)), stream.whole(0, 2)
    body: list[Layer] = [Conv2d(channels, first, kernel_size, padding=padding), ReLU(), MaxPool2d(2)]
    body += [Conv2d(first, second, 3, padding=stream.whole(0, 1)), ReLU(), MaxPool2d(2), Flatten()]
    features = chain(*body).trace((channels, side, side))[-1].output_shape[0]
    layers: list[Layer] = [*body, Linear(features, hidden), ReLU(), Linear(hidden, classes)]
    places = {1: (4, 8, 10), 2: (8,), 3: (4, 8, 8)}[level]
    line = stream.pick(places)
    broken = layers[line - 1]
    offered = {
        4: (channels, second, 2 * first),
        8: wrong_features(body, (channels, side, side)),
        10: (features, classes),
    }
    wrong = stream.pick(offered[line])
    right: int = getattr(broken, broken.counts)
    if wrong == right or wrong < 1:
        return None
    layers[line - 1] = broken.with_settings(**{broken.counts: wrong})
    return MisfitCase(tuple(layers), (channels, side, side), line, right, {1: "line", 2: "number", 3: "both"}[level])


def wrong_features(body: list[Layer], input_shape: Shape) -> tuple[int, ...]:
    """Numbers that people write for in_features: without padding, a pooling missed, another size of picture."""
    channels, height, width = chain(*body).trace(input_shape)[-2].output_shape
    before = chain(*body).trace(input_shape)[-3].output_shape
    return (
        channels * (height + 1) * (width + 1),
        channels * before[1] * before[2],
        channels * (height - 1) * (width - 1),
    )


def ask(case: MisfitCase) -> Problem:
    """The line, the number, or both."""
    lines = [f"    {layer.code()},  # {number}" for number, layer in enumerate(case.layers, 1)]
    text = "\n".join(["net = nn.Sequential(", *lines, ")"])
    argument = f"`{case.argument}`"
    wanted, form = {
        "line": ("One line does not fit what comes before it. Which one?", Number()),
        "number": (f"Line {case.line} does not fit. Which number must be its {argument}?", Number()),
        "both": (
            f"One line does not fit what comes before it. Which one, and which number must be its {argument}?",
            Numbers(("line", "number"), ": "),
        ),
    }[case.wanted]
    assert isinstance(form, Form)
    given = f"This network is given an input of {by(case.input_shape)}:"
    return Problem(paragraphs(given, code(text), str(wanted)), case.answer, form)


def explain(case: MisfitCase) -> Explained:
    """What comes to the line, and what it asks for."""
    shapes = case.before[: case.line]
    lines: list[tuple[str, str] | str] = []
    for number, (layer, shape) in enumerate(zip(case.layers, shapes[1:], strict=False), 1):
        if not isinstance(layer, ReLU):
            sizes = r" \times ".join(map(tex, shape))
            lines.append(rf"\text{{line }} {number}&: {sizes}")
    given = shapes[-1]
    wrong = getattr(case.layers[case.line - 1], case.argument)
    argument = case.argument.replace("_", r"\_")
    lines.append(
        (
            rf"\text{{line }} {case.line}&: \text{{{argument}}} = {tex(case.right)}",
            f"Line {case.line} is given {by(given)} and asks for {wrong:,}: it should ask for {case.right:,}.",
        )
    )
    second = shapes[4] if case.line > 4 else shapes[-1]
    told = (
        "Follow the shape through the lines until one asks for something else than what comes.",
        "A convolution asks for in_channels, a dense layer for in_features: the size of all that is flattened.",
        f"Behind line {min(4, case.line - 1)} the shape is {by(second)}.",
    )
    return Explained(told, worked("What does not fit", lines, case.answer), in_builder(case.network, case.input_shape))


def with_line(case: MisfitCase, line: int) -> Value | None:
    """Another line, where the line is asked for; with the right number where both are."""
    if case.wanted == "number" or not 1 <= line <= len(case.layers) or line == case.line:
        return None
    return line if case.wanted == "line" else (line, case.right)


def with_number(case: MisfitCase, number: int) -> Value | None:
    """Another number, where the number is asked for."""
    if case.wanted == "line" or number < 1:
        return None
    return number if case.wanted == "number" else (case.line, number)


def source_line(case: MisfitCase) -> Value | None:
    """The convolution or dense layer before, whose output does not fit."""
    weights = [number for number, layer in enumerate(case.layers, 1) if layer.counts and number < case.line]
    return with_line(case, weights[-1])


def channels_only(case: MisfitCase) -> Value | None:
    """The channels in place of all features."""
    shape = case.before[-2] if len(case.before[case.line - 1]) == 1 else ()
    return with_number(case, shape[0]) if case.line == 8 and shape else None


def pooling_missed(case: MisfitCase) -> Value | None:
    """The features before the last pooling."""
    if case.line != 8:
        return None
    channels, height, width = case.before[5]
    return with_number(case, channels * height * width)


def one_side(case: MisfitCase) -> Value | None:
    """Channels times one side."""
    if case.line != 8:
        return None
    channels, height, _ = case.before[6]
    return with_number(case, channels * height)


def its_own(case: MisfitCase) -> Value | None:
    """What the line gives in place of what it is given."""
    layer = case.layers[case.line - 1]
    return with_number(case, layer.out_channels if isinstance(layer, Conv2d) else getattr(layer, "out_features", 0))


def of_the_picture(case: MisfitCase) -> Value | None:
    """The channels of the picture."""
    return with_number(case, case.input_shape[0]) if case.line == 4 else None


MISFIT = Kind(
    title="The line that does not fit",
    levels=("which line", "which number repairs it", "line and number"),
    draw=draw,
    ask=ask,
    explain=explain,
    mistakes={
        "source_line": Mistake(
            "What that line gives is fine. It is a later line that asks for something else.", source_line
        ),
        "counted_from_zero": Mistake(
            "That is the line before: the lines carry their numbers, which begin with 1.",
            lambda case: with_line(case, case.line - 1),
        ),
        "channels_only": Mistake(
            "Those are the channels. Flattening lays out channels · height · width values.", channels_only
        ),
        "pooling_missed": Mistake(
            "The map is pooled once more before it is flattened: that halves its height and its width.", pooling_missed
        ),
        "one_side": Mistake("Multiply by height and by width, not by one of them only.", one_side),
        "its_own": Mistake("That is what the line gives. Asked is what it is given.", its_own),
        "of_the_picture": Mistake(
            "Those are the channels of the picture. This line is given the maps of the convolution before it.",
            of_the_picture,
        ),
    },
)
