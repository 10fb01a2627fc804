"""Unfold and Fold: the windows of a picture laid out as columns, and put back."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

from cnnviz.arithmetic.layers.layer import LearnsNothing, NotCounted, Role, SeesEverything
from cnnviz.arithmetic.settings import IntOrPair, Shape, ShapeError, number_or_pair, pair, read_image_shape, read_shape
from cnnviz.arithmetic.shapes import output_size


class Folding(LearnsNothing, NotCounted, SeesEverything):
    """What both have in common: how the windows lie."""

    kernel_size: IntOrPair
    dilation: IntOrPair
    padding: IntOrPair
    stride: IntOrPair

    role: ClassVar[Role] = "shape"

    def __post_init__(self) -> None:
        for name in ("kernel_size", "dilation", "stride"):
            object.__setattr__(self, name, number_or_pair(name, getattr(self, name)))
        object.__setattr__(self, "padding", number_or_pair("padding", self.padding, minimum=0))

    def windows(self, height: int, width: int) -> int:
        """How many windows a picture of this size has; ShapeError where none fits."""
        settings = (self.kernel_size, self.stride, self.padding, self.dilation)
        counts = [
            output_size(size, *along)
            for size, along in zip(
                (height, width), zip(*(pair(setting) for setting in settings), strict=True), strict=True
            )
        ]
        if min(counts) < 1:
            raise ShapeError(f"A window of {self.kernel_size} does not fit into {height} × {width}.")
        return prod(counts)


@dataclass(frozen=True)
class Unfold(Folding):
    """Each window as a column: (C, H, W) -> (C · kh · kw, windows), as torch.nn.Unfold.

    >>> Unfold(3, padding=1).output_shape((3, 32, 32))
    (27, 1024)
    """

    kernel_size: IntOrPair
    dilation: IntOrPair = 1
    padding: IntOrPair = 0
    stride: IntOrPair = 1

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Windows of 2 × 2."""
        return cls(2)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels · kernel, windows); ShapeError where no window fits."""
        channels, height, width = read_image_shape("Unfold", input_shape)
        return channels * prod(pair(self.kernel_size)), self.windows(height, width)


@dataclass(frozen=True)
class Fold(Folding):
    """Columns added up into a picture: (C · kh · kw, windows) -> (C, H, W), as torch.nn.Fold.

    >>> Fold((32, 32), 3, padding=1).output_shape((27, 1024))
    (3, 32, 32)
    """

    output_size: IntOrPair
    kernel_size: IntOrPair
    dilation: IntOrPair = 1
    padding: IntOrPair = 0
    stride: IntOrPair = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "output_size", number_or_pair("output_size", self.output_size))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Single pixels in one row."""
        return cls((1, input_shape[-1]), 1)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, *output_size); ShapeError where there are other columns than windows."""
        shape, kernel = read_shape(input_shape), prod(pair(self.kernel_size))
        height, width = pair(self.output_size)
        if len(shape) != 2 or shape[0] % kernel or shape[1] != self.windows(height, width):
            raise ShapeError(
                f"Fold takes ({kernel} times the channels, {self.windows(height, width)} windows), not {shape}."
            )
        return shape[0] // kernel, height, width
