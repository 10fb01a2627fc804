"""A text of Keras that is read, and its model followed for an input."""

import ast
from dataclasses import dataclass, replace
from typing import Any

from cnnviz.arithmetic.network import INPUT, Network
from cnnviz.arithmetic.reader.choosing import default_arguments, names_mentioned, unused
from cnnviz.arithmetic.reader.interpreter import Interpreter
from cnnviz.arithmetic.reader.keras import Keras
from cnnviz.arithmetic.reader.keras_models import (
    input_of,
    inputs_of,
)
from cnnviz.arithmetic.reader.missing_values import missing_values_error
from cnnviz.arithmetic.reader.program import Followed, Program
from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import (
    Function,
    Instance,
    KerasModel,
    KerasTensor,
    Tensor,
    Value,
    kind_of,
)
from cnnviz.arithmetic.settings import Shape, read_shape

DEFAULT_INPUT = (3, 224, 224)  # for a listing that names no input shape


@dataclass
class KerasProgram(Program):
    """A model of Keras that was read: its layers find out what they take when a shape is fed in."""

    def __post_init__(self) -> None:
        if isinstance(self.root, Instance):
            super().__post_init__()

    def follow(self, shape: Shape) -> Followed:
        """Apply the model to an input of a shape."""
        dialect = self.interpreter.dialect
        dialect.channels_first, dialect.made = set(), {}
        followed = super().follow(shape)
        followed.graph.sized = True
        return followed

    def applied(self, x: Tensor, line: int) -> Tensor:
        """What the model makes of an input."""
        dialect = self.interpreter.dialect
        if isinstance(self.root, Instance):
            return super().applied(x, line)
        result = dialect.put(self.root, [x], line)
        if result.source == INPUT:
            raise ReadError("the model has no layers.", line)
        made: Tensor = dialect.as_keras(result, line)
        return made

    def network(self, followed: Followed, shape: Shape) -> Network:
        """The nodes that lead to the result."""
        graph = followed.graph
        nodes = tuple(
            replace(node, frozen=node.layer.num_params)
            if (made := graph.made.get(node.name)) is not None and made.frozen and node.module == node.name
            else node
            for node in graph.leading_to(followed.result)
        )
        return Network(
            nodes,
            self.input_shape,
            program=self,
            followed=shape,
            frozen_params=sum(node.frozen for node in nodes),
            choices=self.choices,
            choice=self.choice,
        )


def read_keras(
    tree: ast.Module,
    text: str,
    input_shape: Shape | None = None,
    values: dict[str, Any] | None = None,
    models: Any = None,
    choice: str | None = None,
) -> Network:
    """The network of a Keras text, read for the input shape given, or the one it names, or (3, 224, 224).

    >>> text = "Sequential([Conv2D(8, 3, input_shape=(32, 32, 3)), Flatten(), Dense(10)])"
    >>> [node.layer for node in read_keras(ast.parse(text), text).nodes][-1]
    Linear(in_features=7200, out_features=10, bias=True)
    """
    dialect = Keras(models)
    interpreter = dialect.interpreter = Interpreter(dialect, text.split("\n"), values or {})
    begun = model_begun_elsewhere(tree)
    if begun is not None:
        model = KerasModel(1, [])
        interpreter.top.names[begun] = model
        interpreter.found[model] = begun
    try:
        interpreter.run(tree)
        root, name, names = chosen_model(interpreter, choice)
        named = input_of(root)
        program = KerasProgram(interpreter, root, input_shape or named, name, names)
        network = program.at(read_shape(input_shape or named or DEFAULT_INPUT))
    except ReadError as problem:
        if interpreter.needs:
            raise missing_values_error(interpreter) from problem
        raise
    if interpreter.needs:
        raise missing_values_error(interpreter)
    return network


def chosen_model(interpreter: Interpreter, choice: str | None) -> tuple[Value, str, tuple[str, ...]]:
    """The model of a text that was asked for, else its last; its name, and the names of all."""

    options: dict[str, Any] = {}
    for value, label in interpreter.found.items():
        options[unused(label or "model", options)] = lambda value=value: value
    mentioned = names_mentioned(interpreter)
    made = {id(instance.made_by) for instance in interpreter.made}
    at_top = list(options)
    for kind in interpreter.classes:
        if kind.method("call") is not None and id(kind) not in made and not mentioned.get(kind.name, 0):
            options[unused(f"{kind.name}()", options)] = lambda kind=kind: interpreter.make(
                kind, default_arguments(interpreter, kind.method("__init__"), kind.line, kind.name, 1)
            )
    for function in interpreter.functions:
        if returns_model(function) and not mentioned.get(function.name, 0):
            options[unused(f"{function.name}()", options)] = lambda function=function: called(interpreter, function)
    loose = [value for value in interpreter.top.names.values() if isinstance(value, KerasTensor) and value.inputs]
    if not options and loose:  # layers called one behind the other, and no Model made of them
        return KerasModel(loose[-1].line, [], None, inputs_of(loose[-1]), (loose[-1],)), "", ()
    if not options:
        raise interpreter.passed_over or ReadError(
            "There is no network in this text: Sequential and functional models and classes with call are read."
        )
    name = choice if choice in options else (at_top[-1] if at_top else list(options)[-1])
    return options[name](), name, tuple(options)


def called(interpreter: Interpreter, function: Function) -> Value:
    """The model that a function makes with its defaults."""

    value = interpreter.call(
        function, default_arguments(interpreter, function, function.definition.lineno, function.name, 0)
    )
    if isinstance(value, tuple | list) and value:
        value = value[0]
    if not isinstance(value, KerasModel | Instance):
        raise ReadError(f"{function.name} gives back {kind_of(value)}, no model.", function.definition.lineno)
    return value


def returns_model(function: Function) -> bool:
    """Whether a function makes a Sequential or a Model, and returns something."""
    names = {getattr(node, "id", "") or getattr(node, "attr", "") for node in ast.walk(function.definition)}
    returns = any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(function.definition))
    return returns and bool(names & {"Sequential", "Model"})


def model_begun_elsewhere(tree: ast.Module) -> str | None:
    """The name in a fragment of lines `model.add(...)` whose `model = Sequential()` was left out of what was copied.

    >>> model_begun_elsewhere(ast.parse("net.add(Dense(10))")), model_begun_elsewhere(ast.parse("net = 1; net.add(2)"))
    ('net', None)
    """
    if any(not isinstance(line, ast.Expr | ast.Import | ast.ImportFrom) for line in tree.body):
        return None
    for line in tree.body:
        call = line.value if isinstance(line, ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "add":
            return call.func.value.id if isinstance(call.func.value, ast.Name) else None
    return None
