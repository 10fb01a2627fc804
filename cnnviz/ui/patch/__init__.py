"""A patch of one's own picture: chosen on the picture, with the filtered whole picture beside it."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import streamlit as st
from PIL import Image

from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.matrix import Matrix
from cnnviz.arithmetic.windows import convolve
from cnnviz.figures.filtered import filtered_picture
from cnnviz.images import Picture
from cnnviz.ui.component import browser_component, data_url
from cnnviz.ui.convolution_settings import ConvolutionSettings

SIDE = 8
LONGEST = 200  # the picture is made this small, so that eight pixels of it show something

_component = browser_component(__file__)


@dataclass(frozen=True)
class Patch:
    """A square of a picture: the small grey picture (H, W) it is cut from, and its corner."""

    grey: np.ndarray
    top: int
    left: int

    @property
    def cells(self) -> Matrix:
        """The grey levels 0 to 255 of the patch, as exact numbers for the stepper."""
        square = self.grey[self.top : self.top + SIDE, self.left : self.left + SIDE]
        return tuple(tuple(Fraction(int(value)) for value in row) for row in square)


def small_grey(image: Image.Image) -> np.ndarray:
    """The picture as grey levels, uint8 (H, W), its longer side at most 200 pixels and its shorter at least 8.

    Luminance as Pillow's mode L computes it (ITU-R 601: 0.299 R + 0.587 G + 0.114 B).
    """
    scale = min(1.0, LONGEST / max(image.size))
    width, height = (max(SIDE, round(side * scale)) for side in image.size)
    return np.asarray(image.convert("L").resize((width, height), Image.Resampling.BILINEAR))


def choose_patch(picture: Picture, stride: int, key: str = "patch") -> Patch:
    """The patch that was last pointed at, as the address says; its corner lies on a step of the stride."""
    grey = small_grey(picture.image)
    top, left = _place(key, grey)
    return Patch(grey, top - top % stride, left - left % stride)


def show_patch(patch: Patch, settings: ConvolutionSettings, name: str, key: str = "patch") -> None:
    """Draw the picture with the patch framed, beside it the whole picture filtered, the patch's outputs framed."""
    kernel = np.array([[float(weight) for weight in row] for row in settings.kernel])
    layer = settings.layer
    assert isinstance(layer, Conv2d)
    laid = kernel[::-1, ::-1] if settings.flip else kernel
    output = convolve(layer, patch.grey[None].astype(float), laid[None, None], [float(settings.bias)])[0]
    if settings.relu:
        output = np.maximum(output, 0)
    dark = st.context.theme.type == "dark"
    filtered = filtered_picture(output, weights_sum=float(kernel.sum()), dark=dark)
    rows, columns = patch.grey.shape
    _, height, width = layer.output_shape((1, SIDE, SIDE))

    def moved() -> None:
        place = st.session_state[key].get("place")
        if place:
            st.query_params[key] = f"{int(place[0])}.{int(place[1])}"

    _component(
        key=key,
        data={
            "picture": {
                "source": data_url(Image.fromarray(patch.grey)),
                "caption": f"{name}, grey, {columns} × {rows} pixels",
                "alt": f"{name} in grey, with the chosen patch of {SIDE} × {SIDE} pixels framed",
                "rows": rows,
                "columns": columns,
                "frame": [patch.top, patch.left, SIDE, SIDE],
                "snap": settings.stride,
            },
            "filtered": {
                "source": data_url(filtered.image),
                "caption": f"filtered, {output.shape[1]} × {output.shape[0]}",
                "alt": f"{name} after the kernel: values from {output.min():.0f} to {output.max():.0f}",
                "rows": output.shape[0],
                "columns": output.shape[1],
                "frame": [patch.top // settings.stride, patch.left // settings.stride, height, width],
                "low": filtered.low,
                "high": filtered.high,
                "legend": data_url(filtered.legend),
            },
        },
        on_place_change=moved,
    )


def _place(key: str, grey: np.ndarray) -> tuple[int, int]:
    """Row and column of the patch's corner: what the address says where that can be read, else near the middle."""
    rows, columns = grey.shape
    words = str(st.query_params.get(key, "")).split(".")
    if len(words) == 2 and all(word.isdecimal() and len(word) < 5 for word in words):
        top, left = (int(word) for word in words)
    else:
        top, left = rows * 2 // 5, columns * 2 // 5
    return min(top, rows - SIDE), min(left, columns - SIDE)
