"""One running app and one browser for all browser tests; each test gets a fresh visitor."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.running_app import chromium_starts, launch, serving

expect.set_options(timeout=30_000)  # every wait is for a state, and a busy machine takes its time to get there


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not chromium_starts():
        pytest.skip("NO CHROMIUM: the browser tests did not run. `make browser` tries to install one.")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the app runs, with no network weights on the machine."""
    folder: Path = tmp_path_factory.mktemp("server")
    with serving(folder / "log", CNNVIZ_WEIGHTS_DIR=str(folder / "weights"), TORCH_HOME=str(folder / "torch")) as at:
        yield at


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    """A fresh visitor at a laptop, who fails the test at any script error in the page."""
    may = ["clipboard-read", "clipboard-write"]  # without a window nobody can be asked
    context = browser.new_context(viewport={"width": 1280, "height": 720}, permissions=may)
    page = context.new_page()
    page.set_default_timeout(60_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors
