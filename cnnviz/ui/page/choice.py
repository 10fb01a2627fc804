"""One setting out of those that fit now, kept in the page's address.

What an earlier choice asks for and does not fit any more gives way to the nearest that does, what a link asks for in
vain to the usual value. The page says so, and the wish comes true as soon as it fits, unless somebody has chosen
something else by then.
"""

from collections.abc import Collection, Sequence
from typing import Any, TypeVar

import streamlit as st

from cnnviz.ui.page.plain_text import plain

Option = TypeVar("Option", int, str)

WISH, KEPT = "_wish", "_kept"  # what was asked for in vain and what stands instead; the value before the widget left


def choose(
    key: str,
    label: str,
    options: Sequence[Option],
    default: Option,
    *,
    help: str | None = None,
    labelled: bool = True,
    known: Collection[Option] = (),
) -> Option:
    """A row of the ``options``, standing on what the key, or the address, says where that fits.

    ``known`` are all that there are: of one that is not among the options it is said that it does not fit, not that
    there is no such thing.
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
    return finish(key, label, options, default, value, known)


def slide(key: str, label: str, options: range, default: int) -> int:
    """The same as a slider, for a range with too many values to show them all."""
    settle(key, options, default)
    low, high = options[0], options[-1]
    if high > low:
        value = st.slider(label, low, high, nearest(options, default, default), key=key, bind="query-params")
    else:
        value = low
    return finish(key, label, options, default, value)


def settle(key: str, options: Sequence[Option], default: Option) -> None:
    """Before the widget is drawn: let it stand on something that fits, and remember what was asked for instead."""
    state = st.session_state
    wish, stands = state.get(key + WISH, (None, None))
    is_link = key not in state and key in st.query_params
    if key in state:
        asked = state[key]
    elif is_link:
        asked = read(st.query_params[key], options)
    elif state.get(key + KEPT) in options:
        asked = state[key] = state[key + KEPT]
    elif default not in options:
        asked = state[key] = nearest(options, default, default)
    else:
        return
    if asked is None:  # an address may ask for nothing: ?key=
        state[key] = nearest(options, default, default)
    elif asked not in options:
        # Streamlit takes out of the address what a link asks for in vain, and an address that says nothing means the
        # usual value: the nearest to what was asked would be shown under an address that opens something else.
        state[key] = nearest(options, default if is_link else asked, default)
        state[key + WISH] = (asked, state[key])
    elif wish is not None and asked != stands:
        del state[key + WISH]
    elif wish in options:
        state[key] = wish
        del state[key + WISH]


def finish(
    key: str,
    label: str,
    options: Sequence[Option],
    default: Option,
    value: Option | None,
    known: Collection[Option] = (),
) -> Option:
    """After the widget is drawn: say what did not fit, and keep the value for when the widget comes back."""
    chosen = nearest(options, default, default) if value is None else value
    if key + WISH in st.session_state:
        st.caption(plain(misfit(label, st.session_state[key + WISH][0], options, chosen, known)))
    st.session_state[key + KEPT] = chosen
    return chosen


def forget_wishes() -> None:
    """Let go of everything that waits until it fits: somebody chose a whole new state."""
    for name in [str(name) for name in st.session_state]:
        if name.endswith((WISH, "_wanted")):  # those of convolution_settings as well
            del st.session_state[name]


def read(text: str, options: Sequence[Any]) -> Any:
    """What an address says: a number where the options are numbers, else the text itself; None for nothing.

    >>> read("3", [1, 2]), read("three", [1, 2]), read("", ["zeros"])
    (3, 'three', None)
    """
    if options and isinstance(options[0], int) and text.strip().removeprefix("-").isdecimal() and len(text) < 10:
        return int(text)
    return text[:40] or None


def nearest(options: Sequence[Option], asked: object, default: Option) -> Option:
    """Of numbers the one nearest to what was asked for; of words, or for what is no number, the default.

    >>> nearest([1, 2, 4], 7, 1), nearest([1, 2, 4], "x", 1), nearest([2, 3], "x", 1)
    (4, 1, 2)
    """
    if isinstance(default, int) and not isinstance(asked, bool):
        to = asked if isinstance(asked, int) else default
        return min(options, key=lambda option: abs(int(option) - to))
    return default if default in options else options[0]


def misfit(label: str, asked: object, options: Sequence[Any], stands: object, known: Collection[object] = ()) -> str:
    """The sentence about a wish that does not fit, and what stands instead.

    >>> misfit("stride", 9, [1, 2], 2), misfit("stride", "x", [1, 2], 1)
    ('stride 9 does not fit here; it stands on 2.', '“x” is no stride; it takes 1 or 2.')
    >>> misfit("padding", "same", ["number", "valid"], "number", known=["number", "valid", "same"])
    'padding same does not fit here; it stands on number.'
    """
    if isinstance(asked, int) or asked in known:
        return f"{label} {asked} does not fit here; it stands on {stands}."
    listed = [str(option) for option in options]
    if options and isinstance(options[0], int) and len(options) > 2:
        offered = f"{listed[0]} to {listed[-1]}"
    else:
        offered = " or ".join(filter(None, [", ".join(listed[:-1]), listed[-1]]))
    return f"“{asked}” is no {label}; it takes {offered}."
