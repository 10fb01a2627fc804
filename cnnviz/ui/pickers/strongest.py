"""A layer, and numbers in it, that a page chooses by itself where nobody has: the channel that answers most strongly.

What the page chose stands in the fields and in the address like what a person chose, so that a link opens exactly what
was seen. As long as nobody has touched it, it is chosen anew for another picture, network or layer; what a person, or a
link, asked for stays.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

import streamlit as st

from cnnviz.ui.page.valid import is_whole, tell_address
from cnnviz.ui.page.visit import address_counts

OWN = "own_choices"  # in the session: under a key what a page chose by itself, and for what
MOST = 10**8  # no layer has so many

Choice = TypeVar("Choice", str, tuple[int | None, ...])


def choose_layer(
    layer_key: str,
    number_keys: Sequence[str],
    layers: Sequence[str],
    looked_at: tuple[str, str, str],
    sizes: Callable[[str], Sequence[int]],
    opening: Callable[[], str],
    fill: Callable[[str, Sequence[int | None]], Sequence[int]],
    width: int = 250,
    on_change: Callable[[], None] | None = None,
) -> tuple[str, tuple[int, ...]]:
    """Draw the field of the layer; the layer, and the numbers that the fields drawn after it stand on.

    `looked_at` is the network, its weights and the picture, see `cached.answer_key`; `sizes` how many there are of each
    number in a layer. The page's own choices are `opening`, a layer, and `fill`, which puts numbers in place of None.
    """
    before = requested(layer_key)
    layer = unless_outdated(layer_key, str(before), looked_at[:2]) if before in layers else None
    if layer is None:
        layer = opening()
        remember(layer_key, layer, looked_at[:2])
    found: tuple[int | None, ...] = (None,) * len(number_keys)
    if before in (None, layer):  # the numbers of a layer that is left mean nothing in this one
        found = unless_outdated(number_keys[0], tuple(map(number_of, number_keys)), (*looked_at, layer)) or found
        fits = zip(found, sizes(layer), strict=False)
        found = tuple(number if number is not None and number < size else None for number, size in fits)
    numbers = filled(fill, layer, found)
    if not any(number is not None for number in found):
        remember(number_keys[0], numbers, (*looked_at, layer))
    wanted = dict(zip((layer_key, *number_keys), (layer, *numbers), strict=True))
    stands = dict(zip(wanted, (before, *found), strict=True))
    tell({key: value for key, value in wanted.items() if value != stands[key]})
    # Without a default of its own a field is always written into the address, also where it stands on the first.
    st.selectbox("Layer", layers, index=None, key=layer_key, bind="query-params", width=width, on_change=on_change)
    return layer, numbers


def own_number(key: str, size: int, looked_at: Hashable, own: int) -> int:
    """What the field `key`, drawn after this, stands on: the number asked for, below `size`, or the page's own.

    The page's own is chosen anew for another `looked_at`.
    """
    (found,) = unless_outdated(key, (number_of(key),), looked_at) or (None,)
    if found is not None and found < size:
        return found
    remember(key, (own,), looked_at)
    st.session_state[key] = float(own)
    tell_address(key, str(own))
    return own


def filled(
    fill: Callable[[str, Sequence[int | None]], Sequence[int]], layer: str, found: tuple[int | None, ...]
) -> tuple[int, ...]:
    """The numbers found, with the page's own where there is none."""
    chosen = fill(layer, found)
    return tuple(own if number is None else number for own, number in zip(chosen, found, strict=True))


def requested(key: str) -> object:
    """What the session, or an address that was just opened, asks for."""
    linked = st.query_params.get(key)
    return linked if address_counts() else st.session_state.get(key, linked)


def number_of(key: str) -> int | None:
    """The whole number that is asked for; None for anything else."""
    number = requested(key)
    return int(float(str(number))) if is_whole(number, MOST) else None


def unless_outdated(key: str, found: Choice, now: Hashable) -> Choice | None:
    """What is asked for, or None where the page itself chose it, and for something else than what is looked at now."""
    chosen, then = st.session_state.get(OWN, {}).get(key, (None, None))
    if found == chosen:
        return found if now == then else None
    forget(key)
    return found


def remember(key: str, chosen: str | tuple[int, ...], now: Hashable) -> None:
    """The page chose this by itself."""
    st.session_state.setdefault(OWN, {})[key] = (chosen, now)


def forget(*keys: str) -> None:
    """A person chose, even if it is what the page would have chosen."""
    for key in keys:
        st.session_state.get(OWN, {}).pop(key, None)


def tell(values: Mapping[str, object]) -> None:
    """Put values into fields that are drawn later, and into the address.

    A field that has been drawn before tells the address itself. On a first visit the address is completed, and the page
    runs again as if it had been opened by that link.
    """
    new = {key: str(value) for key, value in values.items() if key not in st.session_state}
    for key in values.keys() - new.keys():
        st.session_state[key] = values[key]
    if new:
        st.query_params.update(new)
        st.rerun()
