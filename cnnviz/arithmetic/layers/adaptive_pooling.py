"""AdaptiveAvgPool2d and AdaptiveMaxPool2d: windows that are chosen to give the output size that is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from cnnviz.arithmetic.derivations.lines import Derivation, once_if_equal
from cnnviz.arithmetic.derivations.windows import adaptive_derivation
from cnnviz.arithmetic.layers.keras import NotInKeras, call
from cnnviz.arithmetic.layers.layer import LearnsNothing, NotCounted, Role
from cnnviz.arithmetic.receptive_field import Fields, adaptive, window_bounds
from cnnviz.arithmetic.settings import Shape, ShapeError, one_number, read_image_shape, shown, whole_number


@dataclass(frozen=True)
class AdaptivePool2d(LearnsNothing, NotCounted):
    """What both adaptive poolings have in common: value i reads rows floor(i * H / O) to ceil((i + 1) * H / O) - 1.

    None in a pair keeps that axis as it is.
    """

    output_size: int | tuple[int | None, int | None]

    role: ClassVar[Role] = "pool"
    form: ClassVar[tuple[str, ...]] = ("output_size",)

    def __post_init__(self) -> None:
        wanted = self.output_size
        if isinstance(wanted, list | tuple):
            if len(wanted) != 2:
                raise ShapeError(f"output_size is {shown(wanted)}; give one number, or two as (height, width).")
            height, width = (None if size is None else whole_number("output_size", size) for size in wanted)
            object.__setattr__(self, "output_size", (height, width))
        else:
            object.__setattr__(self, "output_size", whole_number("output_size", wanted))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """One value for the whole of each channel."""
        return cls(1)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, height, width) of the output."""
        channels, height, width = read_image_shape(type(self).__name__, input_shape)
        wanted = self.output_size if isinstance(self.output_size, tuple) else (self.output_size, self.output_size)
        return channels, wanted[0] or height, wanted[1] or width

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """Those of an ordinary pooling where the sizes divide, else within the whole map."""
        fields = input_fields[0]
        if fields is None:
            return None
        height, width = (
            adaptive(field, size, result)
            for field, size, result in zip(fields, input_shapes[0][1:], output_shape[1:], strict=True)
        )
        return height, width

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The rows of the windows."""
        size, count = input_shapes[which][1 + axis], self.output_shape(input_shapes[which])[1 + axis]
        return frozenset(tap for row in rows for tap in range(*window_bounds(row, size, count)))

    def shape_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """How large the windows are: one derivation per axis, or one for both; ShapeError when the input does not fit.

        >>> [derivation.result for derivation in AdaptiveAvgPool2d(6).shape_derivations((256, 13, 12))]
        [3, 2]
        """
        _, *results = self.output_shape(input_shape)
        height, width = (
            adaptive_derivation(symbol, size, count)
            for symbol, size, count in zip("HW", input_shape[1:], results, strict=True)
        )
        return once_if_equal(height, width, "Windows along each axis")

    def receptive_field_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: the windows' sizes are what `shape_derivations` works out."""
        self.output_shape(input_shape)
        return ()


@dataclass(frozen=True)
class AdaptiveAvgPool2d(AdaptivePool2d):
    """Averages whose windows are chosen to give the wanted output size, as torch.nn.AdaptiveAvgPool2d.

    >>> AdaptiveAvgPool2d((6, 6)).output_shape((256, 13, 13))
    (256, 6, 6)
    >>> AdaptiveAvgPool2d((None, 1)).output_shape((256, 13, 13))
    (256, 13, 1)
    """

    def keras_lines(self, input_shape: Shape) -> list[str]:
        """Global pooling, or an ordinary average pooling where the sizes divide."""
        (_, *sizes), (_, *results) = input_shape, self.output_shape(input_shape)
        if results == [1, 1]:
            return [call("GlobalAveragePooling2D", ["keepdims=True"])]
        if any(size % result for size, result in zip(sizes, results, strict=True)):
            raise NotInKeras(
                f"The windows are not all of one size, because {results[0]} × {results[1]} does not divide "
                f"{sizes[0]} × {sizes[1]}: Keras’s AveragePooling2D cannot do that."
            )
        height, width = (size // result for size, result in zip(sizes, results, strict=True))
        return [call("AveragePooling2D", [f"pool_size={one_number((height, width))}"])]


@dataclass(frozen=True)
class AdaptiveMaxPool2d(AdaptivePool2d):
    """The largest value of windows chosen to give the wanted output size, as torch.nn.AdaptiveMaxPool2d.

    >>> AdaptiveMaxPool2d(1).output_shape((512, 7, 7))
    (512, 1, 1)
    """

    form: ClassVar[tuple[str, ...]] = ()  # the calculator offers one adaptive pooling: their arithmetic is the same
