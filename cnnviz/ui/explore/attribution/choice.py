"""Which method is asked, how fine, and at which convolution; each in the address."""

from collections.abc import Sequence

import streamlit as st

from cnnviz.attribution import METHODS, Method
from cnnviz.ui.page.valid import keep_valid, tell_address

FINENESS = ("First look", "Finer", "Finest")


def choose_method(key: str = "method", width: int = 230, offered: Sequence[str] = tuple(METHODS)) -> str:
    """Draw the picker of `METHODS`; the name of the chosen one."""
    keep_valid(key, offered, offered[0])
    wanted = st.session_state.get(key)
    if wanted not in (None, offered[0]):
        tell_address(key, METHODS[wanted].title)  # a suggestion may come before the first drawing
    chosen = st.selectbox(
        "Method", list(offered), format_func=lambda name: METHODS[name].title, key=key, bind="query-params", width=width
    )
    return chosen or offered[0]


def choose_fineness(method: Method, key: str = "fineness") -> int:
    """Draw how fine the answer is to be, where the method has a choice; the number of evaluations, 0 where not."""
    if not method.evaluations:
        return 0
    keep_valid(key, FINENESS, FINENESS[0])
    chosen = st.segmented_control(
        "How fine",
        FINENESS,
        default=FINENESS[0],
        required=True,
        key=key,
        bind="query-params",
        help=f"{method.title} takes about {', '.join(map(str, method.evaluations))} {method.counts}.",
    )
    return method.evaluations[FINENESS.index(chosen or FINENESS[0])]


def choose_convolution(method: Method, convolutions: Sequence[str], key: str = "cam_layer") -> str:
    """Draw which convolution Grad-CAM reads, the last one to begin with; "" for methods that read none."""
    if not method.layered:
        return ""
    keep_valid(key, convolutions, convolutions[-1])
    chosen = st.selectbox(
        "Convolution",
        list(convolutions),
        len(convolutions) - 1,
        key=key,
        bind="query-params",
        width=190,
        help="Its maps are read behind its normalisation and its ReLU.",
    )
    return chosen or convolutions[-1]
