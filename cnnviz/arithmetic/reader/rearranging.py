"""einops: axes named in a pattern, taken apart, moved and put together (Rogozhnikov 2022, "Einops")."""

import re
from math import prod
from typing import Any

from cnnviz.arithmetic.reader import shape_functions
from cnnviz.arithmetic.reader.arithmetic_functions import reduced
from cnnviz.arithmetic.reader.bounded import is_whole
from cnnviz.arithmetic.reader.product_functions import words
from cnnviz.arithmetic.reader.syntax import ReadError, UnfitError
from cnnviz.arithmetic.reader.values import Arguments, Tensor, Value

AXIS = re.compile(r"\(([^()]*)\)|(\.\.\.|[A-Za-z_0-9]+)")


def rearrange(reader: Any, name: str, given: Arguments) -> Value:
    """einops.rearrange(x, "b c (h p) w -> b h (p c) w", p=2), repeat and reduce."""
    line = given.line
    x, pattern = given.positional[0], given.positional[1] if len(given.positional) > 1 else None
    if not isinstance(x, Tensor) or not isinstance(pattern, str) or pattern.count("->") != 1:
        raise ReadError(f"einops.{name} takes a feature map and a pattern with one arrow.", line)
    before, after = (parts_of(side) for side in pattern.split("->"))
    before, after = spelled_out(before, after, len(x.shape))
    if len(before) != len(x.shape):
        raise ReadError(f"the pattern {pattern[:60]!r} names {len(before)} axes, and there are {len(x.shape)}.", line)
    known = {key: reader.needed(value, line) for key, value in given.named.items()}
    sizes = worked_out(before, x, {key: value for key, value in known.items() if is_whole(value)}, pattern, line)
    reader.graph.sized = True
    flat = [axis for part in before for axis in part if axis != "1"]
    wanted = [axis for part in after for axis in part if axis != "1"]
    x = shape_functions.reshaped(reader, x, [sizes[axis] for axis in flat], "rearrange", line)
    if name == "reduce":
        gone = [place for place, axis in enumerate(flat) if axis not in wanted]
        if gone:
            how = given.positional[2] if len(given.positional) > 2 else given.named.get("reduction", "mean")
            how = how if isinstance(how, str) else "mean"
            x = reduced(reader, {"max": "amax", "min": "amin"}.get(how, how), Arguments(line, [x, tuple(gone)]))
            flat = [axis for axis in flat if axis in wanted]
    if name == "repeat":
        for axis in wanted:
            if axis not in flat:
                sizes.setdefault(axis, int(axis) if axis.isdecimal() else 1)
                shape = [*x.shape, sizes[axis]]
                x = shape_functions.reshaped(reader, x, [*x.shape, 1], "rearrange", line)
                x = shape_functions.expand(reader, "expand", Arguments(line, [x, *shape]))
                flat = [*flat, axis]
    if sorted(flat) != sorted(wanted):
        raise ReadError(f"the pattern {pattern[:60]!r} does not have the same axes on both sides.", line)
    x = shape_functions.permuted(reader, x, [flat.index(axis) for axis in wanted], "permute", line)
    return shape_functions.reshaped(
        reader, x, [prod(sizes[axis] for axis in part if axis != "1") for part in after], "rearrange", line
    )


def parts_of(side: str) -> list[list[str]]:
    """One side of a pattern: for each axis the names in it.

    >>> parts_of("b (h p) c")
    [['b'], ['h', 'p'], ['c']]
    """
    return [inside.split() if inside or not name else [name] for inside, name in AXIS.findall(side)]


def spelled_out(before: list[list[str]], after: list[list[str]], axes: int) -> tuple[list[list[str]], list[list[str]]]:
    """Names in place of dots."""
    hidden = [f"_{place}" for place in range(axes - len(before) + 1)]

    def side(parts: list[list[str]]) -> list[list[str]]:
        result: list[list[str]] = []
        for part in parts:
            if part == ["..."]:
                result += [[name] for name in hidden]
            else:
                result.append([name for each in part for name in (hidden if each == "..." else [each])])
        return result

    return (side(before), side(after)) if ["..."] in before else (before, after)


def worked_out(before: list[list[str]], x: Tensor, known: dict[str, int], pattern: str, line: int) -> dict[str, int]:
    """The size of every named axis."""
    sizes = dict(known)
    for part, size in zip(before, x.shape, strict=True):
        unknown = [axis for axis in part if axis not in sizes and axis != "1"]
        rest = prod(sizes[axis] for axis in part if axis in sizes)
        if len(unknown) > 1 or rest < 1 or size % rest or (not unknown and rest != size):
            raise UnfitError(f"the pattern {pattern[:60]!r} does not fit {words(x.shape)}.", line)
        if unknown:
            sizes[unknown[0]] = size // rest
    return sizes
