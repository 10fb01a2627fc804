"""The shipped nginx configuration, run on this machine: only ports, folders and the log's format are put in."""

import contextlib
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.browser.running_app import ROOT, free_port

SHIPPED = ROOT / "deploy" / "nginx"
KUBERNETES = ROOT / "deploy" / "kubernetes"


def nginx_program() -> str | None:
    """Where nginx is; Debian keeps it where only root's PATH leads."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")


def put_in(text: str, values: dict[str, str]) -> str:
    """The text with some of its words replaced; each has to be there."""
    for old, new in values.items():
        assert old in text, f"{old!r} is not in the configuration any more"
        text = text.replace(old, new)
    return text


def write_configuration(
    folder: Path,
    port: int,
    app_ports: list[str],
    numbers: dict[str, str] | None = None,
    trusted: dict[str, str] | None = None,
) -> None:
    """deploy/nginx as it is, for this port of this machine and these processes.

    `numbers` are put in the place of others in cnnviz.conf. Where `trusted` is given, nginx stands behind a proxy as in
    a pod, and what the dictionary says is put into the file that names it.
    """
    (folder / "cache").mkdir(parents=True)
    main = (SHIPPED / "nginx.conf").read_text(encoding="utf-8")
    values = {"/var/cache/nginx": f"{folder}/cache", "/tmp/nginx.pid": f"{folder}/nginx.pid"}
    values["access_log /dev/stdout cnnviz;"] = (
        "log_format test '$cnnviz_route|$upstream_addr|$status|$request_method $uri';"
        f" access_log {folder}/access.log test; access_log {folder}/shipped.log cnnviz;"
    )
    (folder / "nginx.conf").write_text(put_in(main, values), encoding="utf-8")
    site = (SHIPPED / "cnnviz.conf").read_text(encoding="utf-8")
    values = {"listen 8080;": f"listen 127.0.0.1:{port};", "/var/cache/nginx": f"{folder}/cache", **(numbers or {})}
    (folder / "cnnviz.conf").write_text(put_in(site, values), encoding="utf-8")
    if trusted is not None:
        text = (KUBERNETES / "cnnviz_trusted.conf").read_text(encoding="utf-8")
        (folder / "cnnviz_trusted.conf").write_text(put_in(text, trusted), encoding="utf-8")
    shipped = (SHIPPED / "cnnviz_processes.conf").read_text(encoding="utf-8")
    line = next(line for line in shipped.splitlines() if line.startswith("server app-1:8501 "))
    lines = [line.replace("app-1:8501", f"127.0.0.1:{app_port}") + "\n" for app_port in app_ports]
    (folder / "cnnviz_processes.conf").write_text("".join(lines), encoding="utf-8")


def command(folder: Path, *more: str) -> list[str]:
    """How to call nginx with the configuration in a folder. As root its workers stay root: the folder is root's."""
    program = nginx_program()
    assert program is not None
    extra = "daemon off;" + " user root;" * (os.geteuid() == 0)
    return [program, "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", extra, *more]


@dataclass(frozen=True)
class Request:
    """A line of the log: who asked, which processes were asked in turn, and what came of it."""

    route: str
    processes: tuple[str, ...]
    status: int
    what: str


@dataclass(frozen=True)
class Proxy:
    address: str
    folder: Path

    def requests(self, route: str, words: str, at_least: int = 1) -> list[Request]:
        """What a browser has asked for, as far as it has these words in it; an open web socket comes when it closes.

        nginx writes its line a moment after the answer, so this waits until there are enough.
        """
        deadline = time.monotonic() + 10
        while True:
            lines = (self.folder / "access.log").read_text(encoding="utf-8").splitlines()
            found = [request for request in map(_request, lines) if request.route == route and words in request.what]
            if len(found) >= at_least:
                return found
            assert time.monotonic() < deadline, f"{words!r} was asked {len(found)} times and not {at_least}"
            time.sleep(0.05)


def _request(line: str) -> Request:
    route, processes, status, what = line.split("|")
    ports = tuple(process.strip().rpartition(":")[2] for process in processes.split(",") if ":" in process)
    return Request(route, ports, int(status), what)


@contextlib.contextmanager
def nginx(
    folder: Path, app_ports: list[str], numbers: dict[str, str] | None = None, trusted: dict[str, str] | None = None
) -> Iterator[Proxy]:
    """nginx in front of these ports of this machine; ended afterwards. For the rest see `write_configuration`."""
    port = free_port()
    write_configuration(folder, port, app_ports, numbers, trusted)
    with (folder / "nginx.log").open("w") as log:
        process = subprocess.Popen(command(folder), stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_until_open(port, process, folder / "nginx.log")
        yield Proxy(f"http://127.0.0.1:{port}", folder)
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_until_open(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 10
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline and process.poll() is None:
        try:
            direct.open(f"http://127.0.0.1:{port}/_stcore/metrics", timeout=2)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nginx did not start:\n{log.read_text()}")
