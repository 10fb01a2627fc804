"""A link is followed and, while the server is slow to answer, the old page is clicked on once more."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running_app import watched
from tests.browser.screenshots import settle

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be halted there")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    with watched(tmp_path_factory.mktemp("slow")) as address_and_process:
        yield address_and_process


@contextmanager
def halted(process: int) -> Iterator[None]:
    """While inside, the server answers nobody, as one does that computes for others."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


@pytest.mark.parametrize(
    ("left", "entered", "title"),
    [
        ("residual_block", "prediction", "Prediction"),  # the picture's part is at the same place on both pages
        ("feature_maps", "residual_block", "Residual block"),
        ("residual_block", "filters", "Filters"),  # this page has no picture
    ],
)
def test_a_click_on_a_page_that_is_being_left_does_not_keep_one_from_the_next(
    visitor: Page, server: tuple[str, int], left: str, entered: str, title: str
) -> None:
    address, process = server
    visitor.goto(f"{address}/{left}")
    settle(visitor)
    visitor.locator("header").get_by_text("Explore").first.click()
    link = visitor.locator(f'a[href$="/{entered}"]').first
    link.wait_for()
    with halted(process):
        link.click(no_wait_after=True)
        visitor.get_by_role("button", name="Change picture").click()
        visitor.wait_for_timeout(300)  # what was clicked is on its way
    expect(visitor.get_by_role("heading", level=1, name=title)).to_be_visible(timeout=20_000)
    settle(visitor)
    assert visitor.evaluate("location.pathname") == f"/{entered}"
