"""MaxPool2d, AvgPool2d and AdaptiveAvgPool2d: they shrink each channel by itself and have no parameters."""

from dataclasses import dataclass

from cnnviz.arithmetic.layers.convolution import too_large_a_kernel
from cnnviz.arithmetic.settings import (
    AXES,
    IntOrPair,
    Shape,
    ShapeError,
    number_or_pair,
    pair,
    read_image_shape,
    shown,
    whole_number,
)
from cnnviz.arithmetic.shapes import output_size


@dataclass(frozen=True)
class MaxPool2d:
    """The largest value of each window, as torch.nn.MaxPool2d: same arguments, same defaults.

    >>> MaxPool2d(3, stride=2).output_shape((96, 55, 55))
    (96, 27, 27)
    >>> MaxPool2d(3, stride=2, ceil_mode=True).output_shape((64, 112, 112))
    (64, 56, 56)
    """

    kernel_size: IntOrPair
    stride: IntOrPair | None = None
    padding: IntOrPair = 0
    dilation: IntOrPair = 1
    return_indices: bool = False
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "dilation", number_or_pair("dilation", self.dilation))
        read_pooling_settings(self)

    @property
    def num_params(self) -> int:
        """0: pooling learns nothing."""
        return 0

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, height, width) of the output; ShapeError where torch.nn.MaxPool2d refuses the input."""
        return pooled_shape(self, self.dilation, input_shape)

    def macs(self, input_shape: Shape) -> int:
        """0: comparing is not multiplying. ShapeError when the input does not fit."""
        self.output_shape(input_shape)
        return 0


@dataclass(frozen=True)
class AvgPool2d:
    """The average of each window, as torch.nn.AvgPool2d: same arguments, same defaults.

    >>> AvgPool2d(2).output_shape((16, 10, 10))
    (16, 5, 5)
    """

    kernel_size: IntOrPair
    stride: IntOrPair | None = None
    padding: IntOrPair = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: int | None = None

    def __post_init__(self) -> None:
        read_pooling_settings(self)
        if self.divisor_override is not None:
            object.__setattr__(self, "divisor_override", whole_number("divisor_override", self.divisor_override))

    @property
    def num_params(self) -> int:
        """0: pooling learns nothing."""
        return 0

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, height, width) of the output; ShapeError where torch.nn.AvgPool2d refuses the input."""
        return pooled_shape(self, 1, input_shape)

    def macs(self, input_shape: Shape) -> int:
        """0: only convolutions and linear layers are counted. ShapeError when the input does not fit."""
        self.output_shape(input_shape)
        return 0


@dataclass(frozen=True)
class AdaptiveAvgPool2d:
    """Averages whose windows are chosen to give the asked output size, as torch.nn.AdaptiveAvgPool2d.

    None in a pair keeps that axis as it is.

    >>> AdaptiveAvgPool2d((6, 6)).output_shape((256, 13, 13))
    (256, 6, 6)
    >>> AdaptiveAvgPool2d((None, 1)).output_shape((256, 13, 13))
    (256, 13, 1)
    """

    output_size: int | tuple[int | None, int | None]

    def __post_init__(self) -> None:
        asked = self.output_size
        if isinstance(asked, list | tuple):
            if len(asked) != 2:
                raise ShapeError(f"output_size is {shown(asked)}; give one number, or two as (height, width).")
            height, width = (None if size is None else whole_number("output_size", size) for size in asked)
            object.__setattr__(self, "output_size", (height, width))
        else:
            object.__setattr__(self, "output_size", whole_number("output_size", asked))

    @property
    def num_params(self) -> int:
        """0: pooling learns nothing."""
        return 0

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, height, width) of the output."""
        channels, height, width = read_image_shape("AdaptiveAvgPool2d", input_shape)
        asked = self.output_size if isinstance(self.output_size, tuple) else (self.output_size, self.output_size)
        return channels, asked[0] or height, asked[1] or width

    def macs(self, input_shape: Shape) -> int:
        """0: only convolutions and linear layers are counted."""
        self.output_shape(input_shape)
        return 0


def stride_of(layer: MaxPool2d | AvgPool2d) -> tuple[int, int]:
    """(down, across) of a pooling layer, whose stride is its kernel size unless it is given.

    >>> stride_of(MaxPool2d(3)), stride_of(MaxPool2d(3, stride=2))
    ((3, 3), (2, 2))
    """
    return pair(layer.kernel_size if layer.stride is None else layer.stride)


def read_pooling_settings(layer: MaxPool2d | AvgPool2d) -> None:
    """Read what both poolings have in common, and refuse padding of more than half the kernel."""
    object.__setattr__(layer, "kernel_size", number_or_pair("kernel_size", layer.kernel_size))
    object.__setattr__(layer, "padding", number_or_pair("padding", layer.padding, minimum=0))
    if layer.stride is not None:
        object.__setattr__(layer, "stride", number_or_pair("stride", layer.stride))
    for axis, kernel_size, padding in zip(AXES, pair(layer.kernel_size), pair(layer.padding), strict=True):
        # torch also compares with half of the dilated kernel, which is never the tighter of the two bounds
        if padding > kernel_size // 2:
            raise ShapeError(
                f"Padding {padding} along the {axis} is more than half of kernel_size {kernel_size}, so a window could "
                f"lie in the padding alone: use padding <= {kernel_size // 2}, or kernel_size >= {2 * padding}."
            )


def pooled_shape(layer: MaxPool2d | AvgPool2d, dilation: IntOrPair, input_shape: Shape) -> Shape:
    """(channels, height, width) after pooling; ShapeError when the window does not fit once."""
    channels, *sizes = read_image_shape(type(layer).__name__, input_shape)
    shape = [channels]
    settings = zip(
        AXES, sizes, pair(layer.kernel_size), stride_of(layer), pair(layer.padding), pair(dilation), strict=True
    )
    for axis, size, kernel_size, stride, padding, spread in settings:
        result = output_size(size, kernel_size, stride, padding, spread, layer.ceil_mode)
        if result < 1:
            raise ShapeError(too_large_a_kernel(axis, size, kernel_size, padding, spread, pooling=True))
        shape.append(result)
    return tuple(shape)
