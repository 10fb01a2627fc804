"""MaxPool2d and AvgPool2d: they shrink each channel by itself and have no parameters."""

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import ClassVar, Self

from cnnviz.arithmetic.layers.keras import NotInKeras, borders, call, unless
from cnnviz.arithmetic.layers.layer import LearnsNothing, NotCounted, Role
from cnnviz.arithmetic.layers.sliding_window import Along, SlidingWindow, too_large_a_kernel
from cnnviz.arithmetic.settings import (
    AXES,
    IntOrPair,
    Shape,
    ShapeError,
    number_or_pair,
    one_number,
    pair,
    read_image_shape,
    whole_number,
)
from cnnviz.arithmetic.shapes import output_size


class Pooling(LearnsNothing, NotCounted, SlidingWindow):
    """What the poolings with a window of a given size have in common."""

    kernel_size: IntOrPair
    stride: IntOrPair | None
    ceil_mode: bool

    role: ClassVar[Role] = "pool"
    pools: ClassVar[bool] = True

    @property
    def strides(self) -> tuple[int, int]:
        """(down, across): the kernel size unless the stride is given.

        >>> MaxPool2d(3).strides, MaxPool2d(3, stride=2).strides
        ((3, 3), (2, 2))
        """
        return pair(self.kernel_size if self.stride is None else self.stride)

    @property
    @abstractmethod
    def paddings(self) -> tuple[int, int]:
        """(rows, columns) of padding on each side."""

    @property
    @abstractmethod
    def dilations(self) -> tuple[int, int]:
        """(down, across): how far apart the taps are."""

    @cached_property
    def along(self) -> tuple[Along, Along]:
        """The window along the height and along the width."""
        settings = zip(pair(self.kernel_size), self.strides, self.paddings, self.dilations, self.paddings, strict=True)
        height, width = (Along(*along) for along in settings)
        return height, width

    @property
    def rounds_up(self) -> bool:
        """Whether a last window may stand out over the edge."""
        return self.ceil_mode

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, height, width) of the output; ShapeError where torch.nn refuses the input."""
        channels, *sizes = read_image_shape(type(self).__name__, input_shape)
        shape = [channels]
        for axis, size, along in zip(AXES, sizes, self.along, strict=True):
            kernel_size, stride, padding, dilation, _ = along
            result = output_size(size, kernel_size, stride, padding, dilation, self.ceil_mode)
            if result < 1:
                can_pad = self.takes("padding")
                raise ShapeError(
                    too_large_a_kernel(axis, size, kernel_size, padding, dilation, pooling=True, can_pad=can_pad)
                )
            shape.append(result)
        return tuple(shape)

    def code(self, explicit: bool = False) -> str:
        """The call that makes it; `explicit` gives the stride, whose default differs from a convolution's."""
        if explicit and self.stride is None:
            return self.with_settings(stride=self.kernel_size).code(explicit)
        return super().code(explicit)

    def plainest(self) -> Self:
        """The same written as short as it can be, without the stride that is the default."""
        plain = super().plainest()
        return plain.with_settings(stride=None) if plain.stride == plain.kernel_size else plain

    def read_settings(self) -> None:
        """Read what all poolings have, and refuse padding of more than half the kernel."""
        object.__setattr__(self, "kernel_size", number_or_pair("kernel_size", self.kernel_size))
        if self.stride is not None:
            object.__setattr__(self, "stride", number_or_pair("stride", self.stride))
        for axis, kernel_size, padding in zip(AXES, pair(self.kernel_size), self.paddings, strict=True):
            # torch also compares with half of the dilated kernel, which is never the tighter of the two bounds
            if padding > kernel_size // 2:
                raise ShapeError(
                    f"Padding {padding} along the {axis} is more than half of kernel_size {kernel_size}, so a window "
                    f"could lie in the padding alone: use padding <= {kernel_size // 2}, or kernel_size >= "
                    f"{2 * padding}."
                )

    def keras_padding(self, input_shape: Shape) -> tuple[list[str], bool]:
        """ZeroPadding2D for the padding and for what ceil_mode adds at the far end, and whether it adds any."""
        sides, beyond = [], False
        for size, (kernel_size, stride, padding, dilation, _) in zip(input_shape[1:], self.along, strict=True):
            windows = output_size(size, kernel_size, stride, padding, dilation, self.ceil_mode)
            further = max(0, (windows - 1) * stride + kernel_size - size - 2 * padding)
            beyond = beyond or further > 0
            sides.append((padding, padding + further))
        return borders("ZeroPadding2D", (sides[0], sides[1])), beyond

    def keras_words(self) -> list[str]:
        """The window in Keras's words."""
        return [f"pool_size={self.kernel_size}", f"strides={one_number(self.strides)}"]


@dataclass(frozen=True)
class MaxPool2d(Pooling):
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

    form: ClassVar[tuple[str, ...]] = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")

    def __post_init__(self) -> None:
        object.__setattr__(self, "dilation", number_or_pair("dilation", self.dilation))
        object.__setattr__(self, "padding", number_or_pair("padding", self.padding, minimum=0))
        self.read_settings()

    @property
    def paddings(self) -> tuple[int, int]:
        """(rows, columns) of minus infinity on each side."""
        return pair(self.padding)

    @property
    def dilations(self) -> tuple[int, int]:
        """(down, across): how far apart the taps are."""
        return pair(self.dilation)

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Windows of 2 × 2 side by side."""
        return cls(2)

    def keras_lines(self, input_shape: Shape) -> list[str]:
        """MaxPooling2D, with its padding put on before."""
        if self.dilations != (1, 1):
            raise NotInKeras("Keras’s MaxPooling2D has no dilation.")
        border, _ = self.keras_padding(input_shape)
        note = (
            "# this border is 0 and PyTorch’s is minus infinity: the same where no value is negative, as after a ReLU"
        )
        return [*unless(not border, note), *border, call("MaxPooling2D", self.keras_words())]


@dataclass(frozen=True)
class AvgPool2d(Pooling):
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

    form: ClassVar[tuple[str, ...]] = (
        "kernel_size",
        "stride",
        "padding",
        "divisor_override",
        "ceil_mode",
        "count_include_pad",
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "padding", number_or_pair("padding", self.padding, minimum=0))
        self.read_settings()
        if self.divisor_override is not None:
            object.__setattr__(self, "divisor_override", whole_number("divisor_override", self.divisor_override))

    @property
    def paddings(self) -> tuple[int, int]:
        """(rows, columns) of zeros on each side."""
        return pair(self.padding)

    @property
    def dilations(self) -> tuple[int, int]:
        """(1, 1): the taps are neighbours."""
        return 1, 1

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Windows of 2 × 2 side by side."""
        return cls(2)

    def keras_lines(self, input_shape: Shape) -> list[str]:
        """AveragePooling2D, with its padding put on before and another divisor made up for behind."""
        border, beyond = self.keras_padding(input_shape)
        if beyond:
            raise NotInKeras("With ceil_mode the last windows divide by fewer values, which no layer of Keras does.")
        if border and not self.count_include_pad and self.divisor_override is None:
            raise NotInKeras("Keras’s AveragePooling2D cannot leave a padding given as a number out of the count.")
        lines = [*border, call("AveragePooling2D", self.keras_words())]
        if self.divisor_override is not None:
            lines.append(call("Rescaling", [f"{prod(pair(self.kernel_size))} / {self.divisor_override}"]))
        return lines
