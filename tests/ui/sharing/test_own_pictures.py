import gc

import pytest
from PIL import Image

from cnnviz.images import Picture
from cnnviz.ui.sharing import own_pictures
from cnnviz.ui.sharing.own_pictures import NAME, found_again, keep_findable, own_name


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The number of the browser that asks; a test changes it."""
    number = ["1f"]
    monkeypatch.setattr(own_pictures, "browser", lambda: number[0])
    return number


def picture() -> Picture:
    return Picture(Image.new("RGB", (2, 2)), "0123456789abcdef" * 4, "mine.png")


def test_a_browser_finds_its_picture_and_no_other_browser_does(browser: list[str]) -> None:
    mine = picture()
    keep_findable(mine)
    assert found_again(own_name(mine)) is mine
    for other in ("2e", ""):
        browser[0] = other
        assert found_again(own_name(mine)) is None


def test_a_browser_without_a_number_finds_nothing(browser: list[str]) -> None:
    browser[0] = ""
    mine = picture()
    keep_findable(mine)
    assert found_again(own_name(mine)) is None


def test_a_picture_that_no_session_holds_is_gone(browser: list[str]) -> None:
    mine = picture()
    name = own_name(mine)
    keep_findable(mine)
    del mine
    gc.collect()
    assert found_again(name) is None


def test_the_name_tells_nothing_of_the_picture() -> None:
    name = own_name(picture())
    assert NAME.fullmatch(name)
    assert picture().sha256[:12] not in name
