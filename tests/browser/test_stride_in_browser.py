"""Stride and padding as a visitor meets it: the catalogue by mouse, keyboard and thumb, links, typing into a cell."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screenshots import settle


def open_page(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/stride_and_padding?{query}")
    settle(page)


def outputs(page: Page) -> list[str]:
    """The numbers of the output that is kept, without the small labels that stand in a marked cell."""
    kept = page.locator(".panel.output .cell:not(.cropped)")
    return kept.evaluate_all("(cells) => cells.map((cell) => cell.firstChild.textContent)")


def test_a_click_in_the_catalogue_shows_the_case_and_marks_it(visitor: Page, address: str) -> None:
    open_page(visitor, address)
    visitor.get_by_role("tab", name="Catalogue").click()
    pressed = visitor.locator(".case[aria-pressed=true]")
    expect(pressed).to_contain_text(["Stride 2 with padding 1", "With numbers: stride 2 with padding 1"])
    visitor.get_by_role("button", name="The formula with its floor").click()
    expect(visitor.locator(".panel.input .cell.unread")).to_have_count(15)
    expect(pressed).to_contain_text(["Stride 2 that does not come out even", "The formula with its floor"])
    visitor.get_by_role("button", name="Transposed: no padding, stride 1").focus()
    visitor.keyboard.press("Enter")
    expect(visitor.locator(".count")).to_have_text("step 1 of 4")
    expect(visitor.locator(".panel.output figcaption")).to_have_text("output 4 × 4")
    expect(visitor.get_by_role("tab", name="Catalogue")).to_have_attribute("aria-selected", "true")


def test_a_case_of_another_page_leads_there_whatever_was_set_there_before(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution?stride=3&padding=2&input=1+2;3+4")
    settle(visitor)
    visitor.get_by_role("button", name="Learn").click()
    visitor.get_by_role("menuitem", name="Stride and padding").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Stride and padding")
    settle(visitor)
    visitor.get_by_role("tab", name="Catalogue").click()
    visitor.get_by_role("button", name="The same as a true convolution").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Convolution")
    expect(visitor.locator(".panel.output .cell").first).to_contain_text("18")
    assert outputs(visitor) == ["18", "20", "19", "10", "9", "17", "11", "8", "14"]


def test_both_ways_of_a_transposed_convolution_end_on_the_same_numbers(visitor: Page, address: str) -> None:
    open_page(visitor, address, "sp_layer=Transposed+convolution&sp_size=2&sp_padding=0")
    visitor.get_by_role("button", name="Last step").click()
    expect(visitor.locator(".count")).to_have_text("step 4 of 4")
    stamped = outputs(visitor)
    visitor.get_by_role("radio", name="Equal convolution").click()
    expect(visitor.locator(".count")).to_contain_text("of 25")
    assert outputs(visitor) == stamped


def test_a_link_opens_one_step_with_one_cell_pinned(visitor: Page, address: str) -> None:
    open_page(visitor, address, "sp_size=6&sp_padding=0&step=3&pin=input.0.2.2")
    expect(visitor.locator(".count")).to_have_text("step 3 of 4")
    expect(visitor.locator(".panel.output .cell.marked")).to_have_count(4)


def test_a_weight_typed_where_it_is_drawn_flipped_is_stored_where_it_belongs(visitor: Page, address: str) -> None:
    open_page(visitor, address, "sp_layer=Transposed+convolution&sp_size=2&sp_kernel=2&sp_seen=Equal+convolution")
    visitor.get_by_role("button", name="Edit numbers").click()
    drawn = [visitor.locator(".panel.kernel .cell input").nth(place).input_value() for place in range(4)]
    visitor.get_by_label("kernel row 1, column 1", exact=True).fill("9")
    visitor.keyboard.press("Tab")
    stored = "+".join([drawn[3], f"{drawn[2]}%3B", drawn[1], "9"])
    visitor.wait_for_url(f"**sp_weights={stored}*")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "query", ["", "sp_layer=Transposed+convolution&sp_size=4&sp_axes=true", "sp_size=12&sp_padding=2"]
)
def test_on_a_phone_a_tap_chooses_a_case_and_nothing_is_wider_than_the_screen(
    browser: Browser, address: str, query: str, theme: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(60_000)
    open_page(page, address, query)
    assert page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollWidth") <= 390
    page.get_by_role("tab", name="Catalogue").tap()
    case = page.locator(".case[data-key=dilation]")
    case.tap()
    expect(page.locator(".count")).to_have_text("step 1 of 9")
    expect(case).to_have_attribute("aria-pressed", "true")
    assert case.evaluate("(button) => button.clientHeight") >= 40
    assert page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollWidth") <= 390
    context.close()
