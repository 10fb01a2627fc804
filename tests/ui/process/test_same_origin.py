"""Whose pages may open a web socket: this server's, and those whose site the operator has named."""

import asyncio

import pytest
import streamlit as st
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from cnnviz.ui.process.same_origin import SameOrigin

HOST = "school.example:8501"


def opened(origin: str | None, kind: str = "websocket") -> tuple[str, str | None]:
    """What becomes of it: "refused", or "passed" with the origin that the app then sees."""
    seen: list[str | None] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(Headers(scope=scope).get("origin"))

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        assert message["type"] == "websocket.close"

    headers = [(b"host", HOST.encode())] + ([] if origin is None else [(b"origin", origin.encode())])
    asyncio.run(SameOrigin(app)({"type": kind, "path": "/", "headers": headers}, receive, send))
    return ("passed", seen[0]) if seen else ("refused", None)


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The operator's settings, as `st.get_option` gives them."""
    options: dict[str, object] = {
        "server.enableCORS": True,
        "server.corsAllowedOrigins": [],
        "browser.serverAddress": "localhost",
    }
    monkeypatch.setattr(st, "get_option", options.__getitem__)
    return options


@pytest.mark.usefixtures("options")
def test_a_page_of_this_server_passes_and_so_does_one_who_says_nothing() -> None:
    for origin in (f"http://{HOST}", f"https://{HOST}", None):
        assert opened(origin) == ("passed", origin)


@pytest.mark.usefixtures("options")
@pytest.mark.parametrize(
    "origin",
    [
        "http://labserver:1234",
        "http://school.example",
        "http://school.example:8501.evil.example",
        "null",
        "",
        "http://[",
    ],
)
def test_a_page_of_another_site_is_refused(origin: str, caplog: pytest.LogCaptureFixture) -> None:
    assert opened(origin) == ("refused", None)
    (record,) = caplog.records
    assert "server.corsAllowedOrigins" in record.message
    assert not origin or origin not in record.message, "what others write does not get into the log"
    assert opened(origin, "http") == ("passed", origin), "plain requests are not this one's business"


def test_a_site_that_the_operator_has_named_passes_and_streamlit_does_not_ask_whose_it_is(
    options: dict[str, object],
) -> None:
    options["server.corsAllowedOrigins"] = ["https://course.example ", "other.example"]
    options["browser.serverAddress"] = "cnnviz.example"
    for origin in (
        "https://course.example",
        "https://course.example:444",
        "http://other.example",
        "http://cnnviz.example",
    ):
        assert opened(origin) == ("passed", None)
    assert opened("http://course.example.evil.example") == ("refused", None)


def test_an_operator_who_switches_the_protection_off_lets_everybody_in(options: dict[str, object]) -> None:
    options["server.enableCORS"] = False
    assert opened("http://labserver:1234") == ("passed", None)
