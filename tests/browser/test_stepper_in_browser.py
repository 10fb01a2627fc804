"""The stepper as a visitor meets it: keys, taps, typing, and no trip to the server while stepping."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.browser.running_app import serving
from tests.browser.screenshots import settle


def cells(page: Page, grid: str) -> list[str]:
    return page.locator(f".panel.{grid} .cell").all_inner_texts()


def test_a_deep_link_on_a_fresh_server_opens_the_lesson_at_its_step(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path / "log") as address:
        page = browser.new_page()
        page.goto(f"{address}/convolution?stride=2&padding=1&step=5")
        settle(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Convolution")
        expect(page.locator(".count")).to_have_text("step 5 of 9")
        assert cells(page, "output") == ["6", "17", "3", "8", "17", "13", "6", "4", "4"]
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.close()


def test_the_arrow_keys_step_at_once_and_without_a_trip_to_the_server(visitor: Page, address: str) -> None:
    sent: list[object] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(frame))

    visitor.on("websocket", listen)
    visitor.goto(f"{address}/convolution")
    settle(visitor)
    expect(visitor.locator(".count")).to_have_text("step 1 of 9")
    before = len(sent)
    for _ in range(3):
        visitor.keyboard.press("ArrowRight")
    visitor.keyboard.press("ArrowDown")
    expect(visitor.locator(".count")).to_have_text("step 7 of 9")
    expect(visitor.locator(".terms")).to_contain_text("= 9")
    visitor.keyboard.press("ArrowLeft")
    visitor.keyboard.press("Home")
    visitor.keyboard.press("End")
    expect(visitor.locator(".result")).to_have_text("y = relu(w·x + b) = relu(14 + 0) = relu(14) = 14")
    assert len(sent) == before
    assert visitor.url.endswith("step=9")


def test_play_walks_to_the_end_and_pause_holds(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution")
    settle(visitor)
    speed = visitor.get_by_role("button", name="Speed")
    while speed.inner_text() != "0.5×":
        speed.click()
    visitor.get_by_role("button", name="Play").click()
    expect(visitor.locator(".count")).to_have_text("step 2 of 9")
    visitor.get_by_role("button", name="Pause").click()
    expect(visitor.get_by_role("button", name="Play")).to_be_visible()
    assert visitor.locator(".count").inner_text() in ("step 2 of 9", "step 3 of 9")
    while speed.inner_text() != "4×":
        speed.click()
    visitor.get_by_role("button", name="Play").click()
    expect(visitor.locator(".count")).to_have_text("step 9 of 9")
    expect(visitor.get_by_role("button", name="Play")).to_be_visible()


def test_an_input_cell_shows_every_output_it_feeds_and_a_weight_all_it_meets(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution")
    settle(visitor)
    visitor.locator(".input .cell").nth(12).hover()  # the centre of 5 × 5
    expect(visitor.locator(".output .cell.marked")).to_have_count(9)
    labels = visitor.locator(".output .cell.marked").evaluate_all("cells => cells.map((cell) => cell.dataset.weight)")
    met = [label.strip("×") for label in labels]
    assert met == ["2", "1", "0", "0", "2", "2", "2", "1", "0"]  # the kernel, turned by half a turn
    visitor.locator(".input .cell").nth(0).hover()
    expect(visitor.locator(".output .cell.marked")).to_have_count(1)
    visitor.locator(".kernel .cell").nth(0).click()
    expect(visitor.locator(".input .cell.marked")).to_have_count(9)
    expect(visitor.locator(".relation")).to_contain_text("all 9 windows")
    visitor.locator(".output .cell").nth(5).click()
    expect(visitor.locator(".count")).to_have_text("step 6 of 9")


def test_numbers_typed_into_the_cells_change_the_output_and_the_address(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution")
    settle(visitor)
    visitor.get_by_role("button", name="Edit numbers").click()
    field = visitor.get_by_label("input row 1, column 2", exact=True)
    field.fill("5")
    field.press("Tab")
    expect(visitor.locator(".output .cell").first).to_have_text("14")
    visitor.get_by_label("kernel row 1, column 1", exact=True).fill("1/2")
    visitor.keyboard.press("Tab")
    expect(visitor.locator(".output .cell").first).to_have_text("15.50")
    visitor.get_by_role("button", name="Done").click()
    settle(visitor)
    assert "input=3+5+2" in visitor.url
    assert "weights=0.5+1+2" in visitor.url


def test_a_word_typed_into_a_cell_is_answered_in_words(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution")
    settle(visitor)
    visitor.get_by_role("button", name="Edit numbers").click()
    visitor.get_by_label("kernel row 2, column 2", exact=True).fill("many")
    visitor.keyboard.press("Tab")
    expect(visitor.get_by_role("alert")).to_contain_text("“many” in row 2, column 2 of the kernel is not a number")


def test_rows_that_floor_leaves_out_are_striped_and_say_so(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution")
    settle(visitor)
    visitor.get_by_role("button", name="What does stride 2 leave out").click()
    expect(visitor.locator(".input .cell.unread")).to_have_count(11)
    expect(visitor.locator(".relation")).to_contain_text("1 row and 1 column at the end are never reached")


def test_the_patch_can_be_moved_on_the_picture(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution?show=On+your+picture")
    settle(visitor)
    before = cells(visitor, "input")
    visitor.locator(".pictures .source .stage").click(position={"x": 30, "y": 30})
    visitor.wait_for_url("**patch=**")
    settle(visitor)
    expect(visitor.locator(".count")).to_have_text("step 1 of 36")
    assert cells(visitor, "input") != before


@pytest.mark.parametrize("page_name", ["", "convolution", "convolution?show=On+your+picture"])
def test_a_phone_needs_no_sideways_scrolling(browser: Browser, address: str, page_name: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}/{page_name}")
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollWidth") <= 390
    page.close()


def test_reduced_motion_is_respected(browser: Browser, address: str) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(address)
    settle(page)
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert page.locator(".input .frame").evaluate("frame => getComputedStyle(frame).transitionDuration") == "0s"
    context.close()


def test_the_same_number_typed_again_after_starting_over_counts_again(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution")
    settle(visitor)
    first = visitor.locator(".output .cell").first
    for _ in range(2):
        visitor.get_by_role("button", name="Edit numbers").click()
        visitor.get_by_label("input row 1, column 2", exact=True).fill("5")
        visitor.keyboard.press("Tab")
        expect(first).to_have_text("14")
        visitor.get_by_role("button", name="Done").click()
        visitor.get_by_role("button", name="Start again").click()
        expect(first).to_have_text("12")


def test_leaving_while_it_plays_leaves_the_next_address_alone(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution")
    settle(visitor)
    visitor.get_by_role("button", name="Play").click()
    expect(visitor.locator(".count")).to_have_text("step 2 of 9")
    visitor.get_by_role("button", name="Compute").click()
    visitor.get_by_role("menuitem", name="Layer calculator").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Layer calculator")
    settle(visitor)
    assert "step" not in visitor.url


def test_numbers_of_one_page_do_not_reach_another(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/filters?network=Slim+AlexNet&convolution=features.3+Conv2d&input_channel=7&filter=3")
    settle(visitor)
    visitor.get_by_role("button", name="Learn").click()
    visitor.get_by_role("menuitem", name="Convolution", exact=True).click()
    expect(visitor.locator(".count")).to_have_text("step 1 of 9")
    expect(visitor.get_by_test_id("stException")).to_have_count(0)


def test_a_patch_moved_with_stride_stands_where_the_stepper_reads(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution?show=On+your+picture&stride=4")
    settle(visitor)
    visitor.locator(".pictures .source .stage").click(position={"x": 61, "y": 73})
    visitor.wait_for_url("**patch=**")
    settle(visitor)
    top, left = (int(part) for part in visitor.url.split("patch=")[1].split("&")[0].split("."))
    assert top % 4 == left % 4 == 0


def test_a_whole_grid_typed_with_tab_arrives_as_it_was_typed(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution")
    settle(visitor)
    visitor.get_by_role("button", name="Edit numbers").click()
    visitor.get_by_label("input row 1, column 1", exact=True).focus()
    digits = "1234567891234567891234567"
    for digit in digits:
        visitor.keyboard.type(digit, delay=40)
        visitor.keyboard.press("Tab")
    visitor.get_by_role("button", name="Done").click()
    rows = [digits[start : start + 5] for start in range(0, 25, 5)]
    visitor.wait_for_url(f"**input={'%3B+'.join('+'.join(row) for row in rows)}*")
    settle(visitor)
    assert "".join(cells(visitor, "input")) == digits


def test_one_wrong_cell_costs_none_of_the_others(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution?input=9+8+7;6+5+4;3+2+1&weights=1")
    settle(visitor)
    visitor.get_by_role("button", name="Edit numbers").click()
    wrong = visitor.get_by_label("input row 1, column 2", exact=True)
    wrong.fill("1e5")
    visitor.keyboard.press("Tab")
    expect(visitor.get_by_role("alert")).to_contain_text("“1e5” in row 1, column 2 of the input is not a number")
    assert cells(visitor, "output") == list("987654321")
    wrong.fill("4")
    visitor.keyboard.press("Tab")
    expect(visitor.locator(".output .cell").nth(1)).to_have_text("4")
    assert cells(visitor, "output") == list("947654321")
    expect(visitor.get_by_role("alert")).to_have_count(0)


def test_a_number_typed_behind_a_wrong_one_is_kept(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution?input=9+8+7;6+5+4;3+2+1&weights=1")
    settle(visitor)
    visitor.get_by_role("button", name="Edit numbers").click()
    visitor.get_by_label("input row 1, column 2", exact=True).fill("abc")
    visitor.keyboard.press("Tab")
    visitor.keyboard.type("2")
    visitor.keyboard.press("Tab")
    expect(visitor.get_by_role("alert")).to_contain_text("“abc” in row 1, column 2 of the input is not a number")
    expect(visitor.locator(".output .cell").nth(2)).to_have_text("2")
    visitor.get_by_role("button", name="Done").click()
    settle(visitor)
    assert "".join(cells(visitor, "input")) == "982654321"


def test_the_keys_belong_to_the_walk_again_after_a_suggestion(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution")
    settle(visitor)
    visitor.get_by_role("button", name="Keep the size with padding 1").click()
    expect(visitor.locator(".count")).to_have_text("step 1 of 25")
    settle(visitor)
    visitor.keyboard.press("PageDown")
    expect(visitor.locator(".count")).to_have_text("step 2 of 25")


def test_a_case_of_the_catalogue_is_one_click_and_marked(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution?stride=2&input=1+2;3+4&weights=1")
    settle(visitor)
    visitor.get_by_role("tab", name="Catalogue").click()
    visitor.get_by_role("button", name="The same as a true convolution").click()
    cells = visitor.locator(".panel.output .cell")
    expect(cells.first).to_contain_text("18")
    assert [text[:2].strip() for text in cells.all_text_contents()][:3] == ["18", "20", "19"]
    expect(visitor.locator(".case[aria-pressed=true]")).to_contain_text(["The same as a true convolution"])
