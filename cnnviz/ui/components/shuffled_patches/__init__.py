"""Patches, the same shuffled, and one filter over both. The pixels of a window at the left are shown at the right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import streamlit as st
from PIL import Image

from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.lecture.kernels import Kernel
from cnnviz.arithmetic.windows import convolve
from cnnviz.figures.filtered import FilteredPicture, filtered_picture
from cnnviz.training.shuffling import shuffled
from cnnviz.ui.component import Component, browser_component, data_url

GREY = (0.299, 0.587, 0.114)  # how ITU-R 601 weighs red, green and blue into luminance
WINDOW = 3


class PatchPicture(TypedDict):
    """A small picture, an address, and what it shows."""

    source: str
    alt: str


class PatchRow(TypedDict):
    """The same of every patch: its name, a picture each."""

    name: str
    pictures: list[PatchPicture]


class PatchSide(TypedDict):
    """The patches as they are, or shuffled."""

    title: str
    rows: list[PatchRow]


class PatchLegend(TypedDict):
    """The palette of the filtered pictures, an address, and its ends."""

    source: str
    low: str
    high: str


class Message(TypedDict):
    """Both sides; `size` is a patch's, `window` the marked window's; `places` says where each pixel went."""

    sides: list[PatchSide]
    columns: list[str]
    size: int
    window: int
    places: list[int]
    legend: PatchLegend


_component: Component[Message] = browser_component(__file__)


@dataclass(frozen=True)
class Example:
    """One patch (4, H, W) from 0 to 1: red, green, blue, near infrared; and the name of its class."""

    name: str
    patch: np.ndarray


def show_shuffled_patches(examples: Sequence[Example], order: np.ndarray, kernel: Kernel, key: str) -> None:
    """Draw the examples as they are and with their pixels in `order` (784,): colour, near infrared, filtered."""
    _component(key=key, data=shuffled_patches_data(examples, order, kernel, dark=st.context.theme.type == "dark"))


def shuffled_patches_data(
    examples: Sequence[Example], order: np.ndarray, kernel: Kernel, dark: bool = False
) -> Message:
    """Both sides as small pictures, and where each pixel of the left went by `order` (784,): `places`, row by row.

    All filtered pictures share one palette and one range, so that they can be compared.
    """
    names = [example.name for example in examples]
    whole = [example.patch for example in examples]
    torn = [shuffled(patch, order) for patch in whole]
    answers, legend = filtered(whole + torn, kernel, dark)
    sides: list[PatchSide] = []
    for title, patches, maps in (
        ("As it is", whole, answers[: len(whole)]),
        ("The same pixels, shuffled", torn, answers[len(whole) :]),
    ):
        rows = [
            row("colour", names, [colour_picture(patch) for patch in patches], title),
            row("near infrared", names, [grey_picture(patch[3]) for patch in patches], title),
            row(f"after “{kernel.title}”", names, maps, title),
        ]
        sides.append({"title": title, "rows": rows})
    return {
        "sides": sides,
        "columns": names,
        "size": whole[0].shape[-1],
        "window": WINDOW,
        "places": np.argsort(order).tolist(),
        "legend": {"source": data_url(legend.legend), "low": legend.low, "high": legend.high},
    }


def row(words: str, names: Sequence[str], pictures: Sequence[Image.Image], title: str) -> PatchRow:
    """One row of pictures, each with the words for those who do not see it."""
    return {
        "name": words,
        "pictures": [
            {"source": data_url(picture), "alt": f"{name}, {words}, {title.lower()}"}
            for name, picture in zip(names, pictures, strict=True)
        ],
    }


def colour_picture(patch: np.ndarray) -> Image.Image:
    """Red, green and blue of a patch (4, H, W)."""
    return Image.fromarray(np.rint(255 * patch[:3].transpose(1, 2, 0)).astype(np.uint8))


def grey_picture(channel: np.ndarray) -> Image.Image:
    """One channel (H, W) from 0 to 1, as grey levels."""
    return Image.fromarray(np.rint(255 * channel).astype(np.uint8))


def filtered(
    patches: Sequence[np.ndarray], kernel: Kernel, dark: bool = False
) -> tuple[list[Image.Image], FilteredPicture]:
    """The kernel over the luminance, 0 to 255, of each patch (4, H, W), in one palette and range; and that range."""
    weights = np.array([[float(weight) for weight in line] for line in kernel.weights])
    layer = Conv2d(1, 1, kernel_size=weights.shape, bias=False)
    maps = [convolve(layer, 255 * np.tensordot(GREY, patch[:3], 1)[None], weights[None, None])[0] for patch in patches]
    together = filtered_picture(np.concatenate(maps, axis=1), weights_sum=float(weights.sum()), dark=dark)
    height, width = maps[0].shape
    pictures = [together.image.crop((left * width, 0, (left + 1) * width, height)) for left in range(len(maps))]
    return pictures, together
