"""What leaves a block before its end: the value of a return, a break, a continue, an error that the text raises."""

from cnnviz.arithmetic.reader.syntax import ReadError
from cnnviz.arithmetic.reader.values import Value


class Returned(Exception):
    """The value of a return on its way out."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class Broken(Exception):
    """A break on its way out of a loop."""


class Continued(Exception):
    """A continue on its way to the next turn."""


class Raised(ReadError):
    """An error that the text itself raises; its own except may take it."""
