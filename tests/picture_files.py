"""Makes the bytes of picture files: whole ones of every format, damaged ones, and bombs. See also `bad_pictures`."""

import io
import random
import struct
import zlib
from collections.abc import Iterator
from functools import cache

import numpy as np
from PIL import Image


def encode(image: Image.Image, kind: str, **settings: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def is_one_sentence(text: str) -> bool:
    """As a refusal has to be: short, whole, and of nobody's library."""
    whole = text[0].isupper() and text.endswith(".") and ". " not in text and "\n" not in text and len(text) < 260
    foreign = ("Error", "Exception", "PIL", "decod", "broken data stream", "image file", "0x", "None", "buffer")
    return whole and not [word for word in foreign if word in text]


def photo(width: int = 24, height: int = 16) -> Image.Image:
    """A smooth colour picture: red grows to the right, green downwards, so that its corners tell how it lies."""
    rows, columns = np.mgrid[0:height, 0:width]
    red = columns * 255 // max(width - 1, 1)
    green = rows * 255 // max(height - 1, 1)
    return Image.fromarray(np.stack([red, green, np.full_like(red, 40)], axis=2).astype(np.uint8))


def png_chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, depth: int, colour_type: int, rows: bytes, *more: bytes) -> bytes:
    """A PNG put together by hand; `more` are chunks before its pixels."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + pixels + png_chunk(b"IEND", b"")


def tiff(tags: dict[int, tuple[int, int]], pixels: bytes = b"\0" * 64) -> bytes:
    """A little-endian TIFF put together by hand from {tag: (type, value)} and pixels, which follow directly."""
    start = 8 + 2 + 12 * (len(tags) + 2) + 4
    tags = tags | {273: (4, start), 279: (4, len(pixels))}
    rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, (kind, value) in sorted(tags.items()))
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + rows + b"\0\0\0\0" + pixels


def tiff_tags(width: int, height: int, bits: int = 8) -> dict[int, tuple[int, int]]:
    return {256: (4, width), 257: (4, height), 258: (3, bits), 259: (3, 1), 262: (3, 1), 277: (3, 1), 278: (4, height)}


def iso_media(major_brand: bytes, *brands: bytes) -> bytes:
    """The beginning of an ISO media file (HEIC, AVIF, MP4 ...)."""
    box = b"ftyp" + major_brand + b"\0\0\0\0" + b"".join(brands)
    return struct.pack(">I", len(box) + 4) + box + b"\0\0\0\x08mdat" + b"\0" * 64


def progressive_jpeg_with_scans(scans: int, side: int = 64) -> bytes:
    """A progressive JPEG whose last pass is repeated."""
    data = encode(photo(side, side), "JPEG", progressive=True, quality=50)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + data[-2:]


def jpeg_that_says(width: int, height: int, mode: str = "RGB", passes: int = 0, **settings: object) -> bytes:
    """A small JPEG whose header says another size; with `passes` it has so many, whose last one is repeated."""
    data = encode(photo(64, 64).convert(mode), "JPEG", **({"progressive": True} if passes else {}), **settings)
    if passes:
        last = data.rindex(b"\xff\xda")
        data = data[:last] + data[last:-2] * (passes - data.count(b"\xff\xda") + 1) + data[-2:]
    return data.replace(struct.pack(">HH", 64, 64), struct.pack(">HH", height, width), 1)


@cache
def whole_files() -> dict[str, bytes]:
    """A small whole file of every format that is read, with what damage likes best: palettes, frames, tags."""

    def two_frames(kind: str) -> bytes:
        return encode(photo(), kind, save_all=True, append_images=[photo().rotate(180)])

    exif = Image.Exif()
    exif[274] = 6
    return {
        "png": encode(photo(), "PNG", exif=exif),
        "png-palette": encode(photo().quantize(8), "PNG", transparency=0),
        "png-16": encode(Image.fromarray(np.arange(384, dtype=np.uint16).reshape(16, 24) * 170), "PNG"),
        "jpeg": encode(photo(), "JPEG", exif=exif),
        "jpeg-progressive": encode(photo(), "JPEG", progressive=True),
        "jpeg-cmyk": encode(photo().convert("CMYK"), "JPEG"),
        "mpo": two_frames("MPO"),
        "gif": encode(photo(), "GIF"),
        "gif-animated": two_frames("GIF"),
        "webp": encode(photo(), "WEBP", exif=exif),
        "webp-lossless": encode(photo().convert("RGBA"), "WEBP", lossless=True),
        "webp-animated": two_frames("WEBP"),
        "bmp": encode(photo(), "BMP"),
        "bmp-palette": encode(photo().quantize(16), "BMP"),
        "tiff": encode(photo(), "TIFF", exif=exif),
        "tiff-lzw": encode(photo(), "TIFF", compression="tiff_lzw"),
        "tiff-jpeg": encode(photo(), "TIFF", compression="jpeg"),
        "tiff-pages": two_frames("TIFF"),
        "tiff-float": encode(Image.fromarray(np.linspace(-1, 1, 384, dtype=np.float32).reshape(16, 24)), "TIFF"),
        "avif": encode(photo(), "AVIF"),
    }


def damaged_files(seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Every whole file cut at many places, with bits turned over, with zeros, and with bytes taken out or put in."""
    dice = random.Random(seed)
    for name, data in whole_files().items():
        for number in range(12):
            cut = len(data) * number // 12
            yield f"{name} cut to {cut} bytes", data[:cut]
        for number in range(24):
            broken = bytearray(data)
            # Headers decide the most: half of the damage goes there.
            reach = min(len(data), 96) if number % 2 else len(data)
            for _ in range(1 + number % 4):
                broken[dice.randrange(reach)] ^= 1 << dice.randrange(8)
            yield f"{name} with bits turned over, {number}", bytes(broken)
        for number in range(6):
            at = dice.randrange(len(data))
            length = dice.randrange(1, 40)
            yield f"{name} with zeros, {number}", data[:at] + b"\0" * length + data[at + length :]
            yield f"{name} with a hole, {number}", data[:at] + data[at + length :]
            yield f"{name} with noise in between, {number}", data[:at] + dice.randbytes(length) + data[at:]


@cache
def bombs() -> dict[str, bytes]:
    """Small files that ask for a lot: of pixels, of memory, of time."""
    huge_gif = b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\0\0\0"
    huge_gif += b"\x2c" + struct.pack("<HHHH", 0, 0, 65535, 65535) + b"\0\x02\x02\x4c\x01\0\x3b"
    grown_gif = b"GIF89a" + struct.pack("<HH", 1, 1) + b"\0\0\0" + huge_gif[13:]
    text = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 80_000_000))
    profile = png_chunk(b"iCCP", b"icc\0\0" + zlib.compress(b"a" * 80_000_000))
    webp = b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0" + (16382).to_bytes(3, "little") * 2 + b"\0" * 8
    pixels = zlib.compress(b"\0" * 2000)
    tile = {259: (3, 8), 322: (4, 2**15), 323: (4, 2**15), 324: (4, 8), 325: (4, len(pixels))}
    return {
        "png of 10 gigapixels": png(100_000, 100_000, 8, 2, b"\0"),
        "png of 144 megapixels": png(12_000, 12_000, 1, 0, b"\0"),
        "png of the largest size": png(2**31 - 1, 2**31 - 1, 16, 6, b"\0"),
        "png with a text bomb": png(1, 1, 8, 0, b"\0\0", text),
        "png with a profile bomb": png(1, 1, 8, 0, b"\0\0", profile),
        "gif with a huge canvas": huge_gif,
        "gif whose frame outgrows its canvas": grown_gif,
        "webp with a huge canvas": webp,
        "bmp of 2 gigapixels": encode(photo(), "BMP")[:18] + struct.pack("<ii", 2**31 - 1, 1) + b"\0" * 60,
        "tiff of 16 exapixels": tiff(tiff_tags(2**32 - 1, 2**32 - 1)),
        "tiff with a tile of a gigapixel": tiff(tiff_tags(16, 16) | tile, pixels),
        "jpeg of 65500 by 65500": encode(photo(), "JPEG").replace(struct.pack(">HH", 16, 24), b"\xff\xdc\xff\xdc", 1),
        "jpeg with 5000 passes": progressive_jpeg_with_scans(5000),
        "jpeg of 66 megapixels": jpeg_that_says(9430, 7000),
        "jpeg of 65 megapixels with 39 passes": jpeg_that_says(9280, 7000, passes=39),
    }
