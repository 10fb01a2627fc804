"""Where a page breaks: a sentence with a number for the visitor, and the same number with the traceback in the log."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running_app import ROOT, serving
from tests.browser.screenshots import settle

BROKEN_PAGE = """
import time
import streamlit as st

def fails() -> None:
    raise KeyError("what no visitor should read")

def counts() -> None:
    st.session_state["count"] = st.session_state.get("count", 0) + 1

@st.fragment
def part() -> None:
    st.text("The part is here.")
    if st.button("break the part"):
        fails()
    if st.button("break the part slowly"):
        time.sleep(2)
        fails()

st.title("A page that breaks")
st.button("break in a callback", on_click=fails)
if st.button("break the page"):
    fails()
part()
st.button("count", on_click=counts)
if st.button("stop"):
    st.stop()
if st.button("rerun"):
    st.rerun()
st.text(f"The page has ended, counted {st.session_state.get('count', 0)}.")
"""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("broken") / "log"


@pytest.fixture(scope="module")
def broken(log: Path) -> Iterator[str]:
    """The address of a page that breaks, in an app that is ours otherwise."""
    root = log.parent / "app"
    shutil.copytree(ROOT / "pages", root / "pages")
    shutil.copytree(ROOT / ".streamlit", root / ".streamlit")
    shutil.copy(ROOT / "app.py", root)
    for name in ("cnnviz", "assets"):
        (root / name).symlink_to(ROOT / name)
    (root / "pages/learn/pooling.py").write_text(BROKEN_PAGE)
    with serving(log, root) as address:
        yield f"{address}/pooling"


def open_broken(visitor: Page, broken: str) -> None:
    visitor.goto(broken)
    settle(visitor)
    expect(visitor.get_by_text("The page has ended")).to_be_visible()


@pytest.mark.parametrize("way", ["break the page", "break in a callback", "break the part"])
def test_a_break_is_told_in_a_sentence_whose_number_stands_in_the_log(
    visitor: Page, broken: str, log: Path, way: str
) -> None:
    open_broken(visitor, broken)
    visitor.get_by_role("button", name=way, exact=True).click()
    sentence = visitor.get_by_test_id("stAlert")
    expect(sentence).to_have_count(1)
    found = re.search(r"number ([0-9a-f]{6})", sentence.inner_text())
    assert found
    page = visitor.locator("body").inner_text()
    assert not [word for word in ("KeyError", "Traceback", "redacted", "no visitor") if word in page]
    lines = log.read_text()
    assert lines.count(f"[{found[1]}]\nTraceback") == 1
    assert "KeyError: 'what no visitor should read'" in lines.split(f"[{found[1]}]")[1]
    assert lines.count("Traceback") == len(re.findall(r"A page broke off \[[0-9a-f]{6}\]", lines))  # each once
    open_broken(visitor, broken)  # and the page can be opened again


def test_a_break_in_a_part_leaves_the_rest_of_the_page(visitor: Page, broken: str) -> None:
    open_broken(visitor, broken)
    visitor.get_by_role("button", name="break the part", exact=True).click()
    expect(visitor.get_by_test_id("stAlert")).to_have_count(1)
    expect(visitor.get_by_text("The page has ended")).to_be_visible()


@pytest.mark.parametrize("way", ["stop", "rerun"])
def test_the_ends_of_a_run_that_are_no_failures_are_told_to_nobody(
    visitor: Page, broken: str, log: Path, way: str
) -> None:
    open_broken(visitor, broken)
    before = log.read_text()
    visitor.get_by_role("button", name=way, exact=True).click()
    settle(visitor)
    expect(visitor.get_by_text("The page has ended")).to_have_count(0 if way == "stop" else 1)
    expect(visitor.get_by_test_id("stAlert")).to_have_count(0)
    assert log.read_text() == before


def test_a_click_that_comes_while_a_part_breaks_is_not_lost(visitor: Page, broken: str, log: Path) -> None:
    open_broken(visitor, broken)
    visitor.get_by_role("button", name="break the part slowly").click()
    visitor.get_by_role("button", name="count").click()
    expect(visitor.get_by_text("The page has ended, counted 1.")).to_be_visible()
    assert "control-flow exception" not in log.read_text()
