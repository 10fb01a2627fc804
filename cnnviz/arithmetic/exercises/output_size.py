"""How large the output of a convolution is: the lecture's floor((W - f + 2P) / S + 1), with dilation and 'same'."""

from cnnviz.arithmetic.exercises.addresses import in_calculator
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake
from cnnviz.arithmetic.exercises.forms import Value
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.window_sizes import (
    Axis,
    SizeCase,
    by_rule,
    no_floor,
    no_plus_one,
    padding_forgotten,
    padding_once,
    rounded_up,
    size_problem,
    stride_forgotten,
)
from cnnviz.arithmetic.exercises.writing import combined, hints
from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.settings import pair

CHANNELS = (1, 3, 4, 8, 16, 32, 64)
FILTERS = (6, 8, 16, 24, 32, 48, 64, 96, 128)


def draw(stream: Stream, level: int) -> SizeCase | None:
    """Level 1 stride 1; level 2 a stride that may leave a rest; level 3 two axes, dilation or 'same'."""
    channels, filters = stream.pick(CHANNELS), stream.pick(FILTERS)
    if level == 3:
        return draw_by_axis(stream, channels, filters)
    size, kernel_size = stream.whole(12, 128), stream.pick((3, 5, 7, 9, 11))
    stride = 1 if level == 1 else stream.whole(2, 4)
    padding = stream.whole(1, kernel_size - 1)
    if 2 * padding == kernel_size - 1 and level == 1:
        return None  # then the answer stands in the question
    layer = Conv2d(channels, filters, kernel_size, stride=stride, padding=padding)
    return SizeCase(layer, (channels, size, size), one_side=True)


def draw_by_axis(stream: Stream, channels: int, filters: int) -> SizeCase | None:
    """Non-square inputs; of the rest two things that are not usual."""
    height, width = stream.whole(16, 96), stream.whole(16, 96)
    if abs(height - width) < 4:
        return None
    way = stream.pick(("dilation", "dilation", "kernel", "stride", "same"))
    kernel_size, padding = stream.pick((3, 5)), stream.whole(1, 4)
    if way == "same":
        layer = Conv2d(channels, filters, kernel_size, padding="same", dilation=stream.whole(2, 4))
    elif way == "kernel":
        layer = Conv2d(channels, filters, (stream.pick((1, 3)), stream.pick((5, 7))), stride=2, padding=(0, padding))
    elif way == "stride":
        layer = Conv2d(channels, filters, kernel_size, stride=(stream.pick((2, 4)), 3), padding=padding)
    else:
        dilation = stream.whole(2, 4)
        layer = Conv2d(
            channels, filters, kernel_size, stride=stream.pick((1, 2, 3)), padding=padding, dilation=dilation
        )
    return SizeCase(layer, (channels, height, width))


def explain(case: SizeCase) -> Explained:
    """The formula along each axis."""
    derivation = combined("Output size", case.layer.shape_derivations(case.input_shape), case.answer)
    place = next((i for i, line in enumerate(derivation.lines) if "frac" in line.latex and line.latex[0] == "="), 1)
    idea = (
        "Count the places of the window along one axis: the free way for its first cell, in steps of the stride, "
        "and one more for where it starts. The number of output maps is the number of filters."
    )
    return Explained(hints(idea, derivation, place), derivation, in_calculator(case.layer, case.input_shape))


def dilation_forgotten(axis: Axis) -> int | None:
    """The kernel taken as if its taps were neighbours."""
    return (axis.size + 2 * axis.padding - axis.kernel_size) // axis.stride + 1 if axis.dilation > 1 else None


def stride_and_dilation_swapped(axis: Axis) -> int | None:
    """Each taken for the other."""
    free = axis.size + 2 * axis.padding - axis.stride * (axis.kernel_size - 1) - 1
    return free // axis.dilation + 1 if axis.stride != axis.dilation and axis.stride > 1 and free >= 0 else None


def channels_of_input(case: SizeCase) -> Value | None:
    """The input's channels taken for the output's."""
    return None if case.one_side else (case.input_shape[0], *case.output_shape[1:])


def axes_swapped(case: SizeCase) -> Value | None:
    """Width before height."""
    channels, height, width = case.output_shape
    return None if case.one_side or height == width else (channels, width, height)


def without_same(case: SizeCase) -> Value | None:
    """'same' overlooked."""
    if getattr(case.layer, "padding", "") != "same":
        return None
    kernel_size, dilation = pair(case.layer.kernel_size)[0], pair(case.layer.dilation)[0]
    lost = dilation * (kernel_size - 1)
    return (case.output_shape[0], *(size - lost for size in case.input_shape[1:]))


def same_without_dilation(case: SizeCase) -> Value | None:
    """'same' worked out for a kernel without dilation."""
    if getattr(case.layer, "padding", "") != "same":
        return None
    kernel_size, dilation = pair(case.layer.kernel_size)[0], pair(case.layer.dilation)[0]
    lost = (dilation - 1) * (kernel_size - 1)
    return (case.output_shape[0], *(size - lost for size in case.input_shape[1:]))


def unless_same(case: SizeCase, wrong: Value | None) -> Value | None:
    """A mistake about the formula, which nobody needs for 'same'."""
    return None if getattr(case.layer, "padding", "") == "same" else wrong


SHARED: dict[str, Mistake[SizeCase]] = {
    "padding_once": Mistake(
        "Padding lies on both sides of the axis, so it counts twice: 2P, not P.",
        lambda case: unless_same(case, by_rule(padding_once)(case)),
    ),
    "padding_forgotten": Mistake(
        "The padding is missing: it makes the input 2P larger before the window slides.",
        lambda case: unless_same(case, by_rule(padding_forgotten)(case)),
    ),
    "no_plus_one": Mistake(
        "The + 1 is missing: the free way divided by the stride counts steps, and before the first step there is a "
        "place already.",
        lambda case: unless_same(case, by_rule(no_plus_one)(case)),
    ),
    "no_floor": Mistake(
        "A window that does not fit whole gives no value: round the division down.",
        lambda case: unless_same(case, by_rule(no_floor)(case)),
    ),
    "rounded_up": Mistake(
        "You rounded up. The last window would stand out over the edge, so a convolution leaves it out: round down.",
        lambda case: unless_same(case, by_rule(rounded_up)(case)),
    ),
    "stride_forgotten": Mistake(
        "That is the size for stride 1: with stride S the window takes only every S-th place.",
        lambda case: unless_same(case, by_rule(stride_forgotten)(case)),
    ),
}

OUTPUT_SIZE = Kind(
    title="Output size of a convolution",
    levels=("stride 1 with padding", "a stride that may leave a rest", "two axes, dilation, padding 'same'"),
    draw=draw,
    ask=size_problem,
    explain=explain,
    mistakes={
        **SHARED,
        "dilation_forgotten": Mistake(
            "The dilation is missing: taps that lie D apart reach over D(k − 1) + 1 cells, not over k.",
            lambda case: unless_same(case, by_rule(dilation_forgotten)(case)),
        ),
        "stride_and_dilation_swapped": Mistake(
            "Stride and dilation changed places: the stride is the step of the window, the dilation the distance of "
            "the taps inside it.",
            lambda case: unless_same(case, by_rule(stride_and_dilation_swapped)(case)),
        ),
        "channels_kept": Mistake(
            "The sizes are right, the channels are not: a convolution gives as many maps as it has filters.",
            channels_of_input,
        ),
        "axes_swapped": Mistake("Height and width changed places: a shape is channels, height, width.", axes_swapped),
        "without_same": Mistake(
            "With padding='same' just what the kernel takes away is added: the size stays.", without_same
        ),
        "same_without_dilation": Mistake(
            "Padding 'same' knows the dilation: it adds D(k − 1) cells, and the size stays.", same_without_dilation
        ),
    },
)
