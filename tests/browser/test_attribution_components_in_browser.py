"""The walk of occlusion and the maps over a photo, touched: keys, play, pointing, switches, a phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.served import with_pages
from tests.browser.running_app import serving
from tests.browser.screenshots import open_page, settle

WALK = """
import numpy as np
import streamlit as st
from PIL import Image
from cnnviz.attribution.question import Window
from cnnviz.ui.components.occlusion_walk import show_walk

st.title("Walk")
arrived = st.slider("arrived", 0, 49, 49)
squares = [(range(top, top + 4), range(left, left + 4)) for top in range(0, 28, 4) for left in range(0, 28, 4)]
windows = [Window(*square, 5.0 - n % 3, 0.1 if n == 17 else 0.8 - n / 100) for n, square in enumerate(squares)]
picture = Image.fromarray(np.random.default_rng(1).integers(0, 256, (28, 28, 3), dtype=np.uint8))
show_walk(picture, windows[:arrived], 6.0, 0.8, "tabby", "walk", running=arrived < 49, total=49)
"""
OVERLAY = """
import numpy as np
import streamlit as st
from PIL import Image
from cnnviz.ui.components.map_overlay import Layer, show_overlay

st.title("Overlay")
st.button("Draw again")
values = np.zeros((28, 28), dtype=np.float32)
values[3, 5], values[20, 10] = -0.25, 0.9
layers = [
    Layer(values, "Occlusion", True, 0.5, alt="The upper left speaks against it."),
    Layer(abs(values) / 10, "Saliency", False, 0.05),
    Layer(values, "Grad-CAM", True, 0.5, absent="No evidence here."),
]
picture = Image.fromarray(np.random.default_rng(1).integers(0, 256, (28, 28, 3), dtype=np.uint8))


def pick(*place):
    st.session_state["place"] = place


show_overlay(layers, picture, "overlay", on_pick=pick)
st.write(f"Picked: {st.session_state.get('place')}")
"""


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the app runs with a page for each of the two."""
    folder: Path = tmp_path_factory.mktemp("parts")
    with serving(folder / "log", with_pages(folder, {"walk": WALK, "overlay": OVERLAY})) as address:
        yield address


def test_the_square_walks_by_keys_by_itself_and_by_pointing(visitor: Page, parts: str) -> None:
    visitor.goto(f"{parts}/walk")
    settle(visitor)
    walk = visitor.locator(".occlusion_walk")
    sentence = walk.locator(".sentence")
    expect(sentence).to_have_text(
        "Square 18 of 49: rows 8 to 11, columns 12 to 15. "
        "Probability of “tabby” 10.0\u00a0%, uncovered 80.0\u00a0%: covering it takes away 70.0 points."
    )
    walk.focus()
    for key, square in (("Home", 1), ("ArrowRight", 2), ("ArrowDown", 9), ("ArrowLeft", 8), ("End", 49)):
        visitor.keyboard.press(key)
        expect(sentence).to_contain_text(f"Square {square} of 49")
    visitor.keyboard.press("Space")
    expect(sentence).to_contain_text(re.compile(r"Square ([3-9]|1\d) of 49"))
    visitor.keyboard.press("Space")
    expect(walk.get_by_role("button", name="Play")).to_be_visible()
    walk.locator(".stage").hover(position={"x": 335, "y": 5})
    expect(sentence).to_contain_text("Square 7 of 49")
    walk.get_by_role("button", name="Score").click()
    expect(sentence).to_contain_text("Score of “tabby” 5.00, uncovered 6.00: covering it takes away 1.00.")
    walk.get_by_role("button", name="Most missed").click()
    expect(sentence).to_contain_text("Square 3 of 49")
    walk.get_by_role("slider", name="Square").fill("40")
    expect(walk.locator(".count")).to_have_text("square 40 of 49")


def test_while_squares_arrive_the_last_is_shown_and_then_the_most_missed(visitor: Page, parts: str) -> None:
    visitor.goto(f"{parts}/walk")
    settle(visitor)
    arrived = visitor.get_by_role("slider", name="arrived")
    sentence = visitor.locator(".occlusion_walk .sentence")
    arrived.press("Home")
    expect(sentence).to_have_text("No square has been covered yet.")
    for count in (1, 2):
        arrived.press("ArrowRight")
        expect(sentence).to_contain_text(f"Square {count} of 49")
    arrived.press("End")
    expect(sentence).to_contain_text("Square 18 of 49")


def test_the_maps_are_read_in_one_place_and_keep_how_they_are_drawn(visitor: Page, parts: str) -> None:
    visitor.goto(f"{parts}/overlay")
    settle(visitor)
    overlay = visitor.locator(".map_overlay")
    expect(overlay.get_by_role("img", name="The upper left speaks against it.")).to_be_visible()
    expect(overlay.get_by_text("No evidence here.")).to_be_visible()
    expect(overlay.locator("figure").first).to_contain_text(
        "Full colour from ±0.5000; values go from −0.2500 to 0.9000."
    )
    stage = overlay.locator(".stage").first
    point_at(stage, 3, 5)
    expect(overlay.locator(".reading")).to_have_text("Row 3, column 5: Occlusion −0.2500; Saliency 0.02500")
    overlay.get_by_role("button", name="magnitude").click()
    stage.focus()
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowUp"):  # the first one begins in the middle
        visitor.keyboard.press(key)
    expect(overlay.locator(".place")).to_have_text("Row 3, column 14")
    point_at(stage, 3, 5)
    expect(stage.locator(".value")).to_have_text("0.2500")
    overlay.get_by_role("slider").fill("40")
    assert stage.locator("canvas").evaluate("it => it.style.opacity") == "0.4"
    overlay.get_by_role("button", name="alone").click()
    assert colour_at(stage, 20, 10) == [253, 231, 37, 255]  # the end of the palette, exactly
    visitor.get_by_role("button", name="Draw again").click()
    settle(visitor)
    assert colour_at(stage, 20, 10) == [253, 231, 37, 255]
    overlay.get_by_role("button", name="over the photo").click()
    expect(overlay.locator(".percent")).to_have_text(re.compile("^40"))
    point_at(overlay.locator(".stage").nth(1), 20, 10)
    overlay.locator(".stage").nth(1).press("Enter")
    expect(visitor.get_by_text("Picked: (1, 20, 10)")).to_be_visible()


def point_at(stage: Locator, row: int, column: int) -> None:
    """Move the mouse over the middle of a pixel of the 28 × 28."""
    box = stage.bounding_box()
    assert box is not None
    stage.hover(position={"x": box["width"] * (column + 0.5) / 28, "y": box["height"] * (row + 0.5) / 28})


def colour_at(stage: Locator, row: int, column: int) -> list[int]:
    """The colour of a map's cell: red, green, blue, alpha."""
    read = f"it => [...it.getContext('2d').getImageData({column}, {row}, 1, 1).data]"
    found: list[int] = stage.locator("canvas").evaluate(read)
    return found


@pytest.mark.parametrize("name", ["walk", "overlay"])
def test_on_a_phone_everything_fits_and_can_be_hit(browser: Browser, parts: str, name: str) -> None:
    page = open_page(browser, f"{parts}/{name}", 390, "dark")
    part = page.locator({"walk": ".occlusion_walk", "overlay": ".map_overlay"}[name])
    expect(part.locator("button:visible").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for touched in [*part.locator("button:visible").all(), *part.locator("input:visible").all()]:
        box = touched.bounding_box()
        assert box is not None
        assert box["height"] >= 40
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 390
    tops = {round(box["y"]) for stage in part.locator(".stage").all()[:2] if (box := stage.bounding_box())}
    assert len(tops) == 1  # two maps stand side by side
    page.context.close()
