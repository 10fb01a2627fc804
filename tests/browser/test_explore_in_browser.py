"""A newcomer brings a photo and looks into a network: upload, maps, keys, prediction. No weights are on the machine."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cnnviz.gallery import GALLERY, photograph_folder
from tests.browser.screenshots import settle
from tests.browser.uploading import upload

PHOTO = photograph_folder() / GALLERY["rocket"].file


def test_an_uploaded_photograph_is_looked_at_and_stays_on_the_next_page(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/feature_maps")
    settle(visitor)
    canvas = visitor.locator(".mosaic canvas").first
    expect(canvas).to_be_visible()
    range_of_the_cat = visitor.get_by_text("features.0 answers with 64 maps").inner_text()
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    upload(visitor, PHOTO)
    expect(visitor.get_by_text(PHOTO.name)).to_be_visible()
    expect(visitor.get_by_text("features.0 answers with 64 maps")).not_to_have_text(range_of_the_cat)
    settle(visitor)
    assert canvas.evaluate("canvas => canvas.toDataURL()") != before
    visitor.get_by_role("button", name="Explore").click()
    visitor.get_by_role("menuitem", name="Prediction").click()
    settle(visitor)
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Prediction")
    expect(visitor.get_by_text(PHOTO.name)).to_be_visible()
    expect(visitor.get_by_text("original, 512 × 342")).to_be_visible()


def test_maps_can_be_walked_by_keys_and_one_chosen(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/feature_maps")
    settle(visitor)
    view = visitor.locator(".mosaic .view").first
    view.focus()
    visitor.keyboard.press("ArrowRight")
    visitor.keyboard.press("ArrowRight")
    expect(visitor.locator(".mosaic .reading").first).to_contain_text("channel")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**channel=2*")
    expect(visitor.get_by_label("Channel", exact=True)).to_have_value("2")
    expect(visitor.locator(".captions").last).to_contain_text("channel 2")


def test_a_point_on_a_map_reads_channel_place_and_value(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/feature_maps?network=ResNet-18")
    settle(visitor)
    visitor.locator(".mosaic .view").first.hover(position={"x": 60, "y": 20})
    reading = visitor.locator(".mosaic .reading").first
    expect(reading).to_contain_text("row")
    expect(reading).to_contain_text("column")


def test_a_file_that_is_no_picture_is_answered_in_words_and_the_earlier_picture_stays(
    visitor: Page, address: str, tmp_path: Path
) -> None:
    wrong = tmp_path / "holiday.png"
    wrong.write_text("This is a letter.")
    visitor.goto(f"{address}/prediction")
    settle(visitor)
    upload(visitor, wrong)
    expect(visitor.get_by_role("alert")).to_be_visible()
    assert "Traceback" not in visitor.get_by_role("alert").inner_text()
    expect(visitor.get_by_text("original, 451 × 300")).to_be_visible()


@pytest.mark.parametrize("name", ["filters", "feature_maps", "prediction"])
def test_random_weights_are_labelled_wherever_they_are_shown(visitor: Page, address: str, name: str) -> None:
    visitor.goto(f"{address}/{name}?network=AlexNet")
    settle(visitor)
    assert visitor.get_by_text("untrained (random weights)").count() >= 2


@pytest.mark.parametrize("name", ["filters", "feature_maps", "prediction", "layer_calculator"])
def test_a_phone_needs_no_sideways_scrolling(browser: Browser, address: str, name: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}/{name}")
    settle(page)
    assert page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollWidth") <= 390
    page.close()
