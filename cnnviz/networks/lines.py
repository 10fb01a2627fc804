"""The lines by which layers say how they are made and used ("nn.Conv2d(3, 64, 7)", "torch.cat([a, b], dim=1)"), done.

They are the arithmetic floor's own lines, never a visitor's text. They are not executed either: of Python only calls,
indices, signs and constants are read here, and the names lead to torch.nn, torch.nn.functional, what every tensor has,
and the values that are handed in. Whatever else a line says is refused.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn
from torch.nn import functional

OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.MatMult: operator.matmul,
}  # fmt: skip
ONLY_OF_TORCH = frozenset(["cat", "stack", "einsum", "where", "zeros"])  # and not of every tensor


class LineError(ValueError):
    """A line that says something which is not read here."""


def module_of_line(line: str) -> nn.Module:
    """The module that a line makes; LineError where it makes none.

    >>> module_of_line("nn.MaxPool2d(3, stride=2)")
    MaxPool2d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=False)
    """
    made = value_of_line(line, {})
    if not isinstance(made, nn.Module):
        raise LineError(f"{line} makes no layer.")
    return made


def value_of_line(line: str, names: Mapping[str, Any]) -> Any:
    """What a line gives for the values behind its names; LineError for what is not read here.

    >>> value_of_line("x.flatten(1) + torch.cat([x, x], dim=1)[:, 2:]", {"x": torch.ones(1, 2)})
    tensor([[2., 2.]])
    >>> value_of_line("torch.load('weights.pth')", {})
    Traceback (most recent call last):
    ...
    cnnviz.networks.lines.LineError: torch.load is not used by any layer.
    """
    return _value(ast.parse(line, mode="eval").body, names)


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return _named(node, names)
        case ast.Attribute():
            return _attribute(node, names)
        case ast.Tuple() | ast.List():
            parts = [_value(part, names) for part in node.elts]
            return tuple(parts) if isinstance(node, ast.Tuple) else parts
        case ast.UnaryOp(op=ast.USub()):
            return -_value(node.operand, names)
        case ast.BinOp() if type(node.op) in OPERATORS:
            return OPERATORS[type(node.op)](_value(node.left, names), _value(node.right, names))
        case ast.Subscript():
            return _value(node.value, names)[_value(node.slice, names)]
        case ast.Slice():
            ends = (node.lower, node.upper, node.step)
            return slice(*(None if end is None else _value(end, names) for end in ends))
        case ast.Call():
            given = [_value(argument, names) for argument in node.args]
            by_name = {str(keyword.arg): _value(keyword.value, names) for keyword in node.keywords}
            return _value(node.func, names)(*given, **by_name)
    raise LineError(f"{ast.unparse(node)} is not read here.")


def _named(node: ast.Name, names: Mapping[str, Any]) -> Any:
    if node.id not in names:
        raise LineError(f"{node.id} is not known here.")
    return names[node.id]


def _attribute(node: ast.Attribute, names: Mapping[str, Any]) -> Any:
    written, name = ast.unparse(node), node.attr
    owner = ast.unparse(node.value)
    if name.startswith("_"):
        raise LineError(f"{written} is not used by any layer.")
    if owner == "nn":
        kind = getattr(nn, name, None)
        if not (isinstance(kind, type) and issubclass(kind, nn.Module)):
            raise LineError(f"{written} is no layer of torch.")
        return kind
    if owner == "torch.nn.functional":
        found = getattr(functional, name, None)
    elif owner == "torch":
        found = getattr(torch, name, None) if name in ONLY_OF_TORCH or hasattr(torch.Tensor, name) else None
    else:
        return getattr(_value(node.value, names), name)
    if found is None:
        raise LineError(f"{written} is not used by any layer.")
    return found
