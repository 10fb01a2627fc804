"""The layer calculator as a visitor meets it: by link, by typing, by the buttons."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui.derivations import ROLE_COLOURS

ROOT = Path(__file__).parents[2]
PAGE = str(ROOT / "pages" / "compute" / "layer_calculator.py")


def open_page(**link):
    """The page as it opens from a link with these parameters."""
    page = AppTest.from_file(PAGE, default_timeout=60)
    for name, value in link.items():
        page.query_params[name] = value
    return page.run()


def metrics(page):
    assert not page.exception
    return [metric.value.removeprefix(":green[").removesuffix("]") for metric in page.metric]


def click(page, label):
    next(button for button in page.button if button.label == label).click()
    return page.run()


def labels(page):
    return [button.label for button in page.button]


def test_it_opens_on_alexnets_first_layer():
    page = open_page()
    assert metrics(page) == ["96 × 55 × 55", "34,944", "105,415,200"]
    assert page.code[0].value == "nn.Conv2d(3, 96, kernel_size=11, stride=4)  # (3, 227, 227) -> (96, 55, 55)"


def test_the_derivation_stands_on_the_page_with_its_numbers_put_in_and_in_colour():
    text = " ".join(markdown.value for markdown in open_page().markdown)
    assert r"- \textcolor{#8F5F00}{11} + 2 \cdot \textcolor{#5F6873}{0}}{4} + 1 \right\rfloor" in text
    assert r"= 364 \cdot \textcolor{#00795A}{96}" in text
    assert r"44{,}892{,}355{,}200" in text


def test_a_number_typed_changes_the_answer():
    page = open_page()
    page.number_input(key="P").set_value(2).run()
    assert metrics(page)[0] == "96 × 56 × 56"
    assert "padding=2" in page.code[0].value


def test_height_and_width_are_derived_apart_where_they_differ():
    page = open_page(H="224")
    assert metrics(page)[0] == "96 × 54 × 55"
    titles = [markdown.value for markdown in page.markdown]
    assert "**Output height**" in titles
    assert "**Output width**" in titles


@pytest.mark.parametrize(
    ("layer", "link", "expected"),
    [
        ("Linear", "C=4&H=28&W=28&filters=128", ["128", "401,536", "401,408"]),
        ("Linear", "C=4&H=28&W=28&filters=128&with_bias=false", ["128", "401,408", "401,408"]),
        ("MaxPool2d", "C=96&H=55&W=55&k=3&S=2", ["96 × 27 × 27", "0", "0"]),
        ("MaxPool2d", "H=6&W=6&k=3&S=2&ceil=true", ["3 × 3 × 3", "0", "0"]),
        ("AvgPool2d", "C=16&H=10&W=10&k=2&S=2", ["16 × 5 × 5", "0", "0"]),
        ("Conv2d", "C=96&H=27&W=27&filters=256&k=5&S=1&P=2&groups=2", ["256 × 27 × 27", "307,456", "223,948,800"]),
    ],
)
def test_a_link_opens_any_layer_with_its_settings(layer, link, expected):
    assert metrics(open_page(layer=layer, **dict(parse_qsl(link)))) == expected


@pytest.mark.parametrize(
    ("suggestion", "size", "words"),
    [
        ("AlexNet’s first layer", "96 × 55 × 55", "f is the kernel size"),
        ("Why does 224 give 54?", "96 × 54 × 54", "no window reaches the last column"),
        ("Keep the size with padding 1", "64 × 56 × 56", "f is the kernel size"),
        ("Pool 55 down to 27", "96 × 27 × 27", "nothing: it has no weights"),
    ],
)
def test_try_this_sets_the_state_from_any_other(suggestion, size, words):
    page = click(open_page(layer="Linear", k="7", P="3", D="2"), suggestion)
    assert metrics(page)[0] == size
    assert any(words in caption.value for caption in page.caption)


def test_numbers_typed_since_the_link_survive_a_look_at_another_layer():
    page = open_page(k="7")
    page.number_input(key="k").set_value(9).run()
    page.segmented_control(key="layer").set_value("Linear").run()
    assert "Linear" in page.code[0].value
    page.segmented_control(key="layer").set_value("Conv2d").run()
    assert "kernel_size=9" in page.code[0].value


@pytest.mark.parametrize(
    ("link", "words", "offers", "after"),
    [
        ({"H": "5", "W": "5"}, "6 too few", ["kernel_size 5", "padding 3", "height 11, width 11"], "96 × 1 × 1"),
        ({"S": "0"}, "stride is 0", ["stride 1"], "96 × 217 × 217"),
        ({"P": "-1"}, "padding is -1", ["padding 0"], "96 × 55 × 55"),
        ({"k": "3.7"}, "kernel_size is 3.7", ["kernel_size 4"], "96 × 56 × 56"),
        ({"groups": "5"}, "does not divide into 5 groups", ["groups 3"], "96 × 55 × 55"),
        ({"k": "1e12"}, "kernel_size is 1,000,000,000,000", ["kernel_size 227"], "96 × 1 × 1"),
        ({"layer": "MaxPool2d", "k": "3", "P": "2"}, "more than half", ["kernel_size 4", "padding 1"], "3 × 57 × 57"),
        ({"layer": "Linear", "H": "0"}, "height is 0", ["height 1"], "96"),
        ({"H": "2.5"}, "The input height is 2.5", ["height 11"], "96 × 1 × 55"),
    ],
)
def test_settings_that_do_not_fit_are_answered_in_words_and_one_click_mends_them(link, words, offers, after):
    page = open_page(**link)
    assert not page.exception
    assert words in page.error[0].value
    assert [label for label in labels(page) if label in offers] == offers
    assert metrics(click(page, offers[0]))[0] == after


def test_every_offer_fits():
    for offer in ("kernel_size 5", "padding 3", "height 11, width 11"):
        page = click(open_page(H="5", W="5"), offer)
        assert not page.error
        assert metrics(page)


def test_what_no_single_change_mends_can_be_started_again():
    page = open_page(layer="Linear", H="100000", W="100000")
    assert "30,000,000,000" in page.error[0].value
    page = click(page, "The first layer of AlexNet")
    assert metrics(page) == ["96", "14,840,448", "14,840,352"]


@pytest.mark.parametrize(
    "junk", ["inf", "-inf", "nan", "1e400", "abc", "", "[]", "1,5", "99999999999999999999999", "0x1F"]
)
@pytest.mark.parametrize("name", ["k", "H", "layer", "with_bias"])
def test_junk_in_a_link_gives_words_or_the_default_and_never_an_error_of_ours(name, junk):
    page = open_page(**{name: junk})
    assert not page.exception
    assert page.error or metrics(page) == ["96 × 55 × 55", "34,944", "105,415,200"]


def luminance(colour):
    """Relative luminance of a hex colour (WCAG 2)."""
    channels = [part / 255 for part in bytes.fromhex(colour.removeprefix("#"))]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(("theme", "ground"), [("light", "#ffffff"), ("light", "#f6f8fa"), ("dark", "#14171c")])
def test_the_colours_of_the_roles_can_be_read_on_their_ground(theme, ground):
    for colour in ROLE_COLOURS[theme].values():
        low, high = sorted([luminance(colour), luminance(ground)])
        assert (high + 0.05) / (low + 0.05) >= 4.5


def test_the_page_does_without_torch():
    script = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        f"page = AppTest.from_file({PAGE!r}, default_timeout=60).run(); "
        "assert page.metric; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
