"""Makes the bytes of pictures that are strange, that are something else, or that mean harm."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

import numpy as np
from PIL import Image

from tests.picture_files import encode, iso_media, jpeg_that_says, photo, png, png_chunk, tiff, tiff_tags

MODES = (
    "1",
    "L",
    "LA",
    "La",
    "P",
    "PA",
    "RGB",
    "RGBA",
    "RGBa",
    "RGBX",
    "CMYK",
    "YCbCr",
    "LAB",
    "HSV",
    "I",
    "F",
    "I;16",
)
KINDS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")
NEARLY_FULL = 9_900_000  # bytes: as much of a piece as an upload may have

SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><script>document.title = 'taken over'</script><body>no</body></html>"


def in_mode(mode: str) -> Image.Image:
    """The photo in one of `MODES`, also in those that Pillow converts to only by a detour or not at all."""
    if mode in ("LAB", "RGBX"):
        return Image.frombytes(mode, (24, 16), bytes(range(24 * len(mode))) * 16)
    if mode == "I;16":
        return Image.fromarray(np.arange(384, dtype=np.uint16).reshape(16, 24) * 170)
    detour = {"PA": photo().quantize(8), "La": photo().convert("LA"), "RGBa": photo().convert("RGBA")}
    return detour.get(mode, photo()).convert(mode)


@cache
def every_mode() -> dict[str, bytes]:
    """Every mode in every format that Pillow can write it in."""
    files = {}
    for mode in MODES:
        for kind in KINDS:
            try:
                files[f"{kind} {mode}"] = encode(in_mode(mode), kind)
            except (OSError, ValueError, KeyError):  # this format does not know this mode
                continue
    return files


@cache
def shapes() -> dict[tuple[int, int], bytes]:
    """Pictures of the longest, the thinnest and the smallest sizes."""
    sizes = [(1, 1), (2, 1), (1, 60_000), (60_000, 1), (20_000, 2), (2, 20_000)]
    return {size: encode(Image.new("RGB", size, "teal"), "PNG") for size in sizes}


def archive(name: str = "cat.png") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as held:
        held.writestr(name, encode(photo(), "PNG"))
    return file.getvalue()


def mislabelled() -> dict[str, tuple[bytes, str | None]]:
    """The name a file is sent under -> (its bytes, a word of the refusal, None where it is a picture after all)."""
    return {
        "a png.jpg": (encode(photo(), "PNG"), None),
        "a jpeg.png": (encode(photo(), "JPEG"), None),
        "a gif.webp": (encode(photo(), "GIF"), None),
        "a bmp.avif": (encode(photo(), "BMP"), None),
        "no ending": (encode(photo(), "WEBP"), None),
        "text.png": (b"This is a letter.\n" * 40, "text"),
        "page.jpg": (HTML, "web page"),
        "drawing.png": (SVG, "drawing"),
        "archive.png": (archive(), "archive"),
        "document.gif": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"0" * 900, "PDF"),
        "program.bmp": (b"MZ\x90\0" + b"\0" * 200, "not a picture"),
        "script.png": (b"#!/bin/sh\nrm -rf /\n", "text"),
        "zeros.png": (b"\0" * 5000, "not a picture"),
        "one byte.png": (b"\x89", "not a picture"),
        "signature.png": (b"\x89PNG\r\n\x1a\n", "damaged"),
        "signature.jpg": (b"\xff\xd8", "damaged"),
        "signature.gif": (b"GIF89a", "damaged"),
        "signature.bmp": (b"BM", "damaged"),
        "signature.tif": (b"II*\0", "damaged"),
        "signature.webp": (b"RIFF\x04\0\0\0WEBP", "damaged"),
        "signature.avif": (iso_media(b"avif", b"avif"), "damaged"),
    }


def polyglots() -> dict[str, bytes]:
    """Pictures that are something else as well: what they are besides must not matter."""
    return {
        "png and zip": encode(photo(), "PNG") + archive(),
        "png and html": png(1, 1, 8, 0, b"\0\0", png_chunk(b"tEXt", b"Comment\0" + HTML)) + HTML,
        "gif and script": b"GIF89a/*" + encode(photo(), "GIF")[8:] + b"*/=1;alert(1)",
        "jpeg and html": encode(photo(), "JPEG", comment=HTML) + HTML,
        "jpeg and pdf": encode(photo(), "JPEG", comment=b"%PDF-1.7 1 0 obj") + b"%%EOF",
        "bmp and html": encode(photo(), "BMP") + HTML,
        "tiff and zip": encode(photo(), "TIFF") + archive(),
        "webp and html": encode(photo(), "WEBP") + HTML,
    }


def exif_of(num_tags: int, size: int) -> bytes:
    """EXIF whose tags all claim the same `size` bytes behind it."""
    start = 8 + 2 + 12 * num_tags + 4
    rows = b"".join(struct.pack("<HHII", 1000 + number, 1, size, start) for number in range(num_tags))
    return b"II*\0" + struct.pack("<IH", 8, num_tags) + rows + b"\0\0\0\0" + b"\0" * size


@cache
def broken_exif() -> dict[str, bytes]:
    """Notes of the camera that are wrong, endless, or in a circle, each in a PNG that is whole otherwise."""
    orientation = struct.pack("<HHI", 274, 3, 1)
    notes = {
        "empty": b"",
        "no header": b"no such thing",
        "only a header": b"II*\0",
        "points outside": b"II*\0\xff\xff\xff\x7f",
        "in a circle": b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 34665, 4, 1, 8) + struct.pack("<I", 8),
        "orientation 0": b"II*\0\x08\0\0\0\x01\0" + orientation + b"\0\0\0\0" + b"\0" * 4,
        "orientation 99": b"II*\0\x08\0\0\0\x01\0" + orientation + b"\x63\0\0\0" + b"\0" * 4,
        "orientation as text": b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHI", 274, 2, 4) + b"six\0" + b"\0" * 4,
        "orientation as a fraction": b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 274, 5, 1, 26) + b"\0" * 12,
        "4294967295 orientations": b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 274, 3, 2**32 - 1, 26) + b"\0" * 4,
        "many tags": exif_of(60_000, 100),
        "many large tags": exif_of(60_000, 9_000_000),
        "noise": bytes(np.random.default_rng(0).integers(0, 256, 4000, dtype=np.uint8)),
    }
    return {name: png(1, 1, 8, 0, b"\0\0", png_chunk(b"eXIf", note)) for name, note in notes.items()}


def jpeg_with(marker: int, content: bytes, times: int) -> bytes:
    """A JPEG with the same segment many times before its pixels."""
    data = encode(photo(), "JPEG")
    return data[:2] + (b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content) * times + data[2:]


def png_full_of(name: bytes, content: bytes = b"") -> bytes:
    chunk = png_chunk(name, content)
    return png(1, 1, 8, 0, b"\0\0", chunk * (NEARLY_FULL // len(chunk)))


def gif_full_of(block: bytes) -> bytes:
    data = encode(photo(), "GIF")
    start = 13 + 3 * (2 << (data[10] & 7))  # behind its palette
    return data[:start] + block * (NEARLY_FULL // len(block)) + data[start:]


def tiff_pages(count: int) -> bytes:
    """A TIFF of many pages of one pixel each; with -1 its only page is followed by itself."""
    tags = sorted((tiff_tags(1, 1) | {273: (4, 0), 279: (4, 1)}).items())
    rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, (kind, value) in tags)
    length = 2 + len(rows) + 4
    nexts = [8] if count == -1 else [*(8 + length * number for number in range(1, count)), 0]
    return b"II*\0\x08\0\0\0" + b"".join(struct.pack("<H", len(tags)) + rows + struct.pack("<I", at) for at in nexts)


def tiff_of_many_tags(count: int, size: int) -> bytes:
    """A TIFF with thousands of tags that all claim the same bytes, its pixels among them."""
    start = 8 + 2 + 12 * count + 4
    needed = tiff_tags(16, 16) | {273: (4, start), 279: (4, 256)}
    others = [tag for tag in range(1000, 66_000) if tag not in needed][: count - len(needed)]
    tags = {tag: (kind, 1, value) for tag, (kind, value) in needed.items()} | dict.fromkeys(others, (1, size, start))
    rows = b"".join(struct.pack("<HHII", tag, *told) for tag, told in sorted(tags.items()))
    return b"II*\0" + struct.pack("<IH", 8, count) + rows + b"\0\0\0\0" + b"\0" * size


def apng(frames: int) -> bytes:
    pieces = [struct.pack(">IIIIIHHBB", number, 1, 1, 0, 0, 1, 1, 0, 0) for number in range(frames)]
    control = png_chunk(b"acTL", struct.pack(">II", frames, 0))
    return png(1, 1, 8, 0, b"\0\0", control, *(png_chunk(b"fcTL", piece) for piece in pieces))


def dark_rows(bands: int, order: str) -> bytes:
    """16-bit values that grow downwards to 4999, for a picture of 5000 by 5000; a PNG has a byte before each row."""
    before = b"\0" if order == ">" else b""
    return b"".join(before + struct.pack(f"{order}H", row) * (5000 * bands) for row in range(5000))


def packed(text: bytes) -> bytes:
    return zlib.compress(text)


def profile(content: bytes) -> bytes:
    """As ImageMagick writes EXIF into a text."""
    return b"\nexif\n1\n" + content.hex().encode()


# Up to 10 MB each, made when they are needed: many small pieces, or few that grow.
HEAVY: dict[str, Callable[[], bytes]] = {
    "jpeg of tiny EXIF pieces": lambda: jpeg_with(0xE1, b"Exif\0\0a", 880_000),
    "jpeg of large EXIF pieces": lambda: jpeg_with(0xE1, b"Exif\0\0" + b"a" * 60_000, 160),
    "jpeg of empty segments": lambda: jpeg_with(0xE5, b"", 2_400_000),
    "jpeg of comments": lambda: jpeg_with(0xFE, b"", 2_400_000),
    "jpeg of profile pieces": lambda: jpeg_with(0xE2, b"ICC_PROFILE\0\1\1", 550_000),
    "jpeg of tables": lambda: jpeg_with(0xDB, b"", 2_400_000),
    "jpeg of Photoshop's notes": lambda: jpeg_with(0xED, b"Photoshop 3.0\0" + b"8BIM\4\4" + b"\0" * 60_000, 160),
    "jpeg of fill bytes": lambda: b"\xff\xd8" + b"\xff" * NEARLY_FULL + encode(photo(), "JPEG")[2:],
    "jpeg of fill bytes and no more": lambda: b"\xff\xd8" + b"\xff" * NEARLY_FULL,
    "jpeg of tiny EXIF pieces after its end": lambda: (
        b"\xff\xd8\xff\xd9" + jpeg_with(0xE1, b"Exif\0\0a", 700_000)[2:]
    ),
    "jpeg of fill bytes in pieces": lambda: jpeg_with(0xF0, b"\xff" * 60_000, 160),
    "jpeg of zeros": lambda: b"\xff\xd8" + b"\0" * NEARLY_FULL + encode(photo(), "JPEG")[2:],
    "png of unknown chunks": lambda: png_full_of(b"abCd"),
    "png of texts": lambda: png_full_of(b"tEXt", b"a\0b"),
    "png of packed texts": lambda: png_full_of(b"zTXt", b"a\0\0" + packed(b"x" * 100_000)),
    "png of growing texts": lambda: png_full_of(b"iTXt", b"a\0\1\0\0\0" + packed(b"x" * 1_000_000)),
    "png of empty pixels": lambda: png_full_of(b"IDAT"),
    "png with packed EXIF": lambda: png(
        1, 1, 8, 0, b"\0\0", png_chunk(b"zTXt", b"Raw profile type exif\0\0" + packed(profile(exif_of(30_000, 9))))
    ),
    "png with a large profile": lambda: png(
        1, 1, 8, 0, b"\0\0", png_chunk(b"iCCP", b"icc\0\0" + packed(b"a" * 100_000_000))
    ),
    "png of 200,000 frames": lambda: apng(200_000),
    "gif of comments": lambda: gif_full_of(b"\x21\xfe\x01a\0"),
    "gif of applications": lambda: gif_full_of(b"\x21\xff\x01a\0"),
    "gif of nothing": lambda: gif_full_of(b"\0"),
    "tiff of 80,000 pages": lambda: tiff_pages(80_000),
    "tiff in a circle": lambda: tiff_pages(-1),
    "tiff of many large tags": lambda: tiff_of_many_tags(60_000, 9_000_000),
}  # fmt: skip


# The largest that are read, each small as a file: what they take is what one visitor can ask of the server.
LARGEST: dict[str, Callable[[], bytes]] = {
    "png of 16 bits, half transparent": lambda: png(5000, 5000, 16, 6, (b"\0" + b"\1\2" * 20_000) * 5000),
    "tiff of floats": lambda: encode(
        Image.fromarray((np.arange(25_000_000, dtype=np.float32) // 65_536).reshape(5000, 5000)),
        "TIFF", compression="tiff_adobe_deflate",
    ),
    "png of dark 16-bit colours, half transparent": lambda: png(5000, 5000, 16, 6, dark_rows(4, ">")),
    "tiff of dark 16-bit colours": lambda: tiff(
        tiff_tags(5000, 5000, 16) | {259: (3, 8), 262: (3, 2), 277: (3, 3)}, packed(dark_rows(3, "<"))
    ),
    "webp, half transparent": lambda: encode(
        Image.new("RGBA", (5000, 5000), (1, 2, 3, 99)), "WEBP", lossless=True, method=0, quality=0
    ),
}  # fmt: skip


# The largest JPEGs, a kilobyte each: what a decoder takes for one depends on what its header says.
LARGEST_JPEGS: dict[str, Callable[[], bytes]] = {
    "one pass": lambda: jpeg_that_says(9280, 7000),
    "several passes": lambda: jpeg_that_says(9280, 7000, progressive=True, subsampling=0),
    "several passes, four colours": lambda: jpeg_that_says(9280, 7000, "CMYK", progressive=True, subsampling=0),
    "as many passes as are read": lambda: jpeg_that_says(9280, 7000, passes=38),
}  # fmt: skip
