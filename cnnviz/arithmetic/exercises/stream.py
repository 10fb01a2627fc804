"""The numbers that a seed gives, the same on every machine.

Python promises this of `random.Random(text).random()` only (module random, "Notes on Reproducibility"), so everything
is made from it.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")
Rows = tuple[tuple[int, ...], ...]


class Stream:
    """Whole numbers, choices and grids drawn one after the other.

    >>> stream = Stream("output_size 1 7")
    >>> stream.whole(1, 6), stream.whole(1, 6), stream.pick("abc")
    (3, 6, 'b')
    """

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, options: Sequence[Item]) -> Item:
        """One of the options."""
        return options[self.whole(0, len(options) - 1)]

    def some(self, options: Sequence[Item], count: int) -> list[Item]:
        """So many different ones of the options, in any order; all of them make it a shuffling."""
        left = list(options)
        return [left.pop(self.whole(0, len(left) - 1)) for _ in range(count)]

    def row(self, length: int, low: int, high: int) -> tuple[int, ...]:
        """Whole numbers side by side."""
        return tuple(self.whole(low, high) for _ in range(length))

    def grid(self, rows: int, columns: int, low: int, high: int) -> Rows:
        """Rows of whole numbers."""
        return tuple(self.row(columns, low, high) for _ in range(rows))
