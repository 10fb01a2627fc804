"""LPPool2d: the power mean between an average and a maximum."""

from dataclasses import dataclass
from typing import ClassVar, Self

from cnnviz.arithmetic.layers.keras import NotInKeras
from cnnviz.arithmetic.layers.pooling import Pooling
from cnnviz.arithmetic.settings import IntOrPair, Shape, ShapeError, shown


@dataclass(frozen=True)
class LPPool2d(Pooling):
    """(sum of x^p over a window)^(1/p), as torch.nn.LPPool2d: p = 1 sums, a large p comes close to the maximum.

    >>> LPPool2d(2, kernel_size=3, stride=2).output_shape((96, 55, 55))
    (96, 27, 27)
    """

    norm_type: float
    kernel_size: IntOrPair
    stride: IntOrPair | None = None
    ceil_mode: bool = False

    form: ClassVar[tuple[str, ...]] = ("norm_type", "kernel_size", "stride", "ceil_mode")

    def __post_init__(self) -> None:
        if isinstance(self.norm_type, bool) or not isinstance(self.norm_type, int | float) or not self.norm_type > 0:
            raise ShapeError(f"norm_type is {shown(self.norm_type)}; it is the power p, a number above 0.")
        self.read_settings()

    @property
    def paddings(self) -> tuple[int, int]:
        """(0, 0): it has none."""
        return 0, 0

    @property
    def dilations(self) -> tuple[int, int]:
        """(1, 1): the taps are neighbours."""
        return 1, 1

    @classmethod
    def usual(cls, input_shape: Shape) -> Self:
        """Root of the sum of squares over windows of 2 × 2 side by side."""
        return cls(2, 2)

    def keras_lines(self, input_shape: Shape) -> list[str]:
        """None."""
        raise NotInKeras("Keras has no power mean pooling.")
