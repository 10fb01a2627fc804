"""Settings that an earlier choice, or a link, left on something that is no longer there."""

from collections.abc import Collection
from typing import Any

import streamlit as st


def keep_valid(key: str, valid: Collection[Any], otherwise: Any) -> None:
    """Before the widget ``key`` is drawn: where its value is not among ``valid``, write ``otherwise``.

    So that what is shown, what the widget says and what the address says are one. A first visit is left alone: there
    Streamlit itself drops what a link asks for in vain.
    """
    if key in st.session_state and st.session_state[key] not in valid:
        st.session_state[key] = otherwise
