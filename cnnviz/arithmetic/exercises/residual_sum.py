"""The sum of a residual block, y = ReLU(F(x) + x), and with a 1 × 1 convolution on the skip."""

from dataclasses import dataclass

from cnnviz.arithmetic.exercises.addresses import in_stepper
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Form, Grid, Number, Rows, Value
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.writing import block, display, matrix, paragraphs, products, summed, tex, worked
from cnnviz.arithmetic.layers import Conv2d


@dataclass(frozen=True)
class ResidualCase:
    """What the branch gives, what comes by the skip (one plane, or one number for each channel), the skip's weights.

    With `inner` (w1, b1, w2, b2) the branch is to be computed: w2 * ReLU(w1 * x + b1) + b2.
    """

    branch: Rows
    skip: tuple[Rows, ...]
    weights: tuple[int, ...] = (1,)
    inner: tuple[int, int, int, int] | None = None

    @property
    def summed(self) -> list[list[int]]:
        """F(x) plus what the skip brings."""
        skips = list(zip(self.weights, self.skip, strict=True))
        return [
            [int(value) + sum(weight * int(plane[i][j]) for weight, plane in skips) for j, value in enumerate(row)]
            for i, row in enumerate(self.branch)
        ]

    @property
    def answer(self) -> Value:
        """After the ReLU: a grid, or one number."""
        return self.shaped([[max(value, 0) for value in row] for row in self.summed])

    def shaped(self, rows: list[list[int]]) -> Value:
        """A grid, or its only number."""
        return rows[0][0] if len(rows) == 1 else tuple(map(tuple, rows))


def draw(stream: Stream, level: int) -> ResidualCase | None:
    """Level 1 a map; level 2 a branch to be computed; level 3 a 1 × 1 convolution on the skip."""
    if level == 1:
        case = ResidualCase(stream.grid(2, 2, -6, 6), (stream.grid(2, 2, 0, 5),))
        signs = [value < 0 for row in case.summed for value in row]
        return case if any(signs) and not all(signs) and signs.count(True) < 3 else None
    if level == 2:
        x = stream.whole(1, 6)
        w1, b1, w2, b2 = stream.whole(-2, 3), stream.whole(-4, 4), stream.whole(-3, 3), stream.whole(-4, 4)
        if 0 in (w1, b1, w2, b2):
            return None
        case = ResidualCase(((w2 * max(w1 * x + b1, 0) + b2,),), (((x,),),), (1,), (w1, b1, w2, b2))
        return case if case.summed[0][0] > 0 and case.branch[0][0] != 0 else None
    channels = stream.whole(2, 3)
    planes = tuple(((value,),) for value in stream.row(channels, 1, 6))
    weights = stream.row(channels, -3, 3)
    case = ResidualCase(((stream.whole(-6, 6),),), planes, weights)
    return case if 0 not in (*weights, case.branch[0][0]) and len(set(weights)) > 1 and case.summed[0][0] > 0 else None


def ask(case: ResidualCase) -> Problem:
    """The block's output."""
    if case.inner is not None:
        w1, b1, w2, b2 = case.inner
        text = paragraphs(
            "A residual block works on one number, x. Its branch is",
            block(rf"F(x) = {tex(w2)} \cdot \text{{ReLU}}({tex(w1)} \cdot x {signed(b1)}) {signed(b2)}"),
            f"and its output is $y = \\text{{ReLU}}(F(x) + x)$. What is y for x = {case.skip[0][0][0]}?",
        )
        return Problem(text, case.answer, Number())
    if len(case.branch) > 1:
        grids = display(("F(x)", case.branch), ("x", case.skip[0]))
        wanted = r"What is its output, $y = \text{ReLU}(F(x) + x)$? Type 2 rows of 2 numbers."
        form: Form = Grid(2, 2)
        return Problem(
            paragraphs("In a residual block the branch gives F(x), and x is the input:", grids, wanted),
            case.answer,
            form,
        )
    values, weights = [plane[0][0] for plane in case.skip], case.weights
    return Problem(
        paragraphs(
            f"At one place, the branch of a residual block gives {tex(case.branch[0][0]).replace('-', '−')}. Its input "
            f"x has {len(values)} channels, so a 1 × 1 convolution with the weights v, without bias, lies on the skip:",
            display(("x", [values]), ("v", [weights])),
            r"What is the block's output there, $y = \text{ReLU}(F(x) + v \cdot x)$?",
        ),
        case.answer,
        Number(),
    )


def signed(value: int) -> str:
    """A number with its sign in front, as it goes on in a sum."""
    return summed([0, value])[2:]


def explain(case: ResidualCase) -> Explained:
    """The branch, the skip, the sum, the ReLU."""
    lines: list[tuple[str, str] | str] = []
    branch = case.branch[0][0]
    if case.inner is not None:
        w1, b1, w2, b2 = case.inner
        x = int(case.skip[0][0][0])
        inner = w1 * x + b1
        lines += [
            rf"{tex(w1)} \cdot {x} {signed(b1)} = {tex(inner)}",
            rf"F(x) = {tex(w2)} \cdot {tex(max(inner, 0))} {signed(b2)} = {tex(branch)}",
            rf"F(x) + x = {summed([branch, x])} = {tex(case.summed[0][0])}",
        ]
    elif len(case.branch) > 1:
        lines.append(rf"F(x) + x = {matrix(case.summed)}")
    else:
        pairs = list(zip(case.weights, (plane[0][0] for plane in case.skip), strict=True))
        lines += [
            rf"v \cdot x = {products(pairs)} = {tex(sum(one * other for one, other in pairs))}",
            rf"F(x) + v \cdot x = {tex(case.summed[0][0])}",
        ]
    result = case.answer
    ending = matrix(result) if isinstance(result, tuple) else tex(result)  # type: ignore[arg-type]
    lines.append((f"y = {ending}", "The ReLU comes after the sum: it makes 0 of what is below zero."))
    told = (
        "The skip brings the input past the branch unchanged; it is added to what the branch gives.",
        "First the sum, then the ReLU.",
        f"${lines[0]}$" if case.inner is not None or len(case.branch) == 1 else "Take it place by place.",
    )
    last = case.inner[3] if case.inner is not None else 0
    planes = (case.branch, *case.skip)
    first = 1
    if case.inner is not None:  # then the last step of the branch is shown: w2 times what the ReLU gave
        planes, first = (
            (((max(case.inner[0] * int(case.skip[0][0][0]) + case.inner[1], 0),),), *case.skip),
            case.inner[2],
        )
    kernels = tuple(((weight,),) for weight in (first, *case.weights))
    address = in_stepper(Conv2d(len(planes), 1, 1), planes, [kernels], [last], relu=True)
    return Explained(told, worked("Residual block", lines, result), address)


def relu_of(rows: list[list[int]]) -> list[list[int]]:
    """What is below zero made zero."""
    return [[max(value, 0) for value in row] for row in rows]


def without_skip(case: ResidualCase) -> Value:
    """The branch alone."""
    return case.shaped(relu_of([[int(value) for value in row] for row in case.branch]))


def relu_first(case: ResidualCase) -> Value | None:
    """The ReLU on the branch, before the sum."""
    early = relu_of([[int(value) for value in row] for row in case.branch])
    wrong = case.shaped(ResidualCase(tuple(map(tuple, early)), case.skip, case.weights).summed)
    return wrong if wrong != case.answer else None


def no_relu(case: ResidualCase) -> Value | None:
    """The ReLU left out, where it does something."""
    wrong = case.shaped(case.summed)
    return wrong if wrong != case.answer else None


def inner_relu_missing(case: ResidualCase) -> Value | None:
    """The ReLU inside the branch left out."""
    if case.inner is None:
        return None
    w1, b1, w2, b2 = case.inner
    x = int(case.skip[0][0][0])
    return max(w2 * (w1 * x + b1) + b2 + x, 0) if w1 * x + b1 < 0 else None


def identity_skip(case: ResidualCase) -> Value | None:
    """The channels added without their weights."""
    if len(case.skip) == 1:
        return None
    return case.shaped(relu_of(ResidualCase(case.branch, case.skip, (1,) * len(case.skip)).summed))


def doubled(case: ResidualCase) -> Value | None:
    """F(x) added to itself."""
    return case.shaped(relu_of([[2 * int(value) for value in row] for row in case.branch])) if case.inner else None


RESIDUAL_SUM = Kind(
    title="A residual sum",
    levels=("two maps", "a branch to be computed", "a 1 × 1 convolution on the skip"),
    draw=draw,
    ask=ask,
    explain=explain,
    mistakes={
        "without_skip": Mistake("The skip is missing: the input is added to what the branch gives.", without_skip),
        "relu_first": Mistake("The last ReLU comes after the sum, not before it.", relu_first),
        "no_relu": Mistake("The ReLU is missing: what is below zero becomes zero.", no_relu),
        "inner_relu_missing": Mistake("The ReLU inside the branch is missing.", inner_relu_missing),
        "identity_skip": Mistake("On the skip each channel is multiplied by its weight first.", identity_skip),
        "doubled": Mistake("That is F(x) twice. Added is x itself.", doubled),
    },
)
