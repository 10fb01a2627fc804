"""What does a unit look for?, touched: climbed and stopped, a patch opened, a place clicked, own pictures."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.screenshots import open_page, settle

QUERY = "visualize_a_unit?network=AlexNet&seek_layer=features.3&seek_channel=17"


def open_unit(page: Page, address: str, query: str = QUERY) -> None:
    page.goto(f"{address}/{query}")
    settle(page)
    expect(page.get_by_text("Out of 10 pictures")).to_be_visible(timeout=60_000)


def test_it_climbs_while_one_watches_stops_and_goes_on(visitor: Page, address: str) -> None:
    open_unit(visitor, address, QUERY.replace("features.3", "features.0"))  # the first layer is climbed in seconds
    stop, start = visitor.get_by_role("button", name="Stop"), visitor.get_by_role("button", name="Start")
    expect(stop).to_be_disabled()
    expect(visitor.locator(".ascent .waiting")).to_contain_text("Start climbs 128 steps up")
    start.click()
    picture = visitor.locator(".ascent img")
    expect(picture).to_be_visible()
    first = picture.get_attribute("src")
    expect(picture).not_to_have_attribute("src", first or "")
    expect(visitor.get_by_text(re.compile(r"Step \d+ of 128"))).to_be_visible()
    stop.click()
    expect(visitor.get_by_role("button", name="Go on")).to_be_enabled()
    visitor.get_by_role("button", name="Go on").click()
    expect(visitor.get_by_text("Step 128 of 128")).to_be_visible(timeout=120_000)
    expect(visitor.get_by_role("button", name="128 steps more")).to_be_enabled()
    settle(visitor)
    for sentence in ("The places in all pictures", "A picture made for this unit", "The activation sent back"):
        expect(visitor.get_by_text(sentence)).to_be_visible()


def test_the_rest_of_the_page_answers_while_it_climbs(visitor: Page, address: str) -> None:
    open_unit(visitor, address)
    visitor.get_by_role("button", name="Start").click()
    expect(visitor.locator(".ascent img")).to_be_visible()
    visitor.locator(".sent .stage").click(position={"x": 3, "y": 3})
    visitor.wait_for_url("**seek_row=0*")
    expect(visitor.get_by_text("Row 0, column 0: the value is")).to_be_visible()
    expect(visitor.get_by_text("Step 128 of 128")).to_be_visible(timeout=120_000)
    expect(visitor.locator(".ascent img")).to_be_visible()


@pytest.mark.parametrize("been_there", [False, True])
def test_a_patch_opens_its_neuron_with_its_picture(visitor: Page, address: str, been_there: bool) -> None:
    if been_there:
        visitor.goto(f"{address}/one_neuron?network=AlexNet&neuron_layer=features.6&neuron_channel=3&picture=rocket")
        settle(visitor)
        visitor.get_by_text("Explore", exact=True).click()
        visitor.locator("a[href$='/visualize_a_unit']:visible").click()
        visitor.wait_for_url("**/visualize_a_unit*")
        settle(visitor)
        visitor.get_by_role("button", name="The first layer: edges and colours").click()
        expect(visitor.locator(".patches").get_by_role("button").first).to_be_visible()
        visitor.wait_for_url("**seek_layer=features.0*")
        settle(visitor)
    else:
        open_unit(visitor, address)
    network = visitor.get_by_role("combobox", name="Network").input_value()
    layer = visitor.get_by_role("combobox", name="Layer").input_value()
    channel = visitor.get_by_role("spinbutton", name="Channel").input_value()
    patch = visitor.locator(".patches button").nth(2)
    words = patch.get_attribute("aria-label") or ""
    value, name, row, column = re.match(r"(\S+) (.+), row (\d+), column (\d+);", words).groups()
    patch.click()
    visitor.wait_for_url("**/one_neuron**")
    settle(visitor)
    expect(visitor.locator(".one_neuron .map figcaption")).to_contain_text(f"{layer}, channel {channel}")
    expect(visitor.get_by_role("combobox", name="Network")).to_have_value(network)
    expect(visitor.get_by_role("spinbutton", name="Row")).to_have_value(row)
    expect(visitor.get_by_role("spinbutton", name="Column")).to_have_value(column)
    expect(visitor.locator(".stMarkdown strong", has_text=re.compile(f"^{name}$"))).to_be_visible()
    total = visitor.locator(".one_neuron .total output").inner_text().replace("−", "-")
    assert float(total) == pytest.approx(float(value.replace("−", "-")), rel=1e-3)  # a patch is told with four digits


def test_the_arrow_keys_move_the_unit_on_the_picture(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/{QUERY}&seek_row=5&seek_column=5")
    settle(visitor)
    visitor.locator(".sent .stage").focus()
    visitor.keyboard.press("ArrowDown")
    visitor.keyboard.press("ArrowDown")
    visitor.wait_for_url("**seek_row=7*")
    expect(visitor.get_by_text("Row 7, column 5: the value is")).to_be_visible()


def test_own_pictures_are_taken_and_a_wrong_file_is_named(visitor: Page, address: str, tmp_path: Path) -> None:
    files = []
    for colour in ("red", "green", "blue"):
        files.append(tmp_path / f"{colour}.png")
        Image.new("RGB", (80, 60), colour).save(files[-1])
    wrong = tmp_path / "wrong.png"
    wrong.write_bytes(b"no picture at all")
    open_unit(visitor, address)
    visitor.get_by_text("Your pictures", exact=True).click()
    expect(visitor.get_by_text("No pictures of yours yet")).to_be_visible()
    visitor.get_by_role("button", name="Add").click()
    visitor.locator("input[type=file]").set_input_files([*files, wrong])
    expect(visitor.get_by_text("Out of 3 pictures")).to_be_visible(timeout=60_000)
    expect(visitor.get_by_text("wrong.png:")).to_be_visible()
    expect(visitor.locator(".patches button").first).to_be_visible()


def test_on_a_phone_everything_fits(browser: Browser, address: str) -> None:
    page = open_page(browser, f"{address}/{QUERY}", 390, "dark")
    for name in (".patches", ".ascent", ".sent"):
        box = page.locator(name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    patch = page.locator(".patches button").first.bounding_box()
    assert patch is not None
    assert min(patch["width"], patch["height"]) >= 40
    page.context.close()


def test_switches_that_are_folded_away_follow_a_suggestion_after_they_were_touched(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/visualize_a_unit")
    settle(visitor)
    fold = visitor.get_by_test_id("stExpander").filter(has_text="How it is climbed").first
    summary, shaken = fold.locator("summary"), fold.get_by_text("Shaken", exact=True)
    summary.click()
    shaken.click()
    visitor.wait_for_url("**seek_shaken=false*")
    shaken.click()
    expect(visitor).not_to_have_url(re.compile("seek_shaken"))
    summary.click()
    expect(shaken).to_be_hidden()
    visitor.get_by_role("button", name="Climb pixel by pixel, unshaken").click()
    visitor.wait_for_url("**seek_shaken=false*")
    visitor.get_by_role("button", name="A class score").click()  # one more run: the browser tells what it believes
    visitor.wait_for_url("**seek_layer=classifier*")
    settle(visitor)
    expect(visitor).to_have_url(re.compile("seek_frequencies=false.*seek_shaken=false"))
    summary.click()
    for name in ("As frequencies", "Shaken"):
        expect(fold.locator("label").filter(has_text=name).locator("input")).not_to_be_checked()
