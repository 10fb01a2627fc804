"""A row of small pictures of which one is chosen by a tap, a click, or the keyboard."""

from collections.abc import Callable, Mapping
from typing import TypedDict

from cnnviz.images import Picture
from cnnviz.ui.component import Component, answer, browser_component, data_url


class Tile(TypedDict):
    """A picture to choose: its key, its name, and an address of its pixels."""

    key: str
    title: str
    image: str


class Message(TypedDict):
    """The tiles, and the key of the chosen one."""

    tiles: list[Tile]
    chosen: str | None


class Answers(TypedDict):
    """The key of the picture that was tapped."""

    picked: str


_component: Component[Message] = browser_component(__file__)


def thumbnails(pictures: Mapping[str, Picture], chosen: str | None, on_choose: Callable[[str], None], key: str) -> None:
    """Draw a button with picture and name for each of `pictures`; `on_choose` is called with the key of the tapped one.

    `chosen` is the key of the one that is marked as the present choice, None marks none.
    """

    def tell_choice() -> None:
        picked = answer(key, "picked")
        if picked in pictures:
            on_choose(picked)

    tiles: list[Tile] = [
        {"key": name, "title": picture.name, "image": data_url(picture.thumbnail, "JPEG", quality=80)}
        for name, picture in pictures.items()
    ]
    _component(key=key, data={"tiles": tiles, "chosen": chosen}, on_picked_change=tell_choice)
