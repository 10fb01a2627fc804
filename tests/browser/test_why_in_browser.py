"""Why convolution?, touched: lines lit by pointer and keys, a window torn, a training stopped and gone on with."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.screenshots import open_page, settle


def expect_lit(page: Page, counts: list[int]) -> None:
    """Wait until so many lines are lit in the three drawings."""
    for panel, count in enumerate(counts):
        expect(page.locator(".three_layers .panel").nth(panel).locator(".line.lit")).to_have_count(count)


def test_pointing_at_an_output_lights_its_lines_in_all_three(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/why_convolution")
    settle(visitor)
    expect_lit(visitor, [8, 3, 3])
    visitor.locator(".three_layers .panel").nth(2).locator(".unit.input").first.hover()
    expect(visitor.locator(".three_layers .reading").nth(2)).to_have_text("Input 1 reaches output 1.")
    expect_lit(visitor, [6, 1, 1])
    visitor.get_by_role("heading", level=1).hover()
    expect(visitor.locator(".three_layers .reading").nth(0)).to_contain_text("Output 4 reads inputs 1 to 8")


def test_the_keys_walk_from_an_output_to_a_weight_that_is_used_everywhere(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/why_convolution")
    settle(visitor)
    visitor.locator(".three_layers").focus()
    visitor.keyboard.press("ArrowUp")
    expect(visitor.locator(".three_layers .reading").nth(2)).to_have_text("w2 is used 6 times: once for every output.")
    expect_lit(visitor, [1, 1, 6])
    visitor.keyboard.press("ArrowRight")
    expect(visitor.locator(".three_layers .reading").nth(2)).to_contain_text("w3 is used 6 times")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**why_at=line.3.5*")
    visitor.reload()
    settle(visitor)
    expect(visitor.locator(".three_layers .reading").nth(2)).to_contain_text("w3 is used 6 times")


def test_the_keys_move_the_window_whose_pixels_are_marked_on_both_sides(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/why_convolution")
    settle(visitor)
    torn = visitor.locator(".shuffled_patches")
    torn.focus()
    before = torn.locator(".side").nth(1).locator("svg").first.inner_html()
    visitor.keyboard.press("ArrowRight")
    expect(torn.locator(".reading")).to_contain_text("Rows 13 to 15, columns 14 to 16")
    assert torn.locator(".side").nth(1).locator("svg").first.inner_html() != before
    assert torn.locator(".side").nth(0).locator("svg").first.locator("rect.inner").count() == 1
    assert torn.locator(".side").nth(1).locator("svg").first.locator("rect.inner").count() == 9


def test_a_training_stops_goes_on_and_ends(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/why_convolution?why_patches=600&why_seed=11")
    settle(visitor)
    train, stop = (visitor.get_by_role("button", name=name) for name in ("Train both now", "Stop"))
    expect(stop).to_be_disabled()
    train.click()
    expect(visitor.get_by_text("1 of 4: convolutional network, patches as they are")).to_be_visible(timeout=30_000)
    expect(train).to_be_disabled()
    stop.click()
    expect(visitor.get_by_text("The button goes on where they were.")).to_be_visible()
    train.click()
    expect(visitor.get_by_text("Trained on this machine, from seed 11")).to_be_visible(timeout=90_000)
    settle(visitor)
    expect(visitor.locator(".js-plotly-plot .annotation-text", has_text=" % ")).to_have_count(4)
    expect(visitor.get_by_text("one and the same training")).to_be_visible()
    expect(train).to_be_disabled()


def test_another_setting_touched_while_it_trains_costs_nothing(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/why_convolution?why_patches=300&why_seed=12")
    settle(visitor)
    visitor.get_by_role("button", name="Train both now").click()
    expect(visitor.get_by_role("button", name="Stop")).to_be_enabled()
    visitor.get_by_role("button", name="12 inputs: which counts grow?").click()
    expect(visitor.locator(".three_layers .unit.input")).to_have_count(36)
    expect(visitor.get_by_text("Trained on this machine, from seed 12")).to_be_visible(timeout=90_000)


def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser, address: str) -> None:
    page = open_page(browser, f"{address}/why_convolution?why_inputs=12", 390, "dark")
    for name in (".three_layers", ".scaled_squares", ".shuffled_patches", ".js-plotly-plot"):
        box = page.locator(name).first.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    page.locator(".three_layers .panel").nth(2).locator(".unit.output").first.click()
    expect(page.locator(".three_layers .reading").nth(2)).to_contain_text("Output 1 reads")
    page.context.close()
