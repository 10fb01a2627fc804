"""How soon a newcomer sees the front page of a fresh server: torch imported in the background, or before the page."""

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.running_app import ROOT, chromium_starts, launch, serving

ROUNDS = 3


def with_torch_first(folder: Path) -> Path:
    """The same app, except that the visitor's run imports torch and torchvision before it draws anything."""
    for name in ("cnnviz", "pages", "assets", ".streamlit"):
        (folder / name).symlink_to(ROOT / name)
    source = (ROOT / "app.py").read_text(encoding="utf-8")
    visit = "    st.set_page_config("
    assert visit in source
    (folder / "app.py").write_text(source.replace(visit, f"    import torchvision\n{visit}"), encoding="utf-8")
    return folder


def seconds_to_first_paint(root: Path) -> float:
    """From the visit of a fresh server to the title of the front page, in a fresh browser."""
    with tempfile.TemporaryDirectory() as logs, serving(Path(logs) / "log", root) as address, sync_playwright() as p:
        browser = launch(p)
        page = browser.new_page()
        start = time.perf_counter()
        page.goto(address)
        page.get_by_test_id("stMain").get_by_role("heading", level=1).first.wait_for(timeout=120_000)
        seconds = time.perf_counter() - start
        browser.close()
    return seconds


def run() -> list[tuple[str, float, str]]:
    """Ratio of the median times, measured in turn."""
    if not chromium_starts():
        print("  no Chromium here: first paint not measured")
        return []
    ours, usual = [], []
    with tempfile.TemporaryDirectory() as folder:
        other = with_torch_first(Path(folder))
        for _ in range(ROUNDS):
            ours.append(seconds_to_first_paint(ROOT))
            usual.append(seconds_to_first_paint(other))
    print(f"  first paint: ours {statistics.median(ours):.2f} s, torch first {statistics.median(usual):.2f} s")
    ratio = statistics.median(usual) / statistics.median(ours)
    return [("first paint: torch first ÷ torch in the background", ratio, "> 1")]
