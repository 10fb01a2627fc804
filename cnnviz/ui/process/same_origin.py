"""Whose pages may open a web socket here: those of this server, and those that its operator has named."""

import logging
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.websockets import WebSocket

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

POLICY_VIOLATION = 1008  # as the standard for web sockets numbers it

_log = logging.getLogger(__name__)


class SameOrigin:
    """Middleware around the app: refuses a web socket that a page of another site opens.

    Streamlit 1.67 has the same rule, but before it says no, or yes to a site that the operator has named, it asks a
    server outside for this machine's address (github.com/streamlit/streamlit/issues/7721). So the answer is given
    here, and Streamlit does not hear of a named site.
    """

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] == "websocket":
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and _split(origin).netloc != headers.get("host"):
                if not is_named(origin):
                    _log.warning(
                        "A page of another site was refused a web socket. Where a proxy changes the header Host, "
                        "name the address that browsers see in server.corsAllowedOrigins."
                    )
                    await WebSocket(scope, receive, send).close(POLICY_VIOLATION)
                    return
                scope = {**scope, "headers": [header for header in scope["headers"] if header[0] != b"origin"]}
        await self.app(scope, receive, send)


def is_named(origin: str) -> bool:
    """Whether the operator lets pages of this site in, by its host: "https://school.example" for example."""
    if not st.get_option("server.enableCORS"):  # which protects from other sites, in spite of its name
        return True
    named = [st.get_option("browser.serverAddress"), *st.get_option("server.corsAllowedOrigins")]
    return _host(origin) in {_host(site.strip()) for site in named if site} - {None}


def _host(site: str) -> str | None:
    return _split(site if "//" in site else f"//{site}").hostname


def _split(address: str) -> SplitResult:
    """Its parts; none of what is no address."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")
