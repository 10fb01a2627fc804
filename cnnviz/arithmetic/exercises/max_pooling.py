"""The largest value of each window, also where windows overlap, stand out, or see minus infinity in the padding."""

from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Grid, Rows
from cnnviz.arithmetic.exercises.pooled_values import PoolingCase, mean
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.window_values import numbers_of, transposed
from cnnviz.arithmetic.exercises.writing import code, display, matrix, paragraphs, tex, worked
from cnnviz.arithmetic.layers import MaxPool2d


def draw(stream: Stream, level: int) -> PoolingCase | None:
    """Level 1 side by side; level 2 overlapping; level 3 padding, values below zero, ceil_mode."""
    if level == 1:
        case = PoolingCase(MaxPool2d(2), stream.grid(4, 4, 0, 20))
    elif level == 2:
        case = PoolingCase(MaxPool2d(3, stride=stream.pick((1, 2))), stream.grid(stream.pick((4, 5)), 5, 0, 40))
        if len(case.values) != 5:
            case = PoolingCase(MaxPool2d(3, stride=1), tuple(row[:4] for row in case.values))
        elif case.layer.along[0].stride == 1:
            return None  # nine numbers to type teach no more than four
    elif stream.whole(1, 2) == 1:
        case = PoolingCase(MaxPool2d(2, stride=2, padding=1), stream.grid(4, 4, -9, 3))
    else:
        case = PoolingCase(MaxPool2d(2, stride=2, ceil_mode=True), stream.grid(3, 3, -9, 9))
    values = numbers_of([case.map(max)])
    return case if len(set(values)) > 2 else None


def ask(case: PoolingCase) -> Problem:
    """The map."""
    rows, columns = case.size
    return Problem(
        paragraphs(
            "This layer is given the input x, one channel:",
            code(case.layer.code(True)),
            display(("x", case.values)),
            f"What is its output? Type {rows} rows of {columns} numbers.",
        ),
        case.map(max),
        Grid(rows, columns),
    )


def explain(case: PoolingCase) -> Explained:
    """Every window."""
    rows, columns = case.size
    layer, result = case.layer, case.map(max)
    lines: list[tuple[str, str] | str] = []
    for i in range(rows):
        for j in range(columns):
            window = case.window((i, j))
            lines.append(rf"y_{{{i},{j}}} = \max({', '.join(map(tex, window))}) = {tex(max(window))}")
    note = "What a window holds of the padding is minus infinity, so it never wins." if layer.along[0].padding else ""
    lines.append((f"y = {matrix(result)}", note))
    along = layer.along[0]
    told = (
        "Lay the window on its first place, take the largest value, and move on by the stride.",
        f"The windows have {along.kernel_size} × {along.kernel_size} places and lie {along.stride} apart."
        + (" Padding holds minus infinity, not zero." if along.padding else "")
        + (" With ceil_mode the last windows stand out over the edge." if layer.rounds_up else ""),
        f"The first window holds ${', '.join(map(tex, case.window((0, 0))))}$.",
    )
    return Explained(told, worked("Every window", lines, result), case.address)


def zeros_in_padding(case: PoolingCase) -> Rows | None:
    """The padding taken as zeros."""
    wrong = case.map(max, [0])
    return wrong if wrong != case.map(max) else None


MAX_POOLING = Kind(
    title="Max pooling",
    levels=("windows side by side", "windows that overlap", "padding, ceil_mode, values below zero"),
    draw=draw,
    ask=ask,
    explain=explain,
    signed=True,
    mistakes={
        "averaged": Mistake("Those are the averages. Max pooling keeps the largest value.", lambda c: c.map(mean)),
        "smallest": Mistake("Those are the smallest values. Max pooling keeps the largest.", lambda c: c.map(min)),
        "first_value": Mistake(
            "Those are the first values of the windows. Look for the largest in each.", lambda c: c.map(lambda w: w[0])
        ),
        "zeros_in_padding": Mistake(
            "You let zeros win. What lies outside counts as minus infinity here, so a value below zero can win.",
            zeros_in_padding,
        ),
        "transposed": Mistake(
            "The numbers are right; rows and columns of the output changed places.",
            lambda c: transposed([c.map(max)])[0],
        ),
    },
)
