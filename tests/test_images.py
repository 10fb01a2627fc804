import concurrent.futures
import hashlib
import io
import math
import struct
import time
import warnings
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, ImageFile, TiffImagePlugin, WebPImagePlugin

from cnnviz.images import (
    LONGEST_KEPT,
    MAX_BYTES,
    MAX_KEPT_PIXELS,
    MAX_NAME_LENGTH,
    READING,
    READING_MUCH,
    SHORTEST_KEPT,
    ImageError,
    Picture,
    display_name,
    fit_for_keeping,
    read_image,
    read_picture,
)
from tests.picture_files import (
    bombs,
    damaged_files,
    encode,
    is_one_sentence,
    iso_media,
    jpeg_that_says,
    photo,
    png,
    png_chunk,
    progressive_jpeg_with_scans,
    tiff,
    tiff_tags,
    whole_files,
)

# Pillow warns about odd tags and large sizes while it reads; what is tested is that the answer is right all the same.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL", "ignore::PIL.Image.DecompressionBombWarning")


def refusal(data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        read_image(data)
    return str(caught.value)


def greys(image: Image.Image) -> np.ndarray:
    """The one grey value of each pixel, (H, W); the three channels have to agree."""
    values = np.asarray(image)
    assert (values == values[..., :1]).all()
    return values[..., 0]


def notes(image: Image.Image) -> str:
    return " ".join(image.info["notes"])


# Formats and modes


@pytest.mark.parametrize("name", whole_files())
def test_every_format_gives_a_plain_rgb_picture_with_notes_only(name: str) -> None:
    image = read_image(whole_files()[name])
    assert type(image) is Image.Image
    assert image.mode == "RGB"
    assert sorted(image.size) == [16, 24]
    assert list(image.info) == ["notes"]
    assert not image.getexif()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "WEBP"])
def test_lossless_formats_keep_every_pixel(kind: str) -> None:
    settings = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    image = read_image(encode(photo(), kind, **settings))
    assert np.array_equal(np.asarray(image), np.asarray(photo()))
    assert image.info["notes"] == ()


@pytest.mark.parametrize("kind", ["JPEG", "AVIF", "WEBP", "MPO"])
def test_lossy_formats_keep_the_picture_nearly_as_it_was(kind: str) -> None:
    image = read_image(encode(photo(96, 64), kind, quality=95))
    difference = np.abs(np.asarray(image).astype(int) - np.asarray(photo(96, 64)).astype(int))
    assert difference.mean() < 4


def test_bytearray_and_memoryview_are_bytes_too() -> None:
    data = encode(photo(), "PNG")
    assert read_image(bytearray(data)).tobytes() == read_image(memoryview(data)).tobytes() == photo().tobytes()


def test_black_and_white_is_black_and_white() -> None:
    image = Image.new("1", (2, 1))
    image.putpixel((1, 0), 1)
    for kind in ("PNG", "BMP", "TIFF"):
        assert greys(read_image(encode(image, kind))).tolist() == [[0, 255]]


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_shows_the_right_colours_and_says_so(kind: str) -> None:
    # Ink: none is white, all black ink is black, yellow and magenta make red. JPEGs store CMYK inverted, as Adobe does.
    stripes = Image.new("CMYK", (48, 16))
    stripes.paste((0, 0, 0, 255), (16, 0, 32, 16))
    stripes.paste((0, 255, 255, 0), (32, 0, 48, 16))
    image = read_image(encode(stripes, kind))
    for x, expected in ((8, (255, 255, 255)), (24, (0, 0, 0)), (40, (255, 0, 0))):
        assert image.getpixel((x, 8)) == pytest.approx(expected, abs=12)
    assert "CMYK" in notes(image)


def test_lab_shows_the_right_colours() -> None:
    # In the file, a and b are signed bytes: L = 255 with a = b = 0 is white; L = 136, a = 81, b = 70 is sRGB's red.
    lab = Image.frombytes("LAB", (3, 1), bytes([255, 0, 0, 0, 0, 0, 138, 81, 70]))
    image = read_image(encode(lab, "TIFF"))
    expected = [(255, 255, 255), (0, 0, 0), (255, 0, 0)]
    for x, colour in enumerate(expected):
        assert image.getpixel((x, 0)) == pytest.approx(colour, abs=8)


def test_ycbcr_shows_the_right_colours() -> None:
    image = read_image(encode(Image.new("RGB", (8, 8), (200, 40, 90)).convert("YCbCr"), "TIFF"))
    assert image.getpixel((3, 3)) == pytest.approx((200, 40, 90), abs=3)


def test_colour_profiles_leave_the_numbers_alone() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert read_image(encode(photo(), "PNG", icc_profile=profile)).tobytes() == photo().tobytes()


# Transparency


def half_transparent(mode: str) -> Image.Image:
    """Two pixels of pure colour: the left one opaque, the right one not there at all."""
    image = Image.new("RGBA", (2, 1), (10, 10, 10, 255))
    image.putpixel((1, 0), (10, 10, 10, 0))
    return image.convert(mode)


@pytest.mark.parametrize(("mode", "kind"), [("RGBA", "PNG"), ("LA", "PNG"), ("RGBA", "TIFF"), ("PA", "TIFF")])
def test_what_is_transparent_lies_over_white_and_is_said(mode: str, kind: str) -> None:
    image = read_image(encode(half_transparent(mode), kind))
    assert greys(image).tolist() == [[10, 255]]
    assert "Transparent parts are shown over white." in image.info["notes"]


def test_half_transparent_is_mixed_with_white() -> None:
    assert read_image(encode(Image.new("RGBA", (1, 1), (0, 0, 0, 51)), "PNG")).getpixel((0, 0)) == (204, 204, 204)


def test_a_palette_with_transparency_lies_over_white() -> None:
    image = Image.new("P", (3, 1))
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    for x in range(3):
        image.putpixel((x, 0), x)
    for kind, transparency in (("PNG", 1), ("GIF", 1), ("PNG", bytes([255, 0, 255]))):
        read = read_image(encode(image, kind, transparency=transparency))
        assert [read.getpixel((x, 0)) for x in range(3)] == [(255, 0, 0), (255, 255, 255), (0, 0, 255)]
        assert "white" in notes(read)


def test_an_alpha_channel_that_hides_nothing_is_not_mentioned() -> None:
    image = read_image(encode(photo().convert("RGBA"), "PNG"))
    assert image.tobytes() == photo().tobytes()
    assert image.info["notes"] == ()


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("colour_type", [0, 2])
def test_a_single_transparent_colour_lies_over_white(depth: int, colour_type: int) -> None:
    # Three pixels, the middle one of the transparent colour, as grey (0) or RGB (2), in 8 or 16 bits.
    channels = 1 if colour_type == 0 else 3
    dark, clear, bright = (3, 9, 99) if depth == 8 else (3 * 257, 9 * 257 + 1, 99 * 257)
    pack = "B" if depth == 8 else "H"
    values = [value for value in (dark, clear, bright) for _ in range(channels)]
    rows = b"\0" + struct.pack(f">{3 * channels}{pack}", *values)
    transparent = png_chunk(b"tRNS", struct.pack(f">{channels}H", *[clear] * channels))
    image = read_image(png(3, 1, depth, colour_type, rows, transparent))
    assert image.getpixel((1, 0)) == (255, 255, 255)
    assert greys(image)[0, 0] < 5
    assert "Transparent parts are shown over white." in image.info["notes"]


# Greys of more than 8 bits


def test_sixteen_bits_in_full_use_are_scaled_by_their_whole_range() -> None:
    values = np.array([[257, 25700, 51400, 65278]], np.uint16)  # multiples of 65535 / 255 = 257
    image = read_image(encode(Image.fromarray(values), "PNG"))
    assert greys(image).tolist() == [[1, 100, 200, 254]]
    assert notes(image) == "Greys from 0 to 65535 are drawn as black to white."


def test_twelve_bits_in_a_sixteen_bit_file_are_not_shown_nearly_black() -> None:
    image = read_image(encode(Image.fromarray(np.array([[0, 1024, 4095]], np.uint16)), "PNG"))
    assert greys(image).tolist() == [[0, 64, 255]]
    assert notes(image) == "Greys from 0 to 4095 are drawn as black to white."


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "I", "F"])
def test_greys_of_many_bits_keep_their_order(mode: str) -> None:
    rising = np.linspace(0, 65535, 200).astype(np.int32)[None]
    image = Image.fromarray(rising.astype(np.uint16)) if mode == "I;16" else Image.fromarray(rising)
    if mode == "I;16B":
        image = Image.frombytes("I;16B", (200, 1), rising.astype(">u2").tobytes())
    elif mode == "F":
        image = image.convert("F")
    shown = greys(read_image(encode(image, "TIFF")))[0].astype(int)
    assert shown[0] == 0
    assert shown[-1] == 255
    assert (np.diff(shown) >= 0).all()
    assert len(set(shown)) > 190


def test_integers_of_32_bits_are_scaled_by_their_own_range_also_below_zero() -> None:
    values = np.array([[-2_000_000_000, 0, 2_000_000_000]], np.int32)
    assert greys(read_image(encode(Image.fromarray(values), "TIFF"))).tolist() == [[0, 128, 255]]


def test_unsigned_32_bits_do_not_turn_negative() -> None:
    tags = tiff_tags(3, 1, 32) | {339: (3, 1)}
    image = read_image(tiff(tags, struct.pack("<III", 0, 2**31, 2**32 - 1)))
    assert greys(image).tolist() == [[0, 128, 255]]


def test_floats_are_scaled_by_their_own_range() -> None:
    image = read_image(encode(Image.fromarray(np.array([[-0.5, 0.0, 1.5]], np.float32)), "TIFF"))
    assert greys(image).tolist() == [[0, 64, 255]]


def test_nan_is_black_and_infinity_is_white() -> None:
    values = np.array([[math.nan, -math.inf, 2.0, 3.0, 4.0, math.inf]], np.float32)
    image = read_image(encode(Image.fromarray(values), "TIFF"))
    assert greys(image).tolist() == [[0, 0, 0, 128, 255, 255]]


def test_the_largest_floats_do_not_overflow() -> None:
    values = np.array([[-3e38, 0, 3e38]], np.float32)
    assert greys(read_image(encode(Image.fromarray(values), "TIFF"))).tolist() == [[0, 128, 255]]


def test_floats_without_a_single_number_are_refused_in_words() -> None:
    text = refusal(encode(Image.fromarray(np.full((2, 2), math.nan, np.float32)), "TIFF"))
    assert is_one_sentence(text)
    assert "NaN" in text


@pytest.mark.parametrize("values", [np.full((3, 3), 7, np.uint16), np.full((3, 3), 0.25, np.float32)])
def test_a_picture_of_one_value_is_middle_grey(values: np.ndarray) -> None:
    assert (greys(read_image(encode(Image.fromarray(values), "TIFF"))) == 128).all()


def test_white_is_zero_is_turned_round() -> None:
    values = Image.fromarray(np.array([[0, 65535]], np.uint16))
    assert greys(read_image(encode(values, "TIFF", tiffinfo={262: 0}))).tolist() == [[255, 0]]


def test_colours_of_16_bits_keep_their_upper_8() -> None:
    rows = b"\0" + struct.pack(">HHH", 65535, 32768, 255)
    assert read_image(png(1, 1, 16, 2, rows)).getpixel((0, 0)) == (255, 128, 0)


# Colours of 16 bits, and bands beyond three


def tiff_of(values: np.ndarray, *extra: int, order: Any = "<", **settings: Any) -> bytes:
    """A TIFF of values (H, W, bands), which are red, green and blue and then what `extra` says (0: not said)."""
    file = io.BytesIO()
    more: dict[str, Any] = {"extrasamples": extra} if extra else {}
    tifffile.imwrite(file, values, photometric="rgb", byteorder=order, **more, **settings)
    return file.getvalue()


def satellite(bands: int, high: int = 4000) -> np.ndarray:
    """Values from 0 to `high`, (8, 10, bands) of 16 bits; red grows to the right, green downwards."""
    rows, columns = np.mgrid[0:8, 0:10]
    planes = [columns / 9, rows / 7, (rows + columns) / 16, 1 - columns / 9, rows * columns / 63]
    return (np.stack(planes[:bands], axis=2) * high).round().astype(np.uint16)


PACKED: dict[str, Any] = {"compression": "zlib", "predictor": True}


@pytest.mark.parametrize("settings", [{}, PACKED, {"order": ">"}, {"order": ">", **PACKED}, {"tile": (16, 16)}])
def test_16_bit_colours_are_stretched_as_greys_are(settings: dict[str, Any]) -> None:
    values = satellite(3)
    image = read_image(tiff_of(values, **settings))
    assert np.asarray(image).tolist() == np.round(values / 4000 * 255).astype(int).tolist()
    assert image.info["notes"] == ("Colour values from 0 to 4000 are drawn as 0 to 255.",)


def test_16_bit_colours_are_stretched_together_so_that_their_hue_stays() -> None:
    image = read_image(tiff_of(np.array([[[1000, 2000, 3000], [1000, 1000, 1000]]], np.uint16)))
    assert np.asarray(image).tolist() == [[[0, 128, 255], [0, 0, 0]]]


def test_16_bit_colours_in_full_use_keep_their_upper_8_bits_in_a_tiff_too() -> None:
    values = satellite(3, 65535)
    image = read_image(tiff_of(values))
    assert np.asarray(image).tolist() == (values >> 8).tolist()
    assert image.info["notes"] == ()


def test_16_bit_colours_of_one_value_stay_what_they_are() -> None:
    assert read_image(tiff_of(np.full((2, 2, 3), 770, np.uint16))).getpixel((0, 0)) == (3, 3, 3)


@pytest.mark.parametrize("settings", [{}, PACKED, {"order": ">"}])
@pytest.mark.parametrize("meaning", [0, 2])
def test_near_infrared_is_not_drawn_and_that_is_said(meaning: int, settings: dict[str, Any]) -> None:
    """Whether the file says nothing about its fourth band or takes it for transparency, as some programs write it."""
    values = satellite(4)
    image = read_image(tiff_of(values, meaning, **settings))
    assert np.asarray(image).tolist() == np.round(values[..., :3] / 4000 * 255).astype(int).tolist()
    assert "This file has 4 bands: the first three are drawn as red, green and blue." in image.info["notes"]


def test_bands_of_8_bits_that_are_not_drawn_are_mentioned_too() -> None:
    values = (satellite(5) >> 4).astype(np.uint8)
    for bands, extra in ((4, (0,)), (5, (0, 0))):
        image = read_image(tiff_of(values[..., :bands], *extra))
        assert np.asarray(image).tolist() == values[..., :3].tolist()
        assert f"This file has {bands} bands: the first three are drawn" in notes(image)
    assert read_image(tiff_of(values[..., :3])).info["notes"] == ()


def test_a_transparent_band_of_16_bits_is_transparency() -> None:
    values = satellite(4)
    values[..., 3] = 65535
    values[0, 0, 3] = 0
    image = read_image(tiff_of(values, 2))
    assert image.getpixel((0, 0)) == (255, 255, 255)
    assert image.getpixel((9, 0)) == (255, 0, 143)
    assert "Transparent parts are shown over white." in image.info["notes"]


def test_dark_16_bit_colours_of_a_png_are_stretched_too_also_with_a_transparent_colour() -> None:
    pixels = [(0, 1000, 4000), (7, 8, 9), (4000, 0, 0)]
    rows = b"\0" + b"".join(struct.pack(">HHH", *pixel) for pixel in pixels)
    expected = [(0, 64, 255), (0, 1, 1), (255, 0, 0)]
    assert list(read_image(png(3, 1, 16, 2, rows)).get_flattened_data()) == expected
    image = read_image(png(3, 1, 16, 2, rows, png_chunk(b"tRNS", struct.pack(">HHH", *pixels[1]))))
    assert list(image.get_flattened_data()) == [expected[0], (255, 255, 255), expected[2]]


def test_a_tiff_of_16_bit_colours_is_turned_upright() -> None:
    upright = np.asarray(read_image(tiff_of(satellite(3))))
    image = read_image(tiff_of(satellite(3), extratags=[(274, "H", 1, 6, True)]))
    assert np.asarray(image).tolist() == np.rot90(upright, -1).tolist()


BANDS_IN_OTHER_WAYS: dict[str, tuple[np.ndarray, dict[str, Any]]] = {
    "3 bands of 32 bits": (satellite(3).astype(np.float32), {"photometric": "rgb"}),
    "1 band of 64 bits": (satellite(3)[..., 0].astype(np.float64), {}),
    "4 bands of 16 bits": (satellite(4), {"photometric": "minisblack", "planarconfig": "contig"}),
    "2 bands of 16 bits": (satellite(2), {"photometric": "minisblack", "planarconfig": "contig"}),
    "one after the other": (np.moveaxis(satellite(3), 2, 0), {"photometric": "rgb", "planarconfig": "separate"}),
}


@pytest.mark.parametrize("words", BANDS_IN_OTHER_WAYS)
@pytest.mark.parametrize("settings", [{}, {"compression": "zlib"}, {"bigtiff": True}])
def test_bands_that_cannot_be_read_are_named(words: str, settings: dict[str, Any]) -> None:
    values, more = BANDS_IN_OTHER_WAYS[words]
    file = io.BytesIO()
    tifffile.imwrite(file, values, **more, **settings)
    text = refusal(file.getvalue())
    assert words in text
    assert is_one_sentence(text)


def test_a_tiff_of_one_band_is_read_with_16_bits_and_with_floats() -> None:
    for values in (satellite(3)[..., 0], satellite(3)[..., 0].astype(np.float32)):
        file = io.BytesIO()
        tifffile.imwrite(file, values)
        image = read_image(file.getvalue())
        assert greys(image).tolist() == np.round(values / 4000 * 255).astype(int).tolist()
        assert notes(image) == "Greys from 0 to 4000 are drawn as black to white."


# Orientation

RED, GREEN, BLUE, WHITE = (230, 20, 20), (20, 200, 20), (20, 20, 230), (250, 250, 250)
# Where the stored corners (red, green, blue, white: clockwise from the top left) lie in the upright picture, clockwise
# from its top left. From the EXIF standard: the number says on which sides stored row 0 and column 0 belong.
CORNERS = {
    1: (RED, GREEN, BLUE, WHITE),
    2: (GREEN, RED, WHITE, BLUE),
    3: (BLUE, WHITE, RED, GREEN),
    4: (WHITE, BLUE, GREEN, RED),
    5: (RED, WHITE, BLUE, GREEN),
    6: (WHITE, RED, GREEN, BLUE),
    7: (BLUE, GREEN, RED, WHITE),
    8: (GREEN, BLUE, WHITE, RED),
}


def four_corners() -> Image.Image:
    image = Image.new("RGB", (64, 32), WHITE)
    image.paste(RED, (0, 0, 32, 16))
    image.paste(GREEN, (32, 0, 64, 16))
    image.paste(BLUE, (32, 16, 64, 32))
    return image


def corners_of(image: Image.Image) -> list[float | tuple[int, ...] | None]:
    right, bottom = image.width - 5, image.height - 5
    return [image.getpixel(at) for at in ((4, 4), (right, 4), (right, bottom), (4, bottom))]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "MPO"])
@pytest.mark.parametrize("orientation", CORNERS)
def test_every_exif_orientation_is_turned_upright(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    image = read_image(encode(four_corners(), kind, exif=exif, quality=95))
    assert image.size == ((64, 32) if orientation < 5 else (32, 64))
    for found, expected in zip(corners_of(image), CORNERS[orientation], strict=True):
        assert found == pytest.approx(expected, abs=40)
    assert ("Turned upright" in notes(image)) == (orientation != 1)


def test_an_exif_chunk_after_the_pixels_of_a_png_counts_too() -> None:
    exif = Image.Exif()
    exif[274] = 6
    data = encode(four_corners(), "PNG")
    chunk = png_chunk(b"eXIf", exif.tobytes()[6:])
    image = read_image(data[:-12] + chunk + data[-12:])
    assert image.size == (32, 64)
    assert notes(image).startswith("Turned upright")


def test_a_picture_of_several_pages_is_turned_once() -> None:
    pages = {"save_all": True, "append_images": [four_corners()]}
    image = read_image(encode(four_corners(), "TIFF", tiffinfo={274: 6}, **pages))
    for found, expected in zip(corners_of(image), CORNERS[6], strict=True):
        assert found == expected


def test_a_grey_picture_of_16_bits_is_turned_too() -> None:
    exif = Image.Exif()
    exif[274] = 3
    image = read_image(encode(Image.fromarray(np.array([[0, 65535]], np.uint16)), "PNG", exif=exif))
    assert greys(image).tolist() == [[255, 0]]


@pytest.mark.parametrize("orientation", [0, 9, 255])
def test_an_orientation_that_means_nothing_changes_nothing(orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    assert read_image(encode(photo(), "PNG", exif=exif)).tobytes() == photo().tobytes()


def test_damaged_exif_does_not_cost_the_picture() -> None:
    image = read_image(encode(photo(), "WEBP", lossless=True, exact=True, exif=b"Exif\0\0no such thing"))
    assert image.tobytes() == photo().tobytes()


# Frames, shapes, privacy


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_an_animation_gives_its_first_frame_and_says_so(kind: str) -> None:
    red, blue = Image.new("RGB", (16, 16), "red"), Image.new("RGB", (16, 16), "blue")
    image = read_image(encode(red, kind, save_all=True, append_images=[blue], duration=100))
    assert image.getpixel((8, 8)) == pytest.approx((255, 0, 0), abs=8)
    assert notes(image) == "This is an animation: its first frame is used."


@pytest.mark.parametrize(("kind", "word"), [("TIFF", "pages"), ("MPO", "pictures")])
def test_several_pages_or_pictures_give_the_first_and_say_so(kind: str, word: str) -> None:
    red, blue = Image.new("RGB", (16, 16), "red"), Image.new("RGB", (16, 16), "blue")
    image = read_image(encode(red, kind, save_all=True, append_images=[blue]))
    assert image.getpixel((8, 8)) == pytest.approx((255, 0, 0), abs=8)
    assert f"several {word}: the first is used" in notes(image)


def test_a_session_keeps_a_large_picture_smaller_and_says_so() -> None:
    sent = read_picture(encode(Image.new("RGB", (4000, 3000), "teal"), "PNG"), "large.png")
    kept = fit_for_keeping(sent)
    assert kept.image.size == (LONGEST_KEPT, LONGEST_KEPT * 3 // 4)
    assert kept.original_size == sent.original_size == (4000, 3000)
    assert kept.notes == ("Made smaller: no network is given more.",)
    assert (sent.image.size, sent.notes) == ((4000, 3000), ())
    assert kept != sent
    small = read_picture(encode(Image.new("RGB", (LONGEST_KEPT, 300), "teal"), "PNG"), "small.png")
    assert fit_for_keeping(small) is small


@pytest.mark.parametrize(
    ("size", "kept_size"),
    [
        ((1333, 2000), (341, 512)),
        ((2000, 1000), (512, 256)),
        ((3000, 500), (1536, 256)),
        ((500, 3000), (256, 1536)),
        ((8000, 500), (4096, 256)),
        ((3000, 200), (3000, 200)),
        ((20_000, 500), (6476, 162)),
    ],
)
def test_of_a_panorama_the_shorter_side_keeps_what_networks_are_given(
    size: tuple[int, int], kept_size: tuple[int, int]
) -> None:
    """Up to 16 : 1; networks look at the middle of a longer strip only."""
    kept = fit_for_keeping(Picture(Image.new("RGB", size, "teal"), "its digest", "panorama.png"))
    assert kept.image.size == kept_size
    assert kept.original_size == size
    assert kept.image.width * kept.image.height <= 1.01 * MAX_KEPT_PIXELS
    whole = min(size) <= SHORTEST_KEPT or min(kept_size) >= SHORTEST_KEPT
    assert ("so long a strip takes much memory" in " ".join(kept.notes)) != whole


def test_memory_is_asked_for_by_what_the_header_says_before_anything_is_decoded() -> None:
    asked: list[int] = []

    def refuses(num_bytes: int) -> bool:
        asked.append(num_bytes)
        return False

    for mode in ("RGB", "RGBA", "I;16"):
        with pytest.raises(ImageError, match="no memory left for so large a picture at the moment: try again") as told:
            read_picture(encode(Image.new(mode, (40, 30)), "PNG"), "a.png", refuses)
        assert is_one_sentence(str(told.value))
    assert asked == [READING * 1200, READING_MUCH * 1200, READING_MUCH * 1200]
    assert read_picture(encode(photo(), "PNG"), "a.png", lambda _: True).image.size == photo().size


@pytest.mark.parametrize("size", [(1, 1), (1, 10000), (10000, 1)])
def test_extreme_shapes_work(size: tuple[int, int]) -> None:
    data = encode(Image.new("RGB", size, "teal"), "PNG")
    assert read_image(data).size == size
    picture = read_picture(data, "thin.png")
    assert picture.image.size == size
    assert fit_for_keeping(picture) is picture
    assert picture.thumbnail.size == (160, 160)
    assert picture.thumbnail.getpixel((80, 80)) == (0, 128, 128)


def test_where_and_when_a_photo_was_taken_is_dropped() -> None:
    exif = Image.Exif()
    exif[271] = "SecretCamera"
    exif.get_ifd(34853)[1] = "N"
    image = read_image(encode(photo(), "JPEG", exif=exif, comment=b"SecretPlace"))
    assert list(image.info) == ["notes"]
    again = encode(image, "JPEG")
    assert b"Secret" not in again
    assert not Image.open(io.BytesIO(again)).getexif()


# Refusals


FOREIGN_FILES = {
    "empty": (b"", "is empty"),
    "HEIC": (iso_media(b"heic", b"mif1", b"heic"), "HEIC"),
    "HEIC named mif1": (iso_media(b"mif1", b"mif1", b"heic"), "HEIC"),
    "HEIC burst": (iso_media(b"msf1", b"hevc"), "HEIC"),
    "MP4": (iso_media(b"isom", b"isom", b"avc1"), "video"),
    "QuickTime": (iso_media(b"qt  "), "video"),
    "Canon CR3": (iso_media(b"crx "), "RAW"),
    "Canon CR2": (b"II*\0\x10\0\0\0CR\x02\0" + b"\0" * 40, "RAW"),
    "Fujifilm RAF": (b"FUJIFILMCCD-RAW 0201", "RAW"),
    "DNG": (tiff(tiff_tags(8, 8) | {50706: (1, 1)}), "RAW"),
    "Nikon NEF": (tiff(tiff_tags(8, 8) | {254: (4, 1), 330: (4, 8)}), "RAW"),
    "WebM": (b"\x1a\x45\xdf\xa3\x01\0\0\0", "video"),
    "AVI": (b"RIFF\0\0\0\0AVI LIST", "video"),
    "SVG": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "drawing"),
    "SVG in UTF-16": ("<svg width='3'></svg>".encode("utf-16"), "drawing"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
    "HTML": (b"<!DOCTYPE html><html><body>no</body></html>", "web page"),
    "text": ("Ein Brief über Katzen.\n".encode(), "text"),
    "JPEG 2000": (b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ", "JPEG 2000"),
    "JPEG 2000 stream": (b"\xff\x4f\xff\x51\0\x2f", "JPEG 2000"),
    "JPEG XL": (b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl ", "JPEG XL"),
    "JPEG XL stream": (b"\xff\x0a\xfa\x1f\x41", "JPEG XL"),
    "Photoshop": (b"8BPS\0\x01" + b"\0" * 20, "Photoshop"),
    "icon": (b"\0\0\x01\0\x01\0\x10\x10", "icon"),
    "ZIP": (b"PK\x03\x04\x14\0\0\0", "archive"),
    "DICOM": (b"\0" * 128 + b"DICM\x02\0", "DICOM"),
    "unknown": (b"\x00\x01\x02\x03 nothing anyone knows \xff", "not a picture of a kind"),
}


@pytest.mark.parametrize("name", FOREIGN_FILES)
def test_other_kinds_of_file_are_named_in_one_sentence(name: str) -> None:
    data, word = FOREIGN_FILES[name]
    text = refusal(data)
    assert word in text
    assert ":" in text  # what is wrong : what to do
    assert is_one_sentence(text)


def test_a_format_that_pillow_knows_and_we_do_not_list_is_refused() -> None:
    for kind in ("ICO", "PPM", "TGA", "PCX", "SGI", "JPEG2000", "PDF", "EPS", "DDS", "ICNS"):
        assert is_one_sentence(refusal(encode(photo(32, 32), kind)))


def test_an_avif_file_named_by_its_further_brands_is_read() -> None:
    data = encode(photo(), "AVIF")
    assert data[8:12] == b"avif"
    assert read_image(data[:8] + b"mif1" + data[12:]).size == (24, 16)


def test_a_file_above_the_limit_is_refused_with_its_size() -> None:
    text = refusal(encode(photo(), "JPEG") + b"\0" * MAX_BYTES)
    assert "10.0 MB" in text
    assert "10 MB" in text
    assert ":" in text


def test_a_file_at_the_limit_is_read() -> None:
    data = encode(photo(), "JPEG")
    assert read_image(data + b"\0" * (MAX_BYTES - len(data))).size == (24, 16)


@pytest.mark.parametrize("size", [(8000, 6000), (8160, 6120), (6120, 8160)])
def test_a_phones_large_jpeg_is_read_at_half_its_size_and_says_so(size: tuple[int, int]) -> None:
    picture = read_picture(encode(photo(80, 60).resize(size), "JPEG"), "IMG_2041.jpg")
    assert picture.image.size == (size[0] // 2, size[1] // 2)
    assert picture.original_size == size
    assert picture.notes == ("Read at half its size.",)
    expected = np.asarray(photo(80, 60).resize((8, 6)), int)
    found = np.asarray(picture.image.resize((8, 6)), int)
    assert np.abs(found - expected).mean() < 4
    kept = fit_for_keeping(picture)
    assert max(kept.image.size) == LONGEST_KEPT
    assert kept.original_size == size


def test_a_large_jpeg_is_turned_upright_and_so_is_its_size() -> None:
    exif = Image.Exif()
    exif[274] = 6
    picture = read_picture(encode(four_corners().resize((8000, 4000)), "JPEG", exif=exif), "IMG_2042.jpg")
    assert picture.image.size == (2000, 4000)
    assert picture.original_size == (4000, 8000)
    for found, expected in zip(corners_of(picture.image), CORNERS[6], strict=True):
        assert found == pytest.approx(expected, abs=40)


def test_a_jpeg_of_25_megapixels_is_read_whole() -> None:
    picture = read_picture(encode(Image.new("L", (5000, 5000)), "JPEG"), "IMG_2043.jpg")
    assert (picture.image.size, picture.original_size, picture.notes) == ((5000, 5000), (5000, 5000), ())


def test_a_large_jpeg_that_was_cut_off_is_called_damaged() -> None:
    data = encode(photo(80, 60).resize((8000, 6000)), "JPEG")
    for part in (2, 10):
        text = refusal(data[: len(data) * (part - 1) // part])
        assert "damaged" in text
        assert is_one_sentence(text)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "GIF"])
def test_50_megapixels_in_any_other_format_are_refused_and_jpeg_is_named(kind: str) -> None:
    text = refusal(encode(Image.new("1", (8160, 6120)), kind, **({"compression": "group4"} if kind == "TIFF" else {})))
    assert "8160 by 6120 pixels (49.9 megapixels) and the most that can be read is 25, or 65 in a JPEG" in text
    assert "save it as JPEG" in text
    assert is_one_sentence(text)


def test_66_megapixels_are_too_much_for_a_jpeg_too() -> None:
    text = refusal(jpeg_that_says(9430, 7000))
    assert "66.0 megapixels) and the most that can be read is 65: make it smaller" in text
    assert "save it as JPEG" not in text + refusal(encode(Image.new("1", (9430, 7000)), "PNG"))


def test_memory_for_a_large_jpeg_is_asked_for_by_what_it_is_reduced_to_and_by_how_it_is_stored() -> None:
    asked: list[int] = []

    def admits(num_bytes: int) -> bool:
        asked.append(num_bytes)
        return True

    read_picture(jpeg_that_says(9280, 7000), "a.jpg", admits)
    read_picture(jpeg_that_says(9280, 7000, progressive=True), "a.jpg", admits)
    reduced = READING * 4640 * 3500
    assert asked == [reduced, reduced + 2 * 3 * 9280 * 7000]


def test_25_megapixels_are_read_and_a_row_more_is_refused() -> None:
    assert read_image(encode(Image.new("1", (5000, 5000)), "PNG")).size == (5000, 5000)
    text = refusal(encode(Image.new("1", (5000, 5001)), "PNG"))
    assert "5000 by 5001 pixels" in text
    assert "25.0 megapixels" in text


@pytest.mark.parametrize("name", bombs())
def test_bombs_are_refused_before_anything_is_decoded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bombs()[name]
    for reader in (ImageFile.ImageFile, TiffImagePlugin.TiffImageFile, WebPImagePlugin.WebPImageFile):
        monkeypatch.setattr(reader, "load", lambda opened: pytest.fail("decoded"))
    start = time.perf_counter()
    text = refusal(data)
    assert time.perf_counter() - start < 2
    assert is_one_sentence(text)


def test_bomb_warnings_are_refusals_even_where_warnings_are_errors() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "megapixels" in refusal(bombs()["png of 144 megapixels"])


def test_pillows_own_guards_stay_as_they_were() -> None:
    limit, filters = Image.MAX_IMAGE_PIXELS, list(warnings.filters)
    refusal(bombs()["png of 10 gigapixels"])
    read_image(encode(photo(), "PNG"))
    assert limit is not None
    assert limit == Image.MAX_IMAGE_PIXELS
    assert warnings.filters == filters


def test_a_progressive_jpeg_of_a_usual_number_of_passes_is_read() -> None:
    assert read_image(progressive_jpeg_with_scans(20)).size == (64, 64)


@pytest.mark.parametrize("name", [name for name in whole_files() if name not in {"webp-animated", "tiff-pages"}])
def test_a_file_cut_in_half_is_called_damaged(name: str) -> None:
    data = whole_files()[name]
    text = refusal(data[: len(data) // 2]) if name not in {"mpo", "gif-animated"} else refusal(data[: len(data) // 4])
    assert "damaged" in text
    assert "send it again" in text
    assert is_one_sentence(text)


def test_damage_gives_a_picture_or_a_sentence_and_nothing_else() -> None:
    pictures, refusals = [], []
    for name, data in damaged_files():
        try:
            pictures.append((name, read_image(data)))
        except ImageError as error:
            refusals.append((name, str(error)))
    assert [name for name, text in refusals if not is_one_sentence(text)] == []
    assert [name for name, image in pictures if (image.mode, list(image.info)) != ("RGB", ["notes"])] == []
    assert len(refusals) > 300
    assert len(pictures) > 100  # some damage only hits pixels: then there is a picture to show


def test_many_threads_read_at_once() -> None:
    files = list(whole_files().values()) * 3
    expected = [read_image(data).tobytes() for data in files]
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        assert [image.tobytes() for image in threads.map(read_image, files)] == expected


# Names and pictures


def test_a_picture_is_known_by_the_digest_of_its_bytes() -> None:
    data = encode(photo(), "PNG")
    picture = read_picture(data, "folder/cat.png")
    assert picture.sha256 == hashlib.sha256(data).hexdigest()
    assert picture.name == "cat.png"
    assert picture.notes == picture.image.info["notes"] == ()
    assert picture == Picture(picture.image.copy(), picture.sha256, "cat.png")
    assert len({picture, read_picture(data, "cat.png")}) == 1


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("cat.png", "cat.png"),
        ("C:\\fakepath\\cat.png", "cat.png"),
        ("../../etc/passwd", "passwd"),
        ("<style>*{display:none}</style>.png", "style.png"),
        ("$x^2$ `code` **bold** :smile: ![a](b).png", "x2 code bold smile a(b).png"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\u200bb\x00c\nd.png", "abc d.png"),
        ("Katze über Straße 猫 قطة.jpg", "Katze über Straße 猫 قطة.jpg"),
        ("e\u0301.png", "é.png"),
        ("\u202e\u200f", "picture"),
        ("", "picture"),
        ("...", "picture"),
        (".hidden.png", "hidden.png"),
    ],
)
def test_names_are_shown_without_what_could_harm(sent: str, shown: str) -> None:
    assert display_name(sent) == shown


def test_long_names_keep_their_beginning_and_their_ending() -> None:
    name = display_name("a very long name " * 30 + "end.jpeg")
    assert len(name) <= MAX_NAME_LENGTH
    assert name.startswith("a very long name")
    assert name.endswith("end.jpeg"[-8:])


def test_accents_cannot_be_piled_up() -> None:
    assert len(display_name("e" + "\u0336\u0337\u0338" * 50 + ".png")) <= 8
