"""One setting out of those that fit now, kept in the page's address.

A value that was chosen earlier and does not fit any more gives way to the nearest one that does; a value that a link
asks for in vain gives way to the usual one. The page says so, and the wish comes true as soon as it fits, unless
somebody has chosen something else by then. `number_box` does the same for a number that is typed.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

import streamlit as st

from cnnviz.ui.page.plain_text import as_plain_text
from cnnviz.ui.page.valid import tell_address
from cnnviz.ui.page.visit import address_counts

Option = TypeVar("Option", int, str)

WISH = "_wish"  # ends the key of a pair: what was asked for in vain, and what stands instead
LAST = "_last"  # ends the key of the value that stood last, also while the widget is away


def choose(
    key: str,
    label: str,
    options: Sequence[Option],
    default: Option,
    *,
    help: str | None = None,
    labelled: bool = True,
    reason: str = "",
) -> Option:
    """Draw a row of the ``options`` and return the chosen one: what the session, or the address, says where that fits.

    ``reason`` says why other options are missing; it is shown to whoever wished for one of them.
    """
    settle(key, options, default)
    value = st.segmented_control(
        label,
        options,
        default=default if default in options else None,  # always the same: the address leaves it out
        required=True,
        key=key,
        bind="query-params",
        help=help,
        wrap=True,
        label_visibility="visible" if labelled else "collapsed",
    )
    return finish(key, label, options, default, value, reason)


def slide(key: str, label: str, options: range, default: int) -> int:
    """The same as a slider, for a range with too many values for a row."""
    settle(key, options, default)
    low, high = options[0], options[-1]
    if high > low:
        value = st.slider(label, low, high, nearest(options, default, default), key=key, bind="query-params")
    else:
        value = low
    return finish(key, label, options, default, value)


def settle(key: str, options: Sequence[Option], default: Option) -> None:
    """Before the widget is drawn: let it stand on a value that fits, and remember the wish that does not."""
    state = st.session_state
    if address_counts():  # as if the address had only just been opened
        for name in (key, key + WISH, key + LAST):
            state.pop(name, None)
    wish, stands = state.get(key + WISH, (None, None))
    is_link = key not in state and key in st.query_params
    if key in state:
        wanted = state[key]
    elif is_link:
        wanted = read(st.query_params[key], options)
    elif state.get(key + LAST) in options:
        wanted = state[key] = state[key + LAST]
    elif default not in options:
        wanted = state[key] = nearest(options, default, default)
    else:
        return
    if wanted is None:  # an address may ask for nothing: ?key=
        state[key] = nearest(options, default, default)
    elif wanted not in options:
        if wish is not None and wanted == stands:  # nobody chose it: the first wish is still the one to come true
            wanted = wish
        # Streamlit removes from the address what a link asks for in vain, and an address without the key opens the
        # usual value. With the nearest value the page would show something else than its address opens.
        state[key] = nearest(options, default if is_link else wanted, default)
        state[key + WISH] = (wanted, state[key])
    elif wish is not None and wanted != stands:
        del state[key + WISH]
    elif wish in options:
        state[key] = wish
        del state[key + WISH]
    if key in state and state[key] != default:
        tell_address(key, str(state[key]))


def finish(
    key: str, label: str, options: Sequence[Option], default: Option, value: Option | None, reason: str = ""
) -> Option:
    """After the widget is drawn: say what did not fit, and remember the value for when the widget comes back."""
    chosen = nearest(options, default, default) if value is None else value
    if key + WISH in st.session_state:
        words = misfit(label, st.session_state[key + WISH][0], options, chosen)
        st.caption(as_plain_text(f"{words} {reason}".strip()))
    st.session_state[key + LAST] = chosen
    return chosen


def forget_wishes() -> None:
    """Drop all wishes that wait until they fit: somebody chose a whole new state."""
    for name in [str(name) for name in st.session_state if str(name).endswith(WISH)]:
        del st.session_state[name]


def read(text: str, options: Sequence[Any]) -> Any:
    """What an address says: a number where the options are numbers, else the text itself; None for nothing.

    >>> read("3", [1, 2]), read("three", [1, 2]), read("", ["zeros"])
    (3, 'three', None)
    """
    if options and isinstance(options[0], int) and text.strip().removeprefix("-").isdecimal() and len(text) < 10:
        return int(text)
    return text[:40] or None


def nearest(options: Sequence[Option], wanted: object, default: Option) -> Option:
    """The number nearest to the wish; for options that are words, or a wish that is no number, the default.

    >>> nearest([1, 2, 4], 7, 1), nearest([1, 2, 4], "x", 1), nearest([2, 3], "x", 1)
    (4, 1, 2)
    """
    if isinstance(default, int) and not isinstance(wanted, bool):
        to = wanted if isinstance(wanted, int) else default
        return min(options, key=lambda option: abs(int(option) - to))
    return default if default in options else options[0]


def misfit(label: str, wanted: object, options: Sequence[Any], stands: object) -> str:
    """The sentence about a wish that does not fit, with what stands in its place or what fits.

    >>> misfit("stride", 9, [1, 2], 2), misfit("stride", "x", [1, 2], 1)
    ('stride 9 does not fit here; it stands on 2.', '“x” does not fit here; stride takes 1 or 2.')
    """
    if isinstance(wanted, int):
        return f"{label} {wanted} does not fit here; it stands on {stands}."
    listed = [str(option) for option in options]
    if options and isinstance(options[0], int) and len(options) > 2:
        offered = f"{listed[0]} to {listed[-1]}"
    else:
        offered = " or ".join(filter(None, [", ".join(listed[:-1]), listed[-1]]))
    return f"“{wanted}” does not fit here; {label} takes {offered}."
