import pytest

from cnnviz.file_kinds import PICTURE_FORMATS, picture_kind, why_not_a_picture
from tests.picture_files import iso_media, whole_files


@pytest.mark.parametrize("name", whole_files())
def test_every_format_is_told_by_its_first_bytes(name: str) -> None:
    kind = picture_kind(whole_files()[name][:32])
    assert kind == {"MPO": "JPEG"}.get(name.split("-")[0].upper(), name.split("-")[0].upper())
    assert kind in PICTURE_FORMATS


@pytest.mark.parametrize("length", range(8))
def test_a_few_bytes_of_nothing_are_no_picture(length: int) -> None:
    assert picture_kind(b"\x07" * length) is None
    assert why_not_a_picture(b"\x07" * length).endswith(".")


def test_avif_and_heic_share_a_wrapping_and_are_told_apart() -> None:
    assert picture_kind(iso_media(b"mif1", b"avif")) == "AVIF"
    assert picture_kind(iso_media(b"mif1", b"heic")) is None
    assert picture_kind(iso_media(b"heic", b"avif")) is None


def test_text_cut_in_the_middle_of_a_letter_is_still_text() -> None:
    assert "text" in why_not_a_picture("ü".encode() * 3000)
    assert "text" in why_not_a_picture(("a" + "ü" * 3000).encode())
