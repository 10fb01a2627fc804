"""The front page, and what all pages share: one table of lessons, and keys that mean one thing."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import CHAPTERS
from cnnviz.ui.page.lesson import read_lesson

ROOT = Path(__file__).parents[2]
LESSONS = [file for chapter in CHAPTERS.values() for file, *_ in chapter]
SHARED = {"network", "picture", "range", "class_named", "method"}  # what a visitor takes along from page to page


def opened(file: str) -> AppTest:
    page = AppTest.from_file(ROOT / file, default_timeout=120).run()
    assert not page.exception
    return page


def test_the_front_page_shows_the_lecture_example_and_a_card_for_every_lesson() -> None:
    page = opened("app.py")
    scripts = [json.loads(element.proto.json) for element in page.get("bidi_component") if element.proto.json]
    (script,) = [script for script in scripts if isinstance(script, dict) and "steps" in script]
    assert script["output"]["planes"][0]["cells"] == [["12", "12", "17"], ["10", "17", "19"], ["9", "6", "14"]]
    links = {element.proto.page for element in page.get("page_link")}
    assert {Path(file).stem for file in LESSONS} <= links


@pytest.mark.parametrize("file", LESSONS)
def test_every_lesson_opens_and_says_what_one_will_be_able_to_do(file: str) -> None:
    page = opened(file)
    assert page.title[0].value
    promise = read_lesson(str(ROOT / file)).promise
    assert len(promise) > 20
    assert promise in [element.value for element in (*page.markdown, *page.caption)]


def test_no_key_means_two_things_on_two_pages() -> None:
    used: dict[str, set[str]] = defaultdict(set)
    for file in LESSONS:
        page = opened(file)
        for kind in ("number_input", "text_area", "text_input", "selectbox", "segmented_control", "toggle", "slider"):
            for widget in getattr(page, kind):
                if widget.key:
                    used[widget.key].add(file)
    assert {key for key, files in used.items() if len(files) > 1} <= SHARED


def test_the_front_page_is_drawn_without_torch() -> None:
    code = (
        "import sys; from streamlit.testing.v1 import AppTest; import app; "
        "page = AppTest.from_file('pages/start/home.py').run(timeout=60); "
        "sys.exit('torch' in sys.modules or len(page.title) != 1)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_every_picture_and_file_that_readme_links_to_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [part.split(")")[0] for part in text.split("](")[1:]]
    local = [link for link in links if not link.startswith("http")]
    assert local
    assert [link for link in local if not (ROOT / link).exists()] == []
