"""How many multiply-accumulates a layer does for one image; biases are not counted."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import prod

from cnnviz.arithmetic.exercises.addresses import in_builder, in_calculator
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Number
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.writing import by, code, combined, hints, paragraphs, sequential, tex, worked
from cnnviz.arithmetic.layers import Conv2d, Linear
from cnnviz.arithmetic.network import Row, chain, totals
from cnnviz.arithmetic.settings import Shape

LARGEST = 10_000_000  # longer numbers are no better exercise
CHANNELS = (1, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64)


@dataclass(frozen=True)
class MacsCase:
    """Layers in a chain and what the first is given."""

    layers: tuple[Conv2d | Linear, ...]
    input_shape: Shape

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The table of the chain."""
        return chain(*self.layers).trace(self.input_shape)

    @property
    def answer(self) -> int:
        """All of them."""
        return totals(self.rows).macs


def draw(stream: Stream, level: int) -> MacsCase | None:
    """Level 1 the size stays, or a dense layer; level 2 a stride; level 3 depthwise and pointwise."""
    channels, filters, side = stream.pick(CHANNELS), stream.pick(CHANNELS), stream.whole(8, 32)
    kernel_size = stream.pick((3, 5, 7))
    if channels == filters:
        return None
    if level == 1:
        if stream.whole(1, 4) == 1:
            return MacsCase((Linear(stream.whole(30, 800), stream.whole(5, 128)),), (0,))
        return MacsCase((Conv2d(channels, filters, kernel_size, padding=kernel_size // 2),), (channels, side, side))
    if level == 2:
        layer = Conv2d(channels, filters, kernel_size, stride=stream.pick((1, 2, 3)), padding=stream.whole(0, 1))
        return MacsCase((layer,), (channels, side, side + stream.pick((0, 2, 4))))
    if channels < 8:
        return None
    depthwise = Conv2d(
        channels, channels, kernel_size, stream.pick((1, 2)), kernel_size // 2, groups=channels, bias=False
    )
    return MacsCase((depthwise, Conv2d(channels, filters, 1, bias=False)), (channels, side, side))


def first_input_shape(case: MacsCase) -> Shape:
    """What the first layer is given; a dense layer says it itself."""
    first = case.layers[0]
    return (first.in_features,) if isinstance(first, Linear) else case.input_shape


def drawn(stream: Stream, level: int) -> MacsCase | None:
    """`draw`, with the input of a dense layer put in."""
    case = draw(stream, level)
    if case is None:
        return None
    case = MacsCase(case.layers, first_input_shape(case))
    return case if case.answer < LARGEST else None


def ask(case: MacsCase) -> Problem:
    """Their number."""
    one = len(case.layers) == 1
    text = case.layers[0].code(True) if one else sequential(chain(*case.layers))
    wanted = "How many multiply-accumulates (MACs) are that for one image? Biases are not counted."
    return Problem(
        paragraphs(f"An input of {by(case.input_shape)} goes through:", code(text), wanted), case.answer, Number()
    )


def explain(case: MacsCase) -> Explained:
    """Places times weights, layer by layer."""
    parts = [row.layer.macs_derivation(row.input_shape) for row in case.rows]
    idea = (
        "Every output value takes one window: as many multiplications as one filter has weights. So count the output "
        "values of one map and multiply them by all weights of the layer."
    )
    told = hints(idea, parts[0])
    if len(parts) > 1:
        numbers = " + ".join(tex(part.result) for part in parts)
        parts.append(worked("Sum", [rf"\text{{sum}} = {numbers}", f"= {tex(case.answer)}"], case.answer))
    one = len(case.layers) == 1
    address = (
        in_calculator(case.layers[0], case.input_shape) if one else in_builder(chain(*case.layers), case.input_shape)
    )
    return Explained(told, combined("Multiply-accumulates", parts, case.answer), address)


def summed(part: Callable[[Row], int | None]) -> Callable[[MacsCase], int | None]:
    """The answer of whoever counts some layers in another way; None where no layer lets them."""

    def answer(case: MacsCase) -> int | None:
        rows = case.rows
        parts = [part(row) for row in rows]
        if all(number is None for number in parts):
            return None
        return sum(row.macs if number is None else number for row, number in zip(rows, parts, strict=True))

    return answer


def with_biases(row: Row) -> int | None:
    """One more for every output value."""
    return row.macs + row.activation_values if getattr(row.layer, "bias", False) else None


def places_of_the_input(row: Row) -> int | None:
    """Multiplied by the input's places."""
    if not isinstance(row.layer, Conv2d) or row.input_shape[1:] == row.output_shape[1:]:
        return None
    return prod(row.input_shape[1:]) * prod(row.layer.weight_shape)


def one_channel(row: Row) -> int | None:
    """The input channels left out."""
    if not isinstance(row.layer, Conv2d) or row.layer.in_channels == row.layer.groups:
        return None
    return row.macs // (row.layer.in_channels // row.layer.groups)


def one_filter(row: Row) -> int | None:
    """The filters left out."""
    return row.macs // row.layer.out_channels if isinstance(row.layer, Conv2d) else None


def no_groups(row: Row) -> int | None:
    """The groups overlooked."""
    return row.macs * row.layer.groups if isinstance(row.layer, Conv2d) and row.layer.groups > 1 else None


def weights_only(row: Row) -> int | None:
    """The weights, each used once."""
    return prod(row.layer.weight_shape) if isinstance(row.layer, Conv2d) else None


def doubled(case: MacsCase) -> int:
    """Multiplications and additions counted apart."""
    return 2 * case.answer


MACS = Kind(
    title="Multiply-accumulates",
    levels=("the size stays", "with a stride", "depthwise and pointwise"),
    draw=drawn,
    ask=ask,
    explain=explain,
    mistakes={
        "with_biases": Mistake("The biases are additions; here only multiply-accumulates count.", summed(with_biases)),
        "doubled": Mistake(
            "That counts multiplications and additions apart. One multiply-accumulate is both at once.", doubled
        ),
        "places_of_the_input": Mistake(
            "Count the places of the output, not of the input: the window stops only there.",
            summed(places_of_the_input),
        ),
        "one_channel": Mistake(
            "A window reaches through all channels its filter sees: multiply by them too.", summed(one_channel)
        ),
        "one_filter": Mistake("That is one filter. The layer has out_channels of them.", summed(one_filter)),
        "no_groups": Mistake(
            "The groups are missing: depthwise, each filter sees one channel only.", summed(no_groups)
        ),
        "weights_only": Mistake(
            "Those are the weights. Each is used once at every place of the output.", summed(weights_only)
        ),
    },
)
