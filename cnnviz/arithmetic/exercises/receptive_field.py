"""How much of its input one output value of a single layer sees, and where."""

from dataclasses import dataclass

from cnnviz.arithmetic.derivations.lines import Derivation
from cnnviz.arithmetic.exercises.addresses import in_calculator
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Form, Number, Numbers, Value
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.writing import by, code, combined, hints, paragraphs, worked
from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.settings import Shape
from cnnviz.arithmetic.shapes import effective_kernel_size


@dataclass(frozen=True)
class ReceptiveFieldCase:
    """A convolution and its input; `row` is the output row asked about, None where only the size of the field is."""

    layer: Conv2d
    input_shape: Shape
    row: int | None = None

    @property
    def reach(self) -> tuple[int, int]:
        """Rows and columns."""
        height, width = (effective_kernel_size(along.kernel_size, along.dilation) for along in self.layer.along)
        return height, width

    @property
    def square(self) -> bool:
        """Whether rows and columns are the same."""
        return self.reach[0] == self.reach[1]

    @property
    def answer(self) -> Value:
        """The size of the field; or the first and the last row seen."""
        if self.row is not None:
            return self.rows_seen
        return self.reach[0] if self.square else self.reach

    @property
    def rows_seen(self) -> tuple[int, int]:
        """The first and the last row that the output row sees, padding and all."""
        first = (self.row or 0) * self.layer.along[0].stride - self.layer.along[0].padding
        return first, first + self.reach[0] - 1

    @property
    def form(self) -> Form:
        """A number, rows and columns, or first and last."""
        if self.row is not None:
            return Numbers(("first", "last"), " to ")
        return Number() if self.square else Numbers(("rows", "columns"))


def draw(stream: Stream, level: int) -> ReceptiveFieldCase | None:
    """Level 1 a dilation; level 2 another one along each axis; level 3 which rows a value sees."""
    side, channels = stream.whole(40, 96), stream.pick((1, 3, 8, 16, 32))
    kernel_size, dilation = stream.whole(2, 7), stream.whole(2, 6)
    shape = (channels, side, side)
    if level == 1:
        return ReceptiveFieldCase(
            Conv2d(channels, channels, kernel_size, stride=stream.whole(1, 2), dilation=dilation), shape
        )
    if level == 2:
        kernels = (kernel_size, stream.whole(2, 7))
        case = ReceptiveFieldCase(Conv2d(channels, channels, kernels, dilation=(dilation, stream.whole(1, 6))), shape)
        return None if case.square else case
    layer = Conv2d(channels, channels, kernel_size, stream.whole(1, 4), stream.whole(0, 3), stream.whole(1, 3))
    rows = layer.output_shape(shape)[1]
    case = ReceptiveFieldCase(layer, shape, stream.whole(3, 9))
    first, last = case.rows_seen
    return case if (case.row or 0) < rows and first > 0 and last < side else None


def ask(case: ReceptiveFieldCase) -> Problem:
    """The size of a field, or where it lies."""
    if case.row is not None:
        wanted = (
            f"Which rows of the input does a value in row {case.row} of the output see? Give the first and the last; "
            "rows are counted from 0, in the input and in the output."
        )
    elif case.square:
        wanted = "Over how many rows of the input does one output value reach, from its first tap to its last?"
    else:
        wanted = "Over how many rows × columns of the input does one output value reach, from first tap to last?"
    text = code(case.layer.code(True))
    return Problem(
        paragraphs(f"An input of {by(case.input_shape)} goes through:", text, wanted), case.answer, case.form
    )


def explain(case: ReceptiveFieldCase) -> Explained:
    """The layer's own lines, and for a row where its window starts."""
    along = case.layer.along[0]
    parts: list[Derivation] = [*case.layer.receptive_field_derivations(case.input_shape)]
    idea = "The field of one output value is its window: between its taps lie the gaps that the dilation makes."
    if case.row is None:
        dilated = along.dilation > 1 or along.kernel_size == 1
        told = hints(idea, parts[0], 1) if dilated else hints(idea, parts[-1], 1)
        return Explained(
            told, combined("Receptive field", parts, case.answer), in_calculator(case.layer, case.input_shape)
        )
    (first, last), reach = case.rows_seen, case.reach[0]
    lines: list[tuple[str, str] | str] = [
        (r"\text{first} = i \cdot S - P", "The window starts P before the input and moves S rows for each output row."),
        rf"= {case.row} \cdot {along.stride} - {along.padding}",
        f"= {first}",
        (r"\text{last} = \text{first} + R - 1", "R = D(k − 1) + 1 is how far the kernel reaches."),
        f"= {first} + {reach} - 1",
        f"= {last}",
    ]
    derivation = worked("Rows seen", lines, case.answer)
    return Explained(hints(idea, derivation), derivation, in_calculator(case.layer, case.input_shape))


def sized(case: ReceptiveFieldCase, rows: int, columns: int) -> Value | None:
    """The answer in the form that is asked for, where a size is."""
    if case.row is not None:
        return None
    return rows if case.square else (rows, columns)


def no_dilation(case: ReceptiveFieldCase) -> Value | None:
    """The kernel taken as if its taps were neighbours."""
    (down, across), row = case.layer.along, case.row
    if row is None:
        return sized(case, down.kernel_size, across.kernel_size)
    first = case.rows_seen[0]
    return (first, first + down.kernel_size - 1) if down.dilation > 1 and down.kernel_size > 1 else None


def times_dilation(case: ReceptiveFieldCase) -> Value | None:
    """k * D."""
    down, across = case.layer.along
    return sized(case, down.kernel_size * down.dilation, across.kernel_size * across.dilation)


def no_plus_one(case: ReceptiveFieldCase) -> Value | None:
    """D (k - 1)."""
    return sized(case, case.reach[0] - 1, case.reach[1] - 1)


def gaps_too_wide(case: ReceptiveFieldCase) -> Value | None:
    """Dilation taken as the number of cells left out between taps."""
    rows, columns = ((a.dilation + 1) * (a.kernel_size - 1) + 1 for a in case.layer.along)
    return sized(case, rows, columns)


def axes_swapped(case: ReceptiveFieldCase) -> Value | None:
    """Columns before rows."""
    return None if case.row is not None or case.square else (case.reach[1], case.reach[0])


def shifted(case: ReceptiveFieldCase, by: int, also_last: int = 0) -> Value | None:
    """Another first row."""
    if case.row is None or by == also_last == 0:
        return None
    first = case.rows_seen[0]
    return first + by, first + by + case.reach[0] - 1 + also_last


def no_padding(case: ReceptiveFieldCase) -> Value | None:
    """The padding left out."""
    return shifted(case, case.layer.along[0].padding)


def no_stride(case: ReceptiveFieldCase) -> Value | None:
    """The stride left out."""
    return shifted(case, -(case.row or 0) * (case.layer.along[0].stride - 1))


def one_row_more(case: ReceptiveFieldCase) -> Value | None:
    """The last row counted as the one behind it."""
    return shifted(case, 0, 1)


def counted_from_one(case: ReceptiveFieldCase) -> Value | None:
    """The output row counted from 1."""
    return shifted(case, -case.layer.along[0].stride)


RECEPTIVE_FIELD = Kind(
    title="Receptive field of a layer",
    levels=("with a dilation", "another one along each axis", "which rows a value sees"),
    draw=draw,
    ask=ask,
    explain=explain,
    mistakes={
        "no_dilation": Mistake("The dilation is missing: the taps lie D cells apart.", no_dilation),
        "times_dilation": Mistake(
            "The product k · D counts a gap behind the last tap too; k taps have k − 1 gaps.",
            times_dilation,
        ),
        "no_plus_one": Mistake("The + 1 is missing: the first tap itself is a cell too.", no_plus_one),
        "gaps_too_wide": Mistake(
            "Dilation D puts neighbouring taps D cells apart, so D − 1 cells lie between them, not D.", gaps_too_wide
        ),
        "axes_swapped": Mistake("Rows and columns changed places.", axes_swapped),
        "no_padding": Mistake("The padding is missing: the first window starts P rows before the input.", no_padding),
        "no_stride": Mistake("The stride is missing: each output row moves the window by S rows.", no_stride),
        "one_row_more": Mistake("One row too far: from a to b there are b − a + 1 rows.", one_row_more),
        "counted_from_one": Mistake("Rows are counted from 0, the output's too.", counted_from_one),
    },
)
