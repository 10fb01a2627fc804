"""A connection that breaks and comes back, and a server that is killed and started anew, under open pages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cnnviz.gallery import GALLERY, photograph_folder
from tests.browser.cable import cable_to
from tests.browser.running_app import end, free_port, started, wait_until_healthy
from tests.browser.screenshots import settle
from tests.browser.uploading import upload

PHOTO = photograph_folder() / GALLERY["rocket"].file


def expect_connected(page: Page, connected: bool = True) -> None:
    """Wait until the page has its web socket, or has noticed that it has none."""
    states = page.locator('[data-testid="stApp"][data-test-connection-state="CONNECTED"]')
    expect(states).to_have_count(1 if connected else 0, timeout=20_000)  # it tries again after ever longer pauses


def test_after_a_cut_the_page_goes_on_with_its_picture_and_its_settings(visitor: Page, address: str) -> None:
    with cable_to(address) as cable:
        visitor.goto(f"{cable.address}/feature_maps?channel=5")
        settle(visitor)
        upload(visitor, PHOTO)
        expect(visitor.get_by_text(PHOTO.name)).to_be_visible()
        settle(visitor)
        for _ in range(2):
            cable.cut()
            expect_connected(visitor, False)
            expect(visitor.get_by_text(PHOTO.name)).to_be_visible()  # what was drawn stays
            cable.mend()
            expect_connected(visitor)
            settle(visitor)
        channel = visitor.get_by_label("Channel", exact=True)
        expect(channel).to_have_value("5")
        expect(visitor.get_by_text(PHOTO.name)).to_be_visible()
        channel.fill("7")
        channel.press("Enter")
        visitor.wait_for_url("**channel=7*")
        settle(visitor)
        expect(visitor.locator(".captions").last).to_contain_text("channel 7")
        expect(visitor.get_by_test_id("stException")).to_have_count(0)


def test_a_climb_that_was_cut_off_goes_on_when_the_connection_is_back(visitor: Page, address: str) -> None:
    def step() -> int:
        return int(visitor.get_by_text(re.compile(r"^Step \d+ of 128")).inner_text().split()[1])

    with cable_to(address) as cable:
        visitor.goto(f"{cable.address}/visualize_a_unit?network=Slim+VGG&seek_layer=features.3&seek_channel=3")
        settle(visitor)
        visitor.get_by_role("button", name="Start", exact=True).click()
        before = step()
        cable.cut()
        expect_connected(visitor, False)
        cable.mend()
        expect_connected(visitor)
        visitor.wait_for_function(f"/Step (?!{before} )\\d+ of 128/.test(document.body.innerText)")
        assert step() > before
        expect(visitor.get_by_test_id("stException")).to_have_count(0)


class Restarted:
    """A server that can be killed and started anew on the same port."""

    def __init__(self, folder: Path) -> None:
        self.log, self.port = folder / "log", free_port()
        self.folders = {"CNNVIZ_WEIGHTS_DIR": str(folder / "weights"), "TORCH_HOME": str(folder / "torch")}
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        self.process = started(self.log, self.port, **self.folders)  # type: ignore[arg-type]
        wait_until_healthy(self.address, self.process, self.log)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restarted]:
    server = Restarted(tmp_path_factory.mktemp("restarted"))
    yield server
    end(server.process)


def test_after_a_restart_pages_go_on_by_themselves_and_open_as_their_address_says(
    visitor: Page, restarted: Restarted
) -> None:
    learn, compute, explore = visitor, visitor.context.new_page(), visitor.context.new_page()
    learn.goto(f"{restarted.address}/convolution?stride=2")
    compute.goto(f"{restarted.address}/layer_calculator?filters=5&k=3")
    explore.goto(f"{restarted.address}/feature_maps?network=Slim+VGG&channel=5")
    for page in (learn, compute, explore):
        page.set_default_timeout(60_000)
        settle(page)
    shown = compute.get_by_test_id("stMetricValue").all_inner_texts()
    restarted.kill()
    for page in (learn, compute, explore):
        expect_connected(page, False)
    restarted.start()
    for page in (learn, compute, explore):  # by themselves, without a reload
        expect_connected(page)
        settle(page)
    learn.get_by_role("radiogroup", name="padding").get_by_role("radio", name="1").click()
    learn.wait_for_url("**padding=1*")
    for page in (learn, compute, explore):
        page.reload()
        settle(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
    assert {"stride=2", "padding=1"} <= set(learn.url.partition("?")[2].split("&"))
    expect(learn.get_by_role("radiogroup", name="stride").get_by_role("radio", name="2")).to_be_checked()
    assert compute.get_by_test_id("stMetricValue").all_inner_texts() == shown
    expect(compute.get_by_label("filters")).to_have_value("5")
    expect(explore.get_by_label("Channel", exact=True)).to_have_value("5")
    expect(explore.get_by_role("combobox", name="Network")).to_have_value("Slim VGG")
