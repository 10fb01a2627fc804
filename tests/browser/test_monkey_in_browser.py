"""A monkey plays with every page, and the app stands: nothing breaks, nothing goes out, nothing grows without end.

``CNNVIZ_MONKEY_SECONDS=600 CNNVIZ_MONKEY_SEED=7 .venv/bin/pytest -s tests/browser/test_monkey_in_browser.py`` lets it
play for longer, and otherwise. What it finds is printed with the seed and its last actions.
"""

import os
import time
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.monkey import Monkey
from tests.browser.running_app import watched
from tests.browser.screenshots import page_names, settle

SECONDS = float(os.environ.get("CNNVIZ_MONKEY_SECONDS", "30"))
SEED = int(os.environ.get("CNNVIZ_MONKEY_SEED", "1"))
# MB: the large networks take 1000 until nobody has asked for ten minutes, the caches of their answers 600, two pictures
# that are read at once 700 each.
MOST_GROWN = 3000
MOST_THREADS = 25  # more than before: OpenMP's, the work that a page left behind


def size_of(process: int) -> tuple[int, int]:
    """Megabytes in memory, and threads."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():  # another system than Linux
        return 0, 0
    told = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(told["VmRSS"].split()[0]) // 1024, int(told["Threads"])


def play(monkey: Monkey, process: int) -> None:
    """A share of the time on every page, in an order that the seed decides; ends at the first fault."""
    names = page_names()
    rounds = max(1, round(SECONDS / len(names) / 10))  # of ten seconds a page
    for _ in range(rounds):
        for name in monkey.dice.sample(names, len(names)):
            if monkey.faults:
                return
            monkey.open(name)
            until = time.monotonic() + SECONDS / rounds / len(names)
            while time.monotonic() < until and not monkey.faults:
                monkey.act()
        print("{} actions, {} MB, {} threads".format(monkey.count, *size_of(process)), flush=True)


def test_a_monkey_finds_nothing_that_breaks(browser: Browser, tmp_path: Path) -> None:
    with watched(tmp_path) as (address, process):
        context = browser.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True)
        monkey = Monkey(context.new_page(), address, tmp_path / "log", SEED)
        monkey.open("attribution")  # so that torch is there
        settle(monkey.page)
        before = size_of(process)
        print(f"seed {SEED}, {SECONDS:g} seconds; before: {before[0]} MB, {before[1]} threads")
        play(monkey, process)
        assert not monkey.faults, f"seed {SEED}\n{monkey.report()}"
        for name in page_names():
            monkey.open(name)
            settle(monkey.page)
            monkey.look_at_rest()
            assert not monkey.faults, f"seed {SEED}\n{monkey.report()}"
        context.close()
        after = size_of(process)
        print(f"after: {after[0]} MB, {after[1]} threads")
    monkey.look()  # at what the end of the sessions wrote into the log
    assert not monkey.faults, f"seed {SEED}\n{monkey.report()}"
    print((tmp_path / "log").read_text())
    assert after[0] - before[0] < MOST_GROWN
    assert after[1] - before[1] < MOST_THREADS
