"""How the process ends: newcomers go to the other processes behind the proxy, and no work is cut off.

Streamlit on uvicorn dies at SIGTERM within a moment, in the middle of whatever it computes. Here it ends in steps:
newcomers are answered 503, so that a proxy takes them to another process; long work stops after its step; pages that
are being computed get `RUNS_GET` seconds; then the connections close and the process exits with 0, all within
`ENDS_WITHIN` seconds. A download may end at any time: what has arrived is on the disk, and the next process goes on.
"""

import atexit
import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket

from cnnviz.ui.server.streamlit_script_run import is_any_page_computed
from cnnviz.ui.sharing import background_work

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

HEALTH = "/_stcore/health"
RUNS_GET = 6.0  # seconds for the scripts that run
FLUSH_GETS = 0.3  # until what a script drew last is on its way to the browser
CONNECTIONS_GET = 1  # seconds for answers that are being sent
ENDS_WITHIN = 9.0  # `docker stop` kills after ten
STEP_GETS = 2.0  # seconds for a step of long work, where somebody presses Ctrl+C

_log = logging.getLogger(__name__)
_ending = threading.Event()
_hurry = threading.Event()


class GracefulEnd:
    """Middleware around the app: while the process ends, whoever is new is for another process.

    That is the health check and a web socket that is being opened. What is here already goes on.
    """

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        refusal = PlainTextResponse("This process is ending.", 503)
        if scope["type"] == "websocket" and _ending.is_set():
            await WebSocket(scope, receive, send).send_denial_response(refusal)
        elif scope["type"] == "http" and _ending.is_set() and scope.get("path", "").endswith(HEALTH):
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)


@contextlib.contextmanager
def ends_in_steps() -> Iterator[None]:
    """While inside, SIGTERM ends the process as said above; enter it in the main thread, once uvicorn runs.

    A second SIGTERM ends all waiting. Ctrl+C works as before, but does not wait for ever either.
    """
    handler = signal.getsignal(signal.SIGTERM)
    server = getattr(handler, "__self__", None)
    if not isinstance(server, uvicorn.Server):
        _log.warning("SIGTERM ends this process as its server sees fit: it is not uvicorn that waits for the signal.")
        yield
        return

    def on_sigterm(_number: int, _frame: FrameType | None) -> None:
        if _ending.is_set():
            _hurry.set()
        else:
            _ending.set()
            threading.Thread(target=_end, args=(server,), name="end", daemon=True).start()

    server.config.timeout_graceful_shutdown = CONNECTIONS_GET
    signal.signal(signal.SIGTERM, on_sigterm)
    atexit.register(_leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, handler)
        background_work.end_all(0.0 if _ending.is_set() else STEP_GETS)


def _end(server: uvicorn.Server) -> None:
    began = time.monotonic()
    background_work.end_all()
    if _is_computing():
        while _is_computing() and time.monotonic() < began + RUNS_GET:
            if _hurry.wait(0.05):
                break
        time.sleep(FLUSH_GETS)
    server.should_exit = True  # uvicorn's own handler would raise the signal anew, and the exit code not be 0
    time.sleep(max(0.0, began + ENDS_WITHIN - time.monotonic()))
    os._exit(0)  # only reached where something still holds the process up


def _leave() -> None:
    """After SIGTERM the last thing Python does: else it would tear threads out of torch, which aborts the process."""
    if _ending.is_set():
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(0)


def _is_computing() -> bool:
    """Whether any visitor's page, or long work, is being computed."""
    return background_work.steps_run() or is_any_page_computed()
