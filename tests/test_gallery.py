import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from cnnviz import gallery
from cnnviz.gallery import DEFAULT_KEY, GALLERY, gallery_picture
from cnnviz.images import ImageError

CREDITS = (Path(__file__).parent.parent / "assets" / "CREDITS.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("key", GALLERY)
def test_every_photograph_is_there_and_ready(key: str) -> None:
    picture = gallery_picture(key)
    assert picture.image.mode == "RGB"
    assert min(picture.image.size) >= 224  # enough for a network's input without enlarging
    assert picture.name == GALLERY[key].title
    assert picture.gallery_key == key
    assert picture.notes == ()


@pytest.mark.parametrize("key", GALLERY)
def test_every_photograph_is_credited(key: str) -> None:
    row = next(line for line in CREDITS.splitlines() if line.startswith(f"| `{key}` |"))
    assert GALLERY[key].file in row
    assert GALLERY[key].credit.split(",")[0].split(":")[0] in row
    assert GALLERY[key].licence.split(",")[0] in row


def test_the_photographs_are_different_ones_and_the_first_is_the_cat() -> None:
    assert DEFAULT_KEY == "chelsea"
    assert len({gallery_picture(key).sha256 for key in GALLERY}) == len(GALLERY)
    assert len({photograph.title for photograph in GALLERY.values()}) == len(GALLERY)


def test_every_photograph_says_what_it_shows() -> None:
    assert all(photograph.shows.endswith(".") and len(photograph.shows) > 25 for photograph in GALLERY.values())


def test_classes_that_photographs_resemble_are_classes_of_imagenet() -> None:
    torchvision = find_spec("torchvision")
    assert torchvision is not None
    assert torchvision.origin is not None
    source = (Path(torchvision.origin).parent / "models" / "_meta.py").read_text(encoding="utf-8")
    names = next(
        set(ast.literal_eval(statement.value))
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "_IMAGENET_CATEGORIES"
    )
    assert len(names) > 990
    for photograph in GALLERY.values():
        assert set(photograph.resembles) <= names


def test_a_photograph_is_read_once() -> None:
    assert gallery_picture("coffee") is gallery_picture("coffee")


def test_an_unknown_key_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ImageError, match=r'no picture "dog" .* choose one of chelsea, coffee'):
        gallery_picture("dog")


def test_a_missing_photograph_is_answered_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(gallery, "photograph_folder", lambda: tmp_path)
    gallery_picture.cache_clear()
    try:
        with pytest.raises(ImageError, match="install scikit-image again"):
            gallery_picture("rocket")
    finally:
        gallery_picture.cache_clear()


def test_no_heavy_package_is_imported_for_the_gallery() -> None:
    script = (
        "import sys; from cnnviz.gallery import GALLERY, gallery_picture\n"
        "for key in GALLERY: gallery_picture(key)\n"
        "assert not {'skimage', 'scipy', 'torch', 'torchvision', 'streamlit'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parent.parent)
