"""ConvTranspose2d: every input value is spread over one window of weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, NamedTuple, Self

from cnnviz.arithmetic.derivations.counts import transposed_params, window_macs
from cnnviz.arithmetic.derivations.lines import Derivation, coloured, once_if_equal
from cnnviz.arithmetic.derivations.output_size import transposed_derivation
from cnnviz.arithmetic.derivations.windows import receptive_field_derivation, transposed_receptive_field_lines
from cnnviz.arithmetic.layers.convolution import check_channels, read_convolution_settings, with_bias
from cnnviz.arithmetic.layers.keras import NotInKeras, borders, call, refuse_stride_with_dilation, unless
from cnnviz.arithmetic.layers.layer import Layer, Role
from cnnviz.arithmetic.receptive_field import PIXEL, Fields, transposed
from cnnviz.arithmetic.settings import (
    AXES,
    LINES,
    IntOrPair,
    Shape,
    ShapeError,
    number_or_pair,
    pair,
    read_image_shape,
    shown,
)
from cnnviz.arithmetic.shapes import effective_kernel_size, transposed_output_size

PLACES = rf"{coloured('input', 'H')} \cdot {coloured('input', 'W')}"


class Spread(NamedTuple):
    """A transposed convolution's settings along one axis."""

    kernel_size: int
    stride: int
    padding: int
    dilation: int
    output_padding: int


@dataclass(frozen=True)
class ConvTranspose2d(Layer):
    """A transposed convolution, as torch.nn.ConvTranspose2d: the shapes of a convolution run backwards.

    >>> ConvTranspose2d(64, 32, kernel_size=2, stride=2).output_shape((64, 28, 28))
    (32, 56, 56)
    >>> ConvTranspose2d(64, 32, kernel_size=2, stride=2).num_params
    8224
    """

    in_channels: int
    out_channels: int
    kernel_size: IntOrPair
    stride: IntOrPair = 1
    padding: IntOrPair = 0
    output_padding: IntOrPair = 0
    groups: int = 1
    bias: bool = True
    dilation: IntOrPair = 1
    padding_mode: str = "zeros"

    role: ClassVar[Role] = "weights"
    counts: ClassVar[str] = "in_channels"
    form: ClassVar[tuple[str, ...]] = (
        "out_channels",
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "output_padding",
        "groups",
        "bias",
    )

    def __post_init__(self) -> None:
        read_convolution_settings(self)
        if isinstance(self.padding, str):
            raise ShapeError(f"ConvTranspose2d takes its padding as a number, not as {shown(self.padding)}.")
        object.__setattr__(self, "padding", number_or_pair("padding", self.padding, minimum=0))
        object.__setattr__(self, "output_padding", number_or_pair("output_padding", self.output_padding, minimum=0))
        if self.padding_mode != "zeros":
            raise ShapeError(f"ConvTranspose2d only has padding_mode 'zeros', not {shown(self.padding_mode)}.")
        for axis, (_, stride, _, dilation, extra) in zip(AXES, self.along, strict=True):
            if extra >= max(stride, dilation):
                raise ShapeError(
                    f"output_padding is {extra} along the {axis}; it must be smaller than the stride ({stride}) "
                    f"or the dilation ({dilation}), so {max(stride, dilation) - 1} at most."
                )

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """32 filters that double the size."""
        return cls(input_shape[0], 32, 2, stride=2)

    @property
    def along(self) -> tuple[Spread, Spread]:
        """The settings along the height and along the width."""
        settings = (self.kernel_size, self.stride, self.padding, self.dilation, self.output_padding)
        height, width = (Spread(*along) for along in zip(*(pair(setting) for setting in settings), strict=True))
        return height, width

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        """(in_channels, out_channels / groups, kernel height, kernel width): input first, unlike Conv2d."""
        return (self.in_channels, self.out_channels // self.groups, *pair(self.kernel_size))

    def parameter_shapes(self) -> dict[str, Shape]:
        """The windows, and a bias for each channel that comes out."""
        return with_bias(self.weight_shape, self.out_channels, self.bias)

    @property
    def num_params(self) -> int:
        """Weights and biases."""
        return prod(self.weight_shape) + (self.out_channels if self.bias else 0)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(out_channels, height, width) of the output; ShapeError where torch.nn.ConvTranspose2d refuses the input.

        >>> ConvTranspose2d(1, 1, kernel_size=3, stride=2, padding=1, output_padding=1).output_shape((1, 3, 3))
        (1, 6, 6)
        """
        channels, *sizes = read_image_shape("ConvTranspose2d", input_shape)
        check_channels("ConvTranspose2d", self.in_channels, channels)
        return (self.out_channels, *(self._output_size(axis, size) for axis, size in enumerate(sizes)))

    def macs_at(self, input_shapes: Sequence[Shape], output_shape: Shape) -> int:
        """Every input value is spread by one window of weights.

        >>> ConvTranspose2d(64, 32, kernel_size=2, stride=2).macs((64, 28, 28))
        6422528
        """
        return prod(input_shapes[0][1:]) * prod(self.weight_shape)

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """Those of the input, seen from between its pixels."""
        fields = input_fields[0]
        if fields is None:
            return None
        height, width = (transposed(field, *along[:4]) for field, along in zip(fields, self.along, strict=True))
        return height, width

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The input rows that are spread over the given ones."""
        kernel_size, stride, padding, dilation, _ = self.along[axis]
        inside = range(input_shapes[which][1 + axis])
        spread = (row + padding - tap * dilation for row in rows for tap in range(kernel_size))
        return frozenset(place // stride for place in spread if place % stride == 0 and place // stride in inside)

    def num_params_derivation(self) -> Derivation:
        """k * k * C_in * C_out / groups + C_out."""
        return transposed_params(pair(self.kernel_size), self.in_channels, self.out_channels, self.groups, self.bias)

    def macs_derivation(self, input_shape: Shape) -> Derivation:
        """Places of the input times weights; ShapeError when the input does not fit."""
        self.output_shape(input_shape)
        _, height, width = input_shape
        note = "Every input value is spread over one window of each filter. Biases not counted."
        return window_macs(PLACES, (height, width), "input", prod(self.weight_shape), note)

    def shape_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """The formula of the output size, along each axis or once for both; ShapeError when the input does not fit."""
        self.output_shape(input_shape)
        height, width = (
            transposed_derivation(symbol, size, kernel_size, stride, padding, extra, dilation)
            for symbol, size, (kernel_size, stride, padding, dilation, extra) in zip(
                "HW", input_shape[1:], self.along, strict=True
            )
        )
        return once_if_equal(height, width, "Output height and width")

    def receptive_field_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """How many input values meet in one output value; () with a dilation, where they meet here and there."""
        output_shape = self.output_shape(input_shape)
        if pair(self.dilation) != (1, 1):
            return ()
        # its padding crops the output, so none of it is seen
        height, width = (
            receptive_field_derivation(
                symbol,
                transposed_receptive_field_lines(symbol, *along[:2]),
                transposed(PIXEL, *along[:4]),
                output_shape[1 + axis],
                input_shape[1 + axis],
                None,
            )
            for axis, (symbol, along) in enumerate(zip("HW", self.along, strict=True))
        )
        return once_if_equal(height, width, "What one output value sees, along each axis")

    def keras_lines(self, input_shape: Shape) -> list[str]:
        """Conv2DTranspose without padding, then a Cropping2D for what the padding of PyTorch takes away.

        Unpadded, Keras's output is size * stride + max(kernel reach - stride, 0) long.
        """
        if self.groups > 1:
            raise NotInKeras("Keras’s Conv2DTranspose has no groups.")
        refuse_stride_with_dilation(self.stride, self.dilation)
        sides = []
        for size, result, (kernel_size, stride, padding, dilation, _) in zip(
            input_shape[1:], self.output_shape(input_shape)[1:], self.along, strict=True
        ):
            unpadded = size * stride + max(effective_kernel_size(kernel_size, dilation) - stride, 0)
            sides.append((padding, unpadded - padding - result))
        if min(after for _, after in sides) < 0:
            raise NotInKeras(
                "Keras’s Conv2DTranspose has no output_padding, and cropping cannot make its output longer."
            )
        words = [
            str(self.out_channels),
            f"kernel_size={self.kernel_size}",
            *unless(pair(self.stride) == (1, 1), f"strides={self.stride}"),
            *unless(pair(self.dilation) == (1, 1), f"dilation_rate={self.dilation}"),
            *unless(self.bias, "use_bias=False"),
        ]
        return [call("Conv2DTranspose", words), *borders("Cropping2D", (sides[0], sides[1]))]

    def _output_size(self, axis: int, size: int) -> int:
        kernel_size, stride, padding, dilation, extra = self.along[axis]
        result = transposed_output_size(size, kernel_size, stride, padding, extra, dilation)
        if result < 1:
            largest = (result + 2 * padding - 1) // 2
            raise ShapeError(
                f"Padding {padding} takes {2 * padding} {LINES[AXES[axis]]} away from an output of "
                f"{result + 2 * padding} along the {AXES[axis]}, which leaves none: use padding <= {largest}."
            )
        return result
