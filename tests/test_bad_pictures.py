"""Pictures that are strange, something else, or meant to harm: a picture or a sentence, soon and in little memory."""

import json
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnnviz import images
from cnnviz.file_checks import MAX_SIDE
from cnnviz.images import MAX_NAME_LENGTH, READ_AT_ONCE, ImageError, display_name, read_image, read_picture
from tests.bad_pictures import (
    HEAVY,
    LARGEST,
    LARGEST_JPEGS,
    broken_exif,
    every_mode,
    jpeg_with,
    mislabelled,
    polyglots,
    shapes,
    tiff_of_many_tags,
)
from tests.picture_files import encode, is_one_sentence, photo, png, png_chunk, whole_files

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL", "ignore::PIL.Image.DecompressionBombWarning")

ROOT = Path(__file__).parents[1]
SECONDS = 4.0  # of computing, for the worst of all files; usual photos take a tenth


def refusal(data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        read_image(data)
    return str(caught.value)


@pytest.mark.parametrize("name", every_mode())
def test_every_mode_in_every_format_is_an_rgb_picture(name: str) -> None:
    image = read_image(every_mode()[name])
    assert (image.mode, image.size) == ("RGB", (24, 16))
    assert np.asarray(image).std() > 5  # something can be seen in it


def test_every_mode_that_pillow_can_write_is_among_them() -> None:
    assert {name.split()[1] for name in every_mode()} >= {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"}
    assert {f"TIFF {mode}" for mode in ("LAB", "I", "I;16", "F")} <= set(every_mode())


@pytest.mark.parametrize("size", shapes())
def test_the_thinnest_shapes_are_pictures_with_a_thumbnail(size: tuple[int, int]) -> None:
    picture = read_picture(shapes()[size], "thin.png")
    assert picture.image.size == size
    assert picture.thumbnail.getpixel((80, 80)) == (0, 128, 128)


def test_a_side_can_be_as_long_as_a_jpeg_has_it_and_no_longer() -> None:
    for size in ((MAX_SIDE, 1), (1, MAX_SIDE)):
        assert read_image(encode(Image.new("1", size), "PNG")).size == size
    for size in ((MAX_SIDE + 1, 1), (1, 25_000_000)):
        text = refusal(encode(Image.new("1", size), "PNG"))
        assert f"{size[0]} by {size[1]} pixels and the longest side that can be read is 65,535: cut out" in text
        assert is_one_sentence(text)


@pytest.mark.parametrize("name", mislabelled())
def test_the_name_of_a_file_does_not_decide_what_it_is(name: str) -> None:
    data, word = mislabelled()[name]
    if word is None:
        assert read_picture(data, name).image.size == (24, 16)
    else:
        assert word in refusal(data)
        assert is_one_sentence(refusal(data))


@pytest.mark.parametrize("name", polyglots())
def test_what_a_picture_is_besides_does_not_matter(name: str) -> None:
    image = read_image(polyglots()[name])
    assert image.mode == "RGB"
    assert list(image.info) == ["notes"]
    assert b"<script" not in encode(image, "PNG")


@pytest.mark.parametrize("name", broken_exif())
def test_wrong_notes_of_a_camera_do_not_cost_the_picture(name: str) -> None:
    began = time.process_time()
    assert read_image(broken_exif()[name]).size == (1, 1)
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize("name", whole_files())
def test_a_file_cut_anywhere_is_a_picture_or_a_sentence(name: str) -> None:
    data = whole_files()[name]
    refusals = []
    for cut in [*range(0, min(300, len(data)), 3), *range(300, len(data), max(1, len(data) // 60))]:
        try:
            assert read_image(data[:cut]).mode == "RGB"
        except ImageError as error:
            refusals.append(str(error))
    assert len(refusals) > 10
    assert all(map(is_one_sentence, refusals))


def answers(table: str, megabytes: int) -> dict[str, tuple[str, float]]:
    """What a process that may take so much memory answers to a table of files, and in how many seconds each."""
    command = [sys.executable, "-m", "tests.read_in_little_memory", table, str(megabytes)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True, cwd=ROOT)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return {name: (answer, seconds) for name, answer, seconds in lines}


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited by Linux's means")
def test_files_full_of_pieces_are_answered_soon_in_400_mb() -> None:
    told = answers("HEAVY", 400)
    assert list(told) == list(HEAVY)
    assert [name for name, (_, seconds) in told.items() if seconds > SECONDS] == []
    for answer, _ in told.values():
        assert answer in ("(24, 16)", "(1, 1)") or ("is damaged" in answer and is_one_sentence(answer))


# The seconds that these take on a fast machine would be seconds in which nobody else's page is drawn.
MADE_TO_TAKE_LONG: dict[str, Callable[[], bytes]] = {
    **{name: make for name, make in HEAVY.items() if name.startswith(("jpeg of fill bytes", "jpeg of tiny EXIF"))},
    **{name: HEAVY[name] for name in ("png of unknown chunks", "png of texts", "png of 200,000 frames")},
    "png of 60,000 chunks": lambda: png(1, 1, 8, 0, b"\0\0", *[png_chunk(b"tEXt", b"a\0b")] * 60_000),
}


@pytest.mark.parametrize("name", MADE_TO_TAKE_LONG)
def test_what_is_made_to_take_long_is_refused_before_it_is_opened(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = MADE_TO_TAKE_LONG[name]()
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("opened"))
    text = refusal(data)
    assert "is damaged" in text
    assert is_one_sentence(text)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited by Linux's means")
def test_the_largest_pictures_are_read_in_800_mb_and_refused_in_words_where_there_are_100() -> None:
    told = answers("LARGEST", 800)
    assert {answer for answer, _ in told.values()} == {"(5000, 5000)"}
    assert len(told) == len(LARGEST)
    assert max(seconds for _, seconds in told.values()) < SECONDS
    refused = answers("LARGEST", 100)
    assert all(is_one_sentence(answer) for answer, _ in refused.values())
    assert "needs more memory" in refused["tiff of floats"][0]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited by Linux's means")
def test_the_largest_jpegs_are_read_at_half_their_size_in_700_mb_and_refused_in_words_where_there_are_80() -> None:
    told = answers("LARGEST_JPEGS", 700)
    assert {answer for answer, _ in told.values()} == {"(4640, 3500)"}
    assert len(told) == len(LARGEST_JPEGS)
    assert max(seconds for _, seconds in told.values()) < SECONDS
    refused = answers("LARGEST_JPEGS", 80)
    assert all(is_one_sentence(answer) for answer, _ in refused.values())


def test_few_are_read_at_once_however_many_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, most, guard = 0, 0, threading.Lock()

    def decode(data: bytes, kind: str, admits: object) -> Image.Image:
        nonlocal reading, most
        with guard:
            reading += 1
            most = max(most, reading)
        time.sleep(0.05)
        with guard:
            reading -= 1
        raise KeyError("a damaged file raises nearly anything")

    monkeypatch.setattr(images, "_decode", decode)
    threads = [threading.Thread(target=refusal, args=(encode(photo(), "PNG"),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == READ_AT_ONCE


def test_as_many_pieces_as_programs_write_are_read() -> None:
    assert read_image(jpeg_with(0xE1, b"Exif\0\0" + b"a" * 60_000, 160)).size == (24, 16)
    assert read_image(png(1, 1, 8, 0, b"\0\0", *[png_chunk(b"tEXt", b"a\0b")] * 40_000)).size == (1, 1)
    assert read_image(encode(photo(), "PNG") + b"\0" * 9_000_000).size == (
        24,
        16,
    )  # what follows the end is not looked at
    assert read_image(tiff_of_many_tags(1900, 1000)).size == (16, 16)


# Names


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=600))
def test_any_name_is_shown_in_one_short_line_without_markup_or_hidden_letters(sent: str) -> None:
    shown = display_name(sent)
    assert 0 < len(shown) <= MAX_NAME_LENGTH
    assert not set(shown) & set('<>[]{}*`$|~#^\\":!@&/\n\r\t')
    assert not [letter for letter in shown if unicodedata.category(letter)[0] == "C"]
