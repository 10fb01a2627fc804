"""Number boxes as a visitor meets them: what is typed or pasted arrives whole, and the address carries it."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.screenshots import settle


def box(page: Page, label: str) -> Locator:
    return page.get_by_label(label, exact=True)


def enter(page: Page, label: str, text: str) -> None:
    """Type character by character, as a keyboard does: a browser's own number box drops some of them."""
    box(page, label).select_text()
    page.keyboard.press("Delete")
    page.keyboard.type(text)
    page.keyboard.press("Tab")


def wait_for_query(page: Page, **query: str) -> None:
    """Wait until the address says this and nothing else."""
    page.wait_for_url(lambda url: dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)) == query)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "3x3",
            "“3x3” has 2 numbers. Filters (convolution) takes a whole number from 1 to 512; until then 16 is used.",
        ),
        ("−5", "Filters (convolution) −5 does not fit here: it takes a whole number from 1 to 512, so 1 is used."),
        ("", "The box is empty. Filters (convolution) takes a whole number from 1 to 512; until then 16 is used."),
    ],
)
def test_what_is_typed_is_answered_as_it_was_typed(visitor: Page, address: str, text: str, words: str) -> None:
    visitor.goto(f"{address}/why_convolution")
    settle(visitor)
    enter(visitor, "Filters (convolution)", text)
    expect(visitor.get_by_text(words)).to_be_visible()
    expect(box(visitor, "Filters (convolution)")).to_have_value(text)
    wait_for_query(visitor, why_filters=text)


def test_a_shape_fills_its_boxes_and_the_link_opens_them(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/why_convolution")
    settle(visitor)
    enter(visitor, "Image side", "3, 224, 224")
    expect(box(visitor, "Image side")).to_have_value("224")
    expect(box(visitor, "Channels")).to_have_value("3")
    wait_for_query(visitor, why_side="224", why_channels="3")
    visitor.reload()
    settle(visitor)
    expect(box(visitor, "Channels")).to_have_value("3")
    visitor.get_by_role("button", name="The lecture’s patch").click()
    expect(box(visitor, "Image side")).to_have_value("28")


@pytest.mark.parametrize(
    ("page_name", "label", "text", "filled"),
    [
        ("layer_calculator", "C", "3, 224, 224", {"C": "3", "H": "224", "W": "224"}),
        ("layer_calculator", "kernel_size", "3x3", {"kernel_size": "3"}),
        ("layer_calculator", "H wanted", "14 x 14", {"H wanted": "14", "W wanted": "14"}),
        ("network_builder", "H rows", "(3, 224, 224)", {"C channels": "3", "H rows": "224", "W columns": "224"}),
        ("network_builder", "W columns", "64x64", {"C channels": "4", "H rows": "64", "W columns": "64"}),
    ],
)
def test_shapes_and_pairs_are_read_on_the_pages_that_compute(
    visitor: Page, address: str, page_name: str, label: str, text: str, filled: dict[str, str]
) -> None:
    visitor.goto(f"{address}/{page_name}")
    settle(visitor)
    enter(visitor, label, text)
    for name, value in filled.items():
        expect(box(visitor, name)).to_have_value(value)


@pytest.mark.parametrize(("page_name", "label"), [("layer_calculator", "H"), ("network_builder", "H rows")])
def test_what_a_row_of_boxes_cannot_read_is_said_below_the_whole_row(
    visitor: Page, address: str, page_name: str, label: str
) -> None:
    visitor.goto(f"{address}/{page_name}")
    settle(visitor)
    before = box(visitor, label).input_value()
    enter(visitor, label, "many")
    words = visitor.get_by_text(f"“many” is not a number. {label} takes a whole number; until then {before} is used.")
    expect(words).to_be_visible()
    expect(box(visitor, label)).to_have_value("many")
    said, typed = words.bounding_box(), box(visitor, label).bounding_box()
    assert said is not None
    assert typed is not None
    assert said["width"] > 2 * typed["width"]


def test_a_negative_bias_is_subtracted_and_stays_while_another_page_is_open(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution")
    settle(visitor)
    enter(visitor, "bias", "−5")
    expect(visitor.locator(".panel.output .cell").first).to_contain_text("7")  # 12 − 5
    for title in ("Pooling", "Convolution"):
        visitor.get_by_role("button", name="Learn").click()
        visitor.get_by_role("menuitem", name=title, exact=True).click()
        expect(visitor.get_by_role("heading", level=1)).to_have_text(title)
        settle(visitor)
    expect(box(visitor, "bias")).to_have_value("−5")
    expect(visitor.locator(".panel.output .cell").first).to_contain_text("7")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_the_words_about_a_box_are_no_wider_than_the_screen(
    browser: Browser, address: str, theme: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}/convolution?bias=3x3")
    settle(page)
    answer = page.get_by_text("“3x3” has 2 numbers.")
    answer.scroll_into_view_if_needed()
    found = answer.bounding_box()
    assert found is not None
    assert found["x"] + found["width"] <= 390
    context.close()
