"""Values that an earlier choice, or a link, left in a widget and that are not on offer now."""

import contextlib
import re
from collections.abc import Callable, Collection
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException


def keep_valid(key: str, valid: Collection[Any], otherwise: Any) -> None:
    """Before the widget ``key`` is drawn: where its value is not among ``valid``, write ``otherwise``.

    Then the page, the widget and the address agree. At a first visit nothing is done: there Streamlit itself drops
    what a link asks for in vain.
    """
    if key in st.session_state and st.session_state[key] not in valid:
        st.session_state[key] = otherwise


def tell_address(key: str, value: str) -> None:
    """Before the widget ``key`` is drawn for the first time with a value from the session: write it into the address.

    Streamlit itself writes only later changes of a bound widget. Once the widget has been drawn, it refuses that
    anybody else writes its parameter.
    """
    if key not in st.query_params:
        with contextlib.suppress(StreamlitAPIException):
            st.query_params[key] = value


def whole_number(
    title: str,
    size: int,
    key: str,
    stands_for_none: int | None = None,
    width: int = 110,
    help: str | None = None,
    on_change: Callable[[], None] | None = None,
    default: int | None = None,
) -> int | None:
    """A number box for an index from 0 to size - 1; None where it is empty or the address asks for something else.

    With a ``default`` it is never empty, and the address leaves that number out. It is not a ``number_box``, because
    people walk through channels with its two buttons and the arrow keys, and because an empty one means that the page
    chooses; ``stands_for_none`` shows in grey what it chooses. Its numbers are floats: a box for ints breaks where the
    address says "inf".
    """
    if key not in st.session_state and not is_whole(st.query_params.get(key) or "0", size):
        del st.query_params[key]  # a link that was just opened asks for what is not there, such as 2.5
        st.rerun()
    width = max(width, 160) if size > 1000 else width  # four digits beside the two buttons
    keep_valid(key, range(size) if default is not None else (None, *range(size)), default)
    typed = st.number_input(
        title,
        0.0,
        max(1.0, float(size - 1)),
        None if default is None else float(default),
        1.0,
        format="%g",
        key=key,
        bind="query-params",
        width=width,
        placeholder=None if stands_for_none is None else str(stands_for_none),
        disabled=size == 1,
        help=help,
        on_change=on_change,
    )
    return int(typed) if typed is not None and typed in range(size) else None


def is_whole(number: object, below: int) -> bool:
    """Whether a value of the session, or the text of an address, is a whole number from 0 to below - 1.

    >>> [is_whole(number, 64) for number in (3.0, "12", "12.0", "64", "inf", "1e400", None, -1.0, "2.5")]
    [True, True, True, False, False, False, False, False, False]
    """
    if isinstance(number, str):
        return re.fullmatch(r"[0-9]{1,8}(\.0*)?", number) is not None and float(number) < below
    return number is not None and number in range(below)
