"""One neuron, touched: another cell by mouse and keys, another channel's products, up and down through the network."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screenshots import open_page, settle

QUERY = "one_neuron?network=ResNet-18&neuron_layer=layer1.0.conv2&neuron_channel=5&neuron_row=7&neuron_column=9"


def open_neuron(page: Page, address: str) -> None:
    page.goto(f"{address}/{QUERY}")
    settle(page)
    expect(page.locator(".one_neuron .map figcaption")).to_contain_text("layer1.0.conv2, channel 5")


def test_a_click_on_the_map_and_the_arrow_keys_choose_another_cell(visitor: Page, address: str) -> None:
    open_neuron(visitor, address)
    stage = visitor.locator(".one_neuron .map .stage")
    before = visitor.locator(".one_neuron .total output").inner_text()
    box = stage.bounding_box()
    assert box is not None
    stage.click(position={"x": box["width"] * 0.99, "y": 2})
    visitor.wait_for_url("**neuron_row=0*")
    visitor.wait_for_url("**neuron_column=55*")
    expect(visitor.locator(".one_neuron .total output")).not_to_have_text(before)
    visitor.keyboard.press("Tab")
    stage.focus()
    visitor.keyboard.press("ArrowDown")
    visitor.wait_for_url("**neuron_row=1*")


def test_another_channels_products_are_shown_without_asking_the_server(visitor: Page, address: str) -> None:
    open_neuron(visitor, address)
    first = visitor.locator(".one_neuron .product .heading").inner_text()
    with_products = visitor.locator(".one_neuron .products .cell")
    before = with_products.all_inner_texts()
    visitor.locator(".one_neuron .lines button").nth(3).click()
    expect(visitor.locator(".one_neuron .product .heading")).not_to_have_text(first)
    assert with_products.all_inner_texts() != before
    visitor.locator(".one_neuron .kernel .cell").nth(4).hover()
    expect(visitor.locator(".one_neuron .reading")).to_contain_text("row 1, column 1 of the window: ")


def test_down_leads_to_who_made_it_and_up_to_who_reads_it(visitor: Page, address: str) -> None:
    open_neuron(visitor, address)
    visitor.get_by_role("button", name="Down: who made").click()
    expect(visitor.locator(".one_neuron .map figcaption")).to_contain_text("layer1.0.conv1, channel")
    visitor.get_by_role("button", name="Up: layer1.0.conv2 reads it in 3 × 3 places of each of its 64 maps").click()
    expect(visitor.locator(".one_neuron .map figcaption")).to_contain_text("layer1.0.conv2, channel")
    settle(visitor)


def test_up_leads_to_units_that_live_until_it_says_why_it_leads_no_further(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/one_neuron?network=Slim+VGG&neuron_layer=features.0")
    settle(visitor)
    caption, output = visitor.locator(".one_neuron .map figcaption"), visitor.locator(".one_neuron .behind output")
    for layer in ("features.2", "features.3", "features.5", "features.6", "features.8", "features.10"):
        visitor.get_by_role("button", name=f"Up: {layer}").click()
        expect(caption).to_contain_text(f"{layer}, channel")
        settle(visitor)
        assert all(float(text.replace("−", "-")) > 0 for text in output.all_inner_texts())
    visitor.goto(f"{address}/one_neuron?network=Slim+VGG&neuron_layer=features.0&neuron_channel=1&neuron_row=0")
    settle(visitor)
    for channel in range(16):
        box = visitor.get_by_role("spinbutton", name="Channel")
        box.fill(str(channel))
        box.press("Enter")
        expect(caption).to_contain_text(f"features.0, channel {channel},")
        settle(visitor)
        if "−" in visitor.locator(".one_neuron .total output").inner_text():
            break
    expect(visitor.locator(".one_neuron .ways .nowhere")).to_contain_text("as 0: no unit there gains from it.")
    expect(visitor.get_by_role("button", name="Up: ")).to_have_count(0)


ROOM_AND_TYPE = """() => [...document.querySelectorAll('*')]
    .flatMap((host) => [...(host.shadowRoot?.querySelectorAll('.one_neuron .grid .cell') ?? [])])
    .map((cell) => {
      const text = document.createRange()
      text.selectNodeContents(cell)
      const room = cell.getBoundingClientRect().width - text.getBoundingClientRect().width
      return [room, parseFloat(getComputedStyle(cell).fontSize)]
    })"""


@pytest.mark.parametrize("width", [1280, 1024, 390])
@pytest.mark.parametrize(("layer", "cells"), [("features.3", 25), ("features.6", 9)])
def test_no_number_of_a_window_runs_into_the_next(
    browser: Browser, address: str, layer: str, cells: int, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(
        f"{address}/one_neuron?network=Slim+AlexNet&neuron_layer={layer}&neuron_channel=5&neuron_row=4&neuron_column=4"
    )
    settle(page)
    expect(page.locator(".one_neuron .map figcaption")).to_contain_text(f"{layer}, channel 5")
    measured = page.evaluate(ROOM_AND_TYPE)
    assert len(measured) == 3 * cells
    assert min(room for room, _ in measured) >= 2
    assert min(type for _, type in measured) >= 9
    assert page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollWidth") <= width
    page.close()


def test_on_a_phone_everything_fits_and_a_tap_on_the_picture_moves_the_frame(browser: Browser, address: str) -> None:
    page = open_page(browser, f"{address}/{QUERY}", 390, "dark")
    for name in (".places", ".product", ".account"):
        box = page.locator(f".one_neuron {name}").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    page.locator(".one_neuron .picture .stage").click(position={"x": 3, "y": 3})
    expect(page.get_by_role("spinbutton", name="Column")).to_have_value("1")
    page.context.close()
