"""Back, Forward and the menu: one entry of the history for each page, and each page as it was left."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from app import CHAPTERS
from tests.browser.screenshots import settle

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
