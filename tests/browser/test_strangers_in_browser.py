"""What strangers send, name and ask for, met by a real browser: files, names of files, links; and what they learn."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.ui.compute.builder.text import packed
from tests.bad_pictures import broken_exif, jpeg_with, mislabelled, polyglots, shapes, tiff_of_many_tags
from tests.browser.running_app import serving
from tests.browser.screenshots import settle
from tests.picture_files import bombs, encode, is_one_sentence, photo, whole_files

PAGE = "network_builder"  # shows the picture, and needs no torch


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("strangers") / "log"


@pytest.fixture(scope="module")
def own_address(log: Path) -> Iterator[str]:
    """An app of its own, whose log can be read."""
    with serving(log, CNNVIZ_WEIGHTS_DIR=str(log.parent / "weights"), TORCH_HOME=str(log.parent / "torch")) as address:
        yield address


def picture_row(visitor: Page) -> Locator:
    return visitor.locator(".st-key-picture_row")


def send(visitor: Page, name: str, data: bytes) -> str | None:
    """Send a file through the uploader; the sentence that answers it, None where it became the picture."""
    field = visitor.get_by_test_id("stPopoverBody").locator("input[type=file]")
    if field.count() == 0:
        visitor.get_by_role("button", name="Change picture").click()
    field.evaluate("field => { field.dataset.used = 'yes'; }")
    field.set_input_files({"name": name, "mimeType": "image/png", "buffer": data})
    expect(visitor.locator("input[data-used]")).to_have_count(0)  # after each file a new field takes its place
    settle(visitor)
    told = visitor.get_by_test_id("stPopoverBody").get_by_test_id("stAlert").get_by_test_id("stMarkdownContainer")
    return told.inner_text() if told.count() else None


def files() -> list[tuple[str, bytes, bool]]:
    """A sample of all there are: what it is, its bytes, and whether it can be read."""
    foreign = ("page.jpg", "archive.png", "zeros.png")
    refused = {
        **{name: mislabelled()[name][0] for name in foreign},
        **{name: bombs()[name] for name in ("png of 10 gigapixels", "gif with a huge canvas")},
        "jpeg of tiny pieces": jpeg_with(0xE1, b"Exif\0\0a", 880_000),
        "tiff of many tags": tiff_of_many_tags(60_000, 1000),
        "half a jpeg": whole_files()["jpeg"][:300],
    }
    read = {
        "a thin one": shapes()[60_000, 1],
        "many odd tags": broken_exif()["many tags"],
        "png and html": polyglots()["png and html"],
    }
    both = [
        *((name, data, False) for name, data in refused.items()),
        *((name, data, True) for name, data in read.items()),
    ]
    return sorted(both)


def test_many_strange_files_in_one_session_are_each_answered(visitor: Page, own_address: str, log: Path) -> None:
    visitor.goto(f"{own_address}/{PAGE}")
    settle(visitor)
    shown = "Cat"
    for number, (name, data, can_be_read) in enumerate(files()):
        told = send(visitor, f"holiday {number}.png", data)
        assert (told is None) == can_be_read, f"{name}: {told}"
        shown = f"holiday {number}.png" if can_be_read else shown
        assert told is None or is_one_sentence(told)
        expect(picture_row(visitor)).to_contain_text(shown)  # where it was refused, the one before stays
    visitor.reload()
    settle(visitor)
    logged = log.read_text()
    assert "holiday" not in logged
    assert "<script" not in logged
    assert logged.count("\n") < 10  # no line for each of 60,000 odd tags


def test_names_of_files_are_shown_harmlessly(visitor: Page, own_address: str, log: Path) -> None:
    visitor.goto(f"{own_address}/{PAGE}")
    settle(visitor)
    names = {
        "<style>*{display:none}</style>.png": "style.png",
        "<img src=x onerror=alert(1)>.png": "img src=x onerror=alert(1).png",
        "www.example.com **b** :red[r] $x$.png": "www.example.com b redr x.png",
        "😀" * 60 + ".png": "😀" * 31 + "…" + "😀" * 4 + ".png",
        'it\'s "quoted".png': "it's %22quoted%22.png",
        "__bell\x07__ and \x1b[31mescape\u202egpj.exe": "__bell__ and 31mescapegpj.exe",
    }
    visitor.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    for name, shown in names.items():
        assert send(visitor, name, encode(photo(), "PNG")) is None
        expect(picture_row(visitor)).to_contain_text(shown.removeprefix("www"))
        inside = picture_row(visitor).locator("strong").first.inner_html().replace("\u2060", "")
        assert inside == html.escape(shown, quote=False)
        expect(visitor.get_by_role("heading", level=1)).to_be_visible()
    assert not [word for word in ("style", "quoted", "escape") if word in log.read_text()]


@pytest.mark.parametrize(
    "link",
    [
        "convolution?input=<script>alert(1)</script>&stride=9&stride=2&step=1e999&unknown=x",
        "layer_calculator?kind=Nothing&C=inf&H=-1&W=2.5&k=%00&S=&P=%E2%80%AE&D=99999999999999999999",
        "attribution?network=<b>&picture=../../etc/passwd&class=1&class=2&method=%FF%FE&cam_layer=__class__",
        "pooling?pool_input=" + "1" * 100_000,
        "network_builder?net=" + "A" * 50_000 + "&input=infxinfxinf",
    ],
)
def test_links_of_strangers_open_their_page(visitor: Page, own_address: str, log: Path, link: str) -> None:
    before = log.read_text()
    visitor.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    visitor.goto(f"{own_address}/{link}")
    settle(visitor)
    assert not re.search("Traceback|Something broke", visitor.locator("body").inner_text())
    assert log.read_text() == before


def test_a_web_socket_that_sends_text_is_let_go_of_quietly(visitor: Page, own_address: str, log: Path) -> None:
    visitor.goto(own_address)
    settle(visitor)
    before = log.read_text()
    closed = visitor.evaluate(
        """(address) => new Promise((done) => {
          const socket = new WebSocket(address, ['streamlit', 'x', 'y']);
          socket.onopen = () => socket.send('a text');
          socket.onclose = (event) => done(event.code);
        })""",
        f"{own_address.replace('http', 'ws')}/_stcore/stream",
    )
    assert closed in (1000, 1003, 1005, 1006)
    assert log.read_text() == before


OUTSIDE = "www.example.com http://example.com a@example.com"


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("convolution", {"input": OUTSIDE}),
        ("channels_and_filters", {"channels_bias": OUTSIDE}),
        ("prediction", {"picture": "www.example.com"}),
        ("network_builder", {"net": packed(f"nn.Conv2d(1, 1, 1, padding_mode={OUTSIDE!r})")}),
    ],
)
def test_no_link_to_a_page_makes_it_link_outside(
    visitor: Page, own_address: str, page: str, query: dict[str, str]
) -> None:
    visitor.goto(f"{own_address}/{page}?{urlencode(query)}")
    settle(visitor)
    expect(visitor.get_by_test_id("stAlert").filter(has_text="example.com")).to_have_count(1)
    targets = [link.get_attribute("href") or "" for link in visitor.get_by_role("link").all()]
    assert not [target for target in targets if "example" in target]
