"""What one unit of a layer sees of one's own picture: its receptive field, drawn where it lies."""

from collections.abc import Callable
from typing import TypedDict

from PIL import Image, ImageOps

from cnnviz.arithmetic.receptive_field import Fields, ReceptiveField
from cnnviz.arithmetic.settings import Shape
from cnnviz.ui.component import Component, answer, browser_component, data_url

LONGEST = 360  # pixels of the picture that is sent; the drawing is no larger
WIDEST_MARGIN = 0.4  # of the picture; a field may reach further into the padding than can be drawn


class Axis(TypedDict):
    """Along one axis, in pixels of the input: its size, its units, and each unit's field."""

    pixels: int
    units: int
    size: float
    stride: float
    offset: float


class Message(TypedDict):
    """The picture, an address, and where its units see: two axes, what is drawn around them, the chosen unit."""

    source: str
    alt: str
    label: str
    pictureCaption: str
    mapCaption: str
    axes: tuple[Axis, Axis]
    margins: tuple[float, float]
    unit: tuple[int, int]


class Answers(TypedDict):
    """The row and column of another unit."""

    unit: tuple[int, int]


_component: Component[Message] = browser_component(__file__)


def show_receptive_field(
    picture: Image.Image,
    name: str,
    input_shape: Shape,
    units: tuple[int, int],
    fields: Fields,
    unit: tuple[int, int],
    key: str,
    on_unit: Callable[[int, int], None],
) -> None:
    """Draw the picture at the input's shape with the field of `unit` on it, beside the map that the unit stands on.

    `units` are the rows and columns of that map; `on_unit` is called with another unit's row and column.
    """

    def moved() -> None:
        place = answer(key, "unit")
        if isinstance(place, list) and len(place) == 2:
            row, column = (max(0, min(int(number), count - 1)) for number, count in zip(place, units, strict=True))
            on_unit(row, column)

    channels, *pixels = input_shape

    def axis(size: int, count: int, f: ReceptiveField) -> Axis:
        return Axis(pixels=size, units=count, size=float(f.size), stride=float(f.stride), offset=float(f.offset))

    margins = [margin(size, count, f) for size, count, f in zip(pixels, units, fields, strict=True)]
    _component(
        key=key,
        data={
            "source": data_url(at_shape(picture, channels, *pixels)),
            "alt": f"{name}, {pixels[0]} × {pixels[1]} pixels, with what the unit sees in a frame.",
            "label": f"The receptive field on {name}. Arrow keys move to the next unit, with Shift five at a time.",
            "pictureCaption": f"Input, {pixels[0]:,} × {pixels[1]:,}: drag the frame",
            "mapCaption": f"{units[0]:,} × {units[1]:,} units",
            "axes": (axis(pixels[0], units[0], fields[0]), axis(pixels[1], units[1], fields[1])),
            "margins": (margins[0], margins[1]),
            "unit": unit,
        },
        on_unit_change=moved,
    )


def margin(size: int, units: int, field: ReceptiveField) -> float:
    """How many pixels are drawn on each side of the picture: as far as the outermost fields reach, within reason."""
    last_end = field.offset + (units - 1) * field.stride + field.size
    beyond = max(0.0, -float(field.offset), float(last_end) - size)
    return min(beyond, WIDEST_MARGIN * size)


def at_shape(picture: Image.Image, channels: int, height: int, width: int) -> Image.Image:
    """The picture cut to the input's proportions and made as small as the input; in grey for one channel."""
    scale = min(1.0, LONGEST / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    cut = ImageOps.fit(picture, size, Image.Resampling.BILINEAR)
    return cut.convert("L") if channels == 1 else cut
