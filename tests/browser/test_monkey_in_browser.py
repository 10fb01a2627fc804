"""A monkey plays with every page, and the app stands: nothing breaks, nothing goes out, nothing grows without end.

``CNNVIZ_MONKEY_SECONDS=600 CNNVIZ_MONKEY_SEED=7 .venv/bin/pytest -s tests/browser/test_monkey_in_browser.py`` lets it
play for longer, and otherwise. What it finds is printed with the seed and its last actions.
"""

import os
import time
from pathlib import Path

from playwright.sync_api import Browser

from cnnviz.gallery import GALLERY
from cnnviz.ui.process.tidying import EVERY
from cnnviz.ui.sharing.background_work import PATIENCE
from tests.browser.monkey import KINDS, Monkey
from tests.browser.running_app import watched
from tests.browser.screenshots import page_names, settle

SECONDS = float(os.environ.get("CNNVIZ_MONKEY_SECONDS", "12"))
SEED = int(os.environ.get("CNNVIZ_MONKEY_SEED", "1"))
NAMES = page_names()
ROUNDS = max(1, round(SECONDS / len(NAMES) / 10))  # through all pages, of ten seconds a page
TTL = 2  # seconds that a session is kept here after its browser has gone; the app's own setting is 30
# MB of its own that the server may take; 410 once torch is there and a page is drawn. Large networks and their answers
# are kept within it, or refused. Small ones never are; all of them together keep 5 MB for a picture.
LIMIT = 700
ONE_PICTURE = 5
MOST_THREADS = 8  # more than before: the timers of what is kept, the server's own


def size_of(process: int) -> tuple[int, int]:
    """Megabytes in memory that are the process's own, and threads."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():  # another system than Linux
        return 0, 0
    told = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(told["RssAnon"].split()[0]) * 1024 // 1_000_000, int(told["Threads"])


def play(monkey: Monkey) -> None:
    """A share of the time on every page, in an order that the seed decides; ends at the first fault.

    Some pages are touched as soon as they have a title and looked at when they rest after that, the others look first.
    """
    for _ in range(ROUNDS):
        for number, name in enumerate(monkey.dice.sample(NAMES, len(NAMES))):
            is_early = monkey.dice.random() < 0.3
            monkey.open(name)
            if not is_early:
                look_at_rest(monkey)
            until = time.monotonic() + SECONDS / ROUNDS / len(NAMES)
            also = (monkey.send, monkey.click, monkey.send, monkey.follow_link)[number % 4]
            for way in (monkey.click, monkey.type, also, monkey.click):  # whatever the dice say
                monkey.act(way)
            while time.monotonic() < until and not monkey.faults:
                monkey.act()
            if is_early and not monkey.faults:
                monkey.open(name)
                look_at_rest(monkey)
            if monkey.faults:
                return


def look_at_rest(monkey: Monkey) -> None:
    settle(monkey.page)
    monkey.look_at_rest()


def assert_it_played(monkey: Monkey) -> None:
    """It did something on most pages, and not only in its own opinion."""
    acted = {kind: monkey.acted(kind) for kind in KINDS}
    idle = [name for name in NAMES if not monkey.acted("click", name)]
    print(f"{monkey.count} actions; really: {acted}; no click on {idle}")
    assert len(idle) <= len(NAMES) // 4
    assert acted["click"] >= ROUNDS * len(NAMES)
    assert acted["type"] >= ROUNDS * len(NAMES) // 4
    assert acted["file"] >= 1
    assert acted["link"] >= 2


def test_a_monkey_finds_nothing_that_breaks(browser: Browser, tmp_path: Path) -> None:
    settings = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(TTL), "CNNVIZ_MEMORY_LIMIT_MB": str(LIMIT)}
    with watched(tmp_path, **settings) as (address, process):
        context = browser.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True)
        monkey = Monkey(context.new_page(), address, tmp_path / "log", SEED)
        monkey.open("attribution")  # so that torch is there
        settle(monkey.page)
        before = size_of(process)
        print(f"seed {SEED}, {SECONDS:g} seconds; before: {before[0]} MB, {before[1]} threads")
        play(monkey)
        assert not monkey.faults, f"seed {SEED}\n{monkey.report()}"
        assert_it_played(monkey)
        print("at the end: {} MB, {} threads".format(*size_of(process)))
        context.close()
        time.sleep(max(TTL + EVERY, PATIENCE) + 2)  # the session's time and a tidying, and work that nobody looks at
        after, most = size_of(process), LIMIT + ONE_PICTURE * (len(GALLERY) + monkey.acted("file"))
        print(f"after: {after[0]} MB, {after[1]} threads; up to {most} MB are explained")
    monkey.look_into_log()  # at what the end of the sessions wrote into the log
    assert not monkey.faults, f"seed {SEED}\n{monkey.report()}"
    print((tmp_path / "log").read_text())
    assert after[0] < most
    assert after[1] - before[1] < MOST_THREADS
