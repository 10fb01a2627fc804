"""Long work that several sessions may want at once: done once, followed by each, and kept a while for the next."""

import secrets
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from dataclasses import is_dataclass
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.ui.page.plain_text import as_plain_text
from cnnviz.ui.sharing.background_work import Work, remaining
from cnnviz.ui.sharing.bounded_cache import BoundedCache
from cnnviz.ui.sharing.cached import ANSWER_IDLE_SECONDS, IDLE_SECONDS, waiting_words

KEPT_BYTES = 300_000_000
QUICK = 3.0  # seconds of computing
AT_ONCE = 0.6  # seconds to wait before a page is drawn without: what is quick is there by then
SLOTS = "followed works"  # in the session: the key of what is shown at which place; a work itself would never leave
PRESSES = "presses of standings"  # in the session: when each button was pressed last
DOUBLE_CLICK = 0.5  # seconds
VIEWER = "name as viewer of works"  # in the session
STOPPED = "stopped works"  # in the session: the keys of those that this visitor has stopped


def bytes_of(work: Work[Any]) -> int:
    """What a work's last report holds in arrays; a small sum for the rest."""
    return 10_000 + array_bytes(work.latest)


def array_bytes(report: object) -> int:
    """What the arrays of a report take: of a dataclass, and of those in a tuple or a dictionary.

    >>> array_bytes((np.zeros(3), "text", np.zeros(2)))
    40
    """
    if isinstance(report, np.ndarray):
        return report.nbytes
    if isinstance(report, tuple):
        return sum(array_bytes(part) for part in report)
    if isinstance(report, dict):
        return sum(array_bytes(part) for part in report.values())
    held = getattr(report, "held_bytes", 0)  # what the work that made it keeps besides
    return held + sum(array_bytes(part) for part in vars(report).values()) if is_dataclass(report) else 0


def idle_of(work: Work[Any]) -> float:
    """How long it is kept for the next who asks: what is done again in a moment not for long."""
    return IDLE_SECONDS if work.seconds > QUICK else ANSWER_IDLE_SECONDS


_works: BoundedCache[Work[Any]] = BoundedCache(ANSWER_IDLE_SECONDS, KEPT_BYTES, bytes_of, idle_of=idle_of)
_guard = threading.Lock()


def shared_work(key: Hashable, make: Callable[[], Iterator[Any]]) -> Work[Any]:
    """The one work of this key; `make` gives its reports where it is new. It does not start by itself."""
    with _guard:
        work = _works.get(key)
        if work is None:
            work = Work(make())
            _works.put(key, work)
        return work


def viewer() -> str:
    """The name of this session among those that look at a work."""
    name: str = st.session_state.setdefault(VIEWER, secrets.token_hex(8))
    return name


def followed(key: Hashable, work: Work[Any], slot: str, wait: float = AT_ONCE) -> tuple[Any, bool]:
    """The work's last report, None before there is one, and whether more is to come without a click.

    Begins the work unless this visitor has stopped it. `slot` is its place on the page: what this visitor followed
    there before is left, and goes on only for others. Waits up to `wait` seconds where it has just begun, so that what
    is quick is drawn once.
    """
    _works.bound()
    slots: dict[str, Hashable] = st.session_state.setdefault(SLOTS, {})
    before = _works.peek(slots[slot]) if slot in slots else None
    if before is not None and before is not work:
        before.stop(viewer())
    slots[slot] = key
    if key in stopped():
        return work.latest, False
    fresh = work.state == "waiting"
    work.start(viewer())
    if fresh:
        work.wait(wait)
    running = work.runs  # asked before the report: it may end in between, and then the last one is still to be drawn
    return work.look(viewer()), running


def runs(key: Hashable, work: Work[Any]) -> bool:
    """Whether more of it is to come to this visitor without a click."""
    return work.runs and key not in stopped()


def stopped() -> set[Hashable]:
    """The works that this visitor has stopped."""
    found: set[Hashable] = st.session_state.setdefault(STOPPED, set())
    return found


def draw_standing(key: Hashable, work: Work[Any], done: int, total: int, what: str, name: str) -> None:
    """One line of constant height: how far it is, with the time left and Stop; Go on; or what went wrong.

    `what` says what is being done, `name` tells the buttons of several works on one page apart. The button comes first:
    behind a text that grows it would move away under a finger.
    """
    with st.container(horizontal=True, vertical_alignment="center", height=44, border=False, key=f"{name}_standing"):
        if work.state == "failed":
            draw_button("Try again", "refresh", name, lambda: forget(key))
            st.markdown(f":material/error: {as_plain_text(work.problem)}")
        elif runs(key, work):
            draw_button("Stop", "stop", name, lambda: stop(key, work))
            left = f", {remaining(work.seconds / done * (total - done))} left" if done and work.seconds > 3 else ""
            waits = f" {waiting_words(work.before)}" if work.before > 1 else ""
            so_far = f"{done} of {total}{left}" if done else "beginning"  # of how many is known after the first step
            st.progress(min(1.0, done / max(1, total)), f"{what}: {so_far}.{waits}")
        elif work.state != "finished":
            draw_button("Go on", "play_arrow", name, lambda: stopped().discard(key))
            st.caption(f"Stopped. {what}: {done} of {total}.")
        else:
            took = f"in {work.seconds:.2g} s" if work.seconds < 1 else f"in {work.seconds:.1f} s"
            st.caption(f"{what}: all {total}, {took}." if total > 1 else f"Computed {took}.")


def forget(key: Hashable) -> None:
    """Let go of a work that failed: it is begun anew."""
    with _guard:
        _works.drop(key)


def stop(key: Hashable, work: Work[Any]) -> None:
    """Stop a work for this visitor."""
    stopped().add(key)
    work.stop(viewer())


def draw_button(label: str, icon: str, name: str, act: Callable[[], object]) -> None:
    """Draw the one button of a standing, whatever it means now.

    It is one widget under one key: of two that take each other's place the browser keeps the old one beside the new one
    until a run ends, and where work is shown each is cut short by the next. What it does is done before anything is
    drawn: a run that is cut short could not say any more that it was pressed.
    """
    st.button(label, key=f"{name}_button", icon=f":material/{icon}:", on_click=heard, args=(name, act))


def heard(name: str, act: Callable[[], object]) -> None:
    """A press. The second one of a double click would take the first back, and is passed over."""
    presses: dict[str, float] = st.session_state.setdefault(PRESSES, {})
    before, presses[name] = presses.get(name, 0.0), time.monotonic()
    if presses[name] - before > DOUBLE_CLICK:
        act()
