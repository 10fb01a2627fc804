"""Which kind of file a handful of bytes is, told by its first bytes and never by its name.

`picture_kind` answers for the formats this program reads; `why_not_a_picture` finds the sentence for everything else,
so that the person who chose the file learns what it is and what would work instead.
"""

import codecs

PICTURE_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")

_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
}

_HEIC = (
    "This is an HEIC photo, which cannot be read here: on an iPhone choose Settings, Camera, Formats, Most Compatible "
    "and take it again, or export the photo as JPEG from your photo app, and send the JPEG."
)
CAMERA_RAW = (
    "This is a camera RAW file, which must be developed first: export it as JPEG from your camera or photo program."
)
_VIDEO = "This is a video, not a picture: pause it where you like it, take a screenshot, and send that."
_JPEG_2000 = "This is a JPEG 2000 picture, which cannot be read here: save it as JPEG or PNG and send that."
_JPEG_XL = "This is a JPEG XL picture, which cannot be read here: save it as JPEG or PNG and send that."
_ICON = "This is an icon file, which holds several tiny pictures: save the largest one as PNG and send that."
_ARCHIVE = "This is an archive or an office document, not a picture: take the picture out of it and send that."
_SVG = "This is an SVG, a drawing made of lines and shapes instead of pixels: export it as PNG and send that."
_PDF = "This is a PDF document, not a picture: export the page as PNG, or take a screenshot of it, and send that."
_PSD = "This is a Photoshop document, which cannot be read here: save a copy as PNG or JPEG and send that."
_GIMP = "This is a GIMP document, which cannot be read here: export it as PNG or JPEG and send that."
_DICOM = "This is a medical DICOM file, which cannot be read here: export the picture as PNG and send that."
_WEB_PAGE = "This is a web page, not a picture: save the picture on it by itself and send that."
_TEXT = "This is text, not a picture: choose a photo in PNG, JPEG, GIF, WebP, BMP, TIFF or AVIF format."
_UNKNOWN = (
    "This file is not a picture of a kind that can be read here: "
    "choose one in PNG, JPEG, GIF, WebP, BMP, TIFF or AVIF format."
)

# (where, which bytes, sentence): the first that fits is told.
_FOREIGN = (
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", _JPEG_XL),
    (0, b"\xff\x0a", _JPEG_XL),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", _JPEG_2000),
    (0, b"\xff\x4f\xff\x51", _JPEG_2000),
    (0, b"8BPS", _PSD),
    (0, b"gimp xcf", _GIMP),
    (0, b"\0\0\x01\0", _ICON),
    (0, b"\0\0\x02\0", _ICON),
    (0, b"icns", _ICON),
    (0, b"PK\x03\x04", _ARCHIVE),
    (0, b"\x1f\x8b", _ARCHIVE),
    (0, b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (0, b"Rar!", _ARCHIVE),
    (0, b"\xd0\xcf\x11\xe0", _ARCHIVE),
    (0, b"FUJIFILMCCD-RAW", CAMERA_RAW),
    (0, b"IIRO", CAMERA_RAW),
    (0, b"IIRS", CAMERA_RAW),
    (0, b"MMOR", CAMERA_RAW),
    (0, b"IIU\0", CAMERA_RAW),
    (0, b"FOVb", CAMERA_RAW),
    (0, b"\0MRM", CAMERA_RAW),
    (8, b"CR\x02", CAMERA_RAW),
    (0, b"\x1a\x45\xdf\xa3", _VIDEO),
    (8, b"AVI ", _VIDEO),
    (0, b"\0\0\x01\xba", _VIDEO),
    (0, b"\0\0\x01\xb3", _VIDEO),
    (0, b"FLV\x01", _VIDEO),
    (128, b"DICM", _DICOM),
)

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"mif2"}


def _brands(data: bytes) -> list[bytes]:
    """The brands of an ISO media file (HEIC, AVIF, MP4 and their kin), the major one first; [] for anything else."""
    if data[4:8] != b"ftyp":
        return []
    end = min(int.from_bytes(data[:4]), len(data), 256)
    return [data[8:12], *(data[at : at + 4] for at in range(16, end, 4))]


def picture_kind(data: bytes) -> str | None:
    """The Pillow name of the picture format these bytes start like, or None where it is none of `PICTURE_FORMATS`.

    >>> picture_kind(b"GIF89a and so on")
    'GIF'
    >>> picture_kind(b"%PDF-1.7") is None
    True
    """
    if data[8:11] == b"CR\x02":  # a Canon RAW file begins as a TIFF does
        return None
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    brands = _brands(data)
    # A file of the general kind "mif1" is AVIF or HEIC: the further brands tell.
    if brands and brands[0] in {b"avif", b"avis", b"mif1", b"msf1"} and {b"avif", b"avis"} & set(brands):
        return "AVIF"
    return None


def why_not_a_picture(data: bytes) -> str:
    """The sentence for bytes that are none of `PICTURE_FORMATS`: what the file is, and what to send instead.

    >>> why_not_a_picture(b"%PDF-1.7")
    'This is a PDF document, not a picture: export the page as PNG, or take a screenshot of it, and send that.'
    """
    for where, signature, sentence in _FOREIGN:
        if data.startswith(signature, where):
            return sentence
    brands = _brands(data)
    if brands:
        if brands[0] == b"crx ":
            return CAMERA_RAW
        return _HEIC if _HEIC_BRANDS & set(brands[:1]) else _VIDEO
    return _why_not_text(data[:4096])


def _why_not_text(head: bytes) -> str:
    """The sentence for a file known by the words in it."""
    words = head.replace(b"\0", b"").lower()  # without its zero bytes, UTF-16 reads like ASCII
    if b"%pdf-" in words[:1024]:
        return _PDF
    if b"<svg" in words:
        return _SVG
    if b"<!doctype html" in words or b"<html" in words:
        return _WEB_PAGE
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return _UNKNOWN
    return _TEXT if all(letter.isprintable() or letter.isspace() for letter in text) else _UNKNOWN
