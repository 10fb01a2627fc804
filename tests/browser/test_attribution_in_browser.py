"""Attribution while it is being worked out: real progress, time left, Stop and Go on; regions drawn by hand."""

import contextlib
import re

from playwright.sync_api import Page, expect

LONG = "attribution?network=VGG-16&method=Integrated+gradients&fineness=Finest"


def done_of(page: Page) -> int:
    """How many gradients are done, as the line under the map says."""
    text = page.get_by_text(re.compile(r"Gradients: \d+ of 256")).first.inner_text()
    found = re.search(r"(\d+) of 256", text)
    assert found
    return int(found[1])


def wait_until_past(page: Page, before: int) -> None:
    """Return when more gradients than that are told."""
    page.wait_for_function(
        """before => [...document.querySelectorAll("p")].some((line) => {
             const found = line.textContent.match(/Gradients: ([0-9]+) of/)
             return found && Number(found[1]) > before
           })""",
        arg=before,
    )


def stop(page: Page) -> None:
    """Press Stop until it is heard: beside others' work on a full machine a press is lost at times, as with people."""
    told = page.get_by_text("Stopped. Gradients:")
    for _ in range(4):
        page.get_by_role("button", name="Stop").click()
        with contextlib.suppress(AssertionError):
            expect(told).to_be_visible(timeout=15_000)
            return
    expect(told).to_be_visible()


def test_a_long_answer_shows_its_progress_stops_and_goes_on(address: str, visitor: Page) -> None:
    visitor.goto(f"{address}/{LONG}")
    bar = visitor.get_by_test_id("stProgress").filter(has_text="Gradients")
    expect(bar).to_contain_text(re.compile(r"[1-9]\d* of 256"), timeout=120_000)
    first = done_of(visitor)
    expect(bar).to_contain_text(re.compile(r", \d+ (s|min) left"), timeout=60_000)
    wait_until_past(visitor, first)
    assert visitor.locator(".map_overlay canvas").first.is_visible(), "what is known so far is drawn"
    stop(visitor)
    stopped = done_of(visitor)
    assert stopped < 256
    visitor.wait_for_timeout(1500)
    assert done_of(visitor) <= stopped + 1, "only the step that was being computed ends"
    visitor.get_by_role("button", name="Go on").click()
    wait_until_past(visitor, stopped + 1)
    expect(visitor.get_by_role("button", name="Go on")).to_have_count(0)
    stop(visitor)


def test_a_region_is_drawn_by_hand_moved_by_keys_and_taken_away(address: str, visitor: Page) -> None:
    visitor.goto(f"{address}/attribution?network=Slim+VGG&method=Feature+ablation")
    expect(visitor.get_by_text("Regions: all 16")).to_be_visible(timeout=120_000)
    visitor.get_by_role("button", name="Regions of your own").click()
    stage = visitor.locator(".picture_regions .stage")
    box = stage.bounding_box()
    assert box
    visitor.mouse.move(box["x"] + 40, box["y"] + 40)
    visitor.mouse.down()
    visitor.mouse.move(box["x"] + 160, box["y"] + 140, steps=4)
    visitor.mouse.up()
    expect(visitor.get_by_text("Regions: all 2")).to_be_visible()
    rectangle = visitor.locator(".picture_regions .rectangle")
    expect(rectangle).to_have_count(1)
    before = rectangle.bounding_box()
    rectangle.focus()
    visitor.keyboard.press("ArrowRight")
    expect(rectangle).not_to_have_css("left", f"{before['x'] - box['x']}px" if before else "")
    visitor.keyboard.press("Delete")
    expect(visitor.get_by_text("Regions: all 16")).to_be_visible()
    visitor.get_by_role("button", name="Add a rectangle").click()
    expect(rectangle).to_have_count(1)
