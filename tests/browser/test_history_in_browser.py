"""Back, Forward and the menu: one entry of the history for each page, and each page as it was left."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from app import CHAPTERS
from tests.browser.screenshots import settle
from tests.browser.uploading import upload
from tests.picture_files import photo

LESSONS = {Path(file).stem: (chapter, title) for chapter, lessons in CHAPTERS.items() for file, title, _ in lessons}


def go_by_menu(page: Page, name: str) -> None:
    chapter, title = LESSONS[name]
    page.locator("header").get_by_text(chapter, exact=True).first.click()
    page.get_by_role("menuitem", name=title, exact=True).click()
    arrive(page, name)


def arrive(page: Page, name: str) -> None:
    page.wait_for_url(re.compile(rf"/{name}(\?|$)"))
    heading = page.get_by_test_id("stMain").get_by_role("heading", level=1)
    expect(heading).to_contain_text(title_of(name))
    settle(page)


def title_of(name: str) -> str:
    text = next(Path("pages").glob(f"*/{name}.md")).read_text(encoding="utf-8")
    return text.partition("\n")[0].removeprefix("# ").strip()


def seen(page: Page) -> list[str]:
    """What the fields and switches in sight stand on."""
    return page.evaluate(
        """() => [...document.querySelectorAll('[data-testid="stMain"] :is(input, textarea, [role="radio"])')]
          .filter(one => one.offsetParent)
          .map(one => one.role === 'radio' ? `${one.textContent} ${one.ariaChecked}` : `${one.value} ${one.checked}`)"""
    )


def words(page: Page) -> list[tuple[str, str]]:
    """The page's address, its parameters in order."""
    return sorted(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))


def entries(page: Page) -> int:
    return int(page.evaluate("history.length"))


@contextmanager
def server_runs(page: Page) -> Iterator[None]:
    """Inside, something is clicked; afterwards the server has answered it."""
    page.evaluate(
        """() => {
          const app = document.querySelector('[data-testid="stApp"]');
          window.answered = new Promise(done => {
            let ran = false;
            new MutationObserver(() => {
              if (app.dataset.testScriptState === 'running') ran = true;
              else if (ran && app.dataset.testScriptState === 'notRunning') done();
            }).observe(app, { attributes: true });
          });
        }"""
    )
    yield
    page.evaluate("window.answered")
    settle(page)


def change(page: Page) -> None:
    """Do what the last suggestion of the page says, and one step."""
    buttons = page.get_by_test_id("stMain").locator("[class*=_suggestions] button")
    if buttons.count():
        with server_runs(page):
            buttons.last.click()
    step = page.get_by_role("button", name="Step forward")
    if step.count():
        step.first.click()


@pytest.mark.parametrize("name", LESSONS)
def test_back_and_the_menu_bring_a_page_back_as_it_was_left(visitor: Page, address: str, name: str) -> None:
    other = "filters" if name == "pooling" else "pooling"
    visitor.goto(f"{address}/{name}")
    settle(visitor)
    change(visitor)
    opened, left, shown = entries(visitor), words(visitor), seen(visitor)
    go_by_menu(visitor, other)
    assert entries(visitor) == opened + 1
    go_by_menu(visitor, name)
    assert words(visitor) == left
    assert seen(visitor) == shown
    visitor.go_back()
    arrive(visitor, other)
    visitor.go_back()
    arrive(visitor, name)
    assert words(visitor) == left
    assert seen(visitor) == shown
    assert entries(visitor) == opened + 2


def test_what_was_added_to_an_address_before_the_page_could_prevent_it_is_passed_over(
    visitor: Page, address: str
) -> None:
    visitor.add_init_script(
        "if (location.pathname === '/filters' && !history.state) history.pushState({}, '', '/filters?filter=3')"
    )
    for name in ("pooling", "filters"):
        visitor.goto(f"{address}/{name}")
        settle(visitor)
        visitor.get_by_text("Link to this").wait_for()  # with it comes what keeps the history
    visitor.go_back()
    arrive(visitor, "pooling")


def test_from_a_patch_to_its_neuron_and_back(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/two_networks")
    settle(visitor)
    go_by_menu(visitor, "visualize_a_unit")
    box = visitor.get_by_role("combobox", name="Network")
    box.fill("Slim VGG")
    visitor.get_by_role("option", name="Slim VGG", exact=True).click()
    visitor.wait_for_url("**network=Slim+VGG*")
    tile = visitor.locator(".unit_tiles button.patch").first
    tile.wait_for()
    settle(visitor)
    left, shown = words(visitor), seen(visitor)
    tile.click()
    arrive(visitor, "one_neuron")
    assert ("network", "Slim VGG") in words(visitor)
    visitor.go_back()
    arrive(visitor, "visualize_a_unit")
    assert words(visitor) == left
    assert seen(visitor) == shown
    visitor.go_forward()
    arrive(visitor, "one_neuron")
    visitor.go_back()
    arrive(visitor, "visualize_a_unit")
    visitor.go_back()
    arrive(visitor, "two_networks")


def test_network_picture_and_class_of_a_link_go_along_from_its_first_page_on(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/attribution?network=Slim+VGG&picture=rocket&class=7")
    settle(visitor)
    for name in ("class_score", "attributions_compared"):
        go_by_menu(visitor, name)
        assert {("network", "Slim VGG"), ("picture", "rocket"), ("class", "7")} <= {*words(visitor)}
        expect(visitor.get_by_role("combobox", name="Network")).to_have_value("Slim VGG")


def test_the_class_is_asked_for_as_it_was_when_the_page_was_left(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/attribution?class=2")
    settle(visitor)
    go_by_menu(visitor, "class_score")
    expect(visitor).to_have_url(re.compile(r"[?&]class=2(&|$)"))
    with server_runs(visitor):
        visitor.get_by_test_id("stMain").locator(
            "[class*=st-key-class_choice] [role=radio][aria-checked=false]"
        ).first.click()
    assert ("class", "2") not in words(visitor)
    visitor.go_back()
    arrive(visitor, "attribution")
    assert ("class", "2") in words(visitor)


def test_a_picture_of_ones_own_is_there_after_a_reload_and_with_back_and_nobody_else_gets_it(
    visitor: Page, browser: Browser, address: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.png"
    photo().save(file)
    visitor.goto(f"{address}/prediction")
    settle(visitor)
    upload(visitor, file)
    visitor.wait_for_url("**picture=own-*")
    settle(visitor)
    name = visitor.locator("[class*=st-key-picture_row] strong")
    expect(name).to_have_text("mine.png")
    visitor.reload()
    settle(visitor)
    expect(name).to_have_text("mine.png")
    link = visitor.url
    go_by_menu(visitor, "pooling")
    go_by_menu(visitor, "feature_maps")
    expect(name).to_have_text("mine.png")
    visitor.go_back()
    visitor.go_back()
    arrive(visitor, "prediction")
    expect(name).to_have_text("mine.png")
    stranger = browser.new_page()
    stranger.goto(link)
    settle(stranger)
    expect(stranger.locator("[class*=st-key-picture_row] strong")).to_have_text("Cat")
    expect(stranger.get_by_test_id("stAlert")).to_contain_text("choose it once more")
    stranger.close()


def test_how_a_map_is_laid_over_the_picture_is_in_the_link(visitor: Page, browser: Browser, address: str) -> None:
    visitor.goto(f"{address}/attribution?network=Slim+VGG")
    settle(visitor)
    overlay = visitor.locator(".map_overlay").first
    overlay.locator(".blend input").fill("40")
    overlay.get_by_role("button", name="alone").click()
    with server_runs(visitor):
        visitor.get_by_test_id("stMain").locator("[class*=_suggestions] button").first.click()
    assert {("opacity", "40"), ("maps", "alone")} <= {*words(visitor)}
    link = browser.new_page()
    link.goto(visitor.url)
    settle(link)
    there = link.locator(".map_overlay").first
    expect(there.locator(".blend input")).to_have_value("40")
    expect(there.get_by_role("button", name="alone")).to_have_attribute("aria-pressed", "true")
    link.close()


@pytest.mark.parametrize("name", ["convolution", "stride_and_padding", "pooling"])
def test_the_open_tab_is_in_the_link(visitor: Page, browser: Browser, address: str, name: str) -> None:
    visitor.goto(f"{address}/{name}")
    settle(visitor)
    visitor.get_by_role("tab", name="Catalogue").click()
    visitor.wait_for_url("**side=Catalogue*")
    link = browser.new_page()
    link.goto(visitor.url)
    settle(link)
    expect(link.get_by_role("tab", name="Catalogue")).to_have_attribute("aria-selected", "true")
    link.close()


def test_on_a_phone_the_menu_closes_when_a_page_was_chosen(visitor: Page, address: str) -> None:
    visitor.set_viewport_size({"width": 390, "height": 844})
    visitor.goto(address)
    settle(visitor)
    visitor.locator(".stepper .cell").first.wait_for()
    for name in ("convolution", "pooling"):
        visitor.get_by_test_id("stExpandSidebarButton").click()
        visitor.get_by_test_id("stSidebarNavLink").get_by_text(LESSONS[name][1], exact=True).click()
        arrive(visitor, name)
        expect(visitor.get_by_test_id("stExpandSidebarButton")).to_be_visible()
        expect(visitor.get_by_test_id("stSidebarNavLink").first).not_to_be_in_viewport()
