"""How large the output of a pooling is: its stride is the kernel size unless it is given, and ceil_mode rounds up."""

from cnnviz.arithmetic.exercises.addresses import in_calculator
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake
from cnnviz.arithmetic.exercises.forms import Value
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.window_sizes import (
    Axis,
    SizeCase,
    by_rule,
    free,
    no_floor,
    no_plus_one,
    padding_forgotten,
    padding_once,
    rounded_up,
    size_problem,
)
from cnnviz.arithmetic.exercises.writing import combined, hints
from cnnviz.arithmetic.layers import MaxPool2d

CHANNELS = (6, 16, 32, 64, 96, 128, 256)


def draw(stream: Stream, level: int) -> SizeCase | None:
    """Level 1 side by side; level 2 with a stride, padding and two axes; level 3 ceil_mode."""
    channels, height, width = stream.pick(CHANNELS), stream.whole(9, 120), stream.whole(9, 120)
    if level == 1:
        layer = MaxPool2d(stream.pick((2, 3, 4, 5)))
        return SizeCase(layer, (channels, height, height), one_side=True)
    kernel_size, stride = stream.pick((2, 3, 4, 5, 6)), stream.whole(2, 5)
    padding = stream.whole(0, kernel_size // 2)
    if kernel_size == stride or abs(height - width) < 4:
        return None
    layer = MaxPool2d(kernel_size, stride=stride, padding=padding, ceil_mode=level == 3)
    case = SizeCase(layer, (channels, height, width))
    if level == 3 and all(free(axis) % stride == 0 for axis in case.along):
        return None
    return case


def explain(case: SizeCase) -> Explained:
    """The formula along each axis."""
    derivation = combined("Output size", case.layer.shape_derivations(case.input_shape), case.answer)
    idea = (
        "A pooling slides a window as a convolution does, and each channel keeps to itself. Where no stride is given "
        "it is the kernel size; ceil_mode rounds up instead of down."
    )
    return Explained(hints(idea, derivation), derivation, in_calculator(case.layer, case.input_shape))


def rounds_up(case: SizeCase) -> bool:
    """Whether it is a pooling with ceil_mode."""
    return isinstance(case.layer, MaxPool2d) and case.layer.ceil_mode


def down(case: SizeCase) -> Value | None:
    """ceil_mode overlooked."""
    wrong = by_rule(lambda axis: free(axis) // axis.stride + 1)(case) if rounds_up(case) else None
    return None if wrong == case.answer else wrong  # where the last window is dropped both are the same


def not_dropped(case: SizeCase) -> Value | None:
    """A last window kept though it would start beyond the input."""

    def rounded_up(axis: Axis) -> int:
        return -(-free(axis) // axis.stride) + 1

    wrong = by_rule(rounded_up)(case) if rounds_up(case) else None
    return None if wrong == case.answer else wrong


def ceiling_no_plus_one(case: SizeCase) -> Value | None:
    """Rounded up, and the + 1 left out."""
    return by_rule(lambda axis: -(-free(axis) // axis.stride))(case) if rounds_up(case) else None


def only_down(case: SizeCase, wrong: Value | None) -> Value | None:
    """A mistake about rounding down."""
    return None if rounds_up(case) else wrong


def stride_one(axis: Axis) -> int | None:
    """The stride taken to be 1."""
    return free(axis) + 1


def pooled_channels(case: SizeCase) -> Value | None:
    """The channels divided as well."""
    stride = case.along[0].stride
    channels, *sizes = case.output_shape
    return None if case.one_side or channels % stride else (channels // stride, *sizes)


POOLING_SIZE = Kind(
    title="Output size of a pooling",
    levels=("windows side by side", "stride, padding and two axes", "rounding up: ceil_mode"),
    draw=draw,
    ask=size_problem,
    explain=explain,
    mistakes={
        "stride_one": Mistake(
            "That is stride 1. A pooling without a stride takes its kernel size for it, as the windows lie side by "
            "side.",
            by_rule(stride_one),
        ),
        "no_floor": Mistake(
            "A window that does not fit whole gives no value: round the division down.",
            lambda case: only_down(case, by_rule(no_floor)(case)),
        ),
        "rounded_up": Mistake(
            "You rounded up, which a pooling does with ceil_mode=True only.",
            lambda case: only_down(case, by_rule(rounded_up)(case)),
        ),
        "rounded_down": Mistake(
            "You rounded down. With ceil_mode=True a last window may stand out over the edge, so it is rounded up.",
            down,
        ),
        "not_dropped": Mistake(
            "One window too many: with ceil_mode the last one must still start inside the input or the padding before "
            "it, and this one would not.",
            not_dropped,
        ),
        "no_plus_one": Mistake(
            "The + 1 is missing: the division counts steps, and before the first step there is a place already.",
            lambda case: only_down(case, by_rule(no_plus_one)(case)) or ceiling_no_plus_one(case),
        ),
        "padding_once": Mistake(
            "Padding lies on both sides of the axis, so it counts twice: 2P, not P.",
            lambda case: only_down(case, by_rule(padding_once)(case)),
        ),
        "padding_forgotten": Mistake(
            "The padding is missing: it makes the input 2P larger before the window slides.",
            lambda case: only_down(case, by_rule(padding_forgotten)(case)),
        ),
        "pooled_channels": Mistake(
            "The channels stay: a pooling treats each channel by itself and shrinks only height and width.",
            pooled_channels,
        ),
    },
)
