"""From a key press to the changed picture: our stepper, and a Streamlit app whose server redraws a picture each time.

Both run in a real browser, first with nothing else going on, then while another visitor of the same server keeps
running VGG-16 (untrained: only its work counts here). Ours steps over 16 × 16 × 3 with four filters.
"""

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.served import with_pages
from tests.browser.running_app import chromium_starts, launch, serving
from tests.browser.screenshots import settle

PRESSES = 40
SHOW = "channels_show=On+your+picture&channels_patch_side=16&channels_filters=4"

# a page of ours for the visitor who keeps the server busy, put beside the app's own pages
BUSY = '''"""Runs VGG-16 over and over."""

import streamlit as st
import torch
import torchvision

st.title("Busy")
network = torchvision.models.vgg16(weights=None).eval()
place = st.empty()
for number in range(10_000):
    with torch.inference_mode():
        network(torch.rand(1, 3, 224, 224))
    place.write(number)
'''

# the peer: one step is one picture, drawn again by the server in a fragment at each press of the arrow key
PEER = '''"""A walk as most apps draw it."""

import streamlit as st
from PIL import Image, ImageDraw


@st.fragment
def walk():
    step = st.session_state.setdefault("peer_step", 0)
    if st.button("Next", shortcut="Right"):
        step = st.session_state["peer_step"] = step + 1
    image = Image.new("RGB", (500, 500), "white")
    pen = ImageDraw.Draw(image)
    for row in range(16):
        for column in range(16):
            pen.rectangle((column * 30, row * 30, column * 30 + 27, row * 30 + 27), fill=(0, 114, 178))
    row, column = divmod(step % 196, 14)
    pen.rectangle((column * 30, row * 30, column * 30 + 88, row * 30 + 88), outline=(230, 159, 0), width=5)
    st.image(image)


st.title("Peer")
walk()
'''

# presses the key again and again; each time: how long until the first frame that shows something else is painted
PRESS = """async ({ presses, isOurs }) => {
  const deep = (selector, root = document) => {
    const found = root.querySelector(selector);
    if (found) return found;
    for (const node of root.querySelectorAll("*")) {
      const inner = node.shadowRoot && deep(selector, node.shadowRoot);
      if (inner) return inner;
    }
    return null;
  };
  const look = isOurs ? () => deep(".stepper .count").textContent
    : () => document.querySelector('[data-testid="stMain"] img').src;
  const target = isOurs ? deep(".stepper") : document.body;
  const frame = () => new Promise((done) => requestAnimationFrame(() => {
    const painted = new MessageChannel();
    painted.port1.onmessage = done;
    painted.port2.postMessage(0);
  }));
  const times = [];
  for (let press = 0; press < presses; press++) {
    await frame();
    const before = look();
    const start = performance.now();
    const key = { key: "ArrowRight", code: "ArrowRight", keyCode: 39, bubbles: true, composed: true };
    target.dispatchEvent(new KeyboardEvent("keydown", key));
    target.dispatchEvent(new KeyboardEvent("keyup", key));
    while (look() === before && performance.now() - start < 10000) await frame();
    if (isOurs) await frame();
    times.push(performance.now() - start);
  }
  return times;
}"""


def median_of(page: Page, is_ours: bool) -> float:
    """Milliseconds from a key press to the painted change, median."""
    durations: list[float] = page.evaluate(PRESS, {"presses": PRESSES, "isOurs": is_ours})
    return statistics.median(durations)


def measured(browser: Browser, address: str) -> dict[str, float]:
    """The medians of both, idle and busy."""
    ours, peer, busy = (browser.new_context().new_page() for _ in range(3))
    ours.goto(f"{address}/channels_and_filters?{SHOW}")
    peer.goto(f"{address}/peer")
    settle(ours)
    settle(peer)
    found = {"ours": median_of(ours, True), "peer": median_of(peer, False)}
    busy.goto(f"{address}/busy")
    busy.get_by_test_id("stMarkdown").get_by_text("1", exact=True).wait_for(timeout=120_000)
    return found | {"ours, busy": median_of(ours, True), "peer, busy": median_of(peer, False)}


def run() -> list[tuple[str, float, str]]:
    """Ratios of the medians, measured in one run."""
    if not chromium_starts():
        print("  no Chromium here: the stepper was not measured")
        return []
    with tempfile.TemporaryDirectory() as folder:
        root = with_pages(Path(folder), {"busy": BUSY, "peer": PEER})
        with serving(root / "log", root) as address, sync_playwright() as playwright:
            browser = launch(playwright)
            found = measured(browser, address)
            browser.close()
    print("  key press to change: " + ", ".join(f"{name} {value:.0f} ms" for name, value in found.items()))
    return [
        ("a step: picture from the server ÷ ours", found["peer"] / found["ours"], "> 3"),
        ("the same while VGG-16 runs", found["peer, busy"] / found["ours, busy"], "> 3"),
    ]
