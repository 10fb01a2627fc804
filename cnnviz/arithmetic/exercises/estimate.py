"""Estimating before computing: how many parameters or multiply-accumulates, give or take a half."""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import log10, prod

from cnnviz.arithmetic.exercises.addresses import in_calculator
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Number
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.writing import by, code, combined, paragraphs, tex, worked
from cnnviz.arithmetic.layers import Conv2d, Linear
from cnnviz.arithmetic.settings import Shape, pair

SHARE = Fraction(1, 2)


@dataclass(frozen=True)
class EstimateCase:
    """A layer with an input; its parameters or its MACs are to be estimated."""

    layer: Conv2d | Linear
    input_shape: Shape
    macs: bool = False

    @property
    def answer(self) -> int:
        """The exact number."""
        return self.layer.macs(self.input_shape) if self.macs else self.layer.num_params

    @property
    def factors(self) -> list[int]:
        """What is multiplied."""
        if isinstance(self.layer, Linear):
            return [self.layer.in_features, self.layer.out_features]
        k = pair(self.layer.kernel_size)[0]
        places = list(self.layer.output_shape(self.input_shape)[1:]) if self.macs else []
        return [*places, k, k, self.layer.in_channels, self.layer.out_channels]


def draw(stream: Stream, level: int) -> EstimateCase | None:
    """Level 1 parameters of a convolution; level 2 of a wide or a dense layer; level 3 MACs.

    Whoever rounds each factor to one digit is right.
    """
    case = any_case(stream, level)
    about = prod(map(rounded, case.factors))
    return case if abs(about - case.answer) < SHARE * case.answer and case.answer < 10**9 else None


def any_case(stream: Stream, level: int) -> EstimateCase:
    """One where rounding may lead too far off."""
    channels, filters = stream.whole(12, 96), stream.whole(20, 128)
    kernel_size, side = stream.pick((3, 5, 7)), stream.whole(20, 80)
    if level == 1:
        return EstimateCase(Conv2d(channels, filters, kernel_size), (channels, side, side))
    if level == 2:
        if stream.whole(1, 2) == 1:
            inputs = stream.whole(700, 9999)
            return EstimateCase(Linear(inputs, stream.pick((128, 256, 512, 1000, 4096))), (inputs,))
        wide = stream.whole(120, 512)
        layer = Conv2d(wide, stream.whole(120, 512), 3, padding=1)
        return EstimateCase(layer, (wide, side, side))
    layer = Conv2d(channels, filters, kernel_size, padding=kernel_size // 2)
    return EstimateCase(layer, (channels, side, side), macs=True)


def ask(case: EstimateCase) -> Problem:
    """About how many."""
    if case.macs:
        given = f"An input of {by(case.input_shape)} goes through:"
        wanted = "About how many multiply-accumulates are that?"
    else:
        given, wanted = "Look at this layer:", "About how many parameters does it learn?"
    rule = "Estimate in your head: whoever is off by at most a half of the number is right. 2·10^6 can be typed."
    return Problem(paragraphs(given, code(case.layer.code(True)), f"{wanted} {rule}"), case.answer, Number(share=SHARE))


def rounded(number: int) -> int:
    """A number with one digit.

    >>> rounded(27), rounded(3136), rounded(96)
    (30, 3000, 100)
    """
    return int(round(number, -int(log10(number))))


def explain(case: EstimateCase) -> Explained:
    """The factors rounded to one digit, and the exact way."""
    factors, round_ones = case.factors, [rounded(factor) for factor in case.factors]
    times = r" \cdot "
    about = prod(round_ones)
    lines: list[tuple[str, str] | str] = [
        (
            rf"{times.join(map(tex, factors))} \approx {times.join(map(tex, round_ones))}",
            "Each factor is rounded to one digit; biases hardly matter.",
        ),
        rf"&\approx {scientific(about)}",
    ]
    exact_way = case.layer.macs_derivation(case.input_shape) if case.macs else case.layer.num_params_derivation()
    told = (
        "Write down what is multiplied, round each factor to one digit, then count the zeros.",
        f"The factors are ${times.join(map(tex, factors))}$.",
        f"Rounded: ${times.join(map(tex, round_ones))}$.",
    )
    derivation = combined("Estimate", [worked("Estimate", lines, about), exact_way], case.answer)
    return Explained(told, derivation, in_calculator(case.layer, case.input_shape))


def scientific(number: int) -> str:
    r"""A number with one decimal and a power of ten.

    >>> print(scientific(28800))
    2.9 \cdot 10^{4}
    """
    power = int(log10(number))
    return rf"{number / 10**power:.1f} \cdot 10^{{{power}}}"


def no_in_channels(case: EstimateCase) -> int | None:
    """The input channels left out."""
    return case.answer // case.layer.in_channels if isinstance(case.layer, Conv2d) else None


def no_filters(case: EstimateCase) -> int | None:
    """The filters left out."""
    return case.answer // case.layer.out_channels if isinstance(case.layer, Conv2d) else None


def one_side(case: EstimateCase) -> int | None:
    """k in place of k * k."""
    return case.answer // pair(case.layer.kernel_size)[0] if isinstance(case.layer, Conv2d) else None


def no_places(case: EstimateCase) -> int | None:
    """The places left out."""
    return replace(case, macs=False).answer if case.macs else None


def a_zero_too_many(case: EstimateCase) -> int:
    """Ten times as many."""
    return 10 * case.answer


def a_zero_too_few(case: EstimateCase) -> int:
    """A tenth."""
    return case.answer // 10


def sum_of_both(case: EstimateCase) -> int | None:
    """Inputs and outputs added."""
    layer = case.layer
    return layer.in_features + layer.out_features if isinstance(layer, Linear) else None


ESTIMATE = Kind(
    title="Estimating before computing",
    levels=("parameters of a convolution", "parameters of a large layer", "multiply-accumulates"),
    draw=draw,
    ask=ask,
    explain=explain,
    mistakes={
        "a_zero_too_many": Mistake("Ten times too many: count the zeros again.", a_zero_too_many),
        "a_zero_too_few": Mistake("Ten times too few: count the zeros again.", a_zero_too_few),
        "no_in_channels": Mistake("The input channels are missing: a filter is as deep as its input.", no_in_channels),
        "no_filters": Mistake("The filters are missing: there are out_channels of them.", no_filters),
        "one_side": Mistake("A kernel has k · k weights for each channel, not k.", one_side),
        "no_places": Mistake("Those are the weights: each is used once at every place of the output.", no_places),
        "sum_of_both": Mistake("Multiply: from every input to every output there is a weight.", sum_of_both),
    },
)
