"""Every component by itself, from the catalogue: what it drew for a message that is known."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.figures.palettes import LEVELS, table
from tests.browser.catalogue import COMPONENTS
from tests.browser.running_app import serving
from tests.browser.screenshots import settle

INPUT, KERNEL, OUTPUT = "rgb(0, 114, 178)", "rgb(230, 159, 0)", "rgb(0, 158, 115)"


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the catalogue of components runs."""
    log: Path = tmp_path_factory.mktemp("catalogue") / "log"
    with serving(log, script="tests/browser/catalogue.py") as address:
        yield address


@pytest.fixture
def drawn(visitor: Page, catalogue: str) -> Callable[..., Locator]:
    """Opens an example of a component and gives what it drew, which is no message of an error."""

    def open_example(name: str, example: str) -> Locator:
        visitor.goto(f"{catalogue}/?component={name}&example={example}")
        settle(visitor)
        expect(visitor.get_by_text("BidiComponent Error")).to_have_count(0)
        return visitor.locator(f".{name}").first

    return open_example


Drawn = Callable[[str, str], Locator]


def style(element: Locator, name: str) -> str:
    """A computed style of an element."""
    found: str = element.evaluate(f"node => getComputedStyle(node).getPropertyValue('{name}')")
    return found


def pixel(canvas: Locator, x: int, y: int) -> list[int]:
    """The colour at a place of a canvas, in its own pixels."""
    found: list[int] = canvas.evaluate(f"it => [...it.getContext('2d').getImageData({x}, {y}, 1, 1).data]")
    return found


def case_catalogue(drawn: Drawn) -> None:
    cases = drawn("case_catalogue", "stride and padding").locator(".case")
    expect(cases).to_have_count(30)
    first = cases.first
    expect(first.locator(".input")).to_have_count(16)
    expect(first.locator(".tap")).to_have_count(9)
    expect(first.locator(".output")).to_have_count(4)
    assert style(first.locator(".tap").first, "fill") == KERNEL


def code_box(drawn: Drawn) -> None:
    box = drawn("code_box", "a line that does not fit")
    expect(box.get_by_role("textbox", name="A network in PyTorch")).to_have_value(re.compile("nn.Linear"))
    expect(box.locator(".gutter div")).to_have_text(["1", "2", "3", "4", "5"])
    expect(box.locator(".gutter .wrong")).to_have_text("3")
    expect(box.locator(".gutter .chosen")).to_have_text("2")


def copy_link(drawn: Drawn) -> None:
    button = drawn("copy_link", "the button")
    expect(button).to_have_text("Link to this")
    button.click()
    expect(button).to_have_text("Link copied")


def field_on_picture(drawn: Drawn) -> None:
    part = drawn("field_on_picture", "reaching into the padding")
    expect(part.locator(".map figcaption")).to_have_text("8 × 8 units: (3, 4)")
    expect(part.locator(".map .unit")).to_have_attribute("style", re.compile(r"top: 37\.5%; left: 50%;"))
    # 64 pixels and a margin of 25 on each side; the field of row 3 begins at -10 + 3 · 8 + 25
    expect(part.locator(".picture .frame")).to_have_attribute("style", re.compile(r"top: 34\.2105%; left: 41\.2281%"))
    part.locator(".picture").press("ArrowDown")
    expect(part.locator(".map figcaption")).to_have_text("8 × 8 units: (4, 4)")


def map_overlay(drawn: Drawn) -> None:
    overlay = drawn("map_overlay", "three maps")
    overlay.get_by_role("button", name="alone").click()
    maps = overlay.locator("canvas")
    red_end = table("diverging")[LEVELS - 1].tolist()
    assert pixel(maps.first, 10, 20)[:3] == red_end  # beyond the limit
    blue = pixel(maps.first, 5, 3)
    assert blue[2] > blue[0]
    assert pixel(maps.nth(1), 10, 20)[:3] == [253, 231, 37]  # the end of viridis
    expect(overlay.get_by_text("No evidence here.")).to_be_visible()
    expect(overlay.locator(".own .ends").first).to_have_text("−0.500000.5000")
    frame = overlay.locator(".frame").first
    expect(frame).to_have_attribute("style", re.compile(r"top: 64\.2857%; left: 28\.5714%"))


def memory_bars(drawn: Drawn) -> None:
    bars = drawn("memory_bars", "three lines")
    expect(bars.locator("tbody tr")).to_have_count(3)
    expect(bars.locator(".here .name")).to_have_text("fc1")  # where most parameters are
    expect(bars.locator("tbody tr").nth(1).locator(".memory .bar")).to_have_attribute("style", "width: 100%;")
    expect(bars.locator("tfoot .params")).to_have_text("402,128")
    bars.locator(".here").press("ArrowUp")
    expect(bars.locator(".reading b")).to_have_text("conv1")


def mosaic(drawn: Drawn) -> None:
    part = drawn("mosaic", "three maps, one chosen")
    canvas, legend = part.locator("canvas"), part.locator(".legend")
    expect(legend).to_contain_text("−6.000")
    expect(legend.locator(".high")).to_have_text("6.000")
    width = canvas.evaluate("it => it.width")
    assert pixel(canvas, 2, 2)[:3] == table("diverging")[0].tolist()  # -6: the blue end of the palette
    red = pixel(canvas, int(width) - 3, 2)
    assert red[0] > red[2]
    expect(part.locator(".outline.selected")).to_have_count(1)
    box = canvas.bounding_box()
    assert box is not None
    canvas.hover(position={"x": box["width"] * 11 / 12, "y": box["height"] / 4})
    expect(part.locator(".reading")).to_have_text("channel 2 · row 0, column 1 · value 3.000")
    part.locator(".view").press("Home")
    expect(part.locator(".reading")).to_have_text("channel 0 · row 0, column 0 · value −6.000")


def network_drawing(drawn: Drawn) -> None:
    diagram = drawn("network_drawing", "it fits")
    expect(diagram.locator(".box")).to_have_count(6)
    expect(diagram.locator(".label.below")).to_have_text(["1", "4", "36", "10"])
    expect(diagram.locator(".reading b")).to_have_text("conv2d")
    assert style(diagram.locator(".params .segment").first, "flex-grow") == "9.7561"
    rows = diagram.page.locator(".network_drawing.table")
    expect(rows.locator("tbody tr")).to_have_count(5)
    expect(rows.locator("tfoot .params")).to_have_text("410")
    diagram.locator(".target").nth(4).hover()
    expect(rows.locator("tr.here .name .text")).to_have_text("linear")


def network_overview(drawn: Drawn) -> None:
    part = drawn("network_overview", "a small ResNet")
    expect(part.locator(".column .name").first).to_have_text("conv1")
    expect(part.locator(".tile.chosen")).to_have_count(1)
    expect(part.locator(".reading")).to_contain_text("layer1.0.conv1, channel 1")
    part.press("ArrowLeft")
    expect(part.locator(".reading")).to_contain_text("conv1, channel 1")
    expect(part.locator(".answer li")).to_have_text(["cat 97.0 %", "coffee 2.0 %"])


def occlusion_walk(drawn: Drawn) -> None:
    walk = drawn("occlusion_walk", "the whole walk")
    expect(walk.locator(".count")).to_have_text("square 18 of 49")
    expect(walk.locator(".sentence")).to_contain_text("covering it takes away 70.0 points")
    walk.get_by_role("button", name="First square").click()
    expect(walk.locator(".count")).to_have_text("square 1 of 49")
    for button, square in (("Step forward", 2), ("Last square", 49), ("Step back", 48)):
        walk.get_by_role("button", name=button).click()
        expect(walk.locator(".count")).to_have_text(f"square {square} of 49")
    red, _, blue, alpha = pixel(walk.locator("canvas.tint"), 13, 9)
    assert red > blue
    assert alpha > 0
    expect(walk.locator(".whole")).to_have_attribute("points", re.compile("^0,199.99"))


def one_neuron(drawn: Drawn) -> None:
    neuron = drawn("one_neuron", "a convolution inside")
    expect(neuron.locator(".window .cell")).to_have_count(9)
    expect(neuron.locator(".kernel .cell")).to_have_count(9)
    expect(neuron.locator(".total span")).to_have_text("sum")
    shown = [float(text.replace("−", "-")) for text in neuron.locator(".lines .sum").all_inner_texts()]
    total = float(neuron.locator(".total output").inner_text().replace("−", "-"))
    assert round(sum(shown), 4) == total
    expect(neuron.locator(".chosen .sum")).to_have_text(neuron.locator(".lines .sum").first.inner_text())
    neuron.locator(".lines button").nth(1).click()
    expect(neuron.locator(".lines li").nth(1)).to_have_class(re.compile("chosen"))


def picture_regions(drawn: Drawn) -> None:
    part = drawn("picture_regions", "two regions")
    expect(part.locator(".rectangle span")).to_have_text(["1", "2"])
    expect(part.locator(".rectangle").first).to_have_attribute("style", re.compile("top: 10%; left: 20%; height: 30%"))
    expect(part.get_by_role("group", name="Region 2: 50 to 90 % down, 50 to 75 % across")).to_be_visible()


def shifted_picture(drawn: Drawn) -> None:
    part = drawn("shifted_picture", "a corner, max-pooling")
    expect(part.locator(".where")).to_have_text("not moved")
    lit = part.locator(".input .cell:not(.zero)")
    expect(lit).to_have_text(["1"] * 7)
    part.press("ArrowRight")
    expect(part.locator(".where")).to_have_text("+1 px")
    expect(part.locator(".output .words")).to_contain_text("1 pixel to the right")
    expect(part.locator(".output .changed")).not_to_have_count(0)


def shuffled_patches(drawn: Drawn) -> None:
    part = drawn("shuffled_patches", "two patches")
    expect(part.locator(".reading")).to_contain_text("Rows 3 to 5, columns 3 to 5")
    left, right = (part.locator(".side").nth(side).locator("svg").first.locator(".inner") for side in (0, 1))
    expect(left).to_have_count(1)
    expect(right).to_have_count(9)
    expect(right.first).to_have_attribute("x", "5")  # the order is turned round: column 2 of 8 went to column 5
    expect(part.locator(".legend .low")).not_to_be_empty()


def softmax(drawn: Drawn) -> None:
    part = drawn("softmax", "three of four classes")
    expect(part.locator("tbody .class")).to_have_text(["cat", "dog", "bird", "the other 1"])
    expect(part.locator("tbody .percent")).to_have_text(["65.72 %", "24.18 %", "8.89 %", "1.21 %"])
    expect(part.locator("tbody .bar").nth(1)).to_have_attribute("style", "width: 24.18%;")
    part.locator("tbody tr").nth(1).hover()
    expect(part.locator(".steps b")).to_have_text(["0.3679", "24.18 %"])


def stepper(drawn: Drawn) -> None:
    part = drawn("stepper", "a convolution")
    expect(part.locator(".panel.output .cell").first).to_have_text("12")
    expect(part.locator(".terms")).to_have_text(re.compile(r"^3·0 \+ 3·1 \+ 2·2 .* = 12$"))
    assert style(part.locator(".panel.input .frame"), "border-top-color") == KERNEL
    for key, step in (("ArrowRight", 2), ("ArrowDown", 5), ("End", 9), ("ArrowLeft", 8), ("Home", 1)):
        part.press(key)
        expect(part.locator(".count")).to_have_text(f"step {step} of 9")
    part.get_by_role("button", name="Step forward").click()
    expect(part.locator(".panel.output .here")).to_have_text("12")
    expect(part.locator(".result")).to_have_text("y = w·x + b = 12 + 0 = 12")


def three_layers(drawn: Drawn) -> None:
    part = drawn("three_layers", "eight inputs")
    expect(part.locator(".count")).to_have_text(["48 weights", "18 weights", "3 weights"])
    expect(part.locator(".panel").nth(2).locator(".line.lit")).to_have_count(3)
    expect(part.locator(".panel").nth(2).locator(".weight")).to_have_text(["w1", "w2", "w3"])
    expect(part.locator(".reading").first).to_have_text("Output 4 reads inputs 1 to 8: 8 weights of its own.")


def thumbnails(drawn: Drawn) -> None:
    part = drawn("thumbnails", "four photographs, one chosen")
    expect(part.get_by_role("button")).to_have_text(["Cat", "Coffee", "Motorcycle", "Rocket"])
    expect(part.get_by_role("button", pressed=True)).to_have_text("Coffee")
    assert part.locator("img").first.evaluate("it => it.naturalWidth") > 0


def unit_tiles(drawn: Drawn) -> None:
    part = drawn("unit_tiles", "patches")
    expect(part.locator("button.patch b")).to_have_text(["3.5", "2.5", "1.5", "0.5"])
    expect(part.locator(".free")).to_have_count(5)
    ascent = drawn("unit_tiles", "an ascent")
    expect(ascent.locator(".curve")).to_have_attribute("points", "66,66 137.5,10 209,24")
    sent = drawn("unit_tiles", "sent back")
    expect(sent.locator(".frame")).to_have_attribute("style", re.compile("top: 25%; left: 50%; height: 25%"))
    expect(sent.locator("figcaption")).to_have_text(["its pixels", "what comes back"])


def weighted_sum(drawn: Drawn) -> None:
    part = drawn("weighted_sum", "a score whose values are means of maps")
    expect(part.locator("button.line")).to_have_count(10)
    shown = [float(text.replace("−", "-")) for text in part.locator(".lines .sum").all_inner_texts()]
    assert round(sum(shown), 4) == float(part.locator(".total output").inner_text())
    expect(part.locator(".heads span")).to_have_text(["channel", "weight × mean", "term"])
    expect(part.locator(".torn")).to_have_count(1)
    expect(part.locator(".legend .words")).to_contain_text("cells")
    assert style(part.locator(".line .bar").first, "--share") == "1"


def window_brackets(drawn: Drawn) -> None:
    part = drawn("window_brackets", "the last column is left out")
    expect(part.locator(".bracket")).to_have_text(["0", "1"])
    expect(part.locator(".bracket").nth(1)).to_have_attribute("style", re.compile("grid-area: 1 / 3 / auto / 5"))
    expect(part.locator(".cell")).to_have_text(["0", "1", "2", "3", "4"])
    expect(part.locator(".unread")).to_have_text("4")
    assert style(part.locator(".cell").first, "background-color") == INPUT


SEEN = {
    look.__name__: look
    for look in (
        *(case_catalogue, code_box, copy_link, field_on_picture, map_overlay, memory_bars, mosaic, network_drawing),
        *(network_overview, occlusion_walk, one_neuron, picture_regions, shifted_picture, shuffled_patches, softmax),
        *(stepper, three_layers, thumbnails, unit_tiles, weighted_sum, window_brackets),
    )
}


def test_each_component_is_looked_at() -> None:
    assert set(SEEN) == set(COMPONENTS)


@pytest.mark.parametrize("name", SEEN)
def test_it_draws_what_it_is_sent(name: str, drawn: Drawn) -> None:
    SEEN[name](drawn)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_catalogue_shows_a_component_in_both_themes(visitor: Page, catalogue: str, theme: str) -> None:
    visitor.goto(catalogue)
    settle(visitor)
    visitor.get_by_role("link", name=theme).first.click()
    expect(visitor.locator(".case_catalogue")).to_be_visible()
    assert style(visitor.locator(".case_catalogue"), "color-scheme") == theme
    green = {"light": OUTPUT, "dark": "rgb(20, 169, 127)"}[theme]
    assert style(visitor.locator(".case_catalogue .output").first, "fill") == green
