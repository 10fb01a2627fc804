"""The network builder as a visitor meets it: typing, pointing, choosing, dragging, leaving and coming back."""

import re

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from cnnviz.ui.compute.builder.examples import OPENING
from tests.browser.screenshots import settle

KERAS = (
    "model = Sequential()\nmodel.add(Conv2D(8, 3, input_shape=(3, 20, 20)))\nmodel.add(Flatten())\nmodel.add(Dense(10))"
)


def opened(page: Page, address: str, query: str = "") -> Page:
    page.goto(f"{address}/network_builder{query}")
    settle(page)
    return page


def text_box(page: Page):
    return page.get_by_role("textbox", name="The network as PyTorch or Keras text")


def metric(page: Page, label: str):
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")


def row(page: Page, name: str):
    return page.locator("tbody tr").filter(has=page.get_by_role("rowheader", name=re.compile(rf"^{name}\b")))


def test_what_is_typed_is_worked_out_without_a_further_click(visitor: Page, address: str) -> None:
    opened(visitor, address)
    text_box(visitor).fill(
        OPENING.text.replace("nn.Conv2d(4, 32", "nn.Conv2d(4, 8").replace("nn.Conv2d(32,", "nn.Conv2d(8,")
    )
    expect(row(visitor, "conv1").locator(".output")).to_have_text("8 × 24 × 24")
    visitor.wait_for_url("**net=*")
    visitor.reload()
    settle(visitor)
    expect(row(visitor, "conv1").locator(".output")).to_have_text("8 × 24 × 24")


def test_a_slip_is_marked_on_its_line_and_the_typing_goes_on(visitor: Page, address: str) -> None:
    opened(visitor, address)
    wrong = OPENING.text.replace("kernel_size=5", "kernel_sise=5", 1)
    text_box(visitor).fill(wrong)
    expect(visitor.get_by_role("alert")).to_contain_text("did you mean kernel_size?")
    expect(visitor.locator(".gutter .wrong")).to_have_text("4")
    expect(text_box(visitor)).to_have_value(wrong)
    text_box(visitor).fill(OPENING.text)
    expect(visitor.get_by_role("alert")).to_have_count(0)
    expect(metric(visitor, "Parameters")).to_have_text("57,460")


def test_a_keras_listing_brings_its_own_input_shape(visitor: Page, address: str) -> None:
    opened(visitor, address)
    text_box(visitor).fill(KERAS)
    expect(metric(visitor, "gives")).to_have_text("10")
    expect(visitor.get_by_label("H rows")).to_have_count(1)  # not the one before and the new one
    expect(visitor.get_by_label("H rows")).to_have_value("20")


def test_a_click_on_a_box_chooses_the_layer_everywhere(visitor: Page, address: str) -> None:
    opened(visitor, address)
    visitor.locator(".drawing .target").nth(3).click()
    expect(row(visitor, "conv2")).to_have_class(re.compile("chosen"))
    expect(visitor.get_by_role("heading", name="What conv2 sees")).to_be_visible()
    expect(visitor.locator(".gutter .chosen")).to_have_text("5")
    visitor.wait_for_url("**layer_number=4*")


def test_pointing_at_a_row_lights_its_box_without_asking_the_server(visitor: Page, address: str) -> None:
    sent: list[str | bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(frame))

    visitor.on("websocket", listen)
    opened(visitor, address)
    visitor.locator("tbody tr").nth(0).scroll_into_view_if_needed()
    before = len(sent)
    visitor.locator("tbody tr").nth(0).hover()
    expect(visitor.locator(".drawing .box.here")).to_have_count(1)
    expect(visitor.locator(".reading")).to_contain_text("3,232 parameters")
    assert len(sent) == before


def test_a_table_that_was_scrolled_stays_where_it_is_when_a_row_is_chosen(visitor: Page, address: str) -> None:
    opened(visitor, address)
    visitor.get_by_role("button", name="VGG-16 as it is meant").click()
    expect(row(visitor, "dense_2")).to_have_count(1)
    settle(visitor)
    sheet = visitor.locator(".sheet")
    sheet.evaluate("sheet => sheet.scrollTop = 400")
    row(visitor, "conv2d_8").click()
    expect(row(visitor, "conv2d_8")).to_have_class(re.compile("chosen"))
    expect(visitor.get_by_role("heading", name="What conv2d_8 sees")).to_be_visible()
    assert sheet.evaluate("sheet => sheet.scrollTop") == 400


def test_layers_are_chosen_with_the_keys(visitor: Page, address: str) -> None:
    opened(visitor, address, "?layer_number=1")
    visitor.locator(".drawing").focus()
    visitor.keyboard.press("ArrowRight")
    visitor.keyboard.press("ArrowRight")
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", name="What max_pool2d sees")).to_be_visible()


def test_another_unit_is_chosen_on_the_picture(visitor: Page, address: str) -> None:
    opened(visitor, address, "?layer_number=1")
    picture = visitor.locator(".picture")
    picture.scroll_into_view_if_needed()
    picture.focus()
    for _ in range(3):
        visitor.keyboard.press("ArrowLeft")
    visitor.wait_for_url("**unit=12.9*")
    expect(visitor.get_by_text("The unit at row 12, column 9 sees rows 12 to 16 and columns 9 to 13")).to_be_visible()
    box = visitor.locator(".picture .stage").bounding_box()
    assert box is not None
    visitor.mouse.click(box["x"] + 2, box["y"] + 2)
    visitor.wait_for_url("**unit=0.0*")


def test_both_misfits_are_mended_with_one_click(visitor: Page, address: str) -> None:
    opened(visitor, address)
    visitor.get_by_role("button", name="Sat6ConvNet, which does not fit").click()
    expect(visitor.locator(".gutter .wrong")).to_have_text(["4", "6"])
    visitor.get_by_role("button", name="Make both changes").click()
    expect(visitor.get_by_role("alert")).to_have_count(0)
    expect(text_box(visitor)).to_have_value(re.compile(r"nn\.Linear\(256, 128\)"))
    visitor.get_by_role("button", name="Undo").click()
    expect(visitor.locator(".gutter .wrong")).to_have_text(["4", "6"])


def test_the_network_is_still_there_after_a_visit_to_another_page(visitor: Page, address: str) -> None:
    opened(visitor, address)
    visitor.get_by_role("button", name="VGG-16 as it is meant").click()
    expect(metric(visitor, "Parameters")).to_have_text("138,357,544")
    visitor.get_by_role("button", name="Compute").click()
    visitor.get_by_role("menuitem", name="Layer calculator").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Layer calculator")
    settle(visitor)
    visitor.get_by_role("button", name="Compute").click()
    visitor.get_by_role("menuitem", name="Network builder").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Network builder")
    settle(visitor)
    expect(metric(visitor, "Parameters")).to_have_text("138,357,544")
    expect(metric(visitor, "gives")).to_have_text("1,000")


@pytest.mark.parametrize(
    "example", ["Sat6ConvNet, which does not fit", "VGG-16 as it is meant", "A network with skips"]
)
def test_on_a_phone_the_table_scrolls_and_the_page_does_not(browser: Browser, address: str, example: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    opened(page, address)
    page.get_by_role("button", name=example).click()
    page.wait_for_url("**net=*")
    settle(page)
    assert page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollWidth") <= 390
    sums = page.locator("tfoot tr")
    sums.scroll_into_view_if_needed()
    expect(sums).to_be_in_viewport()
    page.close()


@pytest.mark.parametrize("number", ["99", "4"])
def test_a_setting_changed_by_hand_can_be_undone(visitor: Page, address: str, number: str) -> None:
    visitor.goto(f"{address}/network_builder")
    settle(visitor)
    visitor.get_by_text("By hand", exact=True).first.click()
    field = visitor.get_by_label("kernel_size").first
    before = field.input_value()
    field.fill(number)
    field.press("Enter")
    undo = visitor.get_by_role("button", name="Undo")
    expect(undo).to_be_enabled()
    settle(visitor)
    undo.click()
    expect(visitor.get_by_label("kernel_size").first).to_have_value(before)
    expect(visitor.get_by_test_id("stException")).to_have_count(0)
