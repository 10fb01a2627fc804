"""A process that is asked to end: it takes nobody in any more, finishes what runs, and is gone in time."""

import contextlib
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from cnnviz.ui.replica import ENDS_WITHIN, RUNS_GET
from tests.browser.running_app import ROOT, end, free_port, started, wait_until_healthy
from tests.networks.weights_server import serving, trickle, weights_file

APP = """
import time
import streamlit as st
from starlette.middleware import Middleware
from cnnviz.ui.replica import Replica
from cnnviz.ui.server import lifespan

def convolutions():
    import torch
    torch.set_num_threads(1)
    pictures, weights = torch.zeros(1, 64, 200, 200), torch.zeros(64, 64, 3, 3)
    while True:
        yield float(torch.conv2d(pictures, weights).sum())

if __name__ == "__main__":
    match st.query_params.get("with"):
        case "work":
            from cnnviz.ui.work import Work
            work = st.session_state.setdefault("work", Work(convolutions()))
            work.start()
            while work.look() is None:
                time.sleep(0.01)
            st.write("begun")
            while work.runs:  # as a page that shows how far it is
                time.sleep(0.05)
                st.write(work.look())
            st.write(work.state)
        case "one long step":
            from cnnviz.ui.work import Work
            Work(max(convolutions()) for _ in range(1)).start()
            import torch
            time.sleep(0.5)
        case "download":
            from cnnviz.networks.download import start
            from cnnviz.networks.weights import WeightsFile
            start(WeightsFile(st.query_params["file"], "", 100_000))
    st.write("begun")
    time.sleep(float(st.query_params["seconds"]))
    st.write("done")
else:
    app = st.App(__file__, lifespan=lifespan, middleware=[Middleware(Replica)])
"""


class Process:
    """An app of one page that takes as long as one asks for."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.log = folder / "log"
        (folder / ".streamlit").symlink_to(ROOT / ".streamlit")
        (folder / "app.py").write_text(APP, encoding="utf-8")
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.process = started(self.log, port, folder, PYTHONPATH=str(ROOT), **environment)  # type: ignore[arg-type]
        wait_until_healthy(self.address, self.process, self.log)

    def visit(self) -> ClientConnection:
        socket = self.address.replace("http", "ws") + "/_stcore/stream"
        return connect(socket, origin=Origin(self.address), subprotocols=[Subprotocol("streamlit")], proxy=None)

    def health(self) -> int:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            return direct.open(f"{self.address}/_stcore/health", timeout=5).status
        except urllib.error.HTTPError as refused:
            return refused.code

    def ends_after(self) -> float:
        """Seconds from now until it has ended, which it must with 0."""
        began = time.monotonic()
        assert self.process.wait(timeout=ENDS_WITHIN + 3) == 0
        return time.monotonic() - began


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path)
    yield process
    end(process.process)


def run_the_page(socket: ClientConnection, seconds: float, more: str = "") -> ForwardMsg:
    """Have it computed, and return when it has begun: the message that a run begins with."""
    message = BackMsg()
    message.rerun_script.query_string = f"seconds={seconds}{more}"
    socket.send(message.SerializeToString())
    first = answer = ForwardMsg()
    while "begun" not in text_of(answer):
        answer = ForwardMsg.FromString(socket.recv(timeout=20))
        if answer.WhichOneof("type") == "new_session":
            first = answer
    return first


def text_of(message: ForwardMsg) -> str:
    return message.delta.new_element.markdown.body


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
