"""The cases everybody meets: those of the guide to convolution arithmetic, the lecture's, and what ceil_mode does.

Dumoulin, Visin: A guide to convolution arithmetic for deep learning, arXiv:1603.07285; a case keeps the name that its
drawing has there (github.com/vdumoulin/conv_arithmetic). All are square, with one channel and one filter.
"""

from dataclasses import dataclass
from fractions import Fraction

from cnnviz.arithmetic.layers import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d
from cnnviz.arithmetic.lecture.kernels import KERNELS
from cnnviz.arithmetic.matrix import Matrix, read_matrix
from cnnviz.arithmetic.settings import pair

GUIDE = "A guide to convolution arithmetic"
LECTURE = "The lecture"
ROUNDING = "Rounding up: ceil_mode"

LECTURE_INPUT = read_matrix("3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1")
LECTURE_KERNEL = KERNELS["lecture"].weights
EXAMPLE_WEIGHTS = read_matrix("1 0 -1 1; 2 1 0 -1; 0 -1 1 2; -1 2 0 1")

Expected = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Case:
    """One canonical setting: the layer, the sizes of its square input and output, and what to look at.

    `input` and `kernel` are the published numbers, None where only sizes are published; `expected` is the output as it
    is printed there, averages with two decimals. With `flip` the kernel is flipped before it is laid on the input.
    `numbers` and `weights` are never without a value: where nothing is published they are examples of ours.
    """

    key: str
    title: str
    source: str
    layer: Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d
    input_size: int
    output_size: int
    shows: str
    input: Matrix | None = None
    kernel: Matrix | None = None
    expected: Expected | None = None
    flip: bool = False

    @property
    def numbers(self) -> Matrix:
        """The input to show."""
        return example_input(self.input_size) if self.input is None else self.input

    @property
    def weights(self) -> Matrix | None:
        """The kernel to show, as it is stored, not flipped; None for pooling."""
        if isinstance(self.layer, MaxPool2d | AvgPool2d):
            return None
        return example_kernel(pair(self.layer.kernel_size)[0]) if self.kernel is None else self.kernel


def example_input(size: int) -> Matrix:
    """A square of whole numbers from 0 to 4 without a pattern that one would see, always the same for a size.

    >>> [[int(value) for value in row] for row in example_input(3)]
    [[2, 4, 0], [3, 2, 2], [0, 1, 3]]
    """
    rows = [[2 * (3 * row**2 + row * column + column**2 + 1) % 13 % 5 for column in range(size)] for row in range(size)]
    return tuple(tuple(Fraction(value) for value in row) for row in rows)


def example_kernel(size: int) -> Matrix:
    """A square of weights from -1 to 2, always the same for a size; flipped, it is another one.

    >>> [[int(value) for value in row] for row in example_kernel(3)]
    [[1, 0, -1], [2, 1, 0], [0, -1, 1]]
    """
    return tuple(tuple(EXAMPLE_WEIGHTS[row % 4][column % 4] for column in range(size)) for row in range(size))


GUIDE_CASES = (
    Case(
        "no_padding_no_strides",
        "No padding, stride 1",
        GUIDE,
        Conv2d(1, 1, kernel_size=3),
        input_size=4,
        output_size=2,
        shows="The kernel has two places along each axis: an output is the input less the kernel, plus one.",
    ),
    Case(
        "arbitrary_padding_no_strides",
        "Padding 2 around a 4 × 4 kernel",
        GUIDE,
        Conv2d(1, 1, kernel_size=4, padding=2),
        input_size=5,
        output_size=6,
        shows="Padding takes any number: with two zeros on each side the output is one larger than the input.",
    ),
    Case(
        "same_padding_no_strides",
        "Half padding keeps the size",
        GUIDE,
        Conv2d(1, 1, kernel_size=3, padding=1),
        input_size=5,
        output_size=5,
        shows="With half a kernel of zeros on each side every input cell is once at the centre of the window.",
    ),
    Case(
        "full_padding_no_strides",
        "Full padding enlarges",
        GUIDE,
        Conv2d(1, 1, kernel_size=3, padding=2),
        input_size=5,
        output_size=7,
        shows="Every place where kernel and input meet at all is taken: the first window sees one input cell.",
    ),
    Case(
        "no_padding_strides",
        "Stride 2",
        GUIDE,
        Conv2d(1, 1, kernel_size=3, stride=2),
        input_size=5,
        output_size=2,
        shows="The window moves two cells at a time, so neighbouring windows share only one line of cells.",
    ),
    Case(
        "padding_strides",
        "Stride 2 with padding 1",
        GUIDE,
        Conv2d(1, 1, kernel_size=3, stride=2, padding=1),
        input_size=5,
        output_size=3,
        shows="The window stands on every second input cell, and the last window ends exactly with the padding.",
    ),
    Case(
        "padding_strides_odd",
        "Stride 2 that does not come out even",
        GUIDE,
        Conv2d(1, 1, kernel_size=3, stride=2, padding=1),
        input_size=6,
        output_size=3,
        shows="One row and one column are never reached, so 6 × 6 gives no more than 5 × 5 does.",
    ),
    Case(
        "dilation",
        "Dilation 2",
        GUIDE,
        Conv2d(1, 1, kernel_size=3, dilation=2),
        input_size=7,
        output_size=3,
        shows="The taps lie two cells apart: nine weights reach over 5 × 5 cells, with holes between.",
    ),
    Case(
        "no_padding_no_strides_transposed",
        "Transposed: no padding, stride 1",
        GUIDE,
        ConvTranspose2d(1, 1, kernel_size=3),
        input_size=2,
        output_size=4,
        shows="Each input cell stamps the kernel; the equal convolution has k − 1 = 2 zeros on each side.",
    ),
    Case(
        "arbitrary_padding_no_strides_transposed",
        "Transposed: padding 2 around a 4 × 4 kernel",
        GUIDE,
        ConvTranspose2d(1, 1, kernel_size=4, padding=2),
        input_size=6,
        output_size=5,
        shows="Padding crops the stamped output, so here more of it makes the output smaller.",
    ),
    Case(
        "same_padding_no_strides_transposed",
        "Transposed: half padding keeps the size",
        GUIDE,
        ConvTranspose2d(1, 1, kernel_size=3, padding=1),
        input_size=5,
        output_size=5,
        shows="Half padding runs backwards as half padding: the equal convolution has padding 1 as well.",
    ),
    Case(
        "full_padding_no_strides_transposed",
        "Transposed: full padding shrinks",
        GUIDE,
        ConvTranspose2d(1, 1, kernel_size=3, padding=2),
        input_size=7,
        output_size=5,
        shows="Full padding runs backwards as none: the equal convolution has no border at all.",
    ),
    Case(
        "no_padding_strides_transposed",
        "Transposed: stride 2",
        GUIDE,
        ConvTranspose2d(1, 1, kernel_size=3, stride=2),
        input_size=2,
        output_size=5,
        shows="Stamps lie two cells apart; for the equal convolution one zero is put between neighbouring inputs.",
    ),
    Case(
        "padding_strides_transposed",
        "Transposed: stride 2 with padding 1",
        GUIDE,
        ConvTranspose2d(1, 1, kernel_size=3, stride=2, padding=1),
        input_size=3,
        output_size=5,
        shows="The stretched input is 5 × 5 already, and a border of one zero lets the equal convolution keep that.",
    ),
    Case(
        "padding_strides_odd_transposed",
        "Transposed: stride 2 with output_padding 1",
        GUIDE,
        ConvTranspose2d(1, 1, kernel_size=3, stride=2, padding=1, output_padding=1),
        input_size=3,
        output_size=6,
        shows="Both 5 × 5 and 6 × 6 shrink to 3 × 3; output_padding 1 says that 6 × 6 is meant.",
    ),
    Case(
        "numerical_no_padding_no_strides",
        "With numbers: no padding, stride 1",
        GUIDE,
        Conv2d(1, 1, kernel_size=3),
        input_size=5,
        output_size=3,
        shows="Each output is the sum of nine products; follow the first one to 12.",
        input=LECTURE_INPUT,
        kernel=LECTURE_KERNEL,
        expected=((12, 12, 17), (10, 17, 19), (9, 6, 14)),
    ),
    Case(
        "numerical_padding_strides",
        "With numbers: stride 2 with padding 1",
        GUIDE,
        Conv2d(1, 1, kernel_size=3, stride=2, padding=1),
        input_size=5,
        output_size=3,
        shows="In the first window five of the nine cells are padding; their products are zero.",
        input=LECTURE_INPUT,
        kernel=LECTURE_KERNEL,
        expected=((6, 17, 3), (8, 17, 13), (6, 4, 4)),
    ),
    Case(
        "numerical_average_pooling",
        "With numbers: average pooling",
        GUIDE,
        AvgPool2d(3, stride=1),
        input_size=5,
        output_size=3,
        shows="The sum of each window is divided by nine; the guide prints two decimals of the mean.",
        input=LECTURE_INPUT,
        expected=((1.67, 1.67, 1.67), (1.00, 1.22, 1.78), (1.11, 0.78, 1.33)),
    ),
    Case(
        "numerical_max_pooling",
        "With numbers: max pooling",
        GUIDE,
        MaxPool2d(3, stride=1),
        input_size=5,
        output_size=3,
        shows="One 3 wins several windows: they overlap, and a maximum does not ask where in the window it lies.",
        input=LECTURE_INPUT,
        expected=((3, 3, 3), (3, 3, 3), (3, 2, 3)),
    ),
)

LECTURE_CASES = (
    Case(
        "lecture_example",
        "The worked example",
        LECTURE,
        Conv2d(1, 1, kernel_size=3),
        input_size=5,
        output_size=3,
        shows="The kernel is laid on the input as it is: what deep learning calls convolution is cross-correlation.",
        input=LECTURE_INPUT,
        kernel=LECTURE_KERNEL,
        expected=((12, 12, 17), (10, 17, 19), (9, 6, 14)),
    ),
    Case(
        "lecture_true_convolution",
        "The same as a true convolution",
        LECTURE,
        Conv2d(1, 1, kernel_size=3),
        input_size=5,
        output_size=3,
        shows="The kernel is flipped in both directions first, and seven of the nine results change.",
        input=LECTURE_INPUT,
        kernel=LECTURE_KERNEL,
        expected=((18, 20, 19), (10, 9, 17), (11, 8, 14)),
        flip=True,
    ),
    Case(
        "lecture_stride",
        "A 3 × 3 kernel with stride 2",
        LECTURE,
        Conv2d(1, 1, kernel_size=3, stride=2),
        input_size=5,
        output_size=2,
        shows="The map shrinks to 2 × 2: the four corners of the worked example’s result, 12 and 17, 9 and 14.",
        input=LECTURE_INPUT,
        kernel=LECTURE_KERNEL,
    ),
    Case(
        "lecture_padding",
        "Padding 1 keeps the size",
        LECTURE,
        Conv2d(1, 1, kernel_size=3, padding=1),
        input_size=5,
        output_size=5,
        shows="A border of zeros: 5 × 5 stays 5 × 5, and the worked example’s result stands in the middle.",
        input=LECTURE_INPUT,
        kernel=LECTURE_KERNEL,
    ),
    Case(
        "lecture_formula",
        "The formula with its floor",
        LECTURE,
        Conv2d(1, 1, kernel_size=3, stride=2, padding=1),
        input_size=6,
        output_size=3,
        shows="(6 − 3 + 2 · 1)/2 + 1 = 3.5, and half a window is none: the floor leaves 3.",
    ),
    Case(
        "lecture_max_pooling",
        "Max pooling 2 × 2",
        LECTURE,
        MaxPool2d(2),
        input_size=4,
        output_size=2,
        shows="The windows lie side by side, each keeps its largest value, and nothing is learned.",
    ),
    Case(
        "lecture_average_pooling",
        "Average pooling 2 × 2",
        LECTURE,
        AvgPool2d(2),
        input_size=4,
        output_size=2,
        shows="The windows lie side by side, and each keeps the mean of its four values.",
    ),
)

ROUNDING_CASES = (
    Case(
        "ceil_mode_one_more",
        "One window more",
        ROUNDING,
        MaxPool2d(3, stride=3, ceil_mode=True),
        input_size=4,
        output_size=2,
        shows="The second window starts on the last row and reaches two rows beyond; the floor would leave 1 × 1.",
    ),
    Case(
        "ceil_mode_dropped_small",
        "A window that would start outside",
        ROUNDING,
        MaxPool2d(1, stride=2, ceil_mode=True),
        input_size=10,
        output_size=5,
        shows="Rounding up asks for a sixth window, which would start behind the input: it is dropped.",
    ),
    Case(
        "ceil_mode_dropped_large",
        "The same on a larger input",
        ROUNDING,
        MaxPool2d(1, stride=2, ceil_mode=True),
        input_size=32,
        output_size=16,
        shows="Rounding up asks for a seventeenth window, which would start behind the input: it is dropped.",
    ),
    Case(
        "ceil_mode_even",
        "Nothing to round",
        ROUNDING,
        MaxPool2d(8, stride=4, ceil_mode=True),
        input_size=32,
        output_size=7,
        shows="(32 − 8)/4 + 1 = 7 comes out even, so ceil_mode changes nothing.",
    ),
)

CASES = {case.key: case for case in (*GUIDE_CASES, *LECTURE_CASES, *ROUNDING_CASES)}
