"""What moves values and changes none: views, axes in another order, parts of maps, maps put behind one another."""

from math import prod
from typing import Any

from cnnviz.arithmetic.layers import (
    Expand,
    Flatten,
    Pad,
    Permute,
    Repeat,
    Squeeze,
    Unsqueeze,
    View,
    ZeroPad2d,
)
from cnnviz.arithmetic.reader.arguments import bind, built, setting
from cnnviz.arithmetic.reader.bounded import is_whole
from cnnviz.arithmetic.reader.graph import Graph
from cnnviz.arithmetic.reader.product_functions import words
from cnnviz.arithmetic.reader.syntax import ReadError, UnfitError
from cnnviz.arithmetic.reader.tensors import (
    axis_of,
    counted_with_batch,
    parted,
    renamed,
    sizes_of,
    step,
    tensor,
    worked,
)
from cnnviz.arithmetic.reader.values import BATCH, Arguments, Opaque, Tensor, Value, batch_axis, without_batch
from cnnviz.arithmetic.settings import Shape


def view(reader: Any, name: str, given: Arguments) -> Value:
    """x.view(batch, ...) and x.reshape(batch, ...)."""
    line = given.line
    x = tensor(given.positional[0] if given.positional else None, name, line)
    values = given.positional[1:] or [given.named.get("shape", given.named.get("size", ()))]
    nested = len(values) == 1 and isinstance(values[0], list | tuple)
    if len(values) == 1 and isinstance(values[0], Opaque) and not values[0].needs:
        return x  # view(dtype)
    if not values or not all(is_whole(v) or isinstance(v, Opaque | float | list | tuple) for v in values):
        raise ReadError("view takes whole numbers, first that of the batch: x.view(x.size(0), -1).", line)
    sizes = sizes_of(values, name, line, reader)
    if sizes.count(-1) > 1:
        raise ReadError("view has two sizes of -1, and only one can be worked out.", line)
    if (
        sizes
        and sizes[0] == 1
        and x.source
        and x.shape[0] == BATCH
        and not any(size % BATCH == 0 for size in sizes[1:])
    ):
        sizes[0] = BATCH  # written for a batch of one image
    span = given.spans.get(2) if not nested else None
    return reshaped(reader, x, sizes, name, line, span)


def reshaped(reader: Any, x: Tensor, sizes: list[int], name: str, line: int, span: Any = None) -> Tensor:
    """The same values with other sizes, one of which may be -1."""
    graph: Graph = reader.graph
    total, known = prod(x.shape), prod(size for size in sizes if size != -1)
    if not x.source:
        if known and total % known == 0:
            return Tensor("", tuple(total // known if size == -1 else size for size in sizes), x.parameters)
        raise UnfitError(f"{name} cannot lay {words(x.shape)} out with these sizes.", line)
    if batch_axis(x.shape)[0] is None:
        return without_images(reader, x, sizes, name, line)
    if len(sizes) == 1 and sizes[0] == -1 and prod(without_batch(x.shape)) > 1:
        raise ReadError("view pours all images into one row here; keep the batch: x.view(x.size(0), -1).", line)
    shape = tuple(total // known if size == -1 else size for size in sizes) if known else ()
    moved = -1 in sizes and batch_axis(shape)[0] == sizes.index(-1) != 0 and batch_axis(x.shape)[0] == 0
    if prod(shape) != total or moved or not sensible(x.shape, shape):
        return wrong_view(reader, x, sizes, name, line, span)
    image, before = without_batch(shape), x.image
    if image == before:
        graph.sized = True  # for an input of another shape it may be something
        return Tensor(x.source, shape)
    if len(image) == 1 and shape[0] == BATCH and len(shape) == 2 and (sizes[1] == -1 or graph.sized):
        return graph.put(Flatten(), (x,), "flatten", line, None, shape)
    if len(shape) > 1 and shape[0] == BATCH and -1 in sizes:
        image = tuple(-1 if size == -1 else size for size in sizes[1:]) if -1 in sizes[1:] else image
    made = built(View, {"sizes": tuple(image)}, line, {"sizes": span} if span is not None and len(image) == 1 else {})
    return graph.put(made.layer, (x,), name if name != "view" else "view", line, made, shape)


def without_images(reader: Any, x: Tensor, sizes: list[int], name: str, line: int) -> Tensor:
    """A view of something that is the same for all images."""
    total, known = prod(x.shape), prod(size for size in sizes if size != -1)
    if not known or total % known or (-1 not in sizes and total != known):
        raise UnfitError(f"{name} cannot lay {words(x.shape)} out with these sizes.", line)
    shape = tuple(total // known if size == -1 else size for size in sizes)
    if shape == x.shape:
        return x
    graph: Graph = reader.graph
    return graph.put(View(shape or (1,)), (x,), name, line, None, shape)


def sensible(before: Shape, shape: Shape) -> bool:
    """Whether a view keeps images apart: it does, if the batch is whole in one axis, or if steps are laid into it."""
    batch, times = batch_axis(shape)
    if batch is None:
        return False
    if times == 1 or batch_axis(before)[1] > 1 or batch != 0:
        return True
    return any(prod(before[axis:]) == prod(shape[1:]) for axis in range(1, len(before) + 1))


def wrong_view(reader: Any, x: Tensor, sizes: list[int], name: str, line: int, span: Any) -> Tensor:
    """A view that does not work out: a row that does not fit, where the sizes say what one image should have."""
    if sizes[0] not in (-1, BATCH):
        raise ReadError("the first size in view is that of the batch: write x.size(0) or -1.", line)
    rest = sizes[1:]
    if not rest or any(size % BATCH == 0 for size in rest):
        raise UnfitError(f"{name} cannot lay {words(x.shape)} out with these sizes.", line)
    made = built(View, {"sizes": tuple(rest)}, line, {"sizes": span} if span is not None and len(rest) == 1 else {})
    wanted = tuple(size for size in rest)
    graph: Graph = reader.graph
    return graph.put(made.layer, (x,), name, line, made, (BATCH, *wanted) if -1 not in wanted else None)


def flatten(reader: Any, name: str, given: Arguments) -> Value:
    """torch.flatten(x, start_dim, end_dim)."""
    x, bound = parted(name, ("start_dim", "end_dim"), 1, given)
    return flattened(reader, x, bound.get("start_dim", 0), bound.get("end_dim", -1), name, given.line)


def flattened(reader: Any, x: Tensor, first: Value, last: Value, name: str, line: int) -> Tensor:
    """Some axes laid out in one."""
    if not x.shape:
        return Tensor(x.source, (1,))
    graph: Graph = reader.graph
    start, end = axis_of(x, first, name, line), axis_of(x, last, name, line)
    if start > end:
        raise ReadError(f"flatten from axis {start} to axis {end} goes backwards.", line)
    shape = (*x.shape[:start], prod(x.shape[start : end + 1]), *x.shape[end + 1 :])
    if not x.source:
        return Tensor("", shape, x.parameters)
    batch, _ = batch_axis(x.shape)
    if batch == 0 and start > 0:
        if shape == x.shape and len(x.shape) > 2:
            return x
        return graph.put(Flatten(start, -1 if end == len(x.shape) - 1 else end), (x,), name, line, None, shape)
    if batch == 0 and start == 0 and end > 0 and len(shape) == 1 and prod(x.image) > 1:
        return graph.put(Flatten(0), (x,), name, line, None, (BATCH, prod(x.image)))
    graph.sized = True
    return reshaped(reader, x, list(shape), name, line)


def unflatten(reader: Any, name: str, given: Arguments) -> Value:
    """x.unflatten(1, (channels, height, width))."""
    x, bound = parted(name, ("dim", "sizes"), 3, given)
    axis = axis_of(x, bound["dim"], name, given.line)
    sizes = sizes_of([bound["sizes"]], name, given.line, reader)
    known = prod(size for size in sizes if size != -1)
    sizes = [x.shape[axis] // known if size == -1 else size for size in sizes]
    reader.graph.sized = True
    return reshaped(reader, x, [*x.shape[:axis], *sizes, *x.shape[axis + 1 :]], name, given.line)


def permute(reader: Any, name: str, given: Arguments) -> Value:
    """x.permute(0, 2, 3, 1)."""
    values = given.positional[1:] or [given.named.get("dims", ())]
    x = tensor(given.positional[0] if given.positional else given.named.get("input"), name, given.line)
    dims = [axis_of(x, dim, name, given.line) for dim in sizes_of(values, name, given.line, reader)]
    if sorted(dims) != list(range(len(x.shape))):
        raise ReadError(f"{name} names each of the {len(x.shape)} axes once.", given.line)
    return permuted(reader, x, dims, name, given.line)


def permuted(reader: Any, x: Tensor, dims: list[int], name: str, line: int) -> Tensor:
    """The axes in another order. Where only the batch moves nothing is done to an image."""
    shape = tuple(x.shape[dim] for dim in dims)
    batch, times = batch_axis(x.shape)
    if not x.source:
        return Tensor("", shape, x.parameters)
    inner = [dim for dim in dims if dim != batch or times > 1]
    if inner == sorted(inner):
        return Tensor(x.source, shape)
    rank = {dim: place + 1 for place, dim in enumerate(sorted(inner))}
    layer = Permute((0, *(rank[dim] for dim in inner)))
    return step(reader.graph, x, layer, shape, name, line)


def transpose(reader: Any, name: str, given: Arguments) -> Value:
    """x.transpose(1, 2), x.t(), x.mT."""
    if name in ("t", "adjoint", "numpy_T"):
        x = tensor(given.positional[0], name, given.line)
        first, second = -2, -1
        if len(x.shape) < 2:
            return x
    else:
        x, bound = parted(name, ("dim0", "dim1"), 3, given)
        first, second = bound["dim0"], bound["dim1"]
    one, other = axis_of(x, first, name, given.line), axis_of(x, second, name, given.line)
    dims = list(range(len(x.shape)))
    dims[one], dims[other] = other, one
    return permuted(reader, x, dims, name, given.line)


def movedim(reader: Any, name: str, given: Arguments) -> Value:
    """x.movedim(1, -1)."""
    x, bound = parted(name, ("source", "destination"), 3, given)
    source, target = axis_of(x, bound["source"], name, given.line), axis_of(x, bound["destination"], name, given.line)
    dims = [axis for axis in range(len(x.shape)) if axis != source]
    dims.insert(target, source)
    return permuted(reader, x, dims, name, given.line)


def squeeze(reader: Any, name: str, given: Arguments) -> Value:
    """x.squeeze() and x.squeeze(dim)."""
    x, bound = parted(name, ("dim",), 1, given)
    dims = bound.get("dim")
    axes = range(len(x.shape)) if dims is None else [
        axis_of(x, dim, name, given.line) for dim in (dims if isinstance(dims, list | tuple) else [dims])
    ]  # fmt: skip
    axes = [axis for axis in axes if x.shape[axis] == 1]
    reader.graph.sized = reader.graph.sized or dims is None or not axes
    shape = tuple(size for axis, size in enumerate(x.shape) if axis not in axes)
    if not axes or not x.source:
        return Tensor(x.source, shape, x.parameters)
    if without_batch(shape) == x.image:
        return Tensor(x.source, shape)
    return step(
        reader.graph, x, Squeeze(tuple(counted_with_batch(x.shape, axis) for axis in axes)), shape, name, given.line
    )


def unsqueeze(reader: Any, name: str, given: Arguments) -> Value:
    """x.unsqueeze(dim)."""
    x, bound = parted(name, ("dim",), 2, given)
    place = axis_of(x, bound["dim"], name, given.line, more=1)
    shape = (*x.shape[:place], 1, *x.shape[place:])
    if not x.source or without_batch(shape) == x.image:
        return Tensor(x.source, shape, x.parameters)
    return step(reader.graph, x, Unsqueeze(counted_with_batch(shape, place)), shape, name, given.line)


def expand(reader: Any, name: str, given: Arguments) -> Value:
    """x.expand(batch, ...) and x.expand_as(y)."""
    x = tensor(given.positional[0] if given.positional else None, name, given.line)
    if name in ("expand_as", "view_as", "reshape_as") and len(given.positional) == 2:
        sizes = list(tensor(given.positional[1], name, given.line).shape)
        if name != "expand_as":
            return reshaped(reader, x, sizes, name, given.line)
    else:
        sizes = sizes_of(given.positional[1:] or [given.named.get("size", ())], name, given.line, reader)
    padded = (1,) * (len(sizes) - len(x.shape)) + x.shape
    reader.graph.sized = True
    shape = []
    for size, wanted in zip(padded, sizes, strict=False):
        if wanted not in (-1, size) and size != 1:
            raise ReadError(f"{name} repeats axes of size 1; {words(x.shape)} does not become these sizes.", given.line)
        shape.append(size if wanted == -1 else wanted)
    if not x.source:
        return Tensor("", tuple(shape), x.parameters)
    if without_batch(tuple(shape)) == x.image:
        return Tensor(x.source, tuple(shape))
    return step(reader.graph, x, Expand(without_batch(tuple(shape))), tuple(shape), name, given.line)


def repeat(reader: Any, name: str, given: Arguments) -> Value:
    """x.repeat(1, 2, 2), x.tile and x.repeat_interleave(times, dim)."""
    x = tensor(given.positional[0] if given.positional else None, name, given.line)
    if name == "repeat_interleave":
        bound = bind(name, ("input", "repeats", "dim"), 2, renamed(given))
        axis = axis_of(x, bound.get("dim", 0), name, given.line)
        counts = [1] * len(x.shape)
        counts[axis] = sizes_of([bound["repeats"]], name, given.line, reader)[0]
    else:
        counts = sizes_of(given.positional[1:] or [given.named.get("repeats", ())], name, given.line, reader)
    padded = (1,) * (len(counts) - len(x.shape)) + x.shape
    counts = [1] * (len(padded) - len(counts)) + counts
    if min(counts, default=1) < 1 or max(counts, default=1) > 10**9:
        raise ReadError(f"{name} takes counts of at least 1.", given.line)
    shape = tuple(size * count for size, count in zip(padded, counts, strict=True))
    if not x.source:
        return Tensor("", shape, x.parameters)
    batch, times = batch_axis(padded)
    if len(padded) == len(x.shape) and batch is not None and times == 1 and counts[batch] == 1:
        image = tuple(count for axis, count in enumerate(counts) if axis != batch)
        return step(reader.graph, x, Repeat(image), shape, name, given.line)
    return worked(reader.graph, (x,), shape, name, given.line)


def pad(reader: Any, name: str, given: Arguments) -> Value:
    """F.pad(x, (left, right, top, bottom), mode)."""
    x, bound = parted(name, ("pad", "mode", "value"), 2, given)
    sides = tuple(sizes_of([bound["pad"]], name, given.line, reader))
    mode = bound.get("mode", "constant")
    if len(sides) % 2 or len(sides) > 2 * len(x.shape):
        raise ReadError(
            f"pad takes two numbers for each axis, from the last on, and these are {len(sides)}.", given.line
        )
    shape = list(x.shape)
    for place in range(len(sides) // 2):
        shape[-1 - place] += sides[2 * place] + sides[2 * place + 1]
    if min(shape, default=1) < 1:
        raise ReadError("pad cuts off more than there is.", given.line)
    if not any(sides):
        return x
    if bound.get("value") not in (None, 0):
        reader.graph.pass_over("pad with a value", given.line)
    zeros = mode == "constant" and bound.get("value") in (None, 0) and min(sides) >= 0
    if zeros and len(x.shape) == 4 and len(sides) <= 4:
        sides = (*sides, 0, 0)[:4]
        made = built(ZeroPad2d, {"padding": setting("pad", "pad", sides, given.line)}, given.line)
        return step(reader.graph, x, made.layer, tuple(shape), "pad", given.line, made)
    return step(reader.graph, x, Pad(sides, str(mode)), tuple(shape), "pad", given.line)
