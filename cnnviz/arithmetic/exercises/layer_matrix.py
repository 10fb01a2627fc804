"""A convolution as one matrix, which maps the flattened input to the flattened output."""

from dataclasses import dataclass

from cnnviz.arithmetic.exercises.addresses import Address, in_calculator, in_stepper
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Form, Grid, Number, Numbers, Rows, Value
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.window_values import varied
from cnnviz.arithmetic.exercises.writing import display, matrix, paragraphs, tex, worked
from cnnviz.arithmetic.layers import Conv2d


@dataclass(frozen=True)
class MatrixCase:
    """A convolution on one channel of `size` × `size` without padding; `row` of its matrix is asked about, or how large
    or how full the whole is.
    """

    size: int
    kernel_size: int
    stride: int = 1
    wanted: str = "shape"
    row: int = 0
    kernel: Rows = ()

    @property
    def layer(self) -> Conv2d:
        """The layer."""
        return Conv2d(1, 1, self.kernel_size, stride=self.stride, bias=False)

    @property
    def outputs(self) -> int:
        """Rows, and columns, of the output."""
        return self.layer.output_shape((1, self.size, self.size))[1]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the matrix."""
        return self.outputs**2, self.size**2

    def line(self, row: int, kernel: Rows) -> tuple[Rows, int]:
        """A row of the matrix as a grid of one row, and where its window begins."""
        top, left = (place * self.stride for place in divmod(row, self.outputs))
        cells = [0] * self.size**2
        for m, kernel_row in enumerate(kernel):
            for n, weight in enumerate(kernel_row):
                cells[(top + m) * self.size + left + n] = int(weight)
        return (tuple(cells),), top * self.size + left

    @property
    def answer(self) -> Value:
        """The shape, the number of entries that are weights, or a row."""
        if self.wanted == "shape":
            return self.shape
        return self.outputs**2 * self.kernel_size**2 if self.wanted == "full" else self.line(self.row, self.kernel)[0]

    @property
    def address(self) -> Address:
        """The calculator, or for a row the stepper with the kernel on an input of ones, whose matrix it shows."""
        if self.wanted == "row":
            ones = ((1,) * self.size,) * self.size
            return in_stepper(self.layer, (ones,), [(self.kernel,)], [0], relu=False)
        return in_calculator(self.layer, (1, self.size, self.size))


def draw(stream: Stream, level: int) -> MatrixCase | None:
    """Level 1 its shape; level 2 how many of its entries are weights; level 3 one row."""
    if level < 3:
        case = MatrixCase(
            stream.whole(4, 48), stream.whole(2, 9), stream.whole(1, 4), "shape" if level == 1 else "full"
        )
        return case if case.size >= case.kernel_size + case.stride and case.outputs != case.kernel_size else None
    size, stride = stream.pick(((3, 1), (3, 1), (4, 2)))
    kernel = stream.grid(2, 2, -3, 4)
    case = MatrixCase(size, 2, stride, "row", 0, kernel)
    case = MatrixCase(size, 2, stride, "row", stream.whole(1, case.outputs**2 - 1), kernel)
    return case if varied([value for row in kernel for value in row], 4) and 0 not in kernel[0] + kernel[1] else None


def ask(case: MatrixCase) -> Problem:
    """About the matrix."""
    stride = f" and stride {case.stride}" if case.stride > 1 else ""
    what = (
        f"A convolution of one channel with one filter of {case.kernel_size} × {case.kernel_size}{stride}, without "
        f"padding and bias, takes an input of {case.size} × {case.size}. Flatten input and output, row by row: then "
        "the layer is one matrix that the input is multiplied by."
    )
    if case.wanted == "row":
        wanted = f"Its kernel is w. Type row {case.row} of the matrix, counted from 0: {case.size**2} numbers."
        form: Form = Grid(1, case.size**2)
        return Problem(paragraphs(what, display(("w", case.kernel)), wanted), case.answer, form)
    if case.wanted == "shape":
        return Problem(
            paragraphs(what, "How many rows and columns does it have?"), case.answer, Numbers(("rows", "columns"))
        )
    wanted = "How many of its entries are weights of the kernel? All others are 0 whatever the kernel is."
    return Problem(paragraphs(what, wanted), case.answer, Number())


def explain(case: MatrixCase) -> Explained:
    """Outputs times inputs; one window a row."""
    n, o, k = case.size, case.outputs, case.kernel_size
    rows, columns = case.shape
    size = f"The output is {o} × {o}."
    lines: list[tuple[str, str] | str]
    if case.wanted == "row":
        top, left = (place * case.stride for place in divmod(case.row, o))
        row, start = case.line(case.row, case.kernel)
        lines = [
            (
                rf"\text{{row }} {case.row} = {matrix(row)}",
                f"Output {case.row} is the window that starts at row {top}, column {left} of the input: entry {start} "
                f"of the flattened input. The kernel's rows lie {n} entries apart.",
            )
        ]
        third = f"Its first weight, {tex(case.kernel[0][0])}, stands in entry {start}."
    elif case.wanted == "shape":
        lines = [
            (rf"\text{{rows}} = {o} \cdot {o} = {tex(rows)}", f"{size} Every output value is a row."),
            (rf"\text{{columns}} = {n} \cdot {n} = {tex(columns)}", "Every input value is a column."),
        ]
        third = size
    else:
        lines = [
            (r"\text{weights} = \text{rows} \cdot k \cdot k", f"{size} Each row holds the kernel once."),
            rf"= {tex(rows)} \cdot {k} \cdot {k}",
            f"= {tex(rows * k * k)}",
        ]
        third = f"The matrix has {rows:,} rows."
    told = (
        "A row of the matrix makes one output value, a column belongs to one input value.",
        "Each row holds the whole kernel, spread to where its window lies; the rest is zero.",
        third,
    )
    return Explained(told, worked("The layer as a matrix", lines, case.answer), case.address)


def only(wanted: str, case: MatrixCase, value: Value) -> Value | None:
    """A mistake about one of the three questions."""
    return value if case.wanted == wanted else None


def packed_row(case: MatrixCase) -> Value | None:
    """The kernel's rows side by side, as in im2col."""
    if case.wanted != "row":
        return None
    start, weights = case.line(case.row, case.kernel)[1], [value for row in case.kernel for value in row]
    if start + len(weights) > case.size**2:
        return None
    return ((*(0,) * start, *weights, *(0,) * (case.size**2 - start - len(weights))),)


def other_row(case: MatrixCase) -> Value | None:
    """The row before."""
    return only("row", case, case.line(max(case.row - 1, 0), case.kernel)[0])


def kernel_flipped(case: MatrixCase) -> Value | None:
    """The kernel flipped, as in a true convolution."""
    if case.wanted != "row":
        return None
    return case.line(case.row, tuple(tuple(row[::-1]) for row in case.kernel[::-1]))[0]


LAYER_MATRIX = Kind(
    title="A layer as a matrix",
    levels=("its shape", "how many entries are weights", "one of its rows"),
    draw=draw,
    ask=ask,
    explain=explain,
    signed=True,
    mistakes={
        "shape_transposed": Mistake(
            "Rows and columns changed places: the matrix times the input is the output, so it has a row for each "
            "output value.",
            lambda case: only("shape", case, case.shape[::-1]),
        ),
        "windows_as_rows": Mistake(
            "That is im2col, one row for each window and one column for each weight. Here the columns are the inputs.",
            lambda case: only("shape", case, (case.shape[0], case.kernel_size**2)),
        ),
        "square": Mistake(
            "The output is smaller than the input, so the matrix is not square.",
            lambda case: only("shape", case, (case.shape[1], case.shape[1])),
        ),
        "all_entries": Mistake(
            "Those are all entries. A row holds the kernel once and is zero elsewhere.",
            lambda case: only("full", case, case.shape[0] * case.shape[1]),
        ),
        "kernel_once": Mistake(
            "That is the kernel once. It stands in every row of the matrix.",
            lambda case: only("full", case, case.kernel_size**2),
        ),
        "every_input": Mistake(
            "That counts the kernel for each input value. It stands once for each output value.",
            lambda case: only("full", case, case.shape[1] * case.kernel_size**2),
        ),
        "packed_row": Mistake(
            "The kernel's rows stand side by side. In the flattened input they lie a whole input row apart.",
            packed_row,
        ),
        "other_row": Mistake("That is the row before: rows are counted from 0.", other_row),
        "kernel_flipped": Mistake("The kernel is not flipped: it stands in the matrix as it is.", kernel_flipped),
    },
)
