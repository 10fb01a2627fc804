"""Parts of pictures, and signed signals drawn on grey as colours."""

import numpy as np
from PIL import Image

GREY = 128


def cut(picture: Image.Image, rows: range, columns: range) -> Image.Image:
    """The pixels of these rows and columns of an RGB picture; those beyond it are grey.

    >>> part = cut(Image.new("RGB", (8, 8), "white"), range(-1, 2), range(6, 9))
    >>> part.size, part.getpixel((0, 0)), part.getpixel((0, 1)), part.getpixel((2, 1))
    ((3, 3), (128, 128, 128), (255, 255, 255), (128, 128, 128))
    """
    part = Image.new("RGB", (max(1, len(columns)), max(1, len(rows))), (GREY, GREY, GREY))
    part.paste(picture, (-columns.start, -rows.start))
    return part


def on_grey(signal: np.ndarray, std: tuple[float, ...] = (1.0, 1.0, 1.0)) -> Image.Image:
    """A signed signal (C, H, W) as an RGB picture: grey is zero, the largest value of all is as far as colours go.

    `std` is what each channel was divided by before the network saw it, so that the colours are those of pixels again.
    Of more than three channels the first three are drawn.

    >>> on_grey(np.array([[[0.0]], [[2.0]], [[-1.0]]])).getpixel((0, 0))
    (128, 255, 64)
    """
    pixels = signal[:3] * np.array(std[:3], dtype=np.float64)[:, None, None]
    largest = float(np.abs(pixels).max()) if pixels.size else 0.0
    scaled = np.full(pixels.shape, float(GREY)) if largest == 0 else GREY + 127 * pixels / largest
    return Image.fromarray(scaled.round().clip(0, 255).astype(np.uint8).transpose(1, 2, 0).copy())
