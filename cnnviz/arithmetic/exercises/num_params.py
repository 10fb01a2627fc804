"""How many numbers a layer learns: convolutions whole, grouped and depthwise, dense layers, batch normalisation."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from cnnviz.arithmetic.exercises.addresses import Address, in_builder, in_calculator
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Number
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.writing import code, combined, hints, paragraphs, sequential, tex, worked
from cnnviz.arithmetic.layers import BatchNorm2d, Conv2d, Linear
from cnnviz.arithmetic.network import chain
from cnnviz.arithmetic.settings import pair

CHANNELS = (3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 36, 40, 48, 64, 72, 96, 128)


@dataclass(frozen=True)
class ParamsCase:
    """One layer, or several whose parameters are added up; `side` is the size of the picture they are given."""

    layers: tuple[Conv2d | Linear | BatchNorm2d, ...]
    side: int = 32

    @property
    def answer(self) -> int:
        """All of them."""
        return sum(layer.num_params for layer in self.layers)

    @property
    def address(self) -> Address:
        """The calculator for one layer that it offers, else the builder."""
        first = self.layers[0]
        shape = (first.in_features,) if isinstance(first, Linear) else (channels_of(first), self.side, self.side)
        if len(self.layers) == 1 and first.form:
            return in_calculator(first, shape)
        return in_builder(chain(*self.layers), shape)


def channels_of(layer: Conv2d | BatchNorm2d) -> int:
    """What goes in."""
    return layer.in_channels if isinstance(layer, Conv2d) else layer.num_features


def draw(stream: Stream, level: int) -> ParamsCase | None:
    """Level 1 a convolution or a dense layer; 2 without bias, grouped, normalised; 3 depthwise and pointwise."""
    channels, filters, kernel_size = stream.pick(CHANNELS), stream.pick(CHANNELS), stream.pick((2, 3, 4, 5, 7))
    if channels == filters:
        return None
    if level == 1:
        if stream.whole(1, 3) == 1:
            return ParamsCase((Linear(stream.whole(30, 800), stream.whole(5, 128)),))
        return ParamsCase((Conv2d(channels, filters, kernel_size),))
    if level == 2:
        way = stream.pick(("no bias", "groups", "groups", "norm", "kernel"))
        if way == "no bias":
            return ParamsCase((Conv2d(channels, filters, kernel_size, bias=False),))
        if way == "norm":
            return ParamsCase((Conv2d(channels, filters, kernel_size, bias=False), BatchNorm2d(filters)))
        if way == "kernel":
            return ParamsCase((Conv2d(channels, filters, (1, kernel_size), padding=(0, kernel_size // 2)),))
        groups = stream.pick((2, 3, 4))
        if channels % groups or filters % groups:
            return None
        return ParamsCase((Conv2d(channels, filters, kernel_size, groups=groups),))
    if channels < 6:
        return None  # fewer channels are hardly worth separating
    bias = stream.pick((True, False))
    depthwise = Conv2d(channels, channels, kernel_size, groups=channels, bias=bias)
    way = stream.pick(("separable", "separable", "norm"))
    if way == "norm":
        return ParamsCase((depthwise, BatchNorm2d(channels), Conv2d(channels, filters, 1, bias=bias)))
    return ParamsCase((depthwise, Conv2d(channels, filters, 1, bias=bias)))


def ask(case: ParamsCase) -> Problem:
    """Their number."""
    one = len(case.layers) == 1
    text = case.layers[0].code(True) if one else sequential(chain(*case.layers))
    return Problem(
        paragraphs("How many parameters does this learn, biases included?", code(text)), case.answer, Number()
    )


def explain(case: ParamsCase) -> Explained:
    """Layer by layer."""
    parts = [layer.num_params_derivation() for layer in case.layers]
    idea = (
        "Count the weights of one filter, add its bias if it has one, and multiply by the number of filters. In a "
        "group a filter sees only its share of the channels; a batch normalisation learns two numbers a channel."
    )
    told = hints(idea, parts[0])
    if len(parts) > 1:
        numbers = [part.result for part in parts]
        parts.append(
            worked("Sum", [r"\text{sum} = " + " + ".join(map(tex, numbers)), f"= {tex(case.answer)}"], case.answer)
        )
    return Explained(told, combined("Parameters", parts, case.answer), case.address)


Part = Callable[[Conv2d | Linear | BatchNorm2d], int | None]


def summed(part: Part) -> Callable[[ParamsCase], int | None]:
    """The answer of whoever counts some layers in another way; None where no layer lets them."""

    def answer(case: ParamsCase) -> int | None:
        parts = [part(layer) for layer in case.layers]
        if all(number is None for number in parts):
            return None
        return sum(
            layer.num_params if number is None else number for layer, number in zip(case.layers, parts, strict=True)
        )

    return answer


def no_bias(layer: Conv2d | Linear | BatchNorm2d) -> int | None:
    """The biases left out."""
    return layer.with_settings(bias=False).num_params if getattr(layer, "bias", False) else None


def a_bias_anyway(layer: Conv2d | Linear | BatchNorm2d) -> int | None:
    """Biases counted that are not there."""
    return layer.with_settings(bias=True).num_params if getattr(layer, "bias", True) is False else None


def one_bias(layer: Conv2d | Linear | BatchNorm2d) -> int | None:
    """One bias for the whole layer."""
    without = no_bias(layer)
    return None if without is None else without + 1


def one_filter(layer: Conv2d | Linear | BatchNorm2d) -> int | None:
    """The parameters of one filter only."""
    return layer.num_params // layer.out_channels if isinstance(layer, Conv2d) else None


def no_in_channels(layer: Conv2d | Linear | BatchNorm2d) -> int | None:
    """A filter taken to be flat."""
    if not isinstance(layer, Conv2d) or layer.in_channels == layer.groups:
        return None
    return (prod(pair(layer.kernel_size)) + layer.bias) * layer.out_channels


def one_side(layer: Conv2d | Linear | BatchNorm2d) -> int | None:
    """k instead of k * k."""
    if not isinstance(layer, Conv2d) or min(pair(layer.kernel_size)) == 1:
        return None
    k = pair(layer.kernel_size)[0]
    return (k * layer.in_channels // layer.groups + layer.bias) * layer.out_channels


def square_kernel(layer: Conv2d | Linear | BatchNorm2d) -> int | None:
    """A kernel of one row taken to be square."""
    if not isinstance(layer, Conv2d) or len(set(pair(layer.kernel_size))) == 1:
        return None
    return layer.with_settings(kernel_size=max(pair(layer.kernel_size))).num_params


def no_groups(layer: Conv2d | Linear | BatchNorm2d) -> int | None:
    """The groups overlooked."""
    return layer.with_settings(groups=1).num_params if isinstance(layer, Conv2d) and layer.groups > 1 else None


def divided_by_groups(layer: Conv2d | Linear | BatchNorm2d) -> int | None:
    """Everything divided by the groups, biases too, and by them twice."""
    if not isinstance(layer, Conv2d) or layer.groups == 1 or layer.num_params % layer.groups:
        return None
    return layer.num_params // layer.groups


def running_statistics(layer: Conv2d | Linear | BatchNorm2d) -> int | None:
    """Mean and variance counted as learnt."""
    return 4 * layer.num_features if isinstance(layer, BatchNorm2d) else None


def only_scale(layer: Conv2d | Linear | BatchNorm2d) -> int | None:
    """One number a channel."""
    return layer.num_features if isinstance(layer, BatchNorm2d) else None


def bias_per_input(layer: Conv2d | Linear | BatchNorm2d) -> int | None:
    """A bias for every input in place of every output."""
    if not isinstance(layer, Linear) or layer.in_features == layer.out_features:
        return None
    return (layer.out_features + 1) * layer.in_features


NUM_PARAMS = Kind(
    title="Parameters of a layer",
    levels=("a convolution or a dense layer", "no bias, groups, batch normalisation", "depthwise and pointwise"),
    draw=draw,
    ask=ask,
    explain=explain,
    mistakes={
        "no_bias": Mistake("The biases are missing: one for every filter, or every output.", summed(no_bias)),
        "one_bias": Mistake("Each filter has a bias of its own, not one for the whole layer.", summed(one_bias)),
        "a_bias_anyway": Mistake("There are no biases to count here: bias=False.", summed(a_bias_anyway)),
        "one_filter": Mistake("That is one filter. The layer has out_channels of them.", summed(one_filter)),
        "no_in_channels": Mistake(
            "A filter is as deep as its input: multiply by the input channels too.", summed(no_in_channels)
        ),
        "one_side": Mistake("A k × k kernel has k · k weights for each channel, not k.", summed(one_side)),
        "square_kernel": Mistake("The kernel is not square: multiply its height by its width.", summed(square_kernel)),
        "no_groups": Mistake(
            "The groups are missing: a filter sees only its group's share of the input channels.", summed(no_groups)
        ),
        "divided_by_groups": Mistake("That is one group. All filters of all groups count.", summed(divided_by_groups)),
        "running_statistics": Mistake(
            "Running mean and variance are measured, not learnt: a batch normalisation learns 2 numbers a channel.",
            summed(running_statistics),
        ),
        "only_scale": Mistake(
            "A batch normalisation learns a scale and a shift for each channel: two numbers.", summed(only_scale)
        ),
        "bias_per_input": Mistake(
            "A dense layer has a bias for every output, not for every input.", summed(bias_per_input)
        ),
    },
)
