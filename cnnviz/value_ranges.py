"""Pictures of more than 8 bits a value, as 0..255: 16 bits, 32 bits, floating point; one band, or red, green and blue.

Pillow keeps such greys whole, but of 16-bit colours only the upper byte of each value. Where that leaves next to
nothing (a satellite's 0 to 4000, of 65535), the file is read once more with its bytes in the other order: what Pillow
then takes for the upper byte is the lower one. No other decoder is needed, and whatever Pillow unpacks works.
"""

import io
import sys
from typing import Any

import numpy as np
from PIL import Image, ImageFile

TIFF_PHOTOMETRIC, TIFF_SAMPLES, TIFF_PLANAR, TIFF_SAMPLE_FORMAT = 262, 277, 284, 339
HALF = 32768  # of the range of 16 bits: what uses so much of it is drawn by the whole range, as every viewer does
_OTHER_ORDER = {"L": "B", "B": "L", "N": "B" if sys.byteorder == "little" else "L"}
_SIXTEEN = {f"{bands};16{order}" for bands in ("RGB", "RGBX", "RGBA") for order in _OTHER_ORDER}


def tiff_tags(opened: Image.Image) -> Any:
    """The tags of a TIFF by number, empty for other formats."""
    return getattr(opened, "tag_v2", {})


def is_deep_grey(opened: Image.Image) -> bool:
    """Whether it has one band of more than 8 bits."""
    return opened.mode.startswith("I") or opened.mode == "F"


def is_deep_colour(opened: Image.Image) -> bool:
    """Whether it has colours of 16 bits, before it is loaded."""
    return bool(_tiles(opened)) and all(_raw_mode(tile) in _SIXTEEN for tile in _tiles(opened))


def _tiles(opened: Image.Image) -> list[Any]:
    return getattr(opened, "tile", [])


def _raw_mode(tile: Any) -> str:
    """How the bytes of a tile are laid out, such as "RGB;16L"; a tile's settings are that alone or begin with it."""
    return str(tile.args if isinstance(tile.args, str) else next(iter(tile.args or ()), ""))


def lower_bytes(data: bytes, kind: str) -> Image.Image:
    """The lower byte of each value of a file of 16-bit colours, in the mode that Pillow reads it in."""
    with Image.open(io.BytesIO(data), formats=(kind,)) as opened:
        assert isinstance(opened, ImageFile.ImageFile)
        turned = []
        for tile in opened.tile:
            raw_mode = _raw_mode(tile)
            other = raw_mode[:-1] + _OTHER_ORDER[raw_mode[-1]]
            rest = [] if isinstance(tile.args, str) else list(tile.args or ())[1:]
            turned.append(tile._replace(args=(other, *rest) if rest else other))
        opened.tile = turned
        opened.load()
    return opened  # loaded, it needs its file no more


def is_dark(upper: Image.Image) -> bool:
    """Whether 16-bit colours, of which this is the upper byte, use less than half of 0..65535."""
    values = [np.asarray(upper.getchannel(band)) for band in "RGB"]
    return 256 * (max(int(band.max()) for band in values) - min(int(band.min()) for band in values)) < HALF


def stretched_colours(upper: Image.Image, lower: Image.Image) -> tuple[Image.Image, list[np.ndarray], str] | None:
    """16-bit colours from their two bytes, scaled by the lowest and the highest value of all three: RGB.

    With them the values, three times (H, W), and a note. None where all are the same: there is nothing to stretch.
    """
    values = []
    for band in "RGB":
        high = np.asarray(upper.getchannel(band)).astype(np.uint16)
        high <<= 8
        high |= np.asarray(lower.getchannel(band))
        values.append(high)
    least, most = min(int(band.min()) for band in values), max(int(band.max()) for band in values)
    if least == most:
        return None
    places = np.arange(65536, dtype=np.float64).clip(least, most)
    table = ((places - least) * (255 / (most - least))).round().astype(np.uint8)
    image = Image.merge("RGB", [Image.fromarray(table[band]) for band in values])
    return image, values, f"Colour values from {least} to {most} are drawn as 0 to 255."


def stretched_greys(opened: Image.Image) -> tuple[Image.Image, np.ndarray, str] | None:
    """A picture of one band scaled to 0..255, mode L; its values (H, W) and a note. None without a finite value.

    16-bit files that use at least half of 0..65535 are scaled by that whole range, all others by their own lowest and
    highest value. In floats NaN and -inf become black, +inf white.
    """
    values = np.asarray(opened)
    tags = tiff_tags(opened)
    if opened.mode == "I" and tags.get(TIFF_SAMPLE_FORMAT, (1,))[0] == 1 and opened.format == "TIFF":
        values = values.view(np.uint32)  # Pillow reads unsigned 32-bit numbers as signed ones
    finite = values[np.isfinite(values)] if opened.mode == "F" else values
    if finite.size == 0:
        return None
    low, high = float(finite.min()), float(finite.max())
    if opened.mode.startswith("I;16") and high - low >= HALF:
        low, high = 0.0, 65535.0
    grey = Image.fromarray(_scaled(values, low, high))
    if tags.get(TIFF_PHOTOMETRIC) == 0:  # "white is zero"
        grey = grey.point(lambda value: 255 - value)
    return grey, values, f"Greys from {low:g} to {high:g} are drawn as black to white."


def _scaled(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """low..high as 0..255, (H, W) uint8; a picture of one value is drawn in middle grey."""
    if high == low:
        return np.full(values.shape, 128, np.uint8)
    with np.errstate(invalid="ignore"):  # a signalling NaN is a NaN like any other
        scaled = np.nan_to_num(values.astype(np.float64), nan=low, posinf=high, neginf=low, copy=False)
    scaled -= low
    scaled *= 255 / (high - low)
    return scaled.round().astype(np.uint8)
