"""What made the score, touched: a class is clicked, a unit opened in One neuron; it fits on a phone."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.screenshots import open_page, settle


def test_a_class_is_clicked_and_a_unit_that_made_its_score_opened(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/class_score?network=Slim+ResNet&picture=coffee")
    settle(visitor)
    total = visitor.locator(".weighted_sum .total")
    expect(total).to_contain_text("Coffee, upright")
    visitor.get_by_role("radiogroup", name="Class").get_by_role("radio").nth(1).click()
    visitor.wait_for_url("**class=*")
    expect(total).not_to_contain_text("Coffee, upright")
    settle(visitor)
    visitor.locator(".mosaic .view").hover(position={"x": 40, "y": 60})
    expect(visitor.locator(".mosaic .reading")).to_contain_text(re.compile(r"row \d, column \d · −?\d"))
    line = visitor.locator(".weighted_sum button.line").first
    channel = line.locator(".name").inner_text()
    value = line.locator(".value").inner_text()
    line.click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("One neuron", timeout=30_000)
    settle(visitor)
    expect(visitor.locator(".one_neuron .map figcaption")).to_contain_text(f"one chosen: {channel.split()[1]}")
    expect(visitor.get_by_role("combobox", name="Network")).to_have_value("Slim ResNet")
    expect(visitor.locator(".one_neuron .total output")).to_have_text(value)  # the mean that was multiplied
    expect(visitor.get_by_text("Coffee", exact=True)).to_be_visible()


def test_on_a_phone_it_needs_no_sideways_scrolling(browser: Browser, address: str) -> None:
    for network in ("Slim ResNet", "Slim VGG"):
        page = open_page(browser, f"{address}/class_score?network={network}", 390, "dark")
        assert page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollWidth") <= 390
        box = page.locator(".weighted_sum button.line").first.bounding_box()
        assert box is not None
        assert box["height"] >= 40
        assert box["x"] + box["width"] <= 390
        page.context.close()
