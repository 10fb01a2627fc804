"""Softmax of three scores: the exponential of each, divided by the sum of all."""

from dataclasses import dataclass
from fractions import Fraction
from math import exp

from cnnviz.arithmetic.exercises.addresses import Address
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Exact, Number, Row
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.writing import display, paragraphs, tex, worked

TOLERANCE = Fraction(1, 100)
CLASSES = "ABC"


@dataclass(frozen=True)
class ScoresCase:
    """Three scores, the class asked about, and the temperature that they are divided by first."""

    scores: Row
    place: int
    temperature: Exact = 1

    @property
    def exponentials(self) -> list[float]:
        """e to the power of each."""
        return [exp(score / self.temperature) for score in self.scores]

    @property
    def answer(self) -> Exact:
        """Its probability."""
        return three_decimals(self.exponentials[self.place] / sum(self.exponentials))


def three_decimals(value: float) -> Exact:
    """The value rounded, exactly: what a machine computes differently in its last digit stays the same."""
    return Fraction(round(value * 1000), 1000)


def draw(stream: Stream, level: int) -> ScoresCase | None:
    """Level 1 small whole scores; level 2 with minus signs and halves; level 3 a temperature."""
    if level == 1:
        lowest = stream.whole(0, 6)
        scores: Row = tuple(lowest + score for score in stream.row(3, 0, 4))
    else:
        scores = tuple(Fraction(value, 2) for value in stream.row(3, -4, 8))
    warm: tuple[Exact, ...] = (2, Fraction(1, 2), 4)
    temperature = stream.pick(warm) if level == 3 else 1
    case = ScoresCase(scores, stream.whole(0, 2), temperature)
    share = case.exponentials[case.place] / sum(case.exponentials) * 1000
    sure = abs(share - int(share) - 0.5) > 0.001  # it rounds the same way on every machine
    return case if len(set(scores)) == 3 and 0.05 < case.answer < 0.95 and sure else None


def ask(case: ScoresCase) -> Problem:
    """A probability."""
    warm = (
        f"Before the softmax they are divided by a temperature of {tex(case.temperature)}. "
        if case.temperature != 1
        else ""
    )
    return Problem(
        paragraphs(
            "A network gives the classes A, B, C these scores:",
            display(("z", [case.scores])),
            f"{warm}Which probability does a softmax give class {CLASSES[case.place]}? Two decimals will do (± 0.01).",
        ),
        case.answer,
        Number(TOLERANCE),
    )


def explain(case: ScoresCase) -> Explained:
    """The exponentials, their sum, the share."""
    scaled = [Fraction(score) / case.temperature for score in case.scores]
    powers = [f"e^{{{tex(score)}}}" for score in scaled]
    found = [f"{value:.3f}" for value in case.exponentials]
    divided = r"z_i / T" if case.temperature != 1 else "z_i"
    lines: list[tuple[str, str] | str] = [
        (
            rf"p_i = \frac{{e^{{{divided}}}}}{{\sum_k e^{{{divided.replace('i', 'k', 1)}}}}}",
            "e ≈ 2.718. Rounded to three decimals.",
        ),
        rf"= \frac{{{powers[case.place]}}}{{{' + '.join(powers)}}}",
        rf"&\approx \frac{{{found[case.place]}}}{{{' + '.join(found)}}}",
        rf"&\approx \frac{{{found[case.place]}}}{{{sum(case.exponentials):.3f}}}",
        rf"&\approx {float(case.answer):.3f}",
    ]
    told = (
        "Softmax makes shares of the scores, but of e to the power of each, so that all are above zero.",
        f"${lines[0][0]}$",
        rf"$p_{CLASSES[case.place]} {lines[1]}$",
    )
    return Explained(told, worked("Softmax", lines, case.answer), Address("prediction", {}, exact=False))


def no_exponent(case: ScoresCase) -> Exact | None:
    """Shares of the scores themselves."""
    total = sum(case.scores)
    if total <= 0 or min(case.scores) < 0:
        return None
    return three_decimals(float(Fraction(case.scores[case.place]) / total))


def undivided(case: ScoresCase) -> Exact:
    """The exponential alone."""
    return three_decimals(case.exponentials[case.place])


def by_the_others(case: ScoresCase) -> Exact:
    """Divided by the others only."""
    own = case.exponentials[case.place]
    return three_decimals(own / (sum(case.exponentials) - own))


def no_temperature(case: ScoresCase) -> Exact | None:
    """The temperature left out."""
    return ScoresCase(case.scores, case.place).answer if case.temperature != 1 else None


def times_temperature(case: ScoresCase) -> Exact | None:
    """Multiplied by the temperature."""
    if case.temperature == 1:
        return None
    return ScoresCase(case.scores, case.place, 1 / Fraction(case.temperature)).answer


def of_the_highest(case: ScoresCase) -> Exact | None:
    """The largest of the three probabilities, whichever was asked for."""
    best = max(range(3), key=lambda place: case.scores[place])
    return ScoresCase(case.scores, best, case.temperature).answer if best != case.place else None


SOFTMAX = Kind(
    title="Softmax of three scores",
    levels=("whole scores", "scores below zero", "a temperature"),
    draw=draw,
    ask=ask,
    explain=explain,
    mistakes={
        "no_exponent": Mistake(
            "Those are shares of the scores. Softmax takes e to the power of each score first.", no_exponent
        ),
        "undivided": Mistake("That is the exponential. Divide it by the sum of all three.", undivided),
        "by_the_others": Mistake("The sum below the line has all classes in it, also this one.", by_the_others),
        "no_temperature": Mistake(
            "The temperature is missing: divide every score by it before the softmax.", no_temperature
        ),
        "times_temperature": Mistake(
            "You multiplied by the temperature. The scores are divided by it.", times_temperature
        ),
        "of_the_highest": Mistake("That is the probability of the class with the highest score.", of_the_highest),
    },
)
