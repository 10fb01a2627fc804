"""From a picture to what a network is given, and back from a network's pixel to the picture's.

The shorter side becomes 256 pixels, the middle 224×224 are cut out, and each colour is shifted and scaled by the mean
and standard deviation of ImageNet: torchvision's `ImageClassification` preset, step by step so that each can be shown.
The small networks that are trained here take the same steps to other sizes, with numbers of their own.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    import torch

# A strip longer than this many times its width is cut before it is resized: resizing 1×10000 whole would make a
# picture of 256×2,560,000 pixels, of which 224 are used.
LONGEST_ASPECT = 16

CHANNELS = ("red", "green", "blue", "near infrared")


@dataclass(frozen=True)
class Preprocessing:
    """The settings a network was trained with; the defaults are those of the classic ImageNet recipe.

    `mean` and `std` have one number for each channel. Where there is one, the network sees grey. Where there are four,
    the fourth is near infrared, which no photograph has: the mean of red, green and blue stands in for it. `bicubic`
    says how it is resized, else bilinear.
    """

    resize_size: int = 256
    crop_size: int = 224
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)
    bicubic: bool = False

    @property
    def channels(self) -> tuple[str, ...]:
        """What the channels of the input are called.

        >>> IMAGENET.channels
        ('red', 'green', 'blue')
        """
        return CHANNELS[: len(self.mean)] if len(self.mean) > 1 else ("grey",)


IMAGENET = Preprocessing()


@dataclass(frozen=True)
class PreprocessSteps:
    """Every stage between the picture and the network's input.

    Boxes are (left, top, right, bottom) in pixels. `strip_box` is the part of the picture that was resized: all of it,
    except for extreme strips. `crop_box` lies in `resized`. `normalised` is the input, float32, shape (3, 224, 224)
    or what the settings make of it.
    """

    picture: Image.Image
    strip_box: tuple[int, int, int, int]
    resized: Image.Image
    crop_box: tuple[int, int, int, int]
    cropped: Image.Image
    normalised: np.ndarray

    @property
    def scale(self) -> tuple[float, float]:
        """Picture pixels per input pixel, as (rows, columns)."""
        left, top, right, bottom = self.strip_box
        return (bottom - top) / self.resized.height, (right - left) / self.resized.width

    @property
    def offset(self) -> tuple[float, float]:
        """Where the input's upper left corner lies on the picture, as (rows, columns)."""
        row_scale, column_scale = self.scale
        return self.strip_box[1] + row_scale * self.crop_box[1], self.strip_box[0] + column_scale * self.crop_box[0]

    @property
    def box_on_picture(self) -> tuple[float, float, float, float]:
        """The part of the picture the network sees: (left, top, right, bottom)."""
        return self.to_picture_box(0, 0, self.cropped.width, self.cropped.height)

    def to_picture(self, row: float, column: float) -> tuple[float, float]:
        """The picture's (row, column) under the middle of the input's pixel (row, column).

        Whole numbers are the middles of pixels on both sides, so a picture that needed no scaling is only shifted.

        >>> steps = preprocess_steps(Image.new("RGB", (256, 256)))
        >>> steps.to_picture(0, 10)
        (16.0, 26.0)
        """
        (row_scale, column_scale), (row_offset, column_offset) = self.scale, self.offset
        return row_offset + row_scale * (row + 0.5) - 0.5, column_offset + column_scale * (column + 0.5) - 0.5

    def to_picture_box(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        """The same for a box of edges, such as a receptive field: pixel i reaches from edge i to edge i + 1.

        >>> preprocess_steps(Image.new("RGB", (512, 512))).to_picture_box(0, 0, 11, 11)
        (32.0, 32.0, 54.0, 54.0)
        """
        (row_scale, column_scale), (row_offset, column_offset) = self.scale, self.offset
        return (
            column_offset + column_scale * left,
            row_offset + row_scale * top,
            column_offset + column_scale * right,
            row_offset + row_scale * bottom,
        )


def preprocess_steps(picture: Image.Image, settings: Preprocessing = IMAGENET) -> PreprocessSteps:
    """The picture resized, cropped and normalised, with every stage kept.

    Equal to torchvision's own transform. Only strips of more than 16 : 1 are first cut to their middle, which changes
    nothing the network sees beyond the rounding of pixel values.

    >>> steps = preprocess_steps(Image.new("RGB", (640, 480)))
    >>> steps.resized.size, steps.crop_box, steps.normalised.shape
    ((341, 256), (58, 16, 282, 240), (3, 224, 224))
    """
    rgb = picture.convert("RGB")
    strip_box = _middle_of_strip(*rgb.size)
    width, height = strip_box[2] - strip_box[0], strip_box[3] - strip_box[1]
    short = min(width, height)
    size = int(settings.resize_size * width / short), int(settings.resize_size * height / short)
    way = Image.Resampling.BICUBIC if settings.bicubic else Image.Resampling.BILINEAR
    resized = rgb.crop(strip_box).resize(size, way)
    # Python rounds halves to even, and so does torchvision's centre crop.
    left, top = (round((side - settings.crop_size) / 2) for side in size)
    crop_box = (left, top, left + settings.crop_size, top + settings.crop_size)
    cropped = resized.crop(crop_box)
    return PreprocessSteps(picture, strip_box, resized, crop_box, cropped, normalise(cropped, settings))


def preprocess(picture: Image.Image, settings: Preprocessing = IMAGENET) -> "torch.Tensor":
    """The picture as a network wants it: float32 tensor, shape (1, 3, 224, 224).

    >>> preprocess(Image.new("RGB", (640, 480))).shape
    torch.Size([1, 3, 224, 224])
    """
    import torch

    return torch.from_numpy(preprocess_steps(picture, settings).normalised.copy()).unsqueeze(0)


def normalise(picture: Image.Image, settings: Preprocessing = IMAGENET) -> np.ndarray:
    """Colour values to (value / 255 − mean) / std, per channel: float32, shape (3, H, W), read-only.

    With settings for one channel the shape is (1, H, W), the picture in grey (ITU-R 601, as torchvision's Grayscale);
    with four it is (4, H, W), and the fourth starts as the mean of the other three.

    >>> [f"{value:.2f}" for value in normalise(Image.new("RGB", (1, 1), "white")).ravel()]
    ['2.25', '2.43', '2.64']
    """
    if len(settings.mean) == 1:
        picture = picture.convert("L")
    values = np.asarray(picture, dtype=np.float32).reshape(picture.height, picture.width, -1) / np.float32(255)
    if len(settings.mean) > values.shape[2]:
        values = np.concatenate([values, values.mean(axis=2, keepdims=True)], axis=2)
    mean, std = (np.array(numbers, dtype=np.float32) for numbers in (settings.mean, settings.std))
    normalised = (values - mean) / std
    channels_first = np.ascontiguousarray(normalised.transpose(2, 0, 1))
    channels_first.flags.writeable = False
    return channels_first


def _middle_of_strip(width: int, height: int) -> tuple[int, int, int, int]:
    """The whole picture, or the middle of a strip that is longer than `LONGEST_ASPECT` times its width."""
    longest = LONGEST_ASPECT * min(width, height)
    kept_width, kept_height = (_same_parity(min(side, longest), side) for side in (width, height))
    left, top = (width - kept_width) // 2, (height - kept_height) // 2
    return left, top, left + kept_width, top + kept_height


def _same_parity(kept: int, side: int) -> int:
    """So that as many pixels go on the left as on the right, and the middle stays the middle."""
    return kept + (side - kept) % 2
