"""Layers that only occur inside a network: pointwise functions, reshaping, a border of zeros, and their kin.

They answer what every layer answers (`output_shape`, `num_params`, `macs`); like those in layers.py they carry
torch.nn's names and arguments, and see one image, without the batch axis.
"""

from dataclasses import dataclass
from math import prod

from cnnviz.arithmetic.layers.basic import KeepsShape, Layer
from cnnviz.arithmetic.layers.pooling import AdaptiveAvgPool2d
from cnnviz.arithmetic.settings import Shape, ShapeError, counted, read_image_shape, read_shape, shown, whole_number

Number = int | float | bool | str | None

# Layers of torch.nn that treat every place of a map alike and learn nothing, with the arguments they take, in order.
POINTWISE: dict[str, tuple[str, ...]] = {
    "CELU": ("alpha", "inplace"),
    "Dropout1d": ("p", "inplace"),
    "Dropout2d": ("p", "inplace"),
    "Dropout3d": ("p", "inplace"),
    "AlphaDropout": ("p", "inplace"),
    "ELU": ("alpha", "inplace"),
    "GELU": ("approximate",),
    "Hardsigmoid": ("inplace",),
    "Hardswish": ("inplace",),
    "Hardtanh": ("min_val", "max_val", "inplace"),
    "Identity": (),
    "LeakyReLU": ("negative_slope", "inplace"),
    "LocalResponseNorm": ("size", "alpha", "beta", "k"),
    "LogSigmoid": (),
    "LogSoftmax": ("dim",),
    "Mish": ("inplace",),
    "ReLU6": ("inplace",),
    "SELU": ("inplace",),
    "SiLU": ("inplace",),
    "Sigmoid": (),
    "Softplus": ("beta", "threshold"),
    "Softsign": (),
    "Tanh": (),
    "Tanhshrink": (),
}


@dataclass(frozen=True)
class Pointwise(KeepsShape):
    """One of the layers in POINTWISE: the shape stays and no place of the map looks at its neighbours.

    `arguments` are kept as they were given, so that the layer can be written down again; they change no number here.

    >>> Pointwise("LeakyReLU", (("negative_slope", 0.2),)).output_shape((64, 55, 55))
    (64, 55, 55)
    """

    function: str
    arguments: tuple[tuple[str, Number], ...] = ()

    def __post_init__(self) -> None:
        if self.function not in POINTWISE:
            raise ShapeError(f"{shown(self.function)} is not one of the pointwise layers {', '.join(POINTWISE)}.")
        for name, _ in self.arguments:
            if name not in POINTWISE[self.function]:
                raise ShapeError(f"{self.function} has no argument {name}.")


@dataclass(frozen=True)
class BatchNorm1d:
    """Normalises each feature of a flat input, as torch.nn.BatchNorm1d: one scale and one shift per feature.

    >>> BatchNorm1d(128).num_params
    256
    """

    num_features: int
    eps: float = 1e-05
    momentum: float | None = 0.1
    affine: bool = True
    track_running_stats: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "num_features", whole_number("num_features", self.num_features))

    @property
    def num_params(self) -> int:
        """Scales and shifts; the running mean and variance are measured, not learned, and not counted."""
        return 2 * self.num_features if self.affine else 0

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape; ShapeError when it is a picture or does not have num_features features."""
        shape = read_shape(input_shape)
        if len(shape) > 2:
            raise ShapeError(f"BatchNorm1d takes (features,) or (channels, length), not {shape}: use BatchNorm2d.")
        if shape[0] != self.num_features:
            raise ShapeError(
                f"BatchNorm1d was made for {counted(self.num_features, 'feature')} and got {shape[0]:,}: "
                f"use num_features={shape[0]}."
            )
        return shape

    def macs(self, input_shape: Shape) -> int:
        """0: only convolutions and linear layers are counted."""
        self.output_shape(input_shape)
        return 0


@dataclass(frozen=True)
class AdaptiveMaxPool2d(AdaptiveAvgPool2d):
    """The largest value of windows chosen to give the asked output size, as torch.nn.AdaptiveMaxPool2d.

    >>> AdaptiveMaxPool2d(1).output_shape((512, 7, 7))
    (512, 1, 1)
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, height, width) of the output."""
        return super().output_shape(read_image_shape("AdaptiveMaxPool2d", input_shape))


@dataclass(frozen=True)
class View:
    """The same values in another shape, as x.view(batch, *sizes); one of the sizes may be -1 for "what is left".

    >>> View((16 * 5 * 5,)).output_shape((16, 5, 5))
    (400,)
    >>> View((16, -1)).output_shape((16, 5, 5))
    (16, 25)
    """

    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.sizes, tuple) or not self.sizes or list(self.sizes).count(-1) > 1:
            raise ShapeError(f"view needs the sizes of one image, at most one of them -1, not {shown(self.sizes)}.")
        for size in self.sizes:
            if size != -1:
                whole_number("A size in view", size)

    @property
    def num_params(self) -> int:
        """0."""
        return 0

    def output_shape(self, input_shape: Shape) -> Shape:
        """The sizes with -1 worked out; ShapeError when the input has another number of values."""
        shape = read_shape(input_shape)
        values, asked = prod(shape), prod(size for size in self.sizes if size != -1)
        if -1 in self.sizes and values % asked == 0:
            return tuple(values // asked if size == -1 else size for size in self.sizes)
        if -1 in self.sizes or values != asked:
            raise ShapeError(
                f"view asks for {product(self.sizes)} values of each image and gets {product(shape)}: "
                f"write {values} in place of {asked}, or flatten whatever comes with torch.flatten(x, 1)."
            )
        return self.sizes

    def macs(self, input_shape: Shape) -> int:
        """0: nothing is multiplied."""
        self.output_shape(input_shape)
        return 0


@dataclass(frozen=True)
class ZeroPad2d:
    """A border of zeros, as torch.nn.ZeroPad2d: one number, or (left, right, top, bottom).

    >>> ZeroPad2d((0, 1, 0, 1)).output_shape((3, 224, 224))
    (3, 225, 225)
    """

    padding: int | tuple[int, int, int, int]

    def __post_init__(self) -> None:
        sides = self.padding if isinstance(self.padding, list | tuple) else (self.padding,) * 4
        if len(sides) != 4:
            raise ShapeError(f"padding is {shown(self.padding)}; give one number, or (left, right, top, bottom).")
        for side in sides:
            whole_number("padding", side, minimum=0)

    @property
    def num_params(self) -> int:
        """0."""
        return 0

    def padding_sides(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """((above, below), (left, right))."""
        sides = self.padding if isinstance(self.padding, tuple) else (self.padding,) * 4
        return (sides[2], sides[3]), (sides[0], sides[1])

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, height, width) with the border."""
        channels, height, width = read_image_shape("ZeroPad2d", input_shape)
        return channels, height + sum(self.padding_sides()[0]), width + sum(self.padding_sides()[1])

    def macs(self, input_shape: Shape) -> int:
        """0: nothing is multiplied."""
        self.output_shape(input_shape)
        return 0


NetworkLayer = Layer | Pointwise | BatchNorm1d | AdaptiveMaxPool2d | View | ZeroPad2d


def product(sizes: tuple[int, ...]) -> str:
    """Sizes as a product for a sentence; -1 is left as it is.

    >>> product((16, 4, 4)), product((400,))
    ('16 × 4 × 4 = 256', '400')
    """
    if len(sizes) == 1:
        return f"{sizes[0]:,}"
    written = " × ".join(str(size) for size in sizes)
    return written if -1 in sizes else f"{written} = {prod(sizes):,}"
