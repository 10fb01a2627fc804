"""Fetching a weights file once, for everyone who waits for it.

A download runs in a thread of its own, so that it outlives the visitor who started it. All sessions of the process
follow the same one, and a lock beside the file keeps other processes from fetching it a second time. What arrived
before the connection broke stays in a `.part` file, and the download goes on from there.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from cnnviz.networks.transfer import Stopped, Target, disk_sentence, transfer
from cnnviz.networks.weights import WeightsError, WeightsFile, find, megabytes, own_folder

State = Literal["waiting", "downloading", "checking", "done", "failed", "stopped"]
FOLLOWER_GONE = 5.0  # seconds without a question after which a session counts as gone


@dataclass(frozen=True)
class Progress:
    """How far a download is: bytes `done` of `total`, `rate` in bytes a second, and the reason where it failed."""

    file: WeightsFile
    state: State
    done: int
    total: int
    rate: float = 0.0
    error: str = ""

    @property
    def running(self) -> bool:
        return self.state in ("waiting", "downloading", "checking")

    @property
    def fraction(self) -> float:
        """Between 0 and 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """None as long as the rate is not known."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None

    def sentence(self) -> str:
        """One line for a progress bar.

        >>> file = WeightsFile("tiny-00000000.pth", "https://example.org/tiny-00000000.pth", 40_000_000)
        >>> Progress(file, "downloading", 10_000_000, 40_000_000, rate=2_000_000.0).sentence()
        'tiny-00000000.pth: 10 MB of 40 MB, 25 %, about 15 s left'
        """
        if self.state == "checking":
            return f"{self.file.name}: checking that it arrived whole"
        if self.state == "waiting":
            return f"{self.file.name}: waiting for the server, or for another program that fetches the same file"
        left = "" if self.seconds_left is None else f", {_duration(self.seconds_left)} left"
        percent = f"{100 * self.fraction:.0f} %"
        return f"{self.file.name}: {megabytes(self.done)} of {megabytes(self.total)}, {percent}{left}"


class Download:
    """One running (or finished) download; ask it as often as you like, from any thread.

    A follower is a session that wants the file. `stop` ends the download only if nobody else follows it; one who
    has not asked for `progress` for some seconds has left.
    """

    def __init__(self, file: WeightsFile, path: Path) -> None:
        self.file, self.path = file, path
        self._progress = Progress(file, "waiting", 0, file.approx_size)
        self._followers: dict[str, float] = {}
        self._stop, self._ended = threading.Event(), threading.Event()
        self._guard = threading.Lock()
        self._started_at: tuple[float, int] | None = None  # when the first bytes came, and how many there were before
        threading.Thread(target=self._run, name=f"download {file.name}", daemon=True).start()

    def progress(self, follower: str = "") -> Progress:
        """Where it stands now."""
        with self._guard:
            if follower:
                self._followers[follower] = time.monotonic()
            return self._progress

    def wait(self, seconds: float) -> bool:
        """Until it ended, or `seconds` at most; whether it ended."""
        return self._ended.wait(seconds)

    def stop(self, follower: str = "") -> bool:
        """`follower` wants it no longer; ends the download, and returns True, if nobody else does."""
        with self._guard:
            self._followers.pop(follower, None)
            now = time.monotonic()
            if any(now - seen < FOLLOWER_GONE for seen in self._followers.values()):
                return False
            if self._progress.running:
                self._progress = replace(self._progress, state="stopped", error=stopped_sentence(self.file))
            self._stop.set()
            return True

    def _run(self) -> None:
        try:
            self._run_locked()
        except Stopped:
            pass  # `stop` has already said so
        except WeightsError as error:
            self._update(state="failed", error=str(error))
        except Exception:  # a thread ends without a message: say that it failed
            logging.getLogger(__name__).exception("fetching %s failed", self.file.name)
            self._update(
                state="failed", error=f"{self.file.name} could not be fetched; the server's log says what happened."
            )
        finally:
            self._ended.set()

    def _run_locked(self) -> None:
        lock = FileLock(f"{self.path}.lock", timeout=0)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            while not _acquired(lock):
                if self._stop.wait(0.2):
                    raise Stopped
        except OSError as error:
            raise WeightsError(disk_sentence(self.file, self.path.parent, error)) from error
        try:
            if find(self.file) is None:  # another process may have finished it while this one waited
                transfer(Target(self.file, self.path, self._stop), self._received, self._check_begins)
        finally:
            lock.release()
        self._update(state="done", done=self._progress.total, rate=0.0)

    def _received(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._started_at is None or done < self._started_at[1]:
            self._started_at = (now, done)
        began, before = self._started_at
        rate = (done - before) / (now - began) if now - began > 0.5 else self._progress.rate
        self._update(state="downloading", done=done, total=total, rate=rate)

    def _check_begins(self) -> None:
        self._update(state="checking")

    def _update(self, **changes: object) -> None:
        with self._guard:
            if not self._stop.is_set():
                self._progress = replace(self._progress, **changes)  # type: ignore[arg-type]


_downloads: dict[Path, Download] = {}
_guard = threading.Lock()


def current(file: WeightsFile) -> Download | None:
    """The download of this file that runs in this process, or the last one that did."""
    with _guard:
        return _downloads.get(own_folder() / file.name)


def start(file: WeightsFile) -> Download:
    """The download of this file: the one that runs, or a new one."""
    path = own_folder() / file.name
    with _guard:
        running = _downloads.get(path)
        if running is None or not running.progress().running:
            _downloads[path] = running = Download(file, path)
        return running


def fetch(
    file: WeightsFile,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Path:
    """The file's place on this machine, downloaded if it was not there.

    `progress` is called a few times a second. When `should_stop` answers True the download ends, unless someone else
    in the process waits for it as well. Raises WeightsError with a sentence.
    """
    found = find(file)
    if found is not None:
        return found
    download, follower = start(file), f"fetch {threading.get_ident()}"
    while True:
        ended = download.wait(0.1)
        state = download.progress(follower)
        if progress is not None:
            progress(state)
        if ended:
            break
        if should_stop is not None and should_stop():
            download.stop(follower)
            raise WeightsError(stopped_sentence(file))
    if state.error:
        raise WeightsError(state.error)
    found = find(file)
    if found is None:
        raise WeightsError(f"{file.name} was fetched, but is no longer in {own_folder()}.")
    return found


def stopped_sentence(file: WeightsFile) -> str:
    return f"Fetching {file.name} was stopped. What arrived is kept, and the next try goes on from there."


def _acquired(lock: FileLock) -> bool:
    try:
        lock.acquire()
    except Timeout:
        return False
    return True


def _duration(seconds: float) -> str:
    return f"about {max(1, round(seconds))} s" if seconds < 90 else f"about {round(seconds / 60)} min"
