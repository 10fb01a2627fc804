"""Stand-ins with which the forward of a real module is followed: nothing is computed, and the module is not touched.

A feature map is replaced by a `Proxy` that has a shape and a place in the graph of the reader; a module by an object of
its class whose parameters are proxies and whose layers note themselves. So Python runs the forward as it stands, with
every loop and choice that depends on sizes, and each torch function that it calls is looked up in the reader's table.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from cnnviz.arithmetic.reader import parts_of_maps, pytorch_functions
from cnnviz.arithmetic.reader.arithmetic_functions import operated
from cnnviz.arithmetic.reader.module_tree import own_parameters
from cnnviz.arithmetic.reader.pytorch import PyTorch
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    Arguments,
    Container,
    ForeignModule,
    LayerModule,
    Opaque,
    ParameterTensor,
    Tensor,
)

NO_LINE = 0  # a module has no text


class Proxy:
    """A feature map, or a parameter, in a forward that is followed."""

    def __init__(self, value: Tensor, dialect: PyTorch) -> None:
        self.value = value
        self.dialect = dialect

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Whatever torch is asked to do with a proxy among its arguments."""
        proxy = next(found for found in proxies((*args, *(kwargs or {}).values())))
        name = func.__name__
        return proxy.called(name.strip("_") if name.startswith("__") else name, args, kwargs or {})

    def called(self, name: str, args: Any, kwargs: Any) -> Any:
        """A function of the reader's table, by its name."""
        if name in ("_assert", "_assert_async") or name.startswith("_log_api"):
            return None
        given = [unwrapped(self.dialect, argument) for argument in args]
        named = {key: unwrapped(self.dialect, argument) for key, argument in kwargs.items()}
        return wrapped(
            self.dialect, pytorch_functions.apply_function(self.dialect, name, Arguments(NO_LINE, given, named))
        )

    @property
    def shape(self) -> torch.Size:
        """All sizes, the batch among them."""
        return torch.Size(self.dialect.shape_of(self.value))

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.value.shape)

    @property
    def device(self) -> torch.device:
        """Nowhere."""
        return torch.device("meta")

    @property
    def dtype(self) -> torch.dtype:
        """What all numbers here are."""
        return torch.float32

    @property
    def T(self) -> Any:
        """The transposed."""
        return self.called("t", (self,), {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("requires_grad", "is_cuda", "is_sparse", "is_quantized", "is_nested", "is_mkldnn"):
            return False
        if name in ("data", "real"):
            return self
        return lambda *args, **kwargs: self.called(name, (self, *args), kwargs)

    def __getitem__(self, index: Any) -> Any:
        index = unwrapped(self.dialect, index)
        return wrapped(self.dialect, parts_of_maps.item(self.dialect, self.value, index, NO_LINE))

    def __setitem__(self, index: Any, value: Any) -> None:
        """The values alone change."""

    def __iter__(self) -> Iterator[Any]:
        return iter(wrapped(self.dialect, self.dialect.unbound(self.value, NO_LINE)))

    def __len__(self) -> int:
        return self.value.shape[0]

    def __bool__(self) -> bool:
        raise ReadError("a choice depends on the values of the picture.")

    __index__ = __int__ = __float__ = __bool__

    def __eq__(self, other: object) -> Any:
        return self

    def __ne__(self, other: object) -> Any:
        return self

    def __hash__(self) -> int:
        return id(self)


def operate(kind: str, turned: bool) -> Callable[[Proxy, Any], Any]:
    """The method of a proxy for one operator."""

    kinds = {
        "add": ast.Add,
        "sub": ast.Sub,
        "mul": ast.Mult,
        "truediv": ast.Div,
        "floordiv": ast.FloorDiv,
        "pow": ast.Pow,
        "matmul": ast.MatMult,
        "mod": ast.Mod,
        "and": ast.BitAnd,
        "or": ast.BitOr,
    }

    def method(self: Proxy, other: Any) -> Any:
        left, right = self.value, unwrapped(self.dialect, other)
        if isinstance(right, int | float) and not isinstance(right, bool):
            self.dialect.graph.pass_over("arithmetic with a number", NO_LINE)
            return self
        left, right = (right, left) if turned else (left, right)
        return wrapped(self.dialect, operated(self.dialect.graph, kinds[kind], left, right, NO_LINE))

    return method


for _kind in ("add", "sub", "mul", "truediv", "floordiv", "pow", "matmul", "mod", "and", "or"):
    setattr(Proxy, f"__{_kind}__", operate(_kind, turned=False))
    setattr(Proxy, f"__r{_kind}__", operate(_kind, turned=True))
for _kind in ("lt", "le", "gt", "ge"):
    setattr(Proxy, f"__{_kind}__", lambda self, other: self)
for _kind in ("neg", "invert", "abs"):
    setattr(Proxy, f"__{_kind}__", lambda self: self)


def proxies(values: Any) -> Iterator[Proxy]:
    """Every proxy among arguments, also within lists."""
    for value in values:
        if isinstance(value, Proxy):
            yield value
        elif isinstance(value, list | tuple):
            yield from proxies(value)


def wrapped(dialect: PyTorch, value: Any) -> Any:
    """A value of the reader as a forward meets it."""
    if isinstance(value, Tensor):
        return Proxy(value, dialect)
    if isinstance(value, ParameterTensor):
        return Proxy(Tensor("", value.shape, (value,)), dialect)
    if isinstance(value, list | tuple):
        return type(value)(wrapped(dialect, item) for item in value)
    return None if isinstance(value, Opaque) else value


def unwrapped(dialect: PyTorch, value: Any) -> Any:
    """What a forward passes on as a value of the reader."""
    if isinstance(value, Proxy):
        return value.value
    if isinstance(value, torch.Tensor):
        return Tensor("", tuple(value.shape))
    if isinstance(value, torch.Size):
        return tuple(value)
    if isinstance(value, list | tuple):
        return tuple(unwrapped(dialect, item) for item in value)
    if isinstance(value, dict):
        return {key: unwrapped(dialect, item) for key, item in value.items()}
    if isinstance(value, torch.dtype | torch.device | torch.memory_format):
        return Opaque(str(value), NO_LINE)
    return value


class Shim:
    """A module within one whose forward is followed: called, it notes itself."""

    def __init__(self, name: str, real: nn.Module | None, value: Any, dialect: PyTorch) -> None:
        self._name, self._real, self._value, self._dialect = name, real, value, dialect

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """That of the module, for a forward that asks for it."""
        return type(self._real) if self._real is not None else Shim

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        given = [unwrapped(self._dialect, argument) for argument in args]
        named = {key: unwrapped(self._dialect, argument) for key, argument in kwargs.items()}
        return wrapped(self._dialect, self._dialect.interpreter.call(self._value, Arguments(NO_LINE, given, named)))

    forward = __call__

    def _child(self, name: str) -> Shim:
        real = getattr(self._real, "_modules", {}).get(name)
        return Shim(name, real, self._value.children[name], self._dialect)

    def __getattr__(self, name: str) -> Any:
        if name in self._value.children:
            return self._child(name)
        own = getattr(self._value, "parameters", {})
        if isinstance(own, dict) and name in own:
            return wrapped(self._dialect, own[name])
        if isinstance(self._value, LayerModule) and name in self._value.layer.parameter_shapes():
            return wrapped(self._dialect, own_parameters(self._value)[name])
        return getattr(self._real, name)

    def __iter__(self) -> Iterator[Shim]:
        return iter([self._child(name) for name in self._value.children])

    def __len__(self) -> int:
        return len(self._value.children)

    def __getitem__(self, index: Any) -> Any:
        names = list(self._value.children)
        if isinstance(index, slice):
            parts = Container("Sequential", NO_LINE, {name: self._value.children[name] for name in names[index]})
            return Shim("", None, parts, self._dialect)
        return self._child(index if isinstance(index, str) else names[operator.index(index)])

    def items(self) -> list[tuple[str, Shim]]:
        """(name, module) for each module in it."""
        return [(name, self._child(name)) for name in self._value.children]

    def values(self) -> list[Shim]:
        """The modules in it."""
        return list(self)

    def keys(self) -> list[str]:
        """The names of the modules in it."""
        return list(self._value.children)


def follow_forward(real: nn.Module) -> Callable[[Any, ForeignModule, Arguments], Any]:
    """What a module makes of what it is given: its own forward, run with stand-ins for everything."""

    def forward(dialect: PyTorch, foreign: ForeignModule, given: Arguments) -> Any:
        stand_in = standing_in(real, foreign, dialect)
        args = [wrapped(dialect, value) for value in given.positional]
        kwargs = {key: wrapped(dialect, value) for key, value in given.named.items()}
        dialect.charge(1, NO_LINE)
        try:
            result = type(real).forward(stand_in, *args, **kwargs)
        except (ReadError, RecursionError):
            raise
        except AssertionError as problem:
            reason = str(problem)[:120] or "an assert of its own does not hold."
            raise ReadError(f"{foreign.kind} does not take this: {reason}") from None
        except Exception as problem:  # a forward can fail in any way
            raise ReadError(
                f"The forward of {foreign.kind} cannot be followed without running it: it takes a decision, or uses a "
                "number, that only a real picture gives."
            ) from problem
        return unwrapped(dialect, list(result) if isinstance(result, tuple) else result)

    return forward


def standing_in(real: nn.Module, foreign: ForeignModule, dialect: PyTorch) -> Any:
    """An object of a module's class, with its settings, whose parameters and modules are stand-ins."""
    stand_in = object.__new__(type(real))
    own = dict(real.__dict__)
    own["_modules"] = {
        name: None if child is None else Shim(name, real._modules.get(name), child, dialect)
        for name, child in foreign.children.items()
    }
    own["_parameters"], own["_buffers"], own["training"] = {}, {}, False
    for name, buffer in real._buffers.items():
        own[name] = None if buffer is None else Proxy(Tensor("", tuple(buffer.shape)), dialect)
    for name, parameter in real._parameters.items():
        value = foreign.parameters.get(name)
        own[name] = None if parameter is None or value is None else wrapped(dialect, value)
    for name, attribute in real.__dict__.items():
        if isinstance(attribute, torch.Tensor):
            own[name] = Proxy(Tensor("", tuple(attribute.shape)), dialect)
    stand_in.__dict__.update(own)
    return stand_in
