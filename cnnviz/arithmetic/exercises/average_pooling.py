"""The average of each window, and what it is divided by at an edge."""

from fractions import Fraction

from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Exact, Form, Grid, Number, Value, exact
from cnnviz.arithmetic.exercises.pooled_values import PoolingCase
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.window_values import numbers_of
from cnnviz.arithmetic.exercises.writing import code, display, matrix, paragraphs, summed, tex, worked
from cnnviz.arithmetic.layers import AvgPool2d
from cnnviz.arithmetic.windows.pooling import divisor_of, pooling_taps

TOLERANCE = Fraction(1, 100)


def divisor(case: PoolingCase, place: tuple[int, int]) -> int:
    """What torch divides the sum of a window by."""
    assert isinstance(case.layer, AvgPool2d)
    rows, columns = pooling_taps(case.layer, case.shape)
    return divisor_of(case.layer, rows[place[0]], columns[place[1]], case.shape)


def value(case: PoolingCase, place: tuple[int, int]) -> Exact:
    """One average."""
    return exact(Fraction(sum(case.window(place), Fraction(0)), divisor(case, place)))


def answer(case: PoolingCase) -> Value:
    """The one asked about, or all."""
    if case.place is not None:
        return value(case, case.place)
    rows, columns = case.size
    return tuple(tuple(value(case, (i, j)) for j in range(columns)) for i in range(rows))


def draw(stream: Stream, level: int) -> PoolingCase | None:
    """Level 1 a map; level 2 a window at an edge, padding counted; level 3 not counted, or ceil_mode."""
    if level == 1:
        case = PoolingCase(AvgPool2d(2), stream.grid(4, 4, 0, 9))
        values = numbers_of([case.map(lambda window: exact(Fraction(sum(window, Fraction(0)), 4)))])
        return case if len(set(values)) > 2 and sum(Fraction(v).denominator == 4 for v in values) <= 1 else None
    size = stream.pick((4, 5))
    if level == 2:
        layer = AvgPool2d(3, stride=stream.pick((1, 2)), padding=1)
    elif stream.whole(1, 3) == 1:
        size, layer = 5, AvgPool2d(3, stride=3, ceil_mode=True)
    else:
        layer = AvgPool2d(3, stride=stream.pick((1, 2)), padding=1, count_include_pad=False)
    case = PoolingCase(layer, stream.grid(size, size, 0, 9))
    rows, columns = case.size
    case = PoolingCase(layer, case.values, (stream.whole(0, rows - 1), stream.whole(0, columns - 1)))
    assert case.place is not None
    window = case.window(case.place)
    return case if len(window) < 9 and len(set(window)) > 2 and value(case, case.place) > 0 else None


def ask(case: PoolingCase) -> Problem:
    """A value, or the map."""
    rows, columns = case.size
    if case.place is None:
        form: Form = Grid(rows, columns)
        wanted = f"What is its output? Type {rows} rows of {columns} numbers."
    else:
        form, (i, j) = Number(TOLERANCE), case.place
        wanted = (
            f"What is the value in row {i}, column {j} of the output? Rows and columns are counted from 0. "
            "A fraction or two decimals will do (± 0.01)."
        )
    return Problem(
        paragraphs(
            "This layer is given the input x, one channel:", code(case.layer.code(True)), display(("x", case.values)),
            wanted,
        ),
        answer(case),
        form,
    )  # fmt: skip


def explain(case: PoolingCase) -> Explained:
    """The windows asked about."""
    rows, columns = case.size
    places = [(i, j) for i in range(rows) for j in range(columns)] if case.place is None else [case.place]
    lines: list[tuple[str, str] | str] = []
    for i, j in places:
        window, below = case.window((i, j)), divisor(case, (i, j))
        left = rf"y_{{{i},{j}}} = \frac{{{summed(window)}}}{{{below}}}"
        lines.append(rf"{left} = \frac{{{tex(sum(window))}}}{{{below}}} = {tex(value(case, (i, j)))}")
    if case.place is None:
        lines.append(f"y = {matrix(answer(case))}")  # type: ignore[arg-type]
    window = case.window(places[0])
    why = divided_by(case, places[0])
    lines[0] = (str(lines[0]), why)
    told = (
        "Add up what lies in the window and divide: the question is by how many.",
        why or "Every window is divided by its four places.",
        f"{'The window' if case.place else 'The first window'} holds ${', '.join(map(tex, window))}$.",
    )
    return Explained(told, worked("Average", lines, answer(case)), case.address)


def divided_by(case: PoolingCase, place: tuple[int, int]) -> str:
    """Why the divisor is what it is, where that is a question."""
    assert isinstance(case.layer, AvgPool2d)
    if len(case.window(place)) == 4 and case.layer.along[0].kernel_size == 2:
        return ""
    if case.layer.rounds_up:
        return "What stands out over the edge is never counted: the divisor is what lies inside."
    if case.layer.count_include_pad:
        return "The zeros of the padding count as values: every window is divided by all of its places."
    return "With count_include_pad=False only what lies inside the input is counted."


def largest(case: PoolingCase) -> Value:
    """The maximum."""
    return max(case.window(case.place)) if case.place else case.map(max)


def undivided(case: PoolingCase) -> Value:
    """The sum."""
    return sum(case.window(case.place)) if case.place else case.map(sum)


def by_all_places(case: PoolingCase) -> Value | None:
    """Divided by 9, whatever lies inside."""
    if case.place is None or divisor(case, case.place) == 9:
        return None
    return exact(Fraction(sum(case.window(case.place), Fraction(0)), 9))


def by_what_is_inside(case: PoolingCase) -> Value | None:
    """Divided by what lies inside, though the padding counts."""
    if case.place is None or divisor(case, case.place) != 9:
        return None
    window = case.window(case.place)
    return exact(Fraction(sum(window, Fraction(0)), len(window)))


def by_one_side(case: PoolingCase) -> Value | None:
    """Divided by k in place of k * k."""
    return case.map(lambda window: exact(Fraction(sum(window, Fraction(0)), 2))) if case.place is None else None


AVERAGE_POOLING = Kind(
    title="Average pooling",
    levels=("a whole map", "at an edge, where padding counts", "where padding does not count"),
    draw=draw,
    ask=ask,
    explain=explain,
    mistakes={
        "largest": Mistake("That is max pooling. Here the average is asked for.", largest),
        "undivided": Mistake("Those are sums: divide by how many values count.", undivided),
        "by_one_side": Mistake("A k × k window has k · k values: divide by that, not by k.", by_one_side),
        "by_all_places": Mistake(
            "You divided by 9. What lies outside the input does not count here, so the divisor is smaller.",
            by_all_places,
        ),
        "by_what_is_inside": Mistake(
            "You divided by what lies inside. Unless count_include_pad=False, the zeros of the padding count too.",
            by_what_is_inside,
        ),
    },
)
