"""Batch normalisation at inference: (x - mean) / sqrt(var + eps) * gamma + beta; folded into a convolution.

Ioffe and Szegedy 2015, "Batch normalization: accelerating deep network training by reducing internal covariate shift".
"""

from dataclasses import dataclass
from fractions import Fraction

from cnnviz.arithmetic.exercises.addresses import in_stepper
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Exact, Number, exact, written
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.writing import bracketed, hints, paragraphs, summed, tex, worked
from cnnviz.arithmetic.layers import Conv2d


@dataclass(frozen=True)
class NormCase:
    """One value, or with `folds` the bias of the convolution before it, and what the layer measured and learnt.

    `deviation` is the root of the variance with eps in it.
    """

    x: Exact
    mean: Exact
    deviation: Exact
    gamma: Exact = 1
    beta: Exact = 0
    folds: bool = False

    @property
    def variance(self) -> Exact:
        """Its square."""
        return exact(Fraction(self.deviation) ** 2)

    def with_divisor(self, divisor: Exact) -> Exact:
        """The result of dividing by something."""
        return exact((Fraction(self.x) - self.mean) / divisor * self.gamma + self.beta)

    @property
    def answer(self) -> Exact:
        """What comes out."""
        return self.with_divisor(self.deviation)


def draw(stream: Stream, level: int) -> NormCase | None:
    """Level 1 mean and variance; level 2 scale and shift too; level 3 folded into the bias before it."""
    deviations: tuple[Exact, ...] = (Fraction(1, 2), 2, 2, 4, 5)
    deviation = stream.pick(deviations)
    x, mean = stream.whole(-6, 12), stream.whole(-4, 8)
    gamma: Exact = 1 if level == 1 else Fraction(stream.pick((-4, 1, 3, 4, 6, 8)), 2)
    beta: Exact = 0 if level == 1 else stream.pick((-3, -2, -1, 1, 2, 3, 4))
    case = NormCase(x, mean, deviation, gamma, beta, folds=level == 3)
    if mean == 0 or x in (0, mean) or (level > 1 and gamma == 1) or case.answer == 0:
        return None
    return case if Fraction(case.answer).denominator <= 10 else None


def ask(case: NormCase) -> Problem:
    """One value, or one bias."""
    numbers = [f"mean {written(case.mean)}", f"variance {written(case.variance)}"]
    if case.gamma != 1 or case.beta:
        numbers += [f"scale γ = {written(case.gamma)}", f"shift β = {written(case.beta)}"]
    listed = ", ".join(numbers)
    small = "The small eps is left out."
    if case.folds:
        text = (
            f"Behind a convolution whose filter has the bias {written(case.x)} lies a batch normalisation with "
            f"{listed}. {small}"
        )
        wanted = "At inference both are one convolution. What is its bias?"
        return Problem(paragraphs(text, wanted), case.answer, Number())
    text = f"At inference, a batch normalisation has for a channel: {listed}. {small}"
    return Problem(paragraphs(text, f"What does it make of the value {written(case.x)}?"), case.answer, Number())


def explain(case: NormCase) -> Explained:
    """The formula."""
    letter, note = ("b", "Weights: the filter's, times γ/σ.") if case.folds else ("x", "")
    difference = summed([case.x, -case.mean])
    lines: list[tuple[str, str] | str] = [
        (
            rf"{letter}' = \gamma \cdot \frac{{{letter} - \mu}}{{\sqrt{{\sigma^2}}}} + \beta"
            if case.gamma != 1 or case.beta
            else rf"{letter}' = \frac{{{letter} - \mu}}{{\sqrt{{\sigma^2}}}}",
            f"μ is the mean, σ² the variance, γ the scale, β the shift. {note}".strip(),
        )
    ]
    scale = rf"{bracketed(case.gamma)} \cdot " if case.gamma != 1 else ""
    shift = f" {summed([0, case.beta])[2:]}" if case.beta else ""
    above = exact(Fraction(case.x) - case.mean)
    lines += [
        rf"= {scale}\frac{{{difference}}}{{\sqrt{{{tex(case.variance)}}}}}{shift}",
        rf"= {scale}\frac{{{tex(above)}}}{{{tex(case.deviation)}}}{shift}",
        f"= {tex(case.answer)}",
    ]
    derivation = worked("Batch normalisation", lines, case.answer)
    idea = (
        "Take the mean off, divide by the standard deviation, which is the root of the variance, then scale and shift."
    )
    if case.folds:
        idea = "Put the convolution's output, w · x + b, into the normalisation, and see what stands without an x."
    weight = exact(Fraction(case.gamma) / case.deviation)
    bias = exact(case.beta - Fraction(case.gamma) * case.mean / case.deviation)
    address = in_stepper(Conv2d(1, 1, 1), (((case.x,),),), [(((weight,),),)], [bias], relu=False)
    return Explained(hints(idea, derivation), derivation, address)


def by_variance(case: NormCase) -> Exact:
    """Divided by the variance."""
    return case.with_divisor(case.variance)


def mean_not_subtracted(case: NormCase) -> Exact:
    """The mean not taken off."""
    return exact(Fraction(case.x) / case.deviation * case.gamma + case.beta)


def mean_added(case: NormCase) -> Exact:
    """The mean added."""
    return exact((Fraction(case.x) + case.mean) / case.deviation * case.gamma + case.beta)


def no_scale(case: NormCase) -> Exact | None:
    """Scale left out."""
    return exact((Fraction(case.x) - case.mean) / case.deviation + case.beta) if case.gamma != 1 else None


def no_shift(case: NormCase) -> Exact | None:
    """Shift left out."""
    return exact(Fraction(case.answer) - case.beta) if case.beta else None


def bias_forgotten(case: NormCase) -> Exact | None:
    """The convolution's own bias left out."""
    return exact(-Fraction(case.mean) / case.deviation * case.gamma + case.beta) if case.folds else None


BATCH_NORM = Kind(
    title="Batch normalisation at inference",
    levels=("mean and variance", "scale and shift too", "folded into the convolution before it"),
    draw=draw,
    ask=ask,
    explain=explain,
    signed=True,
    mistakes={
        "by_variance": Mistake("You divided by the variance. Divide by its root, the standard deviation.", by_variance),
        "mean_kept": Mistake("The mean is missing: take it off first.", mean_not_subtracted),
        "mean_added": Mistake("The mean is taken off, not added: look at its sign.", mean_added),
        "no_scale": Mistake("The scale γ is missing.", no_scale),
        "no_shift": Mistake("The shift β is missing.", no_shift),
        "bias_forgotten": Mistake("The convolution's own bias is missing: it is normalised as well.", bias_forgotten),
    },
)
