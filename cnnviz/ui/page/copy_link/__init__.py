"""“Link to this”: a button that copies the address of the page with its exact state."""

from typing import TypedDict

from cnnviz.ui.component import Component, browser_component


class Message(TypedDict):
    """Nothing: the browser knows its own address."""


_component: Component[Message] = browser_component(__file__)


def link_to_this(key: str = "link_to_this") -> None:
    """Draw the button. The address is read in the browser at the moment of the click; no trip to the server."""
    _component(key=key, data={}, width="content")
