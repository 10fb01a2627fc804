"""Pasted PyTorch or Keras text -> Network, by reading its syntax tree; nothing of it is ever executed."""

import re

from cnnviz.arithmetic.network import Network
from cnnviz.arithmetic.reader.keras import read_keras
from cnnviz.arithmetic.reader.pytorch import read_pytorch
from cnnviz.arithmetic.reader.syntax import ReadError, parse
from cnnviz.arithmetic.settings import Shape, ShapeError

__all__ = ["ReadError", "read_network"]

KERAS = re.compile(r"\b(?:keras|tensorflow)\b")
PYTORCH = re.compile(r"\btorch\b|(?<!tf\.)\bnn\.")
LIKE_KERAS = re.compile(
    r"\.add\(\s*(?:\w+\.)*[A-Z]|\bSequential\(\s*[\[)]|\b(?:Conv2D|Convolution2D|Dense|MaxPooling2D|MaxPool2D)\("
)


def read_network(text: str, input_shape: Shape | None = None) -> Network:
    """The network that a PyTorch or Keras text makes; ReadError with the line and a sentence where it cannot be read.

    Read are an nn.Sequential, a class with its forward, and Keras's model.add(...) and Sequential([...]), with loops
    of a known length and plain arithmetic. `input_shape` (channels, height, width) takes the place of the one that the
    text names; a Keras listing that names none is read for (3, 224, 224): its layers do not say what they take.

    >>> network = read_network("net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(8 * 30 * 30, 10))")
    >>> network.trace((3, 32, 32))[-1].output_shape
    (10,)
    >>> read_network("nn.Conv2d(3, 8, 3, strde=2)")
    Traceback (most recent call last):
    ...
    cnnviz.arithmetic.reader.syntax.ReadError: line 1: Conv2d has no argument strde; did you mean stride?
    """
    tree = parse(text)
    read = read_keras if is_keras(text) else read_pytorch
    try:
        return read(tree, text, input_shape)
    except RecursionError:
        raise ReadError("the text goes round in circles: something in it contains or calls itself.") from None
    except ShapeError as problem:
        raise ReadError(str(problem)) from None


def is_keras(text: str) -> bool:
    """Whether a text speaks of Keras, by the library that it names or else by its layers.

    >>> is_keras("model.add(Dense(10))"), is_keras("nn.Sequential(nn.Linear(8, 10))")
    (True, False)
    """
    if PYTORCH.search(text):
        return False
    return bool(KERAS.search(text) or LIKE_KERAS.search(text))
