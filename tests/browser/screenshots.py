"""Every page as a picture: 1280 and 390 px wide, light and dark, into ``screenshots/``. Run by ``make screenshots``.

``python -m tests.browser.screenshots convolution filters`` takes only those pages.
"""

import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser.running_app import ROOT, launch, serving

FOLDER = ROOT / "screenshots"
WIDTHS = {1280: 720, 390: 844}
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")


def page_names() -> list[str]:
    """The address of every page: the stem of its file, empty for the front page."""
    stems = sorted(path.stem for path in (ROOT / "pages").glob("*/*.py"))
    return ["" if stem == "home" else stem for stem in stems]


def open_page(browser: Browser, address: str, width: int, theme: Theme) -> Page:
    """Open an address in a fresh session and wait until it has been drawn and nothing runs any more."""
    viewport = ViewportSize(width=width, height=WIDTHS[width])
    context = browser.new_context(viewport=viewport, color_scheme=theme)
    page = context.new_page()
    page.goto(address)
    settle(page)
    return page


def settle(page: Page, timeout: float = 120_000) -> None:
    """Wait until the page shows a title and its script has ended."""
    page.get_by_test_id("stMain").get_by_role("heading", level=1).first.wait_for(timeout=timeout)
    page.wait_for_function(
        """() => document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning'
                 && !document.querySelector(
                   '[data-stale="true"], [data-testid="stSkeleton"], [data-testid="stSpinner"]')""",
        timeout=timeout,
    )


def take(names: list[str], address: str) -> None:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name in names:
            for width in WIDTHS:
                for theme in THEMES:
                    page = open_page(browser, f"{address}/{name}", width, theme)
                    computing = page.get_by_role("button", name="Stop", exact=True, disabled=False)
                    computing.first.wait_for(state="detached", timeout=120_000)
                    page.wait_for_timeout(600)  # fonts and pictures settle; a picture may wait, a test may not
                    file = FOLDER / f"{name.split('?')[0] or 'home'}_{width}_{theme}.png"
                    page.screenshot(path=file)
                    full_height = page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
                    page.set_viewport_size({"width": width, "height": min(int(full_height) + 20, 4000)})
                    page.wait_for_timeout(300)
                    page.screenshot(path=file.with_stem(file.stem + "_full"))
                    page.context.close()
                    print(file.relative_to(ROOT))
        browser.close()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    names = sys.argv[1:] or page_names()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "log") as address:
        take(names, address)


if __name__ == "__main__":
    main()
