"""What a server that runs for weeks clears away now and then: visitors who left, garbage, memory that is free."""

import asyncio
import gc
from collections.abc import MutableMapping
from typing import Any

from streamlit import runtime

from cnnviz.ui.trim import trim

EVERY = 15.0  # seconds


async def tidy() -> None:
    """Tidy up until cancelled. A task of the server's own event loop, to which Streamlit's sessions belong."""
    while True:
        await asyncio.sleep(EVERY)
        forget_who_left()
        gc.collect()  # Streamlit would do so after every run, and is told not to in its settings
        trim()


def forget_who_left() -> None:
    """Let go of the sessions whose time is over.

    Streamlit keeps a session for `disconnectedSessionTTL` seconds after its browser is gone, but then only looks when
    the next one comes or goes: after a lesson the last class's pictures would stay in memory all night. Nothing public
    tells it to look.
    """
    sessions = disconnected_sessions()
    if sessions is not None:
        sessions.expire()  # type: ignore[attr-defined]


def disconnected_sessions() -> MutableMapping[str, Any] | None:
    """Streamlit's own store of the sessions without a browser; None where there is none that forgets by itself."""
    manager = getattr(runtime.get_instance(), "_session_mgr", None)
    kept = getattr(getattr(manager, "_session_storage", None), "_cache", None)
    return kept if hasattr(kept, "expire") else None
