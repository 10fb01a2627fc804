"""How pages look, where only a browser sees it: what is cut off, out of its column, out of view, or broken in two."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.screenshots import open_page, settle


def right_edges(texts: Locator) -> list[float]:
    """Where the texts of these elements end, in px."""
    edges: list[float] = texts.evaluate_all(
        """(all) => all.map((one) => {
             const text = document.createRange(); text.selectNodeContents(one)
             return text.getBoundingClientRect().right })"""
    )
    return edges


def test_the_sum_of_the_probabilities_stands_in_their_column(browser: Browser, address: str) -> None:
    for width, name in ((1280, "two_networks"), (390, "prediction")):
        page = open_page(browser, f"{address}/{name}?network=Slim+AlexNet&first_network=Slim+AlexNet", width, "light")
        table = page.locator(".softmax table").first
        expect(table.locator(".percent")).to_have_count(6)
        edges = right_edges(table.locator(".percent")) + right_edges(table.locator(".total"))
        assert len(edges) == 7
        assert max(edges) - min(edges) <= 1
        page.context.close()


def test_a_whole_network_opens_with_its_first_layer_and_its_answer_in_view(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/whole_network?network=VGG-16")
    settle(visitor, timeout=180_000)
    strip = visitor.locator(".network_overview .strip")
    assert strip.evaluate("(one) => one.scrollWidth > one.clientWidth && one.scrollLeft === 0")
    answer = visitor.locator(".network_overview .answer li").first.bounding_box()
    assert answer is not None
    assert answer["x"] + answer["width"] <= 1280
    shape = visitor.locator(".network_overview .column .shape").first
    assert shape.inner_text().split("\n") == ["3×3", "64 × 224 × 224"]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_formula_of_the_softmax_fits_and_choices_that_wrap_are_whole(
    browser: Browser, address: str, width: int
) -> None:
    page = open_page(browser, f"{address}/prediction?network=Slim+AlexNet", width, "dark")
    for formula in page.locator(".katex-display").all():
        assert formula.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    page.goto(f"{address}/layer_calculator")
    settle(page)
    radii = page.locator(".st-key-kind [role=radio]").evaluate_all(
        "(all) => all.map((one) => getComputedStyle(one).borderRadius)"
    )
    assert set(radii) == {"8px"}
    page.context.close()


def test_a_suggestion_brings_what_it_changes_into_view(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/one_neuron?network=Slim+AlexNet")
    settle(visitor)
    main = visitor.get_by_test_id("stMain")
    suggestion = visitor.get_by_role("button", name="The first layer: colours times weights")
    suggestion.evaluate("(one) => one.scrollIntoView({ block: 'start' })")
    assert main.evaluate("(one) => one.scrollTop") > 100
    suggestion.click()
    expect(visitor.locator(".one_neuron .map figcaption")).to_contain_text("features.0, channel")
    visitor.wait_for_function(
        """() => [...document.querySelectorAll("[data-testid^=stBidiComponent]")]
             .find((one) => one.clientHeight > 80).getBoundingClientRect().top >= 0"""
    )


def test_the_buttons_of_a_number_that_the_page_chose_work(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/two_networks?first_network=Slim+AlexNet")
    settle(visitor)
    field = visitor.get_by_test_id("stNumberInput").first
    box = field.get_by_role("spinbutton")
    before = int(box.input_value())
    field.get_by_test_id("stNumberInputStepUp").click()
    expect(box).to_have_value(str(before + 1))
    expect(visitor.locator(".mosaic .reading").first).to_contain_text(f"channel {before + 1}")


def test_where_no_unit_stands_nothing_is_drawn(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/one_neuron?network=Slim+AlexNet&neuron_layer=classifier.6&neuron_channel=3")
    settle(visitor)
    picture = visitor.locator(".one_neuron .map img").first
    opacities = picture.evaluate(
        """(one) => { const canvas = document.createElement('canvas')
             Object.assign(canvas, { width: one.naturalWidth, height: one.naturalHeight })
             const pen = canvas.getContext('2d'); pen.drawImage(one, 0, 0)
             const { data } = pen.getImageData(0, 0, canvas.width, canvas.height)
             return [...data].filter((_, at) => at % 4 === 3) }"""
    )
    assert opacities == [255] * 37 + [0] * (len(opacities) - 37)
    assert len(opacities) == 42
