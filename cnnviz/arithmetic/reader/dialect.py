"""What the interpreter asks a library about: PyTorch and Keras answer, each in a file of its own."""

import ast
from typing import Protocol

from cnnviz.arithmetic.reader.values import Arguments, Dotted, Method, Tensor, Value


class Dialect(Protocol):
    """What a library's names mean: PyTorch or Keras."""

    aliases: dict[str, str]  # names that stand for modules of the library when the text does not import them

    def bare(self, name: str) -> Dotted | None:
        """The library's thing of that name, as it stands without its module; None where there is none."""

    def unsaid(self, name: str) -> Value:
        """What a name that the text does not define means all the same: the size of the batch; None where nothing."""

    def known_names(self) -> list[str]:
        """Names that are offered to someone who misspelt one."""

    def maker_names(self) -> set[str]:
        """Names without which no layer is made."""

    def is_network(self, value: Value) -> bool:
        """Whether a value is a network of this library, apart from those that every library shares."""

    def named(self, thing: Dotted, line: int) -> Value:
        """What one of the library's names stands for: itself, or a number such as math.pi."""

    def call(self, function: Dotted, given: Arguments) -> Value:
        """What a call of one of the library's things gives."""

    def call_method(self, method: Method, given: Arguments) -> Value:
        """What a call of a method gives, of the values that this reader provides."""

    def call_value(self, value: Value, given: Arguments) -> Value:
        """What a call of a layer or a model of this library gives."""

    def attribute(self, owner: Value, name: str, line: int) -> Value:
        """What `owner.name` is, of the values that this reader provides."""

    def set_attribute(self, owner: Value, name: str, value: Value, line: int) -> None:
        """owner.name = value, of the values that this reader provides."""

    def item(self, owner: Value, index: Value, line: int) -> Value:
        """owner[index], of the values that this reader provides."""

    def set_item(self, owner: Value, index: Value, value: Value, line: int) -> None:
        """owner[index] = value, of the values that this reader provides."""

    def operate(self, kind: type[ast.operator], left: Value, right: Value, line: int) -> Value:
        """What an operator between feature maps gives."""

    def compared(self, left: Value, right: Value, line: int) -> Value:
        """What a comparison of feature maps gives: a map of answers."""

    def pass_over(self, what: str, line: int) -> None:
        """Remember something that changes the values of feature maps and is no layer."""

    def unbound(self, value: Tensor, line: int) -> list[Value]:
        """The parts of a feature map along its first axis."""

    def concatenated(self, left: Value, right: Value) -> Value:
        """Two lists of layers, one behind the other."""

    def is_kind(self, value: Value, kind: Value) -> bool:
        """isinstance(value, kind) for a class of the library."""

    def begin(self, made: Value, given: Arguments) -> None:
        """What the __init__ of the library's class does to an object of a class of the text."""

    def inherited(self, owner: Value, name: str, given: Arguments) -> Value:
        """What a method of the library's class does that a class of the text inherits from."""

    def apply(self, module: Value, given: Arguments) -> Value:
        """What a module makes of what it is given."""
