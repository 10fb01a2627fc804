"""A cable between browser and server that can be pulled out and put back."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class Cable:
    """Carries bytes from a port of its own to the server's, and back; `cut` ends every connection and lets none in."""

    def __init__(self, port: int) -> None:
        self.server = ("127.0.0.1", port)
        self.is_cut = False
        self._door = socket.create_server(("127.0.0.1", 0))
        self._ends: set[socket.socket] = set()
        self._guard = threading.Lock()
        threading.Thread(target=self._let_in, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def cut(self) -> None:
        """Pull it out."""
        with self._guard:
            self.is_cut = True
            for end in self._ends:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Put it back."""
        self.is_cut = False

    def close(self) -> None:
        self.cut()
        self._door.close()

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):  # the door was closed
            while True:
                browser, _ = self._door.accept()
                try:
                    if self.is_cut:
                        raise ConnectionRefusedError
                    server = socket.create_connection(self.server, timeout=5)
                except OSError:
                    browser.close()
                    continue
                server.settimeout(None)
                with self._guard:
                    self._ends |= {browser, server}
                for source, sink in ((browser, server), (server, browser)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()
        with self._guard:
            self._ends.discard(source)


@contextlib.contextmanager
def cable_to(address: str) -> Iterator[Cable]:
    """A cable to the server at this address."""
    cable = Cable(int(address.rpartition(":")[2]))
    try:
        yield cable
    finally:
        cable.close()
