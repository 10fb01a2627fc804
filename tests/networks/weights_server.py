"""A server on the loopback address that hands out one file, and misbehaves as each test asks."""

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cnnviz.networks.weights import WeightsFile


def weights_file(content: bytes, stem: str = "tiny") -> WeightsFile:
    """A file whose name carries the hash of its content, as torchvision's do."""
    name = f"{stem}-{hashlib.sha256(content).hexdigest()[:8]}.pth"
    return WeightsFile(name, f"http://127.0.0.1:9/{name}", len(content))


@dataclass
class WeightsServer:
    """What it serves, how, and the requests it saw.

    `plan` holds one misbehaviour per request to come: a function that gets the handler and answers for the server.
    When it is empty requests are answered properly.
    """

    content: bytes
    ranges: bool = True
    etag: str = '"one"'
    plan: list[Callable[["Handler"], None]] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    served: WeightsServer

    def do_GET(self) -> None:
        self.served.requests.append(dict(self.headers))
        behave = self.served.plan.pop(0) if self.served.plan else answer
        behave(self)

    def log_message(self, *_: object) -> None:
        """Tests need no access log."""


def answer(handler: Handler, upto: int | None = None, pause: float = 0.0) -> None:
    """A proper answer; with `upto` the line is cut after so many bytes of the file, with `pause` it trickles."""
    server = handler.served
    content, begin = server.content, 0
    asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
    same_version = handler.headers.get("If-Range", server.etag) == server.etag
    if asked and server.ranges and same_version:
        begin = int(asked[1])
        if begin >= len(content):
            handler.send_response(416)
            handler.send_header("Content-Range", f"bytes */{len(content)}")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
    else:
        handler.send_response(200)
    handler.send_header("ETag", server.etag)
    handler.send_header("Content-Length", str(len(content) - begin))
    handler.end_headers()
    for start in range(begin, len(content) if upto is None else upto, 10_000):
        handler.wfile.write(content[start : min(start + 10_000, len(content) if upto is None else upto)])
        handler.wfile.flush()
        time.sleep(pause)


def cut_after(num_bytes: int) -> Callable[[Handler], None]:
    return lambda handler: answer(handler, upto=num_bytes)


def trickle(pause: float) -> Callable[[Handler], None]:
    return lambda handler: answer(handler, pause=pause)


def status(code: int) -> Callable[[Handler], None]:
    def behave(handler: Handler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return behave


def body(content: bytes, content_type: str = "application/octet-stream") -> Callable[[Handler], None]:
    """200, and something else than the file."""

    def behave(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return behave


def sent_on(handler: Handler) -> None:
    """To the same place once more."""
    handler.send_response(302)
    handler.send_header("Location", handler.path)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def stall(seconds: float) -> Callable[[Handler], None]:
    """Takes the request, and says nothing for a while."""
    return lambda _handler: time.sleep(seconds)


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that goes away in the middle is what some tests are about."""


@contextmanager
def serving(content: bytes) -> Iterator[WeightsServer]:
    served = WeightsServer(content)
    http = QuietServer(("127.0.0.1", 0), type("BoundHandler", (Handler,), {"served": served}))
    served.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
