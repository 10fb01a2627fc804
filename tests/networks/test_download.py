"""Fetching weights from a server that does not always behave."""

import builtins
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cnnviz.networks import download, transfer
from cnnviz.networks.download import Progress, current, fetch, start
from cnnviz.networks.weights import WeightsError, WeightsFile
from tests.networks.weights_server import WeightsServer, body, cut_after, sent_on, stall, status, trickle, weights_file


@pytest.fixture
def file(content: bytes) -> WeightsFile:
    return weights_file(content)


def leftovers(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.endswith(".lock")}


def test_a_whole_file_arrives_under_its_name_and_nothing_else_stays(
    server: WeightsServer, file: WeightsFile, content: bytes, own: Path
) -> None:
    seen: list[Progress] = []
    path = fetch(file, seen.append)
    assert path == own / file.name
    assert path.read_bytes() == content
    assert leftovers(own) == {file.name}
    assert seen[-1].state == "done"
    assert seen[-1].done == seen[-1].total == len(content)


def test_a_file_that_is_here_is_not_asked_for(
    server: WeightsServer, file: WeightsFile, content: bytes, hub: Path
) -> None:
    (hub / file.name).write_bytes(content)
    assert fetch(file) == hub / file.name
    assert server.requests == []


def test_a_cut_line_is_resumed_where_it_broke(server: WeightsServer, file: WeightsFile, content: bytes) -> None:
    server.plan = [cut_after(40_000)]
    assert fetch(file).read_bytes() == content
    assert server.requests[1]["Range"] == "bytes=40000-"
    assert server.requests[1]["If-Range"] == server.etag


def test_a_line_that_breaks_often_but_brings_bytes_is_not_given_up(
    server: WeightsServer, file: WeightsFile, content: bytes
) -> None:
    server.plan = [cut_after(10_000 * times) for times in range(1, 9)]
    assert fetch(file).read_bytes() == content
    assert len(server.requests) == 9


def test_a_server_without_ranges_sends_the_file_once_more(
    server: WeightsServer, file: WeightsFile, content: bytes
) -> None:
    server.ranges = False
    server.plan = [cut_after(40_000)]
    assert fetch(file).read_bytes() == content


def test_a_part_of_another_version_is_not_gone_on_with(
    server: WeightsServer, file: WeightsFile, content: bytes, own: Path
) -> None:
    own.mkdir()
    (own / f"{file.name}.part").write_bytes(b"x" * 40_000)
    (own / f"{file.name}.part.version").write_text('"an older one"')
    assert fetch(file).read_bytes() == content
    assert len(server.requests) == 1


def test_a_wrong_part_of_unknown_version_costs_one_more_request(
    server: WeightsServer, file: WeightsFile, content: bytes, own: Path
) -> None:
    own.mkdir()
    (own / f"{file.name}.part").write_bytes(b"x" * 40_000)
    assert fetch(file).read_bytes() == content
    assert len(server.requests) == 2


def test_a_part_that_is_already_whole_is_not_fetched_again(
    server: WeightsServer, file: WeightsFile, content: bytes, own: Path
) -> None:
    own.mkdir()
    (own / f"{file.name}.part").write_bytes(content)
    assert fetch(file).read_bytes() == content
    assert len(server.requests) == 1


def test_wrong_bytes_never_get_the_files_name(
    server: WeightsServer, file: WeightsFile, content: bytes, own: Path
) -> None:
    server.plan = [body(bytes(len(content)))]
    with pytest.raises(WeightsError, match="its content does not match its name"):
        fetch(file)
    assert leftovers(own) == set()


def test_a_shorter_file_is_refused_although_the_server_calls_it_whole(
    server: WeightsServer, file: WeightsFile, content: bytes, own: Path
) -> None:
    server.plan = [body(content[:-1])]
    with pytest.raises(WeightsError, match="its content does not match its name"):
        fetch(file)
    assert not (own / file.name).exists()


def test_a_much_larger_file_is_refused_before_it_is_fetched(server: WeightsServer, file: WeightsFile) -> None:
    server.plan = [body(bytes(3_000_000))]
    with pytest.raises(WeightsError, match=r"3\.0 MB large, not the expected 0\.1 MB"):
        fetch(file)


def test_a_log_in_page_is_recognised(server: WeightsServer, file: WeightsFile, own: Path) -> None:
    server.plan = [body(b"<html>Welcome to the guest network</html>", "text/html; charset=utf-8")]
    with pytest.raises(WeightsError, match="A web page came instead of"):
        fetch(file)
    assert leftovers(own) == set()


@pytest.mark.parametrize(
    ("code", "words"), [(404, "does not have it"), (403, "does not give it out"), (418, "refused")]
)
def test_a_refusal_is_told_in_words_and_not_repeated(
    server: WeightsServer, file: WeightsFile, own: Path, code: int, words: str
) -> None:
    server.plan = [status(code)]
    with pytest.raises(WeightsError, match=rf"{words} \(HTTP {code}\).*By hand: put {file.name} .* into {own}"):
        fetch(file)
    assert len(server.requests) == 1


def test_a_server_that_is_out_of_order_is_asked_again(server: WeightsServer, file: WeightsFile, content: bytes) -> None:
    server.plan = [status(500), status(503)]
    assert fetch(file).read_bytes() == content


def test_a_server_that_stays_out_of_order_is_given_up(server: WeightsServer, file: WeightsFile) -> None:
    server.plan = [status(500)] * 10
    with pytest.raises(WeightsError, match=r"out of order at the moment \(HTTP 500\)"):
        fetch(file)
    assert len(server.requests) == 1 + len(transfer.PAUSES)


def test_a_server_that_says_nothing_is_given_up(
    server: WeightsServer, file: WeightsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "PAUSES", (0.01,))
    server.plan = [stall(3.0)] * 2
    with pytest.raises(WeightsError, match="did not answer within"):
        fetch(file)


def test_a_server_that_falls_silent_half_way_is_asked_for_the_rest(
    server: WeightsServer, file: WeightsFile, content: bytes
) -> None:
    def silent(handler: object) -> None:
        cut_after(40_000)(handler)  # type: ignore[arg-type]
        time.sleep(3.0)

    server.plan = [silent]
    assert fetch(file).read_bytes() == content
    assert server.requests[1]["Range"] == "bytes=40000-"


def test_a_refused_connection_is_called_offline_at_once(
    file: WeightsFile, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:  # bound but not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("CNNVIZ_WEIGHTS_URL", f"http://127.0.0.1:{taken.getsockname()[1]}")
        before = time.monotonic()
        with pytest.raises(WeightsError, match=f"probably offline. By hand: put {file.name} .* into {own}"):
            fetch(file)
    assert time.monotonic() - before < 2.0


def test_a_mirrors_password_is_not_told(
    server: WeightsServer, file: WeightsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_WEIGHTS_URL", server.url.replace("http://", "http://school:secret@"))
    server.plan = [status(404)]
    with pytest.raises(WeightsError, match=r"127\.0\.0\.1:\d+ does not have it") as refusal:
        fetch(file)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "mirror",
    [
        "htps://school:secret@127.0.0.1:9",
        "http://school:secret@127.0.0.1:99999",
        "http://school:secret@127.0.0.1:nine",
        "http://school:secret@",
        "http://school:sec/secret@127.0.0.1:9",
        "http://school:sec#secret@127.0.0.1:9",
        "http://school:secret@[::1",
        "http://school:secret@exämple..de",
        "school:secret@127.0.0.1:9",
    ],
)
def test_a_password_in_a_wrong_address_is_told_and_logged_to_nobody(
    file: WeightsFile, own: Path, mirror: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CNNVIZ_WEIGHTS_URL", mirror)
    with pytest.raises(WeightsError, match="could not be fetched") as refusal:
        fetch(file)
    assert "secret" not in str(refusal.value) + caplog.text
    assert "the server's log" not in str(refusal.value)


def test_a_mirror_that_sends_in_circles_tells_no_password(
    server: WeightsServer, file: WeightsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_WEIGHTS_URL", server.url.replace("http://", "http://school:secret@"))
    server.plan = [sent_on] * 40
    with pytest.raises(WeightsError, match="…@127") as refusal:
        fetch(file)
    assert "secret" not in str(refusal.value)


def test_a_mirror_that_is_no_address_is_named(file: WeightsFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_WEIGHTS_URL", "weights of our school")
    with pytest.raises(WeightsError, match=r"weights of our school/.* is not an address"):
        fetch(file)


def test_two_sessions_at_once_make_one_request(server: WeightsServer, file: WeightsFile, content: bytes) -> None:
    server.plan = [trickle(0.03)]
    results: list[bytes] = []
    seen: list[list[Progress]] = [[], []]
    sessions = [
        threading.Thread(target=lambda mine=mine: results.append(fetch(file, mine.append).read_bytes()))
        for mine in seen
    ]
    for session in sessions:
        session.start()
    for session in sessions:
        session.join()
    assert results == [content, content]
    assert len(server.requests) == 1
    for mine in seen:
        assert any(0 < progress.done < len(content) for progress in mine), "both see how far it is"


FETCH = "import sys; from cnnviz.networks.download import fetch; from cnnviz.networks.weights import WeightsFile; \
print(fetch(WeightsFile(sys.argv[1], '', int(sys.argv[2]))))"


def in_another_process(file: WeightsFile) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", FETCH, file.name, str(file.approx_size)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


def wait_until(condition: object, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "this took too long"
        time.sleep(0.02)


def test_two_processes_at_once_make_one_request(server: WeightsServer, file: WeightsFile, content: bytes) -> None:
    server.plan = [trickle(0.1)]
    other = in_another_process(file)
    wait_until(lambda: server.requests)
    assert fetch(file).read_bytes() == content
    assert other.wait(20) == 0
    assert len(server.requests) == 1


def test_a_process_that_is_killed_leaves_what_the_next_one_goes_on_with(
    server: WeightsServer, file: WeightsFile, content: bytes, own: Path
) -> None:
    server.plan = [trickle(0.15)]
    part = own / f"{file.name}.part"
    victim = in_another_process(file)
    wait_until(lambda: part.exists() and part.stat().st_size > 0)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait(20)
    arrived = part.stat().st_size
    assert 0 < arrived < len(content)
    assert fetch(file).read_bytes() == content
    assert server.requests[1]["Range"] == f"bytes={arrived}-"


def test_a_folder_that_cannot_be_is_told_in_words(
    server: WeightsServer, file: WeightsFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv("CNNVIZ_WEIGHTS_DIR", str(tmp_path / "a file" / "weights"))
    with pytest.raises(WeightsError, match=r"cannot be written to\. Set CNNVIZ_WEIGHTS_DIR to a folder that can"):
        fetch(file)
    assert server.requests == []


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "is full. Make room"), (errno.EROFS, "cannot be written to")]
)
def test_a_disk_that_fails_while_writing_is_told_in_words(
    server: WeightsServer, file: WeightsFile, number: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(path: Path, mode: str = "r", *args: object, **options: object) -> object:
        if path.name.endswith(".part") and "b" in mode and mode != "rb":
            raise OSError(number, os.strerror(number))
        return builtins.open(path, mode, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", failing)
    with pytest.raises(WeightsError, match=words):
        fetch(file)


def test_a_disk_without_room_is_told_before_anything_is_written(
    server: WeightsServer, file: WeightsFile, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 10_000})
    monkeypatch.setattr(transfer.shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(WeightsError, match=r"is full\. Make room"):
        fetch(file)
    assert leftovers(own) == set()


def test_a_damaged_file_of_ours_is_replaced(
    server: WeightsServer, file: WeightsFile, content: bytes, own: Path
) -> None:
    own.mkdir()
    (own / file.name).write_bytes(content[:-1] + b"?")
    assert fetch(file).read_bytes() == content


def test_beside_a_damaged_file_in_the_hub_a_good_one_is_put_into_our_folder(
    server: WeightsServer, file: WeightsFile, content: bytes, own: Path, hub: Path
) -> None:
    (hub / file.name).write_bytes(b"damaged")
    assert fetch(file) == own / file.name
    assert (hub / file.name).read_bytes() == b"damaged"


def test_stopping_ends_the_download_and_keeps_what_arrived(
    server: WeightsServer, file: WeightsFile, content: bytes, own: Path
) -> None:
    server.plan = [trickle(0.1)]
    with pytest.raises(WeightsError, match="was stopped"):
        fetch(file, should_stop=lambda: (own / f"{file.name}.part").exists())
    assert current(file).progress().state == "stopped"
    assert fetch(file).read_bytes() == content


def test_one_who_stops_does_not_stop_it_for_the_others(server: WeightsServer, file: WeightsFile) -> None:
    server.plan = [trickle(0.05)]
    running = start(file)
    running.progress("first")
    running.progress("second")
    assert running.stop("first") is False
    assert running.wait(20)
    assert running.progress().state == "done"


def test_one_who_left_keeps_nothing_going(
    server: WeightsServer, file: WeightsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "FOLLOWER_GONE", 0.05)
    server.plan = [trickle(0.1)]
    running = start(file)
    running.progress("left without a word")
    time.sleep(0.1)
    assert running.stop("second") is True
    assert running.wait(20)
    assert running.progress().state == "stopped"


def test_a_session_that_leaves_does_not_end_the_download(server: WeightsServer, file: WeightsFile, own: Path) -> None:
    server.plan = [trickle(0.03)]
    start(file).progress("left without a word")
    running = current(file)
    assert running is not None
    assert running.wait(20)
    assert (own / file.name).exists()


def test_progress_tells_bytes_rate_and_time_left(file: WeightsFile) -> None:
    half = Progress(file, "downloading", 20_000_000, 40_000_000, rate=1_000_000.0)
    assert half.fraction == 0.5
    assert half.seconds_left == 20.0
    assert half.sentence() == f"{file.name}: 20 MB of 40 MB, 50 %, about 20 s left"
    slow = Progress(file, "downloading", 20_000_000, 40_000_000, rate=100_000.0)
    assert slow.sentence().endswith("about 3 min left")
    assert Progress(file, "downloading", 0, 40_000_000).seconds_left is None
