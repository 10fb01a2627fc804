"""Which class is asked about: the five likeliest as one click each, any other by name; its number is in the link."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.networks.order import descending
from cnnviz.ui.page.plain_text import as_plain_text
from cnnviz.ui.page.valid import is_whole
from cnnviz.ui.page.visit import address_counts

LIKELIEST = 5


def choose_class(
    scores: np.ndarray,
    classes: Sequence[str],
    key: str = "class",
    opens_with: int | None = None,
    label: str = "Class",
) -> int:
    """Draw the control and return the number of the class it stands on; `scores` are the network's (num_classes,).

    Until somebody chooses, that is the likeliest class of this picture, and another picture moves it. A choice is in
    the link (`?class=7`) and goes along from page to page; a network with other classes lets go of it. To choose from
    elsewhere ("Try this"), set `st.session_state[key]` to a number, or to None to follow the picture again. With
    `opens_with` it is that class until somebody chooses.
    """
    chosen = settle(classes, key)
    likeliest = most_likely(scores)
    index = (likeliest[0] if opens_with is None else opens_with) if chosen is None else chosen
    labels, shares = class_labels(classes), percentages(scores)
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{key}_choice"):
        st.session_state[f"{key}_likely"] = index if index in likeliest else None
        st.pills(
            label,
            likeliest,
            format_func=lambda one: f"{as_plain_text(labels[one])} :gray[{shares[one]:.2f} %]",
            key=f"{key}_likely",
            on_change=take,
            args=(key, f"{key}_likely", True),
            wrap=True,
        )
        st.session_state[f"{key}_named"] = chosen
        st.selectbox(
            "Any class",
            sorted(range(len(classes)), key=lambda one: (labels[one].casefold(), one)),
            index=None,
            format_func=lambda one: labels[one],
            placeholder=f"{len(classes)} classes by name",
            key=f"{key}_named",
            on_change=take,
            args=(key, f"{key}_named", False),
            width=210,
        )
    return index


def take(key: str, widget: str, required: bool) -> None:
    """What a widget was moved to becomes the choice. Emptied it follows the picture; one that is `required` stays."""
    value = st.session_state.get(widget)
    if value is not None or not required:
        st.session_state[key] = value


def settle(classes: Sequence[str], key: str) -> int | None:
    """The class that somebody chose, here or by a link, None for none; the address is made to tell it.

    What the address says counts where this function did not write it: then a link was opened. Back and Forward lead to
    a page where nobody had chosen if it says nothing.
    """
    state, of, written = st.session_state, hash(tuple(classes)), f"{key}_written"
    asked = st.query_params.get(key)
    if state.get(f"{key}_of", of) != of or (asked is None and address_counts()):
        state[key] = None
    if asked is not None and asked != state.get(written) and is_whole(asked, below=len(classes)):
        state[key] = int(float(asked))
    chosen = int(state[key]) if is_whole(state.get(key), below=len(classes)) else None
    state[key], state[f"{key}_of"] = chosen, of
    state[written] = None if chosen is None else str(chosen)
    if chosen is None:
        st.query_params.pop(key, None)
    elif asked != state[written]:
        st.query_params[key] = str(chosen)
    return chosen


def most_likely(scores: np.ndarray, count: int = LIKELIEST) -> list[int]:
    """The classes with the highest of scores (num_classes,), the highest first.

    >>> most_likely(np.array([0.0, 3.0, 1.0]), 2)
    [1, 2]
    """
    return descending(scores)[:count]


def percentages(scores: np.ndarray) -> np.ndarray:
    """The softmax of scores (num_classes,), in per cent.

    >>> percentages(np.array([1.0, 1.0])).tolist()
    [50.0, 50.0]
    """
    exponentials = np.exp(scores.astype(np.float64) - scores.max())
    return np.asarray(100 * exponentials / exponentials.sum())


def class_labels(classes: Sequence[str]) -> list[str]:
    """The names, and behind those that several classes share the class's number.

    >>> class_labels(["crane", "kite", "crane"])
    ['crane (class 0)', 'kite', 'crane (class 2)']
    """
    counts = Counter(classes)
    return [name if counts[name] == 1 else f"{name} (class {index})" for index, name in enumerate(classes)]
