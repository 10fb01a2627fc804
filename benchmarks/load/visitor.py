"""A visitor without a browser: speaks Streamlit's own protocol over a web socket, and waits as a browser does.

It keeps what a browser keeps: the values of the widgets that were touched, the pages there are, the element that every
widget is, the cookies. It draws nothing.
"""

import asyncio
import http.cookies
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

PATIENCE = 120.0  # seconds until an answer is taken for lost
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
LARGEST = 60_000_000  # bytes of one message
DONE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


class Failure(Exception):
    """What no visitor should meet: an exception on the page, a broken connection, no answer."""


@dataclass
class Found:
    """An element as it was drawn last: which kind, its protobuf message, and the fragment it belongs to."""

    kind: str
    proto: Any
    fragment: str


@dataclass
class Visitor:
    """One browser tab at an address such as "http://127.0.0.1:8501"."""

    address: str
    socket: Any = None
    cookies: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    page_hash: str = ""
    page_name: str = ""
    query: str = ""
    widgets: dict[str, WidgetState] = field(default_factory=dict)
    elements: dict[str, Found] = field(default_factory=dict)
    drawn: set[str] = field(default_factory=set)  # in the run that goes on
    received: int = 0

    async def open(self, page: str, query: str = "") -> None:
        """Follow a link: get the page, connect, and wait until it has been drawn."""
        await asyncio.to_thread(self._get_page, f"/{page}?{query}")
        where = urlsplit(self.address)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.socket = await websockets.connect(
            f"ws://{where.netloc}/_stcore/stream",
            subprotocols=[websockets.Subprotocol("streamlit")],
            additional_headers={"Cookie": cookie},
            origin=websockets.Origin(self.address),
            max_size=LARGEST,
            open_timeout=PATIENCE,
            ping_interval=None,
            proxy=None,
        )
        self.page_name, self.query = page, query
        await self._run()

    async def close(self) -> None:
        """Close the tab."""
        if self.socket is not None:
            await self.socket.close()

    async def go(self, page: str, query: str = "") -> None:
        """Choose a page in the menu."""
        self.page_hash, self.page_name, self.query = self.pages[page], page, query
        self.elements.clear()
        await self._run()

    async def set(self, key: str, value: object) -> None:
        """Set the widget of this key as a click would, and wait for what follows."""
        found = self.find(key)
        state = WidgetState(id=found.proto.id)
        match found.kind, value:
            case "button", _:
                state.trigger_value = True
            case "button_group", str():
                options = [option.content for option in found.proto.options]
                state.string_array_value.data.append(next(option for option in options if option == value))
            case "selectbox", str():
                state.string_value = value
            case "number_input", int() | float():
                state.double_value = float(value)
            case _, bool():
                state.bool_value = value
            case _, str():
                state.string_value = value
            case _:
                raise Failure(f"{key} is a {found.kind}, and {value!r} is nothing for it")
        await self._run(state, found.fragment)

    async def upload(self, key: str, name: str, content: bytes) -> None:
        """Send a file through the uploader whose key begins so."""
        found = self.find(key)
        message = BackMsg()
        message.file_urls_request.request_id = uuid.uuid4().hex
        message.file_urls_request.file_names.append(name)
        await self.socket.send(message.SerializeToString())
        answer = await self._receive_until(lambda one: one.WhichOneof("type") == "file_urls_response")
        urls = answer.file_urls_response.file_urls[0]
        await asyncio.to_thread(self._put, urls.upload_url, name, content)
        state = WidgetState(id=found.proto.id)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.file_id, info.name, info.size = urls.file_id, name, len(content)
        info.file_urls.CopyFrom(urls)
        await self._run(state, found.fragment)

    async def wait_for(self, holds: Callable[["Visitor"], bool]) -> None:
        """Wait until the page, which draws itself anew, shows something."""
        while not holds(self):
            await self._receive_until(lambda _: True)

    def find(self, key: str) -> Found:
        """The element of this key, or whose key begins so and ends with a number."""
        for name, found in self.elements.items():
            if name.endswith(f"-{key}") or (f"-{key}_" in name and name.rpartition("_")[2].isdigit()):
                return found
        raise Failure(f"there is no {key!r} on {self.page_name}: {sorted(self.elements)[:40]}")

    async def _run(self, changed: WidgetState | None = None, fragment: str = "") -> None:
        """Ask for a run of the page, or of one of its fragments, and read until it is drawn."""
        if changed is not None:
            self.widgets[changed.id] = changed
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash, state.page_name = self.query, self.page_hash, self.page_name
        state.fragment_id = fragment
        for widget in self.widgets.values():
            state.widget_states.widgets.append(widget)
        if changed is not None and changed.WhichOneof("value") == "trigger_value":
            del self.widgets[changed.id]
        await self.socket.send(message.SerializeToString())
        await self._receive_until(
            lambda one: one.WhichOneof("type") == "script_finished" and one.script_finished in DONE
        )

    async def _receive_until(self, holds: Callable[[ForwardMsg], bool]) -> ForwardMsg:
        while True:
            try:
                data = await asyncio.wait_for(self.socket.recv(), PATIENCE)
            except TimeoutError:
                raise Failure(f"no answer for {PATIENCE:.0f} s on {self.page_name}") from None
            except websockets.ConnectionClosed as error:
                raise Failure(f"the connection broke on {self.page_name}: {error}") from None
            self.received += len(data)
            message = ForwardMsg()
            message.ParseFromString(data)
            self._take(message)
            if holds(message):
                return message

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            self.page_hash = message.navigation.page_script_hash
        elif kind == "new_session":
            self.drawn.clear()
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            raise Failure(f"{self.page_name} could not be compiled")
        elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            # What the whole page did not draw is gone, and with it what it was set to.
            self.elements = {name: found for name, found in self.elements.items() if name in self.drawn}
            self.widgets = {name: state for name, state in self.widgets.items() if name in self.drawn}
        elif kind == "delta":
            self._take_delta(message)

    def _take_delta(self, message: ForwardMsg) -> None:
        delta = message.delta
        if delta.WhichOneof("type") == "add_block":
            if delta.add_block.id:
                block = delta.add_block
                self.drawn.add(block.id)
                self.elements[block.id] = Found(str(block.WhichOneof("type")), block, delta.fragment_id)
            return
        if delta.WhichOneof("type") != "new_element":
            return
        kind = str(delta.new_element.WhichOneof("type"))
        proto: Any = getattr(delta.new_element, kind, None)
        if kind == "exception":
            raise Failure(f"an exception on {self.page_name}: {proto.message[:200]}")
        identity = getattr(proto, "id", "")
        if identity:
            self.drawn.add(identity)
            self.elements[identity] = Found(kind, proto, delta.fragment_id)
            if getattr(proto, "set_value", False):  # the server wrote another value: the old one is gone
                self.widgets.pop(identity, None)

    def _get_page(self, path: str) -> None:
        for one in (path, "/_stcore/health", "/_stcore/host-config"):
            with DIRECT.open(self._request(one), timeout=PATIENCE) as answer:
                answer.read()
                for line in answer.headers.get_all("Set-Cookie") or []:
                    self.cookies.update({key: value.value for key, value in http.cookies.SimpleCookie(line).items()})

    def _put(self, path: str, name: str, content: bytes) -> None:
        border = uuid.uuid4().hex
        head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        body = head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + content + f"\r\n--{border}--\r\n".encode()
        request = self._request(path, data=body, method="PUT")
        request.add_header("Content-Type", f"multipart/form-data; boundary={border}")
        request.add_header("X-Xsrftoken", self.cookies.get("_streamlit_xsrf", ""))
        try:
            with DIRECT.open(request, timeout=PATIENCE) as answer:
                answer.read()
        except OSError as error:
            raise Failure(f"the upload failed: {error}") from None

    def _request(self, path: str, **settings: Any) -> urllib.request.Request:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return urllib.request.Request(
            self.address + path, headers={"Cookie": cookie, "Origin": self.address}, **settings
        )
