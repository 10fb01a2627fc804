"""Bytes from anywhere -> an upright RGB picture, or one clear sentence for the person who sent them.

Everything that decodes an uploaded file is here, behind `read_image`. Only Pillow decodes, and only the formats of
`cnnviz.file_kinds.PICTURE_FORMATS`; sizes are judged from the header, before a single pixel is decoded.
"""

import hashlib
import io
import math
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from cnnviz.file_checks import MAX_BYTES as MAX_BYTES  # these four are for others, too
from cnnviz.file_checks import MAX_JPEG_PIXELS as MAX_JPEG_PIXELS
from cnnviz.file_checks import (
    MAX_JPEG_SCANS,
    check_jpeg,
    check_png,
    check_size,
    check_tags,
    check_tiff,
    too_many_passes,
    unknown_bands,
)
from cnnviz.file_checks import MAX_PIXELS as MAX_PIXELS
from cnnviz.file_checks import ImageError as ImageError
from cnnviz.file_kinds import picture_kind, why_not_a_picture
from cnnviz.value_ranges import (
    TIFF_SAMPLES,
    is_dark,
    is_deep_colour,
    is_deep_grey,
    lower_bytes,
    stretched_colours,
    stretched_greys,
    tiff_tags,
)

READ_AT_ONCE = 2  # files, in all threads together: one of 25 megapixels can take 0.7 GB while it is read
MAX_NAME_LENGTH = 40
READING = 13  # bytes for each pixel while a picture is read, measured: 8 for a JPEG, 12 for a WebP
READING_MUCH = 26  # with transparency or greys of more than 8 bits: 25 for a TIFF of floats
# Of a picture a session keeps: the longer side, or more where the shorter one would be less than networks are given.
LONGEST_KEPT, SHORTEST_KEPT = 512, 256
MAX_KEPT_PIXELS = 16 * SHORTEST_KEPT**2  # a strip of more than 16 : 1 gets less all the same
THUMBNAIL_SIZE = 160  # sharp at 80 CSS pixels on a screen of double density

_PLAIN_NAMES = {"WEBP": "WebP", "MPO": "JPEG"}
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

_reading = threading.Semaphore(READ_AT_ONCE)


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
    file_size: tuple[int, int] | None = field(default=None, compare=False)  # None: as `image`; see `original_size`

    @property
    def original_size(self) -> tuple[int, int]:
        """Width and height of the picture in the file, upright; `image` may be a smaller copy."""
        return self.file_size or self.image.size

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
        notes = (*self.notes, note)
        return replace(self, image=image, sha256=sha256, notes=notes, file_size=self.original_size)


def all_admitted(_num_bytes: int) -> bool:
    """For those who need not ask for memory."""
    return True


def read_picture(data: bytes, name: str, admits: Callable[[int], bool] = all_admitted) -> Picture:
    """A `Picture` from the bytes of a file and the name it was sent under; ImageError as in `read_image`."""
    image, size = _read(data, admits)
    return Picture(image, hashlib.sha256(data).hexdigest(), display_name(name), image.info["notes"], file_size=size)


def fit_for_keeping(picture: Picture) -> Picture:
    """The picture as a session keeps it: smaller where it has more pixels than any network is given, and saying so.

    Its longer side gets `LONGEST_KEPT` pixels, or so many more that its shorter side has `SHORTEST_KEPT`, in all up to
    `MAX_KEPT_PIXELS`. The photos of a class, 12 megapixels each, would fill more than a gigabyte.
    """
    shorter, longer = sorted(picture.image.size)
    enough = max(LONGEST_KEPT / longer, SHORTEST_KEPT / shorter)
    scale = min(enough, math.sqrt(MAX_KEPT_PIXELS / (shorter * longer)))
    if scale >= 1:
        return picture
    image, side = picture.image.copy(), max(1, round(scale * longer))
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    why = "no network is given more" if scale == enough else "so long a strip takes much memory"
    return picture.reduced_to(image, f"Made smaller: {why}.")


def read_image(data: bytes | bytearray | memoryview, admits: Callable[[int], bool] = all_admitted) -> Image.Image:
    """The picture in the bytes of a PNG, JPEG, GIF, WebP, BMP, TIFF or AVIF file: mode RGB, 8 bits, upright.

    What was done to get there is told in `image.info["notes"]`, a tuple of sentences: EXIF orientation turned upright,
    transparency put over white, only the first of several frames used, bands beyond red, green and blue left out,
    values of more than 8 bits scaled. All other metadata (place, camera, time) is dropped. Colour profiles are not
    applied. A JPEG of more than `MAX_PIXELS` pixels is read at half its width and height.

    Values of more than 8 bits are scaled, never clipped. 16-bit files that use at least half of 0..65535 are scaled by
    that whole range, as every viewer shows them; all others (satellites, 12-bit microscopes, depth maps, floats) by
    their own lowest and highest value, colours by those of all three together. In floats NaN and -inf become black,
    +inf white.

    `admits` is asked, once the header has said how large the picture is, whether so many bytes can be taken for it.

    Raises ImageError, whose text is one sentence, for everything that is not such a file, is damaged, has more than
    `MAX_BYTES` bytes or more than `MAX_PIXELS` pixels (`MAX_JPEG_PIXELS` as a JPEG), or is not admitted.

    >>> file = io.BytesIO()
    >>> Image.new("LA", (4, 3), (0, 0)).save(file, "PNG")
    >>> image = read_image(file.getvalue())
    >>> image.mode, image.size, image.getpixel((0, 0)), image.info["notes"]
    ('RGB', (4, 3), (255, 255, 255), ('Transparent parts are shown over white.',))
    >>> read_image(b"")
    Traceback (most recent call last):
    cnnviz.images.ImageError: This file is empty: choose another one, or send it again.
    """
    return _read(bytes(data), admits)[0]


def _read(data: bytes, admits: Callable[[int], bool]) -> tuple[Image.Image, tuple[int, int]]:
    """The picture in a file (see `read_image`), and the width and height that it has there, upright."""
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
        if kind == "TIFF" and isinstance(error, UnidentifiedImageError) and (bands := unknown_bands(data)):
            raise ImageError(bands) from error
        raise ImageError(
            f"This {_PLAIN_NAMES.get(kind, kind)} file is damaged, was cut off on its way, or is of an unusual kind: "
            "see if it opens on your computer, then send it again or save it as PNG."
        ) from error


def _decode(data: bytes, kind: str, admits: Callable[[int], bool]) -> tuple[Image.Image, tuple[int, int]]:
    """The first frame of a file of a known kind as RGB, upright, with its notes and nothing else in `info`.

    With it the width and height that it has in the file, upright.
    """
    passes = check_jpeg(data) if kind == "JPEG" else 1
    if kind == "PNG":
        check_png(data)
    elif kind == "TIFF":
        check_tags(data)
    with Image.open(io.BytesIO(data), formats=(kind,)) as opened:
        size, pixels = opened.size, opened.width * opened.height
        check_size(*size, kind)
        if passes * pixels > MAX_JPEG_SCANS * MAX_PIXELS:
            raise too_many_passes(MAX_JPEG_SCANS * MAX_PIXELS // pixels)
        if kind == "TIFF":
            check_tiff(opened)
        deep = is_deep_colour(opened)
        much = deep or is_deep_grey(opened) or opened.has_transparency_data
        notes = _frame_note(opened) + _left_out(opened)
        needed = 0
        if pixels > MAX_PIXELS:
            assert isinstance(opened, ImageFile.ImageFile)
            opened.draft(None, (opened.width // 2, opened.height // 2))
            notes += ("Read at half its size.",)
            # A JPEG of several passes is held whole until the last one, two bytes for each value.
            needed = 2 * len(opened.getbands()) * pixels if passes > 1 else 0
        if not admits(needed + (READING_MUCH if much else READING) * opened.width * opened.height):
            raise ImageError(
                "This server has no memory left for so large a picture at the moment: try again in a few minutes, or "
                "make it smaller and send that."
            )
        orientation = _orientation(opened)
        opened.load()
        # TIFF and AVIF are turned while they are loaded: only what is still to do is done here.
        still = _orientation(opened)
        if is_deep_grey(opened):
            image, more = _grey_to_rgb(opened)
        elif deep:
            image, more = _deep_colour_to_rgb(opened, data, kind)
        else:
            image, more = _colour_to_rgb(opened)
    if still in _UPRIGHT:
        image = image.transpose(_UPRIGHT[still])
    if orientation in _UPRIGHT:
        notes += ("Turned upright, as the camera noted.",)
    image.info = {"notes": notes + more}
    if pixels <= MAX_PIXELS:
        return image, image.size
    return image, (size[1], size[0]) if still in range(5, 9) else size


def _frame_note(opened: Image.Image) -> tuple[str, ...]:
    """What to say where the file holds more than the one picture that is used; counting them could take minutes."""
    if not getattr(opened, "is_animated", False):
        return ()
    if opened.format == "TIFF":
        return ("This file has several pages: the first is used.",)
    if opened.format == "MPO":
        return ("This file holds several pictures: the first is used.",)
    return ("This is an animation: its first frame is used.",)


def _left_out(opened: Image.Image) -> tuple[str, ...]:
    """What to say where a TIFF has more bands than are drawn, near infrared for example."""
    bands, drawn = int(tiff_tags(opened).get(TIFF_SAMPLES, 1)), len(opened.getbands())
    return (_bands_note(bands, drawn),) if bands > drawn else ()


def _bands_note(bands: int, drawn: int) -> str:
    uses = {1: "the first is drawn", 3: "the first three are drawn as red, green and blue"}
    return f"This file has {bands} bands: {uses.get(drawn, f'the first {drawn} are drawn')}."


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
    """A grey picture of more than 8 bits as RGB, scaled to 0..255 (see `read_image`)."""
    drawn = stretched_greys(opened)
    if drawn is None:
        raise ImageError("This picture has no finite value in it, only NaN or infinity: save it again from its source.")
    grey, values, note = drawn
    image, transparent = grey.convert("RGB"), opened.info.get("transparency")
    if not isinstance(transparent, int):
        return image, (note,)
    image, more = _over_white(image, _opaque(values != transparent))
    return image, (note, *more)


def _deep_colour_to_rgb(opened: Image.Image, data: bytes, kind: str) -> tuple[Image.Image, tuple[str, ...]]:
    """Colours of 16 bits as RGB: the upper byte of each value, or where those are dark all values scaled to 0..255."""
    drawn = stretched_colours(opened, lower_bytes(data, kind)) if is_dark(opened) else None
    if drawn is None:
        return _colour_to_rgb(opened)
    image, values, note = drawn
    transparent = opened.info.get("transparency")
    if isinstance(transparent, tuple):
        clear = np.logical_and.reduce([band == value for band, value in zip(values, transparent, strict=True)])
        image, more = _over_white(image, _opaque(~clear))
    elif opened.mode != "RGBA":
        more = ()
    elif kind == "TIFF" and np.asarray(opened.getchannel("A")).max() < 128:
        more = (_bands_note(4, 3),)  # as dark as the colours, and nowhere opaque: near infrared, say
    else:
        image, more = _over_white(image, opened.getchannel("A"))
    return image, (note, *more)


def _opaque(where: np.ndarray) -> Image.Image:
    """An alpha channel from where there is something, (H, W)."""
    return Image.fromarray(np.where(where, 255, 0).astype(np.uint8))


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
