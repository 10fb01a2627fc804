"""How large the output of a transposed convolution is: the direct formula solved for its input."""

from cnnviz.arithmetic.exercises.addresses import in_calculator
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.window_sizes import Axis, SizeCase, by_rule, size_problem
from cnnviz.arithmetic.exercises.writing import combined, hints
from cnnviz.arithmetic.layers import ConvTranspose2d

CHANNELS = (8, 16, 32, 64, 128, 256)


def draw(stream: Stream, level: int) -> SizeCase | None:
    """Level 1 without padding; level 2 with padding; level 3 output_padding and two axes."""
    channels, filters = stream.pick(CHANNELS), stream.pick(CHANNELS)
    kernel_size, stride = stream.whole(2, 6), stream.whole(2, 4)
    height, width = stream.whole(5, 60), stream.whole(5, 60)
    padding = 0 if level == 1 else stream.whole(1, max(1, kernel_size // 2))
    if padding and stride in (padding, 4 * padding):
        return None  # two mistakes would give the same
    if level < 3:
        layer = ConvTranspose2d(channels, filters, kernel_size, stride=stride, padding=padding)
        return SizeCase(layer, (channels, height, height), one_side=True)
    if abs(height - width) < 3:
        return None
    extra, dilation = stream.whole(1, stride - 1), stream.pick((1, 1, 2))
    if extra == padding:
        return None
    layer = ConvTranspose2d(channels, filters, kernel_size, stride, padding, extra, dilation=dilation)
    return SizeCase(layer, (channels, height, width))


def explain(case: SizeCase) -> Explained:
    """The formula along each axis."""
    derivation = combined("Output size", case.layer.shape_derivations(case.input_shape), case.answer)
    idea = (
        "Run it in your head: every input value stamps the kernel, S cells behind its neighbour. The first stamp "
        "covers the kernel, each further one adds S; the padding crops both ends."
    )
    return Explained(hints(idea, derivation), derivation, in_calculator(case.layer, case.input_shape))


def grown(axis: Axis) -> int:
    """What the stamps cover, before anything is cropped or added."""
    return (axis.size - 1) * axis.stride + axis.dilation * (axis.kernel_size - 1) + 1


def direct_formula(axis: Axis) -> int | None:
    """Shrunk instead of grown."""
    free = axis.size + 2 * axis.padding - axis.dilation * (axis.kernel_size - 1) - 1
    return free // axis.stride + 1 if free >= 0 else None


def only_stride(axis: Axis) -> int:
    """Size times stride."""
    return axis.size * axis.stride


def all_steps(axis: Axis) -> int:
    """As many steps as there are input values, though the first stamp takes none."""
    return grown(axis) + axis.stride - 2 * axis.padding + axis.output_padding


def padding_added(axis: Axis) -> int | None:
    """The padding added, as in a convolution."""
    return grown(axis) + 2 * axis.padding + axis.output_padding if axis.padding else None


def padding_once(axis: Axis) -> int | None:
    """Cropped at one end."""
    return grown(axis) - axis.padding + axis.output_padding if axis.padding else None


def no_output_padding(axis: Axis) -> int | None:
    """output_padding left out."""
    return grown(axis) - 2 * axis.padding if axis.output_padding else None


def output_padding_twice(axis: Axis) -> int | None:
    """output_padding at both ends."""
    return grown(axis) - 2 * axis.padding + 2 * axis.output_padding if axis.output_padding else None


TRANSPOSED_SIZE = Kind(
    title="Output size of a transposed convolution",
    levels=("without padding", "with padding, which crops", "output_padding and two axes"),
    draw=draw,
    ask=size_problem,
    explain=explain,
    mistakes={
        "direct_formula": Mistake(
            "That is the formula of a convolution. A transposed one runs it backwards: the output grows.",
            by_rule(direct_formula),
        ),
        "only_stride": Mistake(
            "Size times stride is near it, but the stamps have a size: the last one covers the kernel, not the stride.",
            by_rule(only_stride),
        ),
        "all_steps": Mistake(
            "One step too many: n input values lie n − 1 steps of S apart.",
            by_rule(all_steps),
        ),
        "padding_added": Mistake(
            "In a transposed convolution padding crops: 2P is taken away, not added.",
            by_rule(padding_added),
        ),
        "padding_once": Mistake("The padding crops both ends: 2P is taken away, not P.", by_rule(padding_once)),
        "no_output_padding": Mistake(
            "The output_padding is missing: it adds so many cells at the far end.", by_rule(no_output_padding)
        ),
        "output_padding_twice": Mistake(
            "The output_padding is added at the far end only, so it counts once.", by_rule(output_padding_twice)
        ),
    },
)
