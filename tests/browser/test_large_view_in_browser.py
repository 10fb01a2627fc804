"""The large view: over the whole window, Escape closes it, the picture can be kept; also on a phone."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screenshots import open_page, settle

PAGES = {
    "feature_maps": "feature_maps?network=Slim+VGG&layer=features.3+Conv2d",
    "attribution": "attribution?network=Slim+VGG&method=Saliency",
    "convolution": "convolution?show=On+your+picture",
}


@pytest.mark.parametrize("page", PAGES)
def test_a_picture_opens_over_the_whole_window_and_escape_closes_it(visitor: Page, address: str, page: str) -> None:
    visitor.goto(f"{address}/{PAGES[page]}")
    settle(visitor)
    button = visitor.locator(".enlarge").first
    button.click()
    dialog = visitor.locator("dialog.large")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    box = dialog.bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (1280, 720)
    shown = dialog.locator("img")
    assert shown.evaluate("image => image.naturalWidth > 50 && image.complete")
    with visitor.expect_download() as kept:
        dialog.get_by_text("Save as PNG").click()
    assert kept.value.suggested_filename.endswith(".png")
    visitor.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()


def test_on_a_phone_it_fills_the_screen(browser: Browser, address: str) -> None:
    page = open_page(browser, f"{address}/{PAGES['feature_maps']}", 390, "dark")
    page.locator(".enlarge").first.click()
    box = page.locator("dialog.large").bounding_box()
    assert box is not None
    assert box["width"] == 390
    page.locator("dialog.large").get_by_role("button", name="Close").click()
    expect(page.locator("dialog.large")).to_have_count(0)
    page.context.close()
