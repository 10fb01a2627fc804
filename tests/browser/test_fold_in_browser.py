"""On a laptop the grids, the player and the arithmetic of a lesson are seen together, without scrolling."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screenshots import settle

HEIGHT = 720
PICTURE = "channels_and_filters?channels_show=On+your+picture"


@pytest.mark.parametrize(
    "page_name",
    [
        "convolution",
        "convolution?along=1-D",
        "convolution?padding=1&weights=1/9+1/9+1/9;1/9+1/9+1/9;1/9+1/9+1/9",
        "convolution?show=On+your+picture",
        "convolution?show=On+your+picture&picture=coffee",
        "channels_and_filters",
        "channels_and_filters?channels_count=4&channels_filters=4",
        "channels_and_filters?channels_count=4&channels_filters=4&channels_groups=4",
        PICTURE,
        f"{PICTURE}&channels_filters=4",
        f"{PICTURE}&channels_filters=4&channels_patch_side=16",
        "stride_and_padding",
        "stride_and_padding?sp_size=12",
        "stride_and_padding?sp_layer=Transposed+convolution&sp_size=3",
        "stride_and_padding?sp_layer=Transposed+convolution&sp_size=5&sp_seen=Equal+convolution",
        "pooling",
        "pooling?pool_size=16",
        "pooling?pool_along=1-D&pool_size=8",
    ],
)
def test_grids_player_and_arithmetic_are_seen_together(visitor: Page, address: str, page_name: str) -> None:
    visitor.goto(f"{address}/{page_name}")
    settle(visitor)
    expect(visitor.locator(".arithmetic .result")).not_to_be_empty()
    parts = [".grids", ".player", ".arithmetic", *([".pictures"] if "picture" in page_name else [])]
    bottoms = """parts => {
      const roots = [...document.querySelectorAll("*")].map(node => node.shadowRoot).filter(Boolean);
      const host = roots.map(root => root.querySelector(".stepper")).find(Boolean);
      return parts.map(part => host.querySelector(part).getBoundingClientRect().bottom);
    }"""
    # the sizes follow what arrives above the grids
    visitor.wait_for_function(
        f"parts => ({bottoms})(parts).every(bottom => bottom > 0 && bottom <= {HEIGHT})", arg=parts
    )
    assert visitor.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollTop") == 0
    overlap = visitor.locator(".player").bounding_box()
    grids = visitor.locator(".grids").bounding_box()
    assert overlap is not None
    assert grids is not None
    assert grids["y"] + grids["height"] <= overlap["y"]


def test_what_is_seen_together_can_be_read(visitor: Page, address: str) -> None:
    for page_name in ("channels_and_filters?channels_count=4&channels_filters=4", "stride_and_padding?sp_size=12"):
        visitor.goto(f"{address}/{page_name}")
        settle(visitor)
        expect(visitor.locator(".panel.wordless")).to_have_count(0)
