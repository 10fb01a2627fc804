"""One neuron: inputs times weights, added up, plus the bias, and a ReLU."""

from dataclasses import dataclass, replace
from fractions import Fraction

from cnnviz.arithmetic.exercises.addresses import along_one_axis
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Exact, Number, Row, exact
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.window_values import varied
from cnnviz.arithmetic.exercises.writing import display, hints, paragraphs, products, summed, tex, worked


@dataclass(frozen=True)
class NeuronCase:
    """Inputs, their weights, the bias."""

    inputs: Row
    weights: Row
    bias: Exact
    relu: bool = False

    @property
    def before(self) -> Exact:
        """The sum, before the ReLU."""
        return sum((x * w for x, w in zip(self.inputs, self.weights, strict=True)), self.bias)

    @property
    def answer(self) -> Exact:
        """What the neuron gives."""
        return max(self.before, 0) if self.relu else self.before


def draw(stream: Stream, level: int) -> NeuronCase | None:
    """Level 1 three inputs; level 2 weights below zero and a ReLU; level 3 halves and quarters."""
    count = 2 + level
    inputs: Row = stream.row(count, 0, 6)
    weights: Row = stream.row(count, 1 if level == 1 else -4, 4)
    bias: Exact = stream.whole(-5, 5)
    if level == 3:
        inputs = tuple(Fraction(value, 2) for value in stream.row(count, 0, 8))
        weights = tuple(Fraction(value, 2) for value in stream.row(count, -6, 6))
        bias = Fraction(stream.whole(-12, 12), 4)
    case = NeuronCase(inputs, weights, bias, relu=level > 1)
    if not varied(inputs) or not varied(weights, 2) or bias == 0 or case.before == 0:
        return None
    if case.relu and case.before < 0 and stream.whole(1, 6) > 1:
        return None
    return case


def ask(case: NeuronCase) -> Problem:
    """What it gives."""
    relu = " and a ReLU" if case.relu else ""
    return Problem(
        paragraphs(
            f"A neuron has the inputs x, the weights w, the bias {tex(case.bias).replace('-', '−')}{relu}:",
            display(("x", [case.inputs]), ("w", [case.weights])),
            "What does it give?",
        ),
        case.answer,
        Number(),
    )


def explain(case: NeuronCase) -> Explained:
    """The sum."""
    pairs = list(zip(case.inputs, case.weights, strict=True))
    bias = f" {summed([0, case.bias])[2:]}"
    lines: list[tuple[str, str] | str] = [
        (r"z = \sum_i w_i x_i + b", "Each input times its weight, all added up, and the bias once."),
        f"= {products(pairs)}{bias}",
        f"= {summed([x * w for x, w in pairs])}{bias}",
        f"= {tex(case.before)}",
    ]
    if case.relu:
        lines.append((rf"y = \max(0, z) = {tex(case.answer)}", "The ReLU keeps what is above zero."))
    derivation = worked("One neuron", lines, case.answer)
    idea = "A neuron weighs its inputs: multiply each by its weight, add everything up, and add the bias once."
    address = along_one_axis(case.inputs, case.weights, case.bias, relu=case.relu)
    return Explained(hints(idea, derivation), derivation, address)


def hidden(case: NeuronCase, wrong: Exact | None) -> Exact | None:
    """A mistake that the ReLU hides is none that can be seen."""
    return None if case.relu and wrong == 0 == case.answer else wrong


def no_bias(case: NeuronCase) -> Exact | None:
    """The bias left out."""
    return hidden(case, replace(case, bias=0).answer)


def no_relu(case: NeuronCase) -> Exact | None:
    """The ReLU left out."""
    return case.before if case.relu and case.before < 0 else None


def no_weights(case: NeuronCase) -> Exact | None:
    """The inputs added up."""
    return hidden(case, replace(case, weights=(1,) * len(case.weights)).answer)


def no_signs(case: NeuronCase) -> Exact | None:
    """Minus signs overlooked."""
    if min(case.weights) >= 0:
        return None
    unsigned = tuple(exact(abs(Fraction(weight))) for weight in case.weights)
    return hidden(case, replace(case, weights=unsigned).answer)


def bias_each(case: NeuronCase) -> Exact | None:
    """The bias added at every input."""
    return hidden(case, replace(case, bias=case.bias * len(case.inputs)).answer)


NEURON_SUM = Kind(
    title="One neuron",
    levels=("three inputs", "weights below zero and a ReLU", "halves and quarters"),
    draw=draw,
    ask=ask,
    explain=explain,
    signed=True,
    mistakes={
        "no_bias": Mistake("The bias is missing.", no_bias),
        "no_relu": Mistake("The ReLU is missing: what is below zero becomes zero.", no_relu),
        "no_weights": Mistake("Those are the inputs added up. Each is multiplied by its weight first.", no_weights),
        "no_signs": Mistake("Look at the signs: a weight below zero takes away.", no_signs),
        "bias_each": Mistake("The bias is added once, not at every input.", bias_each),
    },
)
