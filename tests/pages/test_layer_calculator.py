"""The layer calculator as a visitor meets it: by link, by typing, by the buttons."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.arithmetic.settings_that_fit.form import ARGUMENTS, FORMS
from cnnviz.ui.page.derivations import ROLE_COLOURS

ALEXNET = ["96 × 55 × 55", "34,944", "105,415,200", "1.16 MB"]
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
    assert metrics(page) == ALEXNET
    assert page.code[0].value == "nn.Conv2d(3, 96, kernel_size=11, stride=4)  # (3, 227, 227) -> (96, 55, 55)"


def test_the_derivation_stands_on_the_page_with_its_numbers_put_in_and_in_colour():
    text = " ".join(markdown.value for markdown in open_page().markdown)
    assert r"- \textcolor{#8F5F00}{11} + 2 \cdot \textcolor{#5F6873}{0}}{4} + 1 \right\rfloor" in text
    assert r"= 364 \cdot \textcolor{#00795A}{96}" in text
    assert r"44{,}892{,}355{,}200" in text


def test_a_number_typed_changes_the_answer():
    page = open_page()
    page.text_input(key="P").set_value("2").run()
    assert metrics(page)[0] == "96 × 56 × 56"
    assert "padding=2" in page.code[0].value


@pytest.mark.parametrize("shape", ["3, 224, 224", "(1, 3, 224, 224)", "3x224x224"])
@pytest.mark.parametrize("key", ["C", "H", "W"])
def test_a_shape_fills_the_three_boxes_of_the_input(key, shape):
    page = open_page(C="16", H="28", W="28")
    page.text_input(key=key).set_value(shape).run()
    assert "# (3, 224, 224) ->" in page.code[0].value


def test_a_kernel_of_3x5_fills_both_axes_and_is_refused_in_words_where_there_is_one():
    page = open_page(axes="true")
    page.text_input(key="k").set_value("3x5").run()
    assert "kernel_size=(3, 5)" in page.code[0].value
    page = open_page()
    page.text_input(key="k").set_value("3x5").run()
    assert any("“3x5” is no shape that fits these boxes" in error.value for error in page.error)
    page.text_input(key="k").set_value("3x3").run()
    assert not page.error
    assert "kernel_size=3" in page.code[0].value


def test_an_output_wanted_may_be_typed_as_a_pair():
    page = open_page(H="224", W="224")
    page.text_input(key="want_H").set_value("14 x 14").run()
    assert page.text_input(key="want_W").value == "14"
    assert ways_shown(page).options[0] == "k 16 · S 16 · P 0"


def test_height_and_width_are_derived_apart_where_they_differ():
    page = open_page(H="224")
    assert metrics(page)[0] == "96 × 54 × 55"
    titles = [markdown.value for markdown in page.markdown]
    assert "**Output height**" in titles
    assert "**Output width**" in titles


@pytest.mark.parametrize(
    ("kind", "link", "expected"),
    [
        ("Linear", "C=4&H=28&W=28&filters=128", ["128", "401,536", "401,408", "512 bytes"]),
        ("Linear", "C=4&H=28&W=28&filters=128&with_bias=false", ["128", "401,408", "401,408", "512 bytes"]),
        ("MaxPool2d", "C=96&H=55&W=55&k=3&S=2", ["96 × 27 × 27", "0", "0", "280 kB"]),
        ("MaxPool2d", "H=6&W=6&k=3&S=2&ceil=true", ["3 × 3 × 3", "0", "0", "108 bytes"]),
        ("AvgPool2d", "C=16&H=10&W=10&k=2&S=2", ["16 × 5 × 5", "0", "0", "1.60 kB"]),
        (
            "Conv2d",
            "C=96&H=27&W=27&filters=256&k=5&S=1&P=2&groups=2",
            ["256 × 27 × 27", "307,456", "223,948,800", "746 kB"],
        ),
    ],
)
def test_a_link_opens_any_layer_with_its_settings(kind, link, expected):
    assert metrics(open_page(kind=kind, **dict(parse_qsl(link)))) == expected


@pytest.mark.parametrize(
    ("suggestion", "size", "words"),
    [
        ("AlexNet’s first layer", "96 × 55 × 55", "k is the kernel size"),
        ("Why does 224 give 54?", "96 × 54 × 54", "no window reaches the last column"),
        ("Keep the size with padding 1", "64 × 56 × 56", "k is the kernel size"),
        ("Pool 55 down to 27", "96 × 27 × 27", "nothing: it has no weights"),
    ],
)
def test_try_this_sets_the_state_from_any_other(suggestion, size, words):
    page = click(open_page(kind="Linear", k="7", P="3", D="2"), suggestion)
    assert metrics(page)[0] == size
    assert any(words in caption.value for caption in page.caption)


def test_numbers_typed_since_the_link_survive_a_look_at_another_layer():
    page = open_page(k="7")
    page.text_input(key="k").set_value("9").run()
    page.segmented_control(key="kind").set_value("Linear").run()
    assert "Linear" in page.code[0].value
    page.segmented_control(key="kind").set_value("Conv2d").run()
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
        ({"kind": "MaxPool2d", "k": "3", "P": "2"}, "more than half", ["kernel_size 4", "padding 1"], "3 × 57 × 57"),
        ({"kind": "Linear", "H": "0"}, "height is 0", ["height 1"], "96"),
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
    page = open_page(kind="Linear", H="100000", W="100000")
    assert "30,000,000,000" in page.error[0].value
    page = click(page, "The first layer of AlexNet")
    assert metrics(page) == ["96", "14,840,448", "14,840,352", "384 bytes"]


@pytest.mark.parametrize(
    "junk", ["inf", "-inf", "nan", "1e400", "abc", "", "[]", "1,5", "99999999999999999999999", "0x1F"]
)
@pytest.mark.parametrize("name", ["k", "H", "kind", "with_bias"])
def test_junk_in_a_link_gives_words_or_the_default_and_never_an_error_of_ours(name, junk):
    page = open_page(**{name: junk})
    assert not page.exception
    assert page.error or metrics(page) == ALEXNET


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


@pytest.mark.parametrize(
    ("kind", "link", "size", "code"),
    [
        ("Conv2d", "H=20&W=30&k=3&k_W=5&S=2&S_W=1&axes=true", "96 × 9 × 26", "kernel_size=(3, 5), stride=(2, 1)"),
        ("Conv2d", "H=20&W=20&k=3&S=1&pad=same", "96 × 20 × 20", "padding='same'"),
        ("Conv2d", "H=20&W=20&k=3&S=1&pad=valid&P=7", "96 × 18 × 18", "padding='valid'"),
        ("Conv2d", "H=20&W=20&k=3&S=1&P=1&padding_mode=reflect", "96 × 20 × 20", "padding_mode='reflect'"),
        ("Conv2d", "C=32&filters=32&groups=32&H=9&W=9&k=3&S=1", "32 × 7 × 7", "groups=32"),
        ("ConvTranspose2d", "H=28&W=28&k=3&S=2&P=1&A=1", "96 × 56 × 56", "output_padding=1"),
        ("MaxPool2d", "H=20&W=20&k=3&S=1&D=2&P=1", "3 × 18 × 18", "dilation=2"),
        ("AvgPool2d", "H=9&W=9&k=3&S=2&P=1&count_pad=false&divisor=5", "3 × 5 × 5", "divisor_override=5"),
        ("AdaptiveAvgPool2d", "C=256&H=13&W=13&O=6", "256 × 6 × 6", "nn.AdaptiveAvgPool2d(6)"),
        ("AdaptiveAvgPool2d", "C=256&H=13&W=13&O=6&O_W=1&axes=true", "256 × 6 × 1", "nn.AdaptiveAvgPool2d((6, 1))"),
    ],
)
def test_a_link_carries_every_setting(kind, link, size, code):
    page = open_page(kind=kind, **dict(parse_qsl(link)))
    assert metrics(page)[0] == size
    assert code in page.code[0].value


def test_height_and_width_part_with_the_same_numbers():
    page = open_page(k="5", S="2", P="1")
    page.toggle(key="axes").set_value(True).run()
    assert metrics(page)[0] == metrics(open_page(k="5", S="2", P="1"))[0]
    page.text_input(key="k_W").set_value("7").run()
    assert "kernel_size=(5, 7), stride=2, padding=1" in page.code[0].value


def test_a_click_makes_a_convolution_depthwise():
    page = click(open_page(C="32", k="3", S="1"), "Depthwise: a filter for each channel")
    assert metrics(page)[1] == f"{32 * (3 * 3 + 1)}"
    assert any("depthwise" in caption.value for caption in page.caption)


@pytest.mark.parametrize(
    ("link", "offers", "after"),
    [
        ({"pad": "same"}, ["stride 1", "padding 5"], "96 × 227 × 227"),
        (
            {"H": "20", "W": "20", "P": "30", "padding_mode": "reflect"},
            ["padding 19", "padding_mode zeros"],
            "96 × 12 × 12",
        ),
        ({"H": "5", "W": "9", "axes": "true", "k": "7"}, ["kernel_size 5, kernel_size (width) 9"], "96 × 1 × 1"),
        ({"kind": "ConvTranspose2d", "S": "2", "A": "3"}, ["stride 4", "output_padding 1"], None),
        ({"kind": "AdaptiveAvgPool2d", "O": "0"}, ["output_size 1"], "3 × 1 × 1"),
        ({"kind": "AvgPool2d", "divisor": "-2"}, ["divisor_override 0"], "3 × 55 × 55"),
        (
            {"H": "5", "W": "5", "axes": "true", "pad": "valid", "S": "1", "S_W": "1", "P_W": "9"},
            ["padding 3"],
            "96 × 1 × 1",
        ),
    ],
)
def test_words_axes_and_other_kinds_are_mended_by_a_click_as_well(link, offers, after):
    page = open_page(**link)
    assert len(page.error) == 1
    assert {*offers} <= {*labels(page)}
    page = click(page, next(label for label in labels(page) if label in offers))
    assert not page.error
    assert after in (None, metrics(page)[0])


def ways_shown(page):
    return next(group for group in page.get("button_group") if group.key == "way")


def test_every_way_to_the_present_size_is_shown_and_the_present_one_marked():
    ways = ways_shown(open_page())
    assert ways.value == "k 11 · S 4 · P 0"
    assert len(ways.options) == 12


def test_the_present_way_is_shown_also_where_it_is_not_among_the_first():
    page = open_page(kind="ConvTranspose2d", H="28", W="28", k="3", S="2", P="1", A="1")
    assert ways_shown(page).value == "k 3 · S 2 · P 1 · A 1"


@pytest.mark.parametrize(
    ("link", "wanted", "way", "code"),
    [
        ({"H": "224", "W": "224"}, 112, "k 7 · S 2 · P 3", "kernel_size=7, stride=2, padding=3"),
        ({"kind": "MaxPool2d", "H": "55", "W": "55"}, 27, "k 3 · S 2 · P 0", "kernel_size=3, stride=2)"),
        (
            {"kind": "ConvTranspose2d", "H": "28", "W": "28"},
            56,
            "k 4 · S 2 · P 1",
            "kernel_size=4, stride=2, padding=1",
        ),
        ({"H": "56", "W": "56", "pad": "valid"}, 56, "k 3 · S 1 · P 1", "kernel_size=3, padding=1"),
    ],
)
def test_an_output_is_asked_for_and_one_tap_gives_it(link, wanted, way, code):
    page = open_page(**link)
    for axis in "HW":
        page.text_input(key=f"want_{axis}").set_value(str(wanted))
    page.run()
    ways_shown(page).set_value(way).run()
    assert metrics(page)[0].endswith(f" × {wanted} × {wanted}")
    assert code in page.code[0].value
    assert ways_shown(page).value == way


def test_all_ways_are_shown_on_demand():
    page = open_page()
    page.toggle(key="all_ways").set_value(True).run()
    assert len(ways_shown(page).options) == 48


def test_an_output_out_of_reach_is_told_what_reaches_it():
    page = open_page(H="20", W="20", k="3", S="1", want_H="200", want_W="200")
    assert any("ConvTranspose2d grows" in note.value for note in page.info)


def test_where_no_output_was_typed_nothing_is_said_to_be_out_of_reach():
    link = {"H": "20", "W": "20", "k": "3", "S": "1", "axes": "true", "k_W": "5", "S_W": "3", "P": "0", "P_W": "0"}
    page = open_page(**link)
    assert metrics(page)[0] == "96 × 18 × 6"
    assert not page.info
    page = open_page(**link, want_W="6")
    assert any("No kernel_size and stride up to 32 give that size" in note.value for note in page.info)


def test_an_output_that_is_none_is_answered_in_words():
    page = open_page(want_H="2.5")
    assert "The output wanted along the height is 2.5" in page.warning[0].value


def test_an_input_that_does_not_fit_can_still_be_led_to_a_wanted_output():
    page = open_page(H="5", W="5", want_H="5", want_W="5")
    assert page.error
    ways_shown(page).set_value("k 3 · S 1 · P 1").run()
    assert metrics(page)[0] == "96 × 5 × 5"


def strips(page):
    found = (json.loads(part.proto.json) for part in page.get("bidi_component") if part.proto.json)
    return [data["sentence"] for data in found if "sentence" in data]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (
            {"kind": "MaxPool2d", "H": "25", "W": "25", "k": "2", "S": "2"},
            ["Along the width: 25 columns, 12 windows; 1 column of the input is read by none."],
        ),
        (
            {"H": "224"},
            ["Along the height: 224 rows, 54 windows; 1 row", "Along the width: 227 columns, 55 windows; all"],
        ),
        ({"kind": "Linear"}, []),
        ({"H": "1000000", "W": "1000000"}, []),
    ],
)
def test_a_strip_shows_how_the_windows_lie(link, expected):
    told = strips(open_page(**link))
    assert len(told) == len(expected)
    assert all(sentence.startswith(words) for sentence, words in zip(told, expected, strict=True))


def test_the_same_layer_stands_there_in_keras():
    page = open_page(H="224", W="224", k="7", S="2", P="3")
    assert any("keras.layers.ZeroPadding2D(3)" in code.value for code in page.code)
    page = open_page(D="2")
    assert any("stride together with a dilation" in note.value for note in page.info)


@pytest.mark.parametrize("kind", FORMS)
def test_every_kind_opens_and_a_way_to_a_size_leads_there(kind):
    assert metrics(open_page(kind=kind)) or kind == "PixelShuffle"  # its channels come in fours
    page = open_page(kind=kind, C="64", H="56", W="56", k="2", S="2", P="0", want_H="14", want_W="14")
    assert metrics(page)
    has_window = "kernel_size" in ARGUMENTS[kind]
    assert page.text_input(key="want_H").disabled != has_window
    if has_window and kind != "ConvTranspose2d":  # which only grows
        ways = ways_shown(page)
        assert ways.options
        assert all("P 0" in way for way in ways.options) or "padding" in ARGUMENTS[kind]
        ways.set_value(ways.options[0]).run()
        assert metrics(page)[0].endswith("14 × 14")


@pytest.mark.parametrize("junk", ["inf", "nan", "-1", "abc", "", "1e12", "2.5", "same,valid"])
@pytest.mark.parametrize("kind", FORMS)
def test_junk_in_every_setting_at_once_gives_words_or_numbers(kind, junk):
    names = (
        "k_W S_W P_W D D_W A A_W O O_W divisor groups axes pad padding_mode count_pad ceil want_H want_W all_ways way"
    )
    page = open_page(kind=kind, axes="true", **{name: junk for name in names.split() if name != "axes"})
    assert not page.exception
    assert page.error or metrics(page)


def test_settings_of_one_axis_survive_a_look_at_another_layer():
    page = open_page(axes="true", k_W="3")
    page.text_input(key="k_W").set_value("9").run()
    for kind in ("Linear", "AdaptiveAvgPool2d", "Conv2d"):
        page.segmented_control(key="kind").set_value(kind).run()
        assert metrics(page)
    assert "kernel_size=(11, 9)" in page.code[0].value
