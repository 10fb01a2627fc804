"""Which padding, kernel or stride reaches a size that is wanted."""

from dataclasses import dataclass
from fractions import Fraction

from cnnviz.arithmetic.exercises.addresses import in_calculator
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Exact, Number, exact
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.writing import hints, paragraphs, worked
from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.shapes import output_size

WORDS = {"padding": "Which padding", "kernel_size": "Which kernel_size", "stride": "Which is the smallest stride that"}


@dataclass(frozen=True)
class SettingCase:
    """A convolution on one channel and a square, of which one setting is to be found."""

    wanted: str
    size: int
    kernel_size: int
    stride: int
    padding: int
    dilation: int = 1

    @property
    def target(self) -> int:
        """The size that it gives."""
        return output_size(self.size, self.kernel_size, self.stride, self.padding, self.dilation)

    @property
    def answer(self) -> int:
        """The setting."""
        return int(getattr(self, self.wanted))

    @property
    def layer(self) -> Conv2d:
        """The layer with the answer in it."""
        return Conv2d(1, 1, self.kernel_size, self.stride, self.padding, self.dilation)


def draw(stream: Stream, level: int) -> SettingCase | None:
    """Level 1 a padding; level 2 a kernel; level 3 the smallest stride."""
    size = stream.whole(14, 128)
    if level == 1:
        kernel_size, dilation = stream.pick((3, 5, 7, 9, 11)), stream.pick((1, 1, 2))
        padding = stream.whole(1, dilation * (kernel_size - 1))
        return SettingCase("padding", size, kernel_size, 1, padding, dilation)
    if level == 2:
        kernel_size, dilation = stream.whole(3, 9), stream.pick((1, 1, 2, 3))
        case = SettingCase("kernel_size", size, kernel_size, 1, stream.whole(1, 4), dilation)
        return case if case.target > 4 else None
    case = SettingCase("stride", size, stream.whole(2, 11), stream.whole(2, 6), stream.whole(0, 4))
    smaller = output_size(case.size, case.kernel_size, case.stride - 1, case.padding)
    return case if case.target > 2 and smaller != case.target else None


def ask(case: SettingCase) -> Problem:
    """One setting."""
    shown = {"kernel_size": "k", "stride": "S", "padding": "P", "dilation": "D"}
    given = [
        f"{name} {letter} = {getattr(case, name)}"
        for name, letter in shown.items()
        if name != case.wanted and (name != "dilation" or case.dilation > 1)
    ]
    question = f"{WORDS[case.wanted]} gives an output of {case.target} × {case.target}?"
    return Problem(
        paragraphs(
            f"A convolution slides over an input of {case.size} × {case.size} with {', '.join(given)}.", question
        ),
        case.answer,
        Number(),
    )


def explain(case: SettingCase) -> Explained:
    """The formula solved for the setting."""
    n, k, s, p, d, t = case.size, case.kernel_size, case.stride, case.padding, case.dilation, case.target
    reach = d * (k - 1) + 1
    note = "R is how far the kernel reaches: D(k − 1) + 1, which is k for dilation 1."
    out = r"W_{\text{out}}"
    lines: list[tuple[str, str] | str]
    if case.wanted == "padding":
        lines = [
            (rf"P = \frac{{({out} - 1) \cdot S - W + R}}{{2}}", note),
            rf"= \frac{{({t} - 1) \cdot {s} - {n} + {reach}}}{{2}}",
            rf"= \frac{{{2 * p}}}{{2}}",
            f"= {p}",
        ]
        idea = "Solve the formula of the output size for P. Both sides together get what is missing; each gets half."
    elif case.wanted == "kernel_size":
        lines = [
            (rf"R = W + 2 \cdot P - ({out} - 1) \cdot S", note),
            rf"= {n} + 2 \cdot {p} - ({t} - 1) \cdot {s}",
            f"= {reach}",
            r"k = \frac{R - 1}{D} + 1",
            rf"= \frac{{{reach} - 1}}{{{d}}} + 1",
            f"= {k}",
        ]
        idea = "Solve the formula of the output size for the reach of the kernel; with a dilation k follows from it."
    else:
        free = n + 2 * p - k
        lines = [
            (
                rf"\frac{{W + 2 \cdot P - k}}{{S}} + 1 < {out} + 1",
                "The floor of the left side is the output size, so the left side stays below the next whole number.",
            ),
            (
                rf"S > \frac{{W + 2 \cdot P - k}}{{{out}}} = \frac{{{n} + 2 \cdot {p} - {k}}}{{{t}}}",
                "The smallest stride is the first whole number above it.",
            ),
            rf"S &> \frac{{{free}}}{{{t}}}",
            rf"S = {s}",
        ]
        idea = (
            "The window has a free way of W + 2P − k cells. Ask how many steps of S fit into it: one less than there "
            "are places."
        )
    derivation = worked(f"The {case.wanted}", lines, case.answer)
    if case.wanted == "stride":
        told = (idea, f"${lines[0][0]}$", f"${lines[1][0]}$")
        return Explained(told, derivation, in_calculator(case.layer, (1, n, n)))
    return Explained(hints(idea, derivation), derivation, in_calculator(case.layer, (1, n, n)))


def only(wanted: str, case: SettingCase, value: Exact) -> Exact | None:
    """A mistake about one setting; None where the answer would be below 1."""
    return exact(value) if case.wanted == wanted and value > 0 else None


def both_sides(case: SettingCase) -> Exact | None:
    """The padding of both sides together."""
    return only("padding", case, 2 * case.padding)


def padding_without_one(case: SettingCase) -> Exact | None:
    """The - 1 of the steps left out."""
    return only("padding", case, case.padding + Fraction(case.stride, 2))


def padding_without_dilation(case: SettingCase) -> Exact | None:
    """The kernel taken to be as long as it has taps."""
    lost = (case.dilation - 1) * (case.kernel_size - 1)
    return only("padding", case, case.padding - Fraction(lost, 2)) if lost else None


def always_same(case: SettingCase) -> Exact | None:
    """The padding that keeps the size, though another size is wanted."""
    reach = case.dilation * (case.kernel_size - 1)
    return only("padding", case, Fraction(reach, 2)) if reach != 2 * case.padding else None


def kernel_padding_forgotten(case: SettingCase) -> Exact | None:
    """Solved as if there were no padding."""
    return only("kernel_size", case, case.kernel_size - Fraction(2 * case.padding, case.dilation))


def kernel_padding_once(case: SettingCase) -> Exact | None:
    """The padding counted on one side."""
    return only("kernel_size", case, case.kernel_size - Fraction(case.padding, case.dilation))


def kernel_without_one(case: SettingCase) -> Exact | None:
    """The + 1 of the formula left out."""
    return only("kernel_size", case, case.kernel_size - Fraction(1, case.dilation))


def reach_for_kernel(case: SettingCase) -> Exact | None:
    """The reach given for the kernel."""
    return only("kernel_size", case, case.dilation * (case.kernel_size - 1) + 1) if case.dilation > 1 else None


def ratio_of_sizes(case: SettingCase) -> Exact | None:
    """Input divided by output."""
    value = Fraction(case.size, case.target)
    return only("stride", case, value) if value.denominator > 1 else None


def largest_stride(case: SettingCase) -> Exact | None:
    """A stride that reaches the size and is not the smallest."""
    larger = case.stride + 1
    reached = output_size(case.size, case.kernel_size, larger, case.padding)
    return only("stride", case, larger) if reached == case.target else None


def one_too_small(case: SettingCase) -> Exact | None:
    """The number below the limit instead of the one above it."""
    return only("stride", case, case.stride - 1)


SETTING_FOR_SIZE = Kind(
    title="Which setting reaches a size",
    levels=("the padding", "the kernel size", "the smallest stride"),
    draw=draw,
    ask=ask,
    explain=explain,
    mistakes={
        "both_sides": Mistake("That is the padding of both sides together; each side gets half of it.", both_sides),
        "padding_without_one": Mistake("Check the + 1: an output of n places takes n − 1 steps.", padding_without_one),
        "padding_without_dilation": Mistake(
            "The dilation is missing: the kernel reaches over D(k − 1) + 1 cells.", padding_without_dilation
        ),
        "always_same": Mistake("That padding keeps the size as it is. Here another size is wanted.", always_same),
        "kernel_padding_forgotten": Mistake(
            "The padding is missing: it makes the input 2P larger.", kernel_padding_forgotten
        ),
        "kernel_padding_once": Mistake(
            "Padding lies on both sides of the axis, so it counts twice: 2P, not P.", kernel_padding_once
        ),
        "kernel_without_one": Mistake("Check the + 1: an output of n places takes n − 1 steps.", kernel_without_one),
        "reach_for_kernel": Mistake(
            "That is how far the kernel reaches. With dilation D its taps are fewer: k = (reach − 1) / D + 1.",
            reach_for_kernel,
        ),
        "ratio_of_sizes": Mistake(
            "Input divided by output is near it, but a stride is a whole number, and kernel, padding and the + 1 "
            "matter too.",
            ratio_of_sizes,
        ),
        "largest_stride": Mistake("That stride reaches the size too, but a smaller one does as well.", largest_stride),
        "one_too_small": Mistake(
            "With that stride there is still one place more: it is a little too small.", one_too_small
        ),
    },
)
