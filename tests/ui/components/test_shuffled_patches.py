"""The pictures of the shuffle: each mark on the right is the pixel it says, and both sides share one range."""

import base64
import io

import numpy as np
from PIL import Image

from cnnviz.arithmetic.lecture.kernels import KERNELS
from cnnviz.training.land_cover import CLASSES, land_cover
from cnnviz.training.shuffled_pixels import pixel_order
from cnnviz.ui.components.shuffled_patches import Example, filtered, shuffled_patches_data


def pixels(source: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))))


def examples() -> list[Example]:
    patches, labels = land_cover(4, 0)
    return [Example(CLASSES[label], patches[place]) for label, place in enumerate(np.argsort(labels))]


def test_a_place_named_for_a_pixel_holds_that_pixel_on_the_right() -> None:
    data = shuffled_patches_data(examples(), pixel_order(0), KERNELS["edge"])
    for row in range(2):  # colour, near infrared
        for left, right in zip(*(side["rows"][row]["pictures"] for side in data["sides"]), strict=True):
            whole, torn = (pixels(picture["source"]).reshape(784, -1) for picture in (left, right))
            assert np.array_equal(torn[data["places"]], whole)


def test_every_picture_says_what_it_is() -> None:
    data = shuffled_patches_data(examples(), pixel_order(0), KERNELS["edge"])
    words = [picture["alt"] for side in data["sides"] for row in side["rows"] for picture in row["pictures"]]
    assert len(set(words)) == len(words) == 24


def test_the_range_of_the_legend_is_that_of_all_filtered_pictures() -> None:
    patch = np.zeros((4, 6, 6), dtype=np.float32)
    patch[:3, :, 3:] = 1.0
    pictures, legend = filtered([patch, patch / 2], KERNELS["sobel_x"])
    assert (legend.low, legend.high) == ("0", "1020")  # four times 255
    assert [picture.size for picture in pictures] == [(4, 4), (4, 4)]
    bright, half = (np.asarray(picture)[0, 1] for picture in pictures)
    assert not np.array_equal(bright, half)
