"""What a server that runs for weeks clears away now and then: visitors who left, garbage, memory that is free."""

import asyncio
import gc

from cnnviz.ui.page.failure import logged
from cnnviz.ui.server.streamlit_departed_sessions import forget_departed
from cnnviz.ui.sharing.free_memory import trim

EVERY = 15.0  # seconds


async def tidy() -> None:
    """Tidy up until cancelled. A task of the server's own event loop, to which Streamlit's sessions belong.

    Where the sessions cannot be let go of, the log says why, once, and the rest goes on.
    """
    last = ""
    while True:
        await asyncio.sleep(EVERY)
        try:
            await forget_departed()
        except Exception as problem:  # Streamlit's inside: another version may raise anything
            if repr(problem) != last:
                logged(problem, "Visitors who left cannot be let go of")
            last = repr(problem)
        gc.collect()  # Streamlit would do so after every run, and is told not to in its settings
        trim()
