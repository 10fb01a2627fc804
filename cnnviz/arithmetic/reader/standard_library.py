"""What is read of Python's standard library, and of numpy for numbers: math, functools, collections, copy."""

import ast
import itertools
import math
from collections.abc import Callable
from typing import Any

from cnnviz.arithmetic.reader.bounded import MAX_NUMBER, check_items, is_number, within_bounds
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    Arguments,
    Class,
    Container,
    Example,
    ForeignModule,
    Instance,
    LayerModule,
    Opaque,
    Partial,
    Value,
)

FIELD = "a field"
PARSER = "ArgumentParser"
NUMBERS = {
    "math.pi": math.pi,
    "math.e": math.e,
    "math.inf": math.inf,
    "math.tau": math.tau,
    "math.nan": math.nan,
    "numpy.pi": math.pi,
    "numpy.inf": math.inf,
    "np.pi": math.pi,
    "np.inf": math.inf,
    "torch.pi": math.pi,
    "torch.inf": math.inf,
    "np.e": math.e,
    "numpy.e": math.e,
    "np.newaxis": None,
    "numpy.newaxis": None,
    "sys.maxsize": MAX_NUMBER,
}
ONE: dict[str, Any] = {
    "sqrt": math.sqrt,
    "floor": math.floor,
    "ceil": math.ceil,
    "log": math.log,
    "log2": math.log2,
    "exp": math.exp,
    "log10": math.log10,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "tanh": math.tanh,
    "abs": abs,
    "fabs": math.fabs,
    "trunc": math.trunc,
    "isqrt": math.isqrt,
    "isnan": math.isnan,
    "isinf": math.isinf,
    "round": round,
    "atan": math.atan,
    "sign": lambda value: (value > 0) - (value < 0),
    "square": lambda value: value**2,
    "degrees": math.degrees,
    "radians": math.radians,
    "log1p": math.log1p,
}
WHOLE: dict[str, Any] = {
    "int64": int,
    "int32": int,
    "int_": int,
    "float32": float,
    "float64": float,
    "int8": int,
    "uint8": int,
}


def call_library(reader: Any, path: str, given: Arguments) -> Value:
    """What a call of the standard library gives; NotImplemented for one that is not read here."""
    known = LIBRARY.get(path)
    try:
        if known is not None:
            return known(reader, given)
        module, _, name = path.rpartition(".")
        if module in ("math", "numpy", "np"):
            return number_function(reader, name, given)
    except ReadError:
        raise
    except (TypeError, ValueError, OverflowError, IndexError, AttributeError, KeyError, ZeroDivisionError):
        raise ReadError(f"{path[:60]} is not read with these arguments.", given.line) from None
    return NotImplemented


def number_function(reader: Any, name: str, given: Arguments) -> Value:
    """math.name and numpy.name of numbers, or of lists of numbers."""
    values = given.positional
    if any(isinstance(value, Opaque) for value in values):
        needs = tuple(need for value in values if isinstance(value, Opaque) for need in value.needs)
        return Opaque(f"{name}(...)", given.line, needs, None if not needs else 1, derived=True)
    if name in ONE and len(values) >= 1 and is_number(values[0]):
        if name == "log" and len(values) == 2:
            return math.log(values[0], values[1])
        result = ONE[name](*values[:2] if name == "round" else values[:1])
        return result if isinstance(result, bool) else within_bounds(result, given.line)
    if name in ("gcd", "lcm", "comb", "perm") and all(
        isinstance(value, int) and abs(value) < 10**9 for value in values
    ):
        if name in ("comb", "perm") and max(values) > 60:
            raise ReadError("this number grows beyond anything that a layer could have.", given.line)
        return getattr(math, name)(*values)
    if name in ("prod", "product"):
        return product(reader, values[0], given.line)
    if name in ("pow", "power") and len(values) == 2:
        return reader.operate(ast.Pow, *values, given.line)
    if name in ("array", "asarray", "int", "float", *WHOLE):
        return WHOLE[name](values[0]) if name in WHOLE and is_number(values[0]) else values[0]
    if name in ("sum", "max", "min", "maximum", "minimum"):
        numbers = reader.listed(values[0], given.line) if len(values) == 1 else values
        if all(is_number(number) for number in numbers):
            chosen: Any = {"sum": sum, "max": max, "maximum": max}.get(name, min)
            return chosen(numbers)
    if name == "arange":
        return reader.listed(range(*(int(value) for value in values)), given.line)
    if name in ("linspace", "cumsum", "repeat"):
        return spread(reader, name, values, given)
    return NotImplemented


def product(reader: Any, values: Value, line: int) -> Value:
    """The product of numbers, each step within bounds."""
    result: Value = 1
    for value in reader.iterate(values, line):
        result = reader.operate(ast.Mult, result, value, line)
    return result


def spread(reader: Any, name: str, values: list[Value], given: Arguments) -> Value:
    """linspace, cumsum and repeat as lists of numbers."""
    if name == "linspace":
        start, stop, *more = values
        count = int(more[0] if more else given.named.get("steps") or given.named.get("num") or 50)
        check_items(count, given.line)
        return [start + (stop - start) * place / max(1, count - 1) for place in range(count)]
    numbers = reader.listed(values[0], given.line)
    if name == "cumsum":
        return list(itertools.accumulate(numbers))
    check_items(len(numbers) * int(values[1]), given.line)
    return [number for number in numbers for _ in range(int(values[1]))]


def partial(reader: Any, given: Arguments) -> Partial:
    """functools.partial(function, ...)."""
    function, *rest = given.positional
    spans: dict[int | str, Any] = {key: span for key, span in given.spans.items() if isinstance(key, str)}
    return Partial(function, Arguments(given.line, rest, given.named, spans))


def reduce(reader: Any, given: Arguments) -> Value:
    """functools.reduce(function, values)."""
    function, values, *start = given.positional
    items = reader.listed(values, given.line)
    result = start[0] if start else items.pop(0)
    for item in items:
        result = reader.call(function, Arguments(given.line, [result, item]))
    return result


def ordered(reader: Any, given: Arguments) -> dict[Value, Value]:
    """OrderedDict([(name, layer), ...])."""
    first = given.positional[0] if given.positional else []
    if isinstance(first, dict):
        return {**first, **given.named}
    if isinstance(first, Container | Instance | ForeignModule):
        return dict(first.children)
    pairs = reader.listed(first, given.line)
    if not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs):
        raise ReadError("OrderedDict is read with a list of (name, layer) pairs.", given.line)
    if not all(isinstance(name, str | int) for name, _ in pairs):
        raise ReadError("the names in an OrderedDict are words.", given.line)
    return {**dict(pairs), **given.named}


def named_tuple(reader: Any, given: Arguments) -> Class:
    """namedtuple(name, fields)."""
    name, names = given.positional[:2]
    fields = (
        names.replace(",", " ").split()
        if isinstance(names, str)
        else [str(n) for n in reader.listed(names, given.line)]
    )
    defaults = reader.listed(given.named.get("defaults") or (), given.line)
    constants = dict(zip(fields[len(fields) - len(defaults) :], defaults, strict=True))
    return Class(str(name), given.line, {}, constants, [], tuple(fields))


def dataclass_field(reader: Any, given: Arguments) -> Value:
    """dataclasses.field(default=..., default_factory=...)."""
    if "default" in given.named:
        return given.named["default"]
    return Opaque(FIELD, given.line, (), given.named.get("default_factory"))


def copied(reader: Any, given: Arguments) -> Value:
    """copy.copy and copy.deepcopy: layers are made anew, with parameters of their own."""
    return deep_copy(reader, given.positional[0], {}, given.line)


def deep_copy(reader: Any, value: Value, done: dict[int, Value], line: int) -> Value:
    """A copy of a value with everything in it; what is in there twice is the same copy."""
    reader.charge(1, line)
    if id(value) in done:
        return done[id(value)]
    if isinstance(value, LayerModule):
        copy: Value = LayerModule(value.layer, value.line, value.spans, value.lazy, frozen=value.frozen)
    elif isinstance(value, Container):
        copy = Container(value.kind, value.line)
        done[id(value)] = copy
        copy.children = {name: deep_copy(reader, child, done, line) for name, child in value.children.items()}
    elif isinstance(value, Instance):
        copy = Instance(value.made_by, value.line)
        done[id(value)] = copy
        copy.attributes = {name: deep_copy(reader, part, done, line) for name, part in value.attributes.items()}
        copy.inner = {name: deep_copy(reader, part, done, line) for name, part in value.inner.items()}
    elif isinstance(value, ForeignModule):
        children = {name: deep_copy(reader, child, done, line) for name, child in value.children.items()}
        copy = ForeignModule(value.kind, value.line, children, value.forward, value.settings)
    elif isinstance(value, list):
        copy = [deep_copy(reader, item, done, line) for item in value]
    elif isinstance(value, tuple):
        copy = tuple(deep_copy(reader, item, done, line) for item in value)
    elif isinstance(value, dict):
        copy = {name: deep_copy(reader, item, done, line) for name, item in value.items()}
    else:
        return value
    done[id(value)] = copy
    return copy


def chained(reader: Any, given: Arguments) -> Value:
    """itertools.chain(...)."""
    return [item for values in given.positional for item in reader.listed(values, given.line)]


def combined(reader: Any, given: Arguments) -> Value:
    """itertools.product(...)."""
    lists = [reader.listed(values, given.line) for values in given.positional]
    count = int(given.named.get("repeat", 1))
    check_items(math.prod(len(items) for items in lists) ** min(count, 5), given.line)
    return list(itertools.product(*lists, repeat=min(count, 5)))


def repeated(reader: Any, given: Arguments) -> Value:
    """itertools.repeat(value, times)."""
    times = given.positional[1] if len(given.positional) > 1 else given.named.get("times", 100)
    check_items(int(times), given.line)
    return [given.positional[0]] * int(times)


def pairwise(reader: Any, given: Arguments) -> Value:
    """itertools.pairwise(values)."""
    return list(itertools.pairwise(reader.listed(given.positional[0], given.line)))


def stored(reader: Any, given: Arguments) -> Value:
    """A plain namespace: types.SimpleNamespace(...), argparse.Namespace(...)."""
    kind = Class("Namespace", given.line, {}, {}, [])
    return Instance(kind, given.line, dict(given.named))


def parser(reader: Any, given: Arguments) -> Value:
    """argparse.ArgumentParser(...)."""
    return Instance(Class(PARSER, given.line, {}, {}, []), given.line)


def parser_method(reader: Any, owner: Instance, name: str, given: Arguments) -> Value:
    """add_argument(...) keeps a default, parse_args() gives all of them."""
    if name == "add_argument":
        names = [value for value in given.positional if isinstance(value, str)]
        word = given.named.get("dest") or next((n for n in names if n.startswith("--")), names[0] if names else "")
        key = str(word).lstrip("-").replace("-", "_")
        switch = given.named.get("action") == "store_true"
        default = given.named.get("default", False if switch else None)
        written = f"args.{key}"
        owner.attributes[key] = default if "default" in given.named or switch else reader.unknown(written, given.line)
    elif name.startswith("parse"):
        made = Instance(Class("Namespace", given.line, {}, {}, []), given.line, dict(owner.attributes))
        return (made, []) if name == "parse_known_args" else made
    elif name == "add_argument_group":
        return owner
    return None


def defaulting(reader: Any, given: Arguments) -> dict[Value, Value]:
    """defaultdict: what is not there yet must be put there by the text."""
    return {}


def queue(reader: Any, given: Arguments) -> list[Value]:
    """deque(...)."""
    return reader.listed(given.positional[0], given.line) if given.positional else []


def itself(reader: Any, given: Arguments) -> Value:
    """What gives back its (last) argument: typing.cast, functools.wraps(f)(g)."""
    if not given.positional:
        raise ReadError("this call is not read without arguments.", given.line)
    return given.positional[-1]


def unnoticed(reader: Any, given: Arguments) -> None:
    """What only warns, waits or shows."""


def example_or_list(reader: Any, given: Arguments) -> Value:
    """numpy's arrays of a shape."""
    return Example(None)


LIBRARY: dict[str, Callable[[Any, Arguments], Value]] = {
    "functools.partial": partial,
    "functools.reduce": reduce,
    "functools.wraps": lambda reader, given: Opaque("a decorator", given.line),
    "collections.OrderedDict": ordered,
    "OrderedDict": ordered,
    "typing.OrderedDict": ordered,
    "collections.namedtuple": named_tuple,
    "collections.defaultdict": defaulting,
    "collections.deque": queue,
    "dataclasses.field": dataclass_field,
    "copy.deepcopy": copied,
    "copy.copy": copied,
    "itertools.chain": chained,
    "itertools.chain.from_iterable": lambda reader, given: chained(
        reader, Arguments(given.line, reader.listed(given.positional[0], given.line))
    ),
    "itertools.product": combined,
    "itertools.repeat": repeated,
    "itertools.pairwise": pairwise,
    "types.SimpleNamespace": stored,
    "argparse.Namespace": stored,
    "argparse.ArgumentParser": parser,
    "ArgumentParser": parser,
    "typing.cast": itself,
    "warnings.warn": unnoticed,
    "math.prod": lambda reader, given: product(reader, given.positional[0], given.line),
    "torch.linspace": lambda reader, given: spread(reader, "linspace", given.positional, given),
    "numpy.random.randn": example_or_list,
    "numpy.random.rand": example_or_list,
    "np.random.randn": example_or_list,
    "np.random.rand": example_or_list,
    "operator.mul": lambda reader, given: reader.operate(ast.Mult, *given.positional, given.line),
    "operator.add": lambda reader, given: reader.operate(ast.Add, *given.positional, given.line),
}
