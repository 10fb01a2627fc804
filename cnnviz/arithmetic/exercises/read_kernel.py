"""Reading a kernel: which of four maps did it make, which of four kernels made the map."""

from dataclasses import dataclass

from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import LETTERS, Choice, Rows, exact_rows
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.window_values import WindowCase, flipped, transposed
from cnnviz.arithmetic.exercises.writing import display, matrix, paragraphs, worked
from cnnviz.arithmetic.lecture.kernels import KERNELS

NAMED = ("identity", "sobel_x", "sobel_y", "sharpen", "edge", "emboss")


@dataclass(frozen=True)
class ReadCase:
    """An input, four kernels by their roles (one is "right"), in the order of their letters; maps or kernels."""

    values: Rows
    kernels: tuple[tuple[str, Rows], ...]
    maps: bool

    def made(self, role: str) -> WindowCase:
        """The case of one of the kernels."""
        return WindowCase((self.values,), (dict(self.kernels)[role],))

    def letter(self, role: str) -> str | None:
        """Where a kernel, or its map, stands; None where there is none in this role."""
        roles = [name for name, _ in self.kernels]
        return LETTERS[roles.index(role)] if role in roles else None


def draw(stream: Stream, level: int) -> ReadCase | None:
    """Level 1 a named kernel on an edge; level 2 any kernel; level 3 the map is given."""
    if level == 1:
        values: Rows = an_edge(stream)
        first, *others = stream.some(NAMED, 4)
        named = [("right", first), *((name, name) for name in others)]
        kernels = [(role, exact_rows(KERNELS[name].weights)) for role, name in named]
    else:
        values, right = stream.grid(4, 4, 0, 3), stream.grid(3, 3, -1, 2)
        kernels = [("right", right), ("flipped", flipped([right])[0]), ("transposed", transposed([right])[0])]
        kernels.append(("other", stream.grid(3, 3, -1, 2)))
    case = ReadCase(values, tuple(stream.some(kernels, 4)), maps=level < 3)
    maps = [case.made(role).map for role, _ in kernels]
    if len(set(maps)) < 4 or len({value for row in maps[0] for value in row}) < 2:
        return None
    return case


def an_edge(stream: Stream) -> Rows:
    """A picture of 5 × 5 that is dark on one side of a line and bright on the other, with a speck."""
    dark, bright = stream.whole(0, 2), stream.whole(4, 9)
    where, down = stream.whole(1, 4), stream.whole(0, 1)
    rows = [[bright if (i if down else j) >= where else dark for j in range(5)] for i in range(5)]
    rows[stream.whole(0, 4)][stream.whole(0, 4)] += stream.whole(1, 3)
    return tuple(map(tuple, rows))


def ask(case: ReadCase) -> Problem:
    """A letter."""
    shown = [case.made(role).map if case.maps else kernel for role, kernel in case.kernels]
    options = tuple(f"${matrix(grid)}$" for grid in shown)
    right = case.made("right")
    if case.maps:
        grids = display(("x", case.values), ("w", right.weights[0]))
        wanted = "The kernel w is laid on the input x, as deep learning does. Which map does it give?"
    else:
        grids = display(("x", case.values), ("y", right.map))
        wanted = "A kernel, laid on the input x as deep learning does, gave the map y. Which one was it?"
    return Problem(paragraphs(wanted, grids), right_letter(case), Choice(options))


def explain(case: ReadCase) -> Explained:
    """One value decides."""
    right = case.made("right")
    rows, columns = right.size
    places = [(i, j) for i in range(rows) for j in range(columns)]

    def telling(place: tuple[int, int]) -> int:
        return len({case.made(role).value_at(place) for role, _ in case.kernels})

    i, j = best = max(places, key=telling)
    lines: list[tuple[str, str] | str] = [*right.lines(best), f"y = {matrix(right.map)}"]
    lines[0] = (str(lines[0]), f"One value is enough to tell most of them apart, here row {i}, column {j}.")
    told = (
        "Do not compute everything: look at one value in which the four differ.",
        "Where all weights meet equal numbers, the value is that number times the sum of the weights.",
        f"Try the value in row {i}, column {j} of the map.",
    )
    return Explained(told, worked("One value", lines, right_letter(case)), right.address)


def right_letter(case: ReadCase) -> str:
    """The letter of the right one."""
    letter = case.letter("right")
    assert letter is not None  # one of the four always is
    return letter


def instead(role: str, sentence: str) -> Mistake[ReadCase]:
    """Another of the four chosen."""
    return Mistake(sentence, lambda case: case.letter(role))


READ_KERNEL = Kind(
    title="Reading a kernel",
    levels=("a well-known kernel", "any kernel", "from the map to the kernel"),
    draw=draw,
    ask=ask,
    explain=explain,
    mistakes={
        "flipped": instead("flipped", "That belongs to the flipped kernel. Deep learning lays the kernel on as it is."),
        "transposed": instead("transposed", "That belongs to the kernel with rows and columns exchanged."),
        "other": instead("other", "That belongs to another kernel altogether."),
        **{
            name: instead(name, f"That belongs to the kernel “{KERNELS[name].title}”. {KERNELS[name].answer}")
            for name in NAMED
        },
    },
)
