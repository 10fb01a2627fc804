"""Layers that look up or combine rows of weights: Embedding, EmbeddingBag, Bilinear."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

from cnnviz.arithmetic.layers.convolution import with_bias
from cnnviz.arithmetic.layers.layer import Counted, Role, SeesEverything, Term
from cnnviz.arithmetic.settings import Shape, ShapeError, counted, read_shape, whole_number


@dataclass(frozen=True)
class Embedding(Counted, SeesEverything):
    """A learned vector for each of so many symbols, as torch.nn.Embedding: (steps,) -> (steps, embedding_dim).

    >>> Embedding(1000, 64).output_shape((20,)), Embedding(1000, 64).num_params
    ((20, 64), 64000)
    """

    num_embeddings: int
    embedding_dim: int
    padding_idx: int | None = None
    max_norm: float | None = None
    norm_type: float = 2.0
    scale_grad_by_freq: bool = False
    sparse: bool = False

    role: ClassVar[Role] = "weights"

    def __post_init__(self) -> None:
        for name in ("num_embeddings", "embedding_dim"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Ten symbols."""
        return cls(10, 8)

    def parameter_shapes(self) -> dict[str, Shape]:
        """A row for each symbol."""
        return {"weight": (self.num_embeddings, self.embedding_dim)}

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape with the vectors behind."""
        return (*read_shape(input_shape), self.embedding_dim)

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """Nothing: a row is looked up."""
        return ()


@dataclass(frozen=True)
class EmbeddingBag(Counted, SeesEverything):
    """The mean (or sum) of the vectors of a bag of symbols, as torch.nn.EmbeddingBag: (symbols,) -> (embedding_dim,).

    >>> EmbeddingBag(1000, 64).output_shape((20,))
    (64,)
    """

    num_embeddings: int
    embedding_dim: int
    max_norm: float | None = None
    norm_type: float = 2.0
    scale_grad_by_freq: bool = False
    mode: str = "mean"
    sparse: bool = False

    role: ClassVar[Role] = "weights"

    def __post_init__(self) -> None:
        for name in ("num_embeddings", "embedding_dim"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Ten symbols."""
        return cls(10, 8)

    def parameter_shapes(self) -> dict[str, Shape]:
        """A row for each symbol."""
        return {"weight": (self.num_embeddings, self.embedding_dim)}

    def output_shape(self, input_shape: Shape) -> Shape:
        """One vector."""
        if len(read_shape(input_shape)) != 1:
            raise ShapeError(f"EmbeddingBag takes a bag of symbols (symbols,), not {input_shape}.")
        return (self.embedding_dim,)

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """Nothing: rows are looked up."""
        return ()


@dataclass(frozen=True)
class Bilinear(Counted, SeesEverything):
    """x1 A x2 + b, as torch.nn.Bilinear: each output has a weight for every pair of features.

    >>> Bilinear(20, 30, 40).output_shape((20,), (30,)), Bilinear(20, 30, 40).num_params
    ((40,), 24040)
    """

    in1_features: int
    in2_features: int
    out_features: int
    bias: bool = True

    role: ClassVar[Role] = "weights"
    takes_several: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for name in ("in1_features", "in2_features", "out_features"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Of a map with itself."""
        return cls(input_shape[-1], input_shape[-1], 4)

    def parameter_shapes(self) -> dict[str, Shape]:
        """A matrix for each output, and a bias."""
        weight = (self.out_features, self.in1_features, self.in2_features)
        return with_bias(weight, self.out_features, self.bias)

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """The shape of the first with out_features as its last size; ShapeError where the features are others."""
        first, second = (*input_shapes, *input_shapes)[:2]
        for shape, features in ((first, self.in1_features), (second, self.in2_features)):
            if shape[-1] != features:
                raise ShapeError(f"Bilinear was made for {counted(features, 'feature')} and got {shape[-1]:,}.")
        if first[:-1] != second[:-1]:
            raise ShapeError(f"Bilinear got {first} and {second}: all sizes but the last are the same.")
        return (*first[:-1], self.out_features)

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """A matrix for each output value, then the second features."""
        places = prod(output_shape[:-1])
        weights = (self.out_features, self.in1_features, self.in2_features)
        return (Term("places by weights", (places, *weights)),)

    def applied(self, name: str, inputs: Sequence[str]) -> str:
        """Both inputs."""
        return f"{name}({inputs[0]}, {inputs[-1]})"
