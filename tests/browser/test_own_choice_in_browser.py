"""What a page chooses by itself, in the browser: it is in the address, follows the picture, and stays once touched."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screenshots import settle

FIELDS = {"one_neuron": "neuron", "whole_network": "whole", "visualize_a_unit": "seek"}


def choose_picture(page: Page, name: str, key: str) -> None:
    page.get_by_role("button", name="Change picture").click()
    page.get_by_role("group", name="Gallery of photographs").get_by_role("button", name=name).click()
    page.wait_for_url(f"**picture={key}*")
    settle(page)


def seen(page: Page) -> list[str]:
    """Layer and numbers."""
    fields = [page.get_by_role("combobox", name="Layer"), *page.get_by_role("spinbutton").all()]
    return [field.input_value() for field in fields]


@pytest.mark.parametrize(("name", "key"), FIELDS.items())
def test_the_address_opens_what_was_seen(visitor: Page, browser: Browser, address: str, name: str, key: str) -> None:
    visitor.goto(f"{address}/{name}?network=Slim+AlexNet")
    visitor.wait_for_url(f"**{key}_channel=*")
    settle(visitor)
    of_the_cat = seen(visitor)
    choose_picture(visitor, "Rocket", "rocket")
    channel = visitor.get_by_role("spinbutton").first
    expect(channel).not_to_have_value(of_the_cat[1])
    visitor.wait_for_url(re.compile(rf"[?&]{key}_channel={channel.input_value()}(&|$)"))
    link = browser.new_page()
    link.goto(visitor.url)
    settle(link)
    assert seen(link) == seen(visitor)
    assert link.url == visitor.url
    link.close()


def test_what_was_touched_stays_with_another_picture(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/one_neuron?network=Slim+AlexNet")
    visitor.wait_for_url("**neuron_channel=*")
    settle(visitor)
    layer, channel, *_ = seen(visitor)
    visitor.locator(".one_neuron .map .stage").click(position={"x": 3, "y": 3})
    visitor.wait_for_url("**neuron_row=0*")
    choose_picture(visitor, "Rocket", "rocket")
    expect(visitor.locator(".one_neuron .map figcaption")).to_contain_text(f"{layer}, channel {channel}")
    assert seen(visitor) == [layer, channel, "0", "0"]


def test_what_the_page_adds_to_its_address_is_no_step_back(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/pooling")
    settle(visitor)
    visitor.goto(f"{address}/one_neuron")
    visitor.wait_for_url("**neuron_channel=*")
    settle(visitor)
    visitor.get_by_text("Link to this").wait_for()  # with it comes what keeps the history
    visitor.go_back()
    visitor.wait_for_url("**/pooling")
