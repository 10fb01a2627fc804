"""“Link to this”: a button that copies the address of the page with its exact state."""

from typing import TypedDict

from cnnviz.ui.component import Component, browser_component


class Message(TypedDict):
    """How many suggestions were followed: after each, what it changed is brought into view. The address it knows."""

    tried: int


_component: Component[Message] = browser_component(__file__)


def link_to_this(key: str = "link_to_this", tried: int = 0) -> None:
    """Draw the button. The address is read in the browser at the moment of the click; no trip to the server.

    Where `tried` grows, the page goes back up to its first drawing, if that is out of view.
    """
    _component(key=key, data={"tried": tried}, width="content")
