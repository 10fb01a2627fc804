"""A row of small pictures of which one is chosen by a tap, a click, or the keyboard."""

import base64
import io
from collections.abc import Callable, Mapping

import streamlit as st

from cnnviz.images import Picture
from cnnviz.ui.component import browser_component

_component = browser_component(__file__)


def thumbnails(pictures: Mapping[str, Picture], chosen: str | None, on_choose: Callable[[str], None], key: str) -> None:
    """Draw a button with picture and name for each of `pictures`; `on_choose` is called with the key of the tapped one.

    `chosen` is the key of the one that is marked as the present choice, None marks none.
    """

    def tell_choice() -> None:
        picked = st.session_state[key].get("picked")
        if picked in pictures:
            on_choose(picked)

    tiles = [{"key": name, "title": picture.name, "image": _data_url(picture)} for name, picture in pictures.items()]
    _component(key=key, data={"tiles": tiles, "chosen": chosen}, on_picked_change=tell_choice)


def _data_url(picture: Picture) -> str:
    """The thumbnail as a JPEG inside a URL, about 8 kB."""
    file = io.BytesIO()
    picture.thumbnail.save(file, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")
