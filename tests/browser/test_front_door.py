"""The front door: what a newcomer sees first, on every page."""

import pytest
from playwright.sync_api import Page, Request, expect

import app
from tests.browser.screenshots import settle

ADDRESSES = [
    "",
    *(file.split("/")[-1].removesuffix(".py") for lessons in app.CHAPTERS.values() for file, *_ in lessons),
]


@pytest.mark.parametrize("name", ADDRESSES)
def test_every_page_opens_without_an_outside_request(visitor: Page, address: str, name: str) -> None:
    outside: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((address, address.replace("http", "ws"), "blob:", "data:")):
            outside.append(request.url)

    visitor.on("request", note)
    visitor.goto(f"{address}/{name}")
    settle(visitor)
    expect(visitor.get_by_test_id("stException")).to_have_count(0)
    assert visitor.get_by_role("heading", level=1).first.inner_text()
    assert outside == []


def test_the_front_page_leads_to_every_lesson(visitor: Page, address: str) -> None:
    visitor.goto(address)
    settle(visitor)
    links = visitor.get_by_test_id("stMain").get_by_role("link")
    targets = {(link.get_attribute("href") or "").split("/")[-1] for link in links.all()}
    assert set(ADDRESSES) - {""} <= targets


def test_the_living_example_walks_by_itself(visitor: Page, address: str) -> None:
    visitor.goto(address)
    settle(visitor)
    expect(visitor.locator(".count")).to_have_text("step 3 of 9")


def test_link_to_this_copies_the_exact_address(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/convolution?stride=2&step=2")
    settle(visitor)
    visitor.get_by_role("button", name="Link to this").click()
    expect(visitor.get_by_role("button", name="Link copied")).to_be_visible()
    assert visitor.evaluate("navigator.clipboard.readText()") == visitor.url
    assert "step=2" in visitor.url
