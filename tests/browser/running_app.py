"""The app as a visitor meets it: a real server on a free port of this machine, and a real browser."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def candidates() -> list[str | None]:
    """The browsers that may be here, the lightest first; None is Playwright's own.

    The headless shell draws no window around the page: a fifth less processor time than the whole Chromium.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return [*filter(None, [os.environ.get("CNNVIZ_CHROMIUM"), *map(shutil.which, names)]), None]


def launch(playwright: Playwright, *flags: str) -> Browser:
    """A headless Chromium: the first that starts, since a name in PATH may be a stub that only tells how to install."""
    for path in candidates():
        try:
            return playwright.chromium.launch(executable_path=path, args=[*CHROMIUM_FLAGS, *flags])
        except PlaywrightError as error:
            reason = error
    raise reason


def chromium_starts() -> bool:
    """Whether a browser can really be started here."""
    try:
        with sync_playwright() as playwright:
            launch(playwright).close()
    except PlaywrightError:
        return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def started(
    log: Path, port: int, root: Path = ROOT, headless: bool = True, script: str = "app.py", **environment: str
) -> subprocess.Popen[bytes]:
    """The app that lies in ``root``, just started on a port of this machine; or another ``script`` of it."""
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.headless={str(headless).lower()}"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1", "--server.fileWatcherType=none"]
    with log.open("a") as output:
        return subprocess.Popen(
            command,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
        )


@contextlib.contextmanager
def serving(
    log: Path, root: Path = ROOT, headless: bool = True, script: str = "app.py", **environment: str
) -> Iterator[str]:
    """Run the app that lies in ``root`` on a free port and give its address; ended afterwards, whatever happens."""
    port = free_port()
    process = started(log, port, root, headless, script, **environment)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(address, process, log)
        yield address
    finally:
        end(process)


@contextlib.contextmanager
def watched(folder: Path, **environment: str) -> Iterator[tuple[str, int]]:
    """The address of an app that finds no weights, and the number of its process; its log is in the folder."""
    port, log = free_port(), folder / "log"
    nowhere = {"CNNVIZ_WEIGHTS_DIR": str(folder / "weights"), "TORCH_HOME": str(folder / "torch")}
    process = started(log, port, **nowhere, **environment)  # type: ignore[arg-type]
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}", process, log)
        yield f"http://127.0.0.1:{port}", process.pid
        assert process.poll() is None, f"the server has ended:\n{log.read_text()}"
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, and see that it does."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until_healthy(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers; raise with its log when it ends or stays silent for a minute."""
    deadline = time.monotonic() + 60
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), direct.open(f"{address}/_stcore/health", timeout=2):
            return
        time.sleep(0.1)
    raise RuntimeError(f"The app did not start:\n{log.read_text()}")
