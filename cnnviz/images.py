"""Bytes from anywhere -> an upright RGB picture, or one clear sentence for the person who sent them.

Everything that decodes an uploaded file is here, behind `read_image`. Only Pillow decodes, and only the formats of
`cnnviz.file_kinds.PICTURE_FORMATS`; sizes are judged from the header, before a single pixel is decoded.
"""

import hashlib
import io
import re
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from PIL import Image, ImageCms, ImageOps

from cnnviz.file_kinds import CAMERA_RAW, picture_kind, why_not_a_picture

MAX_BYTES = 10 * 1024 * 1024  # what Streamlit calls 10 MB
MAX_PIXELS = 25_000_000
MAX_SIDE = 65_535  # what a JPEG can have; a picture of one column and millions of rows takes a gigabyte to turn
# A progressive JPEG may repeat cheap passes over all its pixels without end; cameras and editors make about ten.
MAX_JPEG_SCANS = 100
# Pillow reads what lies before the pixels piece by piece and byte by byte; 10 MB in 64 kB pieces are 160.
MAX_JPEG_SEGMENTS = 1000
MAX_JPEG_FILL = 100_000
MAX_PNG_CHUNKS = 50_000  # 10 MB in chunks of 200 bytes; usual ones have 8 kB
MAX_TIFF_TAGS = 2000  # of one page; the library that unpacks them writes a line to the log about each odd one
READ_AT_ONCE = 2  # files, in all threads together: one of 25 megapixels can take 0.7 GB while it is read
MAX_NAME_LENGTH = 40
READING = 13  # bytes for each pixel while a picture is read, measured: 8 for a JPEG, 12 for a WebP
READING_MUCH = 26  # with transparency or greys of more than 8 bits: 25 for a TIFF of floats
LONGEST_KEPT = 512  # pixels; networks are given 256 at most
THUMBNAIL_SIZE = 160  # sharp at 80 CSS pixels on a screen of double density

_PLAIN_NAMES = {"WEBP": "WebP", "MPO": "JPEG"}
_TIFF_PHOTOMETRIC, _TIFF_TILE_WIDTH, _TIFF_TILE_LENGTH, _TIFF_SAMPLE_FORMAT = 262, 322, 323, 339
_TIFF_NEW_SUBFILE_TYPE, _TIFF_SUB_IFDS, _DNG_VERSION = 254, 330, 50706
_EXIF_ORIENTATION = 274

# EXIF orientation -> what turns the stored pixels upright (the table of the EXIF standard).
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_JPEG_MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")
_JPEG_SCAN, _JPEG_END = b"\xff\xda", b"\xff\xd9"
_JPEG_WITHOUT_LENGTH = re.compile(rb"\xff[\xc8\xd9\xf0-\xfd]")  # Pillow takes what follows for the next marker

_reading = threading.Semaphore(READ_AT_ONCE)


class ImageError(ValueError):
    """A file that cannot be shown. Its text is one sentence for the person who sent it: what is wrong, what to do."""


@dataclass(frozen=True)
class Picture:
    """A picture ready to be looked at, and where it comes from. Draw on a copy: `image` may be shared.

    Two pictures are equal when their bytes were: use `sha256` as the key of a cache, never `image`.
    """

    image: Image.Image = field(compare=False, repr=False)  # mode RGB, upright
    sha256: str  # of the bytes that were sent, as 64 hexadecimal digits
    name: str  # safe to display, see `display_name`
    notes: tuple[str, ...] = field(default=(), compare=False)  # what was done to it, a sentence each
    gallery_key: str | None = field(default=None, compare=False)  # its key in `cnnviz.gallery.GALLERY`, if it has one

    @cached_property
    def thumbnail(self) -> Image.Image:
        """The middle of the picture as a small square, (160, 160) pixels."""
        return ImageOps.fit(self.image, (THUMBNAIL_SIZE, THUMBNAIL_SIZE))

    def reduced_to(self, image: Image.Image, note: str) -> "Picture":
        """This picture with the fewer pixels of `image`, and a sentence that says so.

        Its `sha256` is another one, made from the old one and the size: what was computed from all its pixels is not
        an answer for these.
        """
        sha256 = hashlib.sha256(f"{self.sha256} {image.size}".encode()).hexdigest()
        return replace(self, image=image, sha256=sha256, notes=(*self.notes, note))


def all_admitted(_num_bytes: int) -> bool:
    """For those who need not ask for memory."""
    return True


def read_picture(data: bytes, name: str, admits: Callable[[int], bool] = all_admitted) -> Picture:
    """A `Picture` from the bytes of a file and the name it was sent under; ImageError as in `read_image`."""
    image = read_image(data, admits)
    return Picture(image, hashlib.sha256(data).hexdigest(), display_name(name), image.info["notes"])


def fit_for_keeping(picture: Picture) -> Picture:
    """The picture as a session keeps it: no longer than `LONGEST_KEPT` pixels, and saying so where it was made smaller.

    The photos of a class, 12 megapixels each, would fill more than a gigabyte.
    """
    width, height = picture.image.size
    if max(width, height) <= LONGEST_KEPT:
        return picture
    image = picture.image.copy()
    image.thumbnail((LONGEST_KEPT, LONGEST_KEPT), Image.Resampling.LANCZOS)
    return picture.reduced_to(image, f"Made smaller, from {width} × {height}: no network is given more.")


def read_image(data: bytes | bytearray | memoryview, admits: Callable[[int], bool] = all_admitted) -> Image.Image:
    """The picture in the bytes of a PNG, JPEG, GIF, WebP, BMP, TIFF or AVIF file: mode RGB, 8 bits, upright.

    What was done to get there is told in `image.info["notes"]`, a tuple of sentences: EXIF orientation turned upright,
    transparency put over white, only the first of several frames used, greys of more than 8 bits scaled. All other
    metadata (place, camera, time) is dropped. Colour profiles are not applied.

    Greys of more than 8 bits are scaled, never clipped. 16-bit files that use at least half of 0..65535 are scaled by
    that whole range, as every viewer shows them; all others (12-bit microscopes, depth maps, floats) by their own
    lowest and highest value. In floats NaN and -inf become black, +inf white.

    `admits` is asked, once the header has said how large the picture is, whether so many bytes can be taken for it.

    Raises ImageError, whose text is one sentence, for everything that is not such a file, is damaged, has more than
    `MAX_BYTES` bytes or more than `MAX_PIXELS` pixels, or is not admitted.

    >>> file = io.BytesIO()
    >>> Image.new("LA", (4, 3), (0, 0)).save(file, "PNG")
    >>> image = read_image(file.getvalue())
    >>> image.mode, image.size, image.getpixel((0, 0)), image.info["notes"]
    ('RGB', (4, 3), (255, 255, 255), ('Transparent parts are shown over white.',))
    >>> read_image(b"")
    Traceback (most recent call last):
    cnnviz.images.ImageError: This file is empty: choose another one, or send it again.
    """
    data = bytes(data)
    if not data:
        raise ImageError("This file is empty: choose another one, or send it again.")
    if len(data) > MAX_BYTES:
        raise ImageError(
            f"This file has {len(data) / 1024**2:.1f} MB and the most that can be read is {MAX_BYTES // 1024**2} MB: "
            "make the picture smaller, or save it as JPEG."
        )
    kind = picture_kind(data)
    if kind is None:
        raise ImageError(why_not_a_picture(data))
    # Damaged files make decoders raise nearly anything: SyntaxError, TypeError, IndexError, KeyError, OverflowError,
    # struct.error, zlib.error, EOFError, OSError, MemoryError. This is the one place where they get a name.
    try:
        with _reading:
            return _decode(data, kind, admits)
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(
            f"This picture says it has far more pixels than the {MAX_PIXELS // 10**6} megapixels that can be read: "
            "make it smaller and send it again."
        ) from error
    except MemoryError as error:
        raise ImageError("This picture needs more memory than there is: make it smaller and send it again.") from error
    except Exception as error:
        raise ImageError(
            f"This {_PLAIN_NAMES.get(kind, kind)} file is damaged, was cut off on its way, or is of an unusual kind: "
            "see if it opens on your computer, then send it again or save it as PNG."
        ) from error


def _decode(data: bytes, kind: str, admits: Callable[[int], bool]) -> Image.Image:
    """The first frame of a file of a known kind as RGB, upright, with its notes and nothing else in `info`."""
    if kind == "JPEG":
        _check_jpeg(data)
    elif kind == "PNG":
        _check_png(data)
    elif kind == "TIFF":
        _check_tags(data)
    with Image.open(io.BytesIO(data), formats=(kind,)) as opened:
        _check_size(*opened.size)
        if kind == "TIFF":
            _check_tiff(opened)
        much = opened.mode[0] in "IF" or opened.has_transparency_data
        if not admits((READING_MUCH if much else READING) * opened.width * opened.height):
            raise ImageError(
                "This server has no memory left for so large a picture at the moment: try again in a few minutes, or "
                "make it smaller and send that."
            )
        notes = _frame_note(opened)
        orientation = _orientation(opened)
        opened.load()
        # TIFF and AVIF are turned while they are loaded: only what is still to do is done here.
        still = _orientation(opened)
        if opened.mode.startswith("I") or opened.mode == "F":
            image, more = _grey_to_rgb(opened)
        else:
            image, more = _colour_to_rgb(opened)
    if still in _UPRIGHT:
        image = image.transpose(_UPRIGHT[still])
    if orientation in _UPRIGHT:
        notes += ("Turned upright, as the camera noted.",)
    image.info = {"notes": notes + more}
    return image


def _check_size(width: int, height: int) -> None:
    """Refuse by the size that the header declares, before anything is decoded."""
    if width < 1 or height < 1:
        raise ImageError("This picture has no pixels: open it on your computer, save it again and send that.")
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"This picture has {width} by {height} pixels ({width * height / 1e6:.1f} megapixels) and the most "
            f"that can be read is {MAX_PIXELS // 10**6}: make it smaller and send it again."
        )
    if max(width, height) > MAX_SIDE:
        raise ImageError(
            f"This picture has {width} by {height} pixels and the longest side that can be read is {MAX_SIDE:,}: "
            "cut out a part and send that."
        )


def _check_jpeg(data: bytes) -> None:
    """Refuse a JPEG that is made to take minutes; its pieces are counted as Pillow takes them, up to its end marker."""
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
        raise ImageError(
            f"This JPEG is stored in more than {MAX_JPEG_SCANS} passes, which no camera does and which takes far too "
            "long to read: open it on your computer, save it again and send that."
        )


def _check_png(data: bytes) -> None:
    """Refuse a PNG of more chunks than any program writes: Pillow takes them one by one."""
    position = len(b"\x89PNG\r\n\x1a\n")
    for _ in range(MAX_PNG_CHUNKS):
        if position >= len(data) or data[position + 4 : position + 8] == b"IEND":
            return
        position += 12 + int.from_bytes(data[position : position + 4])
    raise ValueError("more chunks than any program writes")


def _check_tags(data: bytes) -> None:
    """Refuse a TIFF whose first page has more tags than any program writes."""
    order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"
    where, width = (slice(8, 16), 8) if 43 in data[2:4] else (slice(4, 8), 2)  # 43: the large kind, 42 the usual one
    start = int.from_bytes(data[where], order)
    if int.from_bytes(data[start : start + width], order) > MAX_TIFF_TAGS:
        raise ValueError("more tags than any program writes")


def _check_tiff(opened: Image.Image) -> None:
    """Refuse RAW photos that are TIFF inside (Pillow would show their tiny preview), and tiles of absurd size."""
    tags = opened.tag_v2  # type: ignore[attr-defined]  # only TIFF has it
    is_preview = bool(tags.get(_TIFF_NEW_SUBFILE_TYPE, 0) & 1) and _TIFF_SUB_IFDS in tags
    if _DNG_VERSION in tags or is_preview:
        raise ImageError(CAMERA_RAW)
    signed = tags.get(_TIFF_SAMPLE_FORMAT, (1,))
    if opened.mode in ("L", "RGB") and 2 in (signed if isinstance(signed, tuple) else (signed,)):
        raise ImageError(
            "This TIFF stores signed 8-bit numbers, whose negative half would come out wrong: save it with 16 bits, or "
            "as PNG, and send that."
        )
    if tags.get(_TIFF_TILE_WIDTH, 0) * tags.get(_TIFF_TILE_LENGTH, 0) > MAX_PIXELS:
        raise ValueError("a tile larger than any picture that can be read")


def _frame_note(opened: Image.Image) -> tuple[str, ...]:
    """What to say where the file holds more than the one picture that is used; counting them could take minutes."""
    if not getattr(opened, "is_animated", False):
        return ()
    if opened.format == "TIFF":
        return ("This file has several pages: the first is used.",)
    if opened.format == "MPO":
        return ("This file holds several pictures: the first is used.",)
    return ("This is an animation: its first frame is used.",)


def _orientation(opened: Image.Image) -> int:
    """The EXIF (or XMP) orientation, 1 where there is none. Damaged notes must not cost the picture itself."""
    try:
        return int(opened.getexif().get(_EXIF_ORIENTATION, 1))
    except Exception:
        return 1


def _colour_to_rgb(opened: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """Any mode of 8 bits or fewer as RGB; what is transparent is put over white."""
    if opened.mode == "LAB":
        # Pillow's own convert() does not know LAB; its colour management does.
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        image = ImageCms.profileToProfile(opened, lab, srgb, outputMode="RGB")
        assert image is not None  # None only with inPlace=True
        return image, ()
    if opened.mode == "CMYK":
        note = "Printing colours (CMYK) are shown as RGB, so they may look a little different."
        return opened.convert("RGB"), (note,)
    if not opened.has_transparency_data:
        return opened.convert("RGB"), ()
    transparent = opened.info.get("transparency")
    if opened.mode == "RGB" and isinstance(transparent, tuple) and max(transparent) > 255:
        # A 16-bit PNG is read with 8 bits, yet its transparent colour still counts to 65535.
        opened.info["transparency"] = tuple(value >> 8 for value in transparent)
    rgba = opened.convert("LA").convert("RGBA") if opened.mode == "La" else opened.convert("RGBA")
    return _over_white(rgba.convert("RGB"), rgba.getchannel("A"))


def _over_white(image: Image.Image, alpha: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """The picture over white where alpha lets it through, and a note if that happens anywhere."""
    if alpha.getextrema()[0] == 255:
        return image, ()
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=alpha)
    return white, ("Transparent parts are shown over white.",)


def _grey_to_rgb(opened: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """A grey picture of 16-bit, 32-bit or floating-point values as RGB, scaled to 0..255 (see `read_image`)."""
    values = np.asarray(opened)  # (H, W)
    tags = getattr(opened, "tag_v2", {})
    if opened.mode == "I" and tags.get(_TIFF_SAMPLE_FORMAT, (1,))[0] == 1 and opened.format == "TIFF":
        values = values.view(np.uint32)  # Pillow reads unsigned 32-bit numbers as signed ones
    finite = values[np.isfinite(values)] if opened.mode == "F" else values
    if finite.size == 0:
        raise ImageError("This picture has no finite value in it, only NaN or infinity: save it again from its source.")
    low, high = float(finite.min()), float(finite.max())
    if opened.mode.startswith("I;16") and high - low >= 32768:
        low, high = 0.0, 65535.0
    grey = Image.fromarray(_scaled(values, low, high))
    if tags.get(_TIFF_PHOTOMETRIC) == 0:  # "white is zero"
        grey = grey.point(lambda value: 255 - value)
    image, note = grey.convert("RGB"), f"Greys from {low:g} to {high:g} are drawn as black to white."
    transparent = opened.info.get("transparency")
    if not isinstance(transparent, int):
        return image, (note,)
    image, more = _over_white(image, Image.fromarray(np.where(values == transparent, 0, 255).astype(np.uint8)))
    return image, (note, *more)


def _scaled(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """low..high as 0..255, (H, W) uint8; a picture of one value is drawn in middle grey."""
    if high == low:
        return np.full(values.shape, 128, np.uint8)
    with np.errstate(invalid="ignore"):  # a signalling NaN is a NaN like any other
        scaled = np.nan_to_num(values.astype(np.float64), nan=low, posinf=high, neginf=low, copy=False)
    scaled -= low
    scaled *= 255 / (high - low)
    return scaled.round().astype(np.uint8)


def display_name(name: str) -> str:
    """The name of a sent file as it may be shown, also inside Markdown: no folders, no markup, no invisible marks
    (right-to-left ones among them), at most `MAX_NAME_LENGTH` characters with its ending kept.

    >>> display_name("C:/holidays/IMG_2041.JPG")
    'IMG_2041.JPG'
    >>> display_name("<b>cat</b>.png")
    'b.png'
    >>> display_name("[click](javascript:1).png")
    'click(javascript1).png'
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept: list[str] = []
    for letter in name:
        category = unicodedata.category(letter)
        if category[0] == "Z" or letter in "\t\n\r":
            letter = " "
        elif category[0] == "C" or letter in '<>[]{}*`$|~#^\\":!@&':
            continue
        # Accents piled high would climb out of their line: two on one letter are enough for every script.
        if category[0] == "M" and all(unicodedata.category(before)[0] == "M" for before in kept[-2:]):
            continue
        kept.append(letter)
    clean = " ".join("".join(kept).split()).lstrip(". ")
    if len(clean) > MAX_NAME_LENGTH:
        stem, ending = clean[: MAX_NAME_LENGTH - 9], clean[-8:]
        clean = f"{stem.rstrip()}…{ending.lstrip()}"
    return clean or "picture"
