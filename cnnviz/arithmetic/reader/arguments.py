"""Which argument of a call is which: by place and by name, or a sentence about the one that is wrong."""

import ast
from collections.abc import Sequence
from dataclasses import MISSING, fields
from functools import lru_cache
from typing import Any

from cnnviz.arithmetic.layers import POINTWISE, Layer, Pointwise
from cnnviz.arithmetic.network import Span
from cnnviz.arithmetic.reader.syntax import ReadError, did_you_mean
from cnnviz.arithmetic.reader.values import BATCH, Arguments, LayerModule, Value, kind_of
from cnnviz.arithmetic.settings import ShapeError, counted

NAMED = (ast.Name, ast.Attribute, ast.Call, ast.Starred)  # what stands for something written elsewhere
WITHOUT_EFFECT = {"device", "dtype"}  # arguments of every torch layer that change no number here


def bind(name: str, parameters: Sequence[str], required: int, given: Arguments) -> dict[str, Value]:
    """The given arguments by the name of their parameter; the first `required` parameters have no default.

    >>> bind("Linear", ["in_features", "out_features", "bias"], 2, Arguments(4, [8], {"out_features": 2}))
    {'in_features': 8, 'out_features': 2}
    >>> bind("Linear", ["in_features", "out_features", "bias"], 2, Arguments(4, [8], {"out_feature": 2}))
    Traceback (most recent call last):
    ...
    cnnviz.arithmetic.reader.syntax.ReadError: line 4: Linear has no argument out_feature; did you mean out_features?
    """
    if len(given.positional) > len(parameters):
        takes = f"takes {counted(len(parameters), 'argument')} at most" if parameters else "takes no arguments"
        raise ReadError(f"{name} {takes}, and {len(given.positional)} are given.", given.line)
    bound = dict(zip(parameters, given.positional, strict=False))
    for keyword, value in given.named.items():
        if keyword not in parameters:
            raise ReadError(f"{name} has no argument {keyword}{did_you_mean(keyword, parameters)}", given.line)
        if keyword in bound:
            raise ReadError(f"{name} is given {keyword} twice.", given.line)
        bound[keyword] = value
    missing = [parameter for parameter in parameters[:required] if parameter not in bound]
    if missing:
        raise ReadError(f"{name} needs {listed(missing)}, which the call leaves out.", given.line)
    return bound


def make_layer(kind: type[Any], given: Arguments) -> LayerModule:
    """A layer from the arguments of its call; ReadError with the line for anything it does not take."""
    parameters, required = signature(kind)  # type: ignore[arg-type]
    name = kind.__name__
    bound = bind(name, parameters, required, without_effect(given))
    spans = {parameters[key] if isinstance(key, int) else key: span for key, span in given.spans.items()}
    settings = {key: setting(name, key, value, given.line) for key, value in bound.items()}
    return built(kind, settings, given.line, spans)


@lru_cache
def signature(kind: type[Any]) -> tuple[tuple[str, ...], int]:
    """The arguments of a layer in their order, and how many of them have no default.

    >>> from cnnviz.arithmetic.layers import Linear
    >>> signature(Linear)
    (('in_features', 'out_features', 'bias'), 2)
    """
    return tuple(field.name for field in fields(kind)), sum(field.default is MISSING for field in fields(kind))


def make_pointwise(name: str, given: Arguments) -> LayerModule:
    """One of the POINTWISE layers from the arguments of its call."""
    bound = bind(name, POINTWISE[name], 0, without_effect(given) if name != "Identity" else Arguments(given.line, []))
    arguments = {key: setting(name, key, value, given.line) for key, value in bound.items()}
    return built(Pointwise, {"function": name, "arguments": tuple(arguments.items())}, given.line)


def built(kind: type[Any], settings: dict[str, Value], line: int, spans: dict[str, Span] | None = None) -> LayerModule:
    """The layer, or ReadError with what the layer says about its settings."""
    try:
        layer: Layer = kind(**settings)
    except ShapeError as problem:
        raise ReadError(str(problem), line) from None
    return LayerModule(layer, line, tuple((spans or {}).items()))


def without_effect(given: Arguments) -> Arguments:
    """The arguments less those that say where a layer lives, not what it does."""
    if WITHOUT_EFFECT.isdisjoint(given.named):
        return given
    named = {key: value for key, value in given.named.items() if key not in WITHOUT_EFFECT}
    return Arguments(given.line, given.positional, named, given.spans)


def setting(layer: str, name: str, value: Value, line: int) -> Value:
    """A value as a layer takes it: a number, a word, or several numbers as a tuple; ReadError for anything else."""
    if isinstance(value, (int, float, str)) or value is None:
        if isinstance(value, int) and value >= BATCH and value % BATCH == 0:
            raise ReadError(f"{name} of {layer} depends on how many images are fed in, which no layer can.", line)
        return value
    if isinstance(value, (list, tuple)) and all(item is None or isinstance(item, (int, float)) for item in value):
        return tuple(value)
    if isinstance(value, (list, tuple)) and len(value) < 4 and all(is_pair(item) for item in value):
        return tuple(tuple(item) for item in value)
    raise ReadError(f"{layer} takes a number or a word as {name}, and this is {kind_of(value)}.", line)


def is_pair(value: Value) -> bool:
    """Whether this is a list of a few plain numbers."""
    return isinstance(value, (list, tuple)) and len(value) < 4 and all(isinstance(item, (int, float)) for item in value)


def spans_of(call: ast.Call, lines: list[str]) -> dict[int | str, Span]:
    """Where the arguments stand that are written as plain numbers, by place or by name.

    One that uses a name is left out: what that name stands for may be used elsewhere too.

    >>> text = "nn.Linear(16*5*5, out_features=n)"
    >>> spans_of(ast.parse(text).body[0].value, [text])
    {0: Span(line=1, column=10, end_line=1, end_column=16)}
    """
    arguments: list[tuple[int | str, ast.expr]] = list(enumerate(call.args))
    arguments += [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg is not None]
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    return {
        key: span_of(node, lines)
        for key, node in arguments
        if is_literal(node) and not (starred and isinstance(key, int))
    }


def is_literal(node: ast.expr) -> bool:
    """Whether an expression consists of literals only."""
    if isinstance(node, ast.Constant):
        return True
    return not any(isinstance(part, NAMED) for part in ast.walk(node))


def span_of(node: ast.expr, lines: list[str]) -> Span:
    """Where an expression stands. Python counts columns in bytes; here they are letters."""
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    start = letters(lines, node.lineno, node.col_offset)
    return Span(node.lineno, start, end_line, letters(lines, end_line, end_column))


def letters(lines: list[str], line: int, column: int) -> int:
    """A column in letters, from one in bytes."""
    text = lines[line - 1] if line <= len(lines) else ""
    if text.isascii():
        return column
    return len(text.encode("utf-8", errors="replace")[:column].decode("utf-8", errors="ignore"))


def listed(names: Sequence[str]) -> str:
    """Names as part of a sentence.

    >>> listed(["in_features", "out_features", "bias"])
    'in_features, out_features and bias'
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
