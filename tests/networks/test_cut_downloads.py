"""Servers that die, lie and drip, and folders that take no file: a sentence, and the next try goes on."""

import errno
import os
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cnnviz.networks import transfer
from cnnviz.networks.download import fetch, start
from cnnviz.networks.weights import WeightsError, WeightsFile, absence, find
from tests.networks.weights_server import Handler, WeightsServer, cut_after, serving, weights_file


@pytest.fixture
def file(content: bytes) -> WeightsFile:
    return weights_file(content)


def head(handler: Handler, **headers: str) -> None:
    """The beginning of an answer 200, with the headers as they are given."""
    handler.send_response(200)
    for name, value in {"ETag": handler.served.etag, **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def whole_called(length: str) -> object:
    """The whole file, under a Content-Length of the liar's choice."""

    def behave(handler: Handler) -> None:
        head(handler, Content_Length=length)
        handler.wfile.write(handler.served.content)

    return behave


def hang_up(handler: Handler) -> None:
    """40,000 bytes, and then the line is reset, as by a process that is killed."""
    head(handler, Content_Length=str(len(handler.served.content)))
    handler.wfile.write(handler.served.content[:40_000])
    handler.wfile.flush()
    time.sleep(0.1)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.wfile = open(os.devnull, "wb")  # noqa: SIM115 - the handler closes it


def in_chunks(upto: int) -> object:
    """Without any Content-Length, in chunks; cut before the last one unless all of it is sent."""

    def behave(handler: Handler) -> None:
        handler.protocol_version = "HTTP/1.1"
        head(handler, Transfer_Encoding="chunked")
        for begin in range(0, upto, 10_000):
            chunk = handler.served.content[begin : min(begin + 10_000, upto)]
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        if upto == len(handler.served.content):
            handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = True

    return behave


@pytest.mark.parametrize(
    ("plan", "requests"),
    [
        ([hang_up], 2),
        ([hang_up, hang_up, hang_up], 4),
        ([whole_called("200000")], 2),
        ([whole_called("-5")], 1),
        ([whole_called("many")], 1),
        ([in_chunks(100_000)], 1),
        ([in_chunks(50_000)], 2),
    ],
    ids=["reset", "reset often", "too long", "negative", "no number", "chunks", "cut chunks"],
)
def test_the_file_arrives_whole_whatever_is_said_of_its_length(
    plan: list[Any], requests: int, server: WeightsServer, file: WeightsFile, content: bytes
) -> None:
    server.plan = plan
    assert fetch(file).read_bytes() == content
    assert len(server.requests) == requests


@pytest.mark.parametrize("length", ["50000", "0"])
def test_a_length_that_is_too_short_is_told_and_the_next_try_starts_anew(
    length: str, server: WeightsServer, file: WeightsFile, content: bytes, own: Path
) -> None:
    server.plan = [whole_called(length)]  # type: ignore[list-item]
    with pytest.raises(WeightsError, match="its content does not match its name"):
        fetch(file)
    assert not (own / file.name).exists()
    assert fetch(file).read_bytes() == content
    assert "Range" not in server.requests[1]


def test_a_server_that_dies_half_way_is_called_gone_and_when_it_is_back_the_rest_is_fetched(
    file: WeightsFile, content: bytes, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(content) as dying:
        monkeypatch.setenv("CNNVIZ_WEIGHTS_URL", dying.url)
        # After the cut nobody listens any more.
        monkeypatch.setattr(transfer, "PAUSES", (0.5, 0.01))
        dying.plan = [cut_after(40_000)]
        running = start(file)
        while not dying.requests or dying.plan:
            time.sleep(0.01)
    assert running.wait(20)
    assert "cannot be reached; this machine is probably offline. By hand: put" in running.progress().error
    assert (own / f"{file.name}.part").stat().st_size == 40_000
    with serving(content) as back:
        monkeypatch.setenv("CNNVIZ_WEIGHTS_URL", back.url)
        assert fetch(file).read_bytes() == content
        assert back.requests[0]["Range"] == "bytes=40000-"


def test_a_drip_is_shown_as_slow_and_ends_when_it_is_stopped(
    server: WeightsServer, file: WeightsFile, content: bytes
) -> None:
    def drip(handler: Handler) -> None:
        head(handler, Content_Length=str(len(content)))
        for place in range(200):
            handler.wfile.write(content[place : place + 1])
            handler.wfile.flush()
            time.sleep(0.05)

    server.plan = [drip]
    running = start(file)
    while running.progress("me").seconds_left is None:
        assert not running.wait(0.05)
    seconds = running.progress("me").seconds_left
    assert seconds is not None
    assert seconds > 600
    assert "min left" in running.progress("me").sentence()
    assert running.stop("me")
    assert running.wait(1.0), "its thread is gone, and with it the lock"
    assert fetch(file).read_bytes() == content


TOO_LARGE = """
import resource, sys
from cnnviz.networks.download import fetch
from cnnviz.networks.weights import WeightsError, WeightsFile

resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
try:
    fetch(WeightsFile(sys.argv[1], "", int(sys.argv[2])))
except WeightsError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_file_that_may_not_become_so_large_is_told_in_words_and_gone_on_with_later(
    server: WeightsServer, file: WeightsFile, content: bytes, own: Path
) -> None:
    command = [sys.executable, "-c", TOO_LARGE, file.name, str(len(content))]
    told = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True).stdout
    assert f"a file may not become so large in {own}" in told
    assert fetch(file).read_bytes() == content
    assert server.requests[-1]["Range"] == "bytes=40000-"


def test_a_disk_that_becomes_full_on_the_way_keeps_what_arrived_for_when_there_is_room(
    server: WeightsServer, file: WeightsFile, content: bytes, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        """A file on a disk that has room for 40,000 bytes more."""

        def __init__(self, path: Path) -> None:
            self.stream = open(path, "wb")  # noqa: SIM115 - closed below

        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *_: object) -> None:
            self.stream.close()

        def write(self, data: bytes) -> None:
            room = 40_000 - self.stream.tell()
            self.stream.write(data[:room])
            if len(data) > room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def flush(self) -> None:
            self.stream.flush()

    plain_open = Path.open
    with monkeypatch.context() as full:
        full.setattr(
            Path, "open", lambda path, mode="r", *a, **k: Full(path) if mode == "wb" else plain_open(path, mode)
        )
        with pytest.raises(WeightsError, match=r"is full\. Make room, or set CNNVIZ_WEIGHTS_DIR"):
            fetch(file)
    assert (own / f"{file.name}.part").read_bytes() == content[:40_000]
    assert fetch(file).read_bytes() == content
    assert server.requests[-1]["Range"] == "bytes=40000-"


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="a folder that not even root can write to is Linux's")
def test_a_folder_that_can_only_be_read_is_told_in_words(
    server: WeightsServer, file: WeightsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_WEIGHTS_DIR", "/sys/kernel")
    with pytest.raises(WeightsError, match=r"the folder /sys/kernel cannot be written to\. Set CNNVIZ_WEIGHTS_DIR"):
        fetch(file)
    assert server.requests == []


def test_a_file_in_the_place_of_the_folder_is_told_in_words_and_left_alone(
    server: WeightsServer, file: WeightsFile, content: bytes, own: Path
) -> None:
    own.write_text("somebody's notes")
    assert find(file) is None
    assert "is not on this machine" in absence(file)
    with pytest.raises(WeightsError, match="cannot be written to"):
        fetch(file)
    assert own.read_text() == "somebody's notes"
    own.unlink()
    assert fetch(file).read_bytes() == content
