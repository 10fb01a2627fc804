"""What all layers have in common that slide a window of one size over a map, be it to sum, to average or to choose."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import ClassVar, NamedTuple

from cnnviz.arithmetic.derivations.lines import Derivation, once_if_equal
from cnnviz.arithmetic.derivations.output_size import output_size_derivation
from cnnviz.arithmetic.derivations.windows import receptive_field_derivation, receptive_field_lines
from cnnviz.arithmetic.layers.layer import Change, Layer
from cnnviz.arithmetic.receptive_field import PIXEL, Fields, widened
from cnnviz.arithmetic.settings import AXES, LINES, Shape, counted
from cnnviz.arithmetic.shapes import effective_kernel_size, nearest_fits


class Along(NamedTuple):
    """A window's settings along one axis; `padding` is what lies before the map, `after` what lies behind it."""

    kernel_size: int
    stride: int
    padding: int
    dilation: int
    after: int


class SlidingWindow(Layer):
    """A layer with a window of one size; `along` says how it lies, and the rest follows."""

    pools: ClassVar[bool]
    """Whether torch refuses a padding of more than half the kernel."""

    @cached_property
    @abstractmethod
    def along(self) -> tuple[Along, Along]:
        """The window along the height and along the width."""

    @property
    @abstractmethod
    def rounds_up(self) -> bool:
        """Whether a last window may stand out over the edge (ceil_mode)."""

    def receptive_fields(
        self, input_fields: Sequence[Fields | None], input_shapes: Sequence[Shape], output_shape: Shape
    ) -> Fields | None:
        """Those of the input, widened by the window."""
        fields = input_fields[0]
        if fields is None:
            return None
        (height, width), (down, across) = fields, self.along
        taller = widened(height, *down[:4])
        return taller, taller if across == down and width == height else widened(width, *across[:4])

    def taps(self, axis: int, rows: frozenset[int], input_shapes: Sequence[Shape], which: int = 0) -> frozenset[int]:
        """Where the window's taps fall inside the input."""
        kernel_size, stride, padding, dilation, _ = self.along[axis]
        inside, reach = range(input_shapes[which][1 + axis]), effective_kernel_size(kernel_size, dilation)
        starts = (row * stride - padding for row in rows)
        return frozenset(tap for start in starts for tap in range(start, start + reach, dilation) if tap in inside)

    def shape_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """The formula of the output size, along each axis or once for both; ShapeError when the input does not fit."""
        self.output_shape(input_shape)
        height, width = (self.size_derivation(axis, input_shape[1 + axis]) for axis in (0, 1))
        return once_if_equal(height, width, "Output height and width")

    def size_derivation(self, axis: int, size: int) -> Derivation:
        """The formula of the output size along one axis, with the numbers put in."""
        kernel_size, stride, padding, dilation, _ = self.along[axis]
        return output_size_derivation("HW"[axis], size, kernel_size, stride, padding, dilation, self.rounds_up)

    def receptive_field_derivations(self, input_shape: Shape) -> tuple[Derivation, ...]:
        """How much of the input one output value sees, and where the first and the last see; or ShapeError."""
        output_shape = self.output_shape(input_shape)
        height, width = (
            receptive_field_derivation(
                symbol,
                receptive_field_lines(symbol, *along[:4]),
                widened(PIXEL, *along[:4]),
                output_shape[1 + axis],
                input_shape[1 + axis],
                along.padding,
            )
            for axis, (symbol, along) in enumerate(zip("HW", self.along, strict=True))
        )
        return once_if_equal(height, width, "What one output value sees, along each axis")

    def changes(self, input_shape: Shape) -> Iterator[Change]:
        """What comes in counted anew; where the window is too large more padding, a smaller kernel, less dilation."""
        yield from super().changes(input_shape)
        if len(input_shape) != 3:
            return
        offers: dict[str, set[int]] = {}
        for axis in range(len(AXES)):
            kernel_size, _, padding, dilation, _ = self.along[axis]
            for offer in nearest_fits(input_shape[1 + axis], kernel_size, padding, dilation, pooling=self.pools):
                offers.setdefault(offer.setting, set()).add(offer.value)
        for name in ("padding", "kernel_size", "dilation"):  # a larger map at this place is sought as a larger input
            for value in sorted(offers.get(name, ()), reverse=name == "padding"):
                if self.takes(name):
                    yield Change(name, value)


def too_large_a_kernel(
    axis: str,
    size: int,
    kernel_size: int,
    padding: int,
    dilation: int,
    *,
    pooling: bool = False,
    can_pad: bool = True,
) -> str:
    """The sentence for a kernel that reaches over more rows than there are, and what would fit."""
    reach, padded, lines = effective_kernel_size(kernel_size, dilation), size + 2 * padding, LINES[axis]
    spread = f" with dilation {dilation}" if dilation > 1 else ""
    border = f" with padding {padding}" if padding else ""
    words = {"kernel_size": "kernel_size <= ", "padding": "padding >= ", "dilation": "dilation <= "}
    words["size"] = f"an input {axis} >= "
    fits = nearest_fits(size, kernel_size, padding, dilation, pooling=pooling)
    offers = ", or ".join(f"{words[fit.setting]}{fit.value}" for fit in fits if can_pad or fit.setting != "padding")
    return (
        f"Along the {axis}, kernel_size {kernel_size}{spread} reaches over {counted(reach, lines[:-1])} and the "
        f"input of {size}{border} has {padded}: {reach - padded} too few. It fits with {offers}."
    )
