"""The visitor's own network: kept by the session alone, named in its pickers, and gone with it."""

import streamlit as st
from streamlit.typing import UploadedFile

from cnnviz.networks.own.network import MOST_PARAMS, Own
from cnnviz.networks.refusal import Refusal
from cnnviz.ui.server.streamlit_uploads import forget_upload
from cnnviz.ui.sharing.memory import make_room

KEPT = "own network"  # in the session: the one that is kept; nobody else holds it
FLOAT = 4  # bytes


def own() -> Own | None:
    """The session's own network, if it has one."""
    kept = st.session_state.get(KEPT)
    return kept if isinstance(kept, Own) else None


def keep_own(network: Own, sent: UploadedFile | None) -> None:
    """Keep it in place of the one before, and let the file go that its weights came in: a session has one at a time."""
    st.session_state[KEPT] = network
    if sent is not None:
        forget_upload(sent)


def room_for_own(num_params: int, weights: bytes | None) -> None:
    """See that there is memory for one of so many parameters, if it may have so many; Refusal where there is not."""
    if num_params <= MOST_PARAMS and not make_room(2 * FLOAT * num_params + len(weights or b"")):
        raise Refusal(
            "This server has no memory left for a network of your own at the moment: others look into networks too. "
            "Try again in a few minutes."
        )
