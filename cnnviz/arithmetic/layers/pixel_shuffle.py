"""Channels laid out as pixels and back, and channels in another order: PixelShuffle, PixelUnshuffle, ChannelShuffle."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from cnnviz.arithmetic.derivations.lines import (
    C_IN,
    C_OUT,
    Derivation,
    Line,
    coloured,
    number,
    once_if_equal,
    output_symbol,
)
from cnnviz.arithmetic.layers.keras import NotInKeras
from cnnviz.arithmetic.layers.layer import Change, KeepsShape, LearnsNothing, NotCounted, Role
from cnnviz.arithmetic.receptive_field import Fields, transposed, widened
from cnnviz.arithmetic.settings import Shape, ShapeError, counted, read_image_shape, read_shape, whole_number


@dataclass(frozen=True)
class PixelShuffle(LearnsNothing, NotCounted):
    """(C · r², H, W) -> (C, H · r, W · r), as torch.nn.PixelShuffle: r² channels become the r × r pixels of a place.

    Shi et al. 2016, "Real-time single image and video super-resolution using an efficient sub-pixel convolutional
    neural network".

    >>> PixelShuffle(2).output_shape((64, 28, 28))
    (16, 56, 56)
    """

    upscale_factor: int

    role: ClassVar[Role] = "shape"
    form: ClassVar[tuple[str, ...]] = ("upscale_factor",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "upscale_factor", whole_number("upscale_factor", self.upscale_factor))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Twice as high and wide where the channels allow it."""
        return cls(2 if input_shape[0] % 4 == 0 else 1)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels / r², height · r, width · r); ShapeError where r² does not divide the channels."""
        channels, height, width = read_image_shape("PixelShuffle", input_shape)
        factor, squared = self.upscale_factor, self.upscale_factor**2
        if channels % squared:
            (nearest, *_), *_ = self.nearest_inputs((channels, height, width))
            raise ShapeError(
                f"PixelShuffle({factor}) lays {squared:,} channels out as one, and {counted(channels, 'channel')} do "
                f"not divide by {squared:,}: give it {nearest:,} channels, or take "
                f"upscale_factor={largest_factor(channels)}."
            )
        return channels // squared, height * factor, width * factor

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """r neighbours see what one place of the input sees, as in a transposed convolution of kernel and stride r."""
        fields, factor = input_fields[0], self.upscale_factor
        if fields is None:
            return None
        height, width = (transposed(field, factor, factor) for field in fields)
        return height, width

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The row that each comes from."""
        return frozenset(row // self.upscale_factor for row in rows)

    def shape_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """r times as high and wide, with r² times fewer channels."""
        channels, height, width = self.output_shape(input_shape)
        factor = self.upscale_factor
        shrinking = Derivation(
            "Output channels",
            (
                Line(rf"{C_OUT} = \frac{{{C_IN}}}{{r^2}}", "r is the upscale factor: r · r channels become one."),
                Line(rf"= \frac{{{number(input_shape[0], 'input')}}}{{{number(factor)}^2}}"),
                Line(f"= {number(channels, 'output')}"),
            ),
            channels,
        )
        rows, columns = (
            Derivation(
                f"Output {name}",
                (
                    Line(rf"{output_symbol(symbol)} = r \cdot {coloured('input', symbol)}"),
                    Line(rf"= {number(factor)} \cdot {number(size, 'input')}"),
                    Line(f"= {number(result, 'output')}"),
                ),
                result,
            )
            for name, symbol, size, result in (
                ("height", "H", input_shape[1], height),
                ("width", "W", input_shape[2], width),
            )
        )
        return (shrinking, *once_if_equal(rows, columns, "Output height and width"))

    def receptive_field_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: every output value is one input value, moved."""
        self.output_shape(input_shape)
        return ()

    def keras_lines(self, input_shape: Shape) -> list[str]:
        """None: TensorFlow's depth_to_space orders the channels differently."""
        raise NotInKeras("Keras has no PixelShuffle; TensorFlow’s depth_to_space orders the channels differently.")

    def changes(self, input_shape: Shape) -> Iterator[Change]:
        """The largest factor whose square divides the channels."""
        yield Change("upscale_factor", largest_factor(input_shape[0]))

    def nearest_inputs(self, input_shape: Shape) -> Iterator[Shape]:
        """With the nearest number of channels that r² divides."""
        squared = self.upscale_factor**2
        yield max(squared, round(input_shape[0] / squared) * squared), *input_shape[1:]


@dataclass(frozen=True)
class PixelUnshuffle(LearnsNothing, NotCounted):
    """(C, H · r, W · r) -> (C · r², H, W), as torch.nn.PixelUnshuffle: the r × r pixels of a place become channels.

    >>> PixelUnshuffle(2).output_shape((16, 56, 56))
    (64, 28, 28)
    """

    downscale_factor: int

    role: ClassVar[Role] = "shape"

    def __post_init__(self) -> None:
        object.__setattr__(self, "downscale_factor", whole_number("downscale_factor", self.downscale_factor))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Half as high and wide where the size allows it."""
        return cls(2 if all(size % 2 == 0 for size in input_shape[1:]) else 1)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels · r², height / r, width / r); ShapeError where r does not divide both."""
        channels, height, width = read_image_shape("PixelUnshuffle", input_shape)
        factor = self.downscale_factor
        if height % factor or width % factor:
            raise ShapeError(f"PixelUnshuffle({factor}) needs rows and columns that divide by {factor}.")
        return channels * factor**2, height // factor, width // factor

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """That of a window of r × r side by side; each channel sees a single one of its pixels."""
        fields, factor = input_fields[0], self.downscale_factor
        if fields is None:
            return None
        height, width = (widened(field, factor, factor)._replace(exact=field.exact) for field in fields)
        return height, width

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The rows of the window."""
        factor = self.downscale_factor
        return frozenset(tap for row in rows for tap in range(row * factor, (row + 1) * factor))

    def shape_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: two divisions."""
        self.output_shape(input_shape)
        return ()

    def receptive_field_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: every output value is one input value, moved."""
        self.output_shape(input_shape)
        return ()


@dataclass(frozen=True)
class ChannelShuffle(KeepsShape):
    """Channels of all groups taken in turn, as torch.nn.ChannelShuffle (Zhang et al. 2017, "ShuffleNet").

    >>> ChannelShuffle(2).output_shape((64, 28, 28))
    (64, 28, 28)
    """

    groups: int

    keeps_shape: ClassVar[bool] = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", whole_number("groups", self.groups))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Two groups where the channels allow it."""
        return cls(2 if input_shape[0] % 2 == 0 else 1)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape; ShapeError where the groups do not divide the channels."""
        shape = read_shape(input_shape)
        if shape[0] % self.groups:
            raise ShapeError(f"{shape[0]:,} channels do not divide into {counted(self.groups, 'group')}.")
        if len(shape) < 2:
            raise ShapeError(f"ChannelShuffle needs an axis behind the channels, and got {shape}.")
        return shape


def largest_factor(channels: int) -> int:
    """The largest number up to 64 whose square divides the channels.

    >>> largest_factor(48), largest_factor(3)
    (4, 1)
    """
    return next(factor for factor in range(64, 0, -1) if channels % factor**2 == 0)
