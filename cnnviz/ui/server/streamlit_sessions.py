"""What a server that runs for weeks clears away now and then: visitors who left, garbage, memory that is free."""

import asyncio
import gc
from collections.abc import MutableMapping
from typing import Any

from streamlit import runtime
from streamlit.runtime.app_session import AppSession

from cnnviz.ui.page.failure import logged
from cnnviz.ui.sharing.free_memory import trim

EVERY = 15.0  # seconds

_leaving: list[AppSession] = []  # sessions whose time is over, while a run of theirs has not ended


async def tidy() -> None:
    """Tidy up until cancelled. A task of the server's own event loop, to which Streamlit's sessions belong.

    Where the sessions cannot be let go of, the log says why, once, and the rest goes on.
    """
    told = ""
    while True:
        await asyncio.sleep(EVERY)
        try:
            forget_who_left()
        except Exception as problem:  # parts of Streamlit that are not public: nobody knows what they raise next year
            if repr(problem) != told:
                logged(problem, "Visitors who left cannot be let go of")
            told = repr(problem)
        gc.collect()  # Streamlit would do so after every run, and is told not to in its settings
        trim()


def forget_who_left() -> None:
    """Let go of the sessions whose time is over, with their files and pictures.

    Streamlit keeps a session for `disconnectedSessionTTL` seconds after its browser is gone, but then only looks when
    the next one comes or goes: after a lesson the last class's pictures would stay in memory all night. Nothing public
    tells it to look. The last visitor's session would stay even so: a variable of Streamlit's own loop still has it,
    until somebody else comes. So what a session holds is taken out of it.
    """
    sessions = disconnected_sessions()
    if sessions is not None:
        _leaving.extend(left.session for _, left in sessions.expire())  # type: ignore[attr-defined]
    for session in _leaving.copy():
        _leaving.remove(session)
        session.shutdown()  # its uploaded files and the pictures that were drawn for it; asks a run to end
        if session._scriptrunner is None:
            empty(session)
        else:
            _leaving.append(session)


def empty(session: AppSession) -> None:
    """Take out of a session that has been shut down whatever its pages have put into it."""
    session._session_state.clear()
    session._fragment_storage.clear()
    session._browser_queue.clear()
    session._client_state.Clear()


def disconnected_sessions() -> MutableMapping[str, Any] | None:
    """Streamlit's own store of the sessions without a browser; None where there is none that forgets by itself."""
    manager = getattr(runtime.get_instance(), "_session_mgr", None)
    kept = getattr(getattr(manager, "_session_storage", None), "_cache", None)
    return kept if hasattr(kept, "expire") else None
