"""A network of one's own in the browser: pasted, given its weights, looked into; nobody else sees it."""

from pathlib import Path

import torch
from playwright.sync_api import Browser, Page, expect
from safetensors.torch import save_file
from torch import nn

from cnnviz.ui.compute.builder.text import packed
from tests.browser.screenshots import settle

TEXT = "net = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 2))\n"


def weights(path: Path) -> Path:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 2))
    save_file(module.state_dict(), path)
    return path


def open_builder(visitor: Page, address: str) -> None:
    visitor.goto(f"{address}/network_builder?net={packed(TEXT)}&input=3x32x32")
    settle(visitor)
    visitor.get_by_text("Look inside: your network on every Explore page").click()


def test_a_pasted_network_with_its_weights_is_looked_into_and_goes_along(
    visitor: Page, browser: Browser, address: str, tmp_path: Path
) -> None:
    open_builder(visitor, address)
    visitor.locator(".st-key-own_weights input[type=file]").set_input_files(weights(tmp_path / "net.safetensors"))
    expect(visitor.get_by_text("net.safetensors")).to_be_visible()
    visitor.get_by_label("Names of its classes, a line each").fill("cat\ndog")
    visitor.locator(".st-key-own_look button").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Feature maps", timeout=60_000)
    expect(visitor.get_by_role("combobox", name="Network")).to_have_value("net (yours)")
    settle(visitor)
    expect(visitor.get_by_text("untrained (random weights)")).to_have_count(0)
    visitor.get_by_role("button", name="Explore").click()
    visitor.get_by_role("menuitem", name="Prediction").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Prediction")
    expect(visitor.get_by_role("combobox", name="Network")).to_have_value("net (yours)")
    expect(visitor.get_by_role("cell", name="dog").first).to_be_visible()
    stranger = browser.new_page()
    stranger.goto(visitor.url)
    expect(stranger.get_by_role("combobox", name="Network")).to_have_value("SqueezeNet 1.1", timeout=60_000)
    stranger.close()


def test_a_file_that_is_no_weights_is_answered_in_words(visitor: Page, address: str, tmp_path: Path) -> None:
    open_builder(visitor, address)
    (tmp_path / "net.pt").write_bytes(b"not weights")
    visitor.locator(".st-key-own_weights input[type=file]").set_input_files(tmp_path / "net.pt")
    expect(visitor.get_by_text("net.pt")).to_be_visible()
    visitor.locator(".st-key-own_look button").click()
    expect(visitor.get_by_text("This is no file of weights that can be read here")).to_be_visible()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Network builder")
