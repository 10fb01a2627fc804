"""What a stepper's script consists of: plain dicts that are ready for JSON, each with its type."""

from typing import Literal, NotRequired, TypedDict

Cells = list[list[str]]
Kind = Literal["convolution", "transposed", "max", "average", "stamp"]


class Plane(TypedDict):
    """A grid of numbers as text; `shade` tints each from -1 to 1, None where it holds none."""

    name: str
    hue: str
    cells: Cells
    shade: list[list[float | None]]


class Sources(TypedDict):
    """For every drawn row and column the one that it copies."""

    rows: list[int]
    columns: list[int]


class Input(TypedDict):
    """The input as it is drawn with its border.

    `kinds` has a letter for each cell: "." input, "z" a zero put between, "p" padding, "b" beyond it. `unread` has an
    "x" where no window reads. `origin` is where the input begins, `spread` how far neighbours are apart, `border` the
    name of the padding.
    """

    planes: list[Plane]
    kinds: list[str]
    unread: list[str]
    origin: list[int]
    size: list[int]
    spread: list[int]
    sources: Sources | None
    grey: bool
    border: str


class KernelPlane(TypedDict):
    """One plane of a filter, as it lies on the input."""

    cells: Cells
    shade: list[list[float | None]]


class Filter(TypedDict):
    """One filter."""

    name: str
    planes: list[KernelPlane]
    bias: str


class Kernel(TypedDict):
    """The filters, whose numbers are to be divided by `divisor`."""

    filters: list[Filter]
    size: list[int]
    dilation: list[int]
    divisor: int


class OutputGrid(TypedDict):
    """The output; a cell of the kind "c" is cropped. `start` is what each plane holds before it is stamped on."""

    planes: list[Plane]
    kinds: list[str]
    origin: list[int]
    size: list[int]
    rounded: bool
    start: NotRequired[list[str]]


class MatrixScript(TypedDict):
    """The layer as a sparse matrix: for each output its entries (column, text, shade)."""

    columns: int
    rows: int
    entries: list[list[tuple[int, str, float]]]


class Step(TypedDict):
    """One step, at (plane, row, column) of the grid that the walk goes over; `rows` and `columns` are its window's.

    Which of the other fields it has follows from the kind of the layer.
    """

    at: list[int]
    channels: list[int]
    rows: list[int]
    columns: list[int]
    products: NotRequired[list[Cells]]
    sums: NotRequired[list[str]]
    row_sums: NotRequired[list[str]]
    total: NotRequired[str]
    weighted: NotRequired[str]
    weighted_rounded: NotRequired[bool]
    plus_bias: NotRequired[str]
    line_rounded: NotRequired[bool]
    result: NotRequired[str]
    result_rounded: NotRequired[bool]
    winner: NotRequired[tuple[int, int] | None]
    divisor: NotRequired[int]
    why: NotRequired[str]
    value: NotRequired[str]
    planes: NotRequired[list[int]]
    before: NotRequired[list[Cells]]
    after: NotRequired[list[Cells]]


class Walk(TypedDict):
    """A walk without what is said about its layer."""

    kind: Kind
    flipped: bool
    input: Input
    kernel: Kernel | None
    output: OutputGrid
    note: str
    steps: list[Step]
    matrix: MatrixScript | None


class About(TypedDict):
    """What a script says about its layer."""

    code: str
    axes: int
    relu: bool
    groups: int
    window: list[int]
    dilation: list[int]


class Script(Walk, About):
    """Everything that a stepper shows."""


def kernel_of(script: Script) -> Kernel:
    """The kernel of a script that has one; ValueError for a pooling layer's."""
    if script["kernel"] is None:
        raise ValueError(f"{script['code']} has no kernel.")
    return script["kernel"]
