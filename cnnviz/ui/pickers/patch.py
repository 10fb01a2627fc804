"""A patch of one's own picture for the stepper, and the whole picture under each filter beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.settings import pair
from cnnviz.arithmetic.windows import convolve
from cnnviz.figures.filtered import filtered_picture
from cnnviz.figures.stepper import Planes, Weight
from cnnviz.ui.component import data_url
from cnnviz.ui.components.stepper import Filtered, WholePicture
from cnnviz.ui.pickers.picture import choose_picture

SIDE = 8
LONGEST = 200  # the picture is made this small, so that eight pixels of it show something


@dataclass(frozen=True)
class Patch:
    """A square of a small picture ``pixels``, uint8 (H, W, channels): its corner, its side, the name of the picture."""

    pixels: np.ndarray
    top: int
    left: int
    side: int = SIDE
    name: str = ""

    @property
    def planes(self) -> Planes:
        """The levels 0 to 255 of each channel of the patch, as exact numbers for the stepper."""
        square = self.pixels[self.top : self.top + self.side, self.left : self.left + self.side]
        channels = square.transpose(2, 0, 1).tolist()
        return tuple(tuple(tuple(map(Fraction, row)) for row in plane) for plane in channels)


def small_pixels(image: Image.Image, side: int = SIDE, *, colour: bool = False) -> np.ndarray:
    """The picture as uint8 (H, W, 3), or grey (H, W, 1): at most 200 pixels long, at least ``side`` wide and high.

    Grey is luminance as Pillow's mode L computes it (ITU-R 601: 0.299 R + 0.587 G + 0.114 B).
    """
    scale = min(1.0, LONGEST / max(image.size))
    width, height = (max(side, round(length * scale)) for length in image.size)
    small = image.convert("RGB" if colour else "L").resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(small).reshape(height, width, -1)


def choose_patch(
    stride: int, where: DeltaGenerator, key: str = "patch", *, side: int = SIDE, colour: bool = False
) -> Patch:
    """Draw the control for the picture into ``where``; return the patch of it that the address names under ``key``.

    At first the patch lies near the middle, and always its corner is on a step of the stride.
    """
    with where:
        picture = choose_picture()
    pixels = small_pixels(picture.image, side, colour=colour)
    top, left = _place(key, pixels.shape[:2], side)
    return Patch(pixels, top - top % stride, left - left % stride, side, picture.name)


def moves(key: str = "patch") -> Callable[[int, int], None]:
    """What the stepper calls with the row and column of the patch's new corner: it is written into the address."""

    def moved(top: int, left: int) -> None:
        st.query_params[key] = f"{top}.{left}"

    return moved


def picture_of(
    patch: Patch, layer: Conv2d, weight: Weight, bias: Sequence[Fraction], *, relu: bool, flip: bool = False
) -> WholePicture:
    """The picture with the patch, and the whole picture under each filter, ready for the stepper to draw.

    ``weight`` is (filters, channels, rows, columns), ``bias`` (filters,); ``flip`` turns the kernels round first.
    """
    name = patch.name
    weights = np.array([[[[float(v) for v in row] for row in plane] for plane in planes] for planes in weight])
    laid = weights[:, :, ::-1, ::-1] if flip else weights
    outputs = convolve(layer, patch.pixels.transpose(2, 0, 1).astype(float), laid, [float(value) for value in bias])
    rows, columns, channels = patch.pixels.shape
    dark = st.context.theme.type == "dark"
    grey = ", grey" if channels == 1 else ""
    return {
        "source": data_url(Image.fromarray(patch.pixels if channels == 3 else patch.pixels[:, :, 0])),
        "caption": f"{name}{grey}, {columns} × {rows} pixels",
        "alt": f"{name}{grey}, with the chosen patch of {patch.side} × {patch.side} pixels framed",
        "rows": rows,
        "columns": columns,
        "top": patch.top,
        "left": patch.left,
        "side": patch.side,
        "stride": list(pair(layer.stride)),
        "filtered": [
            _filtered(
                np.maximum(output, 0) if relu else output, float(laid[number].sum()), name, number, len(outputs), dark
            )
            for number, output in enumerate(outputs)
        ],
    }


def _filtered(output: np.ndarray, total: float, name: str, number: int, count: int, dark: bool) -> Filtered:
    """One filtered picture with its legend; ``total`` is the sum of its filter's weights."""
    picture = filtered_picture(output, weights_sum=total, dark=dark)
    what = f"filter {number + 1}" if count > 1 else "filtered"
    return {
        "source": data_url(picture.image),
        "caption": f"{what}, {output.shape[1]} × {output.shape[0]}",
        "alt": f"{name}, {what}: values from {output.min():.0f} to {output.max():.0f}",
        "rows": output.shape[0],
        "columns": output.shape[1],
        "low": picture.low,
        "high": picture.high,
        "legend": data_url(picture.legend),
    }


def _place(key: str, shape: Sequence[int], side: int) -> tuple[int, int]:
    """Row and column of the patch's corner: what the address says where that can be read, else near the middle."""
    rows, columns = shape
    words = str(st.query_params.get(key, "")).split(".")
    if len(words) == 2 and all(word.isdecimal() and word.isascii() and len(word) < 5 for word in words):
        top, left = (int(word) for word in words)
    else:
        top, left = rows * 2 // 5, columns * 2 // 5
    return min(top, rows - side), min(left, columns - side)
