"""The app with pages of a benchmark's own beside its pages: what is measured runs on one server, in one browser."""

from collections.abc import Mapping
from pathlib import Path

from tests.browser.running_app import ROOT


def with_pages(folder: Path, sources: Mapping[str, str]) -> Path:
    """Make `folder` the root of an app whose first chapter begins with these pages, {address: source code}."""
    for name in ("cnnviz", "assets", ".streamlit"):
        (folder / name).symlink_to(ROOT / name)
    pages = folder / "pages"
    pages.mkdir()
    for lessons in (ROOT / "pages").iterdir():
        (pages / lessons.name).symlink_to(lessons)
    (pages / "bench").mkdir()
    entries = ""
    for address, source in sources.items():
        (pages / "bench" / f"{address}.py").write_text(source, encoding="utf-8")
        entries += f'\n        ("pages/bench/{address}.py", "{address.capitalize()}", ""),'
    app = (ROOT / "app.py").read_text(encoding="utf-8")
    chapter = 'CHAPTERS = {\n    "Learn": ['
    assert chapter in app
    app = app.replace(chapter, chapter + entries).replace("icon=icon", "icon=icon or None")
    (folder / "app.py").write_text(app, encoding="utf-8")
    return folder
