"""A process whose app is one page, which takes as long as one asks for, and whoever visits it without a browser."""

import time
import urllib.error
import urllib.request
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from cnnviz.ui.process.graceful_end import ENDS_WITHIN
from tests.browser.running_app import ROOT, free_port, started, wait_until_healthy

APP = """
import time
import weakref
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from cnnviz.ui.process import tidying
from cnnviz.ui.process.lifespan import lifespan
from cnnviz.ui.process.middleware import MIDDLEWARE

def convolutions():
    import torch
    torch.set_num_threads(1)
    pictures, weights = torch.zeros(1, 64, 200, 200), torch.zeros(64, 64, 3, 3)
    while True:
        yield float(torch.conv2d(pictures, weights).sum())

def keep_a_picture():
    class Picture: ...

    @st.fragment
    def part(picture):
        st.write("with a picture")

    picture = st.session_state["picture"] = Picture()
    part(picture)
    weakref.finalize(picture, print, "The picture has left.", flush=True).atexit = False
    send_a_file("file")

def send_a_file(number):
    context = get_script_run_ctx()
    sent = UploadedFileRec(number, "rocket.png", "image/png", bytes(1_000_000))
    context.uploaded_file_mgr.add_file(context.session_id, sent)
    return context.session_id, UploadedFile(sent, None)

def count_files():
    from cnnviz.ui.server.streamlit_uploads import forget_upload, is_session_here, waiting_bytes
    send_a_file("kept")
    session, sent = send_a_file("read")
    st.write("begun")
    st.text(f"{is_session_here(session)} {waiting_bytes(session)}")
    forget_upload(sent)
    st.text(f"{is_session_here(session)} {waiting_bytes(session)}")

if __name__ == "__main__":
    match st.query_params.get("with"):
        case "work":
            from cnnviz.ui.sharing.background_work import Work
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
            from cnnviz.ui.sharing.background_work import Work
            Work(max(convolutions()) for _ in range(1)).start()
            import torch
            time.sleep(0.5)
        case "picture":
            keep_a_picture()
        case "files":
            count_files()
        case "many words":
            st.write("begun")
            for number in range(20_000):
                st.text(number)
        case "download":
            from cnnviz.networks.download import start
            from cnnviz.networks.weights import WeightsFile
            start(WeightsFile(st.query_params["file"], "", 100_000))
    st.write("begun")
    time.sleep(float(st.query_params["seconds"]))
    st.write("done")
else:
    tidying.EVERY = 0.3
    app = st.App(__file__, lifespan=lifespan, middleware=MIDDLEWARE)
"""


class Process:
    """An app of one page that takes as long as one asks for."""

    def __init__(self, folder: Path, app: str = APP, **environment: str) -> None:
        self.log = folder / "log"
        (folder / ".streamlit").symlink_to(ROOT / ".streamlit")
        (folder / "app.py").write_text(app, encoding="utf-8")
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.process = started(self.log, port, folder, PYTHONPATH=str(ROOT), **environment)  # type: ignore[arg-type]
        wait_until_healthy(self.address, self.process, self.log)

    def visit(self, session: str = "") -> ClientConnection:
        """A web socket as a browser opens it, at first or with the session that it had before."""
        socket = self.address.replace("http", "ws") + "/_stcore/stream"
        before = ["PLACEHOLDER_AUTH_TOKEN", session] if session else []
        protocols = [Subprotocol(name) for name in ("streamlit", *before)]
        return connect(socket, origin=Origin(self.address), subprotocols=protocols, proxy=None)

    def health(self) -> int:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            return direct.open(f"{self.address}/_stcore/health", timeout=5).status
        except urllib.error.HTTPError as refused:
            return refused.code

    def metrics(self) -> str:
        """What Streamlit says it holds."""
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(f"{self.address}/_stcore/metrics", timeout=5) as answer:
            text: str = answer.read().decode()
        return text

    def ends_after(self) -> float:
        """Seconds from now until it has ended, which it must with 0."""
        began = time.monotonic()
        assert self.process.wait(timeout=ENDS_WITHIN + 3) == 0
        return time.monotonic() - began


def ask_for_the_page(socket: ClientConnection, seconds: float, more: str = "") -> None:
    """As a browser asks for it."""
    message = BackMsg()
    message.rerun_script.query_string = f"seconds={seconds}{more}"
    socket.send(message.SerializeToString())


def run_the_page(socket: ClientConnection, seconds: float, more: str = "") -> ForwardMsg:
    """Have it computed, and return when it has begun: the message that a run begins with."""
    ask_for_the_page(socket, seconds, more)
    first = answer = ForwardMsg()
    while "begun" not in text_of(answer):
        answer = ForwardMsg.FromString(socket.recv(timeout=20))
        if answer.WhichOneof("type") == "new_session":
            first = answer
    return first


def text_of(message: ForwardMsg) -> str:
    return message.delta.new_element.markdown.body
