"""Why convolution?, used: counted, shuffled, trained on few patches, and with junk in the address."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.arithmetic.network.architectures import sat6_mlp

PAGE = "pages/learn/why_convolution.py"


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(f"../../{PAGE}", default_timeout=120)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def drawn(page: AppTest, name: str) -> dict[str, Any]:
    """What the component that has a part of this name was given to draw."""
    scripts = [json.loads(element.proto.json) for element in page.get("bidi_component") if element.proto.json]
    (script,) = [script for script in scripts if isinstance(script, dict) and name in script]
    return script


def squares(page: AppTest) -> str:
    """The squares to scale, as HTML."""
    return next(element.proto.body for element in page.get("html") if "scaled_squares" in element.proto.body)


def counts(page: AppTest) -> list[str]:
    return re.findall(r">([\d,]+)</div>", squares(page))


def ends(page: AppTest) -> list[list[str]]:
    """For each network how accurate each training that has begun was at last, such as "50.0 % shuffled"."""
    charts = [json.loads(element.proto.spec)["layout"] for element in page.get("plotly_chart")]
    texts = [[note["text"] for note in chart["annotations"]] for chart in charts]
    return [[re.sub("<.*?>", "", text) for text in chart if "%" in text] for chart in texts]


def said(page: AppTest) -> str:
    """Every text on the page, as it is read."""
    texts = [element.value for element in [*page.markdown, *page.caption, *page.error]]
    return re.sub(r"\\(\W)", r"\1", "\n".join(texts))


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception


def test_it_opens_on_the_lectures_numbers() -> None:
    page = open_page()
    assert counts(page) == ["401,536", "400,192", "592"]
    assert "678 times" in squares(page)
    assert [panel["count"] for panel in drawn(page, "panels")["panels"]] == ["48 weights", "18 weights", "3 weights"]
    assert said(page).count("401{,}536") >= 1  # in its derivation


def test_the_lectures_numbers_in_the_text_are_true() -> None:
    text = (Path(__file__).parents[2] / PAGE).with_suffix(".md").read_text(encoding="utf-8")
    assert f"**{sat6_mlp().num_params:,}**" in text
    assert f"**{3136 * 128 + 128:,}**" in text
    assert f"{3136 * 128:,}" in text


def test_the_sizes_in_the_address_are_counted() -> None:
    page = open_page(why_side="224", why_channels="3", why_units="10", why_filters="64", why_kernel="5")
    assert counts(page)[0] == f"{224 * 224 * 3 * 10 + 10:,}"
    assert counts(page)[2] == f"{(5 * 5 * 3 + 1) * 64:,}"


def test_inputs_and_window_change_the_drawing() -> None:
    page = open_page(why_inputs="10", why_window="5", why_at="input.2")
    script = drawn(page, "panels")
    assert (script["inputs"], script["outputs"], script["at"]) == (10, 6, "input.2")


def test_each_suggestion_sets_what_it_says() -> None:
    page = open_page()
    press(page, "Where is weight w2 used?")
    assert drawn(page, "panels")["at"] == "line.2.3"
    assert page.query_params["why_at"] == "line.2.3"
    press(page, "12 inputs: which counts grow?")
    assert drawn(page, "panels")["inputs"] == 12
    press(page, "128 filters of 5 × 5")
    assert counts(page)[2] == f"{(5 * 5 * 4 + 1) * 128:,}"
    press(page, "The lecture’s patch")
    assert counts(page)[2] == "592"
    before = drawn(page, "sides")["places"]
    press(page, "Other patches, another shuffle")
    assert drawn(page, "sides")["places"] != before
    press(page, "Blur both")
    assert drawn(page, "sides")["sides"][0]["rows"][2]["name"] == "after “Blur”"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"why_side": "4"}, "Image side 4 does not fit here: it takes a whole number from 12 to 512, so 12 is used."),
        ({"why_side": "99999999999"}, "so 512 is used"),
        (
            {"why_channels": "2.5"},
            "Channels 2.5 does not fit here: it takes a whole number from 1 to 64, so 2 is used.",
        ),
        ({"why_filters": "−3"}, "so 1 is used"),
        ({"why_units": "1e300"}, "so 4096 is used"),
        ({"why_units": "4,097"}, "Hidden units (dense) 4,097 does not fit here"),
        ({"why_seed": "-1"}, "Seed -1 does not fit here: it takes a whole number from 0 to 999, so 0 is used."),
        ({"why_seed": "1e99"}, "so 999 is used"),
        ({"why_filters": "3x3"}, "“3x3” has 2 numbers. Filters (convolution) takes a whole number from 1 to 512;"),
        ({"why_filters": ""}, "The box is empty. Filters (convolution) takes a whole number from 1 to 512;"),
        ({"why_side": "224 x 112"}, "“224 x 112” is no shape that fits these boxes. Image side takes"),
        ({"why_kernel": "4"}, "Kernel size 4 does not fit here; it stands on 3."),
        ({"why_patches": "5"}, "Patches to train on 5 does not fit here; it stands on 1200."),
        ({"why_inputs": "99"}, "Inputs 99 does not fit here; it stands on 8."),
        ({"why_window": "many"}, "“many” does not fit here; Window takes 1 to 5."),
    ],
)
def test_what_does_not_fit_is_answered_in_words(query: dict[str, str], words: str) -> None:
    assert words in said(open_page(**query))


@pytest.mark.parametrize(("key", "text"), [("why_side", "3, 224, 224"), ("why_channels", "(1, 3, 224, 224)")])
def test_a_pasted_shape_fills_the_boxes_it_has_numbers_for(key: str, text: str) -> None:
    page = open_page()
    page.text_input(key=key).set_value(text).run()
    assert (page.text_input(key="why_channels").value, page.text_input(key="why_side").value) == ("3", "224")
    assert counts(page)[0] == f"{224 * 224 * 3 * 128 + 128:,}"
    assert not page.error


def test_height_and_width_typed_for_the_channels_fill_the_side_and_leave_the_channels() -> None:
    page = open_page(why_channels="3")
    page.text_input(key="why_channels").set_value("224 x 224").run()
    assert (page.text_input(key="why_channels").value, page.text_input(key="why_side").value) == ("3", "224")


@pytest.mark.parametrize(
    "query",
    [
        {"why_side": "nan"},
        {"why_side": "inf", "why_seed": "inf"},
        {"why_side": ""},
        {"why_kernel": "4"},
        {"why_kernel": ""},
        {"why_inputs": "99", "why_window": "0"},
        {"why_at": "line.99.1"},
        {"why_at": "<b>"},
        {"why_filter": "nothing"},
        {"why_patches": "5"},
        {"why_patches": ""},
        {"why_same_start": "perhaps"},
        {"why_seed": "nan"},
        {"why_seed": ""},
    ],
)
def test_junk_in_the_address_does_no_harm(query: dict[str, str]) -> None:
    page = open_page(**query)
    assert drawn(page, "panels")["at"] == "output.3"
    assert counts(page)[2] == "592"


def test_nothing_is_shown_as_trained_before_it_was() -> None:
    page = open_page()
    assert "Not trained yet" in said(page)
    assert ends(page) == [[], []]


def test_the_button_trains_all_four_and_says_what_was_measured() -> None:
    page = open_page(why_patches="300")
    press(page, "Train both now")
    (whole_dense, torn_dense), (whole, torn) = ([end[: end.index("%") + 1] for end in both] for both in ends(page))
    assert whole_dense == torn_dense
    words = said(page)
    assert f"**{whole_dense}** as it is, **{torn_dense}** shuffled" in words
    assert f"**{whole}** as it is, **{torn}** shuffled" in words
    assert "Trained on this machine, from seed 0" in words
    page.text_input(key="why_seed").set_value("7").run()
    assert "Not trained yet" in said(page)
    page.text_input(key="why_seed").set_value("0").run()
    assert f"**{whole}** as it is" in said(page)
