"""One value of a convolution's output: one window, its products, their sum."""

from dataclasses import replace

from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Exact, Number
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.window_values import WindowCase, flipped, numbers_of, transposed, varied
from cnnviz.arithmetic.exercises.writing import paragraphs, worked

NOTE = "Products with a 0 are left out."


def draw(stream: Stream, level: int) -> WindowCase | None:
    """Level 1 one channel; level 2 padding, stride, bias; level 3 channels, bias, ReLU."""
    if level == 1:
        size, padding, stride, channels, bias = 4, 0, 1, 1, 0
    elif level == 2:
        size, padding, stride, channels = 5, 1, stream.pick((1, 2)), 1
        bias = stream.whole(-3, 3)
    else:
        size, padding, stride, channels = 4, 0, 1, stream.pick((2, 2, 3))
        bias = stream.whole(-4, 4)
    planes = tuple(stream.grid(size, size, 0, 4) for _ in range(channels))
    weights = tuple(stream.grid(3, 3, -2, 2) for _ in range(channels))
    case = WindowCase(planes, weights, (0, 0), bias, stride, padding, relu=level == 3)
    rows, columns = case.size
    case = replace(case, place=(stream.whole(0, rows - 1), stream.whole(0, columns - 1)))
    if not varied(numbers_of(weights)) or len({sum(map(sum, kernel)) for kernel in weights}) < min(channels, 2):
        return None
    if (level > 1 and bias == 0) or sum(0 not in pair for pair in case.pairs(case.place)) < 4:
        return None
    if level == 3 and case.value == 0 and stream.whole(1, 6) > 1:
        return None  # a ReLU that answers 0 is worth asking now and then
    usual = case.value != 0 and case.value > -4  # some answers are below zero, most are not
    return case if level == 3 or usual else None


def ask(case: WindowCase) -> Problem:
    """The value."""
    i, j = case.place
    return Problem(
        paragraphs(
            f"A convolution, as deep learning calls it, lays the kernel w on the input x{case.settings}:",
            case.grids,
            f"What is the value in row {i}, column {j} of the output? Rows and columns are counted from 0.",
        ),
        case.value,
        Number(),
    )


def explain(case: WindowCase) -> Explained:
    """The window's products."""
    i, j = case.place
    top, left = (index * case.stride - case.padding for index in case.place)
    lines: list[tuple[str, str] | str] = list(case.lines(case.place))
    lines[0] = (str(lines[0]), NOTE)
    derivation = worked("One window", lines, case.value)
    starts = f"The window of row {i}, column {j} starts at row {top}, column {left} of the input"
    border = ", where what lies outside is padding, zeros" if case.padding else ""
    told = (
        "Find the window first: it starts i · S − P rows down and j · S − P columns across. Multiply what lies on each "
        "other and add it up, over all channels; then the bias, then the ReLU, if there are any.",
        f"{starts}{border}.",
        f"${case.lines(case.place)[0]}$",
    )
    return Explained(told, derivation, case.address)


def kernel_flipped(case: WindowCase) -> Exact:
    """A true convolution."""
    return replace(case, weights=flipped(case.weights)).value


def kernel_transposed(case: WindowCase) -> Exact:
    """Rows of the kernel laid on columns of the input."""
    return replace(case, weights=transposed(case.weights)).value


def no_bias(case: WindowCase) -> Exact | None:
    """The bias left out."""
    return replace(case, bias=0).value if case.bias else None


def no_relu(case: WindowCase) -> Exact | None:
    """The ReLU left out, where it does something."""
    bare = replace(case, relu=False).value
    return bare if case.relu and bare < 0 else None


def place_swapped(case: WindowCase) -> Exact | None:
    """Column and row exchanged."""
    i, j = case.place
    return case.value_at((j, i)) if i != j else None


def no_stride(case: WindowCase) -> Exact | None:
    """The window moved one cell at a time."""
    return replace(case, stride=1).value if case.stride > 1 and case.place != (0, 0) else None


def no_padding(case: WindowCase) -> Exact | None:
    """The window laid on the input without its border."""
    if not case.padding:
        return None
    bare = replace(case, padding=0)
    rows, columns = bare.size
    return bare.value if case.place[0] < rows and case.place[1] < columns else None


def first_channel(case: WindowCase) -> Exact | None:
    """The other channels left out."""
    if len(case.planes) == 1:
        return None
    return replace(case, planes=case.planes[:1], weights=case.weights[:1]).value


def bias_per_channel(case: WindowCase) -> Exact | None:
    """The bias added for every channel."""
    return replace(case, bias=case.bias * len(case.planes)).value if len(case.planes) > 1 and case.bias else None


def unlike(case: WindowCase, wrong: Exact | None) -> Exact | None:
    """A mistake that a ReLU hides, since it makes both 0, is none that can be seen."""
    return None if case.relu and wrong == 0 == case.value else wrong


OUTPUT_VALUE = Kind(
    title="One value of a convolution",
    levels=("one channel", "padding, stride and bias", "several channels, bias and ReLU"),
    draw=draw,
    ask=ask,
    explain=explain,
    signed=True,
    mistakes={
        "kernel_flipped": Mistake(
            "You flipped the kernel. Deep learning lays it on as it is: that is cross-correlation.",
            lambda case: unlike(case, kernel_flipped(case)),
        ),
        "kernel_transposed": Mistake(
            "Rows and columns of the kernel changed places.", lambda case: unlike(case, kernel_transposed(case))
        ),
        "no_bias": Mistake("The bias is missing.", lambda case: unlike(case, no_bias(case))),
        "no_relu": Mistake("The ReLU is missing: what is below zero becomes zero.", no_relu),
        "place_swapped": Mistake(
            "That is the value with row and column exchanged: the row comes first.",
            lambda case: unlike(case, place_swapped(case)),
        ),
        "no_stride": Mistake(
            "The stride is missing: the window moves S cells for each step of the output.",
            lambda case: unlike(case, no_stride(case)),
        ),
        "no_padding": Mistake(
            "The padding is missing: the first window starts P cells before the input.",
            lambda case: unlike(case, no_padding(case)),
        ),
        "first_channel": Mistake(
            "That is the first channel alone. The sums of all channels are added up.",
            lambda case: unlike(case, first_channel(case)),
        ),
        "bias_per_channel": Mistake(
            "The bias belongs to the filter: it is added once, not once for each channel.",
            lambda case: unlike(case, bias_per_channel(case)),
        ),
    },
)
