"""A process that is asked to end: it takes nobody in any more, finishes what runs, and is gone in time."""

import contextlib
import signal
import time
from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from cnnviz.ui.process.graceful_end import ENDS_WITHIN, RUNS_GET
from tests.networks.weights_server import serving, trickle, weights_file
from tests.ui.one_page import Process, run_the_page, text_of


def rest_of(socket: ClientConnection) -> list[ForwardMsg]:
    """What still comes until the server closes."""
    messages = []
    with contextlib.suppress(ConnectionClosed):
        while True:
            messages.append(ForwardMsg.FromString(socket.recv(timeout=20)))
    return messages


def test_who_is_new_is_refused_and_what_runs_is_finished(process: Process) -> None:
    with process.visit() as socket:
        run_the_page(socket, 2)
        assert process.health() == 200
        process.process.terminate()
        time.sleep(0.5)
        assert process.health() == 503
        with pytest.raises(InvalidStatus) as refusal:
            process.visit()
        assert refusal.value.response.status_code == 503
        rest = rest_of(socket)
    assert "done" in map(text_of, rest)
    assert ForwardMsg.FINISHED_SUCCESSFULLY in [message.script_finished for message in rest]
    assert socket.close_code == 1012  # "service restart": the browser takes up its page elsewhere
    assert process.ends_after() < 5


def test_what_runs_too_long_is_left(process: Process) -> None:
    with process.visit() as socket:
        run_the_page(socket, 60)
        process.process.terminate()
        assert RUNS_GET - 0.5 < process.ends_after() < ENDS_WITHIN + 2


def test_a_second_sigterm_waits_for_nothing(process: Process) -> None:
    with process.visit() as socket:
        run_the_page(socket, 60)
        process.process.terminate()
        time.sleep(0.3)
        process.process.terminate()
        assert process.ends_after() < 5


def test_without_visitors_it_ends_at_once(process: Process) -> None:
    process.process.terminate()
    assert process.ends_after() < 5


def test_long_work_ends_after_its_step_and_the_page_that_waits_for_it_with_it(process: Process) -> None:
    with process.visit() as socket:
        run_the_page(socket, 0, "&with=work")
        process.process.terminate()
        rest = [text_of(message) for message in rest_of(socket)]
    assert "stopped" in rest
    assert process.ends_after() < 4
    assert "terminate called" not in process.log.read_text()


def test_a_step_that_does_not_end_is_left_without_aborting(process: Process) -> None:
    with process.visit() as socket:
        run_the_page(socket, 0, "&with=one long step")
        process.process.terminate()
        assert RUNS_GET - 0.5 < process.ends_after() < ENDS_WITHIN + 2
    assert "terminate called" not in process.log.read_text()


def test_ctrl_c_does_not_tear_work_out_of_torch(process: Process) -> None:
    with process.visit() as socket:
        run_the_page(socket, 0, "&with=work")
        process.process.send_signal(signal.SIGINT)
        process.process.wait(timeout=ENDS_WITHIN + 3)
    assert process.process.returncode != -signal.SIGABRT
    assert "terminate called" not in process.log.read_text()


def test_of_a_download_the_next_process_finds_what_arrived(tmp_path: Path) -> None:
    content = bytes(range(250)) * 400
    file = weights_file(content)
    part = tmp_path / "weights" / f"{file.name}.part"
    with serving(content) as server:
        server.plan = [trickle(0.5)]
        folders = {"CNNVIZ_WEIGHTS_DIR": str(tmp_path / "weights"), "CNNVIZ_WEIGHTS_URL": server.url}
        process = Process(tmp_path, NO_PROXY="127.0.0.1", **folders)
        with process.visit() as socket:
            run_the_page(socket, 0, f"&with=download&file={file.name}")
            while not part.exists() or not part.stat().st_size:
                time.sleep(0.02)
            process.process.terminate()
            assert process.ends_after() < 5
    arrived = part.read_bytes()
    assert 0 < len(arrived) < len(content)
    assert content.startswith(arrived)
