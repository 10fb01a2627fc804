"""A transposed convolution by stamping: every input value lays the kernel, times itself, into the output."""

from dataclasses import dataclass

from cnnviz.arithmetic.exercises.addresses import in_stamping
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Grid, Rows
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.window_values import flipped, numbers_of, transposed, varied
from cnnviz.arithmetic.exercises.writing import code, display, matrix, paragraphs, summed, tex, worked
from cnnviz.arithmetic.layers import ConvTranspose2d
from cnnviz.arithmetic.settings import pair

Met = dict[tuple[int, int], list[int]]


@dataclass(frozen=True)
class StampCase:
    """A layer on one channel, its input, its kernel."""

    layer: ConvTranspose2d
    values: tuple[tuple[int, ...], ...]
    weights: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the output."""
        _, rows, columns = self.layer.output_shape((1, len(self.values), len(self.values[0])))
        return rows, columns

    def met(self, weights: Rows | None = None) -> Met:
        """For each cell of the output the products that meet in it, in the order of the stamps."""
        down, across = self.layer.along
        rows, columns = self.size
        cells: Met = {(i, j): [] for i in range(rows) for j in range(columns)}
        for i, row in enumerate(self.values):
            for j, value in enumerate(row):
                for m, kernel_row in enumerate(weights or self.weights):
                    for n, weight in enumerate(kernel_row):
                        cell = (i * down.stride - down.padding + m, j * across.stride - across.padding + n)
                        if cell in cells:
                            cells[cell].append(value * int(weight))
        return cells

    def rows_of(self, cells: dict[tuple[int, int], int]) -> Rows:
        """Cells as a grid."""
        rows, columns = self.size
        return tuple(tuple(cells[i, j] for j in range(columns)) for i in range(rows))

    @property
    def answer(self) -> Rows:
        """The output."""
        return self.rows_of({cell: sum(products) for cell, products in self.met().items()})


def draw(stream: Stream, level: int) -> StampCase | None:
    """Level 1 one row; level 2 a square, stride 1; level 3 stride 2 and padding."""
    if level == 1:
        stride = stream.pick((1, 2))
        layer = ConvTranspose2d(1, 1, (1, stream.pick((2, 3))), stride=(1, stride))
        case = StampCase(layer, stream.grid(1, 3, 1, 5), stream.grid(1, pair(layer.kernel_size)[1], -1, 3))
    elif level == 2:
        layer = ConvTranspose2d(1, 1, 2, stride=1)
        case = StampCase(layer, stream.grid(2, 2, 0, 4), stream.grid(2, 2, -1, 3))
    else:
        layer = ConvTranspose2d(1, 1, 3, stride=2, padding=1)
        case = StampCase(layer, stream.grid(2, 2, 0, 4), stream.grid(3, 3, -1, 2))
    numbers = numbers_of([case.weights])
    if not varied(numbers, 2 if level == 1 else 3) or not varied(numbers_of([case.values]), 2) or 0 in numbers[:2]:
        return None
    return case if sum(len(products) > 1 for products in case.met().values()) > 0 else None


def ask(case: StampCase) -> Problem:
    """The output."""
    rows, columns = case.size
    return Problem(
        paragraphs(
            "This layer, without a bias, is given the input x and has the kernel w:",
            code(case.layer.with_settings(bias=False).code(True)),
            display(("x", case.values), ("w", case.weights)),
            f"What is its output? Type {rows} {'row' if rows == 1 else 'rows'} of {columns} numbers.",
        ),
        case.answer,
        Grid(rows, columns),
    )


def explain(case: StampCase) -> Explained:
    """Cell by cell, what meets there."""
    lines: list[tuple[str, str] | str] = []
    for (i, j), products in case.met().items():
        value = tex(sum(products))
        shown = f"{summed(products)} = {value}" if len(products) > 1 else value
        lines.append(f"y_{{{i},{j}}} = {shown}")
    padding = case.layer.along[1].padding
    crop = f" The padding crops {padding} on each side." if padding else ""
    lines.append((f"y = {matrix(case.answer)}", f"Where stamps overlap, they are added.{crop}"))
    stamp = matrix([[case.values[0][0] * weight for weight in row] for row in case.weights])
    told = (
        "Each input value stamps the whole kernel, times itself, into the output. Where stamps overlap they are added.",
        f"The stamp of the next value lies {case.layer.along[1].stride} further.{crop}",
        f"The first stamp: ${tex(case.values[0][0])} \\cdot w = {stamp}$",
    )
    return Explained(told, worked("Stamping", lines, case.answer), in_stamping(case.layer, case.values, case.weights))


def overwritten(case: StampCase) -> Rows:
    """Later stamps laid over earlier ones."""
    return case.rows_of({cell: products[-1] if products else 0 for cell, products in case.met().items()})


def first_stamp_only(case: StampCase) -> Rows:
    """Later stamps left out where one is already."""
    return case.rows_of({cell: products[0] if products else 0 for cell, products in case.met().items()})


def kernel_flipped(case: StampCase) -> Rows:
    """The kernel flipped before it is stamped."""
    turned = flipped([case.weights])[0]
    return case.rows_of({cell: sum(products) for cell, products in case.met(turned).items()})


def map_transposed(case: StampCase) -> Rows | None:
    """Rows and columns exchanged."""
    return transposed([case.answer])[0] if case.size[0] == case.size[1] else None


TRANSPOSED_CONVOLUTION = Kind(
    title="Transposed convolution by stamping",
    levels=("one row", "a square", "stride 2 and padding"),
    draw=draw,
    ask=ask,
    explain=explain,
    signed=True,
    mistakes={
        "overwritten": Mistake("Where stamps overlap you kept the last one. They are added up.", overwritten),
        "first_kept": Mistake("Where stamps overlap you kept the first one. They are added up.", first_stamp_only),
        "kernel_flipped": Mistake(
            "You stamped the flipped kernel. Stamp it as it is; only the equal convolution flips it.", kernel_flipped
        ),
        "map_transposed": Mistake(
            "The numbers are right; rows and columns of the output changed places.", map_transposed
        ),
    },
)
