"""Layers that treat every value, or every place, by itself and keep the shape: activations, dropout, softmax."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from cnnviz.arithmetic.derivations.lines import Derivation
from cnnviz.arithmetic.layers.layer import (
    Change,
    Counted,
    KeepsShape,
    LearnsNothing,
    NotCounted,
    Number,
    Role,
    SeesEverything,
    SeesItsPlace,
    Term,
    every_place,
)
from cnnviz.arithmetic.receptive_field import Fields, whole
from cnnviz.arithmetic.settings import (
    Shape,
    ShapeError,
    axis_of_dim,
    counted,
    read_dim,
    read_shape,
    shown,
    whole_number,
)

# Layers of torch.nn that treat every place of a map alike and learn nothing, with the arguments they take, in order.
POINTWISE: dict[str, tuple[str, ...]] = {
    "CELU": ("alpha", "inplace"),
    "Dropout1d": ("p", "inplace"),
    "Dropout2d": ("p", "inplace"),
    "Dropout3d": ("p", "inplace"),
    "AlphaDropout": ("p", "inplace"),
    "ELU": ("alpha", "inplace"),
    "GELU": ("approximate",),
    "Hardsigmoid": ("inplace",),
    "Hardswish": ("inplace",),
    "Hardtanh": ("min_val", "max_val", "inplace"),
    "Identity": (),
    "LeakyReLU": ("negative_slope", "inplace"),
    "LocalResponseNorm": ("size", "alpha", "beta", "k"),
    "LogSigmoid": (),
    "Mish": ("inplace",),
    "ReLU6": ("inplace",),
    "SELU": ("inplace",),
    "SiLU": ("inplace",),
    "Sigmoid": (),
    "Softplus": ("beta", "threshold"),
    "Softsign": (),
    "Tanh": (),
    "FeatureAlphaDropout": ("p", "inplace"),
    "Hardshrink": ("lambd",),
    "RReLU": ("lower", "upper", "inplace"),
    "Softshrink": ("lambd",),
    "Threshold": ("threshold", "value", "inplace"),
    "Tanhshrink": (),
}


@dataclass(frozen=True)
class ReLU(KeepsShape):
    """max(0, x) of every value, as torch.nn.ReLU: the shape stays.

    >>> ReLU().output_shape((64, 55, 55))
    (64, 55, 55)
    """

    inplace: bool = False

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The only one there is."""
        return cls()


@dataclass(frozen=True)
class Dropout(KeepsShape):
    """Silences values at random while training, as torch.nn.Dropout: the shape stays.

    >>> Dropout(0.5).output_shape((4096,))
    (4096,)
    """

    is_view: ClassVar[bool] = True

    p: float = 0.5
    inplace: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.p, bool) or not isinstance(self.p, int | float) or not 0 <= self.p <= 1:
            raise ShapeError(f"p is {shown(self.p)}; it is the share of values dropped, between 0 and 1.")

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Half of the values."""
        return cls()


@dataclass(frozen=True)
class Pointwise(KeepsShape):
    """One of the layers in POINTWISE: the shape stays and no place of the map looks at its neighbours.

    `arguments` are kept as they were written, so that the layer can be written down again; they change no number here.

    >>> Pointwise("LeakyReLU", (("negative_slope", 0.2),)).output_shape((64, 55, 55))
    (64, 55, 55)
    """

    function: str
    arguments: tuple[tuple[str, Number], ...] = ()

    def __post_init__(self) -> None:
        if self.function not in POINTWISE:
            raise ShapeError(f"{shown(self.function)} is not one of the pointwise layers {', '.join(POINTWISE)}.")
        for name, _ in self.arguments:
            if name not in POINTWISE[self.function]:
                raise ShapeError(f"{self.function} has no argument {name}.")

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The activation of newer networks."""
        return cls("GELU")

    def code(self, explicit: bool = False) -> str:
        """The call that makes it in PyTorch."""
        return f"nn.{self.function}({', '.join(f'{name}={value!r}' for name, value in self.arguments)})"


class AlongOneAxis(LearnsNothing, NotCounted):
    """A layer that keeps the shape and looks at all values along one axis, `dim`. As in torch, axis 0 is the batch."""

    dim: int | None

    role: ClassVar[Role] = "point"

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape; ShapeError when it has no axis `dim`."""
        shape = read_shape(input_shape)
        if self.dim is not None:
            read_dim("dim", self.dim, shape)
        return shape

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """Those of the input; along `dim` those of all places together."""
        fields, shape = input_fields[0], input_shapes[0]
        if fields is None or len(shape) == 1:
            return fields
        height, width = (
            whole(field, shape[1 + axis] if len(shape) == 3 else 1) if self.looks_along(axis, shape) else field
            for axis, field in enumerate(fields)
        )
        return height, width

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """The same rows; along `dim` all."""
        shape = input_shapes[which]
        return every_place(shape, axis, rows) if self.looks_along(axis, shape) else rows

    def looks_along(self, axis: int, shape: Shape) -> bool:
        """Whether an output depends on every place along the height (axis 0) or the width (axis 1)."""
        return len(shape) != 3 or (self.dim is not None and axis_of_dim(self.dim, shape) == axis)

    def shape_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: there is no formula."""
        self.output_shape(input_shape)
        return ()

    def receptive_field_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: there are no windows."""
        self.output_shape(input_shape)
        return ()


@dataclass(frozen=True)
class Softmax(AlongOneAxis):
    """Turns scores into probabilities, as torch.nn.Softmax: the shape stays. As in torch, axis 0 is the batch.

    >>> Softmax(dim=1).output_shape((1000,))
    (1000,)
    """

    dim: int | None = None

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Over the classes."""
        return cls(dim=1)


@dataclass(frozen=True)
class LogSoftmax(AlongOneAxis):
    """The logarithm of Softmax, as torch.nn.LogSoftmax: the shape stays. As in torch, axis 0 is the batch.

    >>> LogSoftmax(dim=1).output_shape((1000,))
    (1000,)
    """

    dim: int | None = None

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Over the classes."""
        return cls(dim=1)


@dataclass(frozen=True)
class Softmin(AlongOneAxis):
    """Softmax of the negative values, as torch.nn.Softmin.

    >>> Softmin(dim=1).output_shape((1000,))
    (1000,)
    """

    dim: int | None = None

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Over the classes."""
        return cls(dim=1)


@dataclass(frozen=True)
class PReLU(Counted, SeesItsPlace):
    """max(0, x) + a * min(0, x) with learned a, one or one for each channel, as torch.nn.PReLU (He et al. 2015).

    >>> PReLU(64).num_params
    64
    """

    num_parameters: int = 1

    role: ClassVar[Role] = "point"

    def __post_init__(self) -> None:
        object.__setattr__(self, "num_parameters", whole_number("num_parameters", self.num_parameters))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """One slope for everything."""
        return cls()

    def parameter_shapes(self) -> dict[str, Shape]:
        """The slopes."""
        return {"weight": (self.num_parameters,)}

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape; ShapeError when there are slopes for another number of channels."""
        shape = read_shape(input_shape)
        if self.num_parameters not in (1, shape[0]):
            raise ShapeError(
                f"PReLU has {self.num_parameters:,} slopes and got {counted(shape[0], 'channel')}: "
                f"use num_parameters={shape[0]}, or 1."
            )
        return shape

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """Nothing that is counted."""
        return ()

    def changes(self, input_shape: Shape) -> Iterator[Change]:
        """As many slopes as there are channels."""
        yield Change("num_parameters", input_shape[0])


@dataclass(frozen=True)
class GLU(LearnsNothing, NotCounted, SeesEverything):
    """One half of an axis times the sigmoid of the other, as torch.nn.GLU (Dauphin et al. 2017). Axis 0 is the batch.

    >>> GLU(dim=1).output_shape((64, 28, 28))
    (32, 28, 28)
    """

    dim: int = -1

    role: ClassVar[Role] = "point"

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Over the channels."""
        return cls(dim=1)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape with half of the axis; ShapeError when it is odd."""
        shape = read_shape(input_shape)
        axis = read_dim("dim", self.dim, shape) - 1
        if axis < 0:
            raise ShapeError("dim 0 is the batch: GLU would put half of the images against the other half.")
        if shape[axis] % 2:
            raise ShapeError(f"GLU halves an axis, and {shape[axis]:,} is odd: give it an even number.")
        return (*shape[:axis], shape[axis] // 2, *shape[axis + 1 :])
