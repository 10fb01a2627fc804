"""Linear: a dense layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

from cnnviz.arithmetic.derivations.counts import linear_macs, linear_params
from cnnviz.arithmetic.derivations.lines import Derivation
from cnnviz.arithmetic.layers.convolution import with_bias
from cnnviz.arithmetic.layers.keras import call, unless
from cnnviz.arithmetic.layers.layer import Layer, Role, every_place
from cnnviz.arithmetic.receptive_field import Fields, whole
from cnnviz.arithmetic.settings import Shape, ShapeError, counted, read_shape, whole_number


@dataclass(frozen=True)
class Linear(Layer):
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

    role: ClassVar[Role] = "weights"
    counts: ClassVar[str] = "in_features"
    form: ClassVar[tuple[str, ...]] = ("out_features", "bias")

    def __post_init__(self) -> None:
        object.__setattr__(self, "in_features", whole_number("in_features", self.in_features))
        object.__setattr__(self, "out_features", whole_number("out_features", self.out_features))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Ten classes."""
        return cls(input_shape[-1], 10)

    def parameter_shapes(self) -> dict[str, Shape]:
        """A row of weights for each output, and a bias."""
        return with_bias((self.out_features, self.in_features), self.out_features, self.bias)

    @property
    def num_params(self) -> int:
        """Weights and biases: (in_features + 1) * out_features; without the 1 when bias=False."""
        return (self.in_features + bool(self.bias)) * self.out_features

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape with out_features as its last size; ShapeError when the last size is not in_features."""
        shape = read_shape(input_shape)
        if shape[-1] != self.in_features:
            made_for = f"Linear was made for {counted(self.in_features, 'feature')} and got {shape[-1]:,}"
            if prod(shape) == self.in_features:
                raise ShapeError(f"{made_for} on the last axis of {shape}: flatten the input first, then it fits.")
            if len(shape) > 1:
                features = prod(shape)
                offer = (
                    f"flattened, {shape} is {counted(features, 'feature')}: use in_features={features} after a Flatten"
                )
                raise ShapeError(
                    f"{made_for} on the last axis of {shape}; {offer}, or in_features={shape[-1]} without."
                )
            raise ShapeError(f"{made_for}: use in_features={shape[-1]}.")
        return (*shape[:-1], self.out_features)

    def macs_at(self, input_shapes: Sequence[Shape], output_shape: Shape) -> int:
        """in_features for every output value."""
        return prod(output_shape) * self.in_features

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """What all of its inputs together see: the whole row of a map, or of a flattened map all of it."""
        if input_fields[0] is None:
            return None
        height, width = input_fields[0]
        if len(input_shapes[0]) == 3:
            return height, whole(width, input_shapes[0][2])
        if len(input_shapes[0]) > 1:
            return whole(height, 1), whole(width, 1)
        if not height.exact:  # of a flattening each value sees a part; a sum over all of them sees the whole
            return height._replace(exact=True), width._replace(exact=True)
        return height, width

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """All places along the last axis, which is summed over; along the others the same."""
        shape = input_shapes[which]
        return rows if len(shape) == 3 and axis == 0 else every_place(shape, axis, rows)

    def num_params_derivation(self) -> Derivation:
        """(in + 1) * out."""
        return linear_params(self.in_features, self.out_features, self.bias)

    def macs_derivation(self, input_shape: Shape) -> Derivation:
        """in * out, for every place of the other axes; ShapeError when the input does not fit."""
        self.output_shape(input_shape)
        return linear_macs(self.in_features, self.out_features, prod(input_shape[:-1]))

    def shape_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: as many features come out as were asked for; ShapeError when the input does not fit."""
        self.output_shape(input_shape)
        return ()

    def receptive_field_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """None: it sees everything."""
        self.output_shape(input_shape)
        return ()

    def keras_lines(self, input_shape: Shape) -> list[str]:
        """Dense."""
        return [call("Dense", [str(self.out_features), *unless(self.bias, "use_bias=False")])]

    def counted_in(self, input_shape: Shape) -> int | None:
        """The last size; None for a picture, which is flattened first."""
        return None if len(input_shape) == 3 else input_shape[-1]

    def likely_shape(self, input_shape: Shape) -> Shape | None:
        """One row of features, as behind a flattening."""
        return (self.out_features,)
