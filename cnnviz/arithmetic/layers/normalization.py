"""BatchNorm2d and BatchNorm1d: each channel brought to mean 0 and variance 1, then scaled and shifted."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from cnnviz.arithmetic.derivations.counts import nothing_learnt
from cnnviz.arithmetic.derivations.lines import C_IN, Derivation, Line, number
from cnnviz.arithmetic.layers.layer import NotCounted, Role, SeesItsPlace, every_place, positions
from cnnviz.arithmetic.receptive_field import Fields, whole
from cnnviz.arithmetic.settings import Shape, ShapeError, counted, read_image_shape, read_shape, whole_number


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
