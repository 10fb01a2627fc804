"""Reading the numbers a layer is made with: whole, within bounds, or refused in words."""

from collections.abc import Sequence
from numbers import Integral
from typing import TypeGuard

MAX_NUMBER = 10**9  # a larger setting is a slip of the keyboard; refused before it is multiplied with anything

IntOrPair = int | tuple[int, int]
Shape = tuple[int, ...]

AXES = ("height", "width")
LINES = {"depth": "slices", "height": "rows", "width": "columns", "length": "values"}


class ShapeError(ValueError):
    """A layer, or a layer and an input, that do not fit: the message is a sentence for the person who asked."""


def whole_number(name: str, value: object, minimum: int = 1) -> int:
    """The value as an int when it is a whole number from `minimum` to a thousand million; ShapeError otherwise.

    >>> whole_number("stride", 2)
    2
    >>> whole_number("stride", 0)
    Traceback (most recent call last):
    ...
    cnnviz.arithmetic.settings.ShapeError: stride is 0; it must be a whole number of at least 1.
    """
    if type(value) is int and minimum <= value <= MAX_NUMBER:  # nearly always; tables of deep networks ask thousands
        return value
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ShapeError(f"{name} is {shown(value)}; it must be a whole number of at least {minimum}.")
    number = int(value)
    if number < minimum:
        raise ShapeError(f"{name} is {shown(number)}; it must be a whole number of at least {minimum}.")
    if number > MAX_NUMBER:
        raise ShapeError(f"{name} is {shown(number)}; the largest number worked with here is {MAX_NUMBER:,}.")
    return number


def number_or_pair(name: str, value: object, minimum: int = 1) -> IntOrPair:
    """An int as it is, or a (height, width) pair as a tuple of two ints; ShapeError otherwise.

    >>> number_or_pair("kernel_size", [3, 5])
    (3, 5)
    """
    if not isinstance(value, list | tuple):
        return whole_number(name, value, minimum)
    if len(value) != 2:
        raise ShapeError(f"{name} is {shown(value)}; give one whole number, or two as (height, width).")
    height, width = value
    return whole_number(f"{name} (height)", height, minimum), whole_number(f"{name} (width)", width, minimum)


def pair(value: IntOrPair) -> tuple[int, int]:
    """(height, width) of a setting that was read: one number serves both axes.

    >>> pair(3), pair((3, 5))
    ((3, 3), (3, 5))
    """
    return value if isinstance(value, tuple) else (value, value)


def one_number(value: tuple[int, int]) -> IntOrPair:
    """One number where both axes have the same.

    >>> one_number((3, 3)), one_number((3, 5))
    (3, (3, 5))
    """
    return value[0] if value[0] == value[1] else value


def read_shape(shape: object) -> Shape:
    """A shape of any rank, every size a whole number of at least 1; ShapeError otherwise.

    >>> read_shape([3, 224, 224])
    (3, 224, 224)
    """
    if _is_tuple_of_sizes(shape):
        return shape
    if not isinstance(shape, Sequence) or isinstance(shape, str | bytes) or len(shape) == 0:
        raise ShapeError(f"The input shape is {shown(shape)}; give its sizes in a tuple, such as (3, 224, 224).")
    return tuple(whole_number(f"Axis {axis} of the input shape", size) for axis, size in enumerate(shape))


def _is_tuple_of_sizes(shape: object) -> TypeGuard[Shape]:
    """Whether the shape is a tuple of ints that all are in range, so that there is nothing to read."""
    return (
        type(shape) is tuple and len(shape) > 0 and all(type(size) is int and 0 < size <= MAX_NUMBER for size in shape)
    )


def read_image_shape(layer: str, shape: object) -> tuple[int, int, int]:
    """A (channels, height, width) shape; ShapeError for any other rank, named after the layer that asked."""
    if _is_tuple_of_sizes(shape) and len(shape) == 3:
        channels, height, width = shape
        return channels, height, width
    if isinstance(shape, list | tuple) and len(shape) == 3:
        names = ("The input's number of channels", "The input height", "The input width")
        channels, height, width = (whole_number(name, size) for name, size in zip(names, shape, strict=True))
        return channels, height, width
    sizes = read_shape(shape)
    if len(sizes) == 4:
        raise ShapeError(
            f"{layer} was given the shape {sizes} with four axes; the arithmetic here is for one image: "
            f"leave out the batch and give (channels, height, width) = {sizes[1:]}."
        )
    raise ShapeError(f"{layer} needs an input of shape (channels, height, width), not {sizes}.")


def shown(value: object) -> str:
    """The value as a person would recognise it in a sentence, cut when it is very long."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return f"{int(value):,}" if abs(int(value)) < 10**18 else "a number of more than 18 digits"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: 1 row, 2 rows.

    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def read_dim(name: str, dim: object, shape: Shape) -> int:
    """Which axis of (batch, *shape) is meant, counted from 0; ShapeError when there is no such axis."""
    if isinstance(dim, bool) or not isinstance(dim, int):
        raise ShapeError(f"{name} is {shown(dim)}; it must be a whole number.")
    axes = len(shape) + 1
    if not -axes <= dim < axes:
        raise ShapeError(f"{name} is {shown(dim)}, and {with_batch(shape)} has the axes 0 to {axes - 1}.")
    return dim % axes


def with_batch(shape: Shape) -> str:
    """The shape as torch sees it, with the batch in front, for a sentence."""
    return f"(batch, {', '.join(str(size) for size in shape)})"


def axis_of_dim(dim: int, shape: Shape) -> int:
    """Which axis of the picture torch's `dim` means: 0 the height, 1 the width; the batch and the channels are less."""
    return dim % (len(shape) + 1) - 2


def number_or_triple(name: str, value: object, minimum: int = 1) -> int | tuple[int, int, int]:
    """An int as it is, or (depth, height, width) as a tuple of three ints; ShapeError otherwise.

    >>> number_or_triple("kernel_size", [3, 5, 5])
    (3, 5, 5)
    """
    if not isinstance(value, list | tuple):
        return whole_number(name, value, minimum)
    if len(value) != 3:
        raise ShapeError(f"{name} is {shown(value)}; give one whole number, or three as (depth, height, width).")
    depth, height, width = (whole_number(name, size, minimum) for size in value)
    return depth, height, width


def triple(value: int | tuple[int, int, int]) -> tuple[int, int, int]:
    """(depth, height, width) of a setting that was read: one number serves all three axes.

    >>> triple(3), triple((1, 3, 3))
    ((3, 3, 3), (1, 3, 3))
    """
    return value if isinstance(value, tuple) else (value, value, value)


def read_volume_shape(layer: str, shape: object) -> tuple[int, int, int, int]:
    """A (channels, depth, height, width) shape; ShapeError for any other rank, named after the layer that asked."""
    sizes = read_shape(shape)
    if len(sizes) == 4:
        channels, depth, height, width = sizes
        return channels, depth, height, width
    raise ShapeError(f"{layer} needs an input of shape (channels, depth, height, width), not {sizes}.")
