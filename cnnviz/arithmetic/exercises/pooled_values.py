"""What questions about the values of a pooling have in common: every window's values, computed exactly."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from cnnviz.arithmetic.exercises.addresses import Address, in_pooling
from cnnviz.arithmetic.exercises.forms import Exact, Rows, exact
from cnnviz.arithmetic.layers import AvgPool2d, MaxPool2d
from cnnviz.arithmetic.windows.pooling import pooling_taps

Window = list[Exact]


@dataclass(frozen=True)
class PoolingCase:
    """A pooling, a square of numbers, and the place asked about, None where the whole map is."""

    layer: MaxPool2d | AvgPool2d
    values: Rows
    place: tuple[int, int] | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """(1, height, width)."""
        return 1, len(self.values), len(self.values[0])

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the output."""
        _, rows, columns = self.layer.output_shape(self.shape)
        return rows, columns

    @property
    def address(self) -> Address:
        """The page Pooling with these numbers."""
        return in_pooling(self.layer, self.values)

    def window(self, place: tuple[int, int], outside: Window | None = None) -> Window:
        """The values that a window holds; where it stands out, `outside` or nothing."""
        rows, columns = pooling_taps(self.layer, self.shape)
        height, width = len(self.values), len(self.values[0])
        found: Window = []
        for row in rows[place[0]]:
            for column in columns[place[1]]:
                is_inside = 0 <= row < height and 0 <= column < width
                found += [self.values[row][column]] if is_inside else outside or []
        return found

    def map(self, rule: Callable[[Window], Exact], outside: Window | None = None) -> Rows:
        """What a rule makes of every window."""
        rows, columns = self.size
        return tuple(tuple(rule(self.window((i, j), outside)) for j in range(columns)) for i in range(rows))


def mean(window: Window) -> Exact:
    """The average of what is there."""
    return exact(Fraction(sum(window, Fraction(0)), len(window)))
