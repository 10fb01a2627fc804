"""Feature maps cut into parts and put together: indexing, chunk, split, cat, stack."""

from typing import Any

from cnnviz.arithmetic.layers import (
    Concat,
    Slice,
    Stack,
)
from cnnviz.arithmetic.reader.arguments import bind
from cnnviz.arithmetic.reader.bounded import is_whole
from cnnviz.arithmetic.reader.product_functions import words
from cnnviz.arithmetic.reader.shape_functions import reshaped
from cnnviz.arithmetic.reader.syntax import ReadError, UnfitError
from cnnviz.arithmetic.reader.tensors import (
    axis_of,
    counted_with_batch,
    dependent,
    parted,
    sizes_of,
    step,
    tensors,
    worked,
)
from cnnviz.arithmetic.reader.values import Arguments, Opaque, Tensor, Value, batch_axis, without_batch


def item(reader: Any, x: Tensor, index: Value, line: int) -> Value:
    """x[...]: places, slices, new axes, dots; a mask or a list of places takes some of the first axis."""
    places = list(index) if isinstance(index, tuple) else [index]
    axes = sum(1 for place in places if place is not None and place is not Ellipsis)
    if Ellipsis in places:
        dots = places.index(Ellipsis)
        places[dots : dots + 1] = [slice(None)] * max(0, len(x.shape) - axes)
    shape: list[int] = []
    items: list[Any] = []
    axis, special = 0, False
    batch, times = batch_axis(x.shape)
    for place in places:
        if place is None:
            shape.append(1)
            special = True
            continue
        if axis >= len(x.shape):
            raise ReadError(f"this index names more axes than {words(x.shape)} has.", line)
        size = x.shape[axis]
        place = reader.needed(place, line) if isinstance(place, Opaque) else place
        if isinstance(place, bool) or not isinstance(place, int | slice | list | Tensor):
            raise ReadError("an index here is a whole number or a slice.", line)
        if isinstance(place, int):
            if axis == batch and times == 1:
                if x.source and place in (0, -1):
                    axis += 1
                    items.append("batch")
                    continue
                raise ReadError(
                    "this takes one image out of the batch; what a layer makes is read for all alike.", line
                )
            if not -size <= place < size:
                raise UnfitError(f"there is no place {place} along an axis of {size:,}.", line)
            items.append(place)
        elif isinstance(place, slice):
            length = len(range(*place.indices(size)))
            if axis == batch and times == 1:
                length = size
            if length == 0:
                raise ReadError(f"this slice of {words(x.shape)} is empty.", line)
            shape.append(length)
            items.append((place.start, place.stop, place.step) if axis != batch or times > 1 else "batch")
        else:
            counts = place.shape if isinstance(place, Tensor) else (len(place),)
            shape += counts
            items.append(None)
            special = True
        axis += 1
    full = (*shape, *x.shape[axis:])
    if not x.source:
        return Tensor("", full, x.parameters)
    if without_batch(full) == x.image:
        if any(isinstance(place, list | Tensor) for place in places):
            reader.graph.pass_over("places in another order", line)
        return Tensor(x.source, full)
    if special:
        reader.graph.sized = True
        plain = all(p is None or (isinstance(p, slice) and p == slice(None)) for p in places)
        return (
            reshaped(reader, x, list(full), "view", line)
            if plain
            else worked(reader.graph, (x,), full, "getitem", line)
        )
    image = tuple(part for part in items if part != "batch")
    return step(reader.graph, x, Slice(image), full, "slice", line)


def chunked(reader: Any, name: str, given: Arguments) -> Value:
    """x.chunk(2, dim), x.split(sizes, dim), x.unbind(dim)."""
    line = given.line
    if name == "unbind":
        x, bound = parted(name, ("dim",), 1, given)
        axis = axis_of(x, bound.get("dim", 0), name, line)
        return tuple(taken(reader, x, axis, place, line) for place in range(limited(reader, x.shape[axis], line)))
    x, bound = parted(name, ("parts", "dim"), 2, parts_named(given))
    axis = axis_of(x, bound.get("dim", 0), name, line)
    size, parts = x.shape[axis], bound["parts"]
    parts = reader.needed(parts, line) if isinstance(parts, Opaque) else parts
    if isinstance(parts, list | tuple):
        lengths = sizes_of([parts], name, line, reader)
    else:
        (number,) = sizes_of([parts], name, line, reader)
        if number < 1:
            raise ReadError(f"{name} takes a whole number of at least 1.", line)
        each = -(-size // number) if name in ("chunk", "tensor_split") else number
        lengths = [each] * limited(reader, size // each, line) + ([size % each] if size % each else [])
    if sum(lengths) != size:
        raise ReadError(f"{name} makes parts of {sum(lengths):,} in all, and the axis has {size:,}.", line)
    result, start = [], 0
    for length in lengths:
        index = (*[slice(None)] * axis, slice(start, start + length))
        result.append(item(reader, x, index, line) if length != size else x)
        start += length
    return tuple(result)


def limited(reader: Any, count: int, line: int) -> int:
    """The number of parts, when it is not more than a network uses one by one."""
    if count > 1_000:
        raise ReadError("this takes a map into more than 1,000 parts.", line)
    reader.charge(8 * count, line)
    return count


def parts_named(given: Arguments) -> Arguments:
    """The arguments of chunk and split under one name."""
    other = {
        "chunks": "parts",
        "split_size_or_sections": "parts",
        "split_size": "parts",
        "indices_or_sections": "parts",
    }
    named = {other.get(key, key): value for key, value in given.named.items()}
    return Arguments(given.line, given.positional, named)


def taken(reader: Any, x: Tensor, axis: int, place: int, line: int) -> Value:
    """x[..., place, ...] along one axis."""
    return item(reader, x, (*[slice(None)] * axis, place), line)


def concat(reader: Any, name: str, given: Arguments) -> Value:
    """torch.cat([x, y], dim)."""
    graph, line = reader.graph, given.line
    bound = bind("torch.cat", ("tensors", "dim", "out"), 1, renamed_list(given))
    maps = tensors(bound["tensors"], "torch.cat", line)
    reader.charge(20 * len(maps), line)
    axis = axis_of(maps[0], bound.get("dim", 0), "torch.cat", line)
    if any(len(x.shape) != len(maps[0].shape) for x in maps):
        raise UnfitError(
            f"torch.cat got {' and '.join(words(x.shape) for x in maps[:4])}, which differ in their axes.", line
        )
    shape = (*maps[0].shape[:axis], sum(x.shape[axis] for x in maps), *maps[0].shape[axis + 1 :])
    if not any(x.source for x in maps):
        return Tensor("", shape, tuple(p for x in maps for p in x.parameters))
    if len(maps) == 1:
        return maps[0]
    batch, _ = batch_axis(next(x.shape for x in maps if x.source))
    if axis == batch:
        dim = bound.get("dim", 0)
        if len(set(shape[1:])) and dim == 0:
            return graph.put(Concat(0), tuple(dependent(graph, maps, line)), "cat", line, None, maps[0].shape)
    dim = bound.get("dim", 0)
    dim = dim if batch == 0 and is_whole(dim) else counted_with_batch(maps[0].shape, axis)
    return graph.put(Concat(dim), tuple(dependent(graph, maps, line)), "cat", line, None, shape)


def renamed_list(given: Arguments) -> Arguments:
    """Arguments in which axis is dim."""
    named = {"dim" if key == "axis" else key: value for key, value in given.named.items()}
    return Arguments(given.line, given.positional, named)


def stack(reader: Any, name: str, given: Arguments) -> Value:
    """torch.stack([x, y], dim), hstack and vstack."""
    line = given.line
    if name in ("hstack", "vstack", "dstack", "column_stack"):
        dim = {"hstack": 1, "column_stack": 1, "dstack": 2}.get(name, 0)
        return concat(reader, "cat", Arguments(line, [given.positional[0], dim]))
    bound = bind("torch.stack", ("tensors", "dim", "out"), 1, renamed_list(given))
    maps = tensors(bound["tensors"], "torch.stack", line)
    place = axis_of(maps[0], bound.get("dim", 0), "torch.stack", line, more=1)
    if any(x.shape != maps[0].shape for x in maps):
        raise UnfitError(
            f"torch.stack got {' and '.join(words(x.shape) for x in maps[:4])}, which are not all the same.", line
        )
    shape = (*maps[0].shape[:place], len(maps), *maps[0].shape[place:])
    if not any(x.source for x in maps):
        return Tensor("", shape, tuple(p for x in maps for p in x.parameters))
    inputs = tuple(dependent(reader.graph, maps, line))
    batch, times = batch_axis(shape)
    rank = [axis for axis in range(len(shape)) if axis != batch or times > 1].index(place) + 1
    return reader.graph.put(Stack(rank), inputs, "stack", line, None, shape)
