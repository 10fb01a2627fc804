"""The stepper by keyboard alone, by touch alone, in the dark, from a link, and with several channels."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.browser.screenshots import settle


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A visitor with a phone: 390 pixels wide, touch, no mouse, dark, and no wish for motion."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        color_scheme="dark",
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def messages_of(page: Page) -> list[object]:
    """What the page sends to the server, from now on."""
    sent: list[object] = []
    page.on("websocket", lambda socket: listen(socket, sent))
    return sent


def listen(socket: WebSocket, sent: list[object]) -> None:
    socket.on("framesent", lambda frame: sent.append(frame))


def test_with_the_keyboard_alone_one_steps_plays_and_pins_a_weight(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution")
    settle(visitor)
    expect(visitor.locator(".stepper")).to_be_focused()
    visitor.keyboard.press("PageDown")  # what a clicker sends
    visitor.keyboard.press("PageDown")
    visitor.keyboard.press("PageUp")
    expect(visitor.locator(".count")).to_have_text("step 2 of 9")
    visitor.keyboard.press("Space")
    expect(visitor.get_by_role("button", name="Pause")).to_be_visible()
    visitor.keyboard.press("Space")
    visitor.keyboard.press("Home")
    visitor.locator(".panel.kernel .cell").first.focus()
    visitor.keyboard.press("ArrowRight")
    visitor.keyboard.press("ArrowDown")
    expect(visitor.locator(".relation")).to_contain_text("The weight 2 is used in all 9 windows")
    expect(visitor.locator(".panel.input .cell.marked")).to_have_count(9)
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**pin=kernel.0.1.1*")
    visitor.keyboard.press("Escape")
    visitor.wait_for_url(lambda url: "pin" not in url)


def test_a_link_to_a_pinned_cell_opens_on_it(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution?padding=1&padding_mode=reflect&pin=input.0.2.2")
    settle(visitor)
    expect(visitor.locator(".relation")).to_contain_text(
        "The 0 in row 2, column 2 and its 3 copies in the border feed 9 outputs"
    )
    expect(visitor.locator(".panel.input .cell.marked")).to_have_count(4)
    expect(visitor.locator(".panel.output .cell.marked")).to_have_count(9)


def test_a_link_with_a_pin_that_is_not_there_opens_as_if_there_were_none(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution?pin=input.7.99.1&step=abc&view=nothing")
    settle(visitor)
    expect(visitor.locator(".count")).to_have_text("step 1 of 9")
    expect(visitor.locator(".cell.marked")).to_have_count(0)


def test_with_touch_alone_on_a_phone_in_the_dark_one_taps_cells_and_steps(phone: Page, address: str) -> None:
    phone.goto(f"{address}/convolution")
    settle(phone)
    phone.locator(".panel.output .cell").nth(4).tap()
    expect(phone.locator(".count")).to_have_text("step 5 of 9")
    phone.locator(".panel.input .cell").nth(12).tap()
    expect(phone.locator(".panel.output .cell.marked")).to_have_count(9)
    phone.locator(".panel.input .cell").nth(12).tap()
    expect(phone.locator(".cell.marked")).to_have_count(0)
    phone.get_by_role("button", name="Step forward").tap()
    expect(phone.locator(".count")).to_have_text("step 6 of 9")
    for name in ("Step back", "Play", "Step forward"):
        box = phone.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["height"] >= 40
        assert box["width"] >= 40
    assert phone.locator(".stepper").evaluate("it => getComputedStyle(it).colorScheme") == "dark"
    assert phone.locator(".panel.input .frame").evaluate("frame => getComputedStyle(frame).transitionDuration") == "0s"


@pytest.mark.parametrize(
    "page_name",
    [
        "channels_and_filters",
        "channels_and_filters?channels_show=On+your+picture&channels_patch_side=16&channels_filters=4",
        "stride_and_padding?sp_layer=Transposed+convolution&sp_seen=Equal+convolution&view=matrix",
        "convolution?along=1-D",
    ],
)
def test_on_a_phone_nothing_needs_sideways_scrolling(phone: Page, address: str, page_name: str) -> None:
    phone.goto(f"{address}/{page_name}")
    settle(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollWidth") <= 390


def test_channels_are_added_up_and_the_timeline_has_a_tick_for_each_filter(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/channels_and_filters?channels_bias=1+2")
    settle(visitor)
    expect(visitor.locator(".arithmetic .line")).to_have_count(3)
    visitor.get_by_role("button", name="f2: go to filter 2").click()
    expect(visitor.locator(".count")).to_have_text("step 10 of 18")
    expect(visitor.locator(".panel.kernel figcaption")).to_contain_text("filter 2")
    visitor.keyboard.press("ArrowRight")
    sums = [
        text.removeprefix("+ ").strip("()").replace("−", "-")
        for text in visitor.locator(".sum .what").all_inner_texts()
    ]
    *terms, total = [int(text.removeprefix("= ")) for text in sums]
    assert sum(terms) == total


def test_groups_dim_the_channels_that_a_filter_does_not_meet(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/channels_and_filters?channels_filters=3&channels_groups=3")
    settle(visitor)
    expect(visitor.locator(".panel.input .plane.unmet")).to_have_count(2)
    visitor.get_by_role("button", name="f3: go to filter 3").click()
    expect(visitor.locator(".panel.input .plane:not(.unmet) .name")).to_have_text("B")


def test_sixteen_by_sixteen_with_four_filters_steps_without_a_message_to_the_server(
    visitor: Page, address: str
) -> None:
    sent = messages_of(visitor)
    show = "channels_show=On+your+picture&channels_patch_side=16&channels_filters=4"
    visitor.goto(f"{address}/channels_and_filters?{show}")
    settle(visitor)
    before = len(sent)
    window = visitor.locator(".pictures .source .window")
    place = window.get_attribute("style")
    for _ in range(20):
        visitor.keyboard.press("ArrowRight")
    expect(visitor.locator(".count")).to_have_text("step 21 of 784")
    assert window.get_attribute("style") != place
    assert len(sent) == before


def test_the_matrix_opens_from_a_link_and_a_click_on_a_row_is_its_step(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution?view=matrix")
    settle(visitor)
    canvas = visitor.locator(".matrix canvas")
    expect(canvas).to_be_visible()
    assert "9 × 25 = 225 entries: 81" in (canvas.get_attribute("aria-label") or "")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    pitch = box["height"] / 12  # nine rows, and three for the vectors
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    canvas.click(position={"x": 5 * pitch, "y": 6.5 * pitch})
    expect(visitor.locator(".count")).to_have_text("step 5 of 9")
    assert canvas.evaluate("canvas => canvas.toDataURL()") != before
    visitor.get_by_role("button", name="One column a window").click()
    visitor.wait_for_url("**view=im2col*")
    expect(visitor.locator(".matrix-words")).to_contain_text("= 17")


def test_a_stamp_adds_to_what_the_output_holds(visitor: Page, address: str) -> None:
    visitor.goto(
        f"{address}/stride_and_padding?sp_layer=Transposed+convolution&sp_size=2&sp_stride=1&sp_padding=0&sp_input=1+2;+3+4&sp_kernel=2&sp_weights=1+1;+1+1"
    )
    settle(visitor)
    outputs = visitor.locator(".panel.output .cell")
    expect(outputs).to_have_text(["1", "1", "0", "1", "1", "0", "0", "0", "0"])
    visitor.keyboard.press("End")
    expect(outputs.nth(4)).to_have_text("10")
    assert outputs.all_inner_texts() == ["1", "3", "2", "4", "10", "6", "3", "7", "4"]
    visitor.keyboard.press("Home")
    expect(outputs.nth(4)).to_have_text("1")


def test_a_screen_reader_hears_each_step_as_a_sentence(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution")
    settle(visitor)
    expect(visitor.locator(".count")).to_have_text("step 1 of 9")
    visitor.keyboard.press("ArrowRight")
    spoken = visitor.locator(".spoken")
    expect(spoken).to_contain_text("Step 2 of 9, output row 1, column 2: 3·0 + 2·1")
    expect(spoken).to_have_attribute("aria-live", "polite")
