"""Layers as frozen dataclasses with torch.nn's names, arguments and defaults.

Every layer answers three questions about one image, without the batch axis:
`output_shape(input_shape)`, `num_params`, and `macs(input_shape)` (multiply-accumulates; biases not counted; 0 for
everything but convolutions and linear layers). What torch.nn refuses raises ShapeError, with a sentence that says
what does not fit and what would. Convolutions live in convolution.py, poolings in pooling.py, and their brothers on
sequences, which no Network holds, in one_dimensional.py; all are imported here.
"""

from dataclasses import dataclass
from math import prod

from cnnviz.arithmetic.layers.convolution import Conv2d, ConvTranspose2d
from cnnviz.arithmetic.layers.one_dimensional import AvgPool1d, Conv1d, MaxPool1d
from cnnviz.arithmetic.layers.pooling import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d
from cnnviz.arithmetic.settings import (
    Shape,
    ShapeError,
    counted,
    read_image_shape,
    read_shape,
    shown,
    whole_number,
)

__all__ = [
    "AdaptiveAvgPool2d",
    "Add",
    "AvgPool1d",
    "AvgPool2d",
    "BatchNorm2d",
    "Concat",
    "Conv1d",
    "Conv2d",
    "ConvTranspose2d",
    "Dropout",
    "Flatten",
    "Layer",
    "Linear",
    "MaxPool1d",
    "MaxPool2d",
    "ReLU",
    "ShapeError",
    "Softmax",
]


@dataclass(frozen=True)
class Linear:
    """A dense layer, as torch.nn.Linear: every input feature has a weight to every output feature.

    It acts on the last axis; a picture is flattened first.

    >>> Linear(28 * 28 * 4, 128).num_params
    401536
    >>> Linear(3136, 128).output_shape((3136,))
    (128,)
    """

    in_features: int
    out_features: int
    bias: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "in_features", whole_number("in_features", self.in_features))
        object.__setattr__(self, "out_features", whole_number("out_features", self.out_features))

    @property
    def num_params(self) -> int:
        """Weights and biases: (in_features + 1) * out_features; without the 1 when bias=False."""
        return (self.in_features + bool(self.bias)) * self.out_features

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape with out_features as its last size; ShapeError when the last size is not in_features."""
        shape = read_shape(input_shape)
        if shape[-1] != self.in_features:
            asked = f"Linear was made for {counted(self.in_features, 'feature')} and got {shape[-1]:,}"
            if prod(shape) == self.in_features:
                raise ShapeError(f"{asked} on the last axis of {shape}: flatten the input first, then it fits.")
            if len(shape) > 1:
                features = prod(shape)
                offer = (
                    f"flattened, {shape} is {counted(features, 'feature')}: use in_features={features} after a Flatten"
                )
                raise ShapeError(f"{asked} on the last axis of {shape}; {offer}, or in_features={shape[-1]} without.")
            raise ShapeError(f"{asked}: use in_features={shape[-1]}.")
        return (*shape[:-1], self.out_features)

    def macs(self, input_shape: Shape) -> int:
        """Multiply-accumulates for one image: in_features for every output value."""
        return prod(self.output_shape(input_shape)) * self.in_features


@dataclass(frozen=True)
class Flatten:
    """Lays axes out in one row, as torch.nn.Flatten. As in torch, axis 0 is the batch, which is not in the shapes here.

    >>> Flatten().output_shape((16, 5, 5))
    (400,)
    """

    start_dim: int = 1
    end_dim: int = -1

    @property
    def num_params(self) -> int:
        """0."""
        return 0

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape with the axes start_dim to end_dim multiplied into one."""
        shape = read_shape(input_shape)
        start = read_dim("start_dim", self.start_dim, shape)
        end = read_dim("end_dim", self.end_dim, shape)
        if start > end:
            raise ShapeError(f"start_dim {self.start_dim} comes after end_dim {self.end_dim} in {with_batch(shape)}.")
        if start == 0 and end > 0:
            raise ShapeError("start_dim 0 is the batch: it would pour all images into one row; use start_dim=1.")
        if end == 0:
            return shape
        return (*shape[: start - 1], prod(shape[start - 1 : end]), *shape[end:])

    def macs(self, input_shape: Shape) -> int:
        """0: nothing is multiplied."""
        self.output_shape(input_shape)
        return 0


class KeepsShape:
    """A layer that learns nothing and gives back the shape it was given."""

    @property
    def num_params(self) -> int:
        """0."""
        return 0

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape."""
        return read_shape(input_shape)

    def macs(self, input_shape: Shape) -> int:
        """0: only convolutions and linear layers are counted."""
        self.output_shape(input_shape)
        return 0


@dataclass(frozen=True)
class ReLU(KeepsShape):
    """max(0, x) of every value, as torch.nn.ReLU: the shape stays.

    >>> ReLU().output_shape((64, 55, 55))
    (64, 55, 55)
    """

    inplace: bool = False


@dataclass(frozen=True)
class BatchNorm2d:
    """Normalises each channel, as torch.nn.BatchNorm2d: one scale and one shift per channel are learned.

    >>> BatchNorm2d(64).num_params
    128
    """

    num_features: int
    eps: float = 1e-05
    momentum: float | None = 0.1
    affine: bool = True
    track_running_stats: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "num_features", whole_number("num_features", self.num_features))

    @property
    def num_params(self) -> int:
        """Scales and shifts; the running mean and variance are measured, not learned, and not counted."""
        return 2 * self.num_features if self.affine else 0

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape; ShapeError when it does not have num_features channels."""
        shape = read_image_shape("BatchNorm2d", input_shape)
        if shape[0] != self.num_features:
            raise ShapeError(
                f"BatchNorm2d was made for {counted(self.num_features, 'channel')} and got {shape[0]:,}: "
                f"use num_features={shape[0]}."
            )
        return shape

    def macs(self, input_shape: Shape) -> int:
        """0: only convolutions and linear layers are counted."""
        self.output_shape(input_shape)
        return 0


@dataclass(frozen=True)
class Dropout(KeepsShape):
    """Silences values at random while training, as torch.nn.Dropout: the shape stays.

    >>> Dropout(0.5).output_shape((4096,))
    (4096,)
    """

    p: float = 0.5
    inplace: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.p, bool) or not isinstance(self.p, int | float) or not 0 <= self.p <= 1:
            raise ShapeError(f"p is {shown(self.p)}; it is the share of values dropped, between 0 and 1.")


@dataclass(frozen=True)
class Softmax(KeepsShape):
    """Turns scores into probabilities, as torch.nn.Softmax: the shape stays. As in torch, axis 0 is the batch.

    >>> Softmax(dim=1).output_shape((1000,))
    (1000,)
    """

    dim: int | None = None

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape; ShapeError when it has no axis `dim`."""
        shape = read_shape(input_shape)
        if self.dim is not None:
            read_dim("dim", self.dim, shape)
        return shape


@dataclass(frozen=True)
class Add:
    """The sum of several feature maps, as x + y in a residual block (He et al. 2015): y = F(x) + x.

    Sizes of 1 are repeated to match, as torch's addition does.

    >>> Add().output_shape((64, 56, 56), (64, 56, 56))
    (64, 56, 56)
    """

    @property
    def num_params(self) -> int:
        """0."""
        return 0

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """The shape of the sum; ShapeError when the inputs do not match."""
        shapes = read_shapes("Add", input_shapes)
        result = []
        for axis, sizes in enumerate(zip(*shapes, strict=True)):
            different = sorted({size for size in sizes if size != 1})
            if len(different) > 1:
                raise ShapeError(
                    f"Add got {' and '.join(str(shape) for shape in shapes)}: on axis {axis} "
                    f"{' and '.join(f'{size:,}' for size in different)} differ by {different[-1] - different[0]:,}; "
                    "bring all inputs to the same shape, in a residual block with a 1x1 convolution on the skip."
                )
            result.append(different[0] if different else 1)
        return tuple(result)

    def macs(self, *input_shapes: Shape) -> int:
        """0: adding is not multiplying."""
        self.output_shape(*input_shapes)
        return 0


@dataclass(frozen=True)
class Concat:
    """Feature maps one behind the other, as torch.cat(inputs, dim): dim 1 is the channels, axis 0 being the batch.

    >>> Concat().output_shape((64, 28, 28), (128, 28, 28))
    (192, 28, 28)
    """

    dim: int = 1

    @property
    def num_params(self) -> int:
        """0."""
        return 0

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """The joined shape; ShapeError when the other axes do not match."""
        shapes = read_shapes("Concat", input_shapes)
        dim = read_dim("dim", self.dim, shapes[0])
        if dim == 0:
            raise ShapeError("dim 0 is the batch: it would join images, not channels; use dim=1.")
        joined = dim - 1
        for axis, sizes in enumerate(zip(*shapes, strict=True)):
            if axis != joined and len(set(sizes)) > 1:
                raise ShapeError(
                    f"Concat got {' and '.join(str(shape) for shape in shapes)}: only axis {joined} may differ, and "
                    f"axis {axis} differs by {max(sizes) - min(sizes):,}; bring it to one size first."
                )
        return (*shapes[0][:joined], sum(shape[joined] for shape in shapes), *shapes[0][joined + 1 :])

    def macs(self, *input_shapes: Shape) -> int:
        """0: nothing is multiplied."""
        self.output_shape(*input_shapes)
        return 0


Layer = (
    Conv2d
    | ConvTranspose2d
    | MaxPool2d
    | AvgPool2d
    | AdaptiveAvgPool2d
    | Linear
    | Flatten
    | ReLU
    | BatchNorm2d
    | Dropout
    | Softmax
    | Add
    | Concat
)


def read_shapes(layer: str, shapes: tuple[Shape, ...]) -> list[Shape]:
    """At least one shape, all of one rank; ShapeError otherwise."""
    if not shapes:
        raise ShapeError(f"{layer} needs at least one input shape.")
    read = [read_shape(shape) for shape in shapes]
    if len({len(shape) for shape in read}) > 1:
        raise ShapeError(
            f"{layer} got {' and '.join(str(shape) for shape in read)}, which differ in their number of axes."
        )
    return read


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
