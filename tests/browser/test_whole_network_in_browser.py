"""Whole network and residual block, touched: keys through layers and channels, a click that chooses, a phone."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.screenshots import open_page, settle


def test_the_keys_walk_through_layers_and_channels_and_enter_chooses(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/whole_network?network=Slim+AlexNet&whole_layer=features.3&whole_channel=7")
    settle(visitor)
    overview = visitor.locator(".network_overview")
    reading = overview.locator(".reading")
    expect(reading).to_contain_text("features.3, channel 7")
    overview.focus()
    for layer in ("features.6", "features.8"):
        visitor.keyboard.press("ArrowRight")
        expect(reading).to_contain_text(f"{layer}, channel")
    visitor.keyboard.press("ArrowUp")
    before = reading.inner_text()
    visitor.keyboard.press("ArrowDown")
    expect(reading).not_to_have_text(before)
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**whole_layer=features.8*")
    settle(visitor)
    expect(overview.locator(".tile.chosen")).to_have_count(1)


def test_branches_stand_under_one_bracket(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/whole_network?network=SqueezeNet+1.1")
    settle(visitor)
    drawn = visitor.locator(".network_overview")
    expect(drawn.locator(".column.branches")).to_have_count(8)
    expect(drawn.locator(".column.branches + .column.beside")).to_have_count(8)
    bracket = "node => getComputedStyle(node, '::before').borderTopWidth"
    assert drawn.locator(".column.branches").first.evaluate(bracket) == "2px"
    assert drawn.locator(".column").first.evaluate(bracket) == "0px"


def test_a_click_on_a_map_enlarges_it_and_leads_to_its_strongest_neuron(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/whole_network?network=Slim+VGG")
    settle(visitor)
    tile = visitor.locator(".network_overview .column").nth(1).locator(".tile").nth(2)
    label = tile.get_attribute("aria-label") or ""
    tile.click()
    expect(visitor.locator(".network_overview .tile.chosen")).to_have_attribute("aria-label", label)
    settle(visitor)
    visitor.get_by_role("button", name="Its strongest cell as One neuron").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("One neuron", timeout=30_000)
    expect(visitor.locator(".one_neuron .map figcaption")).to_contain_text(label)
    expect(visitor.get_by_role("combobox", name="Network")).to_have_value("Slim VGG")


def test_a_part_of_a_residual_block_is_switched_off_and_on(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/residual_block?block=layer2.0")
    settle(visitor)
    visitor.get_by_role("radio", name="the shortcut").click()
    expect(visitor.get_by_role("heading", name="Without the shortcut of layer2.0")).to_be_visible()
    expect(visitor.locator(".mosaic .caption.row")).to_have_text(["projected x (switched off: 0)", "F(x)", "sum"])
    expect(visitor.get_by_text("Now the shortcut is switched off")).to_be_visible()
    channel = visitor.locator(".mosaic .caption:not(.row)").nth(2).inner_text()
    tile = visitor.locator(".mosaic .outline.tile").nth(2).bounding_box()
    assert tile is not None
    visitor.mouse.move(tile["x"] + 5, tile["y"] + 5)
    expect(visitor.locator(".mosaic .reading")).to_contain_text(f"projected x, channel {channel} · row 0")
    expect(visitor.locator(".mosaic .reading b")).to_have_text("0.000")
    visitor.get_by_role("button", name="The whole network again").click()
    expect(visitor.get_by_role("heading", name="Without the shortcut of layer2.0")).to_have_count(0)


def test_on_a_phone_the_network_scrolls_inside_the_page(browser: Browser, address: str) -> None:
    for name in ("whole_network", "two_networks", "residual_block"):
        page = open_page(browser, f"{address}/{name}", 390, "light")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.context.close()
