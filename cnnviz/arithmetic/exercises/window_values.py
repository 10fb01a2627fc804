"""What questions about the values of a convolution have in common: small whole numbers, computed exactly.

output[i, j] = bias + sum over c, m, n of weight[c, m, n] * input[c, i * stride - padding + m, j * stride - padding + n]
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cnnviz.arithmetic.exercises.addresses import Address, in_stepper
from cnnviz.arithmetic.exercises.forms import Exact, Rows
from cnnviz.arithmetic.exercises.writing import display, paragraphs, products, summed, tex
from cnnviz.arithmetic.layers import Conv2d

Place = tuple[int, int]


@dataclass(frozen=True)
class WindowCase:
    """Planes of the input and of one filter, its settings, and the place (row, column) asked about, counted from 0."""

    planes: tuple[Rows, ...]
    weights: tuple[Rows, ...]
    place: Place = (0, 0)
    bias: Exact = 0
    stride: int = 1
    padding: int = 0
    relu: bool = False

    @property
    def layer(self) -> Conv2d:
        """The same as a layer."""
        size = (len(self.weights[0]), len(self.weights[0][0]))
        kernel_size = size[0] if size[0] == size[1] else size
        return Conv2d(len(self.planes), 1, kernel_size, stride=self.stride, padding=self.padding)

    @property
    def size(self) -> Place:
        """Rows and columns of the output."""
        _, *sizes = self.layer.output_shape((len(self.planes), len(self.planes[0]), len(self.planes[0][0])))
        return sizes[0], sizes[1]

    def pairs(self, place: Place) -> list[tuple[Exact, Exact]]:
        """The values of a window with the weights that lie on them, channel by channel, row by row."""
        top, left = (index * self.stride - self.padding for index in place)
        return [
            (inside(plane, top + m, left + n), weight)
            for plane, kernel in zip(self.planes, self.weights, strict=True)
            for m, row in enumerate(kernel)
            for n, weight in enumerate(row)
        ]

    def value_at(self, place: Place) -> Exact:
        """One value of the output."""
        total = sum((value * weight for value, weight in self.pairs(place)), self.bias)
        return max(total, 0) if self.relu else total

    @property
    def value(self) -> Exact:
        """The value asked about."""
        return self.value_at(self.place)

    @property
    def map(self) -> Rows:
        """The whole output."""
        rows, columns = self.size
        return tuple(tuple(self.value_at((i, j)) for j in range(columns)) for i in range(rows))

    @property
    def settings(self) -> str:
        """What is not usual about it, in words."""
        words = [f"stride {self.stride}"] if self.stride > 1 else []
        words += [f"padding {self.padding}"] if self.padding else []
        words += [f"bias {tex(self.bias).replace('-', '−')}"] if self.bias else []
        words += ["a ReLU behind it"] if self.relu else []
        return f" with {', '.join(words)}" if words else ""

    @property
    def grids(self) -> str:
        """Input and kernel; of several channels each on a line of its own."""
        if len(self.planes) == 1:
            return display(("x", self.planes[0]), ("w", self.weights[0]))
        return paragraphs(
            *(
                display((f"x_{number}", plane), (f"w_{number}", kernel))
                for number, (plane, kernel) in enumerate(zip(self.planes, self.weights, strict=True), 1)
            )
        )

    @property
    def address(self) -> Address:
        """The stepper with these numbers."""
        return in_stepper(self.layer, self.planes, [self.weights], [self.bias], relu=self.relu)

    def lines(self, place: Place) -> list[str]:
        """The products of one window, and their sum."""
        i, j = place
        pairs, left = self.pairs(place), f"y_{{{i},{j}}}"
        total = sum((value * weight for value, weight in pairs), self.bias)
        shown = [pair for pair in pairs if 0 not in pair] or pairs[:1]
        bias = f" {summed([0, self.bias])[2:]}" if self.bias else ""
        found = [f"{left} = {products(shown)}{bias}", f"= {tex(total)}"]
        if len(shown) > 1:
            found.insert(1, f"= {summed([value * weight for value, weight in shown])}{bias}")
        return [*found, rf"\text{{ReLU}}({tex(total)}) = {tex(self.value_at(place))}"] if self.relu else found


def inside(plane: Rows, row: int, column: int) -> Exact:
    """A value of a plane; 0 in the padding."""
    return plane[row][column] if 0 <= row < len(plane) and 0 <= column < len(plane[0]) else 0


def flipped(kernels: Iterable[Rows], *, rows: bool = True, columns: bool = True) -> tuple[Rows, ...]:
    """Kernels turned upside down, and left to right."""
    return tuple(
        tuple(tuple(row[::-1]) if columns else row for row in (kernel[::-1] if rows else kernel)) for kernel in kernels
    )


def transposed(kernels: Iterable[Rows]) -> tuple[Rows, ...]:
    """Kernels with rows and columns exchanged."""
    return tuple(tuple(zip(*kernel, strict=True)) for kernel in kernels)


def varied(values: Sequence[Exact], different: int = 3) -> bool:
    """Whether numbers are worth computing with: not all alike, not mostly zero."""
    return len(set(values)) >= min(different, len(values)) and 2 * list(values).count(0) <= len(values) + 1


def numbers_of(planes: Iterable[Rows]) -> list[Exact]:
    """All numbers of planes."""
    return [value for plane in planes for row in plane for value in row]
