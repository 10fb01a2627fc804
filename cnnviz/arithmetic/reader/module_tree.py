"""Modules within modules: their names, their parameters, and what is frozen."""

import re
from collections.abc import Iterator
from math import prod

from cnnviz.arithmetic.reader.values import (
    MODULES,
    Container,
    ForeignModule,
    Instance,
    LayerModule,
    ParameterTensor,
    Value,
)


def named_modules(root: Value, prefix: str = "") -> Iterator[tuple[str, Value]]:
    """Every module within one, itself first, as named_modules() of torch; one that is in there twice comes once."""
    seen: set[int] = set()
    waiting: list[tuple[str, Value]] = [(prefix, root)]
    while waiting:
        name, module = waiting.pop(0)
        if id(module) in seen:
            continue
        seen.add(id(module))
        yield name, module
        inside = [
            (f"{name}.{child_name}" if name else str(child_name), child)
            for child_name, child in module.children.items()
            if isinstance(child, MODULES)
        ]
        waiting = inside + waiting


def own_parameters(module: Value) -> dict[str, ParameterTensor]:
    """The parameters that a module holds itself, by name; those of a layer are taken apart when first asked for."""
    if isinstance(module, LayerModule):
        if not module.parameters:
            shapes = module.layer.parameter_shapes().items()
            module.parameters.update({name: ParameterTensor(shape, name, module.frozen) for name, shape in shapes})
        return module.parameters
    if isinstance(module, ForeignModule):
        return module.parameters
    if isinstance(module, Container):
        return {name: value for name, value in module.children.items() if isinstance(value, ParameterTensor)}
    if isinstance(module, Instance):
        return {name: value for name, value in module.attributes.items() if isinstance(value, ParameterTensor)}
    return {}


def counted_parameters(module: Value) -> tuple[int, int]:
    """(how many values a layer learns, how many of them are frozen), without taking its parameters apart."""
    if isinstance(module, LayerModule) and not module.parameters:
        count = module.layer.num_params
        return count, count if module.frozen else 0
    tensors = own_parameters(module).values()
    return sum(prod(t.shape) for t in tensors), sum(prod(t.shape) for t in tensors if t.frozen)


def freeze(owner: Value, learns: Value) -> None:
    """requires_grad_(False) of a module: nothing in it is learned any more."""
    for _, module in named_modules(owner):
        if isinstance(module, LayerModule):
            module.frozen = not learns
        for each in (
            list(own_parameters(module).values()) if not isinstance(module, LayerModule) else module.parameters.values()
        ):
            each.frozen = not learns


def name_in_network(name: str) -> str:
    """A name of a module as a network takes it."""
    return re.sub("[^A-Za-z0-9_-]", "_", name).lstrip("-") or "_"
