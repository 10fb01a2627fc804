"""What the interpreter asks a library about: PyTorch and Keras answer, each in a file of its own."""

import ast
from typing import Protocol

from cnnviz.arithmetic.reader.values import Dotted, Given, LayerModule, Method, Value


class Dialect(Protocol):
    """What a library's names mean: PyTorch or Keras."""

    aliases: dict[str, str]  # names that stand for modules of the library when the text does not import them

    def bare(self, name: str) -> Dotted | None:
        """The library's thing of that name, as it stands without its module; None where there is none."""

    def known_names(self) -> list[str]:
        """Names that are offered to someone who misspelt one."""

    def maker_names(self) -> set[str]:
        """Names without which no layer is made."""

    def is_network(self, value: Value) -> bool:
        """Whether a value is a network of this library, apart from those that every library shares."""

    def call(self, function: Dotted, given: Given) -> Value:
        """What a call of one of the library's things gives."""

    def call_method(self, method: Method, given: Given) -> Value:
        """What a call of a method gives, of the values that this reader provides."""

    def attribute(self, owner: Value, name: str, line: int) -> Value:
        """What `owner.name` is, of the values that this reader provides."""

    def operate(self, kind: type[ast.operator], left: Value, right: Value, line: int) -> Value:
        """What an operator between feature maps gives."""

    def put_layer(self, module: LayerModule, given: Given) -> Value:
        """The feature map that a layer makes of another."""

    def children(self, given: Given) -> dict[str, Value]:
        """The layers of a container, from the arguments that it is made with."""

    def is_example(self, given: Given) -> bool:
        """Whether a module is called on an input made for trying it out."""

    def tried(self, module: Value, given: Given) -> Value:
        """Take note of such a call."""
