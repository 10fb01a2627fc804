"""The server by itself: it starts on a machine that never saw Streamlit, and asks nobody outside."""

import base64
import os
import socket
import threading
from pathlib import Path

from tests.browser.running_app import serving


class Outside(threading.Thread):
    """Stands where a proxy would: whoever wants to go outside comes by here."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.door = socket.create_server(("127.0.0.1", 0))
        self.callers: list[bytes] = []
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.door.getsockname()[1]}"

    def run(self) -> None:
        while True:
            caller, _ = self.door.accept()
            self.callers.append(caller.recv(200))
            caller.close()


def open_web_socket(address: str, origin: str) -> bytes:
    """The first bytes of the answer to a browser that opens the page's web socket from a page of ``origin``."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = ["GET /_stcore/stream HTTP/1.1", f"Host: {host}:{port}", "Upgrade: websocket", "Connection: Upgrade"]
        lines += [f"Origin: {origin}", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", ""]
        connection.sendall("\r\n".join(lines).encode())
        return connection.recv(100)


def test_a_start_and_a_visit_by_another_name_ask_nobody_outside(tmp_path: Path) -> None:
    outside = Outside()
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"), outside.address)
    proxies |= {"NO_PROXY": "", "no_proxy": "", "HOME": str(tmp_path)}
    with serving(tmp_path / "log", **proxies) as address:  # type: ignore[arg-type]
        assert open_web_socket(address, "http://labserver:1234").startswith(b"HTTP/1.1 403")
        assert open_web_socket(address, address).startswith(b"HTTP/1.1 101")
    assert outside.callers == []
    assert f"cnnviz is open at {address}" in (tmp_path / "log").read_text()


def test_a_first_start_asks_for_no_e_mail_address(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with serving(tmp_path / "log", headless=False, HOME=str(tmp_path / "home"), BROWSER="true") as address:
        assert address
    assert "Email" not in (tmp_path / "log").read_text()
