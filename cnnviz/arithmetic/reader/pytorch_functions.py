"""The table of what PyTorch's functions and tensor methods do to a feature map.

F.relu(x), torch.relu(x) and x.relu() are one ReLU; x.view(x.size(0), -1) is a Flatten; x + y is an Add. The survey of a
real module uses the same table.
"""

from collections.abc import Callable
from typing import Any

from cnnviz.arithmetic.layers import Add, Divide, Maximum, Minimum, Multiply, Subtract
from cnnviz.arithmetic.reader import (
    arithmetic_functions,
    layer_functions,
    parts_of_maps,
    product_functions,
    shape_functions,
)
from cnnviz.arithmetic.reader.arithmetic_functions import CLAMPED, REARRANGED, REDUCTIONS, SHOWN, binary
from cnnviz.arithmetic.reader.bounded import is_whole
from cnnviz.arithmetic.reader.layer_functions import LAYER_FUNCTIONS, POINTWISE_FUNCTIONS
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.tensors import sizes_of, tensor, worked
from cnnviz.arithmetic.reader.values import Arguments, Dotted, Opaque, ParameterTensor, Tensor, Value

CHANGES_NOTHING = {
    "contiguous",
    "clone",
    "detach",
    "to",
    "cuda",
    "cpu",
    "float",
    "half",
    "double",
    "type_as",
    "type",
    "long",
    "int",
    "bool",
    "byte",
    "bfloat16",
    "requires_grad_",
    "retain_grad",
    "data",
    "numpy",
    "real",
    "imag",
    "detach_",
    "fill_",
    "zero_",
    "normal_",
    "uniform_",
    "masked_fill",
    "masked_fill_",
    "copy_",
    "pin_memory",
    "stop_gradient",
    "pow",
    "float_power",
    "logical_not",
    "dequantize",
    "share_memory_",
    "clamp_",
    "mul_",
    "bernoulli",
    "bernoulli_",
    "isnan",
    "isinf",
    "positive",
    "conj",
    "resolve_conj",
    "quantize",
    "trunc_normal_",
    "xavier_uniform_",
    "kaiming_normal_",
    "exponential_",
    "index_fill",
    "index_fill_",
    "stochastic_depth",
    "checkpoint",
    "drop_block2d",
    "lerp",
    "scatter",
    "scatter_",
    "index_copy",
    "conj_physical",
    "remainder",
    "fmod",
    "erfinv",
    "logit",
    "masked_scatter",
}
# what gives back the very values: of functions that keep a map as it is, only these do nothing to what is in it
COPIES = {
    "contiguous", "clone", "detach", "detach_", "to", "cuda", "cpu", "float", "double", "type_as", "type", "data",
    "numpy", "real", "requires_grad_", "retain_grad", "pin_memory", "share_memory_", "stop_gradient", "positive",
    "conj", "resolve_conj", "dequantize", "checkpoint", "stochastic_depth", "drop_block2d", "view", "reshape",
    "flatten", "ravel", "squeeze", "expand", "expand_as", "view_as", "reshape_as", "broadcast_to", "permute",
    "transpose", "movedim", "moveaxis", "swapaxes", "swapdims", "unflatten", "repeat", "tile", "pad", "interpolate",
    "add", "sub", "mul", "div", "iadd", "isub", "imul", "maximum", "minimum",
}  # fmt: skip
# drawn as what they are like
OF_MANY = {
    "where", "addcmul", "addcdiv", "repeat_interleave", "std", "var", "norm", "prod", "median", "mode",
}  # fmt: skip
COMPARED = {"eq", "ne", "lt", "le", "gt", "ge", "isclose", "logical_and", "logical_or", "logical_xor", "equal"}
CREATED = {
    "zeros",
    "ones",
    "randn",
    "rand",
    "empty",
    "full",
    "normal",
    "randint",
    "eye",
    "arange",
    "tensor",
    "randperm",
    "as_tensor",
    "from_numpy",
    "FloatTensor",
    "LongTensor",
    "Tensor",
    "logspace",
    "rand_int",
    "DoubleTensor",
    "ByteTensor",
    "meshgrid",
}
LIKE = {"zeros_like", "ones_like", "randn_like", "rand_like", "empty_like", "full_like", "randint_like"}
NEW = {"new_zeros", "new_ones", "new_empty", "new_full", "new_tensor"}


def apply_function(reader: Any, name: str, given: Arguments) -> Value:
    """What torch.name(...), F.name(...) or x.name(...) gives; the feature map is the first argument."""
    plain = name.removesuffix("_") if name.endswith("_") and name not in FUNCTIONS else name  # relu_ works in place
    handler = FUNCTIONS.get(plain)
    reader.charge(4, given.line)
    if handler is None:
        raise ReadError(f"{name} of a feature map is not read here.", given.line)
    if any(isinstance(value, Opaque) for value in given.positional[:1]):
        return given.positional[0]
    given_first = given.positional[0] if given.positional else given.named.get("input")
    result = handler(reader, plain, given)
    kept = isinstance(result, Tensor) and isinstance(given_first, Tensor) and result.source == given_first.source
    changes = kept and result.source and plain not in COPIES and plain not in LAYER_FUNCTIONS
    if plain in OF_MANY or changes or (plain in ("to", "type", "type_as") and not keeps_fractions(given)):
        reader.graph.pass_over(name, given.line)
    return result


UNKNOWN = (Dotted, Opaque)
WITHOUT_FRACTIONS = ("int", "long", "bool", "half", "float16", "short", "byte", "Int", "Long", "Half", "Byte")


def keeps_fractions(given: Arguments) -> bool:
    """Whether a cast leaves numbers with fractions as they are: to a device, or to float32 or float64."""
    others = (*given.positional[1:], *given.named.values())
    asked = [value.path if isinstance(value, Dotted) else value.what for value in others if isinstance(value, UNKNOWN)]
    return not any(
        word in what for what in asked for word in ("int", "long", "bool", "half", "float16", "short", "byte")
    )


def is_function(name: str) -> bool:
    """Whether `apply_function` knows the name."""
    return name in FUNCTIONS or name.removesuffix("_") in FUNCTIONS


def unchanged(reader: Any, name: str, given: Arguments) -> Value:
    """What moves or copies a feature map, or changes its values alone, and leaves it as it is."""
    first = given.positional[0] if given.positional else given.named.get("input")
    return tensor(first, name, given.line) if isinstance(first, ParameterTensor) else first


def clamped(reader: Any, name: str, given: Arguments) -> Value:
    """x.clamp(...): the values alone change."""
    return unchanged(reader, name, given)


def compared(reader: Any, name: str, given: Arguments) -> Value:
    """A map of answers of the same shape."""
    values = [v for v in given.positional if isinstance(v, Tensor | ParameterTensor)]
    reader.graph.pass_over("a comparison", given.line)
    return tensor(values[0], name, given.line) if values else Opaque(name, given.line)


def where(reader: Any, name: str, given: Arguments) -> Value:
    """torch.where(condition, x, y)."""
    maps = [value for value in given.positional[1:] if isinstance(value, Tensor | ParameterTensor)]
    if len(maps) == 2:
        return binary(Add)(reader, "add", Arguments(given.line, maps))
    return tensor(maps[0] if maps else given.positional[0], name, given.line)


def size(reader: Any, name: str, given: Arguments) -> Value:
    """x.size() and x.size(axis), x.numel(), x.dim()."""
    x = tensor(given.positional[0], name, given.line)
    if name in ("dim", "ndimension", "ndim"):
        return len(x.shape)
    if name in ("numel", "nelement"):
        reader.note_size()
        total = 1
        for each in x.shape:
            total *= each
        return total
    dim = given.positional[1] if len(given.positional) > 1 else given.named.get("dim")
    if dim is None:
        return reader.shape_of(x)
    if not is_whole(dim) or not -len(x.shape) <= dim < len(x.shape):
        raise ReadError(f"size is asked for axis {dim}, and there are 0 to {len(x.shape) - 1}.", given.line)
    value = x.shape[dim]
    reader.note_size(value)
    return value


def created(reader: Any, name: str, given: Arguments) -> Value:
    """torch.zeros(2, 3) and its kin: a constant of that shape."""
    values = list(given.positional)
    if name in (
        "tensor",
        "as_tensor",
        "from_numpy",
        "FloatTensor",
        "LongTensor",
        "Tensor",
        "DoubleTensor",
        "ByteTensor",
    ):
        if values and isinstance(values[0], list | tuple):
            return Tensor("", nested_shape(values[0]))
        if values and all(is_whole(value) for value in values) and name.endswith("Tensor"):
            return Tensor("", tuple(values))
        if values and isinstance(values[0], Tensor):
            return values[0]
        return (
            Tensor("", ()) if values and not isinstance(values[0], Opaque) else Opaque(f"torch.{name}(...)", given.line)
        )
    if name == "meshgrid":
        maps = values[0] if len(values) == 1 and isinstance(values[0], list | tuple) else values
        shape = tuple(x.shape[0] if isinstance(x, Tensor) and x.shape else 1 for x in maps)
        return tuple(Tensor("", shape) for _ in maps)
    if any(isinstance(value, Opaque) for value in values):
        values = [reader.likely(value) for value in values]
        if None in values:
            return Opaque(f"torch.{name}(...)", given.line)
    if name == "arange":
        numbers = [value for value in values if isinstance(value, int | float)]
        length = len(range(*(int(number) for number in numbers[:3]))) if numbers else 0
        return Tensor("", (max(length, 1),))
    if name == "randperm":
        return Tensor("", (int(values[0]),))
    if name in ("randint", "normal", "full", "rand_int"):
        wanted = given.named.get("size") or next((value for value in values if isinstance(value, list | tuple)), None)
        if wanted is None:
            return Opaque(f"torch.{name}(...)", given.line)
        values = [wanted]
    if "size" in given.named and not values:
        values = [given.named["size"]]
    sizes = [value for value in values if is_whole(value) or isinstance(value, list | tuple)]
    if not sizes and values:
        return Opaque(f"torch.{name}(...)", given.line)
    shape = tuple(sizes_of(sizes, name, given.line, reader)) if sizes else ()
    return Tensor("", (*shape, *shape) if name == "eye" and len(shape) == 1 else shape)


def nested_shape(values: Value) -> tuple[int, ...]:
    """The shape of a list of lists of numbers."""
    shape: list[int] = []
    while isinstance(values, list | tuple) and len(shape) < 6:
        shape.append(len(values))
        values = values[0] if values else None
    return tuple(shape)


def like(reader: Any, name: str, given: Arguments) -> Value:
    """torch.zeros_like(x): a constant of the same shape."""
    reader.graph.sized = True
    return Tensor("", tensor(given.positional[0], name, given.line).shape)


def new(reader: Any, name: str, given: Arguments) -> Value:
    """x.new_zeros(2, 3): a constant of that shape."""
    return created(reader, "zeros", Arguments(given.line, given.positional[1:], given.named))


def put_together(reader: Any, name: str, given: Arguments) -> Value:
    """addcmul and its kin: the first map with others value by value."""
    maps = [value for value in given.positional if isinstance(value, Tensor | ParameterTensor)]
    result = maps[0]
    for other in maps[1:]:
        result = binary(Add)(reader, "add", Arguments(given.line, [result, other]))
    return result


def added_product(reader: Any, name: str, given: Arguments) -> Value:
    """torch.addmm(bias, x, weight), baddbmm."""
    bias, left, right = given.positional[:3]
    product = product_functions.matmul(reader.graph, Arguments(given.line, [left, right]))
    return binary(Add)(reader, "add", Arguments(given.line, [product, bias]))


def gathered(reader: Any, name: str, given: Arguments) -> Value:
    """x.gather(dim, index), x.index_select(dim, index), x.take_along_dim."""
    x, _, index = (*given.positional, None, None)[:3]
    index = index if isinstance(index, Tensor) else given.named.get("index")
    x = tensor(x, name, given.line)
    if not isinstance(index, Tensor):
        return x
    dim = given.positional[1] if len(given.positional) > 1 else given.named.get("dim", 0)
    if name == "index_select" and is_whole(dim):
        axis = dim % len(x.shape)
        shape = (*x.shape[:axis], index.shape[0] if index.shape else 1, *x.shape[axis + 1 :])
    else:
        shape = index.shape

    return worked(reader.graph, (x,), shape, name, given.line) if x.source else Tensor("", shape, x.parameters)


Handler = Callable[[Any, str, Arguments], Value]

FUNCTIONS: dict[str, Handler] = {
    **dict.fromkeys(LAYER_FUNCTIONS, layer_functions.layer_function),
    **dict.fromkeys(POINTWISE_FUNCTIONS, layer_functions.pointwise_function),
    **dict.fromkeys(CHANGES_NOTHING, unchanged),
    **dict.fromkeys(SHOWN, arithmetic_functions.every_value),
    **dict.fromkeys(CLAMPED, clamped),
    **dict.fromkeys(REARRANGED, arithmetic_functions.rearranged),
    **dict.fromkeys(REDUCTIONS, arithmetic_functions.reduced),
    **dict.fromkeys(COMPARED, compared),
    **dict.fromkeys(("add", "iadd"), binary(Add)),
    **dict.fromkeys(("sub", "subtract", "isub", "rsub"), binary(Subtract)),
    **dict.fromkeys(("mul", "multiply", "imul"), binary(Multiply)),
    **dict.fromkeys(("div", "divide", "true_divide", "truediv", "floor_divide", "floordiv"), binary(Divide)),
    **dict.fromkeys(("maximum", "fmax"), binary(Maximum)),
    **dict.fromkeys(("minimum", "fmin"), binary(Minimum)),
    **dict.fromkeys(("matmul", "bmm", "mm", "mv", "dot"), product_functions.image_product),
    **dict.fromkeys(("addmm", "baddbmm", "addbmm"), added_product),
    **dict.fromkeys(("addcmul", "addcdiv"), put_together),
    "einsum": product_functions.einsum,
    "scaled_dot_product_attention": product_functions.attention,
    "linear": product_functions.linear,
    **{f"conv{axes}d": product_functions.convolution for axes in (1, 2, 3)},
    **{f"conv_transpose{axes}d": product_functions.convolution for axes in (1, 2, 3)},
    **dict.fromkeys(
        ("batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm"), product_functions.normalization
    ),
    **dict.fromkeys(("view", "reshape"), shape_functions.view),
    **dict.fromkeys(("flatten", "ravel"), shape_functions.flatten),
    "unflatten": shape_functions.unflatten,
    "permute": shape_functions.permute,
    **dict.fromkeys(("transpose", "swapaxes", "swapdims", "t"), shape_functions.transpose),
    **dict.fromkeys(("movedim", "moveaxis"), shape_functions.movedim),
    "squeeze": shape_functions.squeeze,
    "unsqueeze": shape_functions.unsqueeze,
    **dict.fromkeys(("expand", "expand_as", "broadcast_to", "view_as", "reshape_as"), shape_functions.expand),
    **dict.fromkeys(("repeat", "tile", "repeat_interleave"), shape_functions.repeat),
    **dict.fromkeys(("chunk", "split", "tensor_split", "unbind", "split_with_sizes"), parts_of_maps.chunked),
    **dict.fromkeys(("cat", "concat", "concatenate"), parts_of_maps.concat),
    **dict.fromkeys(("stack", "hstack", "vstack", "dstack", "column_stack"), parts_of_maps.stack),
    "pad": shape_functions.pad,
    **dict.fromkeys(
        ("interpolate", "upsample", "upsample_bilinear", "upsample_nearest", "resize"), layer_functions.interpolate
    ),
    "embedding": layer_functions.embedding,
    "one_hot": layer_functions.one_hot,
    "grid_sample": layer_functions.grid_sample,
    "affine_grid": layer_functions.affine_grid,
    "topk": layer_functions.topk,
    **dict.fromkeys(("cosine_similarity", "pairwise_distance"), layer_functions.cosine),
    **dict.fromkeys(("size", "numel", "nelement", "dim", "ndimension"), size),
    **dict.fromkeys(CREATED, created),
    **dict.fromkeys(LIKE, like),
    **dict.fromkeys(NEW, new),
    **dict.fromkeys(("gather", "index_select", "take_along_dim"), gathered),
    "where": where,
}
