"""What is refused of a picture's file before a single pixel is decoded, and the limits that decide it.

Sizes, passes, pieces and tags are judged from the headers, as Pillow would take them.
"""

import io
import re
from typing import Literal

from PIL import Image, TiffImagePlugin

from cnnviz.file_kinds import CAMERA_RAW
from cnnviz.value_ranges import TIFF_PLANAR, TIFF_SAMPLE_FORMAT, TIFF_SAMPLES, tiff_tags

MAX_BYTES = 10 * 1024 * 1024  # what Streamlit calls 10 MB
MAX_PIXELS = 25_000_000
MAX_JPEG_PIXELS = 65_000_000  # as phones make them; above MAX_PIXELS a JPEG is read at half its width and height
MAX_SIDE = 65_535  # what a JPEG can have; a picture of one column and millions of rows takes a gigabyte to turn
# A progressive JPEG may repeat cheap passes over all its pixels without end; cameras and editors make about ten.
MAX_JPEG_SCANS = 100  # at MAX_PIXELS; of a larger one so many fewer
# Pillow reads what lies before the pixels piece by piece and byte by byte; 10 MB in 64 kB pieces are 160.
MAX_JPEG_SEGMENTS = 1000
MAX_JPEG_FILL = 100_000
MAX_PNG_CHUNKS = 50_000  # 10 MB in chunks of 200 bytes; usual ones have 8 kB
MAX_TIFF_TAGS = 2000  # of one page; the library that unpacks them writes a line to the log about each odd one

_TIFF_BITS, _TIFF_TILE_WIDTH, _TIFF_TILE_LENGTH = 258, 322, 323
_TIFF_NEW_SUBFILE_TYPE, _TIFF_SUB_IFDS, _DNG_VERSION = 254, 330, 50706
_JPEG_MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")
_JPEG_SCAN, _JPEG_END = b"\xff\xda", b"\xff\xd9"
_JPEG_WITHOUT_LENGTH = re.compile(rb"\xff[\xc8\xd9\xf0-\xfd]")  # Pillow takes what follows for the next marker


class ImageError(ValueError):
    """A file that cannot be shown. Its text is one sentence for the person who sent it: what is wrong, what to do."""

    __module__ = "cnnviz.images"  # where everybody finds it


def check_size(width: int, height: int, kind: str) -> None:
    """Refuse by the size that the header declares, before anything is decoded."""
    if width < 1 or height < 1:
        raise ImageError("This picture has no pixels: open it on your computer, save it again and send that.")
    most, jpeg = MAX_PIXELS // 10**6, MAX_JPEG_PIXELS // 10**6
    pixels, megapixels = width * height, f"{width * height / 1e6:.1f} megapixels"
    if kind == "JPEG" and pixels > MAX_JPEG_PIXELS:
        raise ImageError(
            f"This picture has {width} by {height} pixels ({megapixels}) and the most that can be read is {jpeg}: make "
            "it smaller and send it again."
        )
    if kind != "JPEG" and pixels > MAX_PIXELS:
        other = ", or save it as JPEG," if pixels <= MAX_JPEG_PIXELS else ""
        raise ImageError(
            f"This picture has {width} by {height} pixels ({megapixels}) and the most that can be read is {most}, or "
            f"{jpeg} in a JPEG: make it smaller{other} and send it again."
        )
    if max(width, height) > MAX_SIDE:
        raise ImageError(
            f"This picture has {width} by {height} pixels and the longest side that can be read is {MAX_SIDE:,}: "
            "cut out a part and send that."
        )


def check_jpeg(data: bytes) -> int:
    """Refuse a JPEG that is made to take minutes; in how many passes it is stored.

    Its pieces are counted as Pillow takes them, up to its end marker.
    """
    scans, segments, fill, position = 0, 0, 0, 2
    while scans <= MAX_JPEG_SCANS:
        match = _JPEG_MARKER.search(data, position)
        fill += max(0, (match.start() if match else len(data)) - position)
        if not scans and (segments > MAX_JPEG_SEGMENTS or fill > MAX_JPEG_FILL):
            raise ValueError("far more before the pixels than any program writes")
        if match is None or (scans and match[0] == _JPEG_END):
            break
        scans += match[0] == _JPEG_SCAN
        segments += 1
        position = match.end()
        if not _JPEG_WITHOUT_LENGTH.match(match[0]):
            position += int.from_bytes(data[position : position + 2])
    if scans > MAX_JPEG_SCANS:
        raise too_many_passes(MAX_JPEG_SCANS)
    return scans


def too_many_passes(most: int) -> ImageError:
    """The answer to a JPEG that is made to take long."""
    return ImageError(
        f"This JPEG is stored in more than {most} passes, which no camera does and which takes far too long to read: "
        "open it on your computer, save it again and send that."
    )


def check_png(data: bytes) -> None:
    """Refuse a PNG of more chunks than any program writes: Pillow takes them one by one."""
    position = len(b"\x89PNG\r\n\x1a\n")
    for _ in range(MAX_PNG_CHUNKS):
        if position >= len(data) or data[position + 4 : position + 8] == b"IEND":
            return
        position += 12 + int.from_bytes(data[position : position + 4])
    raise ValueError("more chunks than any program writes")


def check_tags(data: bytes) -> None:
    """Refuse a TIFF whose first page has more tags than any program writes."""
    order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"
    where, width = (slice(8, 16), 8) if 43 in data[2:4] else (slice(4, 8), 2)  # 43: the large kind, 42 the usual one
    start = int.from_bytes(data[where], order)
    if int.from_bytes(data[start : start + width], order) > MAX_TIFF_TAGS:
        raise ValueError("more tags than any program writes")


def check_tiff(opened: Image.Image) -> None:
    """Refuse RAW photos that are TIFF inside (Pillow would show their tiny preview), and tiles of absurd size."""
    tags = tiff_tags(opened)
    is_preview = bool(tags.get(_TIFF_NEW_SUBFILE_TYPE, 0) & 1) and _TIFF_SUB_IFDS in tags
    if _DNG_VERSION in tags or is_preview:
        raise ImageError(CAMERA_RAW)
    signed = tags.get(TIFF_SAMPLE_FORMAT, (1,))
    if opened.mode in ("L", "RGB") and 2 in (signed if isinstance(signed, tuple) else (signed,)):
        raise ImageError(
            "This TIFF stores signed 8-bit numbers, whose negative half would come out wrong: save it with 16 bits, or "
            "as PNG, and send that."
        )
    if tags.get(_TIFF_TILE_WIDTH, 0) * tags.get(_TIFF_TILE_LENGTH, 0) > MAX_PIXELS:
        raise ValueError("a tile larger than any picture that can be read")
    several = tags.get(TIFF_SAMPLES, 1) > 1
    if several and tags.get(TIFF_PLANAR, 1) == 2 and max(tags.get(_TIFF_BITS, (8,))) > 8:  # Pillow would halve values
        raise ImageError(
            "This TIFF stores its bands of 16 bits one after the other: save it with its bands pixel by pixel "
            "(interleaved), or as PNG, and send that."
        )


def unknown_bands(data: bytes) -> str:
    """The sentence for a TIFF that is whole but has bands in a way that Pillow does not know; "" for any other."""
    try:
        tags, file = TiffImagePlugin.ImageFileDirectory_v2(data[: 16 if 43 in data[2:4] else 8]), io.BytesIO(data)
        file.seek(tags.next)
        tags.load(file)
        bits, bands = max(tags[_TIFF_BITS]), int(tags.get(TIFF_SAMPLES, 1))
    except Exception:  # a damaged one is told so
        return ""
    return (
        f"This TIFF has {bands} band{'s' if bands > 1 else ''} of {bits} bits in a way that cannot be read here: save "
        "it as grey, as RGB of 8 or 16 bits (with GDAL: PHOTOMETRIC=RGB), or as PNG, and send that."
    )
