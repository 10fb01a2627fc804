"""A row of small pictures of which one is chosen by a tap, a click, or the keyboard."""

from collections.abc import Callable, Mapping

from cnnviz.images import Picture
from cnnviz.ui.component import browser_component, data_url, told

_component = browser_component(__file__)


def thumbnails(pictures: Mapping[str, Picture], chosen: str | None, on_choose: Callable[[str], None], key: str) -> None:
    """Draw a button with picture and name for each of `pictures`; `on_choose` is called with the key of the tapped one.

    `chosen` is the key of the one that is marked as the present choice, None marks none.
    """

    def tell_choice() -> None:
        picked = told(key, "picked")
        if picked in pictures:
            on_choose(picked)

    tiles = [
        {"key": name, "title": picture.name, "image": data_url(picture.thumbnail, "JPEG", quality=80)}
        for name, picture in pictures.items()
    ]
    _component(key=key, data={"tiles": tiles, "chosen": chosen}, on_picked_change=tell_choice)
