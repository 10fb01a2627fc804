"""The output of a kernel as a picture, in the palette that fits its values."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from cnnviz.figures.palettes import PaletteName, diverging, fitting_palette, legend, sequential

GREY_LEVELS = 255


@dataclass(frozen=True)
class FilteredPicture:
    """A picture of an output (H, W), its legend as a strip of colours, and the values at the legend's two ends."""

    image: Image.Image
    legend: Image.Image
    low: str
    high: str
    palette: PaletteName | Literal["grey"]


def filtered_picture(output: np.ndarray, *, weights_sum: float, dark: bool = False) -> FilteredPicture:
    """Show the output (H, W) of one kernel over a grey picture (values 0 to 255).

    A kernel whose weights sum to about one answers with grey levels again: shown as those, cut off at 0 and 255, and
    the legend says so where anything was. Any other answer is a measurement: signed values diverge from zero,
    magnitudes run through one sequential palette.

    >>> filtered_picture(np.array([[0.0, 255.0]]), weights_sum=1).palette
    'grey'
    >>> filtered_picture(np.array([[-3.0, 6.0]]), weights_sum=0).low
    '−6'
    """
    if abs(weights_sum - 1) < 0.01:
        grey = np.rint(np.clip(output, 0, GREY_LEVELS)).astype(np.uint8)
        strip = np.broadcast_to(np.linspace(0, GREY_LEVELS, 128).astype(np.uint8), (12, 128))
        low = "0 and below" if output.min() < -0.5 else "0"
        high = "255 and above" if output.max() > GREY_LEVELS + 0.5 else "255"
        return FilteredPicture(Image.fromarray(grey), Image.fromarray(strip), low, high, "grey")
    palette = fitting_palette(output)
    limit = float(np.abs(output).max())
    colours = diverging(output, limit, dark) if palette == "diverging" else sequential(output, 0.0, limit)
    low = _number(-limit) if palette == "diverging" else "0"
    strip = legend(palette, width=128, dark=dark)
    return FilteredPicture(Image.fromarray(colours), Image.fromarray(strip), low, _number(limit), palette)


def _number(value: float) -> str:
    text = f"{value:.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.2f}"
    return text.replace("-", "−")
