"""512 maps on a page, from a click on the server's side to the last one painted: our mosaic against a list of st.image.

Both pages hold the same maps and are opened in turn, in one browser, on one server that has shown each before.
"""

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.served import with_pages
from tests.browser.running_app import chromium_starts, launch, serving

ROUNDS = 5
MAPS = """import numpy as np
import streamlit as st

maps = np.maximum(np.random.default_rng(0).standard_normal((512, 28, 28), dtype=np.float32), 0)
st.title("Maps")
"""
OURS = (
    MAPS
    + """
from cnnviz.ui.components.mosaic import mosaic

mosaic(maps, key="maps", label="512 maps")
"""
)
PEER = (
    MAPS
    + """
st.image([(one / one.max() * 255).astype(np.uint8) for one in maps], width=28)
"""
)
OURS_PAINTED = """() => {
  const deep = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.tagName === "CANVAS" && node.width > 100) {
        const pixels = node.getContext("2d").getImageData(5, 5, node.width - 10, node.height - 10);
        return pixels.data.some((value) => value > 0);
      }
      const inner = node.shadowRoot && deep(node.shadowRoot);
      if (inner) return inner;
    }
    return false;
  };
  return deep(document);
}"""
PEER_PAINTED = """() => {
  const images = [...document.querySelectorAll('[data-testid="stMain"] img')];
  return images.length >= 512 && images.every((image) => image.complete && image.naturalWidth > 0);
}"""


def seconds(browser: Browser, address: str, painted: str) -> float:
    """From asking for the page until everything on it is painted, in a fresh session."""
    context = browser.new_context()
    page = context.new_page()
    start = time.perf_counter()
    page.goto(address)
    page.wait_for_function(painted, timeout=120_000, polling=20)
    took = time.perf_counter() - start
    context.close()
    return took


def run() -> list[tuple[str, float, str]]:
    """Rows of (what was compared, ratio, goal)."""
    if not chromium_starts():
        print("  no Chromium here: the page of maps was not measured")
        return []
    with tempfile.TemporaryDirectory() as folder:
        root = with_pages(Path(folder), {"ours": OURS, "peer": PEER, "empty": MAPS})
        with serving(root / "log", root) as address, sync_playwright() as playwright:
            browser = launch(playwright)
            shown = "() => !!document.querySelector('[data-testid=\"stMain\"] h1')"
            ways = {"ours": OURS_PAINTED, "peer": PEER_PAINTED, "empty": shown}
            times: dict[str, list[float]] = {way: [] for way in ways}
            for number in range(ROUNDS + 1):
                for way, painted in ways.items():
                    took = seconds(browser, f"{address}/{way}", painted)
                    times[way] += [took] if number else []  # the first visit imports what the page needs
            browser.close()
    median = {way: statistics.median(measured) for way, measured in times.items()}
    print("  " + ", ".join(f"{way} {1000 * value:.0f} ms" for way, value in median.items()))
    return [
        (
            "512 maps painted: list of st.image ÷ mosaic, the bare page taken off both",
            (median["peer"] - median["empty"]) / max(0.001, median["ours"] - median["empty"]),
            "≥ 4",
        ),
        ("the same, page included", median["peer"] / median["ours"], "none"),
    ]
