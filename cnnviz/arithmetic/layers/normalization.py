"""All normalizations: values brought to mean 0 and variance 1, over a batch, a map, a group of channels or a place."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

from cnnviz.arithmetic.derivations.counts import nothing_learnt
from cnnviz.arithmetic.derivations.lines import C_IN, Derivation, Line, number
from cnnviz.arithmetic.layers.convolution import with_bias
from cnnviz.arithmetic.layers.layer import (
    Change,
    Counted,
    NotCounted,
    Role,
    SeesEverything,
    SeesItsPlace,
    Term,
    every_place,
    positions,
)
from cnnviz.arithmetic.receptive_field import Fields, whole
from cnnviz.arithmetic.settings import (
    Shape,
    ShapeError,
    counted,
    read_image_shape,
    read_shape,
    read_volume_shape,
    whole_number,
)


@dataclass(frozen=True)
class BatchNorm(NotCounted, SeesItsPlace):
    """What batch normalisation does whatever the rank, at inference: with the statistics that training measured.

    Without such statistics (track_running_stats=False) they are those of the map itself, so that every value sees all.

    Ioffe and Szegedy 2015, "Batch normalization: accelerating deep network training by reducing internal covariate
    shift".
    """

    num_features: int
    eps: float = 1e-05
    momentum: float | None = 0.1
    affine: bool = True
    track_running_stats: bool = True

    role: ClassVar[Role] = "point"
    counts: ClassVar[str] = "num_features"
    what: ClassVar[str] = "channel"

    def __post_init__(self) -> None:
        object.__setattr__(self, "num_features", whole_number("num_features", self.num_features))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """One scale and one shift for every channel."""
        return cls(input_shape[0])

    def parameter_shapes(self) -> dict[str, Shape]:
        """Scales and shifts."""
        return with_bias((self.num_features,), self.num_features, True) if self.affine else {}

    @property
    def num_params(self) -> int:
        """Scales and shifts; the running mean and variance are measured, not learned, and not counted."""
        return 2 * self.num_features if self.affine else 0

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """Those of the input; of the whole map where its own statistics are used."""
        fields = input_fields[0]
        if fields is None or self.track_running_stats:
            return fields
        height, width = (whole(field, positions(output_shape, axis)) for axis, field in enumerate(fields))
        return height, width

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The same rows; all where the map's own statistics are used."""
        return rows if self.track_running_stats else every_place(input_shapes[which], axis, rows)

    @abstractmethod
    def read(self, input_shape: Shape) -> Shape:
        """The shape, or ShapeError for a rank that it does not take."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape; ShapeError when it does not have num_features channels."""
        shape = self.read(input_shape)
        if shape[0] != self.num_features:
            raise ShapeError(
                f"{type(self).__name__} was made for {counted(self.num_features, self.what)} and got {shape[0]:,}: "
                f"use num_features={shape[0]}."
            )
        return shape

    def num_params_derivation(self) -> Derivation:
        """2 * C."""
        if not self.affine:
            return nothing_learnt()
        lines = (
            Line(rf"\text{{parameters}} = 2 \cdot {C_IN}", f"A scale and a shift for every {self.what}."),
            Line(rf"= 2 \cdot {number(self.num_features, 'input')}"),
            Line(f"= {number(self.num_params, 'output')}"),
        )
        return Derivation("Parameters", lines, self.num_params)


@dataclass(frozen=True)
class BatchNorm2d(BatchNorm):
    """Normalises each channel, as torch.nn.BatchNorm2d: one scale and one shift per channel are learned.

    >>> BatchNorm2d(64).num_params
    128
    """

    def read(self, input_shape: Shape) -> Shape:
        """(channels, height, width)."""
        return read_image_shape("BatchNorm2d", input_shape)


@dataclass(frozen=True)
class BatchNorm1d(BatchNorm):
    """Normalises each feature of a flat input, as torch.nn.BatchNorm1d: one scale and one shift per feature.

    >>> BatchNorm1d(128).num_params
    256
    """

    what: ClassVar[str] = "feature"

    def read(self, input_shape: Shape) -> Shape:
        """(features,) or (channels, length); a picture is refused."""
        shape = read_shape(input_shape)
        if len(shape) > 2:
            raise ShapeError(f"BatchNorm1d takes (features,) or (channels, length), not {shape}: use BatchNorm2d.")
        return shape


@dataclass(frozen=True)
class BatchNorm3d(BatchNorm):
    """Normalises each channel of a volume, as torch.nn.BatchNorm3d.

    >>> BatchNorm3d(16).output_shape((16, 8, 32, 32))
    (16, 8, 32, 32)
    """

    def read(self, input_shape: Shape) -> Shape:
        """(channels, depth, height, width)."""
        return read_volume_shape("BatchNorm3d", input_shape)


class OwnStatistics(Counted, SeesEverything):
    """A normalization by the statistics of the map itself, in training and at inference: it keeps the shape."""

    role: ClassVar[Role] = "point"

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """Nothing that is counted: only convolutions, linear layers and products of matrices are."""
        return ()


class InstanceNorm(OwnStatistics):
    """Each channel of each image normalised by itself (Ulyanov et al. 2016, "Instance normalization")."""

    num_features: int
    affine: bool
    track_running_stats: bool

    counts: ClassVar[str] = "num_features"
    axes: ClassVar[int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "num_features", whole_number("num_features", self.num_features))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """For every channel that comes in."""
        return cls(input_shape[0])  # type: ignore[call-arg]

    def parameter_shapes(self) -> dict[str, Shape]:
        """Scales and shifts, where they are learned."""
        return with_bias((self.num_features,), self.num_features, True) if self.affine else {}

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape; ShapeError for another rank, and where a channel has a single value."""
        channels, *sizes = shape = read_shape(input_shape)
        name = type(self).__name__
        if len(sizes) != self.axes:
            raise ShapeError(f"{name} takes {self.axes} axes besides the channels, not {shape}.")
        if channels != self.num_features and (self.affine or self.track_running_stats):
            raise ShapeError(
                f"{name} was made for {counted(self.num_features, 'channel')} and got {channels:,}: "
                f"use num_features={channels}."
            )
        if prod(sizes) == 1 and not self.track_running_stats:
            raise ShapeError(f"{name} has one value in each channel here, which has no variance.")
        return shape


@dataclass(frozen=True)
class InstanceNorm1d(InstanceNorm):
    """Normalises each channel of a sequence by itself, as torch.nn.InstanceNorm1d.

    >>> InstanceNorm1d(8).output_shape((8, 100))
    (8, 100)
    """

    num_features: int
    eps: float = 1e-05
    momentum: float = 0.1
    affine: bool = False
    track_running_stats: bool = False

    axes: ClassVar[int] = 1


@dataclass(frozen=True)
class InstanceNorm2d(InstanceNorm):
    """Normalises each channel of a picture by itself, as torch.nn.InstanceNorm2d.

    >>> InstanceNorm2d(64).num_params, InstanceNorm2d(64, affine=True).num_params
    (0, 128)
    """

    num_features: int
    eps: float = 1e-05
    momentum: float = 0.1
    affine: bool = False
    track_running_stats: bool = False

    axes: ClassVar[int] = 2


@dataclass(frozen=True)
class InstanceNorm3d(InstanceNorm):
    """Normalises each channel of a volume by itself, as torch.nn.InstanceNorm3d.

    >>> InstanceNorm3d(8).output_shape((8, 4, 16, 16))
    (8, 4, 16, 16)
    """

    num_features: int
    eps: float = 1e-05
    momentum: float = 0.1
    affine: bool = False
    track_running_stats: bool = False

    axes: ClassVar[int] = 3


@dataclass(frozen=True)
class GroupNorm(OwnStatistics):
    """Groups of channels normalised together, as torch.nn.GroupNorm (Wu and He 2018, "Group normalization").

    >>> GroupNorm(32, 64).num_params
    128
    """

    num_groups: int
    num_channels: int
    eps: float = 1e-05
    affine: bool = True

    counts: ClassVar[str] = "num_channels"

    def __post_init__(self) -> None:
        for name in ("num_groups", "num_channels"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))
        if self.num_channels % self.num_groups:
            raise ShapeError(f"{self.num_channels:,} channels do not divide into {counted(self.num_groups, 'group')}.")

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """One group of all channels."""
        return cls(1, input_shape[0])

    def parameter_shapes(self) -> dict[str, Shape]:
        """Scales and shifts, where they are learned."""
        return with_bias((self.num_channels,), self.num_channels, True) if self.affine else {}

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape; ShapeError when it does not have num_channels channels."""
        shape = read_shape(input_shape)
        if shape[0] != self.num_channels:
            raise ShapeError(
                f"GroupNorm was made for {counted(self.num_channels, 'channel')} and got {shape[0]:,}: "
                f"use num_channels={shape[0]}."
            )
        return shape


class OverLastAxes(OwnStatistics):
    """The values along the last axes normalised together, for each place of the others by itself."""

    normalized_shape: int | tuple[int, ...]
    elementwise_affine: bool

    def __post_init__(self) -> None:
        sizes = self.normalized_shape if isinstance(self.normalized_shape, list | tuple) else (self.normalized_shape,)
        read = tuple(whole_number("normalized_shape", size) for size in sizes)
        if not read:
            raise ShapeError("normalized_shape is empty; it names the sizes of the last axes.")
        object.__setattr__(self, "normalized_shape", read if len(read) > 1 else read[0])

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Over the last axis."""
        return cls(input_shape[-1])  # type: ignore[call-arg]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes of the last axes."""
        return self.normalized_shape if isinstance(self.normalized_shape, tuple) else (self.normalized_shape,)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape; ShapeError when its last axes have other sizes."""
        shape = read_shape(input_shape)
        if shape[-len(self.sizes) :] != self.sizes:
            raise ShapeError(
                f"{type(self).__name__} was made for last axes of {self.sizes} and got {shape}: "
                f"use normalized_shape={shape[-len(self.sizes) :]}."
            )
        return shape

    def changes(self, input_shape: Shape) -> Iterator[Change]:
        """The sizes that there are."""
        last = input_shape[-len(self.sizes) :]
        yield Change("normalized_shape", last if len(last) > 1 else last[0])

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """Those of the input; along the axes that are normalised those of all places together."""
        fields, shape = input_fields[0], input_shapes[0]
        if fields is None:
            return None
        height, width = (
            whole(field, positions(shape, axis))._replace(exact=False) if self.looks_along(axis, shape) else field
            for axis, field in enumerate(fields)
        )
        return height, width

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The same rows; all along an axis that is normalised."""
        shape = input_shapes[which]
        return every_place(shape, axis, rows) if self.looks_along(axis, shape) else rows

    def looks_along(self, axis: int, shape: Shape) -> bool:
        """Whether an output depends on every place along the height (axis 0) or the width (axis 1)."""
        return len(shape) != 3 or 1 + axis >= 3 - len(self.sizes)


@dataclass(frozen=True)
class LayerNorm(OverLastAxes):
    """Layer normalization over the last axes, as torch.nn.LayerNorm (Ba, Kiros and Hinton 2016).

    >>> LayerNorm(768).num_params
    1536
    """

    normalized_shape: int | tuple[int, ...]
    eps: float = 1e-05
    elementwise_affine: bool = True
    bias: bool = True

    def parameter_shapes(self) -> dict[str, Shape]:
        """Scales, and shifts unless bias=False."""
        if not self.elementwise_affine:
            return {}
        return {"weight": self.sizes, "bias": self.sizes} if self.bias else {"weight": self.sizes}

    def plainest(self) -> Self:
        """The same; whether it has shifts is of no account where it learns nothing."""
        return self if self.elementwise_affine else self.with_settings(bias=True)


@dataclass(frozen=True)
class RMSNorm(OverLastAxes):
    """Values divided by their root mean square over the last axes, as torch.nn.RMSNorm (Zhang and Sennrich 2019).

    >>> RMSNorm(768).num_params
    768
    """

    normalized_shape: int | tuple[int, ...]
    eps: float | None = None
    elementwise_affine: bool = True

    def parameter_shapes(self) -> dict[str, Shape]:
        """Scales."""
        return {"weight": self.sizes} if self.elementwise_affine else {}
