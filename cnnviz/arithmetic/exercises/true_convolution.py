"""A true convolution, which flips the kernel first, against cross-correlation, which deep learning calls so."""

from dataclasses import replace

from cnnviz.arithmetic.exercises.addresses import Address, along_one_axis, in_stepper
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Exact, Form, Grid, Number, Rows, Value
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.window_values import Place, WindowCase, flipped, numbers_of, varied
from cnnviz.arithmetic.exercises.writing import display, matrix, paragraphs, worked


class TrueCase(WindowCase):
    """A case whose kernel is flipped before it is laid on. `weights` are as they are given."""

    @property
    def laid(self) -> WindowCase:
        """The same with the kernel flipped, as a cross-correlation."""
        return WindowCase(self.planes, flipped(self.weights), self.place)

    @property
    def whole(self) -> bool:
        """Whether the whole map is asked for: where it is small and the kernel has two axes."""
        return self.place == (-1, -1)

    @property
    def one_axis(self) -> bool:
        """Whether there is one row of numbers only."""
        return len(self.planes[0]) == 1

    @property
    def address(self) -> Address:
        """The stepper, flipping."""
        if self.one_axis:
            return along_one_axis(self.planes[0][0], self.weights[0][0], flip=True)
        return in_stepper(self.layer, self.planes, [self.weights], [0], relu=False, flip=True)


def draw(stream: Stream, level: int) -> TrueCase | None:
    """Level 1 along one axis; level 2 one value; level 3 the whole map."""
    if level == 1:
        planes, weights = (stream.grid(1, stream.whole(5, 7), 0, 5),), (stream.grid(1, 3, -2, 3),)
    elif level == 2:
        planes, weights = (stream.grid(4, 4, 0, 4),), (stream.grid(3, 3, -1, 2),)
    else:
        planes, weights = (stream.grid(3, 3, 0, 4),), (stream.grid(2, 2, -2, 3),)
    case = TrueCase(planes, weights)
    if not varied(numbers_of(weights), 3 if level == 1 else 4 if level == 3 else 3) or not varied(numbers_of(planes)):
        return None
    if level == 3:
        return replace(case, place=(-1, -1))
    rows, columns = case.size
    place = (stream.whole(0, rows - 1), stream.whole(1 if level == 1 else 0, columns - 1))
    case = replace(case, place=place)
    return case if case.laid.value > 0 else None


def ask(case: TrueCase) -> Problem:
    """A value, or the map."""
    i, j = case.place
    rows, columns = case.size
    answer: Value = case.laid.map if case.whole else case.laid.value
    form: Form = Grid(rows, columns) if case.whole else Number()
    if case.one_axis:
        wanted = f"What is the value in place {j} of the output, counted from 0?"
    elif case.whole:
        wanted = f"What is its output? Type {rows} rows of {columns} numbers."
    else:
        wanted = f"What is the value in row {i}, column {j} of the output? Rows and columns are counted from 0."
    return Problem(
        paragraphs(
            "A true convolution, as signal processing means it, of the input x with the kernel w, only where the "
            "kernel lies inside the input:",
            display(("x", case.planes[0]), ("w", case.weights[0])),
            wanted,
        ),
        answer,
        form,
    )


def explain(case: TrueCase) -> Explained:
    """The flipped kernel, and the windows."""
    kernel = case.laid.weights[0]
    rows, columns = case.size
    places: list[Place] = [(i, j) for i in range(rows) for j in range(columns)] if case.whole else [case.place]
    result: Value = case.laid.map if case.whole else case.laid.value
    axes = "from right to left" if case.one_axis else "upside down and left to right"
    first = rf"\tilde{{w}} = {matrix(kernel)}"
    lines: list[tuple[str, str] | str] = [(first, f"The kernel is flipped first: {axes}. Then it slides as usual.")]
    lines += [line for place in places for line in case.laid.lines(place)]
    told = (
        "A true convolution flips the kernel before it slides; cross-correlation, which deep learning calls "
        "convolution, does not.",
        f"The flipped kernel: ${first}$",
        f"${case.laid.lines(places[0])[0]}$",
    )
    return Explained(told, worked("True convolution", lines, result), case.address)


def answered(case: TrueCase, weights: tuple[Rows, ...]) -> Value:
    """The answer of whoever lays these weights on."""
    laid = WindowCase(case.planes, weights, case.place)
    return laid.map if case.whole else laid.value


def not_flipped(case: TrueCase) -> Value:
    """Cross-correlation."""
    return answered(case, case.weights)


def rows_only(case: TrueCase) -> Value | None:
    """Flipped upside down only."""
    return None if case.one_axis else answered(case, flipped(case.weights, columns=False))


def columns_only(case: TrueCase) -> Value | None:
    """Flipped left to right only."""
    return None if case.one_axis else answered(case, flipped(case.weights, rows=False))


def counted_from_one(case: TrueCase) -> Exact | None:
    """The place before."""
    return case.laid.value_at((0, case.place[1] - 1)) if case.one_axis else None


TRUE_CONVOLUTION = Kind(
    title="Convolution against cross-correlation",
    levels=("along one axis", "one value", "the whole map"),
    draw=draw,
    ask=ask,
    explain=explain,
    signed=True,
    mistakes={
        "not_flipped": Mistake(
            "That is cross-correlation, which deep learning calls convolution. A true convolution flips the kernel.",
            not_flipped,
        ),
        "rows_only": Mistake("The kernel is flipped upside down only; flip it left to right as well.", rows_only),
        "columns_only": Mistake("The kernel is flipped left to right only; flip it upside down as well.", columns_only),
        "counted_from_one": Mistake("That is the place before: places are counted from 0.", counted_from_one),
    },
)
