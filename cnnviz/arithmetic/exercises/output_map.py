"""A whole small output map of a convolution."""

from dataclasses import replace

from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Grid, Rows
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.window_values import WindowCase, flipped, numbers_of, transposed, varied
from cnnviz.arithmetic.exercises.writing import matrix, paragraphs, worked


def draw(stream: Stream, level: int) -> WindowCase | None:
    """Level 1 a 2 × 2 kernel; level 2 a 3 × 3 one, with stride or padding; level 3 two channels, bias, ReLU."""
    if level == 1:
        case = WindowCase((stream.grid(3, 3, 0, 4),), (stream.grid(2, 2, -1, 2),))
    elif level == 2:
        size, stride, padding = stream.pick(((4, 1, 0), (5, 2, 0), (3, 2, 1)))
        case = WindowCase((stream.grid(size, size, 0, 3),), (stream.grid(3, 3, -1, 2),), (0, 0), 0, stride, padding)
    else:
        planes = tuple(stream.grid(3, 3, 0, 3) for _ in range(2))
        weights = tuple(stream.grid(3, 3, -2, 2) for _ in range(2))
        bias = stream.pick((-3, -2, -1, 1, 2, 3))
        case = WindowCase(planes, weights, (0, 0), bias, stride=2, padding=1, relu=True)
        if all(value > 0 for row in case.map for value in row):
            return None  # then the ReLU does nothing
    values = numbers_of([case.map])
    return case if varied(numbers_of(case.weights)) and len(set(values)) > 2 and values.count(0) < 3 else None


def ask(case: WindowCase) -> Problem:
    """The map."""
    rows, columns = case.size
    return Problem(
        paragraphs(
            f"A convolution, as deep learning calls it, lays the kernel w on the input x{case.settings}:",
            case.grids,
            f"What is its output? Type {rows} rows of {columns} numbers.",
        ),
        case.map,
        Grid(rows, columns),
    )


def explain(case: WindowCase) -> Explained:
    """Window after window, and the map."""
    rows, columns = case.size
    lines: list[tuple[str, str] | str] = [
        line for i in range(rows) for j in range(columns) for line in case.lines((i, j))
    ]
    lines[0] = (str(lines[0]), "Products with a 0 are left out.")
    derivation = worked("Every window", [*lines, f"y = {matrix(case.map)}"], case.map)
    told = (
        "Take one window after the other. Lay the kernel on as it is, multiply what lies on each other, add it up.",
        f"There are {rows} × {columns} places, {case.stride} {'cell' if case.stride == 1 else 'cells'} apart"
        + (f"; around the input lie {case.padding} rows and columns of zeros." if case.padding else "."),
        f"The first one: ${case.lines((0, 0))[0]}$",
    )
    return Explained(told, derivation, case.address)


def kernel_flipped(case: WindowCase) -> Rows:
    """A true convolution."""
    return replace(case, weights=flipped(case.weights)).map


def kernel_transposed(case: WindowCase) -> Rows:
    """Rows of the kernel laid on columns of the input."""
    return replace(case, weights=transposed(case.weights)).map


def map_transposed(case: WindowCase) -> Rows:
    """Columns written as rows."""
    return transposed([case.map])[0]


def no_bias(case: WindowCase) -> Rows | None:
    """The bias left out."""
    return replace(case, bias=0).map if case.bias else None


def no_relu(case: WindowCase) -> Rows | None:
    """The ReLU left out."""
    return replace(case, relu=False).map if case.relu else None


def first_channel(case: WindowCase) -> Rows | None:
    """The other channels left out."""
    if len(case.planes) == 1:
        return None
    return replace(case, planes=case.planes[:1], weights=case.weights[:1]).map


OUTPUT_MAP = Kind(
    title="A whole output map",
    levels=("a 2 × 2 kernel", "a 3 × 3 kernel, stride, padding", "two channels, bias and ReLU"),
    draw=draw,
    ask=ask,
    explain=explain,
    signed=True,
    mistakes={
        "kernel_flipped": Mistake(
            "You flipped the kernel. Deep learning lays it on as it is: that is cross-correlation.", kernel_flipped
        ),
        "kernel_transposed": Mistake("Rows and columns of the kernel changed places.", kernel_transposed),
        "map_transposed": Mistake(
            "The numbers are right; rows and columns of the output changed places.", map_transposed
        ),
        "no_bias": Mistake("The bias is missing: it is added to every value.", no_bias),
        "no_relu": Mistake("The ReLU is missing: what is below zero becomes zero.", no_relu),
        "first_channel": Mistake(
            "That is the first channel alone. The maps of all channels are added up.", first_channel
        ),
    },
)
