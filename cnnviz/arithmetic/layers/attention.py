"""Attention and the layers of a transformer, over sequences (tokens, features): every token looks at every other.

Vaswani et al. 2017, "Attention is all you need". Counted as multiply-accumulates are the linear layers, the products of
queries and keys, and those of the weights and the values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

from cnnviz.arithmetic.layers.layer import Counted, Function, Role, SeesEverything, Term
from cnnviz.arithmetic.settings import Shape, ShapeError, counted, read_shape, shown, whole_number


def tokens(layer: str, shape: Shape, features: int, name: str) -> int:
    """How many tokens there are; ShapeError for another rank or number of features."""
    sizes = read_shape(shape)
    if len(sizes) != 2:
        raise ShapeError(f"{layer} takes a sequence (tokens, features), not {sizes}.")
    if sizes[1] != features:
        raise ShapeError(
            f"{layer} was made for {counted(features, 'feature')} and got {sizes[1]:,}: use {name}={sizes[1]}."
        )
    return sizes[0]


def attention_shapes(embed_dim: int, bias: bool = True, kdim: int = 0, vdim: int = 0) -> dict[str, Shape]:
    """The parameters of a multi-head attention, under torch's names."""
    shapes: dict[str, Shape] = {}
    if kdim in (0, embed_dim) and vdim in (0, embed_dim):
        shapes["in_proj_weight"] = (3 * embed_dim, embed_dim)
    else:
        shapes |= {"q_proj_weight": (embed_dim, embed_dim), "k_proj_weight": (embed_dim, kdim or embed_dim)}
        shapes["v_proj_weight"] = (embed_dim, vdim or embed_dim)
    if bias:
        shapes["in_proj_bias"] = (3 * embed_dim,)
    shapes["out_proj.weight"] = (embed_dim, embed_dim)
    if bias:
        shapes["out_proj.bias"] = (embed_dim,)
    return shapes


def attention_work(
    queries: int, keys: int, features: int, kdim: int = 0, vdim: int = 0, added_keys: int = 0
) -> tuple[Term, ...]:
    """The products of one multi-head attention, each head with its part of the features.

    `added_keys` are looked at besides those that are given, and come from no linear layer.
    """
    return (
        Term("queries", (queries, features, features)),
        Term("keys", (keys, kdim or features, features)),
        Term("values", (keys, vdim or features, features)),
        Term("queries by keys", (queries, keys + added_keys, features)),
        Term("weights by values", (queries, keys + added_keys, features)),
        Term("outputs", (queries, features, features)),
    )


@dataclass(frozen=True)
class MultiheadAttention(Counted, SeesEverything):
    """Multi-head attention, as torch.nn.MultiheadAttention: of a sequence to itself, or of queries to keys and values.

    >>> MultiheadAttention(768, 12).num_params
    2362368
    >>> MultiheadAttention(768, 12).output_shape((197, 768))
    (197, 768)
    """

    embed_dim: int
    num_heads: int
    dropout: float = 0.0
    bias: bool = True
    add_bias_kv: bool = False
    add_zero_attn: bool = False
    kdim: int | None = None
    vdim: int | None = None
    batch_first: bool = False

    role: ClassVar[Role] = "weights"
    counts: ClassVar[str] = "embed_dim"
    takes_several: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for name in ("embed_dim", "num_heads"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))
        if self.embed_dim % self.num_heads:
            raise ShapeError(f"embed_dim {self.embed_dim:,} does not divide into {counted(self.num_heads, 'head')}.")

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Two heads where the features allow it."""
        return cls(input_shape[-1], 2 if input_shape[-1] % 2 == 0 else 1)

    def parameter_shapes(self) -> dict[str, Shape]:
        """The weights of queries, keys and values, and those of the output."""
        shapes = attention_shapes(self.embed_dim, self.bias, self.kdim or 0, self.vdim or 0)
        if self.add_bias_kv:
            shapes |= {"bias_k": (1, 1, self.embed_dim), "bias_v": (1, 1, self.embed_dim)}
        return shapes

    def keys(self, input_shapes: Sequence[Shape]) -> int:
        """How many tokens are looked at."""
        return input_shapes[1 if len(input_shapes) > 1 else 0][0]

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """(tokens, embed_dim) of the queries; ShapeError for another rank or number of features."""
        query, *others = input_shapes
        features = (self.kdim or self.embed_dim, self.vdim or self.embed_dim)
        count = tokens("MultiheadAttention", query, self.embed_dim, "embed_dim")
        key = others[0] if others else query
        looked_at = (key, others[1] if len(others) > 1 else key)
        for shape, size, name in zip(looked_at, features, ("kdim", "vdim"), strict=True):
            tokens("MultiheadAttention", shape, size, name)
        if len(others) > 1 and others[0][0] != others[1][0]:
            raise ShapeError(f"There are {others[0][0]:,} keys and {others[1][0]:,} values: each key has one value.")
        return count, self.embed_dim

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """Linear layers, queries by keys, weights by values."""
        keys = self.keys(input_shapes)
        added = self.add_bias_kv + self.add_zero_attn  # one key each: a learned one, and zeros
        return attention_work(output_shape[0], keys, self.embed_dim, self.kdim or 0, self.vdim or 0, added)

    def counted_in(self, input_shape: Shape) -> int | None:
        """The features of a token."""
        return input_shape[-1]

    def applied(self, name: str, inputs: Sequence[str]) -> str:
        """Queries, keys and values; the weights are left out."""
        query, *others = inputs
        key = others[0] if others else query
        return f"{name}({query}, {key}, {others[1] if len(others) > 1 else key})[0]"

    def plainest(self) -> Self:
        """The same with the batch in front, where it is in all shapes here, and without sizes that are the default."""
        kdim, vdim = (None if size == self.embed_dim else size for size in (self.kdim, self.vdim))
        return self.with_settings(batch_first=True, kdim=kdim, vdim=vdim)


@dataclass(frozen=True)
class ScaledDotProductAttention(Counted, SeesEverything, Function):
    """softmax(Q K^T / sqrt(d)) V, as torch.nn.functional.scaled_dot_product_attention.

    >>> ScaledDotProductAttention().output_shape((12, 197, 64), (12, 197, 64), (12, 197, 64))
    (12, 197, 64)
    """

    role: ClassVar[Role] = "join"
    takes_several: ClassVar[bool] = True
    sign: ClassVar[str] = "⊙"

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """The only one there is."""
        return cls()

    def parameter_shapes(self) -> dict[str, Shape]:
        """Nothing."""
        return {}

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """(..., queries, features of a value); ShapeError where queries, keys and values do not go together."""
        query, key, value = (*input_shapes, input_shapes[-1], input_shapes[-1])[:3]
        if min(len(query), len(key), len(value)) < 2 or query[-1] != key[-1] or key[-2] != value[-2]:
            raise ShapeError(f"Queries {query}, keys {key} and values {value} do not go together.")
        return (*query[:-1], value[-1])

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """Queries by keys, weights by values."""
        query, key, value = (*input_shapes, input_shapes[-1], input_shapes[-1])[:3]
        return (
            Term("queries by keys", (prod(query), key[-2])),
            Term("weights by values", (prod(query[:-1]), key[-2], value[-1])),
        )

    def code(self, explicit: bool = False) -> str:
        """The function that does it."""
        return "torch.nn.functional.scaled_dot_product_attention()"

    def expression(self, inputs: Sequence[str]) -> str:
        """The line of a forward that does it."""
        given = (*inputs, inputs[-1], inputs[-1])[:3]
        return f"torch.nn.functional.scaled_dot_product_attention({', '.join(given)})"


class TransformerPart(Counted, SeesEverything):
    """What the layers of a transformer have in common: attention, then two dense layers at each token."""

    d_model: int
    nhead: int
    dim_feedforward: int
    bias: bool
    batch_first: bool

    role: ClassVar[Role] = "weights"
    counts: ClassVar[str] = "d_model"
    takes_several: ClassVar[bool] = True
    attentions: ClassVar[tuple[str, ...]]

    def __post_init__(self) -> None:
        for name in ("d_model", "nhead", "dim_feedforward"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))
        if self.d_model % self.nhead:
            raise ShapeError(f"d_model {self.d_model:,} does not divide into {counted(self.nhead, 'head')}.")

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """A small one."""
        return cls(input_shape[-1], 2 if input_shape[-1] % 2 == 0 else 1, 16)  # type: ignore[call-arg]

    def parameter_shapes(self) -> dict[str, Shape]:
        """Attention, two dense layers, and a normalization behind each of them."""
        model, inner = self.d_model, self.dim_feedforward
        shapes: dict[str, Shape] = {}
        for attention in self.attentions:
            shapes |= {f"{attention}.{name}": shape for name, shape in attention_shapes(model, self.bias).items()}
        shapes |= {"linear1.weight": (inner, model), "linear1.bias": (inner,)}
        shapes |= {"linear2.weight": (model, inner), "linear2.bias": (model,)}
        for number in range(1, len(self.attentions) + 2):
            shapes |= {f"norm{number}.weight": (model,), f"norm{number}.bias": (model,)}
        return {name: shape for name, shape in shapes.items() if self.bias or not name.endswith("bias")}

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """(tokens, d_model); ShapeError for another rank or number of features."""
        for shape in input_shapes:
            tokens(type(self).__name__, shape, self.d_model, "d_model")
        return read_shape(input_shapes[0])

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """Attention, then the two dense layers."""
        count = output_shape[0]
        terms = list(attention_work(count, count, self.d_model))
        if len(self.attentions) > 1:
            terms += attention_work(count, input_shapes[-1][0], self.d_model)
        dense = (count, self.d_model, self.dim_feedforward)
        return (*terms, Term("first dense layer", dense), Term("second dense layer", dense))

    def counted_in(self, input_shape: Shape) -> int | None:
        """The features of a token."""
        return input_shape[-1]

    def applied(self, name: str, inputs: Sequence[str]) -> str:
        """The sequence; a decoder also takes what it looks at, which may be the sequence itself."""
        given = list(inputs) if len(self.attentions) == 1 else [inputs[0], inputs[-1]]
        return f"{name}({', '.join(given)})"

    def plainest(self) -> Self:
        """The same with the batch in front, where it is in all shapes here."""
        return self if self.batch_first else self.with_settings(batch_first=True)


@dataclass(frozen=True)
class TransformerEncoderLayer(TransformerPart):
    """Self-attention and a small dense network, as torch.nn.TransformerEncoderLayer.

    >>> TransformerEncoderLayer(512, 8).num_params
    3152384
    """

    d_model: int
    nhead: int
    dim_feedforward: int = 2048
    dropout: float = 0.1
    activation: str = "relu"
    layer_norm_eps: float = 1e-05
    batch_first: bool = False
    norm_first: bool = False
    bias: bool = True

    attentions: ClassVar[tuple[str, ...]] = ("self_attn",)


@dataclass(frozen=True)
class TransformerDecoderLayer(TransformerPart):
    """Self-attention, attention to what an encoder gives, a small dense network: torch.nn.TransformerDecoderLayer.

    >>> TransformerDecoderLayer(512, 8).output_shape((20, 512), (30, 512))
    (20, 512)
    """

    d_model: int
    nhead: int
    dim_feedforward: int = 2048
    dropout: float = 0.1
    activation: str = "relu"
    layer_norm_eps: float = 1e-05
    batch_first: bool = False
    norm_first: bool = False
    bias: bool = True

    attentions: ClassVar[tuple[str, ...]] = ("self_attn", "multihead_attn")


@dataclass(frozen=True)
class Transformer(Counted, SeesEverything):
    """An encoder and a decoder, as torch.nn.Transformer: it takes a source and a target sequence.

    >>> Transformer(512, 8).output_shape((30, 512), (20, 512))
    (20, 512)
    """

    d_model: int = 512
    nhead: int = 8
    num_encoder_layers: int = 6
    num_decoder_layers: int = 6
    dim_feedforward: int = 2048
    dropout: float = 0.1
    activation: str = "relu"
    custom_encoder: None = None
    custom_decoder: None = None
    layer_norm_eps: float = 1e-05
    batch_first: bool = False
    norm_first: bool = False
    bias: bool = True

    role: ClassVar[Role] = "weights"
    counts: ClassVar[str] = "d_model"
    takes_several: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for name in ("num_encoder_layers", "num_decoder_layers"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))
        if self.custom_encoder is not None or self.custom_decoder is not None:
            raise ShapeError(f"Transformer with {shown('custom_encoder')} is not worked out here.")
        self.parts()

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """A small one."""
        return cls(input_shape[-1], 2 if input_shape[-1] % 2 == 0 else 1, 1, 1, 16)

    def parts(self) -> tuple[TransformerEncoderLayer, TransformerDecoderLayer]:
        """One layer of each half."""
        settings = (self.d_model, self.nhead, self.dim_feedforward)
        return (
            TransformerEncoderLayer(*settings, bias=self.bias),
            TransformerDecoderLayer(*settings, bias=self.bias),
        )

    def parameter_shapes(self) -> dict[str, Shape]:
        """Those of all layers, and a normalization behind each half."""
        shapes: dict[str, Shape] = {}
        halves = zip(
            ("encoder", "decoder"), self.parts(), (self.num_encoder_layers, self.num_decoder_layers), strict=True
        )
        for half, part, count in halves:
            for number in range(count):
                own = part.parameter_shapes()
                shapes |= {f"{half}.layers.{number}.{name}": shape for name, shape in own.items()}
            shapes[f"{half}.norm.weight"] = (self.d_model,)
            if self.bias:
                shapes[f"{half}.norm.bias"] = (self.d_model,)
        return shapes

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """(tokens of the target, d_model)."""
        for shape in input_shapes:
            tokens("Transformer", shape, self.d_model, "d_model")
        return read_shape(input_shapes[-1])

    def work(self, input_shapes: Sequence[Shape], output_shape: Shape) -> tuple[Term, ...]:
        """That of all layers."""
        source, target = input_shapes[0], input_shapes[-1]
        encoder, decoder = self.parts()
        return (
            *(encoder.work([source], source) * self.num_encoder_layers),
            *(decoder.work([target, source], target) * self.num_decoder_layers),
        )

    def applied(self, name: str, inputs: Sequence[str]) -> str:
        """Source and target."""
        return f"{name}({inputs[0]}, {inputs[-1]})"

    def plainest(self) -> Self:
        """The same with the batch in front, where it is in all shapes here."""
        return self if self.batch_first else self.with_settings(batch_first=True)
