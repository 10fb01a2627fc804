"""Long work that goes on in a thread of its own while a page looks at it: report by report, with Stop and Go on.

The page that shows it looks in several times a second, and any click on it comes in between. Several works can go on
side by side that way, and none is lost when the page is drawn anew. Whoever leaves the page stops looking, and the work
then pauses by itself.
"""

import threading
import time
from collections.abc import Iterator
from typing import Generic, Literal, TypeVar

import streamlit as st
from streamlit.errors import StreamlitAPIException

from cnnviz.networks.memory import ran_out
from cnnviz.networks.refusal import Refusal
from cnnviz.ui.page.failure import logged
from cnnviz.ui.server.streamlit_script_run import is_fragment_run
from cnnviz.ui.sharing import cached

Report = TypeVar("Report")
State = Literal["waiting", "running", "stopped", "finished", "failed"]

PATIENCE = 20.0  # seconds without a look until work pauses; a browser looks in less often from a hidden tab
LOOKS = 4  # tenths of a second between two drawings of what runs; a click is heard at each
BREATH = 0.002  # seconds between two steps, in which others get their turn
THREAD = "work"  # the name of every thread that computes
NO_MEMORY = (
    "This server has no memory left for it at the moment. Try again in a few minutes, or take a smaller network."
)
BROKEN = "This broke off on the server. Start again; if it happens again, choose another layer or a smaller network."

_process_ends = threading.Event()


class Left(Exception):
    """Nobody wants the next step any more."""


class Work(Generic[Report]):
    """Reports that are asked for in a thread: `latest` is the last one, `state` where it stands.

    `state` is "waiting" before the first `start`, then "running" until it is "stopped" (`start` goes on from there),
    "finished", or "failed"; then `problem` says why in a sentence. One step of one work is computed at a time in the
    process, and forward passes wait no longer than for one step.

    Several sessions can look at one work, each under a name of its own as `viewer`: it stops when the last one that
    still looks stops it.
    """

    def __init__(self, reports: Iterator[Report]) -> None:
        self.latest: Report | None = None
        self.state: State = "waiting"
        self.problem = ""
        self.seconds = 0.0  # spent running, without the pauses
        self.before = 0  # how many others compute before the next step, while it waits for its turn
        self._reports = reports
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._looked: dict[str, float] = {}

    def start(self, viewer: str = "") -> None:
        """Begin, or go on after a stop; what runs or has ended is left alone."""
        with self._guard:
            self._looked = {other: at for other, at in self._looked.items() if time.monotonic() - at < PATIENCE}
            self._looked[viewer] = time.monotonic()
            if self.state in ("waiting", "stopped") and not _process_ends.is_set():
                self.state = "running"
                self._wake()

    def stop(self, viewer: str = "") -> None:
        """End after the step that is being computed; for others who look on it goes on."""
        with self._guard:
            self._looked.pop(viewer, None)
            if self.state in ("waiting", "running") and not self._is_looked_at():
                self.state = "stopped"

    def look(self, viewer: str = "") -> Report | None:
        """The last report, None before the first. Looking keeps the work going, and wakes it where it had paused."""
        with self._guard:
            self._looked[viewer] = time.monotonic()
            if self.state == "running":
                self._wake()
            return self.latest

    def wait(self, seconds: float) -> None:
        """Return when the work stands still, at the latest after so many seconds."""
        deadline = time.monotonic() + seconds
        while self.runs and time.monotonic() < deadline:
            time.sleep(0.01)

    @property
    def runs(self) -> bool:
        """Whether more is to come without anybody's doing."""
        return self.state == "running"

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while self._goes_on():
            began = time.monotonic()
            try:
                with cached.inference_queue.turn(on_wait=self._wait):
                    self.before = 0
                    began = time.monotonic()
                    report = next(self._reports)
            except Left:  # stopped, or left, while it waited
                continue
            except StopIteration:
                self._end("finished")
            except Refusal as problem:
                self._end("failed", str(problem))
            except Exception as problem:
                number = logged(problem, "Work in the background broke off")
                self._end("failed", NO_MEMORY if ran_out(problem) else f"{BROKEN} (Number {number}.)")
            else:
                self.latest = report
                self.seconds += time.monotonic() - began
            time.sleep(BREATH)

    def _wait(self, before: int) -> None:
        self.before = before
        if not (self.state == "running" and self._is_looked_at()):
            raise Left

    def _goes_on(self) -> bool:
        """Whether to take another step; otherwise the thread has ended as soon as the guard is free."""
        with self._guard:
            if self.state == "running" and _process_ends.is_set():
                self.state = "stopped"
            if self.state == "running" and self._is_looked_at():
                return True
            self._thread = None
            return False

    def _is_looked_at(self) -> bool:
        # A copy, made in one go: others begin and end to look while this is asked.
        return any(time.monotonic() - looked < PATIENCE for looked in list(self._looked.values()))

    def _end(self, state: State, problem: str = "") -> None:
        with self._guard:
            self.state, self.problem = state, problem


def end_all(seconds: float = 0.0) -> bool:
    """The process ends: each work stops after the step that is being computed, and none starts any more.

    Waits for that up to so many seconds; whether it came about. A thread stopped inside torch aborts the process.
    """
    _process_ends.set()
    deadline = time.monotonic() + seconds
    while steps_run() and time.monotonic() < deadline:
        time.sleep(0.01)
    return not steps_run()


def steps_run() -> bool:
    """Whether any work is being computed."""
    return any(thread.name == THREAD for thread in threading.enumerate())


def remaining(seconds: float) -> str:
    """A time in words.

    >>> remaining(9.2), remaining(130)
    ('10 s', '3 min')
    """
    return f"{int(seconds) + 1} s" if seconds < 60 else f"{int(seconds / 60) + 1} min"


def draw_again_soon(at_end_of_page: bool = False) -> None:
    """Where running work was shown: wait a moment and draw it anew.

    Call it at the end of the fragment and, with `at_end_of_page`, at the end of the page: while the whole page is being
    drawn the fragment must not wait, or what stands below it would never come. Not `run_every`: its runs can meet one
    of the whole page, and what they then draw has no place there any more.
    """
    if at_end_of_page == is_fragment_run():
        return
    waiting = st.empty()
    # A click on a part waits for the whole page to be drawn. And where many wait for their turn they look less often,
    # or drawing how long they have to wait would be what they wait for.
    for _ in range(1 if at_end_of_page else LOOKS + cached.inference_queue.waiting):
        time.sleep(0.1)
        waiting.empty()  # where Streamlit ends this run if a click came meanwhile
    draw_anew()


def draw_anew() -> None:
    """This part of the page only, where Streamlit allows it: not while the whole page is being drawn."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:
        st.rerun()
