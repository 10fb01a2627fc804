"""Pasted PyTorch or Keras text -> Network, by reading its syntax tree; nothing of it is ever executed.

How it is read, from the ground up:

- `syntax` looks a text over and parses it; `cutting` takes what makes the network out of a notebook or a long script.
- `evaluator`, `operators`, `expressions`, `calls`, `assigning`, `statements` and `interpreter`, each built on the one
  before, read a bounded subset of Python over values of its own (`values`): what Python does with numbers, lists and
  classes just works, each step is counted, and no name leads to anything real. There is no torch in it. Sandboxes that
  one can install were looked at: those that run Python's own code objects have no bounds on steps and memory, those
  that are written anew have no classes, and none keeps where in the text an argument stands, which repairs are written
  to.
- A text is read in two steps. Its top is read once, which makes the modules. Their forward is followed for inputs of a
  known shape (`program`), with feature maps that are nothing but a shape and the name of a node: so `x.shape`, views,
  loops and choices that depend on sizes have their values. A forward that asks for sizes is followed again when the
  network is traced for another shape.
- How many images are fed in is a large prime (`values.BATCH`): where it stands in a shape is seen at once, however the
  text moves it about.
- `graph` notes each layer, with the shape that it gives back; `pytorch_functions` is the table of what calls do to a
  feature map. The survey of a real module ends in the same graph by the same table.
- What the text does not say is carried along as unknown (`missing_values`), and asked for when a layer depends on it.
- `choosing` says which network of a text is meant; `keras` and `keras_program` read the layers of Keras into the same
  graph.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from cnnviz.arithmetic.network import Network
from cnnviz.arithmetic.reader.choosing import chosen
from cnnviz.arithmetic.reader.interpreter import Interpreter
from cnnviz.arithmetic.reader.keras_program import read_keras
from cnnviz.arithmetic.reader.missing_values import missing_values_error
from cnnviz.arithmetic.reader.program import Program, likely_shapes
from cnnviz.arithmetic.reader.pytorch import PyTorch
from cnnviz.arithmetic.reader.syntax import BoundsError, ReadError, UnfitError, parse
from cnnviz.arithmetic.settings import Shape, ShapeError, read_shape

__all__ = ["ReadError", "read_network"]

KERAS = re.compile(r"\b(?:keras|tensorflow)\b")
PYTORCH = re.compile(r"\btorch\b|(?<!tf\.)\bnn\.")
LIKE_KERAS = re.compile(
    r"\.add\(\s*(?:\w+\.)*[A-Z]|\bSequential\(\s*[\[)]|\b(?:Conv2D|Convolution2D|Dense|MaxPooling2D|MaxPool2D)\("
)
TRIES = 6  # shapes for which a forward that can be followed is asked to fit, where none is given

Models = Callable[[str, dict[str, Any], int], Any]


def read_network(
    text: str,
    input_shape: Shape | None = None,
    *,
    values: Mapping[str, Any] | None = None,
    models: Models | None = None,
    choice: str | None = None,
) -> Network:
    """The network that a PyTorch or Keras text makes; ReadError with the line and a sentence where it cannot be read.

    `input_shape` (channels, height, width) takes the place of the one that the text names. `values` has what the text
    leaves open: ReadError.needs names it. `models` knows networks by name, for texts that call them: by_name of
    cnnviz.networks.by_name. `choice` is one of the network's `choices`, where a text has several.

    >>> network = read_network("net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(8 * 30 * 30, 10))")
    >>> network.trace((3, 32, 32))[-1].output_shape
    (10,)
    >>> read_network("nn.Conv2d(3, 8, 3, strde=2)")
    Traceback (most recent call last):
    ...
    cnnviz.arithmetic.reader.syntax.ReadError: line 1: Conv2d has no argument strde; did you mean stride?
    >>> try:
    ...     read_network("net = nn.Sequential(nn.Flatten(), nn.Linear(784, num_classes))")
    ... except ReadError as error:
    ...     print(error.needs)
    ('num_classes',)
    """
    tree, text = parse(text)
    known = {name: frozen_list(value) for name, value in (values or {}).items()}
    shape = None if input_shape is None else read_shape(input_shape)
    try:
        if is_keras(text):
            return read_keras(tree, text, shape, known, models, choice)
        return read_pytorch(tree, text, shape, known, models, choice)
    except RecursionError:
        raise ReadError("the text goes round in circles: something in it contains or calls itself.") from None
    except ShapeError as problem:
        raise ReadError(str(problem)) from None


def read_pytorch(
    tree: Any, text: str, shape: Shape | None, values: dict[str, Any], models: Models | None, choice: str | None
) -> Network:
    """The network of a PyTorch text: the one made last at its top, else one of its last class or function."""
    dialect = PyTorch(models)
    interpreter = dialect.interpreter = Interpreter(dialect, text.split("\n"), values)
    try:
        interpreter.run(tree)
        root, name, names = chosen(interpreter, choice)
        losses = tuple(re.findall(r"\b\w+Loss\b", text)[:20])
        program = Program(interpreter, root, shape or dialect.input_shape, name, names, losses=losses)
        network = first_followed(program, shape or dialect.input_shape)
    except ReadError as problem:
        if interpreter.needs:
            raise missing_values_error(interpreter) from problem
        raise
    if interpreter.needs:
        raise missing_values_error(interpreter)
    return network


def first_followed(program: Program, shape: Shape | None) -> Network:
    """The network followed for a shape; where none is known for the first likely one that fits."""
    if shape is not None:
        return program.at(shape)
    first: Network | None = None
    problems: dict[str, ReadError] = {}
    tries = 0
    for likely in likely_shapes(program.root):
        try:
            network = program.at(likely)
        except BoundsError:
            raise
        except ReadError as refused:
            problems.setdefault(str(refused), refused)
            continue
        tries += 1
        if network.fits(likely):
            return network
        first = first or network
        if tries >= TRIES:
            break
    if first is not None:
        return first
    if len(problems) == 1 or not isinstance(next(iter(problems.values())), UnfitError):
        raise next(iter(problems.values()))
    # what is wrong depends on the sizes, so there is an input that was not thought of here
    return Network((), program=program, followed=(), choices=program.choices, choice=program.choice)


def frozen_list(value: Any) -> Any:
    """A value that was answered, as the evaluator knows such: numbers, words, lists and dicts of them."""
    if isinstance(value, dict):
        return {key: frozen_list(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(frozen_list(item) for item in value[:1000])
    if isinstance(value, list | set | range):
        return [frozen_list(item) for item in list(value)[:1000]]
    return value if isinstance(value, int | float | str) or value is None else str(value)[:100]


def is_keras(text: str) -> bool:
    """Whether a text speaks of Keras, by the library that it names or else by its layers.

    >>> is_keras("model.add(Dense(10))"), is_keras("nn.Sequential(nn.Linear(8, 10))")
    (True, False)
    """
    if PYTORCH.search(text):
        return False
    return bool(KERAS.search(text) or LIKE_KERAS.search(text))
