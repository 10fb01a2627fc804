"""Pooling as a visitor meets it: the catalogue, and the picture that moves by buttons, keys and by itself."""

from playwright.sync_api import Page, expect

from tests.browser.screenshots import settle


def open_page(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/pooling?{query}")
    settle(page)


def test_a_case_of_the_catalogue_is_one_click(visitor: Page, address: str) -> None:
    open_page(visitor, address)
    visitor.get_by_role("tab", name="Catalogue").click()
    visitor.get_by_role("button", name="With numbers: average pooling").click()
    expect(visitor.locator(".panel.output figcaption")).to_have_text("output 3 × 3 (rounded)")
    expect(visitor.locator(".panel.output .cell").first).to_have_text("1.67")


def test_the_picture_moves_by_buttons_and_keys_and_the_address_says_how_far(visitor: Page, address: str) -> None:
    open_page(visitor, address)
    shift = visitor.locator(".shifted_picture")
    output = shift.locator("figure.output .cell")
    expect(output).not_to_have_count(0)
    before = output.all_text_contents()
    shift.get_by_role("button", name="Move one pixel to the right").click()
    expect(shift.locator(".where")).to_have_text("+1 px")
    after = output.all_text_contents()
    assert [row[1:] for row in rows_of(after)] == [row[:-1] for row in rows_of(before)]
    expect(shift.locator("figure.output .words")).to_contain_text("Equivariant")
    visitor.wait_for_url("**pool_moved=1*")
    shift.get_by_role("button", name="Move one pixel to the left").focus()
    for _ in range(3):
        visitor.keyboard.press("ArrowLeft")
    expect(shift.locator(".where")).to_have_text("−2 px")
    visitor.reload()
    settle(visitor)
    expect(visitor.locator(".shifted_picture .where")).to_have_text("−2 px")


def test_the_picture_moves_by_itself_until_it_is_stopped(visitor: Page, address: str) -> None:
    open_page(visitor, address)
    shift = visitor.locator(".shifted_picture")
    shift.get_by_role("button", name="Let it move").click()
    expect(shift.locator(".where")).not_to_have_text("not moved")
    shift.get_by_role("button", name="Stop").click()
    expect(shift.get_by_role("button", name="Let it move")).to_have_attribute("aria-pressed", "false")
    visitor.wait_for_url("**pool_moved=*")


def rows_of(cells: list[str]) -> list[list[str]]:
    """The cells of a square map by rows."""
    side = int(len(cells) ** 0.5)
    return [cells[start : start + side] for start in range(0, len(cells), side)]
