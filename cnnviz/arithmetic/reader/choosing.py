"""Which network of a text is meant, where there are several."""

import ast
from collections.abc import Callable
from typing import Any

from cnnviz.arithmetic.reader.interpreter import Interpreter
from cnnviz.arithmetic.reader.module_tree import named_modules
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    MODULES,
    Arguments,
    Class,
    Function,
    Instance,
    LayerModule,
    Value,
    kind_of,
)


def chosen(interpreter: Interpreter, choice: str | None) -> tuple[Value, str, tuple[str, ...]]:
    """The network of a text that was asked for, else its last; its name, and the names of all."""
    options = networks_of(interpreter)
    if not options:
        raise nothing_found(interpreter)
    names = tuple(options)
    name = choice if choice in options else None
    tried = interpreter.dialect.tried_out
    if name is None and tried is not None:
        name = next((label for label, (value, _) in options.items() if value is tried), None)
        if name is None:
            return tried, "", names
    if name is None:
        at_top = [label for label, (value, _) in options.items() if not isinstance(value, Class | Function)]
        name = at_top[-1] if at_top else names[-1]
    value, make = options[name]
    return (make() if make is not None else value), name, names


def networks_of(interpreter: Interpreter) -> dict[str, tuple[Value, Callable[[], Value] | None]]:
    """Every network of a text by a name to choose it by: those made at its top, then what makes one."""
    options: dict[str, tuple[Value, Callable[[], Value] | None]] = {}
    inner: set[int] = set()
    for value in interpreter.found:
        inner |= {id(module) for _, module in named_modules(value) if module is not value}
    plain = [value for value in interpreter.found if isinstance(value, Instance) and not is_module_class(value.made_by)]
    found = [
        value for value in interpreter.found if id(value) not in inner and value not in plain and has_layers(value)
    ]
    for value in found or [value for value in interpreter.found if value not in plain][-1:]:
        label = interpreter.found[value] or (value.made_by.name if isinstance(value, Instance) else "network")
        options[unused(label, options)] = (value, None)
    instances = {id(made.made_by) for made in interpreter.made}
    mentioned = names_mentioned(interpreter)
    for kind in interpreter.classes:
        if id(kind) in instances or not is_module_class(kind) or mentioned.get(kind.name, 0) > 0:
            continue
        options[unused(f"{kind.name}()", options)] = (kind, maker_of_class(interpreter, kind))
    for function in interpreter.functions:
        if makes_network(function, interpreter) and not mentioned.get(function.name, 0):
            options[unused(f"{function.name}()", options)] = (function, maker_of_function(interpreter, function))
    if not options:
        made = [value for value in interpreter.made if is_module_class(value.made_by)]
        inside = {id(module) for value in made for _, module in named_modules(value) if module is not value}
        for value in [value for value in made if id(value) not in inside][-5:]:
            options[unused(value.made_by.name, options)] = (value, None)
    if not options:
        for kind in interpreter.classes:
            if is_module_class(kind):
                options[unused(f"{kind.name}()", options)] = (kind, maker_of_class(interpreter, kind))
    return options


def has_layers(value: Value) -> bool:
    """Whether a module learns anything, or holds others."""
    return bool(value.children) or isinstance(value, LayerModule | Instance)


def unused(label: str, options: dict[str, Any]) -> str:
    """The label, numbered where it is taken."""
    label, number, free = label[:60], 1, label[:60]
    while free in options:
        number += 1
        free = f"{label} ({number})"
    return free


def is_module_class(kind: Class) -> bool:
    """Whether objects of a class are networks: it inherits from a class of the library, or has a forward."""
    if kind.method("forward") is not None:
        return True
    base = kind.library_base()
    return base.rpartition(".")[2] in ("Sequential",) or (
        bool(base) and base.endswith(("Module", "Classifier")) and kind.method("__init__") is not None
    )


def names_mentioned(interpreter: Interpreter) -> dict[str, int]:
    """How often each name stands within the classes and functions of a text, other than its own."""
    counts: dict[str, int] = {}
    bodies: list[tuple[str, ast.AST]] = [(f.name, f.definition) for f in interpreter.functions]
    bodies += [(kind.name, method.definition) for kind in interpreter.classes for method in kind.methods.values()]
    bases = [base for kind in interpreter.classes for base in kind.bases if isinstance(base, Class)]
    for base in bases:
        counts[base.name] = counts.get(base.name, 0) + 1
    for own_name, body in bodies:
        for node in ast.walk(body):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id != own_name:
                counts[node.id] = counts.get(node.id, 0) + 1
    return counts


def makes_network(function: Function, interpreter: Interpreter) -> bool:
    """Whether a function at the top gives back a network: a call of a class of the text, or of nn.Sequential."""
    definition = function.definition
    if isinstance(definition, ast.Lambda):
        return False
    kinds = {kind.name for kind in interpreter.classes if is_module_class(kind)}
    kinds |= {other.name for other in interpreter.functions if other is not function and other.name[:1] == "_"}
    made = {
        target.id
        for node in ast.walk(definition)
        if isinstance(node, ast.Assign) and makes(node.value, kinds)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return any(
        isinstance(node, ast.Return) and (makes(node.value, kinds) or getattr(node.value, "id", "") in made)
        for node in ast.walk(definition)
    )


def makes(node: ast.expr | None, kinds: set[str]) -> bool:
    """Whether an expression is a call that makes a network."""
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
    return name in kinds or name == "Sequential"


def maker_of_class(interpreter: Interpreter, kind: Class) -> Callable[[], Value]:
    """Makes an object of a class with its defaults; parameters without one are asked for."""

    def make() -> Value:
        definition = kind.method("__init__")
        given = default_arguments(interpreter, definition, kind.line, kind.name, skip=1)
        return interpreter.make(kind, given)

    return make


def maker_of_function(interpreter: Interpreter, function: Function) -> Callable[[], Value]:
    """Calls a function with its defaults; parameters without one are asked for."""

    def make() -> Value:
        given = default_arguments(interpreter, function, function.definition.lineno, function.name, skip=0)
        value = interpreter.call(function, given)
        if not isinstance(value, MODULES):
            raise ReadError(f"{function.name} gives back {kind_of(value)}, no network.", function.definition.lineno)
        return value

    return make


def default_arguments(
    interpreter: Interpreter, function: Function | None, line: int, name: str, skip: int
) -> Arguments:
    """Arguments for the parameters without a default: what was answered, else a likely value, which is asked for."""
    given = Arguments(line, [])
    if function is None:
        return given
    signature = function.definition.args
    parameters = [p.arg for p in (*signature.posonlyargs, *signature.args)][skip:]
    required = parameters[: len(parameters) - len(signature.defaults)] if signature.defaults else parameters
    required += [p.arg for p, d in zip(signature.kwonlyargs, signature.kw_defaults, strict=True) if d is None]
    for parameter in required:
        value = interpreter.unknown(parameter, line)
        given.named[parameter] = interpreter.needed(value, line)
    for parameter in parameters:
        if parameter in interpreter.values:
            given.named[parameter] = interpreter.values[parameter]
    if required and interpreter.needs:
        interpreter.call_wanted = f"{name}({', '.join(f'{parameter}=...' for parameter in required)})"
    return given


def nothing_found(interpreter: Interpreter) -> ReadError:
    """What to say of a text in which there is no network."""
    made = {id(value.made_by) for value in interpreter.found if isinstance(value, Instance)}
    plain = [
        kind
        for kind in interpreter.classes
        if not kind.library_base() and (kind.method("forward") is not None or id(kind) in made)
    ]
    if plain:
        kind = plain[-1]
        return ReadError(f"{kind.name} is no nn.Module: its class line should read {kind.name}(nn.Module).", kind.line)
    bare = [kind for kind in interpreter.classes if kind.library_base().endswith("Module")]
    if bare and interpreter.passed_over is None:
        kind = bare[-1]
        return ReadError(f"{kind.name} has no forward, which would say how its layers are joined.", kind.line)
    return interpreter.passed_over or ReadError(
        "There is no network in this text: paste an nn.Sequential, a class with its forward, or a Keras model."
    )
